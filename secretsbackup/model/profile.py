"""Profiles: what to save, where to, how often, how long to keep. They name secrets, never hold them."""

from enum import StrEnum
from pathlib import PurePosixPath
from typing import NewType

import msgspec

from secretsbackup.model.destination import Bucket, Destination
from secretsbackup.model.schedule import Daily, Schedule

ProfileName = NewType("ProfileName", str)
Fingerprint = NewType("Fingerprint", str)
"""All 40 hexadecimal digits of an OpenPGP key."""


class Compression(StrEnum):
    """`fast` is zip level 1: about 1.5 times as fast as gpg's own for 3 % more bytes."""

    FAST = "fast"
    SMALL = "small"


class Source(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A folder (or file) to save, and the label under which it lies in every snapshot."""

    label: str
    path: str


class Hooks(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """Commands of the user's before and after each backup, as words (there is no shell), and how many
    seconds each may take."""

    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    seconds: int = 300


class Calls(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """URLs that are called when a backup was good, failed, or has not been made for too long; and who gets
    a letter of the latter two."""

    success: str | None = None
    failure: str | None = None
    overdue: str | None = None
    mail: str | None = None


class Profile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One backup: its sources, its destination and its rules.

    In days: `full_every`, `keep_days`, `overdue_after_days` (how long a run may be due before it is an alarm)
    and `verify_every` (how long after a verification there is another; 0 is never). In minutes:
    `jitter_minutes` (a run begins up to that much late, so that many computers do not begin at once). A run
    asks before it sends more than `ask_above_new_gb` of new data, or when more than
    `ask_above_changed_percent` of the files are gone or changed; 0 lets anything through.
    """

    name: ProfileName
    sources: tuple[Source, ...]
    destination: Destination
    key: Fingerprint
    exclude: tuple[str, ...] = ()
    full_every: int = 30
    keep: int = 2
    keep_days: int | None = None
    compression: Compression = Compression.FAST
    staging: str | None = None
    archive: str | None = None
    aws_profile: str | None = None
    schedule: Schedule = Daily()
    jitter_minutes: int = 0
    only_on_power: bool = False
    metered_too: bool = False
    overdue_after_days: int = 3
    ask_above_new_gb: int = 20
    ask_above_changed_percent: int = 50
    verify_every: int = 7
    hooks: Hooks = Hooks()
    calls: Calls = Calls()

    @property
    def needs_key_pair(self) -> bool:
        """Whether the keychain must hold an AWS access key for it."""
        return isinstance(self.destination, Bucket) and self.aws_profile is None


def labelled(paths: list[str]) -> tuple[Source, ...]:
    """Give each path a label of its own: its last part as text, numbered where two would be the same."""
    sources: list[Source] = []
    for path in paths:
        wanted = _name(path)
        taken = {source.label for source in sources}
        numbered = (wanted if n == 1 else f"{wanted}-{n}" for n in range(1, len(paths) + 1))
        sources.append(Source(next(label for label in numbered if label not in taken), path))
    return tuple(sources)


def _name(path: str) -> str:
    """The last part of a path; a byte that is not UTF-8 becomes “_”."""
    name = PurePosixPath(path).name or "root"
    return "".join("_" if "\udc80" <= char <= "\udcff" else char for char in name)
