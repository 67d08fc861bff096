"""What a command prints: sentences for people, lines of JSON for programs, tables for both."""

import os
import sys
from collections.abc import Iterable, Sequence
from typing import Any

from secretsbackup import words
from secretsbackup.model import causes
from secretsbackup.model.causes import Cause
from secretsbackup.model.outcome import Failed, Failure, Skip
from secretsbackup.model.paths import legible
from secretsbackup.model.reason import Reason

USAGE = {Reason.PROFILE_UNKNOWN, Reason.PROFILE_INVALID, Reason.PROFILE_EXISTS, Reason.NOT_A_TIME}
"""Reasons that are about how a command was written, as all of `causes.OfCommands` are."""

_UNCLEAR = {Reason.TOOL_FAILED, Reason.GPG_FAILED, Reason.BUG, Reason.VOLUME_MISSING}


def line(value: Any) -> None:
    """Print a value as one line of JSON; a name that is not UTF-8 as it is shown."""
    import msgspec

    try:
        encoded = msgspec.json.encode(value)
    except UnicodeEncodeError:
        encoded = msgspec.json.encode(_shown(msgspec.to_builtins(value)))
    sys.stdout.buffer.write(encoded + b"\n")
    sys.stdout.flush()


def _shown(value: Any) -> Any:
    match value:
        case str():
            return legible(value)
        case dict():
            return {_shown(name): _shown(one) for name, one in value.items()}
        case list() | tuple():
            return [_shown(one) for one in value]
        case _:
            return value


def give_up() -> None:
    """Print nothing more: who read it has gone, or cannot take it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def failed(error: Failure | Skip, *, json: bool) -> int:
    """Say what stood in the way and what to do; the exit status."""
    if json:
        for cause in _whys(error):
            message = words.reason(cause)
            line({**fields(cause), "title": message.title, "advice": message.in_terminal})
    trouble(error)
    if isinstance(error, Skip):
        return 75
    tell_last_lines(error)
    return 2 if error.reason in USAGE or isinstance(error.cause, causes.OfCommands) else 1


def fields(cause: Cause) -> dict[str, Any]:
    """A cause for a program: its reason and its fields."""
    import msgspec

    named: dict[str, Any] = msgspec.to_builtins(cause)
    return named


def trouble(error: Failure | Skip) -> None:
    """Say what stood in the way and what to do."""
    for cause in _whys(error):
        message = words.reason(cause)
        say(message.title, message.in_terminal)


def _whys(error: Failure | Skip) -> tuple[Cause, ...]:
    return error.causes if isinstance(error, Skip) else (error.cause,)


def say(title: str, advice: str = "") -> None:
    """Say something on standard error: what happened, and below it what to do."""
    print(plain(title), file=sys.stderr)
    if advice:
        print(f"→ {plain(advice)}", file=sys.stderr)


def plain(text: str) -> str:
    """A text in which nothing moves the cursor or colours the terminal: a server's words may want to."""
    return "".join(one if one.isprintable() or one == "\n" else ascii(one)[1:-1] for one in text)


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Print a table; on a terminal with its heads set off, in a pipe without any art."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(width=None if sys.stdout.isatty() else 240, highlight=False)
    made = Table(*heads, box=box.SIMPLE_HEAD if sys.stdout.isatty() else None, pad_edge=False)
    for row in rows:
        made.add_row(*(Text(cell, overflow="fold") for cell in row))
    console.print(made)


def tell_last_lines(error: Failure | Failed) -> None:
    """What the tool itself said, where our sentence alone does not say enough."""
    if error.reason in _UNCLEAR:
        for text in _without_traces(error.last_lines)[-5:]:
            print(f"  {plain(text)}", file=sys.stderr)


def _without_traces(lines: Sequence[str]) -> list[str]:
    """Lines without the way that a Python program took to its error: the journal has that, people want the
    error's own line."""
    kept: list[str] = []
    within = False
    for line in lines:
        if line.lstrip().startswith("Traceback ("):
            within = True
        elif not within or (line.strip() and not line.startswith("  ")):
            within = False
            kept.append(line.strip() if line.startswith(" ") else line)
    return kept
