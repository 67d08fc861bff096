"""Every window, light and dark, small, with text of double size, in German: nothing is cut off, no letter
means two things, the keyboard reaches all of it; a picture of each is kept."""

import asyncio
from contextlib import suppress
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from secretsbackup.desktop import prompts, screens, work
from secretsbackup.desktop.app import App
from secretsbackup.desktop.editor import EditorWindow
from secretsbackup.desktop.log import LogWindow
from secretsbackup.model.destination import Bucket
from secretsbackup.model.event import RunId
from secretsbackup.model.profile import Fingerprint, Source
from secretsbackup.store import profiles
from secretsbackup.words import language
from tests.desktop import accessibility
from tests.desktop.conftest import DOCS, Play, moments, profile, until, write
from tests.desktop.setup.test_pictures import looks, spoken
from tests.desktop.setup.wizard_driver import PICTURES

__all__ = ["looks", "spoken"]  # fixtures that are used here

RUN = RunId("20261122T120000.000Z-abcd")


class Album:
    """Takes a picture of a window, and looks at it."""

    def __init__(self, looks: str) -> None:
        self._looks = looks
        self._folder = PICTURES / "windows" / looks
        self._folder.mkdir(parents=True, exist_ok=True)

    async def take(self, window: QWidget, name: str) -> None:
        if self._looks == "200":
            window.resize(1240, 860)
        if self._looks == "small":
            window.resize(640, 480)
        await asyncio.sleep(0.15)
        with suppress(AssertionError):  # a busy machine takes its time to lay it out
            await until(lambda: not accessibility.cut(window))
        window.grab().save(str(self._folder / f"{name}.png"))
        for blemish in (
            accessibility.cut,
            accessibility.doubled,
            accessibility.nameless,
            accessibility.unreached,
        ):
            assert blemish(window) == [], (name, blemish.__name__)


def _heard(app: App, name: str) -> None:
    for moment in moments(name):
        app.follower.heard.emit(DOCS, moment)


def test_the_window_in_every_state(play: Play, app: App, spoken: str) -> None:
    album = Album(spoken)

    async def look() -> None:
        app.states.begin()
        app.windows.show(screens.Main())
        assert app.windows.main
        await album.take(app.windows.main, "no-profile")
        sources = tuple(Source(name, f"/home/ada/{name}") for name in ("Documents", "Pictures", "Music"))
        profiles.add(app.home, profile(sources=sources, destination=Bucket("ada-lovelace", "laptop")))
        await until(lambda: DOCS in app.states.all and app.states.all[DOCS].known)
        await album.take(app.windows.main, "not-backed-up")
        for name in ("warnings", "failed", "running"):
            with write(app.home, moments(name), f"{RUN[:-4]}{name[:4]}"):
                _heard(app, name)
                await asyncio.sleep(0.2)  # it is told ten times a second at most
                await album.take(app.windows.main, name)

    play(look())


def test_the_other_windows(
    play: Play, app: App, spoken: str, memory: None, key: Fingerprint, tmp_path: Path
) -> None:
    album = Album(spoken)
    (tmp_path / "Documents").mkdir()
    made = profile(
        key=key,
        sources=(Source("Documents", str(tmp_path / "Documents")),),
        destination=Bucket("ada-lovelace", "laptop", "https://s3.example.org", "eu-central-1"),
        exclude=("*.iso", ".cache"),
    )
    profiles.add(app.home, made)

    async def look() -> None:
        app.states.begin()
        await until(lambda: app.states.all[DOCS].known)
        with write(app.home, moments("warnings"), RUN):
            app.windows.show(screens.Log(DOCS, RUN))
            log = app.windows.shown(screens.Log(DOCS, RUN))
            assert isinstance(log, LogWindow)
            await until(lambda: log.lines.rowCount() == 10)
            await album.take(log, "log")
        app.windows.show(screens.Preferences())
        await album.take(app.windows.shown(screens.Preferences()), "preferences")
        app.windows.show(screens.Editor(DOCS))
        editor = app.windows.shown(screens.Editor(DOCS))
        assert isinstance(editor, EditorWindow)
        await until(lambda: editor.key.count() > 0 and editor.key.currentData() == key)
        await album.take(editor, "editor")
        app.windows.show(screens.Verification(DOCS))
        await album.take(app.windows.shown(screens.Verification(DOCS)), "proof")
        for question in (
            prompts.passphrase(),
            prompts.sure(None, language._("Stop and quit?"), "?", "&Ja", destroys=True),
        ):
            asked = work.begin(question)
            await until(lambda: isinstance(QApplication.activeModalWidget() or _dialog(), QWidget))
            shown = _dialog()
            assert shown
            await asyncio.sleep(0.05)
            shown.grab().save(str(PICTURES / "windows" / spoken / f"{type(shown).__name__}.png"))
            assert (
                accessibility.cut(shown) + accessibility.doubled(shown) + accessibility.nameless(shown) == []
            )
            shown.reject()
            await asked

    play(look())


def _dialog() -> prompts.Dialog | None:
    shown = (one for one in QApplication.topLevelWidgets() if isinstance(one, prompts.Dialog))
    return next((one for one in shown if one.isVisible()), None)
