"""Translations: what is translated is said somewhere, keeps its fields, and is spoken when asked for."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import polib
import pytest

from secretsbackup import language

ROOT = Path(__file__).parents[1]
FILES = sorted((ROOT / "resources" / "translations").glob("*.po"))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Whatever a test speaks, the next one hears English."""
    yield
    language.speak("en")


def said() -> set[str]:
    """All texts that the program hands to `_`."""
    found = set()
    for path in (ROOT / "secretsbackup").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(func=ast.Name(id="_"), args=[ast.Constant(value=str() as text)]):
                    found.add(text)
                case _:
                    pass
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_translated_is_said_and_keeps_its_fields(path: Path) -> None:
    entries, known = polib.pofile(str(path)), said()
    assert [entry.msgid for entry in entries if entry.msgid not in known] == []
    for entry in entries:
        assert sorted(re.findall(r"{\w+}", entry.msgid)) == sorted(re.findall(r"{\w+}", entry.msgstr)), (
            entry.msgid
        )
        assert ("&" in entry.msgid) == ("&" in entry.msgstr), entry.msgid


def test_a_language_is_spoken_once_it_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert language._("&Quit") == "&Quit"
    language.speak("de_AT")
    assert language._("&Quit") == "&Beenden"
    assert language._("nobody translated this") == "nobody translated this"
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    language.speak()
    assert language._("&Quit") == "&Beenden"
    language.speak("xx")
    assert language._("&Quit") == "&Quit"


def test_the_languages_are_known() -> None:
    assert language.known() == ("en", *(path.stem for path in FILES))
