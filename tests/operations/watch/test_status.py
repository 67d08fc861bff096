"""How safe a profile is, by what is remembered of its runs."""

from datetime import UTC, datetime, timedelta

import pytest

from secretsbackup.model import causes
from secretsbackup.model.event import Moment, RunEnded, RunId, RunStarted, Verb
from secretsbackup.model.outcome import Cancelled, Completed, Failed, Outcome, Skipped, Summary
from secretsbackup.model.profile import Profile
from secretsbackup.model.status import About, concerns
from secretsbackup.operations.watch.status import status_of
from secretsbackup.store import history, profiles
from secretsbackup.store.home import Home

NOW = datetime(2026, 11, 27, 18, tzinfo=UTC)
DAY = timedelta(days=1)
GOOD = Completed(Summary())


def remember(
    home: Home,
    profile: Profile,
    began: datetime,
    outcome: Outcome,
    *ahead: RunId,
    took: timedelta = DAY / 1440,
) -> RunId:
    run = RunId(f"{began:%Y%m%dT%H%M%S}.000Z-0000")
    first = RunStarted(run=run, profile=profile.name, verb=Verb.BACKUP, version="0", ahead=ahead)
    history.record(home, [Moment(began, first), Moment(began + took, RunEnded(outcome=outcome))])
    return run


@pytest.fixture
def known(home: Home, profile: Profile) -> Profile:
    profiles.add(home, profile)
    return profile


def test_who_found_a_run_going_on_does_not_tell_so_when_it_is_over(home: Home, known: Profile) -> None:
    remember(home, known, NOW - DAY / 24, Cancelled("you"), took=DAY / 48)
    remember(home, known, NOW - DAY / 30, Skipped((causes.Busy(4711),)))
    assert status_of(home, known.name, NOW).waiting == ()


def test_a_clock_that_was_ahead_for_once_hides_nothing_that_came_after(home: Home, known: Profile) -> None:
    remember(home, known, NOW - 9 * DAY, GOOD)
    remember(home, known, NOW + 900 * DAY, GOOD)
    remember(home, known, NOW - 8 * DAY, Failed(causes.NoRoom("")))
    status = status_of(home, known.name, NOW)
    assert status.safe_as_of == NOW - 9 * DAY
    about = {concern.about for concern in concerns(status, NOW)}
    assert {About.FAILED, About.OVERDUE} <= about


def test_what_a_clock_that_was_ahead_told_is_not_believed_when_that_time_has_come(
    home: Home, known: Profile
) -> None:
    """It was no backup of 17:00: nothing was saved then."""
    wrong = remember(home, known, NOW - DAY / 24, GOOD)
    remember(home, known, NOW - DAY, GOOD, wrong)
    remember(home, known, NOW - DAY / 2, Failed(causes.NoRoom("")), wrong)
    status = status_of(home, known.name, NOW)
    assert status.safe_as_of == NOW - DAY
    assert status.last == Failed(causes.NoRoom(""))


def test_a_clock_that_was_behind_hides_no_failure(home: Home, known: Profile) -> None:
    good = remember(home, known, NOW - DAY / 24, GOOD)
    remember(home, known, NOW - DAY / 2, Failed(causes.ClockWrong()), good)
    status = status_of(home, known.name, NOW)
    assert status.safe_as_of == NOW - DAY / 24
    assert {concern.about for concern in concerns(status, NOW)} >= {About.FAILED}


def test_a_clock_that_is_behind_everything_makes_no_backup_undone(home: Home, known: Profile) -> None:
    remember(home, known, NOW, GOOD)
    remember(home, known, NOW - 9999 * DAY, Failed(causes.ClockWrong()))
    status = status_of(home, known.name, NOW - 9999 * DAY)
    assert status.safe_as_of == NOW
    assert status.last == Failed(causes.ClockWrong())


def test_a_first_backup_on_a_clock_that_was_ahead_hides_no_failure(home: Home, known: Profile) -> None:
    remember(home, known, NOW + 900 * DAY, GOOD)
    remember(home, known, NOW - DAY, Failed(causes.NoRoom("")))
    assert {concern.about for concern in concerns(status_of(home, known.name, NOW), NOW)} >= {About.FAILED}
