"""Controls that several pages have: a secret, a folder to choose, something to copy."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QFontDatabase, QGuiApplication, QIcon
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QWidget

from secretsbackup.desktop import icons, style, widgets
from secretsbackup.model.secret import Secret
from secretsbackup.words.language import _

_COPIED = 2000
"""Milliseconds for which a button says that it copied."""

_ROWS = 8


class SecretField(QLineEdit):
    """A secret: not shown unless somebody asks for it, and given on as a Secret only."""

    def __init__(self) -> None:
        super().__init__()
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self._show = self.addAction(QIcon(), QLineEdit.ActionPosition.TrailingPosition)
        icons.put(self._show, "eye")
        self._show.setCheckable(True)
        self._show.setToolTip(_("Show what you type"))
        self._show.toggled.connect(self._reveal)

    @property
    def secret(self) -> Secret:
        """What is typed, without the spaces that come with a paste."""
        return Secret(self.text().strip())

    def _reveal(self, on: bool) -> None:
        self.setEchoMode(QLineEdit.EchoMode.Normal if on else QLineEdit.EchoMode.Password)


class FolderField(QWidget):
    """A path, typed or chosen."""

    def __init__(self, title: str, *, file: bool = False) -> None:
        super().__init__()
        self._title, self._file = title, file
        self.line = QLineEdit()
        self.setFocusProxy(self.line)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(style.GRID)
        row.addWidget(self.line, 1)
        self.browse = widgets.button(_("&Choose…"), self._choose)
        self.browse.setAutoDefault(False)
        row.addWidget(self.browse)

    def setAccessibleName(self, name: str) -> None:  # noqa: N802 - Qt's name
        """Both it and its line go by this name."""
        super().setAccessibleName(name)
        self.line.setAccessibleName(name)

    @property
    def path(self) -> str:
        """What is typed or chosen."""
        return self.line.text().strip()

    def _choose(self) -> None:
        dialog = QFileDialog(self, self._title, self.path)
        if not self._file:
            dialog.setFileMode(QFileDialog.FileMode.Directory)
            dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.fileSelected.connect(self.line.setText)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()


def copy_button(text: Callable[[], str], about: str) -> QPushButton:
    """A button that copies a text, and says for a moment that it did."""

    def copy() -> None:
        QGuiApplication.clipboard().setText(text())
        made.setText(_("Copied"))
        QTimer.singleShot(_COPIED, made, lambda: made.setText(_("Copy")))

    made = widgets.button(_("Copy"), copy)
    icons.put(made, "copy")
    made.setAccessibleName(_("Copy {what}").format(what=about))
    made.setAutoDefault(False)
    return made


def code(text: str, name: str) -> QPlainTextEdit:
    """A text for machines, as it is to be pasted; a few lines of it are seen at a time."""
    made = QPlainTextEdit(text)
    made.setReadOnly(True)
    made.setTabChangesFocus(True)
    made.setAccessibleName(name)
    made.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
    made.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
    rows = min(_ROWS, text.count("\n") + 1)
    made.setFixedHeight((rows + 1) * made.fontMetrics().lineSpacing() + 2 * style.GRID)
    return made


def beside(*widgets: QWidget) -> QWidget:
    """Widgets in a row that begins at the left."""
    made = QWidget()
    row = QHBoxLayout(made)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(style.GRID)
    for widget in widgets:
        row.addWidget(widget)
    row.addStretch(1)
    return made
