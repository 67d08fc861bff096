"""The steps of setting up while they are done: a ring while one goes on, then its tick."""

from collections.abc import Iterable
from typing import assert_never

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from secretsbackup import words
from secretsbackup.desktop import icons, style, widgets
from secretsbackup.model.created import PartDone, PartResult
from secretsbackup.model.plan import Task, TaskTold
from secretsbackup.words import Message
from secretsbackup.words.language import _

_TROUBLED = {
    PartResult.REFUSED,
    PartResult.TAKEN_BACK,
    PartResult.SPARED,
    PartResult.UNKNOWN_THERE,
    PartResult.KEPT,
}


class Tasks(QWidget):
    """One row a step, in the order in which they begin."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("Set-up steps"))
        self._box = widgets.column(self, gap=1)
        self._rows: dict[str, _Row] = {}

    def clear(self) -> None:
        """Begin anew."""
        while item := self._box.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        self._rows = {}

    def expect(self, tasks: Iterable[Task]) -> None:
        """Show what is to come."""
        self.clear()
        for task in tasks:
            self._row(task, words.task(task))

    def tell(self, told: TaskTold | PartDone) -> QWidget:
        """Show that a step began or ended; its row, which is to be seen now."""
        match told:
            case TaskTold(task=task, over=over, cause=cause):
                wrong = words.reason(cause) if cause else None
                row = self._row(task, words.task(task))
                row.show_state(over=over, wrong=wrong)
            case PartDone(part=part, how=how):
                wrong = words.did(told) if how in _TROUBLED else None
                row = self._row(f"part {part}", words.part(part), deeper=True)
                row.show_state(over=how is not PartResult.BEGUN, wrong=wrong)
            case _:
                assert_never(told)
        return row

    def stop(self) -> None:
        """What goes on has come to an end, and not a good one."""
        for row in self._rows.values():
            row.stop()

    @property
    def done(self) -> list[str]:
        """The steps that ended well."""
        return [name for name, row in self._rows.items() if row.state == "done"]

    def _row(self, name: str | Task, title: str, *, deeper: bool = False) -> "_Row":
        """A part of a step stands below it."""
        if name not in self._rows:
            row = self._rows[str(name)] = _Row(title, deeper=deeper)
            parts = [one for one in self._rows if one.startswith("part ")]
            above = self._rows.get(Task.BUCKET) if deeper else None
            at = self._box.indexOf(above) + len(parts) if above else self._box.count()
            self._box.insertWidget(at, row)
        return self._rows[str(name)]


class _Row(QWidget):
    def __init__(self, title: str, *, deeper: bool) -> None:
        super().__init__()
        self.state = "to come"
        self._title = title
        self._mark, self._name, self._advice = QLabel(), widgets.sentence(title), widgets.quiet()
        text = widgets.column(gap=0)
        text.addWidget(self._name)
        text.addWidget(self._advice)
        row = QHBoxLayout(self)
        row.setContentsMargins(3 * style.GRID if deeper else 0, 0, 0, 0)
        row.setSpacing(style.GRID)
        row.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(text, 1)
        self._advice.hide()
        self._draw("circle", style.line_colour(self.palette()))

    def show_state(self, *, over: bool, wrong: Message | None) -> None:
        """Going on, done, or done with something to say."""
        if wrong:
            self.state = "troubled"
            self._name.setText(wrong.title)
            self._advice.setText(wrong.advice)
            self._advice.setVisible(bool(wrong.advice))
            self._draw("warning", style.warning_colour(self.palette()))
        elif over:
            self.state = "done"
            self._draw("check", style.accent(self.palette()))
        else:
            self.state = "going on"
            self._draw("dot", style.accent(self.palette()))
        self.setAccessibleName(f"{self._name.text()}: {self.state}")

    def stop(self) -> None:
        """Show that the task is not going on any more."""
        if self.state == "going on":
            self.state = "stopped"
            self._draw("failed", style.danger_colour(self.palette()))
            self.setAccessibleName(f"{self._title}: {self.state}")

    def _draw(self, name: str, colour: QColor) -> None:
        self._mark.setPixmap(icons.pixmap(name, 20, line=colour, ratio=self.devicePixelRatioF()))
