"""Checks: what the doctor looked at, one finding each. How a finding reads to a person is in `words`."""

from enum import StrEnum

import msgspec

from secretsbackup.model.causes import Cause
from secretsbackup.model.outcome import Failure
from secretsbackup.model.policy import NEEDED, Action, Statement


class Verdict(StrEnum):
    """How a finding stands: `warning` can be lived with, `lacking` cannot."""

    FINE = "fine"
    WARNING = "warning"
    LACKING = "lacking"


class Sign(StrEnum):
    """What was found: which sentence it takes."""

    # anything
    WORKS = "works"
    TROUBLE = "trouble"
    # what the credential may, as it should
    ALLOWED = "allowed"
    DENIED = "denied"
    UNTRIED = "untried"
    # what it should not
    WITHHELD = "withheld"
    EXCESSIVE = "excessive"
    # the bucket
    REGION_OTHER = "region-other"
    CLOCK_OFF = "clock-off"
    CHECKSUMS_REFUSED = "checksums-refused"
    VERSIONED = "versioned"
    NOT_VERSIONED = "not-versioned"
    PUBLIC_BLOCKED = "public-blocked"
    PUBLIC_NOT_BLOCKED = "public-not-blocked"
    PUBLIC_UNTOLD = "public-untold"
    ENCRYPTED = "encrypted"
    NOT_ENCRYPTED = "not-encrypted"
    TIDIED = "tidied"
    NOT_TIDIED = "not-tidied"
    EXPIRING = "expiring"
    FREEZING = "freezing"
    LOCKED = "locked"
    NOT_LOCKED = "not-locked"
    UPLOADS_NONE = "uploads-none"
    UPLOADS_LEFT = "uploads-left"
    # a folder
    ROOM = "room"
    LITTLE_ROOM = "little-room"
    SAME_DISK = "same-disk"
    # a profile
    EXCLUDES_NOTHING = "excludes-nothing"
    PLAIN_HTTP = "plain-http"
    FROZEN = "frozen"
    # this machine
    CONFINED = "confined"
    NO_LANDLOCK = "no-landlock"
    NO_NAMESPACES = "no-namespaces"


_WARNINGS = frozenset(
    {
        *(Sign.UNTRIED, Sign.EXCESSIVE, Sign.REGION_OTHER, Sign.CLOCK_OFF, Sign.NOT_VERSIONED),
        *(
            Sign.PUBLIC_NOT_BLOCKED,
            Sign.NOT_TIDIED,
            Sign.UPLOADS_LEFT,
            Sign.EXPIRING,
            Sign.FREEZING,
            Sign.LITTLE_ROOM,
            Sign.SAME_DISK,
            Sign.EXCLUDES_NOTHING,
            Sign.PLAIN_HTTP,
            Sign.FROZEN,
            Sign.NO_LANDLOCK,
            Sign.NO_NAMESPACES,
        ),
    }
)


class Excess(StrEnum):
    """What a backup credential should not be able to do; each can be tried without harm."""

    LIST_BUCKETS = "s3:ListAllMyBuckets"
    LIST_OUTSIDE = "s3:ListBucket outside"
    GET_OUTSIDE = "s3:GetObject outside"
    PUT_OUTSIDE = "s3:PutObject outside"
    DELETE_VERSIONS = "s3:DeleteObjectVersion"
    MANAGE_USERS = "iam:ListUsers"


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One check.

    `right` is an action by its name in a policy (with the word "outside" where it was tried outside of
    the prefix), or what else was looked at ("versioning", "key"). `statement` would grant what is denied.
    `count` and `size` (bytes) are of what was found, `seconds` is how far a clock is ahead.
    """

    right: str
    sign: Sign
    detail: str = ""
    cause: Cause | None = None
    statement: Statement | None = None
    count: int = 0
    size: int = 0
    seconds: int = 0

    @property
    def verdict(self) -> Verdict:
        """How it stands. An action that only this doctor uses is no lack when it is denied."""
        if self.sign is Sign.TROUBLE:
            return Verdict.LACKING
        if self.sign is Sign.DENIED:
            needed = self.statement and NEEDED & {*self.statement.action}
            return Verdict.LACKING if needed else Verdict.WARNING
        return Verdict.WARNING if self.sign in _WARNINGS else Verdict.FINE


def trouble(right: str, failure: Failure) -> Finding:
    """A finding that says why something does not work at all."""
    return Finding(right=right, sign=Sign.TROUBLE, cause=failure.cause)


def of_action(action: Action, *, allowed: bool | None, statement: Statement, right: str = "") -> Finding:
    """What became of trying an action; None if the server's answer does not tell."""
    sign = {True: Sign.ALLOWED, False: Sign.DENIED, None: Sign.UNTRIED}[allowed]
    return Finding(right=right or action, sign=sign, statement=statement if allowed is False else None)


def of_excess(excess: Excess, *, allowed: bool, count: int = 0) -> Finding:
    """What became of trying what should be refused."""
    return Finding(right=excess, sign=Sign.EXCESSIVE if allowed else Sign.WITHHELD, count=count)
