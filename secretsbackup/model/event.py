"""Events: things that happened in a run. Everything that anyone sees is made from these.

Lasting events are the run's story; passing ones (`Progressed`) are only ever of interest until the
next. A moment is an event and its time; on disk and on a terminal's `--json` it is one line of JSON:
{"at": "2026-11-22T22:08:28Z", "event": {"type": "step-started", "step": "gather"}}
"""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, NewType, assert_never

import msgspec

from secretsbackup.model import former
from secretsbackup.model.causes import Cause
from secretsbackup.model.outcome import Outcome
from secretsbackup.model.profile import ProfileName

RunId = NewType("RunId", str)
"""When the run began, and some letters that make it unique: 20261122T220828.123Z-3f9a. Sorts by time."""


class Verb(StrEnum):
    """What a run does to a profile."""

    BACKUP = "backup"
    RESTORE = "restore"
    VERIFY = "verify"
    PRUNE = "prune"


class Step(StrEnum):
    """The parts of a run, in the order in which they come."""

    CHECK = "check"
    COLLECT = "gather"
    SEND = "send"
    FETCH = "fetch"
    COMPARE = "compare"
    AUDIT = "prove"
    RECORD = "record"
    TIDY = "tidy"


def steps(verb: Verb) -> tuple[Step, ...]:
    """The steps that a run of this verb has."""
    match verb:
        case Verb.BACKUP:
            return (Step.CHECK, Step.COLLECT, Step.SEND, Step.AUDIT, Step.RECORD, Step.TIDY)
        case Verb.RESTORE:
            return (Step.CHECK, Step.FETCH, Step.RECORD)
        case Verb.VERIFY:
            return (Step.CHECK, Step.AUDIT, Step.FETCH, Step.COMPARE)
        case Verb.PRUNE:
            return (Step.CHECK, Step.AUDIT, Step.TIDY)
        case _:
            assert_never(verb)


class Caution(StrEnum):
    """What a warning is about."""

    DANGLING_LINK = "dangling-link"
    COPY_KEPT = "copy-kept"
    LINK_LOOP = "link-loop"
    UNREADABLE = "unreadable"
    NOT_A_FILE = "not-a-file"
    SPECIAL_FILE = "special-file"
    TOO_LONG = "too-long"
    VANISHED = "vanished"
    NOT_STAGED = "not-staged"
    NEW_FULL = "new-full"
    OTHER_KEY = "other-key"
    SUBKEY_ELSEWHERE = "subkey-elsewhere"
    CLOCK_BEHIND = "clock-behind"
    NOT_TIDIED = "not-tidied"
    NOT_PRUNED = "not-pruned"
    NOT_PRESERVED = "not-preserved"
    NOT_SENT = "not-sent"
    HOOK_FAILED = "hook-failed"
    NOT_TOLD = "not-told"
    NOT_RESTORED = "not-restored"
    SETUID = "setuid"
    SAVED_AGAIN = "saved-again"
    NOT_COMPARED = "not-compared"
    NOT_CATALOGUED = "not-catalogued"
    ROLLED_BACK = "rolled-back"
    FROZEN = "frozen"
    ANOTHER_MACHINE = "another-machine"
    TOOL_SAYS = "tool-says"


Loss = Literal["damaged", "removed"]
"""Why nothing can be built on a chain any more."""


class _Event(msgspec.Struct, frozen=True, kw_only=True, gc=False, tag_field="type"):
    """No cycle can be made of frozen values, so the collector need not look at a hundred thousand of them."""


class RunStarted(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="run-started"):
    """A run began. `ahead` are runs that had begun before it, at a later time: the clock was set back.
    `place` is the destination as it is remembered (see `history.place_of`)."""

    run: RunId
    profile: ProfileName
    verb: Verb
    version: str
    ahead: tuple[RunId, ...] = ()
    place: str = ""


class StepStarted(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="step-started"):
    """A step of it began."""

    step: Step


class StepEnded(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="step-ended"):
    """A step of it ended well, after so many seconds."""

    step: Step
    seconds: float


class Warned(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="warned"):
    """Something was left out or is not as it should be; `path` as `paths.shown` writes it.

    `cause` is why, where there is one that says more than the caution; `when` is the time that it is about.
    `detail` is what a program said, or whose it is.
    """

    caution: Caution
    path: str = ""
    detail: str = ""
    cause: Cause | None = None
    when: datetime | None = None

    @property
    def is_note(self) -> bool:
        """Whether it is for the log alone: nobody can do anything about a socket, or wants it back, and a
        home folder has dozens. An alarm that is always on is none."""
        return self.caution in (Caution.DANGLING_LINK, Caution.SPECIAL_FILE)


class SnapshotMade(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="snapshot-made"):
    """The destination holds a new snapshot, and every volume of it was seen there."""

    snapshot: str
    kind: str
    volumes: int
    stored: int


class ChainLost(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="chain-lost"):
    """A chain, by the stamp of its full snapshot, was found "damaged" or was "removed"; `place` is the
    destination as it is remembered (see `history.place_of`)."""

    chain: str
    place: str
    how: Loss


class HookRan(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="hook-ran"):
    """A command of the user's ran "before" or "after"; its exit status (None: it did not end), and what it
    said last."""

    hook: str
    status: int | None = None
    lines: tuple[str, ...] = ()


class RunEnded(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="run-ended"):
    """The run is over."""

    outcome: Outcome


class Progressed(_Event, frozen=True, kw_only=True, omit_defaults=True, tag="progressed"):
    """How far a step is.

    `done` of `total` in `unit` ("bytes", "files", "volumes"); `total` 0 is "not known". `rate` is per
    second, `left` and `run_left` are seconds left for the step and the run; 0 where not known yet.
    """

    step: Step
    done: int
    total: int
    unit: str
    detail: str = ""
    files: int = 0
    files_total: int = 0
    rate: float = 0.0
    left: float = 0.0
    run_left: float = 0.0


Lasting = RunStarted | StepStarted | StepEnded | Warned | SnapshotMade | ChainLost | HookRan | RunEnded
Event = Lasting | Progressed


def warns(event: Event) -> bool:
    """Whether an event is a warning that counts."""
    return isinstance(event, Warned) and not event.is_note


Tell = Callable[[Event], None]
"""What a recipe speaks into."""


class Moment(msgspec.Struct, frozen=True, gc=False):
    """An event and when it happened (UTC)."""

    at: datetime
    event: Event


def encode(moment: Moment) -> bytes:
    """One line of a journal, without its end."""
    return _encoder.encode(moment)


def writable(moment: Moment) -> Moment:
    """A moment with what is not text in it (of a path, say) as \\udcNN: else it cannot be encoded."""
    return msgspec.convert(_written(msgspec.to_builtins(moment)), Moment)


def _written(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode()
        case dict():
            return {name: _written(one) for name, one in value.items()}
        case list() | tuple():
            return [_written(one) for one in value]
        case _:
            return value


def decode(line: bytes) -> Moment:
    """A journal's line, also an older version's; msgspec.DecodeError (a ValueError) if it is none."""
    try:
        return _decoder.decode(line)
    except msgspec.ValidationError:
        return msgspec.convert(former.upgraded(msgspec.json.decode(line)), Moment)


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Moment)
