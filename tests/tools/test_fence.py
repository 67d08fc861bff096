"""A fenced child writes where it may, and nowhere else, whatever link it follows."""

import asyncio
import sys
from pathlib import Path

import pytest

from secretsbackup.tools import fence, process

pytestmark = pytest.mark.skipif(not fence.version(), reason="this system has no Landlock")

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
