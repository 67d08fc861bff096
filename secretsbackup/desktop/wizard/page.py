"""A page of a wizard: one question in the user's words, and one typed answer."""

from collections.abc import Awaitable, Sequence
from typing import Generic, TypeVar

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QProgressBar, QWidget
from shiboken6 import isValid

from secretsbackup.desktop import style, widgets, work
from secretsbackup.desktop.form import Form, Problem
from secretsbackup.desktop.trouble import Remedy, Trouble
from secretsbackup.model.outcome import Failure, Skip
from secretsbackup.words import Message
from secretsbackup.words.language import _

T = TypeVar("T")
Awaited = TypeVar("Awaited")


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
    plain = False
    """Whether what stands against it is plain to see, and need not be said."""
    complete = Signal(bool)
    """Something changed; whether the page holds now."""
    retry = Signal()
    """Asks to go on, as if Next were pressed."""
    go = Signal(QWidget)
    """Asks for another page of the same wizard."""

    def __init__(self, step: str, title: str, cause: str = "") -> None:
        super().__init__()
        self.step, self.title, self.cause = step, title, cause
        self._headline, self._why = widgets.headline(title), widgets.quiet(cause)
        self._why.setVisible(bool(cause))
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
        self.form = Form(self.problems, self)
        self.form.checked.connect(self.complete)
        self.form.stray.connect(lambda sentence: self.tell(Message(sentence)))
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
        group = self.form.add(name, label, control, hint)
        self.body.addWidget(group)
        return group

    def touch(self, *fields: str) -> None:
        """The user changed these fields: what stands against them may be said from now on."""
        self.form.touch(*fields)

    def refresh(self) -> None:
        """Look again at what stands against the page."""
        self.form.refresh()

    @property
    def holds(self) -> bool:
        """Whether nothing stands against it."""
        return not self.problems()

    def ask(self, title: str, cause: str = "") -> None:
        """Ask something else than before."""
        self.title, self.cause = title, cause
        self._headline.setText(title)
        self._why.setText(cause)
        self._why.setVisible(bool(cause))

    def tell(self, message: Message, *remedies: Remedy) -> None:
        """Say what went wrong here, with buttons that help."""
        self._trouble.tell(message, *remedies)

    def clear_message(self) -> None:
        """Take it back."""
        self._trouble.clear_message()

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
        self.clear_message()
        self._busy(_("One moment…"))
        try:
            found = [*self.problems(), *await self.check()]
        except (Failure, Skip, OSError) as error:
            self.tell(work.told(error))
            return False
        finally:
            self._busy(None)
        self.form.show_problems(found)
        return not found

    def _busy(self, doing: str | None) -> None:
        if not isValid(self._doing):  # what was given up may end after its page is gone
            return
        self._doing.setText(doing or "")
        self._doing.setVisible(doing is not None)
        self._bar.setVisible(doing is not None)
