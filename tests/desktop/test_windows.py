"""What is asked for is shown once; a tray that only waits knows no window; what cannot be done is told."""

import asyncio
import subprocess
import sys

from PySide6.QtWidgets import QPushButton, QWidget

from secretsbackup.desktop import screens
from secretsbackup.desktop.app import App
from secretsbackup.desktop.window import MainWindow
from secretsbackup.model.event import RunId
from secretsbackup.model.plan import StartFrom
from secretsbackup.model.profile import Profile, ProfileName
from tests.desktop.conftest import DOCS, Parts, Play, until

GHOST = ProfileName("ghost")
RUN, ANOTHER = RunId("20261122T120000.000Z-abcd"), RunId("20261123T120000.000Z-abcd")


def test_who_asks_for_the_same_gets_the_same_window(play: Play, app: App, docs: Profile) -> None:
    async def look() -> None:
        app.states.begin()
        app.windows.show(screens.Log(DOCS, RUN))
        log = app.windows.shown(screens.Log(DOCS, RUN))
        assert log
        app.windows.show(screens.Log(DOCS, ANOTHER))
        assert app.windows.shown(screens.Log(DOCS, ANOTHER)) not in (None, log)
        app.windows.show(screens.Log(DOCS, RUN))
        assert app.windows.shown(screens.Log(DOCS, RUN)) is log
        log.close()
        await until(lambda: app.windows.shown(screens.Log(DOCS, RUN)) is None)

    play(look())


def test_every_screen_of_a_profile_is_shown_and_none_of_one_that_is_gone(
    play: Play, app: App, docs: Profile, memory: None
) -> None:
    def of(name: ProfileName) -> tuple[screens.Screen, ...]:
        kinds = (screens.Editor, screens.Verification, screens.Diagnostics, screens.SaveKit)
        return tuple(kind(name) for kind in kinds)

    async def look() -> None:
        app.states.begin()
        for screen in (*of(DOCS), *of(GHOST)):
            app.windows.show(screen)
        assert [screen for screen in of(DOCS) if app.windows.shown(screen) is None] == []
        assert [screen for screen in of(GHOST) if app.windows.shown(screen)] == []
        await until(lambda: asyncio.all_tasks() == {asyncio.current_task()}, 60)  # what they try is over

    play(look())


def test_setting_up_and_coming_back_are_two_windows(play: Play, app: App) -> None:
    async def look() -> None:
        app.windows.show(screens.SetUp())
        app.windows.show(screens.SetUp(StartFrom.KIT))
        shown = [app.windows.shown(screens.SetUp(start)) for start in (None, StartFrom.KIT)]
        assert [one.windowTitle() for one in shown if one] == ["Set up a backup", "Restore from a backup"]

    play(look())


def test_a_profile_that_is_not_there_is_not_passed_over_in_silence(
    play: Play, app: App, docs: Profile
) -> None:
    refused: list[str] = []
    app.session.refused.connect(lambda message: refused.append(message.title))

    async def look() -> None:
        app.states.begin()
        app.obey(["backup", GHOST])
        assert [GHOST in title for title in refused] == [True]
        assert isinstance(app.windows.main, MainWindow)
        assert app.windows.main.isVisible()
        app.session.verify(GHOST)
        assert len(refused) == 2

    play(look())


def test_the_window_says_what_should_be_shown(play: Play, parts: Parts, docs: Profile) -> None:
    async def look() -> None:
        parts.states.begin()
        window = parts.window()
        await until(lambda: parts.states.all[DOCS].known)
        press(window, "Add a backup…")
        press(window, "Preferences…")
        press(window, "Restore files…")
        assert parts.shown == [screens.SetUp(), screens.Preferences(), screens.Restore(DOCS)]
        parts.shown.clear()
        (menu,) = (button.menu() for button in window.findChildren(QPushButton) if button.menu())
        about = [screens.Verification(DOCS), screens.SaveKit(DOCS), screens.Diagnostics(DOCS)]
        for action in menu.actions():
            if "full" not in action.text() and "Help" not in action.text():
                action.trigger()
        assert parts.shown == [*about, screens.Editor(DOCS)]

    play(look())


def test_where_there_is_no_profile_one_is_set_up_or_comes_back(play: Play, parts: Parts) -> None:
    async def look() -> None:
        parts.states.begin()
        window = parts.window()
        press(window, "Set up a backup")
        press(window, "Restore from a backup I have")
        assert parts.shown == [screens.SetUp(), screens.SetUp(StartFrom.KIT)]

    play(look())


def press(window: QWidget, name: str) -> None:
    """Press the button that is to be seen under this name."""
    shown = (one for one in window.findChildren(QPushButton) if one.isVisible())
    next(one for one in shown if one.text().replace("&", "") == name).click()


def test_a_tray_knows_no_window() -> None:
    code = "import sys; import secretsbackup.desktop.main; print(*sys.modules)"
    words = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    known = {name.removeprefix("secretsbackup.") for name in words.stdout.split()}
    assert {"desktop.tray", "desktop.windows", "desktop.session"} <= known
    windows = {
        f"desktop.{name}" for name in ("window", "overview", "editor", "log", "setup", "restore", "wizard")
    }
    heavy = {"operations.backup.backup", "operations.setup.set_up", "boto3", "gnupg", "qasync"}
    assert known & (windows | heavy) == set()
