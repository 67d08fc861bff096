"""The session: the runs of this process. It begins, follows and stops them, and knows no window."""

import asyncio
import contextlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from secretsbackup.desktop import work
from secretsbackup.desktop.follower import Follower
from secretsbackup.desktop.profile_states import ProfileStates
from secretsbackup.model import causes
from secretsbackup.model.backup_options import BackupOptions
from secretsbackup.model.event import Verb
from secretsbackup.model.outcome import YOU, Failure
from secretsbackup.model.profile import Profile, ProfileName
from secretsbackup.model.secret import Credential
from secretsbackup.store import lock
from secretsbackup.store.home import Home

if TYPE_CHECKING:
    from secretsbackup.operations.run.runner import Ask, Recipe, RunHandle

_END_S = 20
"""How long the end of the program waits for the end of a run."""


class Session(QObject):
    """One for the process."""

    started = Signal(str, bool)
    """A run began: its profile, and whether a person asked for it."""

    refused = Signal(object)
    """A run could not even begin: the Message that says why."""

    not_stopped = Signal(object)
    """A run of another process could not be stopped: the Message that says why."""

    def __init__(
        self, home: Home, states: ProfileStates, follower: Follower, ask: "Ask", parent: QObject | None = None
    ) -> None:
        """`ask` is who gives the passphrase where the keyring has none."""
        super().__init__(parent)
        self._home, self._states, self._follower, self._ask = home, states, follower, ask
        self._handles: list[tuple[ProfileName, RunHandle]] = []

    def back_up(self, name: ProfileName, options: BackupOptions = BackupOptions()) -> None:  # noqa: B008
        """Back up a profile now."""
        if profile := self._known(name):
            self._back_up(profile, options)

    def first_backup(self, profile: Profile, *, adopt: bool) -> None:
        """Back up a profile that was written just now."""
        self._back_up(profile, BackupOptions(adopt=adopt))

    def _back_up(self, profile: Profile, options: BackupOptions) -> None:
        from secretsbackup.operations.backup import backup

        self.run(backup.recipe(options), Verb.BACKUP, profile)

    def verify(self, name: ProfileName) -> None:
        """Restore a sample of a profile now, and compare."""
        from secretsbackup.operations.verify.verify import verify

        if profile := self._known(name):
            self.run(verify, Verb.VERIFY, profile)

    def _known(self, name: ProfileName) -> Profile | None:
        """The profile of that name; where there is none, that is told."""
        if state := self._states.of(name):
            return state.profile
        self.refused.emit(work.told(Failure(causes.ProfileUnknown(name))))
        return None

    def run(
        self,
        recipe: "Recipe",
        verb: Verb,
        profile: Profile,
        *,
        ask: "Ask | None" = None,
        opened_by: Credential = None,
    ) -> "RunHandle | None":
        """Start a run in this process, and follow it; None if not even its journal can be written.

        `ask` is who gives the passphrase where the keyring has none: whoever sits here, unless it is said.
        """
        from secretsbackup.operations.run import runner

        asked = ask or self._ask
        try:
            handle = runner.start(recipe, verb, profile, self._home, ask=asked, opened_by=opened_by)
        except Failure as failure:
            self.refused.emit(work.told(failure))
            return None
        self._handles = [
            *((name, before) for name, before in self._handles if not before.over),
            (profile.name, handle),
        ]
        self.started.emit(profile.name, asked is not runner.nobody)
        self._follower.listen(profile.name, handle)
        return handle

    def going_on(self, of: ProfileName | None = None) -> "list[RunHandle]":
        """The runs of this process that have not ended, of one profile or of all. Of one there are two while
        the second finds out that the first has the lock."""
        return [handle for name, handle in self._handles if of in (None, name) and not handle.over]

    def stop(self, name: ProfileName) -> None:
        """Stop a run: one of this process, or one that a terminal or a timer does."""
        if not self._stop_here(name):
            work.begin(self._stop_elsewhere(name))

    def stop_what_is_asked(self) -> None:
        """Stop the runs of this process that another one asked to stop."""
        for name in self._states.all:
            if self.going_on(name) and lock.asked_to_stop(self._home, name):
                self._stop_here(name)

    def _stop_here(self, name: ProfileName) -> bool:
        handles = self.going_on(name)
        for handle in handles:
            handle.cancel(YOU)
        return bool(handles)

    async def _stop_elsewhere(self, name: ProfileName) -> None:
        from secretsbackup.operations.watch.stop import stop

        await work.attempt(stop(self._home, name), self.not_stopped.emit)

    async def end(self, by: str) -> None:
        """Stop all runs of this process, and wait for their ends, though not for ever."""
        handles = self.going_on()
        for handle in handles:
            handle.cancel(by)
        for handle in handles:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(handle.outcome(), _END_S)
