"""Whatever differs from the last snapshot is in the next one, also where no size and no time tells of it."""

import os
import random
import shutil
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.machine import PASSPHRASE, Machine, assert_same, picture
from tests.end_to_end.test_round_trip import make_profile

Edit = Callable[[Path], None]


@pytest.fixture
def source(user: Machine, keys: tuple[Path, str], tmp_path: Path) -> Path:
    """A folder of a profile that never asks whether so much may change."""
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "still").write_text("never touched")
    make_profile(user, keys[1], folder, f"file://{tmp_path}/backups", "--ask-above-changed", "0")
    return folder


def write(path: Path, content: str, modified: float = 1.0) -> None:
    """A file with a time; as long before the next change as a file system's clock takes for a tick."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    os.utime(path, (modified, modified))


def restored(user: Machine, tmp_path: Path) -> Path:
    """The newest snapshot, restored."""
    shutil.rmtree(tmp_path / "out", ignore_errors=True)
    return user.restore(tmp_path / "out")


def settle() -> None:
    """Let what was just written be older than the next backup."""
    time.sleep(1.1)


def test_what_no_size_and_no_time_tells_is_saved(user: Machine, source: Path, tmp_path: Path) -> None:
    store = tmp_path / "store"
    for number in ("1", "2"):
        write(store / number / "conf", f"port = 8{number}")
        write(store / number / "longer", "line\n" * int(number))
    (source / "conf").symlink_to(store / "1" / "conf")
    (source / "longer").symlink_to(store / "1" / "longer")
    (source / "folder").symlink_to(store / "1")
    write(source / "longer within a second", "one", 1_700_000_000.1)
    write(source / "as long within a second", "one", 1_700_000_000.1)
    write(source / "container", "secret " * 20_000, 1_700_000_000)
    write(source / "before 1970", "one", -1000)
    write(source / "mode", "m")
    (source / "closed").mkdir()
    settle()
    assert user.backup().outcome["summary"]["files"] == 10

    for name in ("conf", "longer"):
        (source / name).unlink()
        (source / name).symlink_to(store / "2" / name)
    (source / "folder").unlink()
    (source / "folder").symlink_to(store / "2")
    write(source / "longer within a second", "one and more", 1_700_000_000.9)
    write(source / "as long within a second", "two", 1_700_000_000.9)
    with (source / "container").open("r+b") as file:
        file.seek(70_000)
        file.write(b"changed")
    os.utime(source / "container", (1_700_000_000, 1_700_000_000))
    write(source / "before 1970", "two", -500)
    (source / "mode").chmod(0o711)
    (source / "closed").chmod(0o711)
    settle()
    summary = user.backup().outcome["summary"]
    assert summary["files"] == 9, "the mode alone is a change of the file, too"
    expected = picture(source)
    before_1970 = expected.pop(b"before 1970")
    found = picture(restored(user, tmp_path) / "source")
    assert found.pop(b"before 1970").content == before_1970.content, "duplicity keeps no time before 1970"
    assert_same(expected, found)

    assert user.backup().outcome["summary"]["changed"] is False
    assert user.run("verify", "--json", given=PASSPHRASE).warnings == []


def test_a_source_and_what_is_in_it_may_change_its_kind(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    source, mail = tmp_path / "source", tmp_path / "Mail"
    write(tmp_path / "elsewhere" / "deep" / "letter", "of elsewhere")
    write(tmp_path / "one file", "of elsewhere, too")

    def a_folder(path: Path) -> None:
        write(path / "sub" / "letter", f"a letter in {path.name}")
        (path / "empty").mkdir()

    def a_file(path: Path) -> None:
        write(path, f"all letters of {path.name}")

    def a_link_to_a_folder(path: Path) -> None:
        path.symlink_to(tmp_path / "elsewhere")

    def a_link_to_a_file(path: Path) -> None:
        path.symlink_to(tmp_path / "one file")

    kinds: list[Edit] = [a_folder, a_file, a_link_to_a_folder, a_link_to_a_file, a_folder]
    write(source / "still", "never touched")
    a_file(mail)
    make_profile(
        user, keys[1], source, f"file://{tmp_path}/backups", "--ask-above-changed", "0", "--source", str(mail)
    )
    for become in kinds:
        for path in (mail, source / "inside"):
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
            become(path)
        settle()
        user.backup()
        found = restored(user, tmp_path)
        assert_same(picture(source), picture(found / "source"))
        there = found / "Mail"
        assert there.is_dir() == mail.is_dir()
        if mail.is_dir():
            assert_same(picture(mail), picture(there))
        else:
            assert there.read_bytes() == mail.read_bytes()


def test_what_is_a_pipe_now_is_no_file_any_more(user: Machine, source: Path, tmp_path: Path) -> None:
    write(source / "file", "f")
    write(source / "folder" / "inside", "i")
    user.backup()
    (source / "file").unlink()
    shutil.rmtree(source / "folder")
    os.mkfifo(source / "file")
    os.mkfifo(source / "folder")
    said = user.backup()
    assert {warned["caution"] for warned in said.warnings} == {"special-file"}
    assert sorted(picture(restored(user, tmp_path) / "source")) == [b"still"]
    assert user.backup().outcome["summary"]["changed"] is False


def test_another_source_of_the_same_name_is_another_one(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    for name, content in (("a", "of a"), ("b", "of b")):
        write(tmp_path / name / "docs" / "same", content)
    make_profile(user, keys[1], tmp_path / "a" / "docs", f"file://{tmp_path}/backups")
    settle()
    user.backup()
    user.run("profile", "set", "docs", "--source", str(tmp_path / "b" / "docs"))
    user.backup()
    assert (restored(user, tmp_path) / "docs" / "same").read_text() == "of b"


def test_what_was_collected_and_not_sent_is_not_taken_for_what_was_sent(
    user: Machine, source: Path, tmp_path: Path
) -> None:
    names = [f"{number}" for number in range(20)]

    def write_all(content: str, modified: float) -> None:
        for name in names:
            write(source / name, content, modified)
        settle()

    write_all("one", 1)
    user.backup()
    user.run("profile", "set", "docs", "--ask-above-changed", "50")
    write_all("another", 1_700_000_000)
    assert user.backup(status=None).outcome["type"] == "skipped", "it asks whether so much may change"
    write_all("two", 1)
    assert user.backup().outcome["summary"]["files"] == 20, "what an earlier run collected is counted"
    assert_same(picture(source), picture(restored(user, tmp_path) / "source"))


@pytest.mark.parametrize("seed", range(2))
def test_any_edits_are_saved(user: Machine, source: Path, tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    for _ in range(3):
        for _ in range(12):
            edit(chance, source)
        user.backup(status=None)
        assert_same(picture(source), picture(restored(user, tmp_path) / "source"))
    assert user.backup().outcome["summary"]["changed"] is False


def edit(chance: random.Random, source: Path) -> None:
    """Make one of few names another thing than it was, with one of few times."""
    path = source / chance.choice("abcd") / chance.choice("abcd")
    if path.parent.is_file():
        path.parent.unlink()
    path.parent.mkdir(exist_ok=True)
    kind = chance.choice(("file", "file", "file", "in place", "mode", "folder", "gone", "file above", "link"))
    if kind == "in place" and path.is_file():
        path.write_text(chance.choice(("first", "other")))
    elif kind == "mode" and path.exists():
        path.chmod(chance.choice((0o700, 0o750, 0o755)))
    else:
        remove(path.parent if kind == "file above" else path)
        if kind == "folder":
            path.mkdir()
        elif kind == "link":
            path.symlink_to("../still")
        elif kind == "file above":
            path = path.parent
        if kind in ("file", "file above"):
            path.write_text(chance.choice(("first", "other", "much longer than these")))
    if path.exists() and not path.is_symlink():
        modified = chance.choice((1.0, 1_700_000_000.2, 1_700_000_000.7))
        os.utime(path, (modified, modified))


def remove(path: Path) -> None:
    """Remove whatever it is."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
