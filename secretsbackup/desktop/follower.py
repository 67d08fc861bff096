"""Follows every run of the profiles: those of this process, and those of a terminal, cron or a timer.

The first kind is listened to; the others are read from their journals, which the kernel tells us about.
Whoever shows something sees no difference: one signal, a moment after the other.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from secretsbackup.desktop import work
from secretsbackup.model.event import RunId
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import ProfileName
from secretsbackup.store import history, journal
from secretsbackup.store.home import Home, owner_only

if TYPE_CHECKING:
    from secretsbackup.operations.run.runner import RunHandle

_SOON = 100
"""Milliseconds between two looks at a journal that grows: as often as an eye can follow."""

_PATIENCE = 4000
"""Milliseconds between two looks at whether a run that another process does still has somebody."""


class Follower(QObject):
    """`heard` gives each moment of each run, with the profile that it is about."""

    heard = Signal(str, object)

    def __init__(self, home: Home, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._home = home
        self._newest: dict[ProfileName, RunId | None] = {}
        self._ours: set[RunId] = set()
        self._over: set[str] = set()
        self._foreign: dict[str, _Foreign] = {}
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._look)
        self._watcher.fileChanged.connect(self._grew)
        self._alive = QTimer(self, interval=_PATIENCE)
        self._alive.timeout.connect(lambda: work.begin(self._find_interrupted()))

    def watch(
        self, profiles: Iterable[ProfileName], going_on: Iterable[tuple[ProfileName, RunId]] = ()
    ) -> None:
        """Follow these profiles from now on, and the runs of them that go on already."""
        wanted = list(profiles)
        for gone in self._newest.keys() - set(wanted):
            del self._newest[gone]
            self._watcher.removePath(str(self._home.journals(gone)))
        for name in wanted:
            if name not in self._newest:
                with contextlib.suppress(Failure):  # the status says why
                    self._newest[name] = max(journal.newer(self._home, name, None), default=None)
                    self._watcher.addPath(str(owner_only(self._home.journals(name))))
        for name, run in going_on:
            self._follow(name, run)

    def listen(self, name: ProfileName, handle: "RunHandle") -> None:
        """Follow a run of this process."""
        self._ours.add(handle.run)
        work.begin(self._listen(name, handle))

    async def _listen(self, name: ProfileName, handle: "RunHandle") -> None:
        async for moment in handle.moments():
            self.heard.emit(name, moment)

    def _look(self, _folder: str) -> None:
        """A folder of journals changed: is there a new one?"""
        for name, newest in self._newest.items():
            with contextlib.suppress(Failure):
                for run in journal.newer(self._home, name, newest):
                    self._newest[name] = run
                    self._follow(name, run)

    def _follow(self, name: ProfileName, run: RunId) -> None:
        path = self._home.journal(name, run)
        if run in self._ours or str(path) in self._foreign or str(path) in self._over or not path.exists():
            return
        self._foreign[str(path)] = foreign = _Foreign(name, journal.Reader(path), self)
        foreign.heard.connect(self.heard)
        foreign.over.connect(lambda: self._forget(str(path)))
        self._watcher.addPath(str(path))
        self._alive.start()
        foreign.read()

    def _grew(self, path: str) -> None:
        if path in self._foreign:
            self._foreign[path].soon.start()

    def _forget(self, path: str) -> None:
        """It said all; whoever writes it may hold it for a moment still, and it would be told again."""
        self._over.add(path)
        self._watcher.removePath(path)
        if foreign := self._foreign.pop(path, None):
            foreign.deleteLater()
        if not self._foreign:
            self._alive.stop()

    async def _find_interrupted(self) -> None:
        """A run that was killed says nothing more: its end is written here, once nobody holds its journal."""
        for path in map(Path, list(self._foreign)):
            with contextlib.suppress(Failure):
                moments = await asyncio.to_thread(journal.end_interrupted, path)
                if moments:
                    await asyncio.to_thread(history.record, self._home, moments)
        for foreign in list(self._foreign.values()):
            foreign.soon.start()


class _Foreign(QObject):
    """One journal that another process writes; read in pieces, so that a long one holds up nothing."""

    heard = Signal(str, object)
    over = Signal()

    def __init__(self, name: ProfileName, reader: journal.Reader, parent: QObject) -> None:
        super().__init__(parent)
        self.name = name
        self._reader = reader
        self.soon = QTimer(self, interval=_SOON, singleShot=True)
        self.soon.timeout.connect(self.read)
        self._next = QTimer(self, interval=0, singleShot=True)
        self._next.timeout.connect(self.read)

    def read(self) -> None:
        if self._reader.ended:
            return
        moments = self._reader.more()
        for moment in moments:
            self.heard.emit(self.name, moment)
        if self._reader.ended:
            self.over.emit()
        elif moments:
            self._next.start()
