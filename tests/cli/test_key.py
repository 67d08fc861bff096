"""Keys and passphrases on the command line."""

import contextlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from secretsbackup.model.profile import Fingerprint
from tests.cli.conftest import Said, Say

Piped = Callable[[str], None]


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Piped]:
    """Gives standard input a text."""
    with contextlib.ExitStack() as inputs:

        def give(text: str) -> None:
            (tmp_path / "input").write_text(text)
            monkeypatch.setattr("sys.stdin", inputs.enter_context((tmp_path / "input").open()))

        yield give
        monkeypatch.undo()


def test_keys_are_listed_with_the_profile_that_uses_them(say: Say, added: Said, key: Fingerprint) -> None:
    said = say("key", "list", "--json")
    lines = [json.loads(line) for line in said.out.splitlines()]
    assert {"key": key, "profile": "docs", "usable": True}.items() <= next(
        line for line in lines if line["key"] == key
    ).items()
    assert "does not expire" in say("key", "list").out


def test_a_passphrase_is_made_and_its_bits_are_told(say: Say) -> None:
    said = say("key", "passphrase")
    assert len(said.out.split()) == 10
    assert "129 bits" in said.err
    assert json.loads(say("key", "passphrase", "--json", "--words", "6").out)["bits"] == 77.5
    assert say("key", "passphrase", "--words", "3").status == 2


def test_a_passphrase_that_nobody_could_note_is_not_made(say: Say, key: Fingerprint, piped: Piped) -> None:
    piped("")
    said = say("key", "new")
    assert said.status == 2
    assert "--own" in said.err


def test_a_key_is_made_under_a_passphrase_of_ones_own(say: Say, key: Fingerprint, piped: Piped) -> None:
    piped("password1\n")
    said = say("key", "new", "--own", "--json", "--owner", "Piped Pia")
    made = json.loads(said.out)["key"]
    assert "weak" in said.err
    assert "password1" not in said.out + said.err
    assert made in say("key", "list").out


def test_a_key_is_extended(say: Say, added: Said, piped: Piped) -> None:
    piped("correct horse battery staple\n")
    said = say("key", "extend", "docs", "--for", "3y")
    assert said.status == 0
    assert "is valid until" in said.out
    piped("correct horse battery staple\n")
    assert "no longer expires" in say("key", "extend", "--for", "never").out
    assert say("key", "extend", "--for", "soon").status == 2
