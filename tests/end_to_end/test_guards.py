"""A wrong disk and a vandal, met by the whole program with real tools."""

import os
import shutil
import time
from pathlib import Path

from tests.end_to_end.machine import Machine, assert_same, picture, some_files
from tests.end_to_end.test_round_trip import make_profile


def many_files(source: Path) -> None:
    """A tree that somebody would miss."""
    for number in range(30):
        (source / f"folder {number % 3}").mkdir(parents=True, exist_ok=True)
        (source / f"folder {number % 3}" / f"file {number}").write_text(f"text {number}")
    for path in source.rglob("*"):
        os.utime(path, (1_700_000_000, 1_700_000_000))


def test_a_wrong_disk_in_place_of_the_source_waits_for_a_yes_and_mends_itself(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    source = tmp_path / "source"
    many_files(source)
    make_profile(user, keys[1], source, f"file://{tmp_path}/backups")
    user.backup()
    expected = picture(source)
    source.rename(tmp_path / "right")
    source.mkdir()
    (source / "holiday.jpg").write_text("another disk")
    for _ in range(2):
        (cause,) = user.backup(status=75).outcome["causes"]
        assert cause == {"reason": "upheaval", "gone": 30, "changed": 0, "files": 30}
    assert "30 gone and 0 changed, of 30 files" in user.run("status").out
    assert len(user.snapshots()) == 1
    shutil.rmtree(source)
    (tmp_path / "right").rename(source)
    user.backup()
    (status,) = user.run("status", "--json").lines
    about = [concern["about"] for concern in status["concerns"]]
    assert about == ["kit-not-saved", "not-started", "same-disk"], "nothing of the wrong disk is left"
    assert_same(expected, picture(user.restore(tmp_path / "out") / "source"))


def test_files_that_somebody_encrypted_are_not_sent_without_a_yes(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    source = tmp_path / "source"
    many_files(source)
    make_profile(user, keys[1], source, f"file://{tmp_path}/backups")
    user.backup()
    for path in source.rglob("file *"):
        path.write_bytes(os.urandom(20))
    (cause,) = user.backup(status=75).outcome["causes"]
    assert cause == {"reason": "upheaval", "gone": 0, "changed": 30, "files": 30}
    assert user.backup("--allow-many-changes").outcome["summary"]["changed"]
    assert len(user.snapshots()) == 2


def test_an_emptied_source_is_believed_when_told_so(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    some_files(tmp_path / "source")
    make_profile(user, keys[1], tmp_path / "source", f"file://{tmp_path}/backups")
    user.backup()
    for file in (tmp_path / "source").iterdir():
        file.unlink()
    time.sleep(1)
    user.backup("--allow-empty")
    assert picture(user.restore(tmp_path / "out") / "source") == {}
