"""A terminal of one's own: a home, a keyring in memory, a key."""

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from secretsbackup.cli.main import main
from secretsbackup.model.profile import Fingerprint
from secretsbackup.store import home as homes
from secretsbackup.store import kit, profiles
from secretsbackup.store.history import place_of
from secretsbackup.store.kit import SavedKit


class Said(msgspec.Struct):
    """How a command ended and what it said."""

    status: int
    out: str
    err: str


Say = Callable[..., Said]


@pytest.fixture
def say(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], memory: None
) -> Say:
    """Gives a command in a home of its own."""
    for name in ("CONFIG", "STATE", "CACHE", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / "xdg" / name.lower()))
    old = os.umask(0o077)
    os.umask(old)

    def said(*words: str) -> Said:
        try:
            status = main(words)
        except SystemExit as ended:
            status = int(ended.code or 0)
        finally:
            os.umask(old)
        out, err = capfdbinary.readouterr()
        return Said(status, out.decode(), err.decode())

    return said


@pytest.fixture
def added(say: Say, tmp_path: Path, key: Fingerprint) -> Said:
    """A profile “docs” of a folder that goes to a folder; its recovery kit is saved."""
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.txt").write_text("text")
    (tmp_path / "disk").mkdir()
    words = ["--source", str(tmp_path / "docs"), "--to", f"file://{tmp_path}/disk/backups", "--key", key]
    said = say("profile", "add", "docs", *words)
    profile = profiles.get(homes.standard(), "docs")
    saved = SavedKit(profile.key, place_of(profile.destination), datetime.now(UTC))
    kit.keep(homes.standard(), profile.name, saved)
    return said
