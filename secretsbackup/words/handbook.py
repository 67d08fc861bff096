"""The handbook: pages of Markdown in the language in use, found by topic, by anchor or by a part of a name.

A page is a file in `resources/help`; its translation lies in a folder named as the language. A line with
`<a id="NAME"></a>` above a heading names that section, in every language alike, so that a link to it lasts.
"""

import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from importlib.resources import files

import msgspec

from secretsbackup.words import language

TOPICS = (
    *("index", "first-backup", "restoring", "recovery-kit", "keys", "destinations"),
    *("schedule", "excludes", "status", "checks-and-verification", "hooks-and-notifications"),
    *("troubleshooting", "command-line", "settings-reference", "exit-codes-and-json"),
    *("administrators", "without-this-program", "security", "reliability", "glossary"),
)
"""All pages, in the order in which they are read."""

_ANCHOR = re.compile(r'<a id="([a-z0-9-]+)"></a>')
_HEADING = re.compile(r"(#{1,4}) (.+)")
_LINK = re.compile(r"(?<!!)\[([^\]]+)\]\(([^)\s]+)\)")


class Section(msgspec.Struct, frozen=True):
    """A heading: its anchor (empty where it has none), its text, and 1 for a page's title or more below."""

    anchor: str
    title: str
    level: int


class HandbookPage(msgspec.Struct, frozen=True):
    """A page: its Markdown without the lines that only name anchors, and its headings from top to bottom."""

    topic: str
    text: str
    sections: tuple[Section, ...]

    @property
    def title(self) -> str:
        """What the page is called."""
        return self.sections[0].title


class Link(msgspec.Struct, frozen=True):
    """Where a link leads: a page, and a section of it (its top without one)."""

    topic: str
    anchor: str = ""


def page(topic: str, code: str | None = None) -> HandbookPage:
    """Read a page in a language ("de"), or in the one in use; in English where it is not translated."""
    folder = files("secretsbackup.resources") / "help"
    translated = folder / (code or language.code()) / f"{topic}.md"
    file = translated if translated.is_file() else folder / f"{topic}.md"
    return parsed(topic, file.read_text(encoding="utf-8"))


def parsed(topic: str, source: str) -> HandbookPage:
    """Split the text of a file into what is shown and where its sections are."""
    sections, shown, anchor, in_code = list[Section](), list[str](), "", False
    for line in source.splitlines():
        in_code ^= line.startswith("```")
        if not in_code and (named := _ANCHOR.fullmatch(line)):
            anchor = named[1]
            continue
        if not in_code and (heading := _HEADING.fullmatch(line)):
            sections.append(Section(anchor, _plain(heading[2]), len(heading[1])))
            anchor = ""
        if not line.startswith("<!--"):
            shown.append(line)
    return HandbookPage(topic, "\n".join(shown).strip() + "\n", tuple(sections))


def place(link: str, here: str) -> Link | None:
    """Where a link of the page `here` leads within the handbook; None if it leads out of it."""
    file, _, anchor = link.partition("#")
    topic = file.removesuffix(".md") if file else here
    return Link(topic, anchor) if topic in TOPICS else None


def find(word: str) -> Link | None:
    """The page of that name, or the section whose anchor it is: `restoring`, `restoring#one-file`, `no-room`."""
    file, _, anchor = word.strip().lower().partition("#")
    topic = file.removesuffix(".md")
    if topic in TOPICS:
        known = {section.anchor for section in page(topic).sections} | {""}
        return Link(topic, anchor) if anchor in known else None
    if anchor:
        return None
    return next((one for one in _places() if one.anchor == topic), None)


def similar(word: str) -> list[str]:
    """Up to three names of pages or sections that are nearly, or partly, what was typed."""
    names = [*TOPICS, *(one.anchor for one in _places())]
    within = [name for name in names if word.lower() in name]
    return list(dict.fromkeys([*get_close_matches(word.lower(), names), *within]))[:3]


def section(shown: HandbookPage, anchor: str) -> str:
    """The text of one section, with the smaller ones in it."""
    lines = iter(shown.text.splitlines(keepends=True))
    taken, level, headings = list[str](), 0, iter(shown.sections)
    for line, is_heading in _marked(lines):
        if is_heading:
            at = next(headings)
            if level and at.level <= level:
                break
            level = level or (at.level if at.anchor == anchor else 0)
        if level:
            taken.append(line)
    return "".join(taken).strip() + "\n"


def with_links(text: str, here: str, replace: Callable[[str, Link], str]) -> str:
    """The text with each link within the handbook replaced by what `replace` makes of its label and place."""

    def replaced(found: re.Match[str]) -> str:
        to = place(found[2], here)
        return replace(found[1], to) if to else found[0]

    return _LINK.sub(replaced, text)


def links(text: str) -> list[str]:
    """Where all links of a text lead."""
    return [found[2] for found in _LINK.finditer(text)]


def _marked(lines: Iterator[str]) -> Iterator[tuple[str, bool]]:
    """Each line, and whether it is a heading; what looks like one in an example is none."""
    in_code = False
    for line in lines:
        in_code ^= line.startswith("```")
        yield line, not in_code and bool(_HEADING.fullmatch(line.rstrip("\n")))


def _places() -> Iterator[Link]:
    for topic in TOPICS:
        for one in page(topic).sections:
            if one.anchor:
                yield Link(topic, one.anchor)


def _plain(heading: str) -> str:
    """A heading without its marks; a backslash only keeps a letter from being one."""
    return re.sub(r"\\([!-/:-@\[-`{-~])|[`*]", r"\1", heading)
