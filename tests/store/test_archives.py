"""Archive folders: each destination finds its own files there, and no other's."""

import os
from pathlib import Path

import pytest
from msgspec.structs import replace

from secretsbackup.model.destination import Bucket, Destination, Folder
from secretsbackup.model.profile import Fingerprint, Profile, ProfileName, Source
from secretsbackup.store import archives, history
from secretsbackup.store.history import place_of
from secretsbackup.store.home import Home

DISK, OTHER = Folder("/media/disk"), Bucket("bucket", "docs", "https://s3.example.org")
PROFILE = Profile(
    name=ProfileName("docs"), sources=(Source("docs", "/docs"),), destination=DISK, key=Fingerprint("A" * 40)
)
NAME = "duplicity-full.20261122T220828Z.manifest"


def at(home: Home, destination: Destination) -> Path:
    """The archive folder of the profile, once it goes to this destination."""
    return archives.of_place(home, replace(PROFILE, destination=destination))


def seen(folder: Path) -> set[str]:
    """What duplicity sees in it."""
    return {path.name for path in folder.glob("duplicity-*")}


def test_a_new_destination_begins_with_an_empty_folder_and_the_old_one_is_known_again(home: Home) -> None:
    folder = at(home, DISK)
    (folder / NAME).write_text("of the disk")
    assert at(home, OTHER) == folder
    assert seen(folder) == set()
    (folder / "duplicity-full.20261123T000000Z.manifest").touch()
    assert seen(at(home, DISK)) == {NAME}
    assert (folder / NAME).read_text() == "of the disk"
    assert seen(at(home, OTHER)) == {"duplicity-full.20261123T000000Z.manifest"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in [folder, *folder.glob(".place-*")])


def test_a_move_that_was_cut_off_is_gone_on_with(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = at(home, DISK)
    for number in range(3):
        (folder / f"duplicity-full.2026112{number}T000000Z.manifest").touch()
    moved: list[object] = []
    rename = os.replace

    def stops(path: Path, to: Path) -> None:
        if len(moved) == 2:
            raise KeyboardInterrupt
        moved.append(path)
        rename(path, to)

    monkeypatch.setattr(os, "replace", stops)
    with pytest.raises(KeyboardInterrupt):
        at(home, OTHER)
    monkeypatch.undo()
    assert seen(at(home, OTHER)) == set()
    assert len(seen(at(home, DISK))) == 3


def test_a_folder_of_before_there_were_marks_goes_to_whoever_is_known_to_hold_its_files(home: Home) -> None:
    folder = home.archive(PROFILE)
    folder.mkdir(parents=True)
    (folder / NAME).touch()
    history.know_sizes(home, place_of(DISK), {f"{NAME}.gpg": 400})
    assert seen(at(home, OTHER)) == set()
    assert seen(at(home, DISK)) == {NAME}


def test_a_folder_of_which_nobody_knows_anything_stays_as_it_is(home: Home) -> None:
    folder = home.archive(PROFILE)
    folder.mkdir(parents=True)
    (folder / NAME).touch()
    assert seen(at(home, OTHER)) == {NAME}


def test_of_many_destinations_the_last_are_kept(home: Home) -> None:
    for number in range(8):
        folder = at(home, Folder(f"/media/{number}"))
        (folder / f"duplicity-full.2026112{number}T000000Z.manifest").touch()
    assert len([*folder.glob(".place-*")]) == 3
    assert len(seen(at(home, Folder("/media/6")))) == 1
    assert len(seen(at(home, Folder("/media/0")))) == 0


@pytest.mark.parametrize("whole", [True, False])
def test_a_copy_of_a_destination_is_known_by_what_lies_there(home: Home, whole: bool) -> None:
    (at(home, DISK) / NAME).write_text("manifest")
    history.know_sizes(home, place_of(DISK), {f"{NAME}.gpg": 400, "duplicity-x": 3})
    history.know_snapshot(home, place_of(DISK), "20261122T220828Z", 5, 6)
    folder = at(home, OTHER)
    there = {f"{NAME}.gpg": 400, "duplicity-x": 3 if whole else 4, "more": 1}
    archives.learn(home, replace(PROFILE, destination=OTHER), there)
    assert seen(folder) == ({NAME} if whole else set())
    assert history.snapshot_sizes(home, place_of(OTHER)) == ({"20261122T220828Z": (5, 6)} if whole else {})
    assert seen(at(home, DISK)) == {NAME}
