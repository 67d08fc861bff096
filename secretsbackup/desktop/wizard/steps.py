"""The steps of a wizard, on its left: those that are done have a tick, the one that is asked stands out."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QVBoxLayout

from secretsbackup.desktop import icons, style
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.words.language import _


class StepList(QFrame):
    """The steps: a tick for each that is done; the one that is asked now stands out."""

    def __init__(self, pages: Sequence[Page[Any]]) -> None:
        super().__init__()
        self.setProperty("kind", "steps")
        self.setAccessibleName(_("Steps"))
        self._pages, self._at = pages, 0
        self._shown: tuple[object, ...] = ()
        self._rows = [(QLabel(), QLabel(page.step)) for page in pages]
        box = QVBoxLayout(self)
        box.setContentsMargins(*[3 * style.GRID] * 4)
        box.setSpacing(2 * style.GRID)
        for mark, name in self._rows:
            row = QHBoxLayout()
            row.setSpacing(style.GRID)
            mark.setFixedWidth(2 * style.GRID)
            row.addWidget(mark)
            row.addWidget(name, 1)
            box.addLayout(row)
        box.addStretch(1)
        self.setMinimumWidth(22 * style.GRID)

    def show_at(self, index: int) -> None:
        self._at = index
        self.refresh()

    def refresh(self) -> None:
        """Drawn only when there is something new: a page looks again at every key that is pressed."""
        shown = (self._at, *(page.wanted() for page in self._pages), self.palette().cacheKey())
        if shown == self._shown:
            return
        self._shown = shown
        for number, (page, (mark, name)) in enumerate(zip(self._pages, self._rows, strict=True)):
            wanted = page.wanted()
            mark.setVisible(wanted)
            name.setVisible(wanted)
            style.mark(name, "sentence" if number <= self._at else "quiet")
            font = name.font()
            font.setBold(number == self._at)
            name.setFont(font)
            mark.setPixmap(self._mark(number))
            name.setAccessibleDescription(_("done") if number < self._at else "")

    def _mark(self, number: int) -> QPixmap:
        name = "check" if number < self._at else "next" if number == self._at else "circle"
        colour = style.accent(self.palette()) if number <= self._at else style.line_colour(self.palette())
        return icons.pixmap(name, 16, line=colour, ratio=self.devicePixelRatioF())

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.PaletteChange:
            self.refresh()
        super().changeEvent(event)
