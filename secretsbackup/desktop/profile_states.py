"""How each profile stands: its status, its pause, what is kept of it. Folded from what the follower hears."""

import asyncio
import contextlib
import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QFileSystemWatcher, QObject, QTimer, Signal

from secretsbackup.desktop import work
from secretsbackup.desktop.follower import Follower
from secretsbackup.desktop.icons import Shield
from secretsbackup.desktop.run_trace import RunSamples
from secretsbackup.model.event import Moment, RunEnded, RunId
from secretsbackup.model.inventory import Inventory
from secretsbackup.model.outcome import Failed, Failure, Outcome
from secretsbackup.model.profile import Profile, ProfileName
from secretsbackup.model.schedule import following
from secretsbackup.model.status import Level, Status, after, at_work, level
from secretsbackup.operations.watch import status
from secretsbackup.store import history, notes, pause, profiles
from secretsbackup.store.home import Home, ours

if TYPE_CHECKING:
    from secretsbackup.words import Message

_OFTEN = 100
"""Milliseconds between two times that a change is told: as often as an eye can follow."""

_MINUTE = 60_000


class ProfileState(msgspec.Struct, frozen=True, kw_only=True):
    """One profile now. `known` is False until its history has been read."""

    profile: Profile
    status: Status
    paused: datetime | None = None
    inventory: Inventory = Inventory()
    known: bool = False

    def is_paused(self, now: datetime) -> bool:
        """Whether it makes no backup by itself now."""
        return self.paused is not None and self.paused > now

    @property
    def next_run(self) -> datetime | None:
        """When the next backup begins by itself, if nothing is in the way."""
        return self.status.next_run

    @property
    def done(self) -> float:
        """How far the step that goes on is, from 0 to 1; 0 where that is not known."""
        progress = self.status.progress
        return progress.done / progress.total if progress and progress.total else 0.0

    def at_work(self, now: datetime) -> bool:
        """Whether a run goes on, and not one that stands still."""
        return at_work(self.status, now)

    def shield(self, now: datetime) -> Shield:
        """The profile's state as a shape."""
        if self.at_work(now):
            return Shield.RUNNING
        how = level(self.status, now) if self.known else Level.PROTECTED
        unreliable = how is Level.NOT_PROTECTED and self.status.safe_as_of is not None
        if unreliable or isinstance(self.status.last, Failed):
            return Shield.FAILED
        if how is not Level.PROTECTED:
            return Shield.ATTENTION
        return Shield.PAUSED if self.is_paused(now) else Shield.SAFE


class ProfileStates(QObject):
    """`changed` names the profile that stands differently, at most ten times a second."""

    changed = Signal(str)
    listed = Signal()
    """There are other profiles than before, or `trouble` with reading them."""

    recalled = Signal(str)
    """What is remembered of a profile was read again: its history may be longer than before."""

    ended = Signal(str, object, object, object)
    """A run ended: the profile, its verb, its outcome, and the outcome that counted before."""

    def __init__(self, home: Home, follower: Follower, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._home, self._follower = home, follower
        self.all: dict[ProfileName, ProfileState] = {}
        self.trouble: Message | None = None
        self.traces: dict[ProfileName, RunSamples] = {}
        self._changed: set[ProfileName] = set()
        self._soon = QTimer(self, interval=_OFTEN, singleShot=True)
        self._soon.timeout.connect(self._tell)
        self._clock = QTimer(self, interval=_MINUTE)
        self._clock.timeout.connect(self._passed)
        follower.heard.connect(self._hear)
        self._watcher = QFileSystemWatcher(self)
        self._watcher.directoryChanged.connect(self._look)
        self._watcher.fileChanged.connect(lambda _path: self._read())

    def begin(self) -> None:
        """Read the profiles, and how they stand."""
        with contextlib.suppress(Failure):  # to read the profiles says why
            self._watcher.addPath(str(ours(self._home.config)))
        self._clock.start()
        self._read()

    def of(self, name: str) -> ProfileState | None:
        """How a profile stands; None if there is none of that name."""
        return self.all.get(ProfileName(name))

    def pause(self, name: ProfileName, until: datetime) -> None:
        """Pause a profile."""
        if self._done(lambda: pause.pause(self._home, name, until)):
            self._change(name, paused=until)

    def resume(self, name: ProfileName) -> None:
        """End its pause."""
        if self._done(lambda: pause.resume(self._home, name)):
            self._change(name, paused=None)

    def wait(self, profile: Profile) -> None:
        """Let its first backup begin at its next time, and not at once: whoever set it up said "later"."""
        if until := following(profile.schedule, datetime.now(UTC)):
            self.pause(profile.name, until)
        else:
            self.resume(profile.name)

    def accept(self, name: ProfileName, key: str) -> None:
        """Keep quiet about a concern until it changes."""
        accepted = notes.read(self._home, name).accepted | {key}
        if self._done(lambda: notes.update(self._home, name, accepted=accepted)):
            self.refresh(name)

    def _done(self, change: Callable[[], None]) -> bool:
        """Whether a change could be written; else it is told why not."""
        try:
            change()
        except Failure as failure:
            self.trouble = work.told(failure)
            self.listed.emit()
            return False
        return True

    def trace(self, name: ProfileName) -> RunSamples:
        """What is known of the run that goes on, beyond its status."""
        return self.traces.setdefault(name, RunSamples())

    def _look(self, folder: str) -> None:
        if folder == str(self._home.config):
            self._read()
        for name in self.all:
            if folder == str(self._home.pause(name).parent):
                self._change(name, paused=pause.paused_until(self._home, name))

    def _read(self) -> None:
        if os.path.exists(self._home.profiles):  # noqa: PTH110 - one that cannot be looked at is none
            self._watcher.addPath(str(self._home.profiles))  # a new one each time that it is replaced
        try:
            known, trouble = profiles.load(self._home), None
        except Failure as failure:
            known, trouble = {}, work.told(failure)
        if trouble == self.trouble and known == {name: one.profile for name, one in self.all.items()}:
            return
        new = [name for name in known if name not in self.all]
        self.trouble = trouble
        self.all = {name: self._state_of(profile) for name, profile in known.items()}
        self._follower.watch(known)
        for name in new:
            self._watcher.addPath(str(self._home.pause(name).parent))
        self.listed.emit()
        for name in known:
            self.refresh(name)

    def _state_of(self, profile: Profile) -> ProfileState:
        if before := self.all.get(profile.name):
            return msgspec.structs.replace(before, profile=profile)
        paused = pause.paused_until(self._home, profile.name)
        return ProfileState(profile=profile, status=Status(profile=profile.name), paused=paused)

    async def _recall(self, name: ProfileName) -> None:
        """Read a profile's history; runs that go on are followed from their beginning."""

        def read() -> tuple[Status, list[RunId]]:
            going_on, _ = history.caught_up(self._home, name)
            return status.status_of(self._home, name), going_on

        known, going_on = await asyncio.to_thread(read)
        if now := self.all.get(name):
            remembered = _going_on(known, now.status) if now.status.running else known
            self._change(name, status=remembered, known=True)
            self.recalled.emit(name)
        self._follower.watch(self.all, ((name, run) for run in going_on))

    def refresh(self, name: ProfileName) -> None:
        """Read again what is remembered of a profile: when it is due, what is accepted, what is proven."""
        work.begin(self._recall(name))

    def refresh_all(self) -> None:
        """Read again what is remembered of every profile."""
        for name in self.all:
            self.refresh(name)

    def take_stock(self, name: ProfileName) -> None:
        """Look at what is kept of a profile, once somebody wants to see it."""
        work.begin(self._take_stock(name))

    async def _take_stock(self, name: ProfileName) -> None:
        from secretsbackup.operations.repository.inventory import inventory

        if now := self.all.get(name):
            kept = await work.attempt(asyncio.to_thread(inventory, now.profile, self._home), lambda _: None)
            self._change(name, inventory=kept or Inventory())

    def _hear(self, name: ProfileName, moment: Moment) -> None:
        before = self.all.get(name)
        if before is None:
            return
        self.trace(name).hear(moment.event)
        status = after(before.status, moment)
        self._change(name, status=status)
        if isinstance(moment.event, RunEnded):
            self._ended(before, moment.event.outcome)

    def _ended(self, before: ProfileState, outcome: Outcome) -> None:
        name = before.profile.name
        self._soon.stop()
        self._tell()
        self.ended.emit(name, before.status.verb, outcome, before.status.last)
        self.refresh(name)

    def _change(self, name: ProfileName, **what: object) -> None:
        before = self.all.get(name)
        if before is None:
            return
        now = msgspec.structs.replace(before, **what)
        if now != before:
            self.all[name] = now
            self._changed.add(name)
            if not self._soon.isActive():
                self._soon.start()

    def _tell(self) -> None:
        changed, self._changed = self._changed, set()
        for name in changed:
            self.changed.emit(name)

    def _passed(self) -> None:
        """A minute passed: "2 hours ago" is another hour, and a pause may be over."""
        for name in self.all:
            self.changed.emit(name)


def _going_on(remembered: Status, handle: Status) -> Status:
    """What is remembered, with the run that goes on as it was heard."""
    heard = ("verb", "began", "stirred", "step", "steps_done", "progress", "warnings", "heard")
    return msgspec.structs.replace(remembered, **{field: getattr(handle, field) for field in heard})


ORDER = (Shield.RUNNING, Shield.FAILED, Shield.ATTENTION, Shield.PAUSED, Shield.SAFE)
"""Of several profiles' states, the one that is shown of all."""


def worst(states: ProfileStates, now: datetime | None = None) -> Shield:
    """The state that all profiles together show in the tray."""
    moment = now or datetime.now(UTC)
    shields = {one.shield(moment) for one in states.all.values()}
    if states.trouble:
        shields.add(Shield.FAILED)
    return next((shield for shield in ORDER if shield in shields), Shield.EMPTY)
