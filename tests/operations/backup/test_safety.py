"""Guards: what is unusual waits for a yes; what cannot be opened, or has no room, is no backup."""

import asyncio
import os
import shutil
from pathlib import Path

import gnupg as python_gnupg
import keyring
import pytest
from msgspec.structs import replace

from secretsbackup.model import causes
from secretsbackup.model.backup_options import Allowed, BackupOptions
from secretsbackup.model.destination import Folder
from secretsbackup.model.outcome import Completed, Failure, Skipped
from secretsbackup.model.profile import Fingerprint, Profile
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Secret
from secretsbackup.operations.backup import backup, safety, staging
from secretsbackup.operations.repository.contents import Contents
from secretsbackup.operations.run.runner import Run
from secretsbackup.store import notes
from secretsbackup.store.home import Home
from secretsbackup.tools import gnupg, process, rsync, tree
from secretsbackup.tools.duplicity import Repository, files
from secretsbackup.tools.rsync import Collected
from tests.conftest import PASSPHRASE
from tests.operations.conftest import Play

GB = 10**9


@pytest.fixture
def profile(profile: Profile, key: Fingerprint) -> Profile:
    """With a real key, and asked about more than 1 GB."""
    return replace(profile, key=key, ask_above_new_gb=1)


def grow(path: Path, size: int) -> None:
    """A file that is long and takes no room."""
    path.touch()
    os.truncate(path, size)


def test_a_surge_is_sent_only_after_a_yes(play: Play, pretender: Path, source: Path) -> None:
    assert isinstance(play(backup.recipe()), Completed)
    grow(source / "film.iso", GB + 7)
    for _ in range(2):  # the second time nothing comes to the stage any more
        ended = play(backup.recipe())
        assert isinstance(ended, Skipped)
        (cause,) = ended.causes
        assert isinstance(cause, causes.Surge)
        assert (cause.largest, cause.path) == (GB + 7, f"{source}/film.iso")
        assert cause.new - cause.largest in (0, 4)  # what was sent in the same second may count
    assert isinstance(play(backup.recipe(BackupOptions(allowed=Allowed(large=True)))), Completed)


def test_a_surge_that_is_excluded_or_removed_is_none(
    play: Play, pretender: Path, source: Path, profile: Profile
) -> None:
    play(backup.recipe())
    grow(source / "film.iso", 2 * GB)
    assert isinstance(play(backup.recipe()), Skipped)
    assert isinstance(play(backup.recipe(), of=replace(profile, exclude=("/film.iso",))), Completed)
    assert isinstance(play(backup.recipe(), of=replace(profile, ask_above_new_gb=0)), Completed)


def test_a_first_backup_may_be_as_large_as_it_is(play: Play, pretender: Path, source: Path) -> None:
    grow(source / "film.iso", 2 * GB)
    assert isinstance(play(backup.recipe()), Completed)


# The key and its passphrase


@pytest.fixture
def repository(profile: Profile, run: Run, tmp_path: Path) -> Repository:
    """What duplicity would get."""
    assert isinstance(profile.destination, Folder)
    Path(profile.destination.path).mkdir()
    return Repository(
        program=Path("/bin/false"),
        gpg=process.find("gpg"),
        destination=profile.destination,
        credential=None,
        key=profile.key,
        archive=tmp_path / "archive",
        temporary=run.temporary,
    )


@pytest.fixture
def held(repository: Repository, gnupg_home: Path) -> Contents:
    """A destination with one snapshot, sealed to the key."""
    assert isinstance(repository.destination, Folder)
    name = "duplicity-full.20261122T220828Z.manifest.gpg"
    gpg = python_gnupg.GPG(gnupghome=str(gnupg_home), options=["--trust-model", "always"])
    sealed = gpg.encrypt(b"Volume 1:\n", repository.key, armor=False)
    (Path(repository.destination.path) / name).write_bytes(sealed.data)
    contents = {name: len(sealed.data)}
    return Contents(contents, files.chains(contents), frozenset(), True)


def in_the_keychain(phrase: str) -> None:
    """Have the keychain hold this passphrase."""
    keyring.set_password("Secrets Backup: docs", "gpg-passphrase", phrase)


def fits(run: Run, repository: Repository, held: Contents) -> bool:
    """Whether key and passphrase fit."""
    return asyncio.run(safety.key_fits(run, repository, held))


@pytest.mark.usefixtures("memory")
def test_the_right_passphrase_is_tried_once(run: Run, repository: Repository, held: Contents) -> None:
    in_the_keychain(PASSPHRASE.reveal())
    assert fits(run, repository, held)
    assert notes.read(run.home, run.profile.name).tried.endswith("20261122T220828Z.manifest.gpg")
    in_the_keychain("another one")
    assert fits(run, repository, held)


@pytest.mark.usefixtures("memory")
def test_a_passphrase_that_does_not_open_the_newest_manifest_stops_the_run(
    run: Run, repository: Repository, held: Contents
) -> None:
    in_the_keychain("not the right one")
    with pytest.raises(Failure) as failed:
        fits(run, repository, held)
    assert failed.value.reason is Reason.PASSPHRASE_WRONG
    in_the_keychain(PASSPHRASE.reveal())
    assert fits(run, repository, held)


@pytest.mark.usefixtures("memory")
def test_without_a_passphrase_there_is_nothing_to_try(
    run: Run, repository: Repository, held: Contents
) -> None:
    assert fits(run, repository, held)
    assert not notes.read(run.home, run.profile.name).tried


@pytest.mark.usefixtures("memory")
def test_what_another_key_sealed_is_not_gone_on_with(
    run: Run, repository: Repository, held: Contents, gnupg_home: Path
) -> None:
    other = asyncio.run(gnupg.make_key("Grace Hopper", Secret("grace"), home=gnupg_home))
    changed = replace(run, profile=replace(run.profile, key=other))
    assert not fits(changed, repository, held)
    in_the_keychain("grace")
    assert not fits(changed, repository, held)


# Room


def test_a_stage_that_cannot_hold_the_sources_is_told_before_they_are_copied(
    run: Run, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(source)
    tight = type(usage)(usage.total, usage.total, 100_000)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: tight)
    (source / "film.iso").write_bytes(os.urandom(500_000))
    trees = [tree.survey(source)]
    with pytest.raises(Failure) as failed:
        asyncio.run(safety.room_to_collect(run, process.find("rsync"), trees))
    assert failed.value.reason is Reason.NO_ROOM
    assert str(run.home.stage(run.profile)) in failed.value.cause.about
    grow(source / "film.iso", 0)
    grow(source / "film.iso", GB)  # is long and takes no room
    asyncio.run(safety.room_to_collect(run, process.find("rsync"), trees))


def test_growth_is_what_will_be_copied_without_what_it_replaces(run: Run, source: Path) -> None:
    (source / "film.iso").write_bytes(os.urandom(400_000))
    (source / "left out.tmp").write_bytes(os.urandom(400_000))
    stage, of, looked = run.home.stage(run.profile), run.profile.sources[0], tree.survey(source)
    program = process.find("rsync")

    def grown() -> int:
        return asyncio.run(rsync.growth(program, of, stage, exclude=["*.tmp"], seen=looked))

    assert 400_000 <= grown() <= 420_000
    asyncio.run(
        staging.collect(replace(run, profile=replace(run.profile, exclude=("*.tmp",))), program, [looked])
    )
    assert grown() == 0
    (source / "film.iso").unlink()
    assert grown() <= -400_000


def test_a_disk_that_cannot_hold_what_is_coming_is_told(
    run: Run, repository: Repository, held: Contents
) -> None:
    safety.room_to_send(run, repository, held, 1000)
    with pytest.raises(Failure) as failed:
        safety.room_to_send(run, repository, held, 10**16)
    assert failed.value.reason is Reason.DESTINATION_FULL


def test_counts_tell_replaced_and_deleted_files(run: Run, source: Path, home: Home) -> None:
    program = process.find("rsync")

    def collected() -> Collected:
        return asyncio.run(staging.collect(run, program, [tree.survey(source)]))[0]

    (source / "b.txt").write_text("b")
    (source / "folder").mkdir()
    (source / "folder" / "c.txt").write_text("c")
    assert (collected().replaced, collected().deleted) == (0, 0)
    (source / "b.txt").write_text("longer")
    shutil.rmtree(source / "folder")
    now = collected()
    assert (now.replaced, now.deleted, now.changed_files) == (1, 1, 1)
