"""What a power cut leaves of an archive folder is told from what is whole, wherever it is torn."""

import gzip
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsbackup.tools.duplicity import damaged

OLD, NEW = "20261101T000000Z", "20261102T000000Z"
MANIFEST = f"duplicity-full.{OLD}.manifest"
SIGNATURES = f"duplicity-new-signatures.{OLD}.to.{NEW}.sigtar.gz"
TOLD = b"""Hostname vm
Localdir /home/ada/.cache/secretsbackup/docs/stage
Volume 1:
    StartingPath   .
    EndingPath     docs/Volume\\x201 3
    Hash SHA1 7a41eb214ef81d48358367d287058b9948af957b
Volume 2:
    StartingPath   docs/Volume\\x201 4
    EndingPath     docs/z
    Hash SHA1 e49f924fc6e5cf8a9517f441d920fb107fadd7c1
"""
WHOLE = TOLD + b"Filelist 0\n"
RESUMED = WHOLE.removesuffix(b"Filelist 0\n") + TOLD.partition(b"Volume 1:")[2].join((b"Volume 2:", b""))
SIGNED = gzip.compress(os.urandom(5000))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("archive")


@pytest.fixture(autouse=True)
def emptied(folder: Path) -> Iterator[None]:
    yield
    for path in folder.iterdir():
        path.unlink()


def found(folder: Path, **contents: bytes) -> set[str]:
    """Which of these files are torn."""
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return {path.name for path in damaged.damaged(folder, {})}


def test_what_is_whole_stays(folder: Path) -> None:
    assert found(folder, **{MANIFEST: WHOLE, f"{MANIFEST}.part": TOLD, SIGNATURES: SIGNED}) == set()


def test_a_manifest_of_a_run_that_was_gone_on_with_is_whole(folder: Path) -> None:
    assert RESUMED.count(b"Volume ") > 2
    assert found(folder, **{MANIFEST: RESUMED}) == set()


@given(st.data())
def test_signatures_are_torn_wherever_they_end_and_wherever_they_are_empty(
    folder: Path, data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(SIGNED) - 1))
    for left in (SIGNED[:at], SIGNED[:at] + bytes(len(SIGNED) - at)):
        assert left == SIGNED or found(folder, **{SIGNATURES: left}) == {SIGNATURES}


@given(st.integers(0, len(TOLD) - 1))
def test_a_manifest_is_torn_wherever_a_volume_of_it_is(folder: Path, at: int) -> None:
    told_to_its_end = TOLD[:at].endswith(b"7b\n")
    for name in (MANIFEST, f"{MANIFEST}.part"):
        assert name in found(folder, **{name: TOLD[:at] + bytes(len(TOLD) - at)})
        assert (name in found(folder, **{name: TOLD[:at]})) is not told_to_its_end


def test_what_is_known_is_not_read_again(folder: Path) -> None:
    assert found(folder, **{SIGNATURES: b"torn", MANIFEST: b"torn"}) == {SIGNATURES, MANIFEST}
    known = damaged.seals(folder)
    assert list(damaged.damaged(folder, known)) == []
    (folder / MANIFEST).write_bytes(b"torn again")
    assert [path.name for path in damaged.damaged(folder, known)] == [MANIFEST]


def test_the_signatures_of_a_half_sent_set_are_written_anew_anyway(folder: Path) -> None:
    assert found(folder, **{f"duplicity-full-signatures.{OLD}.sigtar.part": b"torn"}) == set()


def test_of_half_sent_volumes_all_but_the_last_must_be_what_was_sent(tmp_path: Path) -> None:
    archive, there = tmp_path / "archive", tmp_path / "there"
    archive.mkdir()
    there.mkdir()
    stem, told = "duplicity-full.20261105T000000Z", ""
    for number in (1, 2, 3):
        (there / f"{stem}.vol{number}.difftar.gpg").write_bytes(b"sent")
        told += f"Volume {number}:\n    StartingPath   .\n    EndingPath     .\n"
        told += f"    Hash SHA1 {hashlib.sha1(b'sent', usedforsecurity=False).hexdigest()}\n"
    (archive / f"{stem}.manifest.part").write_text(told)
    assert list(damaged.damaged_volumes(archive, there)) == []
    for number in (2, 3):
        (there / f"{stem}.vol{number}.difftar.gpg").write_bytes(b"torn")
    assert list(damaged.damaged_volumes(archive, there)) == [there / f"{stem}.vol2.difftar.gpg"]
    old = (there / f"{stem}.vol3.difftar.gpg").stat().st_mtime - 3600
    os.utime(there / f"{stem}.vol2.difftar.gpg", (old, old))
    assert list(damaged.damaged_volumes(archive, there)) == [], "it was on the disk long since"
