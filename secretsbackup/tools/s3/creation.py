"""Making buckets, finding out whose one is, and taking away what was made."""

from collections.abc import Callable
from typing import Any, TypeVar

from secretsbackup.model import causes
from secretsbackup.model.destination import Bucket
from secretsbackup.model.outcome import Failure
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Credential
from secretsbackup.tools.s3 import PROBE
from secretsbackup.tools.s3.reach import allowed, client, code_of, refused, status_of, told
from secretsbackup.tools.s3.settings import RawSettings
from secretsbackup.tools.threads import run_in_daemon_thread

_T = TypeVar("_T")

_FIRST_REGION = "us-east-1"


async def find(bucket: Bucket, admin: Credential) -> str | None:
    """The region of the bucket ("" where the server does not say), None if there is no bucket of that name.

    Failure(BUCKET_TAKEN) if it is somebody else's.
    """
    return await _ask(_find, bucket, admin)


async def make(bucket: Bucket, admin: Credential) -> None:
    """Make the bucket, in the region that it names. Only its owner's account will own what it holds."""
    await _ask(_make, bucket, admin)


async def is_shared(bucket: Bucket, admin: Credential) -> bool:
    """Whether it holds things outside of the prefix, so that its settings are not ours alone to make."""

    return await _ask(_shared, bucket, admin)


async def empty(bucket: Bucket, admin: Credential) -> None:
    """Delete all that lies below the prefix, old versions too."""
    await _ask(lambda s3, bucket: _empty(s3, bucket, bucket.key_prefix), bucket, admin)


async def remove(bucket: Bucket, admin: Credential) -> None:
    """Delete the bucket with our probes; Failure(BUCKET_NOT_EMPTY) if it holds more."""
    await _ask(_remove, bucket, admin)


async def _ask(question: Callable[[Any, Bucket], _T], bucket: Bucket, admin: Credential) -> _T:
    return await run_in_daemon_thread(
        lambda: told(lambda: question(client(bucket, admin), bucket), bucket, admin)
    )


def _find(s3: Any, bucket: Bucket) -> str | None:
    from botocore.exceptions import ClientError, ParamValidationError

    try:
        answer = s3.head_bucket(Bucket=bucket.bucket)
    except ParamValidationError:
        raise Failure(causes.BucketNameBad(bucket.bucket)) from None
    except ClientError as error:
        if status_of(error) == 404:
            return None
        if status_of(error) != 403:
            raise
        _name_the_credential(s3, bucket)
        raise Failure(causes.BucketTaken(bucket.bucket)) from None
    if not _owns(s3, bucket):
        raise Failure(causes.BucketTaken(bucket.bucket))
    headers = answer["ResponseMetadata"]["HTTPHeaders"]
    return str(answer.get("BucketRegion") or headers.get("x-amz-bucket-region") or "")


def _name_the_credential(s3: Any, bucket: Bucket) -> None:
    """A refusal without a body does not say whether bucket or key is wrong; a list of buckets does."""
    from botocore.exceptions import ClientError

    try:
        s3.list_buckets()
    except ClientError as error:
        failure = refused(error, bucket)
        if failure.reason is not Reason.DESTINATION_DENIED:
            raise failure from None


def _owns(s3: Any, bucket: Bucket) -> bool:
    """Whether a bucket is the credential's own. True also where the credential may not list buckets."""
    names: list[str] = []
    if not allowed(lambda: names.extend(one["Name"] for one in s3.list_buckets()["Buckets"])):
        return True
    return bucket.bucket in names


def _make(s3: Any, bucket: Bucket) -> None:
    from botocore.exceptions import ClientError

    region = s3.meta.region_name  # the bucket's, or one that the user's own ~/.aws names
    region = _FIRST_REGION if region in (None, "aws-global") else region
    where = {"CreateBucketConfiguration": {"LocationConstraint": region}} if region != _FIRST_REGION else {}
    try:
        _create(s3, bucket, where)
    except ClientError as error:
        if code_of(error) in ("BucketAlreadyExists", "OperationAborted"):
            raise Failure(causes.BucketTaken(bucket.bucket)) from None
        if code_of(error) == "InvalidBucketName":
            raise Failure(causes.BucketNameBad(bucket.bucket)) from None
        if not (where and bucket.endpoint and code_of(error) == "InvalidLocationConstraint"):
            raise
        _create(s3, bucket, {})  # where "region" is but a word that requests are signed with


def _create(s3: Any, bucket: Bucket, where: dict[str, Any]) -> None:
    s3.create_bucket(Bucket=bucket.bucket, ObjectOwnership="BucketOwnerEnforced", **where)


def _shared(s3: Any, bucket: Bucket) -> bool:
    """Whether anything lies beside the prefix, or beside one of the folders that lead to it."""
    above = ""
    for part in bucket.prefix.split("/") if bucket.prefix else ():
        listed = s3.list_objects_v2(Bucket=bucket.bucket, Prefix=above, Delimiter="/", MaxKeys=2)
        found = [one["Key"] for one in listed.get("Contents", ())]
        found += [one["Prefix"] for one in listed.get("CommonPrefixes", ())]
        if any(one != f"{above}{part}/" for one in found):
            return True
        above = f"{above}{part}/"
    return False


def _empty(s3: Any, bucket: Bucket, prefix: str) -> None:
    for one in _versions(s3, bucket, prefix):
        s3.delete_object(Bucket=bucket.bucket, Key=one["Key"], VersionId=one["VersionId"])


def _versions(s3: Any, bucket: Bucket, prefix: str) -> list[RawSettings]:
    pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket.bucket, Prefix=prefix)
    return [one for page in pages for kind in ("Versions", "DeleteMarkers") for one in page.get(kind, ())]


def _remove(s3: Any, bucket: Bucket) -> None:
    from botocore.exceptions import ClientError

    try:
        _empty(s3, bucket, bucket.key_prefix + PROBE)
        s3.delete_bucket(Bucket=bucket.bucket)
    except ClientError as error:
        if code_of(error) == "BucketNotEmpty":
            raise Failure(causes.BucketNotEmpty(bucket.bucket)) from None
        if code_of(error) != "NoSuchBucket":
            raise
