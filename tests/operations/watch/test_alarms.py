"""The watchdog: it speaks up once a day about a profile that has been silent too long."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from secretsbackup.model import causes
from secretsbackup.model.event import Verb
from secretsbackup.model.outcome import Failure, Summary
from secretsbackup.model.profile import Calls, Profile
from secretsbackup.model.schedule import Hours, Manual
from secretsbackup.model.status import Status
from secretsbackup.operations.run.runner import Run
from secretsbackup.operations.watch import alarms
from secretsbackup.store import notes, profiles
from secretsbackup.store.home import Home
from tests.conftest import StandIn
from tests.operations.conftest import Play

DAY = timedelta(days=1)


@pytest.fixture
def profile(profile: Profile) -> Profile:
    """Backed up every hour."""
    return replace(profile, schedule=Hours(1))


@pytest.fixture
def shown(stand_in: StandIn, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Path]:
    """What the desktop was given to show."""
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nothing")
    return stand_in("notes", "notify-send") / "record"


async def done(_: Run) -> Summary:
    """A good backup."""
    return Summary()


async def fails(_: Run) -> Summary:
    """One that is none."""
    raise Failure(causes.NoRoom(""))


def alarmed(home: Home, later: timedelta) -> list[str]:
    """The profiles of which there is an alarm."""
    return [one.profile.name for one in raised(home, later)]


def raised(home: Home, later: timedelta) -> list[alarms.Alarm]:
    """The alarms."""
    return asyncio.run(alarms.watch(home, datetime.now(UTC) + later))


def test_silence_is_told_once_a_day(profile: Profile, home: Home, play: Play, shown: Path) -> None:
    profiles.add(home, profile)
    play(done)
    assert alarmed(home, 3 * DAY) == []
    assert alarmed(home, 3.1 * DAY) == ["docs"]
    assert "No backup of “docs” Safe as of" in shown.read_text()
    assert alarmed(home, 3.5 * DAY) == []
    assert alarmed(home, 4.2 * DAY) == ["docs"]


def test_what_was_never_good_is_told_too(profile: Profile, home: Home, play: Play, shown: Path) -> None:
    profiles.add(home, profile)
    assert alarmed(home, 9 * DAY) == []
    play(fails)
    assert alarmed(home, 9 * DAY) == ["docs"]


def test_what_is_made_by_hand_is_nobody_elses_business(
    profile: Profile, home: Home, play: Play, shown: Path
) -> None:
    profiles.add(home, replace(profile, schedule=Manual()))
    play(done)
    assert alarmed(home, 300 * DAY) == []


def test_settings_that_cannot_be_read_are_told_once_a_day(
    profile: Profile, home: Home, play: Play, shown: Path
) -> None:
    profiles.add(home, profile)
    home.profiles.write_text("version = 1\n[profile")
    for later in (timedelta(), 0.5 * DAY, 1.1 * DAY):
        with pytest.raises(Failure):
            alarmed(home, later)
    told = [line for line in shown.read_text().splitlines() if "No automatic backups" in line]
    assert len(told) == 2
    assert "The settings cannot be read" in told[0]


def test_a_database_that_another_program_holds_keeps_no_alarm_back(
    profile: Profile, home: Home, play: Play, shown: Path
) -> None:
    profiles.add(home, profile)
    play(done)
    with closing(sqlite3.connect(home.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        assert alarmed(home, 9 * DAY) == ["docs"]


def test_what_never_could_begin_is_told(profile: Profile, home: Home, play: Play, shown: Path) -> None:
    profiles.add(home, profile)
    notes.lack(home, profile.name, datetime.now(UTC), (causes.Metered(),))
    assert alarmed(home, 9 * DAY) == ["docs"]


def test_a_run_that_stands_still_keeps_no_alarm_back(
    profile: Profile, home: Home, play: Play, shown: Path
) -> None:
    profiles.add(home, profile)
    play(done)
    told: list[alarms.Alarm] = []

    async def stands_still(_: Run) -> Summary:
        told.extend(await alarms.watch(home, datetime.now(UTC) + 4 * DAY))
        return Summary()

    play(stands_still)
    assert [one.profile.name for one in told] == ["docs"]
    assert "the current run has not responded since" in shown.read_text()


def test_a_run_that_is_at_work_is_waited_for(profile: Profile) -> None:
    now = datetime.now(UTC)
    going_on = Status(profile=profile.name, safe_as_of=now - 9 * DAY, verb=Verb.BACKUP, alarm_after=now - DAY)
    assert not alarms.overdue(replace(going_on, stirred=now - timedelta(hours=11)), now)
    assert alarms.overdue(replace(going_on, stirred=now - timedelta(hours=13)), now)


def test_a_good_run_ends_it(profile: Profile, home: Home, play: Play, shown: Path) -> None:
    profiles.add(home, replace(profile, overdue_after_days=0))
    play(done)
    assert alarmed(home, timedelta(hours=2)) == ["docs"]
    notes.update(home, profile.name, alarmed=datetime.now(UTC))
    play(done)
    assert alarmed(home, timedelta(minutes=30)) == []
    assert alarmed(home, timedelta(hours=2)) == ["docs"], "another silence within the day"
    assert alarmed(home, timedelta(hours=3)) == []


def test_an_alarm_knows_whether_it_got_to_anybody(
    profile: Profile,
    home: Home,
    play: Play,
    stand_in: StandIn,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/nothing")
    for name in ("notify-send", "sendmail"):
        program = stand_in("notes", name) / name
        program.write_text("#!/bin/sh\nexit 1\n")
    calls = Calls(overdue="http://127.0.0.1:1/", mail="ada@example.org")
    profiles.add(home, replace(profile, calls=calls))
    play(done)
    assert [one.told for one in raised(home, 4 * DAY)] == [False]
    stand_in("notes", "sendmail")
    assert [one.told for one in raised(home, 5.5 * DAY)] == [True]
