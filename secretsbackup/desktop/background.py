"""The duties without a face: what is due is done, what is overdue is told, what has moved is found again."""

import asyncio

from PySide6.QtCore import QObject, QTimer

from secretsbackup.desktop import work
from secretsbackup.desktop.automatic_backups import AutomaticBackups
from secretsbackup.desktop.icons import Shield
from secretsbackup.desktop.notices import Notify
from secretsbackup.desktop.profile_states import ProfileStates
from secretsbackup.desktop.session import Session
from secretsbackup.model.event import Verb
from secretsbackup.store.home import Home

_HOUR = 3_600_000
"""Milliseconds between two looks for profiles that are overdue."""
_AFTER_A_BUG = 900.0
"""Seconds: as often as the timer looks."""


class Background(QObject):
    """Keeps the schedule for as long as the program runs."""

    def __init__(
        self,
        home: Home,
        states: ProfileStates,
        session: Session,
        automatic: AutomaticBackups,
        notify: Notify,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._home, self._states, self._session = home, states, session
        self._automatic, self._notify = automatic, notify
        self._hourly = QTimer(self, interval=_HOUR)
        self._hourly.timeout.connect(lambda: work.begin(self._watch()))

    def begin(self) -> None:
        """Take up all of it."""
        self._hourly.start()
        work.begin(self._keep_to_schedule())
        work.begin(self._repair_starters())

    async def _keep_to_schedule(self) -> None:
        """Do what becomes due for as long as the program runs."""
        await work.persist(self._do_what_is_due, lambda bug: self._notify(bug, Shield.FAILED), _AFTER_A_BUG)

    async def _do_what_is_due(self) -> None:
        """Back up and verify what becomes due, one after the other."""
        from secretsbackup.operations.watch import schedule

        async for profile, verb in schedule.due_profiles(self._home):
            from secretsbackup.operations.backup import backup
            from secretsbackup.operations.run import runner  # a tray that only waits does without
            from secretsbackup.operations.verify.verify import verify

            recipe = verify if verb is Verb.VERIFY else backup.recipe()
            if handle := self._session.run(recipe, verb, profile, ask=runner.nobody):
                await handle.outcome()

    async def _repair_starters(self) -> None:
        """If the program has moved since, the next login finds it where it is now."""
        from secretsbackup.operations.setup import automatic_start
        from secretsbackup.tools import menu

        await automatic_start.repair()
        await asyncio.to_thread(menu.install)
        await self._automatic.unstarted()

    async def _watch(self) -> None:
        """Raise the alarm about what is overdue, as the timer does where it is on."""
        from secretsbackup.operations.watch.alarms import watch

        await work.attempt(watch(self._home), lambda _: None)
        await self._automatic.unstarted()
        self._states.refresh_all()
