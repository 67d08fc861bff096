"""Where to: a parent folder; the new folder's name is shown before it is made, and whether it fits."""

import os
import shutil
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec
from PySide6.QtCore import QStandardPaths

from secretsbackup import words
from secretsbackup.desktop import widgets
from secretsbackup.desktop.fields import FolderField
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.restore.what import WhatPage
from secretsbackup.desktop.restore.when import LookFor, WhenPage
from secretsbackup.desktop.short_names import short
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model import causes
from secretsbackup.operations.restore import destination_folder
from secretsbackup.words.language import _


class Target(msgspec.Struct, frozen=True):
    """The folder `named` is made in `parent`."""

    parent: Path
    named: str


class WherePage(Page[Target]):
    """The desktop at first, or where the last restore went."""

    def __init__(self, when: WhenPage, what: WhatPage, last: str, asks_more: Callable[[], bool]) -> None:
        super().__init__(
            _("Where"),
            _("Where should the files go?"),
            _(
                "A new folder is created there. Nothing is overwritten. You can put files back "
                "in place later."
            ),
        )
        self._when, self._what, self._named, self._asks_more = when, what, "", asks_more
        self.field = FolderField(_("Choose where to create the restored folder"))
        self.field.line.setText(last or _usual())
        self.add_field("parent", _("&Folder"), self.field)
        self._makes, self._comes_to = widgets.sentence(), widgets.quiet()
        self.body.addWidget(self._makes)
        self.body.addWidget(self._comes_to)
        self.field.line.textChanged.connect(lambda _text: self._typed())

    @property
    def answer(self) -> Target:
        return Target(Path(self.field.path).expanduser(), self._named)

    def wanted(self) -> bool:
        return self._when.answer.how is not LookFor.GO_ON

    def entered(self) -> None:
        self.forward = "" if self._asks_more() else _("&Restore")
        self._named = destination_folder.name_at(datetime.now(UTC))
        self._typed()

    def problems(self) -> Sequence[Problem]:
        parent, chosen = self.answer.parent, self._what.answer
        if not self.field.path:
            return [Problem("parent", _("Choose a folder."))]
        if not parent.is_dir():
            return [Problem("parent", _("“{folder}” does not exist.").format(folder=parent))]
        if not os.access(parent, os.W_OK | os.X_OK):
            return [Problem("parent", _("You cannot write there. Choose another folder."))]
        needed = chosen.forecast.bytes if chosen and chosen.forecast else 0
        free = shutil.disk_usage(parent).free
        if needed > free:
            cause = causes.NoRoom(str(parent), needed, free)
            return [Problem("parent", words.reason(cause).title)]
        return ()

    def _typed(self) -> None:
        where, chosen = self.answer, self._what.answer
        makes = _("creates {folder}")
        self._makes.setText(makes.format(folder=short(where.parent / where.named)) if self.field.path else "")
        self._comes_to.setText(words.comes_to(chosen.forecast) if chosen and chosen.forecast else "")
        self.touch("parent")


def _usual() -> str:
    places = (QStandardPaths.StandardLocation.DesktopLocation, QStandardPaths.StandardLocation.HomeLocation)
    found = (QStandardPaths.writableLocation(place) for place in places)
    return next((one for one in found if Path(one).is_dir()), str(Path.home()))
