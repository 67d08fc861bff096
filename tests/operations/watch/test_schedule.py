"""The schedule: what is remembered and what is around, put before the pure function that decides."""

import asyncio
import contextlib
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from secretsbackup import words
from secretsbackup.model import causes
from secretsbackup.model.causes import Cause
from secretsbackup.model.destination import Bucket, Folder
from secretsbackup.model.due import Surroundings
from secretsbackup.model.event import Moment, RunEnded, RunId, RunStarted, Verb
from secretsbackup.model.outcome import Completed, Failure, Skip, Summary
from secretsbackup.model.profile import Profile
from secretsbackup.model.reason import Reason
from secretsbackup.model.schedule import Daily, Hours
from secretsbackup.model.secret import Secret, SecretName
from secretsbackup.operations.run import runner
from secretsbackup.operations.run.runner import Run
from secretsbackup.operations.watch import schedule
from secretsbackup.operations.watch.status import status_of
from secretsbackup.store import history, pause, profiles
from secretsbackup.store.history import PlaceId
from secretsbackup.store.home import Home
from secretsbackup.tools import keychain
from tests.operations.conftest import Play

MINUTE = timedelta(minutes=1)


@pytest.fixture
def profile(profile: Profile) -> Profile:
    """Backed up every hour."""
    return replace(profile, schedule=Hours(1))


def against(profile: Profile, home: Home, later: timedelta = timedelta(), **machine: object) -> list[Cause]:
    """What stands against a backup."""
    now = datetime.now(UTC) + later
    return list(asyncio.run(schedule.look(profile, home, now, Surroundings(**machine))).against)  # type: ignore[arg-type]


async def done(_: Run) -> Summary:
    """A backup that is good at once."""
    return Summary()


async def unreachable(_: Run) -> Summary:
    """A backup that does not get through."""
    raise Failure(causes.DestinationUnreachable("bucket"))


def test_after_a_good_run_the_next_is_due_an_hour_later(profile: Profile, home: Home, play: Play) -> None:
    assert against(profile, home) == []
    assert isinstance(play(done), Completed)
    assert [cause.reason for cause in against(profile, home)] == [Reason.NOT_YET]
    assert against(profile, home, 60 * MINUTE) == []


def test_a_time_of_day_is_one_of_where_the_machine_has_travelled_to(
    profile: Profile, home: Home, play: Play, monkeypatch: pytest.MonkeyPatch
) -> None:
    of = replace(profile, schedule=Daily("18:00"))
    play(done, of=of)

    def next_hour(zone: str) -> int:
        monkeypatch.setenv("TZ", zone)
        at = asyncio.run(schedule.look(of, home, datetime.now(UTC))).at
        assert at
        return at.hour

    assert (next_hour("JST-9"), next_hour("EST5")) == (9, 23)
    monkeypatch.undo()
    time.tzset()


def test_while_a_run_goes_on_there_is_no_second_one(profile: Profile, home: Home) -> None:
    async def looked() -> list[Reason]:
        go_on = asyncio.Event()

        async def waits(_: Run) -> Summary:
            await go_on.wait()
            return Summary()

        handle = runner.start(waits, Verb.BACKUP, profile, home)
        verdict = await schedule.look(profile, home, datetime.now(UTC), Surroundings())
        go_on.set()
        await handle.outcome()
        return [cause.reason for cause in verdict.against]

    assert asyncio.run(looked()) == [Reason.BUSY]


def test_a_network_that_was_away_and_is_back_ends_the_wait(profile: Profile, home: Home, play: Play) -> None:
    away = replace(profile, destination=Bucket("bucket", "docs"))
    play(unreachable, of=away)
    assert [cause.reason for cause in against(away, home, 2 * MINUTE, online=True)] == [
        Reason.WAITING_TO_RETRY
    ]
    offline = [cause.reason for cause in against(away, home, 2 * MINUTE, online=False)]
    assert offline == [Reason.WAITING_TO_RETRY, Reason.OFFLINE]
    assert against(away, home, 3 * MINUTE, online=True) == []


def test_sources_and_drives_that_are_away_are_named(
    profile: Profile, home: Home, source: Path, tmp_path: Path
) -> None:
    source.rename(source.with_name("unmounted"))
    (tmp_path / "disk").rmdir()
    assert against(profile, home) == [
        causes.SourceMissing(str(source)),
        causes.DestinationAway(f"{tmp_path}/disk/backups"),
    ]


def test_an_empty_mount_point_is_no_drive_once_it_held_backups(profile: Profile, home: Home) -> None:
    assert isinstance(profile.destination, Folder)
    history.know_sizes(home, PlaceId(f"file://{profile.destination.path}"), {"duplicity-full.x": 1})
    assert [cause.reason for cause in against(profile, home)] == [Reason.DESTINATION_AWAY]


def test_why_what_is_due_did_not_begin_is_remembered_and_told(
    profile: Profile, home: Home, play: Play, source: Path
) -> None:
    profiles.add(home, profile)
    play(done)
    source.rename(source.with_name("unmounted"))
    assert against(profile, home, 4 * 24 * 60 * MINUTE) == [causes.SourceMissing(str(source))]
    now = datetime.now(UTC) + timedelta(days=5)
    status = status_of(home, profile.name, now)
    assert f": {source} is not there" in words.health(status, now)
    source.with_name("unmounted").rename(source)
    assert against(profile, home, 4 * 24 * 60 * MINUTE) == []
    assert status_of(home, profile.name, now).waiting == ()


def test_a_pause_is_kept_unless_the_clock_was_put_back_since(profile: Profile, home: Home) -> None:
    pause.pause(home, profile.name, datetime.now(UTC) + timedelta(hours=1))
    assert [cause.reason for cause in against(profile, home)] == [Reason.PAUSED]
    future = (datetime.now(UTC) + timedelta(days=300)).timestamp()
    os.utime(home.pause(profile.name), (future, future))
    assert against(profile, home) == []
    pause.pause(home, profile.name, pause.UNTIL_RESUMED)
    os.utime(home.pause(profile.name), (future, future))
    assert [cause.reason for cause in against(profile, home)] == [Reason.PAUSED]


def test_profiles_come_up_when_they_are_due_and_not_again_when_they_were_in_vain(
    profile: Profile, home: Home
) -> None:
    async def skips(_: Run) -> Summary:
        raise Skip(causes.Surge(0))

    async def lived() -> list[str]:
        seen = []
        with_time = asyncio.timeout(1)
        try:
            async with with_time:
                async for one, verb in schedule.due_profiles(home, every=0.05):
                    seen.append(one.name)
                    await runner.start(skips, verb, one, home).outcome()
        except TimeoutError:
            pass
        return seen

    profiles.add(home, profile)
    profiles.add(home, replace(profile, name="photos"))  # type: ignore[arg-type]
    assert asyncio.run(lived()) == ["docs", "photos"]


def test_settings_that_are_broken_are_waited_for(profile: Profile, home: Home) -> None:
    async def lived() -> str:
        coming = schedule.due_profiles(home, every=0.05)
        waiting = asyncio.ensure_future(anext(coming))
        await asyncio.wait((waiting,), timeout=0.3)
        assert not waiting.done()
        home.profiles.unlink()
        profiles.add(home, profile)
        return (await asyncio.wait_for(waiting, 10))[0].name

    home.config.mkdir(parents=True)
    home.profiles.write_text("version = 1\n[profile")
    assert asyncio.run(lived()) == "docs"


def test_a_drill_waits_for_a_passphrase_that_nobody_need_be_asked_for(
    profile: Profile, home: Home, play: Play, memory: None
) -> None:
    profiles.add(home, profile)
    play(done)

    def verification(days: float) -> list[Reason]:
        now = datetime.now(UTC) + timedelta(days=days)
        return [
            cause.reason
            for cause in asyncio.run(
                schedule.look_for_verification(profile, home, now, Surroundings())
            ).against
        ]

    assert verification(0.5) == [Reason.NOT_YET]
    assert verification(1.1) == [Reason.PASSPHRASE_MISSING]
    later = datetime.now(UTC) + timedelta(days=31)
    said = words.health(status_of(home, profile.name, later), later)
    assert "not verified for 31 days: the key’s passphrase is needed" in said
    asyncio.run(keychain.keep(profile.name, SecretName.GPG_PASSPHRASE, Secret("phrase")))
    assert verification(1.2) == [Reason.PASSPHRASE_MISSING]  # not asked again so soon
    assert verification(1.5) == []
    assert status_of(home, profile.name, later).unasked is None


def test_what_is_to_be_proven_comes_up_once_no_backup_is_due(
    profile: Profile, home: Home, play: Play, memory: None
) -> None:
    asyncio.run(keychain.keep(profile.name, SecretName.GPG_PASSPHRASE, Secret("phrase")))
    profiles.add(home, profile)
    old = datetime.now(UTC) - timedelta(days=3)
    started = RunStarted(run=RunId("20260101T000000"), profile=profile.name, verb=Verb.BACKUP, version="1")
    history.record(home, [Moment(old, started), Moment(old, RunEnded(outcome=Completed(Summary())))])

    async def lived() -> list[Verb]:
        seen = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(1):
                async for one, verb in schedule.due_profiles(home, every=0.05):
                    seen.append(verb)
                    await runner.start(done, verb, one, home).outcome()
        return seen

    assert asyncio.run(lived()) == [Verb.BACKUP, Verb.VERIFY]
