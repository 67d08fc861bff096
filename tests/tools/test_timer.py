"""The system's timer: files that systemd and launchd understand, mended when the program has moved."""

import asyncio
import os
import plistlib
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from secretsbackup.model.outcome import Failure
from secretsbackup.model.reason import Reason
from secretsbackup.tools import timer
from tests.conftest import StandIn


@pytest.fixture(autouse=True)
def units(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the units go."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "nothing runs here"))
    return tmp_path / "config" / "systemd" / "user"


def test_it_is_written_enabled_and_taken_away(units: Path) -> None:
    asyncio.run(timer.switch_on())
    state = asyncio.run(timer.state())
    assert (state.on, state.moved) == (True, False)
    assert (units / "timers.target.wants" / "secretsbackup.timer").resolve() == units / "secretsbackup.timer"
    asyncio.run(timer.switch_off())
    assert not asyncio.run(timer.state()).on
    assert [path for path in units.rglob("*") if path.is_file() or path.is_symlink()] == []


def test_systemd_understands_it(units: Path) -> None:
    if not shutil.which("systemd-analyze"):
        pytest.skip("systemd-analyze is not here")
    asyncio.run(timer.switch_on())
    assert complaints(units) == []
    unit = units / "secretsbackup.timer"
    unit.write_text(unit.read_text().replace("OnCalendar=", "OnCalendar=now and then"))
    assert complaints(units) != []


def complaints(units: Path) -> list[str]:
    """What systemd says about our units, among what it says about a system that does not run."""
    command = ["systemd-analyze", "verify", "--user", "--man=no"]
    files = [units / "secretsbackup.service", units / "secretsbackup.timer"]
    env = {**os.environ, "XDG_RUNTIME_DIR": str(units)}
    said = subprocess.run([*command, *files], env=env, capture_output=True, text=True, check=False)
    return [line for line in said.stderr.splitlines() if "secretsbackup" in line]


def test_odd_places_are_quoted() -> None:
    text = timer.service(["/opt/50% of/py$thon", "-m", 'a"b'], {"PATH": "/x y:/z%"})
    assert 'ExecStart="/opt/50%% of/py$$thon" "-m" "a\\"b"\n' in text
    assert 'Environment="PATH=/x y:/z%%"\n' in text


def test_nothing_but_places_is_taken_along(monkeypatch: pytest.MonkeyPatch, units: Path) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "planted-canary")
    monkeypatch.setenv("GNUPGHOME", "/home/ada/keys")
    asyncio.run(timer.switch_on())
    text = (units / "secretsbackup.service").read_text()
    assert "GNUPGHOME=/home/ada/keys" in text
    assert "canary" not in text


def test_a_program_that_has_moved_is_found_again(monkeypatch: pytest.MonkeyPatch, units: Path) -> None:
    asyncio.run(timer.switch_on())
    monkeypatch.setenv("GNUPGHOME", "/another/terminal/knows/other/places")
    assert not asyncio.run(timer.repair())
    monkeypatch.setattr(sys, "executable", "/somewhere/else/python")
    assert asyncio.run(timer.state()).moved
    assert asyncio.run(timer.repair())
    assert "/somewhere/else/python" in (units / "secretsbackup.service").read_text()


def test_what_is_off_is_not_repaired_into_being(units: Path) -> None:
    assert not asyncio.run(timer.repair())
    assert not units.exists()


def test_the_user_manager_is_told_of_it(stand_in: StandIn) -> None:
    record = stand_in("notes", "systemctl") / "record"
    assert asyncio.run(timer.switch_on()).running
    assert "--user daemon-reload" in record.read_text()
    assert "--user restart secretsbackup.timer" in record.read_text()


def test_a_folder_that_cannot_be_written_is_named(units: Path) -> None:
    units.parent.parent.mkdir()
    units.parent.touch()
    with pytest.raises(Failure) as failed:
        asyncio.run(timer.switch_on())
    assert failed.value.reason is Reason.NOT_WRITABLE


def test_launchd_gets_a_list_and_no_shell() -> None:
    described = plistlib.loads(timer.plist(["/a b/python", "-m", "secretsbackup"], {"PATH": "/bin"}))
    assert described["ProgramArguments"] == ["/a b/python", "-m", "secretsbackup"]
    assert len(described["StartCalendarInterval"]) == 4
