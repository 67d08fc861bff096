"""Quitting: whether the program ends with its last window or its tray's Quit, and what is asked before."""

import asyncio

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QApplication

from secretsbackup.desktop import work
from secretsbackup.desktop.automatic_backups import AutomaticBackups
from secretsbackup.desktop.icons import Shield
from secretsbackup.desktop.parting import Parting
from secretsbackup.desktop.profile_states import ProfileStates
from secretsbackup.desktop.session import Session
from secretsbackup.desktop.tray import Tray
from secretsbackup.desktop.windows import Windows
from secretsbackup.model.automatic_start import Starter
from secretsbackup.model.outcome import PROGRAM_END, YOU
from secretsbackup.words.language import _


class Quitting(QObject):
    """Backups do not end unawares: where they would, that is said first."""

    ended = Signal()
    """No run goes on any more: the program may end."""

    def __init__(
        self,
        session: Session,
        windows: Windows,
        tray: Tray,
        states: ProfileStates,
        automatic: AutomaticBackups,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._session, self._windows, self._tray, self._automatic = session, windows, tray, automatic
        self._in_background = False
        self._closed = QTimer(self, interval=0, singleShot=True)  # while it closes, a window is visible still
        self._closed.timeout.connect(self.window_closed)
        windows.opened.connect(self._come_back)
        states.ended.connect(lambda *_: self.window_closed() if windows.main else None)

    def begin(self) -> None:
        """From now on the last window may end the program."""
        qt = QApplication.instance()
        assert isinstance(qt, QApplication)
        qt.lastWindowClosed.connect(self._closed.start)

    def ask(self) -> None:
        """Quit; while a run of this process goes on, not without a yes."""
        work.begin(self._ask())

    def quit(self) -> None:
        """End the program; runs are stopped first, and resume the next time."""
        work.begin(self._quit(PROGRAM_END))

    def window_closed(self) -> None:
        """Without a tray there is nothing left to click on: quit, unless backups would end with that. A run
        is let finish all the same."""
        if not self._tray.shown and self.unseen() and not self._in_background:
            work.begin(self._part())

    def unseen(self) -> bool:
        """Whether nothing goes on, and no window is there to show it."""
        shown = any(window.isVisible() for window in QApplication.topLevelWidgets())
        return not shown and not self._session.going_on()

    def _come_back(self) -> None:
        self._in_background = False

    async def _part(self) -> None:
        """The last window is closed, and there is no tray: go on unseen, or quit."""
        if not await self._automatic.ends_with_us():
            await self._quit(PROGRAM_END)
            return
        self._in_background = True
        if await self._may_end_backups():
            await self._quit(PROGRAM_END)

    async def _ask(self) -> None:
        if self._session.going_on() and not await self._may_stop_runs():
            return
        if not await self._automatic.ends_with_us() or await self._may_end_backups():
            await self._quit(YOU)

    async def _may_stop_runs(self) -> bool:
        from secretsbackup.desktop import prompts

        return await prompts.sure(
            self._windows.above(),
            _("Stop and quit?"),
            _(
                "A backup or restore is in progress. Nothing is lost if you stop it: the next "
                "one continues from there."
            ),
            _("&Stop and quit"),
            destroys=True,
        )

    async def _may_end_backups(self) -> bool:
        """Ask what is to become of backups; whether the program may end."""
        from secretsbackup.desktop import parting
        from secretsbackup.operations.setup import automatic_start

        at_login = await asyncio.to_thread(automatic_start.at_login)
        can_run = automatic_start.has_timer()
        match await parting.ask(self._windows.above(), at_login=at_login, can_run=can_run):
            case Parting.STAY:
                return False
            case Parting.QUIT:
                return True
            case Parting.TIMER:
                return await self._hand_to_timer()

    async def _hand_to_timer(self) -> bool:
        """Have the system's timer do the backups; what stood in the way is told, and we stay."""
        turning_on = self._automatic.turn_on(Starter.TIMER)
        await work.attempt(turning_on, lambda message: self._tray.notify(message, Shield.ATTENTION))
        return not await self._automatic.ends_with_us()

    async def _quit(self, by: str) -> None:
        await self._session.end(by)
        self.ended.emit()
