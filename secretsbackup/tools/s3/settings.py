"""How a bucket is set: where it is, what it keeps, whom it lets in, what it tidies up by itself."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from secretsbackup.model.check import Finding, Sign, of_action
from secretsbackup.model.destination import Bucket
from secretsbackup.model.policy import Action, granting, grants
from secretsbackup.model.secret import Credential
from secretsbackup.tools.s3 import FROZEN, PROBE
from secretsbackup.tools.s3.reach import allowed, client, code_of, skew, told
from secretsbackup.tools.threads import run_in_daemon_thread

_CLOCK = 60.0
"""Seconds; S3 refuses a clock that is off by fifteen minutes."""
_COUNTED = 200
"""Uploads of which the parts are added up, so that a look stays quick."""

RawSettings = Mapping[str, Any]
SeenSettings = Mapping[Action, RawSettings]


async def looked_at(bucket: Bucket, credential: Credential) -> tuple[Finding, ...]:
    """What was found of a bucket: its settings, and the rights that a look at them lacks."""

    def look() -> tuple[Finding, ...]:
        return told(lambda: tuple(_all(client(bucket, credential), bucket)), bucket, credential)

    return await run_in_daemon_thread(look)


async def checksums(bucket: Bucket, credential: Credential) -> Finding:
    """Whether the server bears the checksums that S3's clients add by themselves since 2025."""
    from botocore.exceptions import ClientError

    def put() -> Finding:
        s3 = client(bucket, credential, checksums="when_supported")
        place = {"Bucket": bucket.bucket, "Key": bucket.key_prefix + PROBE}
        try:
            s3.put_object(**place, Body=b"a probe")
        except ClientError as error:
            return Finding(right="checksums", sign=Sign.CHECKSUMS_REFUSED, detail=code_of(error))
        allowed(lambda: s3.delete_object(**place))
        return Finding(right="checksums", sign=Sign.WORKS)

    return await run_in_daemon_thread(lambda: told(put, bucket, credential))


async def end_uploads(
    bucket: Bucket, credential: Credential, before: datetime | None = None, *, only_count: bool = False
) -> int:
    """End the uploads below the prefix that began (before a time) and were never finished: they cost, and no
    listing shows them. How many there were."""

    def end() -> int:
        s3 = client(bucket, credential)
        begun = [one for one in _begun(s3, bucket) if before is None or one["Initiated"] < before]
        for one in () if only_count else begun:
            s3.abort_multipart_upload(Bucket=bucket.bucket, Key=one["Key"], UploadId=one["UploadId"])
        return len(begun)

    return await run_in_daemon_thread(lambda: told(end, bucket, credential))


def _all(s3: Any, bucket: Bucket) -> Iterator[Finding]:
    seen: dict[Action, RawSettings] = {}
    for action, method, right, judge in _LOOKS:
        may = _read(getattr(s3, method), bucket, action, seen)
        if grants(action, bucket):
            yield of_action(action, allowed=may, statement=granting(action, bucket))
        else:
            seen.setdefault(action, {})
        if action in seen:
            sign, detail = judge(seen, bucket)
            yield Finding(right=right, sign=sign, detail=detail)
    yield from _uploads(s3, bucket)
    yield from _clock(seen)


def _read(
    call: Callable[..., RawSettings], bucket: Bucket, action: Action, seen: dict[Action, RawSettings]
) -> bool | None:
    """See a setting, or nothing where it was never set."""
    from botocore.exceptions import ClientError

    def read() -> None:
        try:
            seen[action] = call(Bucket=bucket.bucket)
        except ClientError as error:
            if not code_of(error).endswith(_UNSET):
                raise
            seen[action] = {}

    return allowed(read)


_UNSET = ("NoSuchLifecycleConfiguration", "NoSuchPublicAccessBlockConfiguration", "NotFoundError")


def _region(seen: SeenSettings, bucket: Bucket) -> tuple[Sign, str]:
    """Amazon calls its first region nothing; other servers name what only they understand."""
    said = str(seen[Action.LOCATION].get("LocationConstraint") or "")
    there = {"": "" if bucket.endpoint else "us-east-1", "EU": "eu-west-1", "default": ""}.get(said, said)
    other = there and bucket.region and there != bucket.region
    return (Sign.REGION_OTHER if other else Sign.WORKS), there


def _versioning(seen: SeenSettings, _: Bucket) -> tuple[Sign, str]:
    status = str(seen[Action.VERSIONING].get("Status", ""))
    return (Sign.VERSIONED if status == "Enabled" else Sign.NOT_VERSIONED), status


def _public_access(seen: SeenSettings, bucket: Bucket) -> tuple[Sign, str]:
    blocks = seen[Action.PUBLIC_ACCESS].get("PublicAccessBlockConfiguration", {})
    if blocks and all(blocks.values()):
        return Sign.PUBLIC_BLOCKED, ""
    return (Sign.PUBLIC_UNTOLD if bucket.endpoint else Sign.PUBLIC_NOT_BLOCKED), ""


def _encryption(seen: SeenSettings, _: Bucket) -> tuple[Sign, str]:
    rules = seen[Action.ENCRYPTION].get("ServerSideEncryptionConfiguration", {}).get("Rules", ())
    by = [rule.get("ApplyServerSideEncryptionByDefault", {}).get("SSEAlgorithm", "") for rule in rules]
    return (Sign.ENCRYPTED, by[0]) if by else (Sign.NOT_ENCRYPTED, "")


def _lifecycle(seen: SeenSettings, bucket: Bucket) -> tuple[Sign, str]:
    for rule in seen[Action.LIFECYCLE].get("Rules", ()):
        if harm := _harm(rule, bucket):
            return harm
    rules = [rule for rule in seen[Action.LIFECYCLE].get("Rules", ()) if covers(rule, bucket)]
    lacks = [] if any("AbortIncompleteMultipartUpload" in rule for rule in rules) else ["uploads"]
    versioned = seen.get(Action.VERSIONING, {}).get("Status") == "Enabled"
    if versioned and not any("NoncurrentVersionExpiration" in rule for rule in rules):
        lacks.append("versions")
    return (Sign.NOT_TIDIED if lacks else Sign.TIDIED), " ".join(lacks)


def _harm(rule: RawSettings, bucket: Bucket) -> tuple[Sign, str] | None:
    """What a rule does to backups that are in use: it deletes them, or puts them where none can be read."""
    prefix = _prefix(rule)
    if rule.get("Status") != "Enabled" or not (
        prefix.startswith(bucket.key_prefix) or bucket.key_prefix.startswith(prefix)
    ):
        return None
    if {"Days", "Date"} & {*rule.get("Expiration", {})}:
        return Sign.EXPIRING, str(rule.get("ID", ""))
    frozen = [one.get("StorageClass") in FROZEN for one in rule.get("Transitions", ())]
    return (Sign.FREEZING, str(rule.get("ID", ""))) if any(frozen) else None


def _prefix(rule: RawSettings) -> str:
    """The names that a rule is about: how they begin. Older rules say it elsewhere."""
    chosen: RawSettings = rule.get("Filter") or {}
    return str(chosen.get("And", chosen).get("Prefix", rule.get("Prefix", "")))


def covers(rule: RawSettings, bucket: Bucket) -> bool:
    """Whether a lifecycle rule is on and about all that lies below the prefix."""
    chosen: RawSettings = rule.get("Filter") or {}
    narrow = any(key not in ("Prefix", "And") for key in chosen) or chosen.get("And", {}).get("Tags")
    return rule.get("Status") == "Enabled" and not narrow and bucket.key_prefix.startswith(_prefix(rule))


def _lock(seen: SeenSettings, _: Bucket) -> tuple[Sign, str]:
    lock = seen[Action.LOCK].get("ObjectLockConfiguration", {})
    if lock.get("ObjectLockEnabled") != "Enabled":
        return Sign.NOT_LOCKED, ""
    kept = lock.get("Rule", {}).get("DefaultRetention", {})
    amount = f"{kept['Days']} days" if "Days" in kept else f"{kept['Years']} years" if "Years" in kept else ""
    return Sign.LOCKED, f"{kept.get('Mode', '')} {amount}".strip().lower()


_LOOKS: tuple[tuple[Action, str, str, Callable[[SeenSettings, Bucket], tuple[Sign, str]]], ...] = (
    (Action.LOCATION, "get_bucket_location", "region", _region),
    (Action.VERSIONING, "get_bucket_versioning", "versioning", _versioning),
    (Action.PUBLIC_ACCESS, "get_public_access_block", "public access", _public_access),
    (Action.ENCRYPTION, "get_bucket_encryption", "encryption", _encryption),
    (Action.LIFECYCLE, "get_bucket_lifecycle_configuration", "lifecycle", _lifecycle),
    (Action.LOCK, "get_object_lock_configuration", "object lock", _lock),
)


def _uploads(s3: Any, bucket: Bucket) -> Iterator[Finding]:
    begun: list[RawSettings] = []
    if not allowed(lambda: begun.extend(_begun(s3, bucket))):
        return
    stored: list[int] = []
    for one in begun[:_COUNTED]:
        place = {"Bucket": bucket.bucket, "Key": one["Key"], "UploadId": one["UploadId"]}
        parts = _parts(s3, place)
        stored.append(sum(part["Size"] for part in parts))
    sign = Sign.UPLOADS_LEFT if begun else Sign.UPLOADS_NONE
    yield Finding(right="unfinished uploads", sign=sign, count=len(begun), size=sum(stored))


def _begun(s3: Any, bucket: Bucket) -> Iterator[RawSettings]:
    pages = s3.get_paginator("list_multipart_uploads")
    for page in pages.paginate(Bucket=bucket.bucket, Prefix=bucket.key_prefix):
        yield from page.get("Uploads", ())


def _parts(s3: Any, place: dict[str, str]) -> list[RawSettings]:
    found: list[RawSettings] = []
    allowed(lambda: found.extend(s3.list_parts(**place).get("Parts", ())))
    return found


def _clock(seen: SeenSettings) -> Iterator[Finding]:
    ahead = next((off for one in seen.values() if (off := skew(one)) is not None), 0.0)
    if abs(ahead) > _CLOCK:
        yield Finding(right="clock", sign=Sign.CLOCK_OFF, seconds=round(ahead))
