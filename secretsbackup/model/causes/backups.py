"""Backups that are there, or should be."""

from datetime import datetime
from enum import StrEnum

from secretsbackup.model.causes.base import Base


class Forgery(StrEnum):
    """What a backup holds that is never saved."""

    HARD_LINK = "hard-link"
    UNKNOWN_ENTRY = "unknown-entry"
    OTHER = "other"


class NoSnapshot(Base, frozen=True, tag="no-snapshot"):
    """There is no backup: of a time or of a name, or at an address."""

    at: datetime | None = None
    stamp: str = ""
    address: str = ""


class Unproven(Base, frozen=True, tag="unproven"):
    """The newest backups were never audited on this computer; `stamp` names the oldest of them."""

    stamp: str = ""


class NothingSent(Base, frozen=True, tag="nothing-sent"):
    """duplicity says that all is sent, and no new snapshot is there."""


class VolumeMissing(Base, frozen=True, tag="volume-missing"):
    """A file of the backup, and `more` others, are missing at the destination or too short."""

    file: str = ""
    more: int = 0


class VolumeCorrupt(Base, frozen=True, tag="volume-corrupt"):
    """A file of the backup is damaged at the destination."""

    file: str = ""


class OlderDamaged(Base, frozen=True, tag="older-damaged"):
    """A backup is damaged that the newest ones do not depend on."""

    file: str = ""
    more: int = 0


class RolledBack(Base, frozen=True, tag="rolled-back"):
    """A backup that was there is missing; older ones are there."""

    at: datetime | None = None


class SnapshotUnsafe(Base, frozen=True, tag="snapshot-unsafe"):
    """A backup would have written outside the folder that it is restored to."""

    path: str = ""


class SnapshotForged(Base, frozen=True, tag="snapshot-forged"):
    """A backup holds something that is never saved."""

    kind: Forgery


class PathNotFound(Base, frozen=True, tag="path-not-found"):
    """A path is not in the snapshot."""

    path: str = ""


class SampleDiffers(Base, frozen=True, tag="sample-differs"):
    """A restored file is not what was backed up."""

    path: str = ""


OfBackups = (
    NoSnapshot
    | Unproven
    | NothingSent
    | VolumeMissing
    | VolumeCorrupt
    | OlderDamaged
    | RolledBack
    | SnapshotUnsafe
    | SnapshotForged
    | PathNotFound
    | SampleDiffers
)
