"""The restore itself, as it goes on. It goes on too where the wizard is closed."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from secretsbackup.desktop import style, work
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.restore.subject import Subject
from secretsbackup.desktop.run_trace import RunSamples
from secretsbackup.desktop.running import Running
from secretsbackup.desktop.session import Session
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model.event import RunEnded, Verb, Warned
from secretsbackup.model.outcome import YOU, Outcome
from secretsbackup.model.status import Status, after
from secretsbackup.operations.run.runner import Ask, Recipe, RunHandle
from secretsbackup.words.language import _

if TYPE_CHECKING:
    import asyncio


_SHOWN = 1000
"""So many warnings are kept to be read here; the log has them all."""


class ProgressPage(Page[Outcome | None]):
    """`over` once it has ended, however that was; `warnings` are what could not be restored."""

    over = Signal()

    def __init__(
        self,
        session: Session,
        subject: Callable[[], Subject | None],
        recipe: Callable[[], Recipe],
        ask: Ask,
    ) -> None:
        super().__init__(
            _("Restore"),
            _("Restoring your files"),
            _("You can close this window. The restore continues, and the tray tells you when it is done."),
        )
        self.final = self.plain = True
        self._session, self._subject, self._recipe, self._ask = session, subject, recipe, ask
        self._live: RunHandle | None = None
        self._following: asyncio.Task[None] | None = None
        self._outcome: Outcome | None = None
        self.warnings: list[Warned] = []
        self._running = Running(self.stop)
        self.body.addWidget(self._running)
        self._running.setMinimumHeight(16 * style.GRID)

    @property
    def answer(self) -> Outcome | None:
        return self._outcome

    @property
    def handle(self) -> RunHandle | None:
        """The run, once it has begun."""
        return self._live

    def problems(self) -> Sequence[Problem]:
        if self._outcome is None:
            return [Problem("run", _("The restore is in progress."))]
        return ()

    def entered(self) -> None:
        """Begin, unless it goes on already."""
        subject = self._subject()
        if subject is None or (self._live is not None and self._outcome is None):
            return
        self._outcome, self.warnings = None, []
        self._live = self._session.run(
            self._recipe(), Verb.RESTORE, subject.profile, ask=self._ask, opened_by=subject.opened_by
        )
        if self._live is not None:
            self._following = work.begin(self._follow(self._live, subject))

    def stop(self) -> None:
        """Stop it; what is there already stays, and one can go on from there."""
        if self._live is not None:
            self._live.cancel(YOU)

    async def _follow(self, handle: RunHandle, subject: Subject) -> None:
        status, trace = Status(profile=subject.profile.name, verb=Verb.RESTORE), RunSamples()
        async for moment in handle.moments():
            trace.hear(moment.event)
            status = after(status, moment)
            match moment.event:
                case RunEnded(outcome=outcome):
                    self._outcome = outcome
                case Warned() as warned if len(self.warnings) < _SHOWN:
                    self.warnings.append(warned)
                case _:
                    pass
            if status.running:
                self._running.show_run(status, trace)
        self.refresh()
        self.over.emit()
