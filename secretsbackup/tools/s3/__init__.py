"""Amazon S3 and servers like it, through boto3: what a bucket holds, and why it cannot be reached."""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from secretsbackup.model import causes
from secretsbackup.model.destination import Bucket
from secretsbackup.model.outcome import Failure
from secretsbackup.model.secret import Credential
from secretsbackup.tools.s3.reach import allowed, client, code_of, headless, refused, told
from secretsbackup.tools.threads import run_in_daemon_thread

_ATTEMPTS = 3
"""As often as duplicity tries what it fetches itself."""
_PAUSE = 1
"""Seconds between two of them."""
_PIECE = 1 << 20
"""Bytes that are in memory at once."""
FROZEN = ("GLACIER", "DEEP_ARCHIVE")
"""The storage classes of which an object must be brought back before it can be read, which takes hours
(GLACIER_IR is read at once)."""
PROBE = "secretsbackup-probe"
"""The name, under the prefix, of what is put there for a moment to see whether that can be done."""


async def own_profiles() -> tuple[str, ...]:
    """The names of the profiles in the user's own ~/.aws; none where that cannot be read."""

    def read() -> tuple[str, ...]:
        import boto3
        from botocore.exceptions import BotoCoreError

        try:
            return tuple(boto3.Session().available_profiles)
        except (BotoCoreError, UnicodeDecodeError):  # what is wrong there is told once one of them is used
            return ()

    return await run_in_daemon_thread(read)


async def contents(bucket: Bucket, credential: Credential) -> dict[str, int]:
    """Names below the prefix and their sizes in bytes; a Failure with its own Reason, in seconds."""
    return await run_in_daemon_thread(lambda: told(lambda: _list(bucket, credential), bucket, credential))


async def listing(bucket: Bucket, credential: Credential) -> tuple[dict[str, int], frozenset[str]]:
    """The names and sizes of all objects, and which of them lie where they cannot be read at once."""
    return await run_in_daemon_thread(lambda: told(lambda: _listing(bucket, credential), bucket, credential))


async def still_frozen(bucket: Bucket, credential: Credential, names: Sequence[str]) -> str:
    """The first of these that was not brought back for a while; "" if all were (S3's RestoreObject)."""

    def look() -> str:
        s3 = client(bucket, credential)
        return next((name for name in names if not _thawed(s3, bucket, name)), "")

    return await run_in_daemon_thread(lambda: told(look, bucket, credential))


def _thawed(s3: Any, bucket: Bucket, name: str) -> bool:
    seen = s3.head_object(Bucket=bucket.bucket, Key=bucket.key_prefix + name)
    return seen.get("StorageClass") not in FROZEN or 'ongoing-request="false"' in seen.get("Restore", "")


async def fetch(bucket: Bucket, credential: Credential, name: str) -> bytes:
    """The content of an object below the prefix."""

    def get() -> bytes:
        place = {"Bucket": bucket.bucket, "Key": bucket.key_prefix + name}
        content: bytes = client(bucket, credential).get_object(**place)["Body"].read()
        return content

    return await run_in_daemon_thread(lambda: told(get, bucket, credential))


async def bring(bucket: Bucket, credential: Credential, name: str, to: Path) -> None:
    """Write an object below the prefix to a file, piece by piece; what breaks on the way is tried again.

    Failure(VOLUME_MISSING) if it is not there.
    """
    await run_in_daemon_thread(lambda: told(lambda: _bring(bucket, credential, name, to), bucket, credential))


def _bring(bucket: Bucket, credential: Credential, name: str, to: Path) -> None:
    from botocore import exceptions as of

    place = {"Bucket": bucket.bucket, "Key": bucket.key_prefix + name}
    s3 = client(bucket, credential)
    for left in reversed(range(_ATTEMPTS)):
        try:
            with to.open("wb") as file:
                for piece in s3.get_object(**place)["Body"].iter_chunks(_PIECE):
                    file.write(piece)
                return
        except of.ClientError as error:
            if code_of(error) == "NoSuchKey":
                raise Failure(causes.VolumeMissing(name)) from None
            if code_of(error) == "InvalidObjectState":
                raise Failure(causes.Frozen(name)) from None
            raise
        except (of.HTTPClientError, of.IncompleteReadError) as error:
            if not left:
                raise of.HTTPClientError(error=error) from None
            time.sleep(_PAUSE)


async def put(bucket: Bucket, credential: Credential, name: str, content: bytes) -> None:
    """Put an object below the prefix."""
    place = {"Bucket": bucket.bucket, "Key": bucket.key_prefix + name}

    def put_it() -> None:
        client(bucket, credential).put_object(**place, Body=content)

    await run_in_daemon_thread(lambda: told(put_it, bucket, credential))


async def remove(bucket: Bucket, credential: Credential, names: Sequence[str]) -> None:
    """Delete objects below the prefix."""

    def delete() -> None:
        s3 = client(bucket, credential)
        for name in names:  # one by one: there are few, and some servers do not know of many at once
            s3.delete_object(Bucket=bucket.bucket, Key=bucket.key_prefix + name)

    await run_in_daemon_thread(lambda: told(delete, bucket, credential))


async def clear(bucket: Bucket, credential: Credential) -> None:
    """Delete all objects below the prefix, as far as a backup's own credential can: old versions stay."""

    def delete() -> None:
        s3 = client(bucket, credential)
        for name in _list(bucket, credential):
            s3.delete_object(Bucket=bucket.bucket, Key=bucket.key_prefix + name)

    await run_in_daemon_thread(lambda: told(delete, bucket, credential))


async def probe(bucket: Bucket, credential: Credential) -> None:
    """Put a small object under the prefix, read it back and delete it; Failure if one is refused."""
    await run_in_daemon_thread(lambda: told(lambda: _probe(bucket, credential), bucket, credential))


async def reached(bucket: Bucket, credential: Credential) -> None:
    """Get any answer from the bucket, a refusal too; Failure if there is no bucket, server or credential."""
    await run_in_daemon_thread(lambda: told(lambda: _reach(bucket, credential), bucket, credential))


def _reach(bucket: Bucket, credential: Credential) -> None:
    """In one attempt: a server that keeps silent is told in half the time."""
    from botocore.exceptions import ClientError

    s3 = client(bucket, credential, attempts=1)

    def look() -> None:
        place = {"Bucket": bucket.bucket, "Prefix": bucket.key_prefix, "MaxKeys": 1}
        try:
            _items(s3.list_objects_v2(**place), bucket)
        except ClientError as error:
            if headless(error):
                raise refused(error, bucket) from None
            raise

    allowed(look)


def _list(bucket: Bucket, credential: Credential) -> dict[str, int]:
    return _listing(bucket, credential)[0]


def _listing(bucket: Bucket, credential: Credential) -> tuple[dict[str, int], frozenset[str]]:
    pages = client(bucket, credential).get_paginator("list_objects_v2")
    sizes: dict[str, int] = {}
    frozen: set[str] = set()
    for page in pages.paginate(Bucket=bucket.bucket, Prefix=bucket.key_prefix):
        for item in _items(page, bucket):
            name = item["Key"].removeprefix(bucket.key_prefix)
            sizes[name] = item["Size"]
            if item.get("StorageClass") in FROZEN:
                frozen.add(name)
    return sizes, frozenset(frozen)


def _items(listed: Mapping[str, Any], bucket: Bucket) -> Sequence[Mapping[str, Any]]:
    """What one answer lists. S3 always names the bucket; a web page that says yes to all does not, and
    must not be taken for an empty bucket."""
    if "Name" not in listed:
        raise Failure(causes.EndpointWrong(bucket.endpoint or "Amazon S3"))
    found: Sequence[Mapping[str, Any]] = listed.get("Contents", ())
    if not all("Key" in item and "Size" in item for item in found):
        raise Failure(causes.EndpointWrong(bucket.endpoint or "Amazon S3"))
    return found


def _probe(bucket: Bucket, credential: Credential) -> None:
    s3 = client(bucket, credential)
    place = {"Bucket": bucket.bucket, "Key": bucket.key_prefix + PROBE}
    s3.put_object(**place, Body=b"a probe")
    s3.get_object(**place)["Body"].read()
    s3.delete_object(**place)
