"""Starting: what begins backups after the next restart, and whether anything does."""

import asyncio
import getpass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from secretsbackup.model.automatic_start import Starter, Unstarted
from secretsbackup.operations.setup import automatic_start
from secretsbackup.store import notes
from secretsbackup.store.home import Home
from secretsbackup.tools import autostart, bus, timer
from tests.conftest import StandIn

NOW = datetime.now(UTC)
"""What is asked of the machine's own clock is asked now."""


@pytest.fixture(autouse=True)
def machine(untended: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with systemd and a screen, on which nothing is set up; the folder of its user's settings."""
    (tmp_path / "system" / "run" / "systemd" / "system").mkdir(parents=True)
    monkeypatch.setenv("SECRETSBACKUP_SYSTEM_ROOT", str(tmp_path / "system"))
    monkeypatch.setenv("DISPLAY", ":7")
    return untended


def says(monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    """Have systemd say on its bus how the timer is."""
    monkeypatch.setattr(bus, "ask", lambda *_: ("/unit",))
    monkeypatch.setattr(bus, "properties", lambda *_: {"ActiveState": state})


def test_nothing_is_set_up_at_first(home: Home) -> None:
    assert automatic_start.unstarted(home) is Unstarted.NOTHING
    assert not automatic_start.by_timer(home)


def test_the_tray_at_login_will_do(home: Home) -> None:
    assert asyncio.run(automatic_start.turn_on(Starter.TRAY)) is None
    assert automatic_start.unstarted(home) is None
    assert not automatic_start.by_timer(home), "it ends with the tray"
    entry = autostart.entry()
    entry.write_text(entry.read_text().replace("enabled=true", "enabled=false"))
    assert automatic_start.unstarted(home) is Unstarted.NOTHING


def test_the_timer_will_do_while_it_runs(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert asyncio.run(automatic_start.turn_on(Starter.TIMER)) is None
    assert automatic_start.unstarted(home) is None
    assert automatic_start.by_timer(home)
    for state, expected in (("active", None), ("inactive", Unstarted.STOPPED), ("failed", Unstarted.STOPPED)):
        says(monkeypatch, state)
        assert automatic_start.unstarted(home) is expected


def test_a_timer_where_there_is_no_systemd_starts_nothing(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRETSBACKUP_SYSTEM_ROOT", str(tmp_path / "another init"))
    assert asyncio.run(automatic_start.turn_on(Starter.TIMER)) is Unstarted.STOPPED
    assert automatic_start.unstarted(home) is Unstarted.STOPPED


def test_a_timer_that_was_disabled_starts_nothing(home: Home, machine: Path) -> None:
    asyncio.run(timer.switch_on())
    (machine / "systemd" / "user" / "timers.target.wants" / "secretsbackup.timer").unlink()
    assert automatic_start.unstarted(home) is Unstarted.NOTHING


@pytest.mark.parametrize("starter", Starter)
def test_a_program_that_is_gone_starts_nothing(starter: Starter, home: Home, machine: Path) -> None:
    asyncio.run(automatic_start.turn_on(starter))
    file = machine / "systemd" / "user" / "secretsbackup.service"
    file = autostart.entry() if starter is Starter.TRAY else file
    kept = [line for line in file.read_text().splitlines() if not line.startswith(("Exec=", "ExecStart="))]
    file.write_text("\n".join([*kept, "Exec=/gone/python --tray", 'ExecStart="/gone/python"', ""]))
    assert automatic_start.unstarted(home) is Unstarted.MOVED
    asyncio.run(automatic_start.repair())
    assert automatic_start.unstarted(home) is None


def test_on_a_server_a_timer_must_run_without_a_login(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    asyncio.run(timer.switch_on())
    assert automatic_start.unstarted(home) is Unstarted.LOGGED_OUT
    linger = tmp_path / "system" / "var" / "lib" / "systemd" / "linger"
    linger.mkdir(parents=True)
    (linger / getpass.getuser()).touch()
    assert automatic_start.unstarted(home) is None


def test_that_is_asked_for_when_the_timer_is_turned_on(
    stand_in: StandIn, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    record = stand_in("notes", "loginctl") / "record"
    asyncio.run(timer.switch_on())
    assert "enable-linger" in record.read_text()


def test_what_was_seen_to_start_them_counts_for_some_days(home: Home) -> None:
    automatic_start.called(home)
    assert automatic_start.unstarted(home) is None
    assert automatic_start.by_timer(home)
    assert automatic_start.unstarted(home, NOW + timedelta(days=30)) is Unstarted.NOTHING


def test_what_our_own_timer_starts_is_no_other_way(
    home: Home, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(timer.switch_on())
    service = machine / "systemd" / "user" / "secretsbackup.service"
    assert 'Environment="SECRETSBACKUP_TIMER=1"' in service.read_text()
    monkeypatch.setenv("SECRETSBACKUP_TIMER", "1")
    automatic_start.called(home)
    assert notes.called_at(home) is None


@pytest.mark.parametrize(
    ("line", "counts"),
    [
        ("*/15 * * * * /usr/bin/secretsbackup backup --due", True),
        ("# */15 * * * * /usr/bin/secretsbackup backup --due", False),
        ("0 5 * * * rsync -a ~ /mnt", False),
    ],
)
def test_a_crontab_that_calls_us_is_found(
    line: str, counts: bool, home: Home, tmp_path: Path, stand_in: StandIn
) -> None:
    program = stand_in("notes", "crontab") / "crontab"
    program.write_text(f"#!/bin/sh\necho '{line}'\n")
    asyncio.run(automatic_start.look_elsewhere(home))
    assert (automatic_start.unstarted(home) is None) is counts


def test_a_unit_that_somebody_wrote_is_found(home: Home, machine: Path) -> None:
    units = machine / "systemd" / "user"
    units.mkdir(parents=True)
    (units / "my-backup.service").write_text("[Service]\nExecStart=secretsbackup backup --due\n")
    asyncio.run(automatic_start.look_elsewhere(home))
    assert automatic_start.unstarted(home) is None


@pytest.mark.parametrize(
    ("desktop", "tray", "booted", "expected"),
    [
        ("KDE", True, True, Starter.TRAY),
        ("ubuntu:GNOME", True, True, Starter.TRAY),
        ("GNOME", False, True, Starter.TIMER),
        ("sway", True, True, Starter.TIMER),
        ("", False, True, Starter.TIMER),
        ("XFCE", False, False, Starter.TRAY),
    ],
)
def test_what_fits_a_desktop(
    desktop: str,
    tray: bool,
    booted: bool,
    expected: Starter,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", desktop)
    if not booted:
        monkeypatch.setenv("SECRETSBACKUP_SYSTEM_ROOT", str(tmp_path / "another init"))
    assert automatic_start.best(tray=tray) is expected
