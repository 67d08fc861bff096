"""The recovery kit: where it goes, or that it can wait."""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QStandardPaths
from PySide6.QtWidgets import QCheckBox

from secretsbackup.desktop import widgets
from secretsbackup.desktop.choices import Choices
from secretsbackup.desktop.fields import FolderField
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.setup.start import StartPage
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model.plan import KitChoice, Protected, StartFrom
from secretsbackup.words.language import _


class KitFolderPage(Page[KitChoice]):
    """A folder for the kit; without a `start` it is asked for by itself, and cannot wait."""

    def __init__(self, start: StartPage | None, what: Callable[[], Protected]) -> None:
        super().__init__(
            _("Recovery kit"),
            _("What if this computer were gone tomorrow?"),
            _(
                "The recovery kit is a file and two pages to print. With the kit and the "
                "passphrase you can restore everything on any computer, even without this "
                "program."
            ),
        )
        self._start, self._what = start, what
        self.choices = Choices[bool](_("Save the recovery kit?"))
        self.folder = FolderField(_("Choose a folder for the recovery kit"))
        self.beside = QCheckBox(_("Also &keep a copy with the backups"))
        self.choices.add(True, _("&Save it now"), _("It is checked at once, to make sure that it works."))
        self.choices.add(False, _("&Later"), _("You will be reminded until you save it."))
        self.choices.choose(True)
        self.body.addWidget(self.choices)
        self.choices.setVisible(start is not None)
        self._field = self.add_field(
            "folder", _("&Folder"), self.folder, _("Print it from there, and keep a copy on a USB stick.")
        )
        self.body.addWidget(self.beside)
        self.body.addWidget(
            widgets.quiet(
                _(
                    "Then the address and the passphrase are enough to restore. But anyone who gets "
                    "into that place has your key, and only the passphrase protects your files."
                )
            )
        )
        self._suggested = ""
        self.choices.changed.connect(self._follow)
        self.folder.line.textChanged.connect(lambda _text: self.touch("folder"))

    @property
    def answer(self) -> KitChoice:
        if not self.choices.value:
            return KitChoice()
        path = self.folder.path
        return KitChoice(str(Path(path).expanduser()) if path else "", self.beside.isChecked())

    def take(self, request: KitChoice, *, later: bool) -> None:
        """Show this wish."""
        self.choices.choose(not later)
        self.folder.line.setText(request.folder)
        self.beside.setChecked(request.beside)

    def wanted(self) -> bool:
        return self._start is None or self._start.answer in (StartFrom.NEW, StartFrom.THERE)

    def entered(self) -> None:
        if self.folder.path in ("", self._suggested):
            self._suggested = str(_desk() / _("Recovery kit of {name}").format(name=self._what().name))
            self.folder.line.setText(self._suggested)

    def problems(self) -> Sequence[Problem]:
        if not self.choices.value:
            return ()
        path = Path(self.answer.folder)
        if not path.is_absolute():
            return [Problem("folder", _("Choose a folder."))]
        above = next(one for one in (path, *path.parents) if one.exists())
        if not above.is_dir() or not os.access(above, os.W_OK):
            return [Problem("folder", _("You cannot write to “{folder}”.").format(folder=above))]
        return ()

    def _follow(self) -> None:
        self._field.setVisible(bool(self.choices.value))
        self.beside.setEnabled(bool(self.choices.value))
        self.refresh()


def _desk() -> Path:
    places = (QStandardPaths.StandardLocation.DesktopLocation, QStandardPaths.StandardLocation.HomeLocation)
    found = (Path(QStandardPaths.writableLocation(place)) for place in places)
    return next((one for one in found if one.is_dir()), Path.home())
