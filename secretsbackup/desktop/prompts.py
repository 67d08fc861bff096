"""Asking a person: for a passphrase, which leaves here as a Secret and is kept nowhere, or for a yes."""

import asyncio
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QWidget

from secretsbackup.desktop import style, widgets
from secretsbackup.model.secret import Secret
from secretsbackup.words.language import _

_T = TypeVar("_T")


async def passphrase(parent: QWidget | None = None, *, about: str = "") -> Secret | None:
    """Ask for the passphrase of the key; None if nobody wants to give it."""
    dialog = _Passphrase(parent, about)
    try:
        return dialog.secret() if await _accepted(dialog) else None
    finally:
        dialog.forget()
        dialog.deleteLater()


async def sure(parent: QWidget | None, title: str, text: str, yes: str, *, destroys: bool = False) -> bool:
    """Ask for a yes, which is not the default where it destroys something."""
    dialog = Sure(parent, title, text, yes, destroys=destroys)
    try:
        return await _accepted(dialog)
    finally:
        dialog.deleteLater()


async def _accepted(dialog: QDialog) -> bool:
    """Show it, above its parent if there is one, and wait for the answer."""
    answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    dialog.finished.connect(lambda result: _settle(answered, result))
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
    return await answered == QDialog.DialogCode.Accepted


def _settle(answered: "asyncio.Future[_T]", answer: _T) -> None:
    if not answered.done():
        answered.set_result(answer)


class Dialog(QDialog):
    """A dialog as high as its text takes at its width: Qt's own guess is that of a narrower one."""

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        width = 56 * style.GRID
        self.setMinimumWidth(width)
        if box := self.layout():
            self.resize(width, box.totalHeightForWidth(width))
        super().showEvent(event)


class _Passphrase(Dialog):
    def __init__(self, parent: QWidget | None, about: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Passphrase"))
        self._typed = QLineEdit()
        self._typed.setEchoMode(QLineEdit.EchoMode.Password)
        self._typed.setAccessibleName(_("Passphrase of your key"))
        go_on = widgets.primary(_("&Unlock"), self.accept)
        go_on.setDefault(True)
        go_on.setEnabled(False)
        self._typed.textChanged.connect(lambda text: go_on.setEnabled(bool(text)))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(widgets.button(_("&Cancel"), self.reject))
        buttons.addWidget(go_on)
        box = widgets.column(self, margin=3, gap=2)
        box.addWidget(widgets.headline(_("Enter your key’s passphrase")))
        box.addWidget(widgets.quiet(about or _("It unlocks your backups this one time and is not stored.")))
        box.addWidget(self._typed)
        box.addLayout(buttons)

    def secret(self) -> Secret | None:
        return Secret(self._typed.text()) if self._typed.text() else None

    def forget(self) -> None:
        self._typed.clear()


class Sure(Dialog):
    """A question, what it means, and two answers."""

    def __init__(self, parent: QWidget | None, title: str, text: str, yes: str, *, destroys: bool) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        agree = widgets.button(yes, self.accept) if destroys else widgets.primary(yes, self.accept)
        if destroys:
            style.mark(agree, "danger")
        refuse = widgets.button(_("&Cancel"), self.reject)
        (refuse if destroys else agree).setDefault(True)
        (refuse if destroys else agree).setFocus()
        buttons = QHBoxLayout()
        buttons.setSpacing(style.GRID)
        buttons.addStretch(1)
        buttons.addWidget(refuse)
        buttons.addWidget(agree)
        box = widgets.column(self, margin=3, gap=2)
        box.addWidget(widgets.headline(title))
        box.addWidget(widgets.sentence(text))
        box.addLayout(buttons)
