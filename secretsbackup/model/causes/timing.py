"""Why nothing begins now, and what is to be confirmed first."""

from datetime import datetime

from secretsbackup.model.causes.base import Base


class NotScheduled(Base, frozen=True, tag="not-scheduled"):
    """A profile is backed up by hand only."""


class VerificationOff(Base, frozen=True, tag="verification-off"):
    """A profile is verified by hand only."""


class NotYet(Base, frozen=True, tag="not-yet"):
    """The next backup is not due."""

    until: datetime | None = None


class WaitingToRetry(Base, frozen=True, tag="waiting-to-retry"):
    """The last run failed, and the next attempt is later."""

    until: datetime | None = None


class Paused(Base, frozen=True, tag="paused"):
    """Automatic backups are paused; without `until`, until they are resumed."""

    until: datetime | None = None


class OnBattery(Base, frozen=True, tag="on-battery"):
    """The computer runs on its battery; `charge` is in percent."""

    charge: int | None = None


class Metered(Base, frozen=True, tag="metered"):
    """The network connection is metered."""


class Offline(Base, frozen=True, tag="offline"):
    """There is no network."""


class Surge(Base, frozen=True, tag="surge"):
    """There is much more new data than usual: bytes, and the largest new file."""

    new: int
    largest: int = 0
    path: str = ""


class Upheaval(Base, frozen=True, tag="upheaval"):
    """Unusually many files are gone or changed, of so many."""

    gone: int
    changed: int
    files: int


OfTiming = (
    NotScheduled
    | VerificationOff
    | NotYet
    | WaitingToRetry
    | Paused
    | OnBattery
    | Metered
    | Offline
    | Surge
    | Upheaval
)
