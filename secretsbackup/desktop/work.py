"""Work that a widget begins and does not wait for, and what it says when something stood in its way."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure, Skip
from secretsbackup.store import boundary
from secretsbackup.words import Message, reason

_T = TypeVar("_T")
_going_on: set["asyncio.Task[Any]"] = set()


def begin(work: Coroutine[Any, Any, _T]) -> "asyncio.Task[_T]":
    """Start it in the running loop, which alone would forget it."""
    task = asyncio.ensure_future(work)
    _going_on.add(task)
    task.add_done_callback(_going_on.discard)
    return task


def told(error: Failure | Skip | OSError) -> Message:
    """What stood in the way, and what to do now; an OSError without cause and file is raised again."""
    if isinstance(error, OSError):
        failure = boundary.failure(error)
        if failure is None:
            raise error
        error = failure
    cause = error.causes[0] if isinstance(error, Skip) else error.cause
    return reason(cause)


async def attempt(work: Coroutine[Any, Any, _T], trouble: Callable[[Message], object]) -> _T | None:
    """Await it; what stood in its way is told to `trouble`, and None is the answer."""
    try:
        return await work
    except (Failure, Skip, OSError) as error:
        trouble(told(error))
        return None


async def persist(
    do: Callable[[], Coroutine[Any, Any, None]], trouble: Callable[[Message], object], pause: float
) -> None:
    """Do something for as long as the program runs: a bug of ours is told to `trouble`, and after so many
    seconds it is begun again. Else all would look as always, and nothing be done any more."""
    while True:
        try:
            await do()
        except (Failure, OSError) as error:
            trouble(told(error))
            await asyncio.sleep(pause)
        except Exception as bug:
            trouble(reason(causes.Bug(f"{type(bug).__name__}: {bug}")))
            await asyncio.sleep(pause)
