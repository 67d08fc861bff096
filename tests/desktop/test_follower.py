"""Every run is followed, whoever does it, a killed one too; and no log holds up the screen."""

import asyncio
import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from secretsbackup.desktop import screens
from secretsbackup.desktop.app import App
from secretsbackup.desktop.follower import Follower
from secretsbackup.desktop.log import LogWindow
from secretsbackup.desktop.prompts import Sure
from secretsbackup.model.event import Caution, Moment, RunEnded, RunId, Step, Verb, Warned, encode
from secretsbackup.model.outcome import Cancelled, Completed, Interrupted, Skipped, Summary
from secretsbackup.model.profile import Profile
from secretsbackup.operations.run.runner import Run
from secretsbackup.store import profiles
from tests.desktop.conftest import DOCS, Play, hold_up_nothing, moments, profile, until, write

MANY = 20_000


def listening(follower: Follower) -> list[Moment]:
    heard: list[Moment] = []
    follower.heard.connect(lambda _name, moment: heard.append(moment))
    return heard


def test_a_run_that_somebody_else_begins_is_followed_to_its_end(play: Play, app: App, docs: Profile) -> None:
    heard = listening(app.follower)
    recorded = moments("idle")

    async def scene() -> None:
        app.states.begin()
        writer = write(app.home, recorded[:5])
        await until(lambda: len(heard) == 5)
        assert app.states.all[DOCS].status.running
        with writer:
            for moment in recorded[5:]:
                writer.write(moment)
        await until(lambda: len(heard) == len(recorded))
        assert heard == recorded
        assert app.states.all[DOCS].status.safe_as_of == recorded[0].at

    play(scene())


def test_a_run_that_is_held_for_a_moment_after_its_end_is_told_once(
    play: Play, app: App, docs: Profile
) -> None:
    ends: list[str] = []
    app.states.ended.connect(lambda name, *_rest: ends.append(name))
    recorded = moments("idle")

    async def scene() -> None:
        app.states.begin()
        await until(lambda: app.states.all[DOCS].known)
        with write(app.home, recorded):
            await until(lambda: ends)
            await asyncio.sleep(0.5)
        assert ends == [DOCS]

    play(scene())


def test_a_run_that_goes_on_when_the_desktop_starts_is_followed_from_its_beginning(
    play: Play, app: App, docs: Profile
) -> None:
    heard = listening(app.follower)
    recorded = moments("running")

    async def scene() -> None:
        with write(app.home, recorded):
            app.states.begin()
            await until(lambda: len(heard) >= len(recorded) - 25)
            await until(lambda: app.states.all[DOCS].status.progress)
            assert app.states.all[DOCS].status.step is Step.SEND

    play(scene())


def test_a_run_that_was_killed_is_found_and_ended(play: Play, app: App, docs: Profile) -> None:
    heard = listening(app.follower)

    async def scene() -> None:
        app.states.begin()
        writer = write(app.home, moments("interrupted"))
        await until(lambda: app.states.all[DOCS].status.running)
        with writer:
            pass
        await until(lambda: not app.states.all[DOCS].status.running)
        assert isinstance(heard[-1].event, RunEnded)
        assert isinstance(app.states.all[DOCS].status.last, Interrupted)

    play(scene())


def test_a_run_of_this_process_is_heard_once(play: Play, app: App, docs: Profile) -> None:
    heard = listening(app.follower)

    async def recipe(run: Run) -> Summary:
        with run.step(Step.CHECK):
            await asyncio.sleep(0.3)
        return Summary(files=1)

    async def scene() -> None:
        app.states.begin()
        handle = app.session.run(recipe, Verb.BACKUP, docs)
        assert handle
        assert isinstance(await handle.outcome(), Completed)
        await asyncio.sleep(0.5)
        assert [type(moment.event).__name__ for moment in heard] == [
            "RunStarted",
            "StepStarted",
            "StepEnded",
            "RunEnded",
        ]
        assert not app.session.going_on()

    play(scene())


def test_profiles_that_come_and_go_are_noticed(play: Play, app: App, docs: Profile) -> None:
    async def scene() -> None:
        app.states.begin()
        profiles.add(app.home, profile("photos"))
        await until(lambda: "photos" in app.states.all)
        profiles.remove(app.home, DOCS)
        await until(lambda: DOCS not in app.states.all)
        app.home.profiles.write_text("version = 1\nnonsense")
        await until(lambda: app.states.trouble)
        app.home.profiles.write_text("version = 1\n")
        await until(lambda: app.states.trouble is None)

    play(scene())


def many_warnings(path: Path, count: int) -> None:
    """A run that could not read very many files, as another process wrote it."""
    recorded = moments("warnings")
    path.parent.mkdir(parents=True, exist_ok=True)
    warned = (
        encode(
            Moment(
                datetime.now(UTC), Warned(caution=Caution.UNREADABLE, path=f"Documents/{n}", detail="denied")
            )
        )
        for n in range(count)
    )
    lines = [*map(encode, recorded[:5]), *warned, *map(encode, recorded[5:])]
    new = path.with_suffix(".new")
    new.write_bytes(b"\n".join(lines) + b"\n")
    os.rename(new, path)


@pytest.mark.timeout(120)
def test_very_many_warnings_hold_up_nothing(play: Play, app: App, docs: Profile) -> None:
    runs = [RunId(f"20261122T12000{go}.000Z-abcd") for go in range(3)]
    told: list[RunId] = []
    shown: list[Any] = []

    async def tell() -> None:
        run, many = runs[len(told)], MANY + len(told)
        await asyncio.to_thread(many_warnings, app.home.journal(DOCS, run), many)
        await until(lambda: left_out() == many + 1, 60)
        told.append(run)

    def left_out() -> int:
        return sum(count for _, count in app.states.all[DOCS].status.left_out.counts)

    def show() -> None:
        shown.append(LogWindow(app.home, app.states, DOCS, told[0]))
        shown[-1].show()
        QGuiApplication.clipboard().clear()

    async def read() -> None:
        log = shown[-1]
        await until(lambda: log.lines.rowCount() > MANY, 60)
        log.filter.setText(f"Documents/{MANY - 1}")
        await until(lambda: log.lines.rowCount() == 1, 60)
        log.filter.clear()
        await until(lambda: log.lines.rowCount() > MANY)
        log.copy()
        await until(lambda: QGuiApplication.clipboard().text().count("\n") >= MANY)

    async def scene() -> None:
        app.states.begin()
        app.windows.show(screens.Main())
        await until(lambda: app.states.all[DOCS].known)
        await hold_up_nothing(tell)
        await hold_up_nothing(read, before=show)

    play(scene())


async def endless(run: Run) -> Summary:
    with run.step(Step.CHECK):
        await asyncio.sleep(60)
    return Summary()


def test_a_run_that_finds_another_going_on_does_not_take_its_place(
    play: Play, app: App, docs: Profile
) -> None:
    ended: list[Verb] = []
    app.states.ended.connect(lambda _name, verb, *_rest: ended.append(verb))

    async def scene() -> None:
        app.states.begin()
        handle = app.session.run(endless, Verb.BACKUP, docs)
        assert handle
        await until(lambda: app.states.all[DOCS].status.step)
        second = app.session.run(endless, Verb.VERIFY, docs)
        assert second
        assert isinstance(await second.outcome(), Skipped)
        await until(lambda: ended == [Verb.VERIFY])
        assert app.session.going_on(DOCS) == [handle]
        app.session.stop(DOCS)
        assert await handle.outcome() == Cancelled("you")

    play(scene())


def test_without_a_tray_the_program_ends_with_its_last_window(
    play: Play, app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    async def scene() -> None:
        app.quitting.ended.connect(asyncio.get_running_loop().stop)
        app.begin(["open"])
        app.windows.show(screens.Preferences())
        assert app.windows.main
        app.windows.main.close()
        await asyncio.sleep(0.1)
        preferences = app.windows.shown(screens.Preferences())
        assert preferences
        preferences.close()
        await asyncio.sleep(10)

    with pytest.raises(RuntimeError, match="stopped before"):
        play(scene())


def test_closing_the_window_ends_no_run_and_quitting_asks(play: Play, app: App, docs: Profile) -> None:
    def asked() -> list[Sure]:
        return [one for one in QApplication.topLevelWidgets() if isinstance(one, Sure) and one.isVisible()]

    async def scene() -> None:
        app.states.begin()
        app.windows.show(screens.Main())
        handle = app.session.run(endless, Verb.BACKUP, docs)
        assert handle
        await until(lambda: app.states.all[DOCS].status.step)
        assert app.windows.main
        app.windows.main.close()
        await asyncio.sleep(0.3)
        assert app.session.going_on() == [handle]
        app.windows.show(screens.Main())
        app.quitting.ask()
        await until(asked)
        asked()[0].reject()
        await until(lambda: not asked())
        assert app.session.going_on() == [handle]
        app.session.stop(DOCS)
        assert isinstance(await handle.outcome(), Cancelled)
        await until(lambda: not app.session.going_on())

    play(scene())
