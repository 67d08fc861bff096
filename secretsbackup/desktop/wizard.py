"""The frame of every wizard: the steps with ticks on the left, one question on the right, Back and Next.

A page asks one thing in the user's words and has one typed answer. Next is lit when the page holds;
what stands against it is said beside its field. The owner shows a wizard again after it was closed,
and finds everything as it was typed.
"""

from collections.abc import Awaitable, Sequence
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)
from shiboken6 import isValid

from secretsbackup.desktop import icons, style, widgets, work
from secretsbackup.desktop.help import offer_help
from secretsbackup.desktop.trouble import Remedy, Trouble
from secretsbackup.model.draft import Problem
from secretsbackup.model.outcome import Failure, Skip
from secretsbackup.words import Message
from secretsbackup.words.language import _

if TYPE_CHECKING:
    import asyncio

T = TypeVar("T")
Awaited = TypeVar("Awaited")


_BEAT = 50
"""Milliseconds between two looks whether a mouse button is still held down."""


class Page(QWidget, Generic[T]):
    """One question. A page of yours fills `body`, and gives `answer` and `problems`.

    `step` is its name on the left, `title` asks in the user's words, `why` says in two lines what for.
    """

    forward = ""
    """What is written on the button that goes on, if it does more than that."""
    help = "first-backup"
    """The page of the handbook that is about it; PAGE#SECTION for a part of one."""
    final = False
    """Whether there is no way back from here: it is done."""
    complete = Signal(bool)
    """Something changed; whether the page holds now."""

    def __init__(self, step: str, title: str, why: str = "") -> None:
        super().__init__()
        self.step, self.title, self.why = step, title, why
        self._headline, self._why = widgets.headline(title), widgets.quiet(why)
        self._why.setVisible(bool(why))
        self._trouble = Trouble()
        self._doing, self._bar = widgets.quiet(), QProgressBar()
        self._bar.setRange(0, 0)
        self._bar.setTextVisible(False)
        self._bar.setMaximumHeight(style.GRID // 2)
        self.body = widgets.column(gap=2)
        self.setMaximumWidth(widgets.text_width(self.fontMetrics()) * 3 // 2)
        outer = widgets.column(self, margin=3, gap=1)
        outer.addWidget(self._headline)
        outer.addWidget(self._why)
        outer.addSpacing(2 * style.GRID)
        outer.addLayout(self.body)
        below: tuple[QWidget, ...] = (self._trouble, self._doing, self._bar)
        for widget in below:
            outer.addWidget(widget)
        outer.addStretch(1)
        self._fields: dict[str, tuple[QWidget, QLabel]] = {}
        self._touched: set[str] = set()
        self._released = QTimer(self, interval=_BEAT, singleShot=True)
        self._released.timeout.connect(self.refresh)
        self._busy(None)

    # What a page of yours gives.

    @property
    def answer(self) -> T:
        """What was chosen here: one value."""
        raise NotImplementedError

    def problems(self) -> Sequence[Problem]:
        """What stands against it now, each with the field that it is about; quick, nothing is asked."""
        return ()

    def wanted(self) -> bool:
        """Whether this question is to be asked at all, after the answers before it."""
        return True

    def entered(self) -> None:
        """The page is shown now; the answers of the pages before it are there."""

    async def check(self) -> Sequence[Problem]:
        """Try what takes its time, once Next is pressed: no problem lets it go on; a Failure is told."""
        return ()

    # What a page of yours may use.

    def add_field(self, name: str, label: str, control: QWidget, hint: str = "") -> QWidget:
        """A control under its label (with a mnemonic: "&Name"), and a place for what stands against it.

        What it gives is all of that, to be hidden where it is not asked.
        """
        problem = widgets.sentence()
        style.mark(problem, "problem")
        problem.hide()
        self._fields[name] = (control, problem)
        group = QWidget()
        box = widgets.column(group, gap=0)
        box.setSpacing(style.GRID // 2)
        if label:
            title = QLabel(label)
            title.setBuddy(control)
            box.addWidget(title)
            _name(control, label.replace("&", ""))
        box.addWidget(control)
        if hint:
            box.addWidget(widgets.quiet(hint))
            control.setAccessibleDescription(hint)
        box.addWidget(problem)
        self.body.addWidget(group)
        return group

    def touch(self, *fields: str) -> None:
        """The user changed these fields: what stands against them may be said from now on."""
        self._touched.update(fields)
        self.refresh()

    def refresh(self) -> None:
        """Look again at what stands against the page."""
        found = self.problems()
        if QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton:
            self._show([problem for problem in found if problem.field in self._touched])
        else:  # a line that appears now would push away what is just being pressed
            self._released.start()
        self.complete.emit(not found)

    def says(self, problem: Problem) -> bool:
        """Whether this problem is shown beside its field already."""
        return problem.field in self._touched and problem.field in self._fields

    @property
    def holds(self) -> bool:
        """Whether nothing stands against it."""
        return not self.problems()

    def ask(self, title: str, why: str = "") -> None:
        """Ask something else than before."""
        self.title, self.why = title, why
        self._headline.setText(title)
        self._why.setText(why)
        self._why.setVisible(bool(why))

    def tell(self, message: Message, *remedies: Remedy) -> None:
        """Say what went wrong here, with buttons that help."""
        self._trouble.tell(message, *remedies)

    def untell(self) -> None:
        """Take it back."""
        self._trouble.untell()

    async def during(self, doing: str, awaited: Awaitable[Awaited]) -> Awaited:
        """Await something while the page says what it is doing."""
        self._busy(doing)
        try:
            return await awaited
        finally:
            self._busy(None)

    # What the wizard uses.

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        """No height: a text is as high as its width lets it be, which the scroll area asks for by itself."""
        return QSize(super().minimumSizeHint().width(), 0)

    async def settle(self) -> bool:
        """Check the page; whether it lets go on. What stands against it is shown."""
        self.untell()
        self._busy(_("One moment…"))
        try:
            found = [*self.problems(), *await self.check()]
        except (Failure, Skip, OSError) as error:
            self.tell(work.told(error))
            return False
        finally:
            self._busy(None)
        self._touched.update(problem.field for problem in found)
        self._show(found)
        if found and found[0].field in self._fields:
            self._fields[found[0].field][0].setFocus()
        return not found

    def _show(self, found: Sequence[Problem]) -> None:
        for name, (control, label) in self._fields.items():
            text = "\n".join(problem.sentence for problem in found if problem.field == name)
            label.setText(text)
            label.setVisible(bool(text))
            control.setProperty("problem", text)
        other = [one.sentence for one in found if one.sentence and one.field not in self._fields]
        if other:
            self.tell(Message(other[0]))

    def _busy(self, doing: str | None) -> None:
        if not isValid(self._doing):  # what was given up may end after its page is gone
            return
        self._doing.setText(doing or "")
        self._doing.setVisible(doing is not None)
        self._bar.setVisible(doing is not None)


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
        self._steps = _Steps(self.pages)
        self._stack = QStackedWidget()
        for page in self.pages:
            self._stack.addWidget(_scrolled(page))
            page.complete.connect(self._light)
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
        self._missing.setText(next((one.sentence for one in found if not self.page.says(one)), ""))
        self._steps.refresh()

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


class _Steps(QFrame):
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


def _scrolled(page: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    area.setWidget(page)
    return area


def _name(control: QWidget, name: str) -> None:
    """Name a control to a screen reader, and what one types into within it."""
    control.setAccessibleName(name)
    for line in control.findChildren(QLineEdit):
        line.setAccessibleName(name)


def _focus_first(page: QWidget) -> None:
    """The keyboard goes on where the question is."""
    for child in page.findChildren(QWidget):
        if child.focusPolicy() & Qt.FocusPolicy.TabFocus and child.isVisibleTo(page) and child.isEnabled():
            child.setFocus()
            return
