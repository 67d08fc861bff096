"""What protects a bucket: each is read, set, followed by a trial put, and taken back where that fails."""

from collections.abc import Callable
from typing import Any

import msgspec

from secretsbackup.model.created import PartResult, SetupPart
from secretsbackup.model.destination import Bucket
from secretsbackup.model.secret import Credential
from secretsbackup.tools.s3 import PROBE
from secretsbackup.tools.s3.reach import allowed, client, code_of, status_of, told
from secretsbackup.tools.s3.settings import RawSettings, covers
from secretsbackup.tools.threads import run_in_daemon_thread

UPLOADS_DAYS = 7
"""An upload that is not finished by then is ended; a run that goes on after a break begins a new one."""
VERSIONS_DAYS = 30
"""What was deleted or written over can be had back for so long."""


async def protect(
    bucket: Bucket, admin: Credential, part: SetupPart, *, spare: bool = False
) -> tuple[PartResult, str]:
    """Set one protection: what became of it, and the server's own word where it refused.

    With `spare` it is only looked at: the bucket holds other people's things too.
    """

    def set_it() -> tuple[PartResult, str]:
        return _protect(client(bucket, admin), bucket, part, spare=spare)

    return await run_in_daemon_thread(lambda: told(set_it, bucket, admin))


async def remove_rule(bucket: Bucket, admin: Credential) -> None:
    """Take our lifecycle rule away, and leave the others."""
    await run_in_daemon_thread(lambda: told(lambda: _drop_rule(client(bucket, admin), bucket), bucket, admin))


def rule_name(bucket: Bucket) -> str:
    """By which our lifecycle rule is known among others."""
    return f"secretsbackup {bucket.key_prefix}"[:255]


def _protect(s3: Any, bucket: Bucket, part: SetupPart, *, spare: bool) -> tuple[PartResult, str]:
    from botocore.exceptions import ClientError

    protection = _PROTECTIONS[part]
    before = _read(s3, bucket, protection)
    if protection.stands(before, bucket):
        return PartResult.FOUND, ""
    if spare:
        return PartResult.SPARED, ""
    try:
        protection.set(s3, bucket)
    except ClientError as error:
        denied = status_of(error) == 403
        return (PartResult.REFUSED if denied else PartResult.UNKNOWN_THERE), code_of(error)
    if not protection.stands(_read(s3, bucket, protection), bucket):
        return PartResult.UNKNOWN_THERE, ""
    if _can_put(s3, bucket):
        return PartResult.MADE, ""
    protection.take_back(s3, bucket)
    return PartResult.TAKEN_BACK, ""


def _can_put(s3: Any, bucket: Bucket) -> bool:
    """Put a probe, and leave no old version of it."""
    place = {"Bucket": bucket.bucket, "Key": bucket.key_prefix + PROBE}
    put: list[RawSettings] = []
    if not allowed(lambda: put.append(s3.put_object(**place, Body=b"a probe"))):
        return False
    version = put[0].get("VersionId")
    s3.delete_object(**place, **({"VersionId": version} if version else {}))
    return True


class _Protection(msgspec.Struct, frozen=True):
    """How one is read, when it stands, how it is set and how it is taken back.

    Nothing is taken back by a DELETE of a part of the bucket: to a server that does not know the part,
    that is a DELETE of the bucket (Ceph 16).
    """

    read: Callable[[Any, str], RawSettings]
    stands: Callable[[RawSettings, Bucket], bool]
    set: Callable[[Any, Bucket], object]
    take_back: Callable[[Any, Bucket], object]


def _read(s3: Any, bucket: Bucket, protection: _Protection) -> RawSettings:
    found: list[RawSettings] = []
    allowed(lambda: found.append(protection.read(s3, bucket.bucket)))
    return found[0] if found else {}


def _own(s3: Any, bucket: Bucket, how: str) -> None:
    rules = {"Rules": [{"ObjectOwnership": how}]}
    s3.put_bucket_ownership_controls(Bucket=bucket.bucket, OwnershipControls=rules)


def _owned(seen: RawSettings, _: Bucket) -> bool:
    rules = seen.get("OwnershipControls", {}).get("Rules", ())
    return any(rule["ObjectOwnership"] == "BucketOwnerEnforced" for rule in rules)


_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def _block(s3: Any, bucket: Bucket, *, on: bool) -> None:
    blocks = dict.fromkeys(_BLOCKS, on)
    s3.put_public_access_block(Bucket=bucket.bucket, PublicAccessBlockConfiguration=blocks)


def _blocked(seen: RawSettings, _: Bucket) -> bool:
    blocks = seen.get("PublicAccessBlockConfiguration", {})
    return all(blocks.get(block) for block in _BLOCKS)


def _version(s3: Any, bucket: Bucket, status: str) -> None:
    s3.put_bucket_versioning(Bucket=bucket.bucket, VersioningConfiguration={"Status": status})


def rule(bucket: Bucket) -> dict[str, Any]:
    """Our lifecycle rule, as S3 takes it."""
    return {
        "ID": rule_name(bucket),
        "Filter": {"Prefix": bucket.key_prefix},
        "Status": "Enabled",
        "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": UPLOADS_DAYS},
        "NoncurrentVersionExpiration": {"NoncurrentDays": VERSIONS_DAYS},
        "Expiration": {"ExpiredObjectDeleteMarker": True},
    }


def _ruled(seen: RawSettings, bucket: Bucket) -> bool:
    rules = [one for one in seen.get("Rules", ()) if covers(one, bucket)]
    return all(
        any(what in one for one in rules)
        for what in ("AbortIncompleteMultipartUpload", "NoncurrentVersionExpiration")
    )


def _add_rule(s3: Any, bucket: Bucket) -> None:
    _put_rules(s3, bucket, [*_other_rules(s3, bucket), rule(bucket)])


def _drop_rule(s3: Any, bucket: Bucket) -> None:
    _put_rules(s3, bucket, _other_rules(s3, bucket))


def _other_rules(s3: Any, bucket: Bucket) -> list[dict[str, Any]]:
    seen = _read(s3, bucket, _PROTECTIONS[SetupPart.LIFECYCLE])
    return [one for one in seen.get("Rules", ()) if one.get("ID") != rule_name(bucket)]


def _put_rules(s3: Any, bucket: Bucket, rules: list[dict[str, Any]]) -> None:
    if rules:
        s3.put_bucket_lifecycle_configuration(Bucket=bucket.bucket, LifecycleConfiguration={"Rules": rules})
    elif _read(s3, bucket, _PROTECTIONS[SetupPart.LIFECYCLE]).get("Rules"):
        s3.delete_bucket_lifecycle(Bucket=bucket.bucket)  # known to whoever has shown its rules


_PROTECTIONS = {
    SetupPart.OWNERSHIP: _Protection(
        lambda s3, name: s3.get_bucket_ownership_controls(Bucket=name),
        _owned,
        lambda s3, bucket: _own(s3, bucket, "BucketOwnerEnforced"),
        lambda s3, bucket: _own(s3, bucket, "ObjectWriter"),
    ),
    SetupPart.PUBLIC_ACCESS: _Protection(
        lambda s3, name: s3.get_public_access_block(Bucket=name),
        _blocked,
        lambda s3, bucket: _block(s3, bucket, on=True),
        lambda s3, bucket: _block(s3, bucket, on=False),
    ),
    SetupPart.VERSIONING: _Protection(
        lambda s3, name: s3.get_bucket_versioning(Bucket=name),
        lambda seen, _: seen.get("Status") == "Enabled",
        lambda s3, bucket: _version(s3, bucket, "Enabled"),
        lambda s3, bucket: _version(s3, bucket, "Suspended"),
    ),
    SetupPart.LIFECYCLE: _Protection(
        lambda s3, name: s3.get_bucket_lifecycle_configuration(Bucket=name),
        _ruled,
        _add_rule,
        _drop_rule,
    ),
}
