"""Entries: the paths of a snapshot, and what is known of each: its kind, its size, its time."""

from datetime import UTC, datetime
from enum import StrEnum

import msgspec


class EntryKind(StrEnum):
    """What a path is."""

    FILE = "file"
    FOLDER = "folder"
    LINK = "link"
    OTHER = "other"


class SeenEntry(msgspec.Struct, frozen=True):
    """A path as a snapshot shows it; `what` is None where it shows that the path is gone.

    `modified` is in seconds since 1970 (UTC). The size is at least `least` and at most `most` bytes:
    signatures tell it to some hundred bytes, a staged file tells it exactly.
    """

    path: bytes
    what: EntryKind | None
    modified: int = 0
    least: int = 0
    most: int = 0


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a path, and the first and the last snapshot that hold it.

    `until` is None while the newest snapshot holds it. The size is at least `least`, at most `most` bytes.
    """

    path: bytes
    what: EntryKind
    modified: datetime
    least: int
    most: int
    since: datetime
    until: datetime | None

    @property
    def size(self) -> int | None:
        """The file's bytes; None where they are not known exactly."""
        return self.most if self.least == self.most else None

    @property
    def name(self) -> bytes:
        """The last part of its path."""
        return self.path.rpartition(b"/")[2]


class SearchResult(msgspec.Struct, frozen=True):
    """What a search found, best first, and how many matching paths are left out: at least so many, where
    they are tens of thousands."""

    entries: list[Entry]
    more: int


class Totals(msgspec.Struct, frozen=True):
    """How much lies at or below a path: files (anything but folders) and their bytes, at most."""

    files: int
    bytes: int


class SnapshotContents(msgspec.Struct, frozen=True, kw_only=True):
    """A snapshot, what it holds, and how many files (no folders) it shows as new, changed and deleted."""

    time: datetime
    new: int
    changed: int
    deleted: int
    holds: Totals


def moment(seconds: int) -> datetime:
    """A time in seconds since 1970; one that no calendar has is taken for the nearest that it has."""
    return datetime.fromtimestamp(min(max(seconds, 0), _LAST), UTC)


_LAST = 253_402_300_799
"""The last second of the year 9999."""
