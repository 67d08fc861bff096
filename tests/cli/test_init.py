"""`init` asks little, takes what stands in brackets, and tries all that it sets up."""

import os
from pathlib import Path

import pytest

from secretsbackup.model.profile import Fingerprint
from tests.cli.conftest import Say
from tests.conftest import PASSPHRASE

Answer = list[str]


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Answer:
    """Lines of standard input, to be filled before the command is given."""
    home = tmp_path / "ada"
    (home / "Documents" / ".cache").mkdir(parents=True)
    (home / "Documents" / "letter.txt").write_text("Dear Charles")
    (home / "Documents" / ".cache" / "thumbnail").write_bytes(b"x" * 5000)
    (home / "disk").mkdir()
    monkeypatch.setenv("HOME", str(home))
    return []


def init(say: Say, typed: Answer, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """Give the command these lines."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w") as file:
        file.write("".join(f"{line}\n" for line in typed))
    with os.fdopen(reading) as file:
        monkeypatch.setattr("sys.stdin", file)
        said = say("init")
    return said.status, said.out + said.err


def test_ten_lines_set_up_a_folder_half_of_them_empty(
    say: Say, typed: Answer, key: Fingerprint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = tmp_path / "ada" / "disk" / "backups"
    typed += ["", "", "", "3", str(disk), key, PASSPHRASE.reveal(), "", "weekly sun 9:30", ""]
    status, out = init(say, typed, monkeypatch)
    assert status == 0, out
    assert "✓ Test: restore it as a new computer would, and compare" in out
    assert "✓ Check the recovery kit" in out
    shown = say("profile", "show", "Documents").out
    assert str(disk) in shown
    assert ".cache/" in shown
    assert "weekly sun 09:30" in shown
    assert (tmp_path / "ada" / "Recovery kit of Documents" / "recovery-kit.pdf").exists()
    assert list(disk.parent.iterdir()) == [], "the canary is gone without a trace"


def test_what_cannot_be_is_said_and_asked_once_more(
    say: Say, typed: Answer, key: Fingerprint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    disk = tmp_path / "ada" / "disk" / "backups"
    typed += ["/nowhere/at/all", "", "", "", "3", "/nowhere/at/all", "3", str(disk)]
    typed += ["nobody", key, "wrong", key, PASSPHRASE.reveal(), "no", "now and then", "daily 9:00", "later"]
    status, out = init(say, typed, monkeypatch)
    assert status == 0, out
    for sentence in (
        "“/nowhere/at/all” does not exist.",
        "The destination /nowhere/at/all does not exist.",
        "There is no GnuPG key “nobody” here.",
        "That passphrase does not open your key.",
        "“now and then” is not a schedule",
    ):
        assert sentence in out
    assert "Save the recovery kit before you need it" in out
