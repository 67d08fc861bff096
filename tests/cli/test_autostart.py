"""Which words are for the desktop, and autostart from a terminal."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from secretsbackup.cli.main import main

LAUNCHED = {"DISPLAY": ":0", "XDG_ACTIVATION_TOKEN": "token"}


@pytest.mark.parametrize(
    ("words", "session", "expected"),
    [
        (["--tray"], {"DISPLAY": ":0"}, ["tray"]),
        (["open"], {"WAYLAND_DISPLAY": "wayland-0"}, ["open"]),
        ([], {"DISPLAY": ":0"}, ["open"]),
        (["backup", "docs"], LAUNCHED, ["backup", "docs"]),
        (["backup"], LAUNCHED, ["backup"]),
    ],
)
def test_words_that_are_for_the_desktop(
    words: list[str], session: dict[str, str], expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[list[str]] = []

    def desktop(what: Sequence[str]) -> int:
        asked.append(list(what))
        return 0

    for name in ("DISPLAY", "WAYLAND_DISPLAY", "DESKTOP_STARTUP_ID", "GIO_LAUNCHED_DESKTOP_FILE"):
        monkeypatch.delenv(name, raising=False)
    for name, value in session.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr("sys.stdin", None)
    assert main(words, desktop) == 0
    assert asked == [expected]


def test_without_a_screen_there_is_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for words in (["open"], ["--tray"]):
        assert main(words, lambda _: 0) == 1
        assert "no screen" in capfd.readouterr().err


def test_autostart_is_turned_on_and_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for words, said in ((["on"], "On:"), ([], "On:"), (["off"], "Off:"), (["status"], "Off:")):
        assert main(["autostart", *words]) == 0
        assert capfd.readouterr().out.startswith(said)
