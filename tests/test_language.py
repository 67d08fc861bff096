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


def said(*, below: str = "") -> set[str]:
    """All texts that the program, or a folder of it, hands to `_` and `ngettext`."""
    found = set()
    for path in (ROOT / "secretsbackup" / below).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(
                    func=ast.Name(id="_" | "ngettext"), args=[ast.Constant(value=str() as text), *_]
                ):
                    found.add(text)
                case _:
                    pass
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_is_translated_is_said_and_keeps_its_fields(path: Path) -> None:
    entries, texts = polib.pofile(str(path)), said()
    assert [entry.msgid for entry in entries if entry.msgid not in texts] == []
    for entry in entries:
        for form in entry.msgstr_plural.values() or [entry.msgstr]:
            assert sorted(re.findall(r"{\w+}", entry.msgid)) == sorted(re.findall(r"{\w+}", form)), (
                entry.msgid
            )
            assert ("&" in entry.msgid) == ("&" in form), entry.msgid


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_whoever_sets_up_is_spoken_to_in_one_language(path: Path) -> None:
    known = {one.msgid for one in polib.pofile(str(path)) if one.msgstr or one.msgstr_plural}
    assert said(below="desktop/setup") - known == set()


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
