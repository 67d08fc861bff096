"""The voice: a window uses a desktop's words, not the engine's, and no sentence is shown untranslated."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "secretsbackup"
DESKTOP = sorted((PACKAGE / "desktop").rglob("*.py"))
WINDOW = [*DESKTOP, *sorted((PACKAGE / "words").rglob("*.py"))]

ENGINE = (
    "stages?|chains?|canar(y|ies)|manifests?|signatures?|drills?|surges?|upheavals?|volumes?|stamps?"
    "|prefix(es)?|probes?|snapshots?"
)
"""What rsync and duplicity call things. None of them is on a button of another program."""
ODD = (
    "prov(e|en|ed|es|ing)|proofs?|mend(s|ed|ing)?|stands? still|go(es)? on|going on|gone on with"
    "|all the same|a yes|left out|leave out|came to nothing|costs? by the byte|bring back|get back"
    "|by itself|somebody|nobody|whoever|please"
)
"""What reads as if it was translated; there is a plain word for each."""
BANNED = re.compile(rf"\b({ENGINE}|{ODD})\b|!", re.IGNORECASE)
NOT_READ = re.compile(r"{\w+}|`[^`]*`|&|\w+://\S+|folder in the bucket \(a prefix\)")
"""Names of fields, commands to type, letters to press with Alt, addresses, and a word that is explained."""

SENTENCE = re.compile(r"\b[A-Z][\w’']*[.,:;]? [\w“{]|[a-z]{2},? [a-z]{2,} [a-z]{2}")
"""A capital letter and a second word, or three words."""
NAMES = {"Secrets Backup"}
"""What is called the same in every language."""
MARKUP = ("desktop/style.py", "desktop/kit_pdf.py")
"""Files whose long texts are style sheets and HTML; the sentences in them come from `words`."""


def translating(node: ast.AST) -> bool:
    """Whether its texts pass through gettext."""
    match node:
        case ast.Call(func=ast.Name(id="_" | "ngettext" | "number") | ast.Attribute(attr="number")):
            return True
        case _:
            return False


def said(tree: ast.AST) -> Iterator[str]:
    """All texts that are translated, in each of their forms."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and translating(node):
            yield from (
                text.value
                for text in node.args
                if isinstance(text, ast.Constant) and isinstance(text.value, str)
            )


def banned(tree: ast.AST) -> list[str]:
    """What is translated and has a word that no window says."""
    return [text for text in said(tree) if BANNED.search(NOT_READ.sub("", text))]


def untranslated(tree: ast.AST) -> list[str]:
    """Sentences that nobody translates; docstrings and types in quotation marks are none."""
    passed = {id(leaf) for node in ast.walk(tree) if not_shown(node) for leaf in ast.walk(node)}
    shown = [text_of(node) for node in ast.walk(tree) if id(node) not in passed]
    return [text for text in shown if text not in NAMES and SENTENCE.search(text) and "[" not in text]


def text_of(node: ast.AST) -> str:
    """The text of a literal, with “{}” for what an f-string takes in; empty for all else."""
    match node:
        case ast.Constant(value=str() as text):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(text_of(part) if isinstance(part, ast.Constant) else "{}" for part in parts)
        case _:
            return ""


def not_shown(node: ast.AST) -> bool:
    """Whether it is translated, or is nothing that a person reads: a docstring, a type, a name in a usage."""
    match node:
        case ast.Expr(value=ast.Constant()) | ast.arg() | ast.AnnAssign(value=None):
            return True
        case ast.keyword(arg="metavar") | ast.Subscript():
            return True
        case _:
            return translating(node)


@pytest.mark.parametrize("path", WINDOW, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_a_window_says_no_word_of_the_engine(path: Path) -> None:
    assert banned(ast.parse(path.read_text())) == []


@pytest.mark.parametrize("path", DESKTOP, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_sentence_of_a_window_goes_around_gettext(path: Path) -> None:
    if str(path.relative_to(PACKAGE)) in MARKUP:
        pytest.skip("its long texts are markup")
    assert untranslated(ast.parse(path.read_text())) == []


def test_no_help_of_a_command_goes_around_gettext() -> None:
    assert untranslated(ast.parse((PACKAGE / "cli" / "parser.py").read_text())) == []


@pytest.mark.parametrize(
    "line",
    [
        'QLabel("Back up now")',
        'self.setToolTip(f"Next: {when} here")',
        'Problem("name", "Choose a name.")',
        'verb("backup", "prune", "remove what is old")',
        'fields.add_argument("--keep", help="how many full ones")',
    ],
)
def test_a_sentence_that_nobody_translates_is_found(line: str) -> None:
    assert untranslated(ast.parse(line))


def test_a_sentence_that_is_translated_is_none_that_goes_around() -> None:
    assert untranslated(ast.parse('QLabel(_("Back up now"))')) == []


@pytest.mark.parametrize("text", ["Trial: back up a canary", "The &stage is full.", "It goes on", "Done!"])
def test_a_word_of_the_engine_is_found(text: str) -> None:
    assert banned(ast.parse(f'_("{text}")')) == [text]


@pytest.mark.parametrize("text", ["Parts of `chain` {volume}", "Improve it"])
def test_commands_and_fields_are_no_words(text: str) -> None:
    assert banned(ast.parse(f'_("{text}")')) == []
