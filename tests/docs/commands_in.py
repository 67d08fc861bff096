"""The commands that the papers show: those in blocks of code, and whole ones in the middle of a sentence."""

import re
import shlex
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
HELP = ROOT / "resources" / "help"
PAPERS = sorted([ROOT / "README.md", *(ROOT / ".github").glob("*.md"), *HELP.rglob("*.md")])
"""Everything that a person reads about the program."""

_PROGRAMS = ("secretsbackup", "installers/linux/run", ".venv/bin/secretsbackup")


def blocks(text: str) -> list[list[str]]:
    """The lines of each block of code."""
    return [
        found[1].splitlines()
        for found in re.finditer(r"^ *```\w*\n(.*?)^ *```", text, re.MULTILINE | re.DOTALL)
    ]


def spans(text: str) -> list[str]:
    """What is set as code within a sentence."""
    return re.findall(
        r"`([^`\n]+)`", re.sub(r"^ *```\w*\n.*?^ *```", "", text, flags=re.MULTILINE | re.DOTALL)
    )


def commands(text: str) -> Iterator[list[str]]:
    """The words of each command of ours, without the program's own name and what a shell does around it."""
    yield from examples(text)
    yield from _ours(spans(text))


def examples(text: str) -> Iterator[list[str]]:
    """Those in blocks alone, which are whole."""
    yield from _ours(line.strip() for block in blocks(text) for line in block)


def _ours(lines: Iterable[str]) -> Iterator[list[str]]:
    for line in lines:
        words = _words(line)
        if words and words[0] in _PROGRAMS and not any(word.isupper() for word in words[1:2]):
            yield words[1:]


def _words(line: str) -> list[str]:
    try:
        words = shlex.split(line, comments=True)
    except ValueError:  # a sentence with an apostrophe
        return []
    end = next((at for at, word in enumerate(words) if word in ("|", "<", ">", "&&")), len(words))
    return words[:end]
