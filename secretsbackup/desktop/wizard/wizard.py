"""The frame of every wizard: the steps with ticks on the left, one question on the right, Back and Next.

Next is lit when the page holds; what stands against it is said beside its field. The owner shows a wizard
again after it was closed, and finds everything as it was typed.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QDialog, QFrame, QHBoxLayout, QPushButton, QScrollArea, QStackedWidget, QWidget

from secretsbackup.desktop import style, widgets, work
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.help import offer_help
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.desktop.wizard.steps import StepList
from secretsbackup.words.language import _

if TYPE_CHECKING:
    import asyncio


class Wizard(QDialog):
    """Asks its pages one after the other. It is not gone when it is closed: show it again to go on."""

    completed = Signal()
    """The last page let go on; the answers are on the pages."""

    moved = Signal(int)
    """Another page is shown: its index."""

    def __init__(
        self, title: str, pages: Sequence[Page[Any]], last: str = "", parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.pages = list(pages)
        self._last = last or _("&Finish")
        self._checking: asyncio.Task[None] | None = None
        self._steps = StepList(self.pages)
        self._stack = QStackedWidget()
        for page in self.pages:
            self._stack.addWidget(_scrolled(page))
            page.complete.connect(self._light)
            page.retry.connect(self.next)
            page.go.connect(self.show_page)
            for button in page.findChildren(QPushButton):
                button.setAutoDefault(False)  # Return goes on, wherever the keyboard is; Space presses
        self._missing = widgets.quiet()
        self._back = widgets.button(_("&Back"), self.back)
        self._next = widgets.primary(_("&Next"), self.next)
        self._back.setAutoDefault(False)
        self._next.setDefault(True)
        self._lay_out()
        self.resize(100 * style.GRID, 70 * style.GRID)
        self.go(0)

    @property
    def page(self) -> Page[Any]:
        """The page that is shown."""
        return self.pages[self._stack.currentIndex()]

    @property
    def index(self) -> int:
        """Where in the pages one is."""
        return self._stack.currentIndex()

    @property
    def checking(self) -> bool:
        """Whether a page is being checked, before it lets go on."""
        return self._checking is not None

    def go(self, index: int) -> None:
        """Show a page; used to go on where one was."""
        self._stack.setCurrentIndex(index)
        self.page.entered()
        self._steps.show_at(index)
        self._light()
        self.setAccessibleDescription(self.page.title)
        if self.page.final:
            self._next.setFocus()
        else:
            _focus_first(self.page)
        self.moved.emit(index)

    def show_page(self, page: Page[Any]) -> None:
        """Show one of the pages."""
        self.go(self.pages.index(page))

    def next(self) -> None:
        """Check the page, then show the next one, or be done."""
        if self._next.isEnabled() and self._checking is None:
            self._checking = work.begin(self._settle())

    def back(self) -> None:
        """Show the page before; a check that goes on is given up."""
        if self._checking is not None:
            self._checking.cancel()
        elif (before := self._before()) is not None:
            self.go(before)

    def reject(self) -> None:
        """Close; a check that goes on is given up."""
        if self._checking is not None:
            self._checking.cancel()
        super().reject()

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        room = self.width() > 90 * self.fontMetrics().averageCharWidth()
        self._steps.setVisible(room)
        super().resizeEvent(event)

    async def _settle(self) -> None:
        self._light()
        try:
            goes_on = await self.page.settle()
        finally:
            self._checking = None
            self._light()
        if goes_on:
            after = self._after()
            if after is None:
                self.completed.emit()
            else:
                self.go(after)

    def _after(self) -> int | None:
        return next((n for n in range(self.index + 1, len(self.pages)) if self.pages[n].wanted()), None)

    def _before(self) -> int | None:
        return next((n for n in range(self.index - 1, -1, -1) if self.pages[n].wanted()), None)

    def _light(self) -> None:
        checking = self._checking is not None and not self._checking.done()
        found = self.page.problems()
        self._next.setText(self.page.forward or (self._last if self._after() is None else _("&Next")))
        self._next.setEnabled(not found and not checking)
        self._back.setText(_("&Stop") if checking else _("&Back"))
        self._back.setEnabled(checking or (self._before() is not None and not self.page.final))
        self._missing.setText(self._unsaid(found))
        self._steps.refresh()

    def _unsaid(self, found: Sequence[Problem]) -> str:
        """What stands against the page and is not to be read there already."""
        if self.page.plain:
            return ""
        return next((one.sentence for one in found if not self.page.form.says(one)), "")

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setContentsMargins(*[2 * style.GRID] * 4)
        buttons.setSpacing(style.GRID)
        buttons.addWidget(offer_help(self, lambda: self.page.help))
        buttons.addWidget(self._missing, 1)
        buttons.addWidget(self._back)
        buttons.addWidget(self._next)
        right = widgets.column(gap=0)
        right.addWidget(self._stack, 1)
        right.addWidget(widgets.rule())
        right.addLayout(buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._steps)
        row.addLayout(right, 1)


def _scrolled(page: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(page)
    return area


def _focus_first(page: QWidget) -> None:
    """The keyboard goes on where the question is."""
    for child in page.findChildren(QWidget):
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisibleTo(page) and child.isEnabled():
            child.setFocus()
            return
