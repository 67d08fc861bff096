"""The command `help`: a page of the handbook, or a section of one; without a topic, which pages there are."""

import re
import sys

from secretsbackup.cli import output
from secretsbackup.cli.arguments import Options
from secretsbackup.store import language_setting
from secretsbackup.store.home import Home
from secretsbackup.words import handbook
from secretsbackup.words.handbook import HandbookPage, Link
from secretsbackup.words.language import _, set_language


async def help(options: Options, home: Home) -> int:  # noqa: A001 - the word that people type
    """Print what was asked for."""
    set_language(language_setting.chosen(home))  # the handbook reads as in the window
    if options.topic is None:
        return _list(json=options.json)
    found = handbook.find(options.topic)
    if found is None:
        return _unknown(options.topic)
    page = handbook.page(found.topic)
    text = handbook.section(page, found.anchor) if found.anchor else page.text
    text = handbook.with_links(text, found.topic, _typed)
    if options.json:
        output.line({"topic": found.topic, "anchor": found.anchor, "title": page.title, "text": text})
    else:
        _print(text)
    return 0


def _list(*, json: bool) -> int:
    pages = [handbook.page(topic) for topic in handbook.TOPICS]
    for page in pages if json else ():
        output.line({"topic": page.topic, "title": page.title})
    if not json:
        output.table((_("Topic"), _("What it answers")), [(page.topic, _answers(page)) for page in pages])
        output.say(_("Read one: {command}").format(command="secretsbackup help TOPIC"))
    return 0


def _answers(page: HandbookPage) -> str:
    """The first sentence below the title."""
    below = page.text.split("\n\n", 2)[1]
    text = re.sub(r"\[([^\]]+)\]\([^)]*\)", r"\1", " ".join(below.split())).replace("*", "")
    return re.split(r"(?<=[.?!]) ", text)[0]


def _unknown(topic: str) -> int:
    known = ", ".join(handbook.similar(topic) or handbook.TOPICS)
    output.say(
        _("The handbook has no page “{topic}”.").format(topic=topic),
        _("Try one of these: {topics}").format(topics=known),
    )
    return 2


def _typed(label: str, to: Link) -> str:
    """A link, as a terminal can follow it."""
    return f"{label} (`secretsbackup help {to.topic}{f'#{to.anchor}' if to.anchor else ''}`)"


def _print(text: str) -> None:
    if not sys.stdout.isatty():
        sys.stdout.write(text)
        return
    from rich.console import Console
    from rich.markdown import Markdown

    console = Console()
    console.print(Markdown(text, hyperlinks=True), width=min(console.width, 96))
