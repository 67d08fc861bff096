"""The runner: gives a recipe its run, tells its story to everyone who listens, and settles its end.

A recipe is an async function of a Run that returns a Summary. What it raises becomes the Outcome:
Skip, Failure, cancellation, what the system refused (an OSError), or (anything else) a BUG; of these two the
traceback is in the journal.
"""

import asyncio
import contextlib
import secrets
import shutil
import time
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from secretsbackup import __version__
from secretsbackup.model import causes
from secretsbackup.model.due import BORN, SLIP
from secretsbackup.model.event import (
    Event,
    Moment,
    Progressed,
    RunEnded,
    RunId,
    RunStarted,
    Step,
    StepEnded,
    StepStarted,
    Tell,
    Verb,
    warns,
    writable,
)
from secretsbackup.model.outcome import (
    PROGRAM,
    Cancelled,
    Completed,
    Failed,
    Failure,
    Outcome,
    Skip,
    Skipped,
    Summary,
)
from secretsbackup.model.pace import Pace
from secretsbackup.model.profile import Profile
from secretsbackup.model.secret import Credential, Secret
from secretsbackup.store import boundary, history, home, journal, lock
from secretsbackup.store.history import place_of
from secretsbackup.store.home import Home
from secretsbackup.tools import ending

Ask = Callable[[], Awaitable[Secret | None]]
"""Asks a person for the passphrase; None if there is nobody to ask."""


async def nobody() -> Secret | None:
    """Answers None: there is nobody to ask for the passphrase."""
    return None


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """What a recipe works with. `held` is the lock's descriptor; `temporary` goes when the run ends.

    `opened_by` opens the destination in place of what the keychain holds for the profile.
    """

    id: RunId
    profile: Profile
    home: Home
    tell: Tell
    ask: Ask
    began: datetime
    held: int
    temporary: Path
    opened_by: Credential = None

    @contextmanager
    def step(self, step: Step) -> Iterator[None]:
        """Tell that a step begins, and if it ends well, that it ended and how long it took."""
        self.tell(StepStarted(step=step))
        began = time.monotonic()
        yield
        self.tell(StepEnded(step=step, seconds=round(time.monotonic() - began, 3)))


Recipe = Callable[[Run], Awaitable[Summary]]


class RunHandle:
    """A run that goes on: listen with `moments()`, stop it with `cancel()`, wait with `outcome()`."""

    def __init__(self, run: RunId) -> None:
        self.run = run
        self._lasting: list[Moment] = []
        self._passing: Moment | None = None
        self._news = asyncio.Event()
        self._task: asyncio.Task[Summary] | None = None
        self._by = ""

    async def moments(self) -> AsyncIterator[Moment]:
        """Every lasting moment from the start on, and passing ones as they come; ends with the run."""
        heard, passed = 0, None
        while True:
            news = self._news
            while heard < len(self._lasting):
                yield self._lasting[heard]
                heard += 1
            if self._passing is not passed:
                passed = self._passing
                if passed:
                    yield passed
            if self.over:
                return
            await news.wait()

    @property
    def over(self) -> bool:
        """Whether it has ended."""
        return bool(self._lasting) and isinstance(self._lasting[-1].event, RunEnded)

    def cancel(self, by: str) -> None:
        """Stop the run; its outcome says by whom."""
        self._by = self._by or by
        if self._task:
            self._task.cancel()

    async def outcome(self) -> Outcome:
        """How it ended."""
        async for moment in self.moments():
            if isinstance(moment.event, RunEnded):
                return moment.event.outcome
        raise AssertionError("a run always ends")

    def hear(self, moment: Moment) -> None:
        """Take the next moment."""
        if isinstance(moment.event, Progressed):
            self._passing = moment
        else:
            self._lasting.append(moment)
        self._news.set()
        self._news = asyncio.Event()

    def begin(self, task: "asyncio.Task[Summary]", settle: Callable[[Outcome], None]) -> None:
        """Go on with this task. A task that is cancelled before its first step never enters its body."""
        self._task = task
        task.add_done_callback(lambda done: settle(_outcome(done, self._by, self._warnings())))

    def _warnings(self) -> int:
        return sum(warns(moment.event) for moment in self._lasting)


def start(
    recipe: Recipe,
    verb: Verb,
    profile: Profile,
    at_home: Home,
    *,
    ask: Ask = nobody,
    opened_by: Credential = None,
) -> RunHandle:
    """Start a run in the running loop. Failure if not even its journal can be written."""
    began = datetime.now(UTC)
    run = RunId(f"{began:%Y%m%dT%H%M%S}.{began.microsecond // 1000:03}Z-{secrets.token_hex(2)}")
    writer = journal.Writer(at_home.journal(profile.name, run))
    handle = RunHandle(run)
    told: list[Moment] = []

    def hear(moment: Moment) -> None:
        moment = _written(writer, moment)
        if not isinstance(moment.event, Progressed):
            told.append(moment)
        handle.hear(moment)

    tell = _Teller(hear)

    def settle(outcome: Outcome) -> None:
        with writer:
            ended = _written(writer, Moment(datetime.now(UTC), RunEnded(outcome=outcome)))
        try:
            history.record(at_home, [*told, ended])
        except Failure:
            pass  # the journal has it: history.catch_up finds it at the next start
        finally:
            handle.hear(ended)

    ahead = _ahead(at_home, profile, began)
    here = place_of(profile.destination)
    tell(RunStarted(run=run, profile=profile.name, verb=verb, version=__version__, ahead=ahead, place=here))
    alone = _alone(run, profile, at_home, tell, ask, began, opened_by)
    work = _work(recipe, alone, profile, at_home)
    handle.begin(asyncio.get_running_loop().create_task(work), settle)
    return handle


def _written(writer: journal.Writer, moment: Moment) -> Moment:
    """Write a moment; as it was written, for not everything that a path holds is text."""
    try:
        writer.write(moment)
    except UnicodeEncodeError:
        moment = writable(moment)
        writer.write(moment)
    return moment


def _ahead(at_home: Home, profile: Profile, began: datetime) -> tuple[RunId, ...]:
    """The runs that are there already and have a later time: nobody could tell once that time has come.

    A clock that was never set since the machine started says nothing about others.
    """
    later = RunId(f"{began + SLIP:%Y%m%dT%H%M%S}")
    return tuple(journal.newer(at_home, profile.name, later)) if began >= BORN else ()


async def _work(
    recipe: Recipe, alone: AbstractAsyncContextManager[Run], profile: Profile, at_home: Home
) -> Summary:
    async with alone as run:
        with contextlib.suppress(Failure):  # the recipe meets it too: who is to be called then, hears of it
            history.catch_up(at_home, profile.name)
        return await recipe(run)


@asynccontextmanager
async def visit(
    profile: Profile, at_home: Home, *, ask: Ask = nobody, opened_by: Credential = None
) -> AsyncIterator[Run]:
    """Work on a profile's backups without a run that anyone would want to hear of: a look, a list."""
    now = datetime.now(UTC)
    async with _alone(RunId("visit"), profile, at_home, lambda _: None, ask, now, opened_by) as alone:
        yield alone


@asynccontextmanager
async def _alone(
    run: RunId,
    profile: Profile,
    at_home: Home,
    tell: Tell,
    ask: Ask,
    began: datetime,
    opened_by: Credential,
) -> AsyncIterator[Run]:
    """Hold the profile's lock; what is temporary is swept before and after, a killed run's included."""
    async with lock.held(at_home, profile.name) as held:
        sweep(at_home, profile)
        temporary = home.owner_only(at_home.temporary(profile.name) / run)
        try:
            with ending.at_worst(lambda: sweep(at_home, profile)):
                yield Run(
                    id=run,
                    profile=profile,
                    home=at_home,
                    tell=tell,
                    ask=ask,
                    began=began,
                    held=held,
                    temporary=temporary,
                    opened_by=opened_by,
                )
        finally:
            sweep(at_home, profile)


def sweep(at_home: Home, profile: Profile) -> None:
    """Remove the temporary folders of this profile; whoever holds its lock may."""
    temporary = at_home.temporary(profile.name)
    if temporary.is_symlink():
        temporary.unlink()
    if temporary.is_dir():  # to open a pipe in its place would wait for ever
        shutil.rmtree(temporary, ignore_errors=True)


def _outcome(done: "asyncio.Task[Summary]", by: str, warnings: int) -> Outcome:
    if done.cancelled():
        return Cancelled(by or PROGRAM)
    match done.exception():
        case None:
            return Completed(done.result(), warnings)
        case Skip(causes=found):
            return Skipped(found)
        case Failure(cause=cause, last_lines=lines):
            return Failed(cause, lines)
        case error:
            lines = tuple("".join(traceback.format_exception(error)).splitlines())
            if isinstance(error, OSError) and (failure := boundary.failure(error)):
                return Failed(failure.cause, lines)
            return Failed(causes.Bug(f"{type(error).__name__}: {error}"), lines)


_SHOWN_EVERY = 0.2
"""Seconds between two progress events: as often as an eye can follow."""


class _Teller:
    """Puts the time on events, and sees to it that progress never runs backwards nor ends too early."""

    def __init__(self, hear: Callable[[Moment], None]) -> None:
        self._hear = hear
        self._pace: Pace | None = None
        self._shown = 0.0

    def __call__(self, event: Event) -> None:
        match event:
            case Progressed():
                self._progress(event)
                return
            case StepStarted():
                now = time.monotonic()
                self._pace, self._shown = Pace(now, now), 0.0
            case _:
                pass
        self._hear(Moment(datetime.now(UTC), event))

    def _progress(self, event: Progressed) -> None:
        now = time.monotonic()
        if self._pace is None or now - self._shown < _SHOWN_EVERY:
            return
        self._shown = now
        done = min(event.done, event.total - 1) if event.total else event.done
        self._pace = self._pace.after(now, done)
        left = self._pace.left(event.total) if event.total else 0.0
        honest = msgspec.structs.replace(
            event,
            done=self._pace.done,
            rate=round(self._pace.rate, 1),
            left=round(left, 1),
            run_left=round(left, 1) if event.step in (Step.SEND, Step.FETCH) else 0.0,
        )
        self._hear(Moment(datetime.now(UTC), honest))
