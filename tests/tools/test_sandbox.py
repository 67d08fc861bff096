"""A fenced child writes where it may, and nowhere else, whatever link it follows."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from secretsbackup.tools import process, sandbox

pytestmark = pytest.mark.skipif(not sandbox.version(), reason="this system has no Landlock")

WRITES = """
import subprocess, sys
subprocess.check_call([sys.executable, "-c", sys.argv[2], sys.argv[1]])
"""
TOUCH = "import pathlib, sys; pathlib.Path(sys.argv[1]).write_text('written')"


def written(to: Path, *folders: Path) -> int:
    """The exit status of a child's child that writes to a place."""
    words = ["-c", WRITES, str(to), TOUCH]
    return asyncio.run(process.run(Path(sys.executable), words, writes=folders)).status


def test_it_writes_below_its_folders_alone(tmp_path: Path) -> None:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.mkdir()
    (outside / "there").write_text("before")
    (inside / "link").symlink_to(outside)
    assert written(inside / "new", inside) == 0
    assert written(inside / "new", inside) == 0
    for place in (outside / "new", outside / "there", inside / "link" / "new", inside / "link" / "there"):
        assert written(place, inside) != 0
    assert [(path.name, path.read_text()) for path in outside.iterdir()] == [("there", "before")]


def test_a_folder_that_is_not_there_is_no_matter(tmp_path: Path) -> None:
    assert written(tmp_path / "new", tmp_path, tmp_path / "nowhere") == 0


def test_a_child_without_a_fence_writes_anywhere(tmp_path: Path) -> None:
    words = ["-c", TOUCH, str(tmp_path / "new")]
    assert asyncio.run(process.run(Path(sys.executable), words)).status == 0


def test_what_lies_outside_keeps_its_mode_and_time(tmp_path: Path) -> None:
    if not sandbox.can_see_apart([str(tmp_path)]):
        pytest.skip("this system gives no program a view of the disks of its own")
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    inside.mkdir()
    outside.write_text("private")
    outside.chmod(0o600)
    before = outside.stat()
    (inside / "link").symlink_to(outside)
    for change in ("chmod(sys.argv[1], 0o777)", "utime(sys.argv[1], (0, 0))", "chown(sys.argv[1], -1, -1)"):
        words = ["-c", f"import os, sys; os.{change}", str(inside / "link")]
        assert asyncio.run(process.run(Path(sys.executable), words, writes=[inside])).status != 0
    after = outside.stat()
    assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)
    assert written(inside / "new", inside) == 0


def test_a_program_that_makes_a_semaphore_starts(tmp_path: Path) -> None:
    words = ["-c", "import multiprocessing; multiprocessing.Queue()"]
    assert asyncio.run(process.run(Path(sys.executable), words, writes=[tmp_path])).status == 0
    words = [*sandbox.prefix([tmp_path], users=True), sys.executable, *words]
    assert asyncio.run(process.run(Path(words[0]), words[1:])).status == 0


def test_whether_a_child_sees_apart_is_tried_by_another(tmp_path: Path) -> None:
    """In a system that allows no mount namespaces (namespaces(7), /proc/sys/user), and in this one."""
    here = sandbox.can_see_apart([str(tmp_path)])
    assert (subprocess.run(sandbox.trial(), check=False).returncode == 0) == here
    refuses = 'echo 0 > /proc/sys/user/max_mnt_namespaces && exec "$@"'
    alone = ["unshare", "--user", "--map-root-user", "sh", "-c"]
    if subprocess.run([*alone, refuses, "sh", "true"], check=False, capture_output=True).returncode:
        pytest.skip("this system gives no program users of its own")
    assert subprocess.run([*alone, refuses, "sh", *sandbox.trial()], check=False).returncode == 1
