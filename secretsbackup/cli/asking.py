"""Asking a person at a terminal, or reading the answers from standard input where there is none."""

import getpass
import os
import select
import sys
from collections.abc import Callable
from typing import TypeVar

from secretsbackup import words
from secretsbackup.cli import output
from secretsbackup.model.outcome import Failure, Reason, Why
from secretsbackup.model.paths import is_text
from secretsbackup.model.secret import Secret
from secretsbackup.tools.waiting import in_thread

_T = TypeVar("_T")

TRIES = 5
"""A newcomer may be wrong so often about one thing."""
_PATIENCE = 5.0
"""Seconds to wait for a line of a standard input that is no terminal: a forgotten pipe never ends."""


def ask(question: str, default: str = "") -> str:
    """One line, without the spaces around it; the default if it is empty."""
    if sys.stdin.isatty():
        shown = f"{question} [{default}] " if default else f"{question} "
        answer = input(shown)
    else:
        answer = _line()
    return answer.strip() or default


def agrees(question: str) -> bool:
    """Whether the answer is yes, which an empty one is too."""
    return ask(question, "yes").lower().startswith("y")


def until_right(question: Callable[[], _T]) -> _T:
    """Ask one thing again, with the reason, until the answer will do; give up after some tries."""
    for remaining in reversed(range(TRIES)):
        try:
            return question()
        except Failure as failure:
            if not remaining:
                raise
            tell(failure)
    raise AssertionError("the last try returns or raises")


def tell(failure: Failure) -> None:
    """Say why an answer will not do."""
    message = words.reason(Why(failure.reason, failure.detail))
    output.say(message.title, message.in_terminal)


def ask_secret(question: str) -> Secret:
    """A secret: typed without an echo, or a line of standard input; Failure if it is not UTF-8."""
    typed = getpass.getpass(f"{question} ") if sys.stdin.isatty() else _line()
    if not is_text(typed):
        raise Failure(
            Reason.PROFILE_INVALID, "That is not UTF-8. Type it in a UTF-8 terminal, or convert the file."
        )
    return Secret(typed)


async def passphrase() -> Secret | None:
    """The key's passphrase; None if there is nobody to ask."""
    try:
        answer = await in_thread(lambda: ask_secret("Passphrase of your key:"))
    except EOFError:
        return None
    return answer or None


def needed(answer: str, what: str) -> str:
    """The answer, or a Failure if it is empty."""
    if not answer:
        raise Failure(Reason.PROFILE_INVALID, f"{what} is missing.")
    return answer


_rest = b""


def _line() -> str:
    """The next line of standard input; "" at its end or if none comes. Not buffered ahead of a child."""
    global _rest  # noqa: PLW0603 - standard input is one for the whole process
    while b"\n" not in _rest:
        ready, _, _ = select.select([sys.stdin.fileno()], [], [], _PATIENCE)
        chunk = os.read(sys.stdin.fileno(), 4096) if ready else b""
        if not chunk:
            break
        _rest += chunk
    first, _, _rest = _rest.partition(b"\n")
    return first.decode("utf-8", "surrogateescape").rstrip("\r")
