"""Putting files back in place: only what differs, what is replaced goes aside, links are followed."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from secretsbackup import words
from secretsbackup.model import causes
from secretsbackup.model.difference import Difference, Differs, NotPutBack, PutBack
from secretsbackup.model.profile import Profile, Source
from secretsbackup.model.reason import Reason
from secretsbackup.operations.restore import put_back
from tests.desktop.conftest import profile as some_profile

NOW = datetime(2026, 11, 27, 14, 5, 6, tzinfo=UTC)
ODD = os.fsdecode(b"odd \xff\n")


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    """A folder and a single file."""
    (tmp_path / "docs" / "deep").mkdir(parents=True)
    sources = (Source("docs", str(tmp_path / "docs")), Source("notes.txt", str(tmp_path / "notes.txt")))
    return some_profile(sources=sources)


@pytest.fixture
def restored(tmp_path: Path) -> Path:
    """What came back from a backup of them, and of a source that is no more."""
    folder = tmp_path / "Desktop" / "restored"
    for path in ("docs/same", "docs/deep/er/missing", f"docs/{ODD}", "docs/linked", "notes.txt", "gone/x"):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(f"backed up: {path!r}")
        (folder / path).chmod(0o640)
        os.utime(folder / path, (1_700_000_000, 1_700_000_000))
    (folder / "docs" / "deep").chmod(0o750)
    (folder / "docs" / "a link").symlink_to("/etc/passwd")
    return folder


@pytest.fixture
def in_place(tmp_path: Path, profile: Profile, restored: Path) -> Path:
    """What has become of them."""
    docs = tmp_path / "docs"
    (docs / "same").write_bytes((restored / "docs" / "same").read_bytes())
    (docs / ODD).write_text("changed since")
    (tmp_path / "elsewhere").write_text("changed through a link")
    (docs / "linked").symlink_to(tmp_path / "elsewhere")
    (tmp_path / "notes.txt").write_text("changed too")
    (docs / "only here").write_text("stays")
    return docs


def compared(profile: Profile, restored: Path) -> dict[str, Differs]:
    found = asyncio.run(put_back.compare(profile, restored))
    return {os.fsdecode(one.path): one.how for one in found}


def put(profile: Profile, restored: Path, *paths: str) -> PutBack:
    found = asyncio.run(put_back.compare(profile, restored))
    chosen = [one for one in found if not paths or os.fsdecode(one.path) in paths]
    return asyncio.run(put_back.put(restored, [*_wrong(chosen)], NOW))


def _wrong(found: list[Difference]) -> list[Difference]:
    return [one for one in found if one.how is not Differs.SAME]


def test_each_file_is_compared_with_the_one_in_place(
    profile: Profile, restored: Path, in_place: Path
) -> None:
    assert compared(profile, restored) == {
        "docs/same": Differs.SAME,
        "docs/deep/er/missing": Differs.MISSING,
        f"docs/{ODD}": Differs.DIFFERENT,
        "docs/linked": Differs.DIFFERENT,
        "notes.txt": Differs.DIFFERENT,
    }


def test_all_are_put_back_and_what_they_replace_is_kept(
    profile: Profile, restored: Path, in_place: Path, tmp_path: Path
) -> None:
    done = put(profile, restored)
    assert done.files == 4
    aside = Path(done.aside or "")
    assert aside.parent == restored.parent
    assert aside.name.startswith("replaced-2026-11-27_")
    assert aside.stat().st_mode & 0o777 == 0o700
    assert set(compared(profile, restored).values()) == {Differs.SAME}
    assert (aside / "docs" / ODD).read_text() == "changed since"
    assert (aside / "notes.txt").read_text() == "changed too"
    assert (in_place / "linked").is_symlink(), "the link stays; what it leads to is put back"
    assert (tmp_path / "elsewhere").read_text() == "backed up: 'docs/linked'"
    assert (aside / "docs" / "linked").read_text() == "changed through a link"
    assert (in_place / "only here").read_text() == "stays"
    status = (in_place / "deep" / "er" / "missing").stat()
    assert (status.st_mode & 0o777, status.st_mtime) == (0o640, 1_700_000_000)
    assert (restored / "notes.txt").exists(), "the restored folder stays whole"
    assert put(profile, restored).files == 0


def test_a_name_may_be_as_long_as_names_can_be(profile: Profile, restored: Path, in_place: Path) -> None:
    (restored / "docs" / ("n" * 255)).write_text("long")
    (in_place / ".secretsbackup-new").write_text("of one that was killed")
    put(profile, restored)
    assert (in_place / ("n" * 255)).read_text() == "long"
    assert not list(in_place.rglob("*.secretsbackup-new"))


def test_a_chosen_one_alone_is_put_back(profile: Profile, restored: Path, in_place: Path) -> None:
    done = put(profile, restored, "docs/deep/er/missing")
    assert (done.files, done.aside) == (1, None)
    assert (in_place / "deep").stat().st_mode & 0o777 != 0o750, "a folder that is there stays as it is"
    assert (in_place / ODD).read_text() == "changed since"


def test_a_folder_in_the_place_of_a_file_goes_aside_whole(
    profile: Profile, restored: Path, in_place: Path
) -> None:
    (in_place / "same").unlink()
    (in_place / "same").mkdir()
    (in_place / "same" / "inside").write_text("kept")
    done = put(profile, restored, "docs/same")
    assert (in_place / "same").is_file()
    assert (Path(done.aside or "") / "docs" / "same" / "inside").read_text() == "kept"


def test_one_that_cannot_be_put_back_is_named_and_the_others_are_back(
    profile: Profile, restored: Path, in_place: Path, tmp_path: Path
) -> None:
    (in_place / "deep").rmdir()
    (in_place / "deep").write_text("a file where a folder was")
    done = put(profile, restored)
    assert [os.fsdecode(one.path) for one in done.refused] == ["docs/deep/er/missing"]
    assert done.refused[0].cause.reason is Reason.IN_THE_WAY
    assert "deep" in done.refused[0].cause.about
    assert done.files == 3
    assert (tmp_path / "notes.txt").read_text() == (restored / "notes.txt").read_text()
    assert (in_place / ODD).read_text() == (restored / "docs" / ODD).read_text()
    said = words.not_put_back(done.refused)
    assert said.title.startswith("1 file could not be put back.")
    assert said.advice.startswith("docs/deep/er/missing: ")
    assert (in_place / "deep").read_text() == "a file where a folder was"
    assert not list(in_place.rglob("*.secretsbackup-new"))


def test_of_many_that_cannot_be_put_back_some_are_named() -> None:
    refused = [NotPutBack(b"docs/%d" % number, causes.NoRoom("")) for number in range(23)]
    said = words.not_put_back(refused)
    assert said.title.startswith("23 files could not be put back.")
    assert said.advice.splitlines()[19:] == ["docs/19: The disk is full.", "and 3 files more"]
