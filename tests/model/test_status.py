"""Status: what is known after each moment, and how safe that is."""

from datetime import UTC, datetime, timedelta

import pytest

from secretsbackup.model import causes
from secretsbackup.model.event import (
    Caution,
    Event,
    Moment,
    Progressed,
    RunEnded,
    RunId,
    RunStarted,
    SnapshotMade,
    Step,
    StepEnded,
    StepStarted,
    Verb,
    Warned,
)
from secretsbackup.model.outcome import Cancelled, Completed, Failed, Interrupted, Outcome, Skipped, Summary
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.status import Level, Status, after, level

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FRESH = Status(profile=ProfileName("docs"))
DONE = Completed(Summary())
PROGRESS = Progressed(step=Step.SEND, done=1, total=2, unit="bytes")


def started(verb: Verb = Verb.BACKUP) -> RunStarted:
    """The event with which a run begins."""
    return RunStarted(run=RunId("1"), profile=ProfileName("docs"), verb=verb, version="0.1.0")


def heard(*events: Event, status: Status = FRESH) -> Status:
    """The status after these events, a second each."""
    for second, event in enumerate(events):
        status = after(status, Moment(NOON + timedelta(seconds=second), event))
    return status


def test_a_run_that_goes_on_shows_where_it_is() -> None:
    status = heard(
        started(),
        StepStarted(step=Step.CHECK),
        StepEnded(step=Step.CHECK, seconds=1),
        StepStarted(step=Step.SEND),
        Warned(caution=Caution.UNREADABLE),
        PROGRESS,
        SnapshotMade(snapshot="x", kind="full", volumes=1, stored=1),
    )
    assert status.running
    assert (status.verb, status.began, status.step) == (Verb.BACKUP, NOON, Step.SEND)
    assert (status.steps_done, status.progress, status.warnings) == ((Step.CHECK,), PROGRESS, 1)


def test_progress_goes_with_its_step() -> None:
    status = heard(started(), StepStarted(step=Step.COLLECT), PROGRESS, StepStarted(step=Step.SEND))
    assert status.progress is None


def test_a_backup_that_completed_is_safe_as_of_its_beginning() -> None:
    status = heard(started(), StepStarted(step=Step.SEND), PROGRESS, RunEnded(outcome=DONE))
    assert not status.running
    assert (status.safe_as_of, status.last_ended) == (NOON, NOON + timedelta(seconds=3))
    assert (status.last, status.last_verb, status.step, status.progress) == (DONE, Verb.BACKUP, None, None)
    assert level(status, NOON) is Level.PROTECTED


def test_the_next_run_begins_afresh_and_stays_safe_meanwhile() -> None:
    safe = heard(started(), Warned(caution=Caution.UNREADABLE), RunEnded(outcome=DONE))
    again = heard(started(), status=safe)
    assert (again.warnings, again.steps_done, again.safe_as_of) == (0, (), NOON)


@pytest.mark.parametrize("verb", [Verb.RESTORE, Verb.VERIFY])
def test_only_a_backup_makes_safe(verb: Verb) -> None:
    assert heard(started(verb), RunEnded(outcome=DONE)).safe_as_of is None


@pytest.mark.parametrize(
    ("outcome", "before", "now"),
    [
        (Completed(Summary(), 0), Level.NOT_PROTECTED, Level.PROTECTED),
        (Completed(Summary(), 2), Level.NOT_PROTECTED, Level.ATTENTION),
        (Failed(causes.NoRoom("")), Level.NOT_PROTECTED, Level.NOT_PROTECTED),
        (Failed(causes.NoRoom("")), Level.PROTECTED, Level.ATTENTION),
        (Interrupted(), Level.NOT_PROTECTED, Level.NOT_PROTECTED),
        (Interrupted(), Level.PROTECTED, Level.ATTENTION),
        (Cancelled("you"), Level.NOT_PROTECTED, Level.NOT_PROTECTED),
        (Cancelled("you"), Level.PROTECTED, Level.PROTECTED),
        (Skipped((causes.Busy(),)), Level.NOT_PROTECTED, Level.NOT_PROTECTED),
        (Skipped((causes.Busy(),)), Level.PROTECTED, Level.PROTECTED),
    ],
)
def test_the_level_is_honest(outcome: Outcome, before: Level, now: Level) -> None:
    safe = heard(started(), RunEnded(outcome=DONE))
    status = safe if before is Level.PROTECTED else FRESH
    assert level(status, NOON) is before
    assert level(heard(started(), RunEnded(outcome=outcome), status=status), NOON) is now


def test_a_skip_does_not_hide_what_failed_before_it() -> None:
    safe = heard(started(), RunEnded(outcome=DONE))
    failed = heard(started(), RunEnded(outcome=Failed(causes.NoRoom(""))), status=safe)
    skipped = heard(started(), RunEnded(outcome=Skipped((causes.Busy(),))), status=failed)
    assert level(skipped, NOON) is Level.ATTENTION
