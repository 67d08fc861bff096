"""Parting: where backups would end with this program, it says so and offers what goes on with them."""

import asyncio
from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QWidget

from secretsbackup.words.language import _


class Parting(StrEnum):
    """Stay in the background, leave backups to the system's timer, or quit all the same."""

    STAY = "stay"
    TIMER = "timer"
    QUIT = "quit"


async def ask(parent: QWidget | None, *, at_login: bool, can_run: bool) -> Parting:
    """Ask; whoever closes the question has not said that backups shall end.

    `at_login` says that this program starts again at the next login, `can_run` that there is a timer.
    """
    answered: asyncio.Future[Parting] = asyncio.get_running_loop().create_future()
    dialog = _dialog(parent, answered, at_login=at_login, can_run=can_run)
    dialog.show()
    dialog.raise_()
    dialog.activateWindow()
    try:
        return await answered
    finally:
        dialog.deleteLater()


def _dialog(
    parent: QWidget | None, answered: "asyncio.Future[Parting]", *, at_login: bool, can_run: bool
) -> QDialog:
    from secretsbackup.desktop import widgets
    from secretsbackup.desktop.prompts import Dialog

    def choose(parting: Parting) -> None:
        if not answered.done():
            answered.set_result(parting)
        dialog.accept()

    dialog = Dialog(parent)
    dialog.setWindowTitle("Secrets Backup")
    dialog.setWindowModality(Qt.WindowModality.WindowModal)
    stay = widgets.primary(_("&Keep running in the background"), lambda: choose(Parting.STAY))
    timer = widgets.button(_("Let a system &timer start backups"), lambda: choose(Parting.TIMER))
    leave = widgets.button(_("&Quit"), lambda: choose(Parting.QUIT))
    timer.setVisible(can_run)
    stay.setDefault(True)
    box = widgets.column(dialog, margin=3, gap=2)
    box.addWidget(widgets.headline(_("Quit Secrets Backup?")))
    box.addWidget(widgets.sentence(_until_login() if at_login else _until_opened()))
    for button in (stay, timer, leave):
        box.addWidget(button)
    dialog.finished.connect(lambda _result: choose(Parting.STAY) if not answered.done() else None)
    stay.setFocus()
    return dialog


def _until_opened() -> str:
    return _("No backups run until you open it again.")


def _until_login() -> str:
    return _("No backups run until you open it again or next log in.")
