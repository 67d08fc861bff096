"""Which words are for the desktop, and autostart from a terminal."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from secretsbackup.cli.main import main

LAUNCHED = {"DISPLAY": ":0", "XDG_ACTIVATION_TOKEN": "token"}


@pytest.mark.parametrize(
    ("words", "session", "expected"),
    [
        (["--tray"], {}, ["tray"]),
        (["open"], {}, ["open"]),
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


def test_autostart_is_turned_on_and_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    for words, said in ((["on"], "On:"), ([], "On:"), (["off"], "Off:"), (["status"], "Off:")):
        assert main(["autostart", *words]) == 0
        assert capfd.readouterr().out.startswith(said)
