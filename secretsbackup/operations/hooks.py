"""Hooks: the user's own commands around a backup, and who is told of its end.

A command is a list of words and never goes through a shell. One that fails before the run stops it; one
that fails after it, like a call or a letter that does not get through, is a warning.
"""

import asyncio

from secretsbackup import words
from secretsbackup.model.event import Caution, HookRan, Verb, Warned
from secretsbackup.model.outcome import (
    Cancelled,
    Completed,
    Failed,
    Failure,
    Outcome,
    Reason,
    Skip,
    Skipped,
    Summary,
)
from secretsbackup.model.profile import Profile
from secretsbackup.operations.runner import Recipe, Run
from secretsbackup.tools import call, mail, process

_KEPT = 50
"""How many of the last lines of a command go into the log."""


def around(recipe: Recipe) -> Recipe:
    """The recipe with the profile's hooks; the one for afterwards is run however it ends."""

    async def with_hooks(run: Run) -> Summary:
        ended: Outcome = Failed(Reason.BUG)
        try:
            await _run(run, "before", run.profile.hooks.before, {})
            summary = await recipe(run)
            ended = Completed(summary)
        except Skip as skip:
            ended = Skipped(skip.reasons)
            raise
        except Failure as failure:
            ended = Failed(failure.reason, failure.detail)
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
        run.tell(Warned(caution=Caution.HOOK_FAILED, detail=failure.detail))
    match ended:
        case Completed():
            await _tell(run, run.profile.calls.success, "", "")
        case Failed():
            message = words.outcome(ended, Verb.BACKUP)
            title = words.failed(run.profile.name)
            await _tell(run, run.profile.calls.failure, title, str(message))
        case _:
            pass


async def _run(run: Run, which: str, command: tuple[str, ...], told: dict[str, str]) -> None:
    """Run one command; Failure(HOOK_FAILED) if it cannot be started, ends badly or takes too long."""
    if not command:
        return
    said: list[str] = []

    def hear(line: bytes) -> None:
        said.append(line.decode("utf-8", "backslashreplace"))
        del said[:-_KEPT]

    env = process.environment(SECRETSBACKUP_PROFILE=run.profile.name, SECRETSBACKUP_HOOK=which, **told)
    status: int | None = None
    try:
        async with asyncio.timeout(run.profile.hooks.seconds):
            program = process.find(command[0])
            ended = await process.run(program, command[1:], env=env, on_line=hear, on_error_line=hear)
            status = ended.status
    except TimeoutError:
        said.append(words.took_too_long(run.profile.hooks.seconds))
    except (OSError, Failure) as error:
        said.append(str(error))
    finally:
        run.tell(HookRan(hook=which, status=status, lines=tuple(said)))
    if status != 0:
        ending = "did not end" if status is None else f"ended with {status}"
        raise Failure(Reason.HOOK_FAILED, f"{command[0]} {ending}", tuple(said[-5:]))


async def _tell(run: Run, url: str | None, subject: str, text: str) -> None:
    for failure in await tell(run.profile, url, subject, text):
        run.tell(Warned(caution=Caution.NOT_TOLD, detail=failure.detail))


async def tell(profile: Profile, url: str | None, subject: str, text: str) -> list[Failure]:
    """Call a URL and send a letter (if there is something to say in one); what did not get through."""
    failures: list[Failure] = []
    try:
        if url:
            await call.call(url)
    except Failure as failure:
        failures.append(failure)
    try:
        if profile.calls.mail and subject:
            await mail.send(profile.calls.mail, subject, text)
    except Failure as failure:
        failures.append(failure)
    return failures
