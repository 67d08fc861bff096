"""A home folder with things in it, and a wizard."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from shiboken6 import isValid

from secretsbackup.desktop.setup import SetUpWizard
from secretsbackup.model.plan import StartFrom
from tests.desktop.conftest import Parts
from tests.desktop.setup.wizard_driver import Hand

Begin = Callable[..., Hand]


@pytest.fixture
def person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Somebody's home folder, in which there is something to lose."""
    home = tmp_path / "ada"
    (home / "Documents" / ".cache").mkdir(parents=True)
    (home / "Documents" / "letter.txt").write_text("Dear Charles")
    (home / "Documents" / ".cache" / "thumbnail").write_bytes(b"x" * 5000)
    (home / "Pictures").mkdir()
    monkeypatch.setenv("HOME", str(home))
    for name in ("CONFIG", "STATE", "CACHE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / "xdg" / name.lower()))
    return home


@pytest.fixture
def begin(parts: Parts, person: Path) -> Iterator[Begin]:
    """Opens the wizard; one after the other, as after a restart."""
    opened: list[SetUpWizard] = []

    def wizard_of(start: StartFrom | None = None, photographs: str = "") -> Hand:
        made = SetUpWizard(
            parts.home, parts.states, parts.session, parts.automatic, parts.shown.append, start
        )
        opened.append(made)
        return Hand(made, photographs)

    yield wizard_of
    for one in opened:
        if isValid(one):
            one.files.stop()


async def moment() -> None:
    """Let what was begun go on."""
    await asyncio.sleep(0.05)
