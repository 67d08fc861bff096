"""A bucket is made with all that goes with it, on servers that have users to make and on one that has not."""

import asyncio
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest

from secretsbackup.model import policy as policies
from secretsbackup.model.check import Finding
from secretsbackup.model.created import Created, PartDone, PartResult, SetupPart
from secretsbackup.model.destination import Bucket
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import KeyPair, Secret, SecretName
from secretsbackup.operations.setup import create_bucket
from secretsbackup.operations.setup.create_bucket import BucketRequest
from secretsbackup.operations.watch import doctor
from secretsbackup.tools import keychain
from tests.end_to_end import servers
from tests.end_to_end.machine import Machine
from tests.end_to_end.servers import CephServer, S3Server

DOCS = ProfileName("docs")


def fresh(server: S3Server, prefix: str = "laptop") -> Bucket:
    """A bucket that is not there yet."""
    return Bucket(f"test-{uuid.uuid4()}", prefix, server.endpoint)


def key_of(server: S3Server) -> KeyPair:
    return KeyPair(Secret(server.access_key), Secret(server.secret_key))


def set_up(bucket: Bucket, server: S3Server, told: list[PartDone] | None = None) -> Created:
    heard: list[PartDone] = [] if told is None else told
    return asyncio.run(
        create_bucket.create_bucket(BucketRequest(profile=DOCS, bucket=bucket), key_of(server), heard.append)
    )


def ended(told: list[PartDone]) -> dict[SetupPart, PartResult]:
    """What became of each part."""
    return {did.part: did.how for did in told if did.how is not PartResult.BEGUN}


def stored() -> KeyPair | None:
    """What the keyring holds for the profile."""
    key_id = asyncio.run(keychain.get(DOCS, SecretName.AWS_ACCESS_KEY_ID))
    secret = asyncio.run(keychain.get(DOCS, SecretName.AWS_SECRET_ACCESS_KEY))
    return KeyPair(key_id, secret) if key_id and secret else None


@contextmanager
def users(server: S3Server) -> Iterator[Any]:
    """A client of the server's IAM."""
    made = boto3.session.Session().client(
        "iam",
        endpoint_url=server.endpoint,
        region_name="us-east-1",
        aws_access_key_id=server.access_key,
        aws_secret_access_key=server.secret_key,
    )
    try:
        yield made
    finally:
        made.close()


def names(server: S3Server) -> list[str]:
    with server.client() as client:
        return [one["Name"] for one in client.list_buckets()["Buckets"]]


def test_everything_is_made_and_all_of_it_taken_away_again(moto: S3Server, memory: None) -> None:
    bucket, told = fresh(moto), list[PartDone]()
    made = set_up(bucket, moto, told)
    user = create_bucket.user_name(bucket)
    assert {*ended(told)} == {*SetupPart}
    assert [did.part for did in told if did.how not in (PartResult.BEGUN, PartResult.MADE)] == [
        SetupPart.OWNERSHIP
    ]
    assert (made.bucket, made.user, made.stored) == (True, user, True)
    assert made.destination.region == "us-east-1"
    with moto.client() as client:
        name = {"Bucket": bucket.bucket}
        assert client.get_bucket_versioning(**name)["Status"] == "Enabled"
        assert all(client.get_public_access_block(**name)["PublicAccessBlockConfiguration"].values())
        (owning,) = client.get_bucket_ownership_controls(**name)["OwnershipControls"]["Rules"]
        assert owning["ObjectOwnership"] == "BucketOwnerEnforced"
        (rule,) = client.get_bucket_lifecycle_configuration(**name)["Rules"]
        assert rule["Filter"]["Prefix"] == "laptop/"
        assert rule["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
        assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] == 30
    with users(moto) as client:
        (policy,) = client.list_user_policies(UserName=user)["PolicyNames"]
        given = client.get_user_policy(UserName=user, PolicyName=policy)["PolicyDocument"]
        assert given == json.loads(policies.text(policies.for_user(made.destination)))
        (key,) = client.list_access_keys(UserName=user)["AccessKeyMetadata"]
        assert key["AccessKeyId"] == made.key_id
    kept = stored()
    assert kept is not None
    assert kept.key_id == Secret(made.key_id)
    assert kept.secret != Secret(moto.secret_key)

    left = asyncio.run(create_bucket.undo(made, key_of(moto), told.append))
    assert not left.anything
    assert stored() is None
    assert bucket.bucket not in names(moto)
    with users(moto) as client:
        assert user not in [one["UserName"] for one in client.list_users()["Users"]]


def test_doing_it_again_makes_nothing_twice(moto: S3Server, memory: None) -> None:
    bucket = fresh(moto)
    first = set_up(bucket, moto)
    kept, told = stored(), list[PartDone]()
    again = set_up(bucket, moto, told)
    assert not again.anything
    assert stored() == kept
    assert {part for part, how in ended(told).items() if how is PartResult.MADE} == {
        SetupPart.POLICY,
        SetupPart.TRIAL,
    }
    # A keyring that has lost the key gets a new one; a third is more than a user may have.
    for _ in range(2):
        asyncio.run(keychain.forget(DOCS, SecretName.AWS_ACCESS_KEY_ID))
        if not again.key_id:
            again = set_up(bucket, moto)
    with pytest.raises(Failure) as caught:
        set_up(bucket, moto)
    assert caught.value.reason is Reason.KEYS_TOO_MANY
    assert first.key_id != again.key_id
    assert not asyncio.run(create_bucket.undo(first, key_of(moto), lambda _: None)).anything


def test_a_server_without_users_is_told_and_what_it_does_not_bear_is_taken_back(
    ceph: CephServer, memory: None
) -> None:
    bucket, told = fresh(ceph), list[PartDone]()
    made = set_up(bucket, ceph, told)
    became = ended(told)
    assert became[SetupPart.PUBLIC_ACCESS] is PartResult.TAKEN_BACK
    assert became[SetupPart.OWNERSHIP] is PartResult.UNKNOWN_THERE
    assert (became[SetupPart.VERSIONING], became[SetupPart.LIFECYCLE]) == (PartResult.MADE, PartResult.MADE)
    assert became[SetupPart.USER] is PartResult.UNKNOWN_THERE
    assert stored() == key_of(ceph)
    findings = asyncio.run(_examined(made.destination, key_of(ceph)))
    assert {one.right for one in findings if one.verdict == "lacking"} == set()
    signs = {one.sign for one in findings}
    assert {"versioned", "tidied"} <= signs
    assert not asyncio.run(create_bucket.undo(made, key_of(ceph), lambda _: None)).anything
    assert bucket.bucket not in names(ceph)


async def _examined(bucket: Bucket, pair: KeyPair) -> list[Finding]:
    return [one async for one in doctor.examine_destination(bucket, pair)]


def test_a_name_that_is_somebody_elses_is_told_and_nothing_is_made(ceph: CephServer, memory: None) -> None:
    theirs = servers.new_bucket(ceph)
    stranger = ceph.add_user(f"stranger-{theirs.name}")
    told: list[PartDone] = []
    with pytest.raises(Failure) as caught:
        set_up(Bucket(theirs.name, "laptop", ceph.endpoint), stranger, told)
    assert caught.value.reason is Reason.BUCKET_TAKEN
    assert told == []
    assert stored() is None


@pytest.mark.parametrize("name", ["No Bucket", "ab", "with_underscore_", "a" * 64])
def test_a_name_that_no_bucket_can_have_is_told(ceph: CephServer, memory: None, name: str) -> None:
    with pytest.raises(Failure) as caught:
        set_up(Bucket(name, "laptop", ceph.endpoint), ceph)
    assert caught.value.reason is Reason.BUCKET_NAME_BAD


def test_a_key_that_is_no_key_is_told(ceph: CephServer, memory: None) -> None:
    theirs = servers.new_bucket(ceph)
    nobody = S3Server(ceph.endpoint, "NOBODY", "wrong", ceph.process)
    for bucket in (fresh(ceph), Bucket(theirs.name, "laptop", ceph.endpoint)):
        with pytest.raises(Failure) as caught:
            set_up(bucket, nobody)
        assert caught.value.reason is Reason.CREDENTIAL_REFUSED


def test_a_bucket_that_others_use_too_keeps_its_settings_and_its_rules(moto: S3Server, memory: None) -> None:
    shared = servers.new_bucket(moto)
    shared.put("website/index.html", b"hello")
    rule = {"ID": "theirs", "Filter": {"Prefix": "logs/"}, "Status": "Enabled", "Expiration": {"Days": 1}}
    with moto.client() as client:
        client.put_bucket_lifecycle_configuration(
            Bucket=shared.name, LifecycleConfiguration={"Rules": [rule]}
        )
    told: list[PartDone] = []
    made = set_up(Bucket(shared.name, "laptop", moto.endpoint), moto, told)
    became = ended(told)
    assert became[SetupPart.PUBLIC_ACCESS] is PartResult.SPARED
    assert became[SetupPart.VERSIONING] is PartResult.SPARED
    assert became[SetupPart.LIFECYCLE] is PartResult.MADE

    def rules() -> list[str]:
        with moto.client() as client:
            listed = client.get_bucket_lifecycle_configuration(Bucket=shared.name)["Rules"]
            return [one["ID"] for one in listed]

    assert rules() == ["theirs", "secretsbackup laptop/"]
    assert not asyncio.run(create_bucket.undo(made, key_of(moto), told.append)).anything
    assert rules() == ["theirs"]
    assert [item["Key"] for item in shared.objects()] == ["website/index.html"]


def test_a_bucket_with_backups_is_not_removed_unless_asked_for(moto: S3Server, memory: None) -> None:
    bucket = fresh(moto)
    made = set_up(bucket, moto)
    with moto.client() as client:
        client.put_object(Bucket=bucket.bucket, Key="laptop/duplicity-full", Body=b"a backup")
    told: list[PartDone] = []
    left = asyncio.run(create_bucket.undo(made, key_of(moto), told.append))
    assert (left.bucket, left.user, left.stored) == (True, "", False)
    assert told[-1].how is PartResult.KEPT
    assert told[-1].cause is not None
    assert told[-1].cause.reason is Reason.BUCKET_NOT_EMPTY
    gone = asyncio.run(create_bucket.undo(left, key_of(moto), told.append, backups_too=True))
    assert not gone.anything
    assert bucket.bucket not in names(moto)


def test_without_a_keyring_nothing_is_made(moto: S3Server) -> None:
    bucket = fresh(moto)
    with pytest.raises(Failure) as caught:
        set_up(bucket, moto)
    assert caught.value.reason is Reason.KEYRING_MISSING
    assert bucket.bucket not in names(moto)


def test_a_cancelled_set_up_knows_what_it_made(moto: S3Server, memory: None) -> None:
    bucket, told = fresh(moto), list[PartDone]()

    async def cancelled_at(part: SetupPart) -> None:
        def tell(did: PartDone) -> None:
            told.append(did)
            if did.part is part and did.how is PartResult.BEGUN:
                task.cancel()

        request = BucketRequest(profile=DOCS, bucket=bucket)
        task = asyncio.create_task(create_bucket.create_bucket(request, key_of(moto), tell))
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled_at(SetupPart.USER))
    made = told[-1].made
    assert (made.bucket, made.user, made.stored) == (True, create_bucket.user_name(bucket), True)
    assert SetupPart.TRIAL not in ended(told)
    assert not asyncio.run(create_bucket.undo(made, key_of(moto), lambda _: None)).anything


def test_it_is_three_lines_at_a_terminal_and_then_a_backup(
    user: Machine, keys: tuple[Any, str], moto: S3Server
) -> None:
    bucket = fresh(moto)
    where = [f"s3://{bucket.bucket}/laptop", "--endpoint", moto.endpoint]
    given = "AN-ADMINISTRATOR\nplanted-canary-4711\n\n"
    said = user.run("provision", *where, "--json", given=given)
    assert said.lines[-1]["part"] == "trial"
    assert "4711" not in said.out + said.err
    (user.home / "docs").mkdir()
    (user.home / "docs" / "file").write_text("content\n")
    to = ["--to", where[0], "--endpoint", moto.endpoint]
    user.run("profile", "add", "laptop", *to, "--source", str(user.home / "docs"), "--key", keys[1])
    user.backup()


def test_a_set_up_that_fails_at_a_terminal_is_taken_back(user: Machine, ceph: CephServer) -> None:
    guest = ceph.add_user(f"guest-{uuid.uuid4()}")
    bucket = fresh(guest)
    wrong = ["--iam-endpoint", "http://127.0.0.1:1"]
    words = ["provision", f"s3://{bucket.bucket}/laptop", "--endpoint", guest.endpoint, *wrong]
    said = user.run(*words, given=f"{guest.access_key}\n{guest.secret_key}\n\n", status=1)
    assert f"the bucket {bucket.bucket}" in said.err
    assert "cannot be reached" in said.err
    assert names(guest) == []
