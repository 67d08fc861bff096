"""Asking a person at a terminal, or reading the answers from standard input where there is none."""

import getpass
import os
import select
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from secretsbackup import words
from secretsbackup.cli import output
from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.model.paths import is_text
from secretsbackup.model.profile import Profile
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Credential, KeyPair, Secret
from secretsbackup.tools.threads import run_in_daemon_thread

if TYPE_CHECKING:
    from secretsbackup.operations.repository.prerequisites import FindCredential

_T = TypeVar("_T")

KEY_ID, KEY_SECRET = "AWS access key ID:", "AWS secret access key:"
_NOT_KEPT = (Reason.SECRET_MISSING, Reason.KEYRING_MISSING, Reason.KEYRING_LOCKED)
TRIES = 5
"""A newcomer may be wrong so often about one thing."""
_LIMIT_S = 5.0
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
    message = words.reason(failure.cause)
    output.say(message.title, message.in_terminal)


def ask_secret(question: str) -> Secret:
    """A secret: typed without an echo, or a line of standard input; Failure if it is not UTF-8."""
    typed = getpass.getpass(f"{question} ") if sys.stdin.isatty() else _line()
    if not is_text(typed):
        raise Failure(causes.InputNotText())
    return Secret(typed)


async def passphrase() -> Secret | None:
    """The key's passphrase; None if there is nobody to ask."""
    return await _secret("Passphrase of your key:")


async def credential(profile: Profile) -> Credential:
    """What opens a profile's destination; what the keyring does not have of it is asked for, and not kept.

    The keyring's Failure where there is nobody to ask.
    """
    from secretsbackup.operations.repository import prerequisites

    try:
        return await prerequisites.credential(profile)
    except Failure as failure:
        if failure.reason not in _NOT_KEPT:
            raise
        if sys.stdin.isatty():
            tell(failure)
        if (key_id := await _secret(KEY_ID)) and (secret := await _secret(KEY_SECRET)):
            return KeyPair(key_id, secret)
        raise


async def refuse_unwanted(profile: Profile) -> None:
    """Failure(PASSPHRASE_UNWANTED) if a passphrase was piped in for a key that has none.

    Whoever gives one believes the key to be protected; and no nonsense shall look like the right one.
    """
    from secretsbackup.operations.repository import prerequisites

    if sys.stdin.isatty() or not _waiting():
        return
    try:
        unprotected = await prerequisites.unprotected(profile)
    except Failure:
        return  # the run says it
    if unprotected:
        raise Failure(causes.PassphraseUnwanted(profile.key))


def once(profile: Profile) -> "FindCredential":
    """Asks for what opens the destination at the first need, and remembers it for the rest of one command."""
    found: list[Credential] = []

    async def known(_: Profile) -> Credential:
        if not found:
            found.append(await credential(profile))
        return found[0]

    return known


async def opened_by(profile: Profile) -> Credential:
    """What opens a run's destination, asked for in a terminal; None without one, of which the run tells."""
    try:
        return await credential(profile)
    except Failure:
        return None


async def _secret(question: str) -> Secret | None:
    """A secret that was typed; None if there is nobody to ask."""
    try:
        answer = await run_in_daemon_thread(lambda: ask_secret(question))
    except EOFError:
        return None
    return answer or None


def needed(answer: str, what: str) -> str:
    """The answer, or a Failure if it is empty."""
    if not answer:
        raise Failure(causes.AnswerMissing(what))
    return answer


_rest = b""


def _waiting() -> bool:
    """Whether a line that says anything stands in standard input already; it is left there."""
    global _rest  # noqa: PLW0603 - standard input is one for the whole process
    try:
        if select.select([sys.stdin.fileno()], [], [], 0)[0]:
            _rest += os.read(sys.stdin.fileno(), 4096)
    except (OSError, ValueError):
        return False  # it is closed
    return bool(_rest.strip())


def _line() -> str:
    """The next line of standard input; "" at its end or if none comes. Not buffered ahead of a child."""
    global _rest  # noqa: PLW0603 - standard input is one for the whole process
    while b"\n" not in _rest:
        ready, _, _ = select.select([sys.stdin.fileno()], [], [], _LIMIT_S)
        chunk = os.read(sys.stdin.fileno(), 4096) if ready else b""
        if not chunk:
            break
        _rest += chunk
    first, _, _rest = _rest.partition(b"\n")
    return first.decode("utf-8", "surrogateescape").rstrip("\r")
