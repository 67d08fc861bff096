"""Translations: what is translated is said somewhere, keeps its fields, and is spoken when asked for."""

import ast
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import polib
import pytest

from secretsbackup import words
from secretsbackup.model.event import Caution, Verb
from secretsbackup.model.outcome import YOU, Cancelled
from secretsbackup.words import language

ROOT = Path(__file__).parents[2]
SAYING = sorted(f"words/{path.name}" for path in (ROOT / "secretsbackup/words").glob("*.py"))
FILES = sorted((ROOT / "resources" / "translations").glob("*.po"))


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    """Whatever a test speaks, the next one hears English."""
    yield
    language.set_language("en")


def said() -> set[str]:
    """All texts that the program hands to `_`, `ngettext` and `number`."""
    found = set()
    for path in (ROOT / "secretsbackup").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            match node:
                case ast.Call(
                    func=ast.Name(id="_" | "ngettext"), args=[ast.Constant(value=str() as text), *_]
                ):
                    found.add(text)
                case ast.Call(
                    func=ast.Name(id="number") | ast.Attribute(attr="number"),
                    args=[_, ast.Constant(value=str() as text), ast.Constant()],
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
def test_all_that_is_said_is_translated(path: Path) -> None:
    known = {one.msgid for one in polib.pofile(str(path)) if one.msgstr or all(one.msgstr_plural.values())}
    assert said() - known == set()


@pytest.mark.parametrize("name", SAYING)
def test_no_sentence_goes_around_gettext(name: str) -> None:
    tree = ast.parse((ROOT / "secretsbackup" / name).read_text())
    passed = {id(leaf) for node in ast.walk(tree) if not_to_translate(node) for leaf in ast.walk(node)}
    texts = [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in passed
    ]
    assert [text for text in texts if re.search(r"[A-Za-z]{2},? [A-Za-z]{2}", text)] == []


def not_to_translate(node: ast.AST) -> bool:
    """Whether it is translated already, or is a docstring, or a command to type."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.keyword(arg="commands"):
            return True
        case ast.Call(func=ast.Name(id="_" | "ngettext" | "number")):
            return True
        case ast.Constant(value=str() as text) if text.startswith("secretsbackup "):
            return True
        case ast.FunctionDef(name="_exports" | "_restore"):
            return True
        case ast.Assign(targets=[ast.Name(id="_TYPED")]):
            return True
        case _:
            return False


def test_counts_and_days_are_said_in_the_language_that_is_spoken() -> None:
    then = datetime(2024, 3, 4, 18).astimezone()
    language.set_language("de")
    assert (words.files(1), words.files(2)) == ("1 Datei", "2 Dateien")
    assert words.left_out(Caution.VANISHED, 1) == "1 Datei verschwand beim Lesen"
    assert words.when(then, then + timedelta(days=3)) == "Montag 18:00"
    assert words.when(then, then + timedelta(days=30)) == "4. März 18:00"
    assert words.ago(then, then + timedelta(hours=2)) == "vor 2 Stunden"
    assert words.size(1_430_000_000) == "1,4\N{NO-BREAK SPACE}GB"
    assert words.size(999_960_000) == "1\N{NO-BREAK SPACE}GB"
    assert words.duration(2.5) == "2,5 Sek."
    language.set_language("en")
    assert words.size(1_430_000_000) == "1.4 GB"
    assert words.ago(then, then + timedelta(hours=2)) == "2 hours ago"


@pytest.mark.parametrize(
    ("session", "language_", "time", "date", "count"),
    [
        ("C.UTF-8", "en", "Monday 18:00", "4 Mar 18:00", "12,480 files"),
        (
            "en_US.UTF-8",
            "en",
            "Monday 6:00\N{NARROW NO-BREAK SPACE}PM",
            "Mar 4 6:00\N{NARROW NO-BREAK SPACE}PM",
            "12,480 files",
        ),
        ("en_US.UTF-8", "de", "Montag 18:00", "4. März 18:00", "12.480 Dateien"),
        ("de_DE.UTF-8@euro", "de", "Montag 18:00", "4. März 18:00", "12.480 Dateien"),
        ("de_XX", "de", "Montag 18:00", "4. März 18:00", "12.480 Dateien"),
    ],
)
def test_dates_and_numbers_are_written_as_the_session_has_them(
    monkeypatch: pytest.MonkeyPatch, session: str, language_: str, time: str, date: str, count: str
) -> None:
    monkeypatch.setenv("LC_ALL", session)
    language.set_language(language_)
    then = datetime(2024, 3, 4, 18).astimezone()
    assert words.when(then, then + timedelta(days=3)) == time
    assert words.when(then, then + timedelta(days=30)) == date
    assert words.files(12_480) == count


def test_how_long_ago_is_never_more_than_it_is() -> None:
    now = datetime(2024, 3, 4, 18).astimezone()
    spans = {
        0.4: "now",
        59: "59 seconds ago",
        119: "1 minute ago",
        3 * 3600 - 1: "2 hours ago",
        47 * 3600: "1 day ago",
    }
    assert {span: words.ago(now - timedelta(seconds=span), now) for span in spans} == spans
    assert words.ago(now + timedelta(days=3), now) == "in 3 days"


def test_who_stopped_a_run_is_told_in_words_that_no_language_changes() -> None:
    language.set_language("de")
    assert words.outcome(Cancelled(YOU), Verb.BACKUP).title == "Abgebrochen durch: Sie."
    stopping = [
        node.args[0]
        for path in (ROOT / "secretsbackup").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(("live.cancel", "._quit"))
    ]
    assert stopping
    assert [ast.unparse(one) for one in stopping if isinstance(one, ast.Call)] == []


def test_a_language_is_spoken_once_it_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    assert language._("&Quit") == "&Quit"
    language.set_language("de_AT")
    assert language._("&Quit") == "&Beenden"
    assert language._("nobody translated this") == "nobody translated this"
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    language.set_language()
    assert language._("&Quit") == "&Beenden"
    language.set_language("xx")
    assert language._("&Quit") == "&Quit"


def test_the_languages_are_known() -> None:
    assert language.known() == ("en", *(path.stem for path in FILES))
