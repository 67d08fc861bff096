"""AWS's Identity and Access Management, through boto3: a user, its one policy, its access key.

Few servers other than Amazon's have it; of those that have not, each refuses in its own way.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from secretsbackup.model import causes
from secretsbackup.model.check import Excess, Finding, of_excess
from secretsbackup.model.destination import Bucket
from secretsbackup.model.outcome import Failure
from secretsbackup.model.secret import Credential, KeyPair, Secret
from secretsbackup.tools.s3.reach import client, code_of, told
from secretsbackup.tools.threads import run_in_daemon_thread

_T = TypeVar("_T")

POLICY = "SecretsBackup"
"""The name of the user's policy, which is its own and goes with it."""
_PATH = "/secretsbackup/"


async def find_user(bucket: Bucket, admin: Credential, at: str | None, name: str) -> bool | None:
    """Whether there is a user of that name; None if this server knows no users that we could make.

    Failure(USERS_DENIED) where Amazon does not let this credential look.
    """

    def find(users: Any) -> bool | None:
        from botocore.exceptions import ClientError

        try:
            users.get_user(UserName=name)
        except ClientError as error:
            if code_of(error) == "NoSuchEntity":
                return False
            if bucket.endpoint and at is None:
                return None
            raise
        return True

    return await _ask(find, bucket, admin, at)


async def make_user(bucket: Bucket, admin: Credential, at: str | None, name: str) -> None:
    """Make a user, who may do nothing yet."""
    await _ask(lambda users: users.create_user(UserName=name, Path=_PATH), bucket, admin, at)


async def permit(bucket: Bucket, admin: Credential, at: str | None, name: str, policy: str) -> None:
    """Give the user this policy, and none of the same name that it had."""
    await _ask(
        lambda users: users.put_user_policy(UserName=name, PolicyName=POLICY, PolicyDocument=policy),
        bucket,
        admin,
        at,
    )


async def has_key(bucket: Bucket, admin: Credential, at: str | None, name: str, pair: KeyPair) -> bool:
    """Whether this is an access key of the user that is in use."""

    def look(users: Any) -> bool:
        keys = users.list_access_keys(UserName=name)["AccessKeyMetadata"]
        return any(key["AccessKeyId"] == pair.key_id.reveal() and key["Status"] == "Active" for key in keys)

    return await _ask(look, bucket, admin, at)


async def make_key(bucket: Bucket, admin: Credential, at: str | None, name: str) -> tuple[str, KeyPair]:
    """Make an access key: its id, and the pair; Failure(KEYS_TOO_MANY) where the user has two."""

    def make(users: Any) -> tuple[str, KeyPair]:
        from botocore.exceptions import ClientError

        try:
            made = users.create_access_key(UserName=name)["AccessKey"]
        except ClientError as error:
            if code_of(error) == "LimitExceeded":
                raise Failure(causes.KeysTooMany(name)) from None
            raise
        pair = KeyPair(Secret(made["AccessKeyId"]), Secret(made["SecretAccessKey"]))
        return made["AccessKeyId"], pair

    return await _ask(make, bucket, admin, at)


async def remove_key(bucket: Bucket, admin: Credential, at: str | None, name: str, key_id: str) -> None:
    """Delete an access key."""
    await _ask(
        _if_there(lambda users: users.delete_access_key(UserName=name, AccessKeyId=key_id)),
        bucket,
        admin,
        at,
    )


async def remove_user(bucket: Bucket, admin: Credential, at: str | None, name: str) -> None:
    """Delete the user, with its policy and whatever keys it has."""

    def remove(users: Any) -> None:
        for key in users.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            users.delete_access_key(UserName=name, AccessKeyId=key["AccessKeyId"])
        _if_there(lambda users: users.delete_user_policy(UserName=name, PolicyName=POLICY))(users)
        users.delete_user(UserName=name)

    await _ask(_if_there(remove), bucket, admin, at)


async def excess(bucket: Bucket, credential: Credential) -> Finding:
    """Whether a backup credential may look at the account's users: then it is an administrator's."""

    def look(users: Any) -> bool:
        from botocore import exceptions as of

        try:
            users.list_users(MaxItems=1)
        except (of.ClientError, of.BotoCoreError):
            return False
        return True

    return of_excess(Excess.MANAGE_USERS, allowed=await _ask(look, bucket, credential, None))


async def principal(bucket: Bucket, credential: Credential) -> str | None:
    """By which ARN a policy of the bucket names the user that a credential belongs to; None if not known.

    Amazon tells everybody who he is; Ceph tells it as the owner of a list of buckets.
    """

    def ask() -> str | None:
        from botocore import exceptions as of

        try:
            if not bucket.endpoint:
                return str(client(bucket, credential, "sts").get_caller_identity()["Arn"])
            owner = client(bucket, credential).list_buckets().get("Owner", {}).get("ID", "")
        except (of.ClientError, of.BotoCoreError):
            return None
        tenant, _, user = owner.rpartition("$")
        return f"arn:aws:iam::{tenant}:user/{user}" if user else None

    return await run_in_daemon_thread(lambda: told(ask, bucket, credential))


def _if_there(call: Callable[[Any], object]) -> Callable[[Any], None]:
    """What is gone already need not be removed."""

    def quietly(users: Any) -> None:
        from botocore.exceptions import ClientError

        try:
            call(users)
        except ClientError as error:
            if code_of(error) != "NoSuchEntity":
                raise

    return quietly


async def _ask(question: Callable[[Any], _T], bucket: Bucket, admin: Credential, at: str | None) -> _T:
    """Ask IAM at `at`, or where the bucket's server has it."""
    where = Bucket(bucket.bucket, endpoint=at or bucket.endpoint, region=bucket.region or "us-east-1")

    def answer() -> _T:
        from botocore.exceptions import ClientError

        try:
            return question(client(where, admin, "iam"))
        except ClientError as error:
            if code_of(error) == "AccessDenied":
                raise Failure(causes.UsersDenied(f"iam:{error.operation_name}")) from None
            raise

    return await run_in_daemon_thread(lambda: told(answer, where, admin))
