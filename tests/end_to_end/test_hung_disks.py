"""Ctrl-C while a disk does not answer: the program ends within seconds, and leaves nothing behind."""

import signal
import time
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from tests.end_to_end.machine import Machine
from tests.end_to_end.test_round_trip import make_profile

if TYPE_CHECKING:
    import subprocess


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """What is saved."""
    folder = tmp_path / "Documents"
    folder.mkdir()
    (folder / "letter.odt").write_text("text")
    return folder


def interrupted(running: "subprocess.Popen[bytes]") -> tuple[bytes, bytes]:
    """What a program says once it waits and somebody types Ctrl-C; it has ended then, as all its children."""
    assert running.stdout
    begun = running.stdout.readline()
    assert b"run-started" in begun
    time.sleep(2)  # it has come to the disk by now
    assert running.poll() is None
    children = psutil.Process(running.pid).children(recursive=True)
    running.send_signal(signal.SIGINT)
    try:
        told, said = running.communicate(timeout=15)
    finally:
        running.kill()
    assert running.returncode == 4
    assert not [one for one in children if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]
    return told, said


def move(user: Machine, before: str, now: str) -> None:
    """Give a profile another destination behind the program's back."""
    file = user.known.profiles
    file.write_text(file.read_text().replace(before, now))


def test_where_a_thread_waits_for_it(
    user: Machine, keys: tuple[Path, str], source: Path, hung: Path, tmp_path: Path
) -> None:
    (source / "link").symlink_to(hung)
    make_profile(user, keys[1], source, f"file://{tmp_path}/backups")
    told, _said = interrupted(user.start("backup", "--json"))
    assert b'"type":"cancelled"' in told.splitlines()[-1]
    assert user.left_over() == []


def test_where_a_restore_would_go_there(
    user: Machine, keys: tuple[Path, str], source: Path, hung: Path, tmp_path: Path
) -> None:
    make_profile(user, keys[1], source, f"file://{tmp_path}/backups")
    told, _said = interrupted(user.start("restore", "--json", "--to", str(hung)))
    assert b'"type":"cancelled"' in told.splitlines()[-1]
    began = time.monotonic()
    said = user.run("restore", "--to", str(hung), status=1)
    assert time.monotonic() - began < 20
    assert f"The disk with {hung} does not work." in said.err


def test_where_the_status_would_look_there(
    user: Machine, keys: tuple[Path, str], source: Path, hung: Path, tmp_path: Path
) -> None:
    make_profile(user, keys[1], source, f"file://{tmp_path}/backups")
    move(user, f"{tmp_path}/backups", f"{hung}/backups")
    began = time.monotonic()
    user.run("status", status=None)
    assert time.monotonic() - began < 6


def test_where_the_disk_of_another_profile_does_not_answer(
    user: Machine, keys: tuple[Path, str], source: Path, hung: Path, tmp_path: Path
) -> None:
    make_profile(user, keys[1], source, f"file://{tmp_path}/backups")
    given = ("--source", str(source), "--key", keys[1], "--to", f"file://{tmp_path}/elsewhere")
    user.run("profile", "add", "other", *given)
    move(user, f"{tmp_path}/elsewhere", f"{hung}/backups")
    user.run("backup", "docs")


def test_where_the_program_itself_waits_for_it(
    user: Machine, keys: tuple[Path, str], source: Path, hung: Path, tmp_path: Path
) -> None:
    make_profile(user, keys[1], source, f"file://{tmp_path}/backups")
    user.env["XDG_CACHE_HOME"] = str(hung)
    _told, said = interrupted(user.start("backup", "--json"))
    assert said.strip() == b"Cancelled while a file or disk was not responding."
    assert user.left_over() == []
