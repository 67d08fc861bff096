"""The kit on the command line: what it asks for, what it says, and with which exit status."""

import json
from pathlib import Path

import pytest

from secretsbackup.model.profile import Fingerprint
from tests.cli.conftest import Said, Say
from tests.cli.test_key import Piped, piped
from tests.conftest import PASSPHRASE

__all__ = ["piped"]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("kit",), "--out"),
        (("kit", "ghost", "--out", "/tmp/never"), "There is no profile “ghost”"),
        (("kit", "docs", "ghost", "--out", "/tmp/never"), "one profile"),
        (("kit", "check"), "kit check FILE"),
        (("recover", "--kit", "ftp://example.org"), "ftp"),
    ],
)
def test_what_is_missing_is_told(say: Say, added: Said, words: tuple[str, ...], says: str) -> None:
    said = say(*words)
    assert said.status == 2
    assert says in said.err


@pytest.mark.parametrize("verb", [("kit", "check"), ("recover", "--kit")])
def test_what_is_no_kit_is_told(say: Say, added: Said, verb: tuple[str, ...], tmp_path: Path) -> None:
    (tmp_path / "poem").write_text("a poem")
    for name, says in (("poem", "no line of a kit"), ("missing", "No such file")):
        said = say(*verb, str(tmp_path / name))
        assert said.status == 1
        assert "The recovery kit cannot be read" in said.err
        assert says in said.err
        assert "Traceback" not in said.err


def test_a_kit_is_written_and_proved(
    say: Say, added: Said, piped: Piped, tmp_path: Path, key: Fingerprint
) -> None:
    piped(f"{PASSPHRASE.reveal()}\n" * 3)
    written = say("kit", "docs", "--out", str(tmp_path / "usb"), "--json")
    assert written.status == 0
    text = json.loads(written.out)["text"]
    checked = say("kit", "check", text, "--profile", "docs", "--json")
    assert json.loads(checked.out) == {"profile": "docs", "ok": True, "snapshot": None}
    assert "no snapshot yet" in say("kit", "check", text, "docs").out


def test_a_kit_without_anybody_to_ask_says_what_to_do(
    say: Say, added: Said, piped: Piped, tmp_path: Path
) -> None:
    piped("")
    said = say("kit", "--out", str(tmp_path / "usb"))
    assert said.status == 1
    assert "there is no one to ask" in said.err
    assert not (tmp_path / "usb").exists()


def test_recover_needs_its_answers(say: Say, added: Said, piped: Piped, tmp_path: Path) -> None:
    piped(f"{PASSPHRASE.reveal()}\n")
    say("kit", "--out", str(tmp_path / "usb"))
    piped("\n\n\n")
    said = say("recover", "--kit", str(tmp_path / "usb" / "recovery-kit.txt"))
    assert said.status == 2
    assert "gpg-passphrase is missing" in said.err
