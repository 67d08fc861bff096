"""Hooks: the user's own commands around a backup, and who is told of its end.

A command is a list of words and never goes through a shell. One that fails before the run stops it; one
that fails after it, like a call or a letter that does not get through, is a warning.
"""

import asyncio
import contextlib
from datetime import datetime, timedelta

from secretsbackup import words
from secretsbackup.model import causes
from secretsbackup.model.event import Caution, HookRan, Verb, Warned
from secretsbackup.model.outcome import Cancelled, Completed, Failed, Failure, Outcome, Skip, Skipped, Summary
from secretsbackup.model.paths import said
from secretsbackup.model.profile import Profile
from secretsbackup.model.reason import Reason
from secretsbackup.model.status import DAMAGE
from secretsbackup.operations.run.runner import Recipe, Run
from secretsbackup.store import notes
from secretsbackup.tools import call, mail, process
from secretsbackup.tools.mail import Letter

_KEPT = 50
"""How many of the last lines of a command go into the log,"""
_WIDE = 1000
"""and how many bytes of each."""
_A_DAY = timedelta(days=1)


def around(recipe: Recipe) -> Recipe:
    """The recipe with the profile's hooks; the one for afterwards is run however it ends."""

    async def with_hooks(run: Run) -> Summary:
        ended: Outcome = Failed(causes.Bug())
        try:
            await _run(run, "before", run.profile.hooks.before, {})
            summary = await recipe(run)
            ended = Completed(summary)
        except Skip as skip:
            ended = Skipped(skip.causes)
            raise
        except Failure as failure:
            ended = Failed(failure.cause)
            raise
        except asyncio.CancelledError:
            ended = Cancelled("")
            raise
        finally:
            await _afterwards(run, ended)
        return summary

    return with_hooks


async def _afterwards(run: Run, ended: Outcome) -> None:
    name = type(ended).__name__.lower()
    try:
        await _run(run, "after", run.profile.hooks.after, {"SECRETSBACKUP_OUTCOME": name})
    except Failure as failure:
        run.tell(Warned(caution=Caution.HOOK_FAILED, detail=failure.cause.about))
    match ended:
        case Completed():
            await _tell(run, run.profile.calls.success, _recovered(run))
        case Failed():
            await _tell_failed(run, ended, Verb.BACKUP)
        case _:
            pass


def telling(recipe: Recipe) -> Recipe:
    """A verification's recipe, after which those who hear of failures hear of damage that it found: nobody
    may be there to see it."""

    async def with_calls(run: Run) -> Summary:
        try:
            return await recipe(run)
        except Failure as failure:
            if failure.reason in DAMAGE:
                await _tell_failed(run, Failed(failure.cause), Verb.VERIFY)
            raise

    return with_calls


async def _tell_failed(run: Run, ended: Failed, verb: Verb) -> None:
    """Call each time, and write once a day: a letter an hour about the same thing is soon read no more."""
    known = notes.read(run.home, run.profile.name)
    since = run.began - known.written_at if known.written_at else _A_DAY
    if known.written is ended.reason and timedelta() <= since < _A_DAY:
        await _tell(run, run.profile.calls.failure, None)
        return
    letter = Letter(words.failed(run.profile.name), str(words.outcome(ended, verb)))
    if await _tell(run, run.profile.calls.failure, letter):
        _remember(run, ended.reason, run.began)


def _recovered(run: Run) -> Letter | None:
    """What is written to whoever had a letter about a failure, now that it is over."""
    if notes.read(run.home, run.profile.name).written is None:
        return None
    _remember(run, None, None)
    return Letter(words.recovered(run.profile.name), words.again())


def _remember(run: Run, written: Reason | None, at: datetime | None) -> None:
    """Without room for it the letter is written again: better twice than never."""
    with contextlib.suppress(Failure):
        notes.update(run.home, run.profile.name, written=written, written_at=at)


async def _run(run: Run, which: str, command: tuple[str, ...], told: dict[str, str]) -> None:
    """Run one command; Failure(HOOK_FAILED) if it cannot be started, ends badly or takes too long."""
    if not command:
        return
    lines: list[str] = []

    def hear(line: bytes) -> None:
        lines.append(said(line, _WIDE))
        del lines[:-_KEPT]

    env = process.environment(SECRETSBACKUP_PROFILE=run.profile.name, SECRETSBACKUP_HOOK=which, **told)
    status: int | None = None
    ending = "cannot be started"
    try:
        async with asyncio.timeout(run.profile.hooks.seconds):
            program = process.find(command[0])
            ended = await process.run(
                program, command[1:], env=env, on_line=hear, on_error_line=hear, waits=True
            )
            status, ending = ended.status, f"ended with {ended.how}"
    except TimeoutError:
        ending = "did not end in time"
        lines.append(words.took_too_long(run.profile.hooks.seconds))
    except Failure:
        lines.append(words.no_program(command[0]))
    except OSError as error:
        lines.append(error.strerror or str(error))
    finally:
        run.tell(HookRan(hook=which, status=status, lines=tuple(lines)))
    if status != 0:
        raise Failure(causes.HookFailed(f"{command[0]} {ending}"), tuple(lines[-5:]))


async def _tell(run: Run, url: str | None, letter: Letter | None) -> bool:
    """Whether all of it got through; if not, that is warned of."""
    failures = await tell(run.profile, url, letter)
    for failure in failures:
        run.tell(Warned(caution=Caution.NOT_TOLD, detail=failure.cause.about))
    return not failures


async def tell(profile: Profile, url: str | None, letter: Letter | None) -> list[Failure]:
    """Call a URL and send a letter, where there is one and somebody to get it; what did not get through."""
    failures: list[Failure] = []
    try:
        if url:
            await call.call(url)
    except Failure as failure:
        failures.append(failure)
    try:
        if profile.calls.mail and letter:
            await mail.send(profile.calls.mail, letter)
    except Failure as failure:
        failures.append(failure)
    return failures
