"""How a run ends, what is heard of it, and what is left of it: nothing."""

import asyncio
import errno
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from secretsbackup.model import causes
from secretsbackup.model.event import (
    Caution,
    Moment,
    Progressed,
    RunEnded,
    RunId,
    RunStarted,
    Step,
    StepEnded,
    StepStarted,
    Verb,
    Warned,
)
from secretsbackup.model.outcome import Cancelled, Completed, Failed, Failure, Outcome, Skip, Skipped, Summary
from secretsbackup.model.profile import Profile
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import KeyPair, Secret
from secretsbackup.operations.run import runner
from secretsbackup.operations.run.runner import Run
from secretsbackup.store import history, journal, lock
from secretsbackup.store.home import Home
from tests.operations.conftest import Play

SUMMARY = Summary(files=3, bytes=5)


async def works(run: Run) -> Summary:
    """A recipe that has two steps and a warning."""
    with run.step(Step.CHECK):
        run.tell(Warned(caution=Caution.TOOL_SAYS, detail="mind"))
    with run.step(Step.SEND):
        await asyncio.sleep(0)
    return SUMMARY


async def skips(run: Run) -> Summary:
    """A recipe that finds now is not the time."""
    raise Skip(causes.SourceMissing("/media/disk"), causes.SourceEmpty("/media/stick"))


async def fails(run: Run) -> Summary:
    """A recipe that the world stands in the way of."""
    with run.step(Step.SEND):
        raise Failure(causes.NoRoom("/tmp"), ("line",))


async def errs(run: Run) -> Summary:
    """A recipe with a mistake in it."""
    raise ZeroDivisionError("a mistake of ours")


async def lasts(run: Run) -> Summary:
    """A recipe that would never end."""
    with run.step(Step.SEND):
        (run.temporary / "volume").write_text("half")
        await asyncio.sleep(3600)
    return SUMMARY


def test_what_a_recipe_returns_is_completed_with_its_warnings(play: Play, moments: list[Moment]) -> None:
    assert play(works) == Completed(SUMMARY, warnings=1)
    kinds = [type(moment.event) for moment in moments]
    assert kinds == [RunStarted, StepStarted, Warned, StepEnded, StepStarted, StepEnded, RunEnded]


@pytest.mark.parametrize(
    ("recipe", "outcome"),
    [
        (
            skips,
            Skipped((causes.SourceMissing("/media/disk"), causes.SourceEmpty("/media/stick"))),
        ),
        (fails, Failed(causes.NoRoom("/tmp"), ("line",))),
    ],
)
def test_what_a_recipe_raises_is_its_outcome(play: Play, recipe: runner.Recipe, outcome: Outcome) -> None:
    assert play(recipe) == outcome


def test_anything_else_is_a_bug_with_its_traceback(play: Play) -> None:
    ended = play(errs)
    assert isinstance(ended, Failed)
    assert ended.cause == causes.Bug("ZeroDivisionError: a mistake of ours")
    assert any("in errs" in line for line in ended.last_lines)


def test_words_that_are_no_text_hold_no_run_up(play: Play, moments: list[Moment], home: Home) -> None:
    async def fails(run: Run) -> Summary:
        run.tell(Warned(caution=Caution.TOOL_SAYS, detail="\udcff"))
        raise Failure(causes.NotWritable("/home/\udcff"))

    assert play(fails) == Failed(causes.NotWritable("/home/\\udcff"))
    assert list(journal.read(next(home.state.rglob("*.jsonl")))) == moments


def test_a_step_that_fails_does_not_end_well(play: Play, moments: list[Moment]) -> None:
    play(fails)
    assert [moment.event for moment in moments if isinstance(moment.event, StepEnded)] == []


def test_a_run_that_is_cancelled_before_its_first_step_still_ends(home: Home, profile: Profile) -> None:
    async def cancelled() -> Outcome:
        handle = runner.start(lasts, Verb.BACKUP, profile, home)
        handle.cancel("you")
        return await handle.outcome()

    assert asyncio.run(cancelled()) == Cancelled("you")
    assert [past.outcome for past in history.runs(home, profile.name)] == [Cancelled("you")]


def test_a_run_that_is_cancelled_in_the_middle_leaves_nothing_behind(home: Home, profile: Profile) -> None:
    async def cancelled() -> Outcome:
        handle = runner.start(lasts, Verb.BACKUP, profile, home)
        async for moment in handle.moments():
            if isinstance(moment.event, StepStarted):
                handle.cancel("the system")
                handle.cancel("somebody else")
        async with lock.held(home, profile.name):
            return await handle.outcome()

    assert asyncio.run(cancelled()) == Cancelled("the system")
    assert not home.temporary(profile.name).exists()


@pytest.mark.parametrize("recipe", [works, skips, fails, errs])
def test_however_it_ends_the_lock_is_free_and_what_was_temporary_is_gone(
    play: Play, home: Home, profile: Profile, recipe: runner.Recipe
) -> None:
    play(recipe)
    assert not home.temporary(profile.name).exists()
    assert isinstance(play(works), Completed)


def test_what_a_killed_run_left_is_swept_before_the_next(play: Play, home: Home, profile: Profile) -> None:
    left = home.temporary(profile.name) / "killed"
    left.mkdir(parents=True)
    seen: list[bool] = []

    async def looks(run: Run) -> Summary:
        seen.append(left.exists())
        seen.append(run.temporary.is_dir())
        return SUMMARY

    play(looks)
    assert seen == [False, True]


async def trips_with_a_secret(run: Run) -> Summary:
    """A mistake of ours, where a secret is at hand."""
    secret = Secret("planted-canary")
    raise ValueError(f"cannot use {secret} {KeyPair(secret, secret)} {[secret]}")


def test_a_crash_tells_no_secret_that_is_at_hand(play: Play, home: Home, profile: Profile) -> None:
    ended = play(trips_with_a_secret)
    assert isinstance(ended, Failed)
    assert "cannot use ***" in ended.cause.about
    (run,) = journal.runs(home, profile.name)
    assert b"planted-canary" not in home.journal(profile.name, run).read_bytes()
    assert b"planted-canary" not in home.database.read_bytes()


def test_of_two_runs_at_once_the_second_is_skipped(home: Home, profile: Profile) -> None:
    async def both() -> Outcome:
        first = runner.start(lasts, Verb.BACKUP, profile, home)
        async for moment in first.moments():
            if isinstance(moment.event, StepStarted):
                break
        second = await runner.start(works, Verb.BACKUP, profile, home).outcome()
        first.cancel("you")
        await first.outcome()
        return second

    ended = asyncio.run(both())
    assert isinstance(ended, Skipped)
    assert ended.causes[0].reason is Reason.BUSY


def test_two_profiles_run_at_once(home: Home, profile: Profile) -> None:
    from msgspec.structs import replace

    async def both() -> list[Outcome]:
        other = replace(profile, name="other")
        lives = [runner.start(works, Verb.BACKUP, one, home) for one in (profile, other)]
        return [await handle.outcome() for handle in lives]

    assert asyncio.run(both()) == [Completed(SUMMARY, 1)] * 2


def test_a_late_listener_hears_all_that_lasts(home: Home, profile: Profile) -> None:
    async def late() -> tuple[list[Moment], list[Moment]]:
        handle = runner.start(works, Verb.BACKUP, profile, home)
        early = [moment async for moment in handle.moments()]
        return early, [moment async for moment in handle.moments()]

    early, after = asyncio.run(late())
    assert early == after
    assert isinstance(after[-1].event, RunEnded)


def test_a_run_names_those_before_it_that_have_a_later_time(
    play: Play, moments: list[Moment], home: Home, profile: Profile
) -> None:
    """The clock was set back since; it is in the journal, of which a lost history is made again."""
    later = datetime.now(UTC) + timedelta(hours=3)
    ahead = RunId(f"{later:%Y%m%dT%H%M%S}.000Z-0000")
    with journal.Writer(home.journal(profile.name, ahead)) as writer:
        begun = RunStarted(run=ahead, profile=profile.name, verb=Verb.BACKUP, version="0")
        writer.write(Moment(later, begun))
        writer.write(Moment(later, RunEnded(outcome=Completed(SUMMARY))))
    play(works)
    play(works)
    first = moments[0].event
    assert isinstance(first, RunStarted)
    assert first.ahead == (ahead,)
    home.database.unlink()
    history.catch_up(home, profile.name)
    assert [run.misdated for run in history.runs(home, profile.name)] == [True, False, False]


def test_the_journal_and_the_history_tell_the_same(play: Play, home: Home, profile: Profile) -> None:
    ended = play(works)
    (run,) = journal.runs(home, profile.name)
    last = [*journal.read(home.journal(profile.name, run))][-1]
    (past,) = history.runs(home, profile.name)
    assert last.event == RunEnded(outcome=ended)
    assert (past.run, past.outcome, past.warnings) == (run, ended, 1)


def progressing(*done: int, total: int) -> runner.Recipe:
    """A recipe that says again and again how far it is, too fast for any eye."""

    async def recipe(run: Run) -> Summary:
        with run.step(Step.SEND):
            for amount in done:
                for _ in range(20):
                    run.tell(Progressed(step=Step.SEND, done=amount, total=total, unit="bytes"))
                await asyncio.sleep(0.21)
        return SUMMARY

    return recipe


def test_progress_is_calm_and_never_runs_backwards_nor_is_done_too_early(
    play: Play, moments: list[Moment]
) -> None:
    play(progressing(10, 50, 30, 100, 120, total=100))
    shown = [moment.event.done for moment in moments if isinstance(moment.event, Progressed)]
    assert shown == [10, 50, 50, 99, 99]


def test_progress_starts_anew_with_each_step(play: Play, moments: list[Moment]) -> None:
    async def two_steps(run: Run) -> Summary:
        for step in (Step.COLLECT, Step.SEND):
            with run.step(step):
                run.tell(Progressed(step=step, done=5, total=10, unit="files"))
                await asyncio.sleep(0)
        return SUMMARY

    play(two_steps)
    shown = [moment.event for moment in moments if isinstance(moment.event, Progressed)]
    assert [(one.step, one.done) for one in shown] == [(Step.COLLECT, 5), (Step.SEND, 5)]


def test_progress_of_what_has_no_known_total_is_still_told(play: Play, moments: list[Moment]) -> None:
    play(progressing(7, total=0))
    (shown,) = [moment.event for moment in moments if isinstance(moment.event, Progressed)]
    assert (shown.done, shown.total, shown.left) == (7, 0, 0.0)


def test_a_home_that_cannot_be_written_is_a_failure(profile: Profile, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    async def started() -> None:
        runner.start(works, Verb.BACKUP, profile, Home(*[tmp_path / "file" / "x"] * 3))

    with pytest.raises(Failure) as caught:
        asyncio.run(started())
    assert caught.value.reason is Reason.IN_THE_WAY


def test_what_the_system_refuses_is_no_mistake_of_this_program(play: Play) -> None:
    async def reads(_: Run) -> Summary:
        raise OSError(errno.EIO, "Input/output error", "/home/ada/notes")

    async def is_mistaken(_: Run) -> Summary:
        raise OSError("no number, no name")

    ended = play(reads)
    assert isinstance(ended, Failed)
    assert ended.cause == causes.DiskFailing("/home/ada/notes")
    assert "Traceback" in ended.last_lines[0]
    bug = play(is_mistaken)
    assert isinstance(bug, Failed)
    assert bug.reason is Reason.BUG


KILLED = """
import asyncio, os, signal, sys
from pathlib import Path
from secretsbackup.model.event import Step, Verb
from secretsbackup.model.profile import Profile
from secretsbackup.operations.run import runner
from secretsbackup.store import home, profiles

async def recipe(run):
    with run.step(Step.SEND):
        os.kill(os.getpid(), signal.SIGKILL)

async def main():
    at = home.below(Path(sys.argv[1]))
    await runner.start(recipe, Verb.BACKUP, profiles.get(at, "docs"), at).outcome()

asyncio.run(main())
"""


def test_a_run_that_was_killed_is_found_by_the_next_one(
    play: Play, home: Home, profile: Profile, tmp_path: Path
) -> None:
    from secretsbackup.model.outcome import Interrupted
    from secretsbackup.store import profiles

    profiles.add(home, profile)
    subprocess.run([sys.executable, "-c", KILLED, str(tmp_path / "home")], check=False)
    assert history.runs(home, profile.name) == []
    play(works)
    new, old = history.runs(home, profile.name)
    assert isinstance(new.outcome, Completed)
    assert old.outcome == Interrupted()
