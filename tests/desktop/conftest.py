"""A screen without a screen: Qt offscreen, asyncio on its loop, and an app on an empty home."""

import asyncio
import os
import time
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=/nowhere"  # nobody's real desktop is told of our failures

import pytest
import qasync
from msgspec.structs import replace
from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication

from secretsbackup.desktop.app import App
from secretsbackup.desktop.automatic_backups import AutomaticBackups
from secretsbackup.desktop.follower import Follower
from secretsbackup.desktop.profile_states import ProfileStates
from secretsbackup.desktop.screens import Screen
from secretsbackup.desktop.session import Session
from secretsbackup.desktop.settings import Settings
from secretsbackup.desktop.window import MainWindow
from secretsbackup.model.destination import Folder
from secretsbackup.model.event import Moment, RunEnded, RunId, decode
from secretsbackup.model.profile import Fingerprint, Profile, ProfileName, Source
from secretsbackup.store import journal, kit, profiles
from secretsbackup.store.history import place_of
from secretsbackup.store.home import Home
from secretsbackup.store.kit import SavedKit

JOURNALS = Path(__file__).parents[1] / "journals"
DOCS = ProfileName("documents")

Play = Callable[[Coroutine[Any, Any, None]], None]


def profile(name: str = DOCS, **fields: Any) -> Profile:
    """A profile that holds."""
    known: dict[str, Any] = {
        "sources": (Source("Documents", "/home/ada/Documents"),),
        "destination": Folder("/media/disk/backups"),
        "key": Fingerprint("A" * 40),
    }
    return Profile(name=ProfileName(name), **(known | fields))


def moments(name: str) -> list[Moment]:
    """A recorded run, as if it were one of the profile of these tests; one without an end goes on."""
    lines = (
        (JOURNALS / f"{name}.jsonl").read_bytes().replace(b'"profile":"profile"', b'"profile":"documents"')
    )
    told = [decode(line) for line in lines.splitlines()]
    if isinstance(told[-1].event, RunEnded):
        return told
    late = datetime.now(UTC) - told[-1].at  # it goes on now, or it would stand still
    return [replace(moment, at=moment.at + late) for moment in told]


def write(home: Home, told: list[Moment], run: str = "20261122T120000.000Z-abcd") -> journal.Writer:
    """Write a run's journal as another process does; its lock is held until the writer is closed."""
    writer = journal.Writer(home.journal(DOCS, RunId(run)))
    for moment in told:
        writer.write(moment)
    return writer


async def until(condition: Callable[[], object], seconds: float = 15) -> None:
    """Wait until something is so."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not become so"
        await asyncio.sleep(0.02)


class Heart:
    """Beats every 5 ms. How long did the screen's thread ever work between two beats, in milliseconds of its
    own processor time? Those that other programs take are not its fault."""

    def __init__(self) -> None:
        self._longest = 0.0
        self._last = time.thread_time()
        self._timer = QTimer(interval=5)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def stop(self) -> float:
        """The longest."""
        self._beat()
        self._timer.stop()
        return self._longest

    def _beat(self) -> None:
        now = time.thread_time()
        self._longest = max(self._longest, (now - self._last) * 1000)
        self._last = now


async def hold_up_nothing(
    work: Callable[[], Coroutine[Any, Any, None]], before: Callable[[], object] = lambda: None
) -> None:
    """Have `work` done, up to three times: in one of them it must never take the screen's thread for 50 ms.

    What the program itself takes, it takes each time. What a busy core or a hypervisor takes, which the
    kernel puts down to the thread, comes by chance. What is done `before` each time is not measured.
    """
    longest = []
    for _ in range(3):
        before()
        heart = Heart()
        await work()
        longest.append(heart.stop())
        if longest[-1] < 50:
            return
    raise AssertionError(f"the screen's thread was held up for {longest} ms")


@pytest.fixture
def play(qapp: QApplication, pytestconfig: pytest.Config) -> Iterator[Play]:
    """Runs a coroutine on Qt's loop to its end. One that waits for what never comes is ended here, sooner
    than pytest would, and tells where it waited: what a signal raises in a slot, Qt swallows."""
    loop = qasync.QEventLoop(qapp, already_running=False)
    asyncio.set_event_loop(loop)
    patience = float(pytestconfig.getini("timeout")) * 0.7 or None

    async def patient(work: Coroutine[Any, Any, None]) -> None:
        async with asyncio.timeout(patience):
            await work

    def run(work: Coroutine[Any, Any, None]) -> None:
        loop.run_until_complete(patient(work))

    yield run
    loop.run_until_complete(asyncio.sleep(0.01))
    loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture(autouse=True)
def nobodys_desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the program writes for a desktop, as its menu entry, is for nobody's real one."""
    for name in ("CONFIG", "DATA"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / "xdg" / name.lower()))


class Parts(QObject):
    """What windows are made of, without the windows: what they ask to be shown stands in `shown`."""

    def __init__(self, home: Home) -> None:
        super().__init__()
        self.home, self.settings = home, Settings(home)
        self.follower = Follower(home, self)
        self.states = ProfileStates(home, self.follower, self)
        self.session = Session(home, self.states, self.follower, _no_passphrase, self)
        self.automatic = AutomaticBackups(home, self.states, in_tray=lambda: False)
        self.shown = list[Screen]()

    def heard(self, told: list[Moment]) -> None:
        """Let a run be heard of as if it went on now."""
        for moment in told:
            self.follower.heard.emit(DOCS, moment)

    def window(self) -> MainWindow:
        """The main window."""
        made = MainWindow(
            self.home,
            self.settings,
            self.states,
            self.session,
            self.automatic,
            self.shown.append,
            lambda: None,
        )
        made.show()
        return made


async def _no_passphrase() -> None:
    """Nobody sits there."""


@pytest.fixture
def parts(play: Play, home: Home, qapp: QApplication) -> Iterator[Parts]:
    """What windows are made of, with a profile or none yet; nothing was read."""
    qapp.setQuitOnLastWindowClosed(False)
    made = Parts(home)
    yield made
    _end(made, play)


@pytest.fixture
def app(play: Play, home: Home, qapp: QApplication) -> Iterator[App]:
    """The application, with a profile or none yet; it has not begun."""
    qapp.setQuitOnLastWindowClosed(False)
    made = App(home, Settings(home))
    yield made
    _end(made, play)


def _end(made: QObject, play: Play) -> None:
    """Close all windows, and delete what they were made of."""
    for window in QApplication.topLevelWidgets():
        window.close()
        window.deleteLater()
    play(_end_tasks())
    made.deleteLater()
    play(asyncio.sleep(0.02))


async def _end_tasks() -> None:
    """End what is still being done: it is about to be deleted."""
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pytest.fixture
def docs(home: Home) -> Profile:
    """A profile that is there, its recovery kit saved."""
    made = profile()
    profiles.add(home, made)
    kit.keep(home, made.name, SavedKit(made.key, place_of(made.destination), datetime.now(UTC)))
    return made
