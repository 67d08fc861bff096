"""Put back in place: what is missing or other than in the backup, all of it or file by file."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QLabel, QListWidget, QListWidgetItem

from secretsbackup import words
from secretsbackup.desktop import icons, style, widgets, work
from secretsbackup.desktop.fields import beside
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.restore.done import DonePage
from secretsbackup.desktop.restore.subject import Subject
from secretsbackup.desktop.short_names import short
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model.difference import Difference, Differs, PutBack
from secretsbackup.operations.restore import put_back
from secretsbackup.words.language import _

if TYPE_CHECKING:
    import asyncio

_DIFFERENCE = Qt.ItemDataRole.UserRole
_ROWS = 10


class PutBackPage(Page[PutBack | None]):
    """Compared first; nothing is chosen that is as it should be."""

    def __init__(self, subject: Callable[[], Subject | None], done: DonePage) -> None:
        super().__init__(
            _("Put back"),
            _("Which files should be put back?"),
            _("Files that are replaced are moved next to the restored folder. Nothing is deleted."),
        )
        self.forward, self.asked = _("&Put back"), False
        self._subject, self._done = subject, done
        self._comparing: asyncio.Task[None] | None = None
        self._put: PutBack | None = None
        self.all, self.list = QCheckBox(_("&All of them")), QListWidget()
        self.list.setAccessibleName(_("Missing or different files"))
        self.list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self.list.setMinimumHeight(_ROWS * (self.fontMetrics().height() + style.GRID // 2))
        self._tick, self._says = QLabel(), widgets.sentence()
        self._tick.hide()
        self._open = widgets.button(_("&Open folder of replaced files"), self._open_aside)
        self._open.hide()
        icons.put(self._open, "folder")
        self.all.clicked.connect(self._tick_all)
        self.list.itemChanged.connect(lambda _item: self.refresh())
        for widget in (self._tick, self._says, self.all, self.list, beside(self._open)):
            self.body.addWidget(widget)

    @property
    def answer(self) -> PutBack | None:
        return self._put

    @property
    def chosen(self) -> list[Difference]:
        """What is ticked."""
        items = (self.list.item(row) for row in range(self.list.count()))
        return [one.data(_DIFFERENCE.value) for one in items if one.checkState() is Qt.CheckState.Checked]

    def wanted(self) -> bool:
        return self.asked

    def entered(self) -> None:
        if self._put is None and (self._comparing is None or self._comparing.done()):
            self._comparing = work.begin(self._compare())

    def problems(self) -> Sequence[Problem]:
        if self._put is None and not self.chosen and self.list.count():
            return [Problem("list", _("Tick the files to put back."))]
        if self._comparing and not self._comparing.done():
            return [Problem("list", _("Comparing the files…"))]
        return ()

    async def check(self) -> Sequence[Problem]:
        """Put it back, once; pressed again, it lets go on."""
        subject, folder = self._subject(), self._done.folder
        if self._put is not None or not self.chosen or subject is None or folder is None:
            return ()
        putting = put_back.put(Path(folder), self.chosen, datetime.now(UTC))
        self._put = put = await self.during(_("Putting the files back…"), putting)
        self._show_put(put)
        return [Problem("put", "")]

    async def _compare(self) -> None:
        subject, folder = self._subject(), self._done.folder
        if subject is None or folder is None:
            return
        comparing = put_back.compare(subject.profile, Path(folder))
        found = await work.attempt(self.during(_("Comparing with your current files…"), comparing), self.tell)
        differences = [one for one in found or () if one.how is not Differs.SAME]
        for one in differences:
            item = QListWidgetItem(words.difference(one.how, one.path))
            item.setData(_DIFFERENCE.value, one)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
            self.list.addItem(item)
        same = len(found or ()) - len(differences)
        self._says.setText(words.compared(len(differences), same))
        self.all.setVisible(bool(differences))
        self.list.setVisible(bool(differences))
        self.refresh()

    def _tick_all(self) -> None:
        state = Qt.CheckState.Checked if self.all.isChecked() else Qt.CheckState.Unchecked
        self.list.blockSignals(True)  # one look at the page is enough
        for row in range(self.list.count()):
            self.list.item(row).setCheckState(state)
        self.list.blockSignals(False)
        self.list.viewport().update()
        self.refresh()

    def _show_put(self, put: PutBack) -> None:
        self.ask(_("Some are back in place") if put.refused else _("Your files are back in place"))
        if put.refused:
            self.tell(words.not_put_back(put.refused))
        self.all.hide()
        self.list.hide()
        aside = short(put.aside) if put.aside else ""
        self._says.setText(words.put_back(put.files, aside))
        if not put.refused:
            self._tick.show()
            icons.keep(self._tick, _draw_tick)
        self._open.setVisible(bool(put.aside))
        self.forward = _("&Finish")
        self.refresh()

    def _open_aside(self) -> None:
        if self._put and self._put.aside:
            QDesktopServices.openUrl(QUrl.fromLocalFile(self._put.aside))


def _draw_tick(on: QLabel) -> None:
    colour = style.safe_colour(style.palette())
    on.setPixmap(icons.pixmap("circle-check", 48, line=colour, ratio=on.devicePixelRatioF()))
