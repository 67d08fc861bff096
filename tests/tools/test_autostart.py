"""Autostart at login: on, off, switched off elsewhere, and repaired once the program has moved."""

import plistlib
import shlex
import sys
from pathlib import Path

import pytest

from secretsbackup.model.outcome import Failure
from secretsbackup.model.reason import Reason
from secretsbackup.tools import autostart


@pytest.fixture(autouse=True)
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A configuration folder of its own."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setattr(sys, "platform", "linux")
    return tmp_path / "config"


def test_it_is_off_until_it_is_turned_on(config: Path) -> None:
    assert not autostart.is_on()
    path = autostart.turn_on()
    assert path == config / "autostart" / "secretsbackup.desktop"
    assert autostart.is_on()
    assert "--tray" in path.read_text()
    assert autostart.turn_off()
    assert not autostart.turn_off()
    assert not autostart.is_on()


def test_what_the_desktop_switched_off_is_off() -> None:
    path = autostart.turn_on()
    path.write_text(path.read_text().replace("enabled=true", "enabled=false"))
    assert not autostart.is_on()
    assert not autostart.repair()


def test_it_is_repaired_when_the_program_has_moved() -> None:
    path = autostart.turn_on()
    right = path.read_text()
    assert not autostart.repair()
    path.write_text(right.replace("Exec=", "Exec=/old"))
    assert autostart.repair()
    assert path.read_text() == right


def test_a_folder_that_cannot_be_written_is_a_failure(config: Path) -> None:
    config.write_text("in the way")
    with pytest.raises(Failure) as caught:
        autostart.turn_on()
    assert caught.value.reason is Reason.NOT_WRITABLE


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("/usr/bin/secretsbackup", "/usr/bin/secretsbackup"),
        ("/a b/c", '"/a b/c"'),
        ("100%", "100%%"),
        ('a"b', '"a\\\\"b"'),
        ("a$b", '"a\\\\$b"'),
    ],
)
def test_words_are_quoted_as_the_specification_wants(word: str, expected: str) -> None:
    assert autostart.quoted(word) == expected


def test_the_command_is_the_program_that_runs() -> None:
    assert Path(autostart.command()[0]).exists()
    assert shlex.join(autostart.command())


def test_on_macos_it_is_a_launch_agent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setenv("HOME", str(tmp_path))
    agent = plistlib.loads(autostart.turn_on().read_bytes())
    assert agent["ProgramArguments"][-1] == "--tray"
    assert agent["RunAtLoad"]
    assert autostart.is_on()
