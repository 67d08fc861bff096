"""What a credential may do at a bucket, found by trying it on a probe. Nothing that matters is ever touched:
the probe is taken away, uploads are never begun, and a put outside of the prefix is made to fail."""

import base64
import secrets
from collections.abc import Callable, Iterator
from typing import Any

from secretsbackup.model.check import Excess, Finding, Sign, of_action, of_excess
from secretsbackup.model.destination import Bucket
from secretsbackup.model.policy import Action, granting
from secretsbackup.model.secret import Credential
from secretsbackup.tools.s3 import PROBE
from secretsbackup.tools.s3.reach import allowed, client, told
from secretsbackup.tools.threads import run_in_daemon_thread

ENTER = "s3:ListBucket without a prefix"
"""HeadBucket, with which duplicity begins, has no action of its own: it counts as this."""

_NO_UPLOAD = "2~no-upload-has-this-name-00000000000"
_WRONG_SUM = base64.b64encode(bytes(16)).decode()
"""An MD5 that fits nothing: S3 looks at rights first, and then refuses the content."""


async def tried(bucket: Bucket, credential: Credential) -> tuple[Finding, ...]:
    """Every right that a backup and the doctor use; a Failure where nothing can be tried at all."""
    return await _in_thread(_rights, bucket, credential)


async def excess(bucket: Bucket, credential: Credential) -> tuple[Finding, ...]:
    """What the credential may do and should not."""
    return await _in_thread(_excess, bucket, credential)


async def _in_thread(
    look: Callable[[Any, Bucket], Iterator[Finding]], bucket: Bucket, credential: Credential
) -> tuple[Finding, ...]:
    def all_of_it() -> tuple[Finding, ...]:
        return told(lambda: tuple(look(client(bucket, credential), bucket)), bucket, credential)

    return await run_in_daemon_thread(all_of_it)


def _rights(s3: Any, bucket: Bucket) -> Iterator[Finding]:
    name, prefix = bucket.bucket, bucket.key_prefix
    place = {"Bucket": name, "Key": prefix + PROBE}

    def may(action: Action, call: Callable[[], object]) -> Finding:
        return of_action(action, allowed=allowed(call), statement=granting(action, bucket))

    found: list[str] = []
    yield may(Action.LIST, lambda: found.extend(_names(s3, name, prefix)))
    entered = allowed(lambda: s3.head_bucket(Bucket=name))
    yield of_action(
        Action.LIST, allowed=entered, statement=granting(Action.LIST, bucket, whole=True), right=ENTER
    )
    put = may(Action.PUT, lambda: s3.put_object(**place, Body=b"a probe"))
    yield put
    here = put.sign is Sign.ALLOWED
    readable = place["Key"] if here or not found else found[0]
    yield _get(s3, bucket, readable, there=here or bool(found))
    yield may(Action.DELETE, lambda: s3.delete_object(**place))
    yield may(Action.ABORT, lambda: s3.abort_multipart_upload(**place, UploadId=_NO_UPLOAD))
    if not bucket.endpoint:  # other servers (Ceph) judge an upload that is not there by other rights
        yield may(Action.PARTS, lambda: s3.list_parts(**place, UploadId=_NO_UPLOAD))
    yield may(Action.UPLOADS, lambda: s3.list_multipart_uploads(Bucket=name, Prefix=prefix, MaxUploads=1))


def _names(s3: Any, name: str, prefix: str) -> list[str]:
    """Something that is there to be read, if anything is."""
    listed = s3.list_objects_v2(Bucket=name, Prefix=prefix, MaxKeys=10)
    return [item["Key"] for item in listed.get("Contents", ())]


def _get(s3: Any, bucket: Bucket, key: str, *, there: bool) -> Finding:
    """Of what is not there some servers (Ceph) say so even to those who may not read it."""

    def get() -> None:
        s3.get_object(Bucket=bucket.bucket, Key=key)["Body"].close()

    may = allowed(get)
    told_anyway = may is not False and not there
    return of_action(Action.GET, allowed=None if told_anyway else may, statement=granting(Action.GET, bucket))


def _excess(s3: Any, bucket: Bucket) -> Iterator[Finding]:
    others = _other_buckets(s3, bucket)
    yield of_excess(Excess.LIST_BUCKETS, allowed=bool(others), count=len(others))
    place = {"Bucket": bucket.bucket, "Key": bucket.key_prefix + PROBE}
    # "null" is the version that an object has while a bucket keeps none; of a probe none is missed.
    gone = allowed(lambda: s3.delete_object(**place, VersionId="null"))
    yield of_excess(Excess.DELETE_VERSIONS, allowed=gone is True)
    if bucket.prefix:
        yield from _outside(s3, bucket)


def _other_buckets(s3: Any, bucket: Bucket) -> list[str]:
    """Servers on which everybody may list his own buckets (Ceph) show a backup credential none."""
    found: list[str] = []
    allowed(lambda: found.extend(one["Name"] for one in s3.list_buckets().get("Buckets", ())))
    return [name for name in found if name != bucket.bucket]


def _outside(s3: Any, bucket: Bucket) -> Iterator[Finding]:
    name, elsewhere = bucket.bucket, f"{PROBE}-{secrets.token_hex(6)}"
    listed = allowed(lambda: s3.list_objects_v2(Bucket=name, Prefix=elsewhere, MaxKeys=1))
    yield of_excess(Excess.LIST_OUTSIDE, allowed=listed is True)
    if other := _stranger(s3, bucket):
        read = allowed(lambda: s3.head_object(Bucket=name, Key=other))
        yield of_excess(Excess.GET_OUTSIDE, allowed=read is True)
    yield of_excess(Excess.PUT_OUTSIDE, allowed=_put_outside(s3, name, elsewhere))


def _stranger(s3: Any, bucket: Bucket) -> str | None:
    """Some object outside of the prefix, if the credential can find one."""
    found: list[str] = []
    allowed(lambda: found.extend(_names(s3, bucket.bucket, "")))
    return next((key for key in found if not key.startswith(bucket.key_prefix)), None)


def _put_outside(s3: Any, name: str, key: str) -> bool:
    stored: list[object] = []

    def put() -> None:
        stored.append(s3.put_object(Bucket=name, Key=key, Body=b"", ContentMD5=_WRONG_SUM))

    may = allowed(put) is True
    if stored:  # by a server that does not look at checksums
        allowed(lambda: s3.delete_object(Bucket=name, Key=key))
    return may
