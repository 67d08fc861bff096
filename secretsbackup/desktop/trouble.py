"""What went wrong, as a person reads it: what happened, what to do now, and buttons that do it."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QWidget

from secretsbackup.desktop import icons, style, widgets
from secretsbackup.desktop.flow import Flow
from secretsbackup.desktop.help import show_help
from secretsbackup.words import Message
from secretsbackup.words.language import _

Remedy = tuple[str, Callable[[], object]]
"""A button's label and what it does."""


class Trouble(QFrame):
    """Hidden until there is something to tell."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "card")
        self._icon = QLabel()
        self._title, self._advice = widgets.sentence(), widgets.quiet()
        self._title.setSizePolicy(self._advice.sizePolicy())
        self._buttons = Flow()
        text = widgets.column(gap=1)
        text.addWidget(self._title)
        text.addWidget(self._advice)
        text.addWidget(self._buttons)
        row = QHBoxLayout(self)
        row.setContentsMargins(*[2 * style.GRID] * 4)
        row.setSpacing(2 * style.GRID)
        row.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(text, 1)
        self._draw()
        self.hide()

    def tell(self, message: Message, *remedies: Remedy) -> None:
        """Show it, in place of what was shown before."""
        self._title.setText(message.title)
        self._advice.setText(message.advice)
        self._advice.setVisible(bool(message.advice))
        self.setAccessibleName(str(message))
        self._buttons.clear()
        self._buttons.setVisible(bool(remedies or message.help))
        for label, do in remedies:
            self._buttons.add(widgets.button(label, do))
        if message.help:
            self._buttons.add(widgets.flat(_("Learn more"), lambda: show_help(message.help)))
        if self.isHidden():  # what is told already is told anew with every look at how things stand
            widgets.into_view(self)
        self.show()

    def clear_message(self) -> None:
        """Nothing is wrong."""
        self.hide()

    @property
    def title(self) -> str:
        """What is told now; empty where nothing is."""
        return "" if self.isHidden() else self._title.text()

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.PaletteChange:
            self._draw()
        super().changeEvent(event)

    def _draw(self) -> None:
        colour = style.warning_colour(self.palette())
        ratio = self.devicePixelRatioF()
        self._icon.setPixmap(icons.pixmap("warning", 24, line=colour, ratio=ratio))
