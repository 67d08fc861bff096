"""A run is stopped by another process: that of a terminal, one of the tray, one that hangs."""

import asyncio
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
import pytest

from secretsbackup.model import causes
from secretsbackup.model.outcome import Skip
from secretsbackup.model.profile import ProfileName
from secretsbackup.operations.watch import stop
from tests.end_to_end.machine import Machine
from tests.end_to_end.screen import wait
from tests.end_to_end.test_round_trip import make_profile

if TYPE_CHECKING:
    import subprocess

DOCS = ProfileName("docs")


@pytest.fixture
def docs(user: Machine, keys: tuple[Path, str], tmp_path: Path) -> Machine:
    """A machine with two profiles, whose runs wait for a program of their user's."""
    source = tmp_path / "Documents"
    source.mkdir()
    (source / "letter.odt").touch()
    make_profile(user, keys[1], source, f"file://{tmp_path}/docs", "--before", "sleep 100")
    words = ("--source", str(source), "--to", f"file://{tmp_path}/photos", "--key", keys[1])
    user.run("profile", "add", "photos", *words, "--before", "sleep 100")
    return user


def hooks(program: "subprocess.Popen[bytes]") -> list[psutil.Process]:
    """What its runs wait for."""
    return [child for child in psutil.Process(program.pid).children() if child.name() == "sleep"]


def outcomes(user: Machine, name: str) -> list[dict[str, str]]:
    """How a profile's runs ended, but those that found another going on."""
    ended = [line["outcome"] for line in user.run("runs", name, "--json").lines]
    return [outcome for outcome in ended if outcome["type"] != "skipped"]


def test_a_run_of_a_terminal_is_stopped_by_its_user(docs: Machine) -> None:
    running = docs.start("backup", "docs", "--json")
    wait(lambda: hooks(running))
    (hook,) = hooks(running)
    assert docs.run("stop", "docs").out == "The run of “docs” was stopped.\n"
    told, complaints = running.communicate(timeout=30)
    assert (running.returncode, complaints) == (4, b"")
    assert b'"by":"you"' in told.splitlines()[-1]
    assert outcomes(docs, "docs") == [{"type": "cancelled", "by": "you"}]
    assert not hook.is_running()
    assert docs.run("stop", "--json").lines == [
        {"profile": "docs", "stopped": False},
        {"profile": "photos", "stopped": False},
    ]


def test_what_keeps_a_run_from_being_remembered_keeps_nobody_from_stopping_it(docs: Machine) -> None:
    running = docs.start("backup", "docs")
    wait(lambda: hooks(running))
    with closing(sqlite3.connect(docs.known.database)) as memory:
        memory.execute("PRAGMA user_version = 999")
    assert "was stopped" in docs.run("stop", "docs").out
    told = running.communicate(timeout=30)[1].decode()
    assert running.returncode == 4
    assert "Cancelled by you." in told


def test_of_the_trays_runs_the_one_that_is_meant_is_stopped(docs: Machine) -> None:
    docs.env |= {"QT_QPA_PLATFORM": "offscreen", "DESKTOP_STARTUP_ID": "from a menu"}
    docs.run("profile", "set", "docs", "--schedule", "manual")
    docs.run("profile", "set", "photos", "--schedule", "manual")
    tray = docs.start("backup", "docs")
    try:
        wait(lambda: hooks(tray))
        docs.run("backup", "photos")  # is handed over
        wait(lambda: len(hooks(tray)) == 2)
        del docs.env["DESKTOP_STARTUP_ID"]
        docs.run("backup", "photos", status=75)  # in a terminal
        assert docs.run("stop", "photos").out == "The run of “photos” was stopped.\n"
        assert outcomes(docs, "photos") == [{"type": "cancelled", "by": "you"}]
        assert docs.run("stop", "photos").out == "“photos” is not running.\n"
        assert tray.poll() is None
        assert outcomes(docs, "docs") == []
    finally:
        tray.terminate()
        tray.communicate(timeout=30)
    assert outcomes(docs, "docs") == [{"type": "cancelled", "by": "the program's end"}]


@pytest.fixture
def hung(docs: Machine) -> Iterator["subprocess.Popen[bytes]"]:
    """A program that hangs in the middle of a run."""
    running = docs.start("backup", "docs")
    wait(lambda: hooks(running))
    running.send_signal(signal.SIGSTOP)
    yield running
    running.kill()
    running.communicate()


def test_one_that_hangs_for_hours_is_killed(docs: Machine, hung: "subprocess.Popen[bytes]") -> None:
    hours_later = datetime.now(UTC) + timedelta(hours=13)
    assert asyncio.run(stop.stop(docs.known, DOCS, hours_later, grace_s=2.0))
    assert hung.wait(10) == -signal.SIGKILL
    assert outcomes(docs, "docs") == [{"type": "interrupted"}]
    assert docs.run("profile", "set", "docs", "--before", "").status == 0
    docs.backup("docs")


def test_one_that_may_be_at_work_is_left_alone(docs: Machine, hung: "subprocess.Popen[bytes]") -> None:
    with pytest.raises(Skip) as caught:
        asyncio.run(stop.stop(docs.known, DOCS, patience_s=2.0))
    assert caught.value.causes == (causes.Busy(hung.pid),)
    hung.send_signal(signal.SIGCONT)  # it obeys as soon as it can
    assert hung.wait(30) == 4
    assert outcomes(docs, "docs") == [{"type": "cancelled", "by": "you"}]
