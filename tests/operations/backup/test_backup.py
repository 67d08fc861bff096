"""A backup from its first step to its last, with a duplicity that pretends and all else real."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path

import pytest
from msgspec.structs import replace

from secretsbackup.model import causes
from secretsbackup.model.backup_options import BackupOptions
from secretsbackup.model.destination import Bucket
from secretsbackup.model.event import Caution, Moment, SnapshotMade, Step, StepEnded, Warned
from secretsbackup.model.outcome import Completed, Failed, Outcome, Skipped
from secretsbackup.model.profile import Fingerprint, Profile
from secretsbackup.model.reason import Reason
from secretsbackup.model.status import Level, level
from secretsbackup.operations.backup import backup
from secretsbackup.operations.repository import browse
from secretsbackup.operations.watch.status import status_of
from secretsbackup.store.home import Home
from tests.conftest import StandIn
from tests.operations.conftest import Play


@pytest.fixture
def profile(profile: Profile, key: Fingerprint) -> Profile:
    """The profile with a real key."""
    return replace(profile, key=key)


@pytest.fixture
def disk(tmp_path: Path) -> Path:
    """Where the backups go."""
    return tmp_path / "disk" / "backups"


def calls(pretender: Path) -> list[str]:
    """The verbs with which duplicity was called so far."""
    record = pretender / "record"
    verbs = ("full", "incremental", "remove-older-than", "restore")
    said = record.read_text().splitlines() if record.exists() else []
    return [next(word for word in line.split() if word in verbs) for line in said]


def cautions(moments: list[Moment]) -> list[str]:
    """What was warned of."""
    return [moment.event.caution for moment in moments if isinstance(moment.event, Warned)]


def again(play: Play, source: Path, **options: bool) -> Outcome:
    """Change something and back up."""
    with (source / "a.txt").open("a") as file:
        file.write("more")
    return play(backup.recipe(BackupOptions(**options)))


def test_a_first_backup_is_full_and_goes_through_every_step(
    play: Play, pretender: Path, moments: list[Moment], disk: Path
) -> None:
    ended = play(backup.recipe())
    assert isinstance(ended, Completed)
    assert ended.warnings == 0
    assert calls(pretender) == ["full"]
    steps = [moment.event.step for moment in moments if isinstance(moment.event, StepEnded)]
    assert steps == [Step.CHECK, Step.COLLECT, Step.SEND, Step.AUDIT, Step.RECORD, Step.TIDY]
    (made,) = [moment.event for moment in moments if isinstance(moment.event, SnapshotMade)]
    assert (made.kind, made.volumes, made.snapshot) == ("full", 3, ended.summary.snapshot)
    assert (ended.summary.files, ended.summary.bytes, ended.summary.changed) == (1, 4, True)


def test_when_nothing_changed_duplicity_is_not_even_started(play: Play, pretender: Path) -> None:
    play(backup.recipe())
    ended = play(backup.recipe())
    assert isinstance(ended, Completed)
    assert not ended.summary.changed
    assert calls(pretender) == ["full"]


def test_a_change_is_an_incremental_snapshot(play: Play, pretender: Path, source: Path) -> None:
    play(backup.recipe())
    ended = again(play, source)
    assert isinstance(ended, Completed)
    assert (ended.summary.files, ended.summary.bytes) == (1, 8)
    assert calls(pretender) == ["full", "incremental"]


def test_a_full_one_is_made_when_it_is_wished_for(play: Play, pretender: Path) -> None:
    play(backup.recipe())
    assert isinstance(play(backup.recipe(BackupOptions(full=True))), Completed)
    assert calls(pretender) == ["full", "full"]


@pytest.mark.usefixtures("pretender")
def test_two_snapshots_never_share_a_second(play: Play, profile: Profile, disk: Path) -> None:
    for _ in range(3):
        assert isinstance(
            play(backup.recipe(BackupOptions(full=True)), of=replace(profile, keep=3)), Completed
        )
    assert len({*disk.glob("duplicity-full.*.manifest.gpg")}) == 3


def test_what_failed_to_be_sent_is_sent_by_the_next_run(play: Play, pretender: Path, source: Path) -> None:
    play(backup.recipe())
    (pretender / "makes-nothing").touch()
    failed = again(play, source)
    assert isinstance(failed, Failed)
    assert failed.reason is Reason.NOTHING_SENT
    (pretender / "makes-nothing").unlink()
    ended = play(backup.recipe())
    assert isinstance(ended, Completed)
    assert ended.summary.changed


def test_what_was_not_sent_is_said_by_name_and_sent_by_the_next_run(
    play: Play, pretender: Path, source: Path, moments: list[Moment]
) -> None:
    play(backup.recipe())
    (pretender / "forgets").touch()
    (source / "forgotten").write_text("never sent")
    ended = again(play, source)
    assert isinstance(ended, Completed)
    assert (ended.summary.files, ended.warnings) == (1, 1)
    (warned,) = [moment.event for moment in moments if isinstance(moment.event, Warned)]
    assert (warned.caution, warned.path) == (Caution.NOT_SENT, str(source / "forgotten"))
    (pretender / "forgets").unlink()
    ended = play(backup.recipe())
    assert isinstance(ended, Completed)
    assert (ended.summary.files, ended.warnings) == (1, 0)
    assert not getattr(play(backup.recipe()), "summary").changed  # noqa: B009


@pytest.mark.parametrize("full", [True, False])
def test_what_duplicity_could_not_see_although_it_is_there_is_said_and_sent_by_the_next_run(
    play: Play, pretender: Path, source: Path, moments: list[Moment], full: bool
) -> None:
    (source / "forgotten").write_text("sent once")
    play(backup.recipe())
    (pretender / "forgets").touch()
    ended = again(play, source, full=full)
    assert isinstance(ended, Completed)
    (warned,) = [moment.event for moment in moments if isinstance(moment.event, Warned)]
    assert (warned.caution, warned.path) == (Caution.NOT_SENT, str(source / "forgotten"))
    (pretender / "forgets").unlink()
    ended = play(backup.recipe())
    assert isinstance(ended, Completed)
    assert (ended.summary.files, ended.warnings) == (1, 0)


def test_of_what_duplicity_could_not_read_to_its_end_the_next_run_sends_the_whole(
    play: Play, pretender: Path, source: Path, moments: list[Moment]
) -> None:
    (source / "misread").write_text("more than was read")
    (pretender / "misreads").touch()
    ended = play(backup.recipe())
    assert isinstance(ended, Completed)
    assert (ended.summary.files, ended.warnings) == (1, 1)
    (warned,) = [moment.event for moment in moments if isinstance(moment.event, Warned)]
    assert (warned.caution, warned.path) == (Caution.NOT_SENT, str(source / "misread"))
    (pretender / "misreads").unlink()
    ended = play(backup.recipe())
    assert isinstance(ended, Completed)
    assert (ended.summary.files, ended.warnings) == (1, 0)
    assert (pretender / "known").read_text().splitlines() == ["docs", "docs/a.txt"]
    assert not getattr(play(backup.recipe()), "summary").changed  # noqa: B009


def test_what_was_misread_by_a_run_that_failed_later_is_not_forgotten(
    play: Play, pretender: Path, source: Path
) -> None:
    (source / "misread").write_text("more than was read")
    play(backup.recipe())
    with (source / "misread").open("a") as file:
        file.write("more")
    for mishap in ("misreads", "loses-a-volume"):
        (pretender / mishap).touch()
    assert isinstance(play(backup.recipe()), Failed)
    for mishap in ("misreads", "loses-a-volume"):
        (pretender / mishap).unlink()
    ended = play(backup.recipe())
    assert isinstance(ended, Completed)
    assert (ended.summary.files, ended.warnings) == (2, 1), "a new full one, as it says"


def test_a_set_that_lacks_only_its_last_name_is_taken_for_what_it_is(
    play: Play, pretender: Path, source: Path, disk: Path, moments: list[Moment]
) -> None:
    (pretender / "dies-at-the-end").touch()
    assert isinstance(play(backup.recipe()), Failed)
    (pretender / "dies-at-the-end").unlink()
    sent = {*disk.iterdir()}
    ended = play(backup.recipe())
    assert isinstance(ended, Completed)
    assert (ended.summary.changed, ended.summary.files, ended.warnings) == (True, 1, 0)
    assert ({*disk.iterdir()}, calls(pretender)) == (sent, ["full"])
    (made,) = [moment.event for moment in moments if isinstance(moment.event, SnapshotMade)]
    assert made.snapshot == ended.summary.snapshot
    assert isinstance(again(play, source), Completed)
    assert calls(pretender) == ["full", "incremental"]


def test_what_changed_since_such_a_set_was_begun_is_sent(
    play: Play, pretender: Path, source: Path, disk: Path
) -> None:
    play(backup.recipe())
    (pretender / "dies-at-the-end").touch()
    assert isinstance(again(play, source), Failed)
    (pretender / "dies-at-the-end").unlink()
    (source / "new.txt").write_text("more")
    ended = again(play, source)
    assert isinstance(ended, Completed)
    assert (ended.summary.files, ended.warnings) == (2, 0)
    assert len([*disk.glob("duplicity-inc.*.manifest.gpg")]) == 2


def test_what_an_earlier_run_collected_is_counted(play: Play, pretender: Path, source: Path) -> None:
    (pretender / "makes-nothing").touch()
    assert isinstance(again(play, source), Failed)
    (pretender / "makes-nothing").unlink()
    ended = play(backup.recipe())
    assert isinstance(ended, Completed)
    assert (ended.summary.files, ended.summary.bytes) == (1, 8)
    (pretender / "makes-nothing").touch()
    assert isinstance(again(play, source), Failed)
    (pretender / "makes-nothing").unlink()
    ended = play(backup.recipe())
    assert isinstance(ended, Completed)
    assert (ended.summary.files, ended.summary.bytes) == (1, 12)


def test_a_volume_that_is_missing_although_duplicity_is_content_is_found_at_once(
    play: Play, pretender: Path, source: Path, moments: list[Moment]
) -> None:
    (pretender / "loses-a-volume").touch()
    ended = play(backup.recipe())
    assert isinstance(ended, Failed)
    assert ended.reason is Reason.VOLUME_MISSING
    assert ".vol1.difftar" in ended.cause.about
    (pretender / "loses-a-volume").unlink()
    healed = play(backup.recipe())
    assert isinstance(healed, Completed)
    assert calls(pretender) == ["full", "full"]
    assert cautions(moments) == [Caution.NEW_FULL]
    assert isinstance(again(play, source), Completed)
    assert cautions(moments) == [Caution.NEW_FULL]


@pytest.mark.parametrize("mishap", ["is gone", "is cut short"])
def test_a_volume_that_is_lost_later_fails_the_next_run_and_the_one_after_starts_anew(
    play: Play, pretender: Path, source: Path, disk: Path, moments: list[Moment], mishap: str
) -> None:
    play(backup.recipe())
    volume = next(disk.glob("*.vol2.*"))
    volume.unlink() if mishap == "is gone" else volume.write_bytes(b"x" * 999)
    ended = again(play, source)
    assert isinstance(ended, Failed)
    assert ended.reason is Reason.VOLUME_MISSING
    assert isinstance(play(backup.recipe()), Completed)
    assert cautions(moments) == [Caution.NEW_FULL]
    assert calls(pretender) == ["full", "full"]


def test_after_the_database_was_lost_a_run_without_changes_learns_what_is_there(
    play: Play, pretender: Path, source: Path, disk: Path, home: Home
) -> None:
    play(backup.recipe())
    home.database.unlink()
    play(backup.recipe())
    disk.rename(disk.with_name("elsewhere"))
    disk.mkdir()
    assert isinstance(play(backup.recipe()), Skipped), "a mount point without its disk"
    disk.rmdir()
    disk.with_name("elsewhere").rename(disk)
    next(disk.glob("*.vol3.*")).write_bytes(b"x" * 999)
    ended = again(play, source)
    assert isinstance(ended, Failed)
    assert ended.reason is Reason.VOLUME_MISSING


def test_chains_beyond_those_to_keep_are_removed(play: Play, pretender: Path, profile: Profile) -> None:
    for _ in range(3):
        play(backup.recipe(BackupOptions(full=True)), of=replace(profile, keep=2))
    assert calls(pretender) == ["full", "full", "full", "remove-older-than"]


def test_a_source_that_is_missing_skips_the_run_and_changes_nothing(
    play: Play, pretender: Path, source: Path, home: Home, profile: Profile
) -> None:
    play(backup.recipe())
    source.rename(source.with_name("unmounted"))
    assert play(backup.recipe()) == Skipped((causes.SourceMissing(str(source)),))
    assert (home.stage(profile) / "docs" / "a.txt").exists()
    assert level(status_of(home, profile.name), datetime.now(UTC)) is Level.PROTECTED


def test_a_disk_that_is_away_skips_the_run(play: Play, pretender: Path, source: Path, disk: Path) -> None:
    play(backup.recipe())
    disk.rename(disk.with_name("elsewhere"))
    ended = again(play, source)
    assert isinstance(ended, Skipped)
    assert ended.causes[0].reason is Reason.DESTINATION_AWAY
    disk.with_name("elsewhere").rename(disk)
    assert isinstance(play(backup.recipe()), Completed)


def test_a_disk_that_was_never_there_is_a_failure(play: Play, pretender: Path, disk: Path) -> None:
    disk.parent.rmdir()
    ended = play(backup.recipe())
    assert isinstance(ended, Failed)
    assert ended.reason is Reason.DESTINATION_MISSING


def test_a_key_that_is_not_here_fails_before_anything_is_gathered(
    play: Play, pretender: Path, profile: Profile, home: Home
) -> None:
    ended = play(backup.recipe(), of=replace(profile, key=Fingerprint("B" * 40)))
    assert isinstance(ended, Failed)
    assert ended.reason is Reason.KEY_MISSING
    assert not home.stage(profile).exists()


def test_a_bucket_without_its_key_pair_names_what_to_store(
    play: Play, pretender: Path, profile: Profile
) -> None:
    ended = play(backup.recipe(), of=replace(profile, destination=Bucket("bucket", "prefix")))
    assert isinstance(ended, Failed)
    assert ended.cause == causes.SecretMissing("aws-access-key-id", "docs")


@pytest.mark.parametrize(
    ("script", "program", "detail"),
    [("duplicity_old", "duplicity", "duplicity 2.1.4 3.0 "), ("rsync_old", "rsync", "rsync 2.6 3.1 ")],
)
def test_a_program_that_is_too_old_is_named_with_what_is_needed(
    play: Play, pretender: Path, stand_in: StandIn, script: str, program: str, detail: str
) -> None:
    folder = stand_in(script, program)
    ended = play(backup.recipe())
    assert isinstance(ended, Failed)
    assert ended.reason is Reason.TOOL_TOO_OLD
    assert ended.cause.about == f"{detail}{folder / program}"


def test_the_status_says_since_when_all_is_safe(
    play: Play, pretender: Path, home: Home, profile: Profile, source: Path
) -> None:
    assert level(status_of(home, profile.name), datetime.now(UTC)) is Level.NOT_PROTECTED
    before = datetime.now(UTC)
    play(backup.recipe())
    status = status_of(home, profile.name)
    assert status.safe_as_of
    assert status.safe_as_of >= before
    assert level(status, datetime.now(UTC)) is Level.PROTECTED
    (pretender / "makes-nothing").touch()
    again(play, source)
    assert level(status_of(home, profile.name), datetime.now(UTC)) is Level.ATTENTION


def test_the_shelf_shows_what_was_made(
    play: Play, pretender: Path, home: Home, profile: Profile, source: Path
) -> None:
    play(backup.recipe())
    again(play, source)
    shelf = asyncio.run(browse.snapshots(profile, home))
    (chain,) = shelf.chains
    assert [snapshot.volumes for snapshot in chain.snapshots] == [3, 1]
    assert [shelf.sizes[snapshot.stamp] for snapshot in chain.snapshots] == [(1, 4), (1, 8)]
    assert not shelf.damaged
