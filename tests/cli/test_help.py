"""The command `help`: which pages there are, a page, a section, what an error means, what is not there."""

import json

import pytest

from secretsbackup.words import handbook, language
from tests.cli.conftest import Say


def test_without_a_topic_every_page_is_listed_with_what_it_answers(say: Say) -> None:
    said = say("help")
    assert said.status == 0
    assert [line.split()[0] for line in said.out.splitlines()[1:]] == list(handbook.TOPICS)
    assert "how to get files back: one file" in said.out
    assert "secretsbackup help TOPIC" in said.err


@pytest.mark.parametrize("topic", handbook.TOPICS)
def test_every_page_is_printed_plain_in_a_pipe(say: Say, topic: str) -> None:
    said = say("help", topic)
    assert (said.status, said.err) == (0, "")
    assert said.out.startswith(f"# {handbook.page(topic).title}\n")
    assert "\x1b" not in said.out
    assert ".md" not in said.out.replace("AGENTS.md", "").replace("SECURITY.md", "")


def test_a_section_is_printed_alone(say: Say) -> None:
    assert say("help", "restoring#one-file").out.startswith("## Get one file back\n")
    assert "## Find a file" not in say("help", "restoring#one-file").out


def test_what_an_error_means_is_found_by_its_name(say: Say) -> None:
    said = say("help", "no-room")
    assert said.out.startswith("### The disk is full")
    assert "secretsbackup help settings-reference#profile" in said.out


def test_an_unknown_topic_says_which_there_are(say: Say) -> None:
    said = say("help", "restorin")
    assert (said.status, said.out) == (2, "")
    assert "The handbook has no page “restorin”." in said.err
    assert "restoring" in said.err
    said = say("help", "xyzzy")
    assert said.status == 2
    assert all(topic in said.err for topic in handbook.TOPICS)


def test_a_page_is_a_line_of_json_too(say: Say) -> None:
    page = json.loads(say("help", "--json", "keys#extend").out)
    assert (page["topic"], page["anchor"]) == ("keys", "extend")
    assert page["text"].startswith("## The key expires\n")
    listed = [json.loads(line) for line in say("help", "--json").out.splitlines()]
    assert [one["topic"] for one in listed] == list(handbook.TOPICS)


def test_the_pages_are_read_in_the_language_of_the_session(say: Say, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LC_ALL", "de_DE.UTF-8")
    try:
        assert say("help", "restoring").out.startswith("# Wiederherstellen\n")
        assert say("help", "glossary").out.startswith("# Glossary\n")
    finally:
        language.set_language("en")
