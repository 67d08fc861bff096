"""Programs that this one drives, runs of its own, and its own mistakes."""

from secretsbackup.model.automatic_start import Unstarted
from secretsbackup.model.causes.base import Base


class ToolMissing(Base, frozen=True, tag="tool-missing"):
    """A program is not installed."""

    program: str


class ToolTooOld(Base, frozen=True, tag="tool-too-old"):
    """A program is older than what is needed."""

    program: str
    version: str
    needed: str
    path: str


class ToolFailed(Base, frozen=True, tag="tool-failed"):
    """A program failed in a way that has no cause of its own; `what` names it and how it ended."""

    what: str


class ToolStandsStill(Base, frozen=True, tag="tool-stands-still"):
    """A program made no progress for half an hour and was stopped."""

    program: str


class SystemLimit(Base, frozen=True, tag="system-limit"):
    """The system has run out of something that programs share."""

    limit: str


class Busy(Base, frozen=True, tag="busy"):
    """Another run of this profile is in progress; `pid` is its process, 0 if that is not known."""

    pid: int = 0


class NotStarted(Base, frozen=True, tag="not-started"):
    """Nothing would begin backups by itself."""

    lacking: Unstarted | None = None


class HookFailed(Base, frozen=True, tag="hook-failed"):
    """A command of the user's failed."""

    because: str = ""


class NotTold(Base, frozen=True, tag="not-told"):
    """A message could not be sent."""

    because: str = ""


class Bug(Base, frozen=True, tag="bug"):
    """A mistake of this program's own."""

    error: str = ""


OfPrograms = (
    ToolMissing
    | ToolTooOld
    | ToolFailed
    | ToolStandsStill
    | SystemLimit
    | Busy
    | NotStarted
    | HookFailed
    | NotTold
    | Bug
)
