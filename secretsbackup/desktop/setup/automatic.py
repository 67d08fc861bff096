"""The offer to have backups start by themselves: a tick box, on by default, and what would start them."""

from collections.abc import Awaitable, Callable

from PySide6.QtWidgets import QCheckBox, QWidget

from secretsbackup import words
from secretsbackup.desktop import widgets, work
from secretsbackup.model import causes
from secretsbackup.model.automatic_start import Starter
from secretsbackup.model.outcome import Failure
from secretsbackup.operations.setup import automatic_start
from secretsbackup.words import Message

FindStarter = Callable[[], Awaitable[Starter | None]]
"""Finds what is to start the backups; None where something does already."""


class AutomaticOffer(QWidget):
    """Shown where automatic backups are wanted and nothing starts them yet."""

    def __init__(self, find: FindStarter) -> None:
        super().__init__()
        self._find = find
        self._starter: Starter | None = None
        self._wanted = False
        self.box = QCheckBox(words.automatically().replace("&", "&&"))
        self.box.setChecked(True)
        self._says = widgets.quiet()
        column = widgets.column(self)
        column.addWidget(self.box)
        column.addWidget(self._says)
        self.hide()

    @property
    def chosen(self) -> Starter | None:
        """What is to start backups from now on; None to leave that as it is."""
        return self._starter if self.box.isChecked() else None

    async def look(self) -> None:
        """Find out what would start them here."""
        self._starter = await self._find()
        self._says.setText(words.automatic(self._starter) if self._starter else "")
        self._show()

    def want(self, *, wanted: bool) -> None:
        """Show it from now on, or hide it."""
        self._wanted = wanted
        self._show()

    async def accept(self) -> tuple[Message, ...]:
        """Do what is ticked; what keeps backups from starting all the same."""
        starter = self.chosen
        if starter is None:
            return ()
        try:
            lacking = await automatic_start.turn_on(starter)
        except Failure as failure:
            return (work.told(failure),)
        return (words.reason(causes.NotStarted(lacking)),) if lacking else ()

    def _show(self) -> None:
        self.setVisible(self._wanted and self._starter is not None)
