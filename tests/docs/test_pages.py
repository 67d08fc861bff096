"""The handbook is whole: its generated pages are current, its links lead somewhere, and every cause, setting and
button that it names is there."""

import argparse
import re
from functools import cache
from pathlib import Path

import pytest

from secretsbackup.model.event import Caution
from secretsbackup.model.reason import Reason
from secretsbackup.model.status import About
from secretsbackup.store import profiles
from secretsbackup.words import handbook
from secretsbackup.words.handbook import HandbookPage, Link
from tests.docs import commands, pages, settings
from tests.docs.commands_in import HELP, PAPERS, ROOT, blocks
from tests.words.test_language import said

TRANSLATED = sorted((HELP / "de").glob("*.md"))
ENGLISH = sorted(HELP.glob("*.md"))


def page(path: Path) -> HandbookPage:
    """A page as it is read."""
    return handbook.parsed(path.stem, path.read_text())


def name(path: Path) -> str:
    """How a test of a page is called."""
    return path.relative_to(ROOT).as_posix()


def anchors(topic: str) -> list[str]:
    """The names of a page's sections."""
    return [section.anchor for section in handbook.page(topic, "en").sections if section.anchor]


def test_the_generated_pages_are_current() -> None:
    assert pages.outdated() == [], "run: .venv/bin/python -m tests.docs --write"


def test_every_page_is_in_the_contents_and_every_translation_has_its_page() -> None:
    assert sorted(path.stem for path in ENGLISH) == sorted(handbook.TOPICS)
    assert {path.stem for path in TRANSLATED} >= {*handbook.TOPICS[:6]}
    assert {path.stem for path in TRANSLATED} <= {*handbook.TOPICS}


@pytest.mark.parametrize("path", [*ENGLISH, *TRANSLATED], ids=name)
def test_a_page_begins_with_what_it_answers_and_each_section_has_an_anchor(path: Path) -> None:
    title, below, *_rest = path.read_text().split("\n\n")
    assert title.startswith("# ")
    assert below.startswith(("This page ", "Diese Seite "))
    first, *sections = page(path).sections
    assert first.level == 1
    assert [section.title for section in sections if not section.anchor] == []
    names = [section.anchor for section in sections]
    assert [one for one in names if names.count(one) > 1] == []


@pytest.mark.parametrize("path", PAPERS, ids=name)
def test_every_link_leads_somewhere(path: Path) -> None:
    broken = []
    for link in handbook.links(path.read_text()):
        file, _, anchor = link.partition("#")
        if link.startswith(("https://", "mailto:")):
            continue
        target = (path.parent / file).resolve() if file else path
        if not target.exists() and path.parent == HELP / "de":
            target = HELP / file  # it is read in English then
        if not target.exists() or (anchor and anchor not in _anchors_of(target)):
            broken.append(link)
    assert broken == []


def _anchors_of(path: Path) -> set[str]:
    """What GitHub and the window know the sections of a file by."""
    text = path.read_text()
    slugs = {
        re.sub(r"[^\w -]", "", found).lower().replace(" ", "-")
        for found in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }
    return slugs | {*re.findall(r'<a id="([^"]+)"></a>', text)}


@pytest.mark.parametrize("path", TRANSLATED, ids=name)
def test_a_translation_has_the_sections_and_the_examples_of_its_page(path: Path) -> None:
    english = HELP / path.name
    assert [one.anchor for one in page(path).sections] == [one.anchor for one in page(english).sections]
    assert blocks(path.read_text()) == blocks(english.read_text())
    here, there = (sorted(handbook.links(one.read_text())) for one in (path, english))
    assert here == there


def test_every_cause_and_every_warning_has_an_entry() -> None:
    known = anchors("troubleshooting")
    assert [reason for reason in Reason if reason not in known] == []
    assert [caution for caution in Caution if f"warning-{caution}" not in known] == []


def test_everything_that_one_can_be_concerned_about_is_explained() -> None:
    assert [about for about in About if about not in anchors("status")] == []


def test_every_setting_has_the_option_that_sets_it() -> None:
    of_set = dict(commands.commands())["profile set"]._option_string_actions
    offered = {option for option, action in of_set.items() if action.help != argparse.SUPPRESS}
    assert settings.options() <= offered
    shown = {option for option in offered if option not in ("--help", "-h", "--json", "--profile")}
    of_parts = {"--after", "--hook-seconds", "--mail", "--call-on-failure", "--call-on-overdue"}
    negations = {option for option in shown if option.startswith("--no-")}
    assert shown - negations - of_parts <= settings.options() | of_parts


def test_the_example_of_the_settings_can_be_read() -> None:
    example = "\n".join(blocks((HELP / "settings-reference.md").read_text())[0])
    assert list(profiles.parse(example)) == ["documents"]


def test_every_command_has_an_example() -> None:
    assert {*commands.EXAMPLES} == {name for name, _ in commands.commands()}


@pytest.mark.parametrize("path", [path for path in PAPERS if path.name != "CONTRIBUTING.md"], ids=name)
def test_what_is_bold_is_written_on_a_button_or_beside_a_field(path: Path) -> None:
    """So a button that gets another name is found here, too."""
    text = re.sub(
        r"`[^`]*`", "", re.sub(r"^```.*?^```", "", path.read_text(), flags=re.MULTILINE | re.DOTALL)
    )
    text = text.partition("<!-- faults")[0]
    bold = {" ".join(found.split()) for found in re.findall(r"\*\*(.+?)\*\*", text, re.DOTALL)}
    assert bold - _labels(german="de" in path.parts) == set()


@cache
def _labels(*, german: bool) -> set[str]:
    if not german:
        return {text.replace("&", "") for text in said()}
    import polib

    entries = polib.pofile(str(ROOT / "resources" / "translations" / "de.po"))
    return {entry.msgstr.replace("&", "") for entry in entries}


def test_a_page_is_found_by_its_name_a_section_by_its_anchor() -> None:
    assert handbook.find("restoring") == Link("restoring")
    assert handbook.find("Restoring.md#one-file") == Link("restoring", "one-file")
    assert handbook.find("no-room") == Link("troubleshooting", "no-room")
    assert handbook.find("restoring#nothing") is None
    assert handbook.find("nonsense#one-file") is None
    assert handbook.find("nonsense") is None
    assert "restoring" in handbook.similar("restorin")


def test_a_section_ends_where_the_next_of_its_rank_begins() -> None:
    source = '# T\n\nThis.\n\n<a id="a"></a>\n## A\n\nx\n\n### B\n\n```\n# no heading\n```\n\n<a id="c"></a>\n## C\n\ny\n'
    page = handbook.parsed("t", source)
    assert [section.title for section in page.sections] == ["T", "A", "B", "C"]
    assert handbook.section(page, "a") == "## A\n\nx\n\n### B\n\n```\n# no heading\n```\n"
    assert handbook.section(page, "c") == "## C\n\ny\n"
    assert "<a id" not in page.text


def test_a_page_is_read_in_a_language_and_in_english_where_nobody_translated_it() -> None:
    assert handbook.page("restoring", "de").title == "Wiederherstellen"
    assert handbook.page("glossary", "de").title == "Glossary"
