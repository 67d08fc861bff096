"""The watchdog: it speaks up once a day about a profile that has been silent too long."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from secretsbackup.model.outcome import Failure, Reason, Summary, Why
from secretsbackup.model.profile import Profile
from secretsbackup.model.schedule import Hours, Manual
from secretsbackup.operations import watch
from secretsbackup.operations.runner import Run
from secretsbackup.store import marks, profiles
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
    raise Failure(Reason.NO_ROOM)


def alarmed(home: Home, later: timedelta) -> list[str]:
    """The profiles of which there is an alarm."""
    return [one.name for one in asyncio.run(watch.watch(home, datetime.now(UTC) + later))]


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
    told = [line for line in shown.read_text().splitlines() if "Nothing is backed up by itself" in line]
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
    marks.lack(home, profile.name, datetime.now(UTC), (Why(Reason.METERED),))
    assert alarmed(home, 9 * DAY) == ["docs"]


def test_a_good_run_ends_it(profile: Profile, home: Home, play: Play, shown: Path) -> None:
    profiles.add(home, replace(profile, patience=0))
    play(done)
    assert alarmed(home, timedelta(hours=2)) == ["docs"]
    marks.set_(home, profile.name, alarmed=datetime.now(UTC))
    play(done)
    assert alarmed(home, timedelta(minutes=30)) == []
    assert alarmed(home, timedelta(hours=2)) == ["docs"], "another silence within the day"
    assert alarmed(home, timedelta(hours=3)) == []
