"""Following a run on a terminal: a bar a step; in a pipe a line a step; with --json the journal's lines."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable
from enum import Enum, auto
from typing import TYPE_CHECKING

from secretsbackup import words
from secretsbackup.cli import output, prompts, terminal
from secretsbackup.model.event import (
    Moment,
    Progressed,
    RunEnded,
    RunStarted,
    Step,
    StepEnded,
    StepStarted,
    Verb,
    Warned,
    encode,
)
from secretsbackup.model.outcome import (
    CTRL_C,
    SYSTEM,
    TERMINAL_END,
    YOU,
    Cancelled,
    Completed,
    Failed,
    Interrupted,
    Outcome,
    Skipped,
)
from secretsbackup.model.secret import Credential, Secret
from secretsbackup.operations.run import runner
from secretsbackup.operations.run.runner import Ask, Recipe, RunHandle
from secretsbackup.store.lock import PLEASE_STOP

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from secretsbackup.model.profile import Profile
    from secretsbackup.store.home import Home

_SIGNALS = {
    signal.SIGINT: CTRL_C,
    signal.SIGTERM: SYSTEM,
    signal.SIGHUP: TERMINAL_END,
    PLEASE_STOP: YOU,
}


class Verbosity(Enum):
    """How much of a run is told to people: all of it, all but its outcome, or nothing unless it failed."""

    ALL = auto()
    NO_OUTCOME = auto()
    TROUBLE = auto()


async def run(
    recipe: Recipe,
    verb: Verb,
    profile: "Profile",
    home: "Home",
    *,
    json: bool,
    told: Verbosity = Verbosity.ALL,
    ask: Ask = prompts.passphrase,
    opened_by: Credential = None,
) -> Outcome:
    """Start a run, show it to its end, and give its outcome. Signals cancel it."""

    quiet = _Shower() if told is Verbosity.TROUBLE else None
    shower: _Shower = _Json() if json else quiet or (_Bars() if sys.stderr.isatty() else _Lines())

    async def ask_aside() -> Secret | None:
        with shower.aside():
            return await ask()

    if not json and not quiet:
        tell_interrupted(home, profile)
    handle = runner.start(recipe, verb, profile, home, ask=ask_aside, opened_by=opened_by)
    _obey_signals(handle)
    outcome: Outcome = Interrupted()
    with shower:
        async for moment in handle.moments():
            with contextlib.suppress(OSError):  # a terminal that is gone ends no run by itself
                shower.show(moment)
            if isinstance(moment.event, RunEnded):
                outcome = moment.event.outcome
    fine = isinstance(outcome, Completed | Skipped | Cancelled)
    if not json and (told is Verbosity.ALL or (told is Verbosity.TROUBLE and not fine)):
        with contextlib.suppress(OSError):
            tell_outcome(outcome, verb)
    terminal.drop_the_rest()  # what cannot be printed says nothing of how the run ended
    return outcome


def tell_interrupted(home: "Home", profile: "Profile") -> None:
    """Say at the next start that the run before was cut off."""
    from secretsbackup.cli.output import say
    from secretsbackup.operations.watch.status import status_of

    before = status_of(home, profile.name)
    if isinstance(before.last, Interrupted) and before.last_ended:
        when = words.clock(before.last_ended)
        say(f"The run of {when} was interrupted. Nothing is lost; this one continues.")


def status(outcome: Outcome) -> int:
    """The exit status that goes with an outcome."""
    match outcome:
        case Completed(warnings=0):
            return 0
        case Completed():
            return 3
        case Failed() | Interrupted():
            return 1
        case Cancelled():
            return 4
        case Skipped():
            return 75


def tell_outcome(outcome: Outcome, verb: Verb) -> None:
    """Say how a run ended: to standard output if well, to standard error if not."""
    from secretsbackup.cli.output import say, tell_last_lines

    message = words.outcome(outcome, verb)
    if isinstance(outcome, Completed):
        print(message.title, flush=True)
        if message.in_terminal:
            say(message.in_terminal)
    else:
        say(message.title, message.in_terminal)
    if isinstance(outcome, Failed):
        tell_last_lines(outcome)


def _obey_signals(handle: RunHandle) -> None:
    loop = asyncio.get_running_loop()
    for number, who in _SIGNALS.items():
        loop.add_signal_handler(number, _canceller(handle, who))


def _canceller(handle: RunHandle, who: str) -> Callable[[], None]:
    return lambda: handle.cancel(who)


class _Shower:
    """Shows moments; `aside()` makes room for a question."""

    def show(self, moment: Moment) -> None:
        """Nothing, unless it is said how."""

    def aside(self) -> "_Shower":
        return self

    def __enter__(self) -> "_Shower":
        return self

    def __exit__(self, *_: object) -> None:
        return


class _Json(_Shower):
    """The journal's own lines."""

    def show(self, moment: Moment) -> None:
        sys.stdout.buffer.write(encode(moment) + b"\n")
        sys.stdout.flush()


class _Lines(_Shower):
    """A line when a step is done, and one for each warning, on standard error."""

    def show(self, moment: Moment) -> None:
        match moment.event:
            case RunStarted(verb=verb, profile=profile):
                print(f"{words.doing(verb)} “{profile}”", file=sys.stderr)
            case StepEnded(step=step, seconds=seconds):
                print(f"  {words.step(step)}: {words.duration(seconds)}", file=sys.stderr)
            case Warned() as warned if not warned.is_note:
                print(f"  ! {output.plain(words.warning(warned))}", file=sys.stderr)
            case _:
                pass


class _Bars(_Shower):
    """A live bar for each step, on standard error."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
        from rich.table import Column

        self._bars: Progress = Progress(
            SpinnerColumn(finished_text="[green]✓"),
            TextColumn("{task.description}", table_column=Column(width=8)),
            BarColumn(bar_width=28, finished_style="green"),
            TextColumn("{task.fields[words]}", markup=False),
            console=Console(stderr=True, highlight=False),
        )
        self._task: TaskID | None = None

    def __enter__(self) -> "_Bars":
        self._bars.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.stop()

    def aside(self) -> "_Aside":
        return _Aside(self._bars)

    def show(self, moment: Moment) -> None:
        match moment.event:
            case StepStarted(step=step):
                self._begin(step)
            case Progressed() as progress if self._task is not None:
                self._bars.update(
                    self._task,
                    completed=progress.done,
                    total=progress.total or None,
                    words=words.progress(progress),
                )
            case StepEnded(seconds=seconds) if self._task is not None:
                self._bars.update(self._task, completed=1, total=1, words=words.duration(seconds))
            case Warned() as warned if not warned.is_note:
                self._bars.console.print(
                    f"! {output.plain(words.warning(warned))}", markup=False, style="yellow"
                )
            case RunEnded() if self._task is not None:
                self._bars.stop_task(self._task)
            case _:
                pass

    def _begin(self, step: Step) -> None:
        self._task = self._bars.add_task(words.step(step), total=None, words="")


class _Aside(_Shower):
    """The bars held still while somebody types."""

    def __init__(self, bars: "Progress") -> None:
        self._bars = bars

    def __enter__(self) -> "_Aside":
        self._bars.stop()
        return self

    def __exit__(self, *_: object) -> None:
        self._bars.start()
