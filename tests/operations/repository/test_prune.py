"""Pruning: what is too old goes by whole chains, and nothing that may still be needed."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from secretsbackup.model import causes
from secretsbackup.model.backup_options import BackupOptions
from secretsbackup.model.event import Verb
from secretsbackup.model.outcome import Completed, Failure, Skip, Summary
from secretsbackup.model.profile import Fingerprint, Profile
from secretsbackup.operations.backup import backup
from secretsbackup.operations.repository import prune
from secretsbackup.operations.repository.contents import Contents
from secretsbackup.operations.run.runner import Run
from secretsbackup.store.home import Home
from secretsbackup.tools.duplicity import files
from tests.operations.conftest import Play

START = datetime(2026, 1, 1, tzinfo=UTC)
NOW = START + timedelta(days=100)


def stamp(day: float) -> str:
    """The stamp of a day."""
    return f"{START + timedelta(days=day):%Y%m%dT%H%M%SZ}"


def full(day: float) -> list[str]:
    """The files of a full set."""
    name = f"duplicity-full.{stamp(day)}"
    return [
        f"{name}.vol1.difftar.gpg",
        f"{name}.manifest.gpg",
        f"duplicity-full-signatures.{stamp(day)}.sigtar.gpg",
    ]


def incremental(before: float, day: float) -> list[str]:
    """The files of an incremental set."""
    span = f"{stamp(before)}.to.{stamp(day)}"
    volume, manifest = (f"duplicity-inc.{span}.{what}.gpg" for what in ("vol1.difftar", "manifest"))
    return [volume, manifest, f"duplicity-new-signatures.{span}.sigtar.gpg"]


def held(*names: str, damaged: tuple[float, ...] = ()) -> Contents:
    """A destination with these files of 10 bytes."""
    contents = dict.fromkeys(names, 10)
    chains = tuple(chain for chain in files.chains(contents) if chain.snapshots[0].whole)
    return Contents(contents, chains, frozenset(map(stamp, damaged)), True)


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An empty archive folder."""
    folder = tmp_path / "archive"
    folder.mkdir()
    return folder


def audited(archive: Path, there: Contents) -> None:
    """Have the archive folder know all that is there."""
    for name in there.contents:
        if name.endswith(".manifest.gpg"):
            (archive / name.removesuffix(".gpg")).write_text("Volume 1:\n")


def planned(
    profile: Profile, there: Contents, archive: Path, **more: object
) -> tuple[list[float], list[str]]:
    """The days on which the chains that go began, and the debris."""
    plan = prune.plan(replace(profile, **more), there, archive, NOW)
    assert {*plan.old} | {*plan.kept} == {*there.chains}
    days = [(chain.start - START) / timedelta(days=1) for chain in plan.old]
    return days, list(plan.debris)


CHAINS = held(*full(1), *incremental(1, 2), *full(30), *incremental(30, 31), *full(60), *full(90))


def test_what_is_beyond_those_to_keep_goes(profile: Profile, archive: Path) -> None:
    audited(archive, CHAINS)
    assert planned(profile, CHAINS, archive) == ([1, 30], [])
    assert planned(profile, CHAINS, archive, keep=1) == ([1, 30, 60], [])
    assert planned(profile, CHAINS, archive, keep=4) == ([], [])


def test_what_is_young_enough_stays(profile: Profile, archive: Path) -> None:
    audited(archive, CHAINS)
    assert planned(profile, CHAINS, archive, keep_days=80) == ([1], [])
    assert planned(profile, CHAINS, archive, keep_days=365) == ([], [])
    assert planned(profile, CHAINS, archive, keep=1, keep_days=5) == ([1, 30, 60], [])


def test_a_damaged_chain_does_not_count_as_one_that_is_kept(profile: Profile, archive: Path) -> None:
    there = held(*CHAINS.contents, damaged=(60,))
    audited(archive, there)
    assert planned(profile, there, archive) == ([1], [])
    assert planned(profile, held(*CHAINS.contents, damaged=(90,)), archive) == ([], [])


def test_nothing_goes_while_the_newest_chain_is_unproven(profile: Profile, archive: Path) -> None:
    audited(archive, held(*full(1), *full(30), *full(60)))
    plan = prune.plan(profile, CHAINS, archive, NOW)
    assert plan.old == ()
    assert plan.held_back == causes.Unproven(stamp(90))


def test_nothing_goes_while_a_yes_is_waited_for(profile: Profile, archive: Path) -> None:
    audited(archive, CHAINS)
    wait = causes.Upheaval(30, 0, 30)
    assert prune.plan(profile, CHAINS, archive, NOW, wait).held_back == wait


def test_what_broken_runs_left_goes_once_something_newer_is_whole(profile: Profile, archive: Path) -> None:
    half = [name for name in full(40) if "manifest" not in name]
    orphans = incremental(35, 36)
    there = held(*full(30), *half, *orphans, *full(60), "holiday.jpg")
    audited(archive, held(*full(30), *full(60)))
    assert planned(profile, there, archive) == ([], sorted([*half, *orphans]))


def test_what_may_still_be_gone_on_with_stays(profile: Profile, archive: Path) -> None:
    half = [name for name in incremental(60, 61) if "manifest" not in name]
    there = held(*full(60), *half)
    audited(archive, there)
    assert planned(profile, there, archive) == ([], [])
    (archive / f"duplicity-full.{stamp(99)}.manifest.part").touch()
    assert planned(profile, CHAINS, archive) == ([], [])


def test_a_set_that_only_lost_its_manifest_there_is_no_debris(profile: Profile, archive: Path) -> None:
    lost = [name for name in full(30) if "manifest" not in name]
    audited(archive, held(*full(30), *full(60)))
    assert planned(profile, held(*lost, *full(60)), archive) == ([], [])


DAYS = st.lists(st.integers(0, 99), unique=True, max_size=8).map(sorted)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(DAYS, st.sets(st.integers(0, 99), max_size=4), st.integers(1, 4), st.none() | st.integers(1, 200))
def test_the_last_good_chains_are_never_among_what_goes(
    profile: Profile, archive: Path, days: list[int], damaged: set[int], keep: int, keep_days: int | None
) -> None:
    there = held(*(name for day in days for name in full(day)), damaged=tuple(damaged & {*days}))
    audited(archive, there)
    plan = prune.plan(replace(profile, keep=keep, keep_days=keep_days), there, archive, NOW)
    stay = [chain for chain in there.sound if chain not in plan.old]
    assert len(stay) >= min(keep, len(there.sound))
    if plan.old:
        assert there.chains[-1] in stay
        assert max(chain.end for chain in plan.old) < min(chain.start for chain in plan.kept)


def test_what_waits_for_a_yes_is_remembered(profile: Profile, home: Home, play: Play) -> None:
    async def waits(_: Run) -> Summary:
        raise Skip(causes.Upheaval(30, 0, 30))

    async def done(_: Run) -> Summary:
        return Summary()

    async def fails(_: Run) -> Summary:
        raise Failure(causes.DestinationUnreachable())

    assert prune.waiting(home, profile) is None
    play(waits)
    assert prune.waiting(home, profile) == causes.Upheaval(30, 0, 30)
    play(done, Verb.VERIFY)
    assert prune.waiting(home, profile)
    play(fails)
    assert prune.waiting(home, profile), "a try that failed since is no answer"
    play(done)
    assert prune.waiting(home, profile) is None


def test_a_run_of_it_removes_and_counts(
    profile: Profile, play: Play, pretender: Path, key: Fingerprint, tmp_path: Path
) -> None:
    real = replace(profile, key=key, keep=4)
    for _ in range(2):
        play(backup.recipe(BackupOptions(full=True)), of=real)
    left = tmp_path / "disk" / "backups" / "duplicity-full.20200101T000000Z.vol1.difftar.gpg"
    left.write_bytes(b"x" * 1000)
    ended = play(prune.prune, Verb.PRUNE, of=real)
    assert isinstance(ended, Completed)
    assert (ended.summary.files, ended.summary.bytes, ended.warnings) == (1, 1000, 0)
    assert not left.exists()
    ended = play(prune.prune, Verb.PRUNE, of=replace(real, keep=1))
    assert isinstance(ended, Completed)
    assert ended.summary.files == 3
    assert "remove-older-than" in (pretender / "record").read_text()
