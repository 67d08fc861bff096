"""Outcomes: how a run ended, and the two exceptions by which a recipe says that it cannot go on."""

import msgspec

from secretsbackup.model.causes import Cause
from secretsbackup.model.reason import Reason


class Failure(Exception):  # noqa: N818 - the five words are the names
    """Something in the world stood in the way; `last_lines` are the tool's own."""

    def __init__(self, cause: Cause, last_lines: tuple[str, ...] = ()) -> None:
        super().__init__(cause, last_lines)
        self.cause = cause
        self.last_lines = last_lines

    @property
    def reason(self) -> Reason:
        """Which cause it is."""
        return self.cause.reason


class Skip(Exception):  # noqa: N818 - the five words are the names
    """Now is not the time: nothing was done, nothing is wrong with what is already safe."""

    def __init__(self, *causes: Cause) -> None:
        super().__init__(*causes)
        self.causes = causes


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What a completed run did; bytes and counts, and the snapshot's stamp where one was made.

    `files` and `bytes` are what was sent, restored or compared; `stored` is what that took at the
    destination, or how much was fetched from there, and `seconds` how long the fetching took; `folder` is
    where a restore wrote. `whole_seconds` is how long a restore of everything would take at the rate that a
    verify measured. `first` says that a backup is the first at its destination, `host` which machine made the
    snapshot of a restore, if it was another one.
    """

    changed: bool = True
    snapshot: str | None = None
    files: int = 0
    bytes: int = 0
    stored: int = 0
    folder: str | None = None
    seconds: float = 0.0
    whole_seconds: float = 0.0
    first: bool = False
    host: str = ""


class Completed(msgspec.Struct, frozen=True, tag="completed"):
    """The run did what it was asked; `warnings` counts what it could not take along."""

    summary: Summary
    warnings: int = 0


class Skipped(msgspec.Struct, frozen=True, tag="skipped"):
    """The run did not begin, for these reasons. Not an error."""

    causes: tuple[Cause, ...]


YOU, CTRL_C, SYSTEM = "you", "you (Ctrl-C)", "the system"
TERMINAL_END, PROGRAM_END, PROGRAM = "the terminal's end", "the program's end", "the program"


class Cancelled(msgspec.Struct, frozen=True, tag="cancelled"):
    """Somebody stopped it; `by` says who, in one of the words above."""

    by: str

    @property
    def by_you(self) -> bool:
        """Whether a person wanted it so."""
        return self.by in (YOU, CTRL_C)


class Failed(msgspec.Struct, frozen=True, tag="failed", omit_defaults=True):
    """The world stood in the way."""

    cause: Cause
    last_lines: tuple[str, ...] = ()

    @property
    def reason(self) -> Reason:
        """Which cause it is."""
        return self.cause.reason


class Interrupted(msgspec.Struct, frozen=True, tag="interrupted"):
    """The run's journal has no end: a power cut, a kill -9. Found at the next start."""


Outcome = Completed | Skipped | Cancelled | Failed | Interrupted
