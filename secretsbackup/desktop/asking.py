"""Asking a person: for a passphrase, which leaves here as a Secret and is kept nowhere, or for a yes."""

import asyncio
from typing import TypeVar

from PySide6.QtWidgets import QDialog, QHBoxLayout, QLineEdit, QMessageBox, QWidget

from secretsbackup.desktop import look
from secretsbackup.language import _
from secretsbackup.model.secret import Secret

_T = TypeVar("_T")


async def passphrase(parent: QWidget | None = None, *, about: str = "") -> Secret | None:
    """Ask for the passphrase of the key; None if nobody wants to give it."""
    dialog = _Passphrase(parent, about)
    answered: asyncio.Future[int] = asyncio.get_running_loop().create_future()
    dialog.finished.connect(lambda result: _settle(answered, result))
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
    try:
        accepted = await answered == QDialog.DialogCode.Accepted
        return dialog.secret() if accepted else None
    finally:
        dialog.forget()
        dialog.deleteLater()


def _settle(answered: "asyncio.Future[_T]", answer: _T) -> None:
    if not answered.done():
        answered.set_result(answer)


class _Passphrase(QDialog):
    def __init__(self, parent: QWidget | None, about: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Passphrase"))
        self._typed = QLineEdit()
        self._typed.setEchoMode(QLineEdit.EchoMode.Password)
        self._typed.setAccessibleName(_("Passphrase of your key"))
        go_on = look.primary(_("&Go on"), self.accept)
        go_on.setDefault(True)
        go_on.setEnabled(False)
        self._typed.textChanged.connect(lambda text: go_on.setEnabled(bool(text)))
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(look.button(_("&Cancel"), self.reject))
        buttons.addWidget(go_on)
        box = look.column(self, margin=3, gap=2)
        box.addWidget(look.headline(_("The passphrase of your key, please")))
        box.addWidget(look.quiet(about or _("It opens your backups for this run, and is not kept.")))
        box.addWidget(self._typed)
        box.addLayout(buttons)
        self.setMinimumWidth(56 * look.GRID)

    def secret(self) -> Secret | None:
        return Secret(self._typed.text()) if self._typed.text() else None

    def forget(self) -> None:
        self._typed.clear()


async def sure(parent: QWidget | None, title: str, text: str, yes: str, *, destroys: bool = False) -> bool:
    """Ask for a yes, which is not the default where it destroys something."""
    box = QMessageBox(
        QMessageBox.Icon.Warning if destroys else QMessageBox.Icon.Question, title, title, parent=parent
    )
    box.setInformativeText(text)
    agree = box.addButton(
        yes, QMessageBox.ButtonRole.DestructiveRole if destroys else QMessageBox.ButtonRole.AcceptRole
    )
    refuse = box.addButton(_("&Cancel"), QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(refuse if destroys else agree)
    box.setEscapeButton(refuse)
    answered: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
    box.finished.connect(lambda _result: _settle(answered, box.clickedButton() is agree))
    box.open() if parent else box.show()
    try:
        return await answered
    finally:
        box.deleteLater()
