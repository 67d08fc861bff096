"""The catalogue of real backups: filled by each run, made anew from duplicity's data, never in the way."""

import asyncio
import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from secretsbackup.model.backup_options import BackupOptions
from secretsbackup.model.destination import Folder
from secretsbackup.model.entry import Entry, EntryKind
from secretsbackup.model.event import Caution, Moment, Verb, Warned
from secretsbackup.model.outcome import Completed, Failure
from secretsbackup.model.profile import Fingerprint, Profile, ProfileName, Source
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Secret
from secretsbackup.operations.backup import backup
from secretsbackup.operations.repository import browse, index
from secretsbackup.operations.run import runner
from secretsbackup.store import catalogue
from secretsbackup.store import home as homes
from secretsbackup.store.catalogue import filling
from secretsbackup.store.home import Home
from secretsbackup.tools.duplicity import files
from tests.conftest import PASSPHRASE
from tests.operations.conftest import Play

Shown = dict[bytes, tuple[EntryKind, int, int | None]]
"""What a snapshot holds: kind, time and size of each path."""


@dataclass
class Past:
    """What was backed up, and what each snapshot must hold."""

    home: Home
    profile: Profile
    snapshots: dict[datetime, Shown] = field(default_factory=dict)

    @property
    def file(self) -> Path:
        return self.home.catalogue(self.profile)

    @property
    def archive(self) -> Path:
        return self.home.archive(self.profile)

    def everything(self) -> dict[bytes, list[Entry]]:
        """All that the catalogue knows, but for sizes."""
        paths = {path for shown in self.snapshots.values() for path in shown}
        return {path: [rough(one) for one in catalogue.versions(self.file, path)] for path in paths}

    def fill(self) -> None:
        """Fill from the archive folder alone."""
        contents = {path.name: path.stat().st_size for path in disk(self.profile).iterdir()}
        whole = [one for chain in files.chains(contents) for one in chain.snapshots]
        index.fill(self.profile, self.home, whole)

    def refresh(self, *, ask: runner.Ask = runner.nobody) -> object:
        """Bring it up to date as a person would."""
        return asyncio.run(index.refresh(self.profile, self.home, ask=ask))


NOBODY = browse.Refresh(runner.nobody)


async def person() -> Secret | None:
    """Somebody who knows the passphrase."""
    return PASSPHRASE


def disk(profile: Profile) -> Path:
    assert isinstance(profile.destination, Folder)
    return Path(profile.destination.path)


def rough(entry: Entry) -> Entry:
    return replace(entry, least=0, most=0)


def staged(stage: Path) -> Shown:
    """What the stage holds."""
    shown: Shown = {}
    for folder, folders, names in os.walk(bytes(stage)):
        for name in [*folders, *names]:
            path = os.path.join(folder, name)
            status = os.lstat(path)
            is_folder = stat.S_ISDIR(status.st_mode)
            kind = EntryKind.FOLDER if is_folder else EntryKind.FILE
            inside = path[len(bytes(stage)) + 1 :]
            shown[inside] = (kind, int(status.st_mtime), 0 if is_folder else status.st_size)
    return shown


def listed(past: Past, time: datetime) -> Shown:
    """What the catalogue says that a snapshot holds."""
    return {
        one.path: (one.what, int(one.modified.timestamp()), one.size)
        for one in catalogue.below(past.file, time)
    }


def write(path: Path | bytes, text: str, when: int = 1_700_000_000) -> None:
    with open(path, "w") as file:
        file.write(text)
    os.utime(path, (when, when))


def first(root: Path) -> None:
    (root / "deep" / "er").mkdir(parents=True)
    write(root / "deep" / "er" / "kept", "kept")
    write(root / "changes", "one")
    write(root / "goes", "x" * 5000)
    write(root / "a file", "that becomes a folder")
    (root / "a folder").mkdir()
    write(root / "a folder" / "that becomes a file", "text")
    write(root / "empty", "")
    write(root / ("long" * 50), "pax header")
    for name in (b"new\nline", b"qu'o\"te", b"not utf-8 \xff\xfe", "ünïcödé".encode(), b"\\#012"):
        write(bytes(root) + b"/" + name, "awkward")


def second(root: Path) -> None:
    write(root / "changes", "two, and longer", 1_700_000_100)
    (root / "goes").unlink()
    (root / "a file").unlink()
    (root / "a file").mkdir()
    write(root / "a file" / "inside", "new")
    shutil.rmtree(root / "a folder")
    write(root / "a folder", "is a file now", 1_700_000_200)
    (root / "deep").rename(root / "renamed")


def third(root: Path) -> None:
    write(root / "goes", "x" * 7000, 1_700_000_300)
    write(root / "mode", "only")
    os.unlink(bytes(root) + b"/new\nline")


def fourth(root: Path) -> None:
    write(root / "changes", "three", 1_700_000_400)
    shutil.rmtree(root / "renamed")


def fifth(root: Path) -> None:
    (root / "mode").chmod(0o600)
    write(root / "last", "last")


async def back_up(past: Past, options: BackupOptions) -> datetime:
    handle = runner.start(backup.recipe(options), Verb.BACKUP, past.profile, past.home)
    ended = await handle.outcome()
    assert isinstance(ended, Completed)
    assert (ended.warnings, ended.summary.changed) == (0, True)
    return files.moment(ended.summary.snapshot or "")


@pytest.fixture(scope="module")
def made(
    tmp_path_factory: pytest.TempPathFactory, gnupg_home: Path, fingerprint: Fingerprint
) -> Iterator[Past]:
    """Five real backups: a chain of three, one run of which was killed before it recorded, and one of two."""
    folder = tmp_path_factory.mktemp("past")
    (folder / "docs").mkdir()
    past = Past(
        homes.below(folder / "home"),
        Profile(
            name=ProfileName("docs"),
            sources=(Source("docs", str(folder / "docs")),),
            destination=Folder(str(folder / "backups")),
            key=fingerprint,
        ),
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GNUPGHOME", str(gnupg_home))
        for number, change in enumerate((first, second, third, fourth, fifth)):
            change(folder / "docs")
            before = past.file.read_bytes() if number == 1 else b""
            time = asyncio.run(back_up(past, BackupOptions(full=number == 3)))
            past.snapshots[time] = staged(past.home.stage(past.profile))
            if before:
                past.file.write_bytes(before)
        yield past


@pytest.fixture
def past(made: Past, tmp_path: Path, key: Fingerprint, memory: None) -> Past:
    """A copy of that machine, for a test to do with as it likes."""
    shutil.copytree(tmp := made.home.cache.parent, tmp_path / "home", symlinks=True)
    assert tmp.is_dir()
    return Past(homes.below(tmp_path / "home"), made.profile, made.snapshots)


def test_every_run_adds_its_snapshot_and_what_a_killed_one_did_not_the_next_one_does(past: Past) -> None:
    assert catalogue.known(past.file) == [*past.snapshots]
    killed = [*past.snapshots][1]
    for time, shown in past.snapshots.items():
        if time != killed:
            assert listed(past, time) == shown
    assert {path: one[:2] for path, one in listed(past, killed).items()} == {
        path: one[:2] for path, one in past.snapshots[killed].items()
    }


def test_it_knows_from_when_to_when_each_version_was_there(past: Past) -> None:
    one, two, three, four, five = past.snapshots

    def spans(path: bytes) -> list[tuple[datetime, datetime | None, int | None]]:
        return [(v.since, v.until, v.size) for v in catalogue.versions(past.file, b"docs/" + path)]

    assert spans(b"changes") == [(four, None, 5), (two, three, 15), (one, one, 3)]
    assert spans(b"goes") == [(three, None, 7000), (one, one, 5000)]
    assert spans(b"deep/er/kept") == [(one, one, 4)]
    assert spans(b"renamed/er/kept") == [(two, three, 4)]
    assert spans(b"mode") == [(three, None, 4)]
    assert spans(b"last") == [(five, None, 4)]
    counts = [(taken.new, taken.changed, taken.deleted) for taken in catalogue.snapshots(past.file)]
    assert counts == [(12, 0, 0), (3, 1, 4), (2, 0, 1), (0, 1, 1), (1, 0, 0)]


def test_made_anew_from_the_archive_folder_it_is_the_same(past: Past) -> None:
    before = past.everything()
    catalogue.drop(past.file)
    past.fill()
    assert past.everything() == before
    newest = [*past.snapshots][-1]
    assert listed(past, newest) == past.snapshots[newest]


def test_made_anew_where_nothing_is_left_it_is_the_same(past: Past) -> None:
    before = past.everything()
    shutil.rmtree(past.home.cache)
    with pytest.raises(Failure) as caught:
        past.refresh()
    assert caught.value.reason is Reason.PASSPHRASE_MISSING
    assert past.refresh(ask=person) is None
    assert past.everything() == before
    sizes = {one.path: (one.least, one.most) for one in catalogue.below(past.file, [*past.snapshots][-1])}
    for path, (_, _, size) in past.snapshots[[*past.snapshots][-1]].items():
        assert size is not None
        assert sizes[path][0] <= size <= sizes[path][1] <= size + 512


def test_an_older_chain_that_comes_to_light_late_takes_its_place(past: Past) -> None:
    before = past.everything()
    hidden = [path for path in past.archive.glob("*signatures*") if path.name < "duplicity-full-signatures.9"]
    old = [
        path
        for path in hidden
        if any(f"{time:%Y%m%dT%H%M%SZ}." in path.name for time in [*past.snapshots][:3])
    ]
    for path in old:
        path.rename(past.home.cache / path.name)
    catalogue.drop(past.file)
    past.fill()
    assert catalogue.known(past.file) == [*past.snapshots][3:]
    for path in old:
        (past.home.cache / path.name).rename(path)
    past.fill()
    assert past.everything() == before


def test_a_snapshot_that_is_known_is_listed_without_a_passphrase(past: Past) -> None:
    newest = [*past.snapshots][-1]
    shutil.rmtree(past.archive)
    answer = asyncio.run(browse.listing(past.profile, past.home, b"", datetime.now(UTC), NOBODY))
    assert (answer.at, answer.trouble) == (newest, None)
    assert {one.path for one in answer.entries} == past.snapshots[newest].keys()


def test_a_destination_that_is_away_leaves_what_is_known(past: Past) -> None:
    away = replace(past.profile, destination=Folder("/nowhere/at/all"))
    past.file.rename(past.home.catalogue(away))
    source = Path(past.profile.sources[0].path)
    path = os.fsencode(source / "changes")
    at_once = asyncio.run(browse.versions(away, past.home, path, NOBODY))
    answer = asyncio.run(browse.versions(away, past.home, path, replace(NOBODY, first=True)))
    assert [one.path for one in at_once.entries] == [b"docs/changes"] * 3
    assert (at_once.trouble, at_once.newest) == (None, [*past.snapshots][-1])
    assert [one.path for one in answer.entries] == [b"docs/changes"] * 3
    assert isinstance(answer.trouble, Failure)
    assert answer.trouble.reason is Reason.DESTINATION_MISSING


def test_a_damaged_catalogue_is_made_anew_without_a_word(past: Past) -> None:
    with past.file.open("r+b") as damaged:
        damaged.seek(4096)
        damaged.write(b"\xff" * (past.file.stat().st_size - 4096))
    away = replace(past.profile, destination=Folder("/nowhere/at/all"))
    past.file.rename(past.home.catalogue(away))
    answer = asyncio.run(browse.find(away, past.home, b"GOES", NOBODY))
    assert [one.path for one in answer.entries] == [b"docs/goes"]
    assert answer.trouble is None, "what the archive folder tells needs no destination"


def test_a_damaged_signature_archive_changes_nothing(past: Past) -> None:
    catalogue.drop(past.file)
    newest = max(past.archive.glob("*new-signatures*"), key=lambda path: path.name[-26:])
    newest.write_bytes(newest.read_bytes()[:-40])
    with pytest.raises(Failure):
        past.fill()
    assert catalogue.known(past.file) == [*past.snapshots][:4]


@pytest.fixture
def profile(profile: Profile, key: Fingerprint) -> Profile:
    """The profile with a real key."""
    return replace(profile, key=key)


def test_no_trouble_with_it_fails_a_backup(
    play: Play, pretender: Path, home: Home, profile: Profile, moments: list[Moment]
) -> None:
    home.catalogue(profile).mkdir(parents=True)
    ended = play(backup.recipe())
    assert isinstance(ended, Completed)
    warned = [moment.event.caution for moment in moments if isinstance(moment.event, Warned)]
    assert warned == [Caution.NOT_CATALOGUED]


def test_chains_that_are_removed_are_forgotten(
    play: Play, pretender: Path, home: Home, profile: Profile
) -> None:
    stamps = []
    for _ in range(3):
        ended = play(backup.recipe(BackupOptions(full=True)), of=replace(profile, keep=2))
        assert isinstance(ended, Completed)
        stamps.append(ended.summary.snapshot)
    assert [f"{time:%Y%m%dT%H%M%SZ}" for time in catalogue.known(home.catalogue(profile))] == stamps[1:]


def test_another_destination_has_a_catalogue_of_its_own(home: Home, profile: Profile) -> None:
    elsewhere = replace(profile, destination=Folder("/media/other"))
    assert home.catalogue(profile) != home.catalogue(elsewhere)
    assert home.catalogue(profile).is_relative_to(home.cache)


def test_where_a_catalogue_knows_more_than_the_destination_it_forgets(home: Home, profile: Profile) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    for days in range(3):
        filling.add(home.catalogue(profile), filling.SnapshotListing(now + timedelta(days=days), True, []))
    index.fill(profile, home, [])
    assert catalogue.known(home.catalogue(profile)) == []
