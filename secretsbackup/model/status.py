"""Status: how safe a profile is and what is going on, folded from the moments that were heard."""

from datetime import datetime
from enum import StrEnum

import msgspec

from secretsbackup.model.event import (
    Moment,
    Progressed,
    RunEnded,
    RunStarted,
    SnapshotMade,
    Step,
    StepEnded,
    StepStarted,
    Verb,
    Warned,
)
from secretsbackup.model.outcome import Completed, Failed, Interrupted, Outcome
from secretsbackup.model.profile import ProfileName


class Level(StrEnum):
    """Three levels only."""

    PROTECTED = "protected"
    ATTENTION = "attention"
    NOT_PROTECTED = "not-protected"


class Status(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a profile.

    `safe_as_of` is when the sources were last found to be as the newest proven snapshot has them.
    While a run goes on, `verb` is what it does, and `step` and `progress` how far it is.
    """

    profile: ProfileName
    safe_as_of: datetime | None = None
    last: Outcome | None = None
    last_verb: Verb | None = None
    last_ended: datetime | None = None
    verb: Verb | None = None
    began: datetime | None = None
    step: Step | None = None
    steps_done: tuple[Step, ...] = ()
    progress: Progressed | None = None
    warnings: int = 0

    @property
    def running(self) -> bool:
        """Whether a run goes on."""
        return self.verb is not None


def level(status: Status) -> Level:
    """How safe it is: never green with something left out, never red for a mere skip."""
    if status.safe_as_of is None or isinstance(status.last, Failed):
        return Level.NOT_PROTECTED if status.safe_as_of is None else Level.ATTENTION
    match status.last:
        case Completed(warnings=0) | None:
            return Level.PROTECTED
        case Completed() | Interrupted():
            return Level.ATTENTION
        case _:
            return Level.PROTECTED


def after(status: Status, moment: Moment) -> Status:
    """The status once `moment` has been heard."""
    replace = msgspec.structs.replace
    match moment.event:
        case RunStarted(verb=verb):
            return replace(
                status,
                verb=verb,
                began=moment.at,
                step=None,
                steps_done=(),
                progress=None,
                warnings=0,
            )
        case StepStarted(step=step):
            return replace(status, step=step, progress=None)
        case StepEnded(step=step):
            return replace(status, steps_done=(*status.steps_done, step), progress=None)
        case Progressed() as progress:
            return replace(status, progress=progress)
        case Warned():
            return replace(status, warnings=status.warnings + 1)
        case SnapshotMade():
            return status
        case RunEnded(outcome=outcome):
            return _ended(status, outcome, moment.at)


def counts(outcome: Outcome, verb: Verb | None) -> bool:
    """Whether an outcome says something about how safe one is: no skip, no cancelled run, no restore does."""
    return verb is not Verb.RESTORE and isinstance(outcome, Completed | Failed | Interrupted)


def _ended(status: Status, outcome: Outcome, at: datetime) -> Status:
    telling = counts(outcome, status.verb)
    safe = status.verb is Verb.BACKUP and isinstance(outcome, Completed)
    return msgspec.structs.replace(
        status,
        safe_as_of=(status.began or at) if safe else status.safe_as_of,
        last=outcome if telling else status.last,
        last_verb=status.verb if telling else status.last_verb,
        last_ended=at if telling else status.last_ended,
        verb=None,
        began=None,
        step=None,
        progress=None,
    )
