"""Closing and quitting: what that means for backups is said, and nobody ends them unawares."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QWidget

from secretsbackup.desktop import screens
from secretsbackup.desktop.app import App
from secretsbackup.model.profile import Profile
from secretsbackup.model.schedule import Manual
from secretsbackup.store import profiles
from secretsbackup.tools import autostart, timer
from tests.desktop.conftest import DOCS, Play, profile, until

STAY, TIMER = "Keep running in the background", "Let a system timer start backups"


@pytest.fixture
def ended(untended: Path, app: App, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """The ends of the program; on a machine with systemd, where nothing starts backups."""
    (tmp_path / "system" / "run" / "systemd" / "system").mkdir(parents=True)
    monkeypatch.setenv("SECRETSBACKUP_SYSTEM_ROOT", str(tmp_path / "system"))
    monkeypatch.setenv("DISPLAY", ":7")
    ends: list[bool] = []
    app.quitting.ended.connect(lambda: ends.append(True))
    return ends


def windows() -> list[QWidget]:
    """What is on the screen."""
    return [one for one in QApplication.topLevelWidgets() if one.isVisible()]


def says(text: str) -> bool:
    """Whether it is to be read somewhere."""
    labels = (one for window in windows() for one in window.findChildren(QLabel) if one.isVisible())
    return any(text in one.text() for one in labels)


def press(name: str) -> None:
    """Press the button of that name."""
    buttons = (one for window in windows() for one in window.findChildren(QAbstractButton))
    next(one for one in buttons if one.isVisible() and one.text().replace("&", "") == name).click()


async def close(app: App) -> None:
    """Open the window, and close it."""
    app.states.begin()
    app.windows.show(screens.Main())
    assert app.windows.main
    await until(lambda: all(one.known for one in app.states.all.values()))
    app.windows.main.close()
    app.quitting.window_closed()


def test_closing_where_nothing_else_starts_backups_says_so(
    play: Play, app: App, docs: Profile, ended: list[bool]
) -> None:
    async def scene() -> None:
        await close(app)
        await until(lambda: says("No backups run until you open it again."))
        assert not ended
        press(STAY)
        await until(lambda: not windows())
        app.quitting.window_closed()  # the question was the last window
        await asyncio.sleep(0.1)
        assert not ended
        assert not windows()
        app.windows.show(screens.Main())
        assert app.windows.main in windows()

    play(scene())


def test_the_systems_timer_can_take_over(play: Play, app: App, docs: Profile, ended: list[bool]) -> None:
    async def scene() -> None:
        await close(app)
        await until(lambda: says("No backups run"))
        press(TIMER)
        await until(lambda: ended)
        assert timer.is_set_up()

    play(scene())


def test_whoever_closes_the_question_has_not_ended_backups(
    play: Play, app: App, docs: Profile, ended: list[bool]
) -> None:
    async def scene() -> None:
        await close(app)
        await until(lambda: says("No backups run"))
        windows()[0].close()
        await asyncio.sleep(0.1)
        assert not ended

    play(scene())


@pytest.mark.parametrize("made", [None, profile(schedule=Manual())])
def test_where_nothing_is_scheduled_nothing_is_asked(
    made: Profile | None, play: Play, app: App, ended: list[bool]
) -> None:
    if made:
        profiles.add(app.home, made)

    async def scene() -> None:
        await close(app)
        await until(lambda: ended)
        assert not windows()

    play(scene())


def test_quitting_says_it_too_and_that_the_next_login_starts_it(
    play: Play, app: App, docs: Profile, ended: list[bool]
) -> None:
    async def scene() -> None:
        app.states.begin()
        await until(lambda: app.states.all[DOCS].known)
        autostart.turn_on()
        app.quitting.ask()
        await until(lambda: says("No backups run until you open it again or next log in."))
        press(STAY)
        await until(lambda: not windows())
        assert not ended
        app.quitting.ask()
        await until(lambda: says("No backups run"))
        press("Quit")
        await until(lambda: ended)

    play(scene())


def test_with_the_timer_on_it_just_quits(play: Play, app: App, docs: Profile, ended: list[bool]) -> None:
    async def scene() -> None:
        await timer.switch_on()
        await close(app)
        await until(lambda: ended)
        assert not windows()

    play(scene())


def test_the_window_turns_automatic_backups_on(
    play: Play, app: App, docs: Profile, ended: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CURRENT_DESKTOP", "GNOME")

    async def scene() -> None:
        app.states.begin()
        app.windows.show(screens.Main())
        await until(lambda: app.states.all[DOCS].status.unstarted)
        press_when = "Turn on automatic backups"
        await until(lambda: says("Not protected."))
        press(press_when)
        await until(lambda: not app.states.all[DOCS].status.unstarted)
        assert timer.is_set_up()

    play(scene())


def test_a_pause_can_be_ended_in_the_window(play: Play, app: App, docs: Profile) -> None:
    async def scene() -> None:
        from secretsbackup.store.pause import UNTIL_RESUMED

        app.states.begin()
        app.windows.show(screens.Main())
        await until(lambda: app.states.all[DOCS].known)
        app.states.pause(DOCS, UNTIL_RESUMED)
        await until(lambda: says("Paused."))
        press("Continue")
        await until(lambda: not says("Paused."))
        assert app.states.all[DOCS].paused is None

    play(scene())
