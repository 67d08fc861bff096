"""The form: controls under their labels, and beside each what stands against it, once it was touched."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QLabel, QLineEdit, QWidget

from secretsbackup import words
from secretsbackup.desktop import style, widgets
from secretsbackup.model.draft import DraftProblem

_BEAT_MS = 50
"""Between two looks whether a mouse button is still held down."""


class Problem(NamedTuple):
    """A control by its name, and the sentence that belongs beside it."""

    field: str
    sentence: str


def of_draft(problem: DraftProblem) -> Problem:
    """What is said of a draft's problem."""
    return Problem(problem.field, words.problem(problem.fault))


class Form(QObject):
    """Knows which problem belongs beside which control; where these are laid out is its owner's affair.

    `problems` tells what stands against all that is typed now; it is quick.
    """

    checked = Signal(bool)
    """It was looked at again; whether all of it holds."""
    stray = Signal(str)
    """What stands against a field that has no place here, as a sentence."""

    def __init__(self, problems: Callable[[], Sequence[Problem]], parent: QObject) -> None:
        super().__init__(parent)
        self._problems = problems
        self._controls: dict[str, QWidget] = {}
        self._places: dict[str, QLabel] = {}
        self._touched: set[str] = set()
        self._released = QTimer(self, interval=_BEAT_MS, singleShot=True)
        self._released.timeout.connect(self.refresh)

    def add(
        self, name: str, label: str, control: QWidget, hint: str = "", *, within: QWidget | None = None
    ) -> QWidget:
        """A control under its label (with a mnemonic: "&Name"), and a place for what stands against it.

        What it gives is all of that, to be laid out, and hidden where it is not asked. `within` is what is
        laid out instead of the control, which lies in it.
        """
        self._controls[name] = control
        group = QWidget()
        box = widgets.column(group, gap=0)
        box.setSpacing(style.GRID // 2)
        if label:
            box.addWidget(labelled(label, control))
        box.addWidget(within or control)
        if hint:
            box.addWidget(widgets.quiet(hint))
            control.setAccessibleDescription(hint)
        box.addWidget(self.place(name))
        return group

    def place(self, name: str) -> QWidget:
        """A place for what stands against a field that has its control elsewhere."""
        made = self._places[name] = widgets.sentence()
        style.mark(made, "problem")
        made.hide()
        return made

    def control(self, name: str) -> QWidget:
        """The control of a field."""
        return self._controls[name]

    def touch(self, *names: str) -> None:
        """The user changed these fields: what stands against them may be said from now on."""
        self._touched.update(names)
        self.refresh()

    def touch_all(self) -> None:
        """The user is done: all that stands against it may be said."""
        self.touch(*self._places)

    def refresh(self) -> None:
        """Look again at what stands against it."""
        found = self._problems()
        if QGuiApplication.mouseButtons() == Qt.MouseButton.NoButton:
            self._show([problem for problem in found if problem.field in self._touched])
        else:  # a line that appears now would push away what is just being pressed
            self._released.start()
        self.checked.emit(not found)

    def show_problems(self, found: Sequence[Problem]) -> None:
        """Say these now, and go to the first of them."""
        self._touched.update(problem.field for problem in found)
        self._show(found)
        if found and found[0].field in self._controls:
            self._controls[found[0].field].setFocus()

    def says(self, problem: Problem) -> bool:
        """Whether this problem is shown beside its field already."""
        return problem.field in self._touched and problem.field in self._places

    def _show(self, found: Sequence[Problem]) -> None:
        for name, place in self._places.items():
            text = "\n".join(problem.sentence for problem in found if problem.field == name)
            place.setText(text)
            place.setVisible(bool(text))
            if name in self._controls:
                self._controls[name].setProperty("problem", text)
        strays = (one.sentence for one in found if one.sentence and one.field not in self._places)
        if sentence := next(strays, ""):
            self.stray.emit(sentence)


def labelled(label: str, control: QWidget) -> QLabel:
    """A label that leads to a control, which goes by its name; so does what one types into within it."""
    made, name = QLabel(label), label.replace("&", "")
    made.setBuddy(control)
    for one in (control, *control.findChildren(QLineEdit)):
        one.setAccessibleName(name)
    return made
