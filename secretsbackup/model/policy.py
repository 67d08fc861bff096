"""Policies: what a backup credential must be allowed at a bucket, and not a right more, as IAM says it.

Each action was found by trying: without it a backup, a prune, a restore, a verify or the doctor lacks
something. Nothing here may change the bucket, look outside of the prefix, or delete old versions for good.
"""

import re
from enum import StrEnum
from typing import Literal

import msgspec

from secretsbackup.model.destination import Bucket


class Action(StrEnum):
    """What S3 can allow, by the names that its policies use."""

    LIST = "s3:ListBucket"
    GET = "s3:GetObject"
    PUT = "s3:PutObject"
    DELETE = "s3:DeleteObject"
    ABORT = "s3:AbortMultipartUpload"
    PARTS = "s3:ListMultipartUploadParts"
    UPLOADS = "s3:ListBucketMultipartUploads"
    LOCATION = "s3:GetBucketLocation"
    VERSIONING = "s3:GetBucketVersioning"
    LIFECYCLE = "s3:GetLifecycleConfiguration"
    PUBLIC_ACCESS = "s3:GetBucketPublicAccessBlock"
    ENCRYPTION = "s3:GetEncryptionConfiguration"
    LOCK = "s3:GetBucketObjectLockConfiguration"


NEEDED = frozenset({Action.LIST, Action.GET, Action.PUT, Action.DELETE, Action.ABORT})
"""Without one of these backups fail, or leave parts behind that cost money; the others serve the doctor."""

_OBJECTS = (Action.GET, Action.PUT, Action.DELETE, Action.ABORT, Action.PARTS)
_BUCKET = tuple(action for action in Action if action not in (*_OBJECTS, Action.LIST))
_ONLY_AMAZON = frozenset({Action.ENCRYPTION, Action.PUBLIC_ACCESS})
"""A server refuses a whole policy for one action that it does not know (Ceph 16: the first of these), or
asks for another action than Amazon does (the second)."""

Conditions = dict[str, dict[str, str]]


class Statement(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, rename="pascal"):
    """One statement of a policy, as AWS writes it."""

    sid: str
    effect: Literal["Allow"] = msgspec.field(default_factory=lambda: "Allow")
    principal: dict[str, str] | None = None
    action: tuple[Action, ...]
    resource: str
    condition: Conditions | None = None


class Policy(msgspec.Struct, frozen=True, kw_only=True, rename="pascal"):
    """A whole policy. Version is that of the language, the newest there is."""

    version: Literal["2012-10-17"] = "2012-10-17"
    statement: tuple[Statement, ...]


def for_user(bucket: Bucket) -> Policy:
    """The policy of an IAM user that backs up to this prefix and does nothing else."""
    return Policy(statement=_statements(bucket))


def for_bucket(bucket: Bucket, principal: str) -> Policy:
    """The rights that a backup needs as a policy of the bucket, for the user with that ARN."""
    given = {"AWS": principal}
    return Policy(
        statement=tuple(msgspec.structs.replace(one, principal=given) for one in _statements(bucket))
    )


def grants(action: Action, bucket: Bucket) -> bool:
    """Whether the policies for this bucket grant an action."""
    return not (bucket.endpoint and action in _ONLY_AMAZON)


def granting(action: Action, bucket: Bucket, *, whole: bool = False) -> Statement:
    """The statement that grants one action; `whole` chooses listing's without a prefix (HeadBucket)."""
    fitting = [one for one in _statements(bucket) if action in one.action]
    chosen = fitting[0 if whole else -1]
    return msgspec.structs.replace(chosen, action=(action,))


def text(value: Policy | Statement) -> str:
    """The JSON that is pasted into a console, or handed to IAM."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def _statements(bucket: Bucket) -> tuple[Statement, ...]:
    whole = f"arn:{_partition(bucket.region)}:s3:::{bucket.bucket}"
    listed = {"StringLike": {"s3:prefix": f"{_literal(bucket.key_prefix)}*"}} if bucket.prefix else None
    # duplicity begins with HeadBucket, which counts as a listing that names no prefix. To Ceph every real
    # listing names "max-keys" as well, and is so kept out; to Amazon one that does not say it does not.
    entered = {"Null": {"s3:prefix": "true", **({"s3:max-keys": "true"} if bucket.endpoint else {})}}
    looks = tuple(action for action in _BUCKET if grants(action, bucket))
    found = (
        Statement(sid="SecretsBackupEnter", action=(Action.LIST,), resource=whole, condition=entered),
        Statement(sid="SecretsBackupList", action=(Action.LIST,), resource=whole, condition=listed),
        Statement(sid="SecretsBackupLook", action=looks, resource=whole),
        Statement(
            sid="SecretsBackupObjects",
            action=_OBJECTS,
            resource=f"{whole}/{_literal(bucket.key_prefix)}*",
        ),
    )
    return found if bucket.prefix else found[1:]


def _literal(prefix: str) -> str:
    """A prefix in which nothing is a wildcard or a variable to IAM."""
    return re.sub(r"[*?$]", lambda found: f"${{{found[0]}}}", prefix)


def _partition(region: str | None) -> str:
    """Which of Amazon's separate worlds a region is in; servers of others call theirs "aws" too."""
    match (region or "").split("-")[:2]:
        case ["cn", *_]:
            return "aws-cn"
        case ["us", "gov"]:
            return "aws-us-gov"
        case _:
            return "aws"
