"""A few choices, one below the other: each a name and, more quietly, what it means."""

import re
from collections.abc import Iterable
from typing import Generic, TypeVar

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QLabel, QRadioButton, QWidget

from secretsbackup.desktop import style, widgets

T = TypeVar("T")


class Choices(QWidget, Generic[T]):
    """Radio buttons that stand for values."""

    changed = Signal()

    def __init__(self, name: str, choices: Iterable[tuple[T, str, str]] = ()) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self._group = QButtonGroup(self)
        self._group.idToggled.connect(self._toggled)
        self._values: list[T] = []
        self._rows: list[QWidget] = []
        self._said: dict[T, QLabel] = {}
        self._box = widgets.column(self, gap=2)
        for value, label, about in choices:
            self.add(value, label, about)

    def add(self, value: T, label: str, about: str = "", below: QWidget | None = None) -> QRadioButton:
        """One more; `below` belongs to it and is there only while it is chosen."""
        row = QWidget()
        button = QRadioButton(label)
        button.setAccessibleDescription(about)
        box = widgets.column(row, gap=0)
        box.addWidget(button)
        inner = widgets.column(gap=1)
        inner.setContentsMargins(self.fontMetrics().height() + style.GRID, style.GRID // 4, 0, 0)
        said = self._said[value] = widgets.quiet(_breakable(about))
        said.setVisible(bool(about))
        inner.addWidget(said)
        if below:
            inner.addWidget(below)
            below.setVisible(False)
            button.toggled.connect(below.setVisible)
        box.addLayout(inner)
        self._group.addButton(button, len(self._values))
        self._values.append(value)
        self._rows.append(row)
        self._box.addWidget(row)
        self.setFocusProxy(self._group.buttons()[0])
        return button

    def clear(self) -> None:
        """Take all of them away."""
        for button, row in zip(self._group.buttons(), self._rows, strict=True):
            self._group.removeButton(button)
            row.deleteLater()
        self._values, self._rows, self._said = [], [], {}

    def describe(self, value: T, about: str) -> None:
        """Say something else about a choice."""
        self._said[value].setText(_breakable(about))
        self.button(value).setAccessibleDescription(about)

    def offer(self, value: T, *, offered: bool) -> None:
        """Show a choice, or do not."""
        self._rows[self._values.index(value)].setVisible(offered)

    @property
    def values(self) -> tuple[T, ...]:
        """What can be chosen."""
        return tuple(self._values)

    @property
    def value(self) -> T | None:
        """What is chosen."""
        chosen = self._group.checkedId()
        return self._values[chosen] if chosen >= 0 else None

    def choose(self, value: T | None) -> None:
        """Choose this; nothing happens where it is not offered."""
        if value in self._values:
            self._group.button(self._values.index(value)).setChecked(True)

    def button(self, value: T) -> QRadioButton:
        """The button that stands for a value."""
        button = self._group.button(self._values.index(value))
        assert isinstance(button, QRadioButton)
        return button

    def _toggled(self, _id: int, on: bool) -> None:
        if on:
            self.changed.emit()


def _breakable(text: str) -> str:
    """A long path may go on in the next line after each slash, instead of making its window wider."""
    return re.sub(r"/(?=[^/\s])", "/\N{ZERO WIDTH SPACE}", text)
