"""Search: a part of a name, in all snapshots; then which of its versions."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QCheckBox, QLineEdit, QListWidget, QListWidgetItem

from secretsbackup import words
from secretsbackup.desktop import icons, style, widgets, work
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.restore.subject import Subject
from secretsbackup.desktop.restore.when import LookFor, WhenPage
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model.entry import Entry, EntryKind
from secretsbackup.model.paths import shown
from secretsbackup.operations.restore import forecast
from secretsbackup.store import catalogue
from secretsbackup.store.catalogue import finding
from secretsbackup.store.home import Home
from secretsbackup.words.language import _

if TYPE_CHECKING:
    from secretsbackup.model.forecast import Forecast

_ENTRY = Qt.ItemDataRole.UserRole
_SOON = 120
"""Milliseconds after the last letter."""
_FOUND = 200


class Pick(msgspec.Struct, frozen=True):
    """A path, and the newest snapshot that has it as it is wanted."""

    path: bytes
    at: datetime


class SearchPage(Page[Pick | None]):
    """Type, choose a file, choose a version: the newest is chosen already."""

    def __init__(self, subject: Callable[[], Subject | None], when: WhenPage, home: Home) -> None:
        super().__init__(
            _("Search"),
            _("What was the file called?"),
            _("Type a part of the name. To search in paths, include a slash."),
        )
        self._subject, self._when, self._home = subject, when, home
        self.forecast: Forecast | None = None
        self.text, self.deleted = QLineEdit(), QCheckBox(_("Only &deleted files"))
        self.text.setPlaceholderText(_("Part of the name"))
        self.text.setAccessibleName(_("Part of the name"))
        self.text.setClearButtonEnabled(True)
        icons.put(self.text.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition), "search")
        self.found, self.versions = _list(_("Files found"), 6), _list(_("Versions"), 4)
        self._more, self._which = widgets.quiet(), widgets.heading(_("Which version?"))
        self._soon = QTimer(self, interval=_SOON, singleShot=True)
        self._soon.timeout.connect(lambda: work.begin(self._find()))
        self.text.textChanged.connect(lambda _text: self._soon.start())
        self.deleted.toggled.connect(lambda _on: self._soon.start())
        self.found.currentRowChanged.connect(lambda _row: work.begin(self._show_versions()))
        self.versions.currentRowChanged.connect(lambda _row: self.refresh())
        for items in (self.found, self.versions):
            icons.keep(items, _draw)
        for widget in (self.text, self.deleted, self.found, self._more, self._which, self.versions):
            self.body.addWidget(widget)
        self._which.hide()
        self.versions.hide()

    @property
    def answer(self) -> Pick | None:
        version = _entry(self.versions)
        if version is None:
            return None
        newest = self._when.taken[-1].time if self._when.taken else version.since
        return Pick(version.path, version.until or newest)

    def wanted(self) -> bool:
        return self._when.answer.how is LookFor.SEARCH

    def problems(self) -> Sequence[Problem]:
        if self.answer is None:
            return [Problem("text", _("Type a part of the name, then choose a file."))]
        return ()

    async def check(self) -> Sequence[Problem]:
        """What fetching it comes to."""
        subject, pick = self._subject(), self.answer
        if subject and pick:
            self.forecast = await forecast.forecast(subject.profile, self._home, pick.at, (pick.path,))
        return ()

    @property
    def _file(self) -> Path:
        subject = self._subject()
        assert subject is not None
        return self._home.catalogue(subject.profile)

    async def _find(self) -> None:
        text, deleted = self.text.text(), self.deleted.isChecked()
        wanted = text.encode("utf-8", "surrogateescape")
        finding_it = asyncio.to_thread(finding.find, self._file, wanted, deleted=deleted, limit=_FOUND)
        found = await work.attempt(finding_it, self.tell)
        if found is None or (text, deleted) != (self.text.text(), self.deleted.isChecked()):
            return
        self.found.clear()
        for entry in found.entries:
            self.found.addItem(_item(entry, words.found(entry)))
        self._more.setText(words.and_more(found.more) if found.entries else self._nothing(text))
        self._more.setVisible(bool(self._more.text()))
        if found.entries:
            self.found.setCurrentRow(0)
        else:
            self.versions.clear()
        self.refresh()

    def _nothing(self, text: str) -> str:
        return _("No file in any backup has “{text}” in its name.").format(text=text) if text else ""

    async def _show_versions(self) -> None:
        chosen = _entry(self.found)
        if chosen is None:
            return
        reading = asyncio.to_thread(catalogue.versions, self._file, chosen.path)
        known = await work.attempt(reading, self.tell) or []
        if _entry(self.found) != chosen:
            return
        now = datetime.now(UTC)
        self.versions.clear()
        for version in known:
            self.versions.addItem(_item(version, words.version(version, now)))
        self._which.setVisible(bool(known))
        self.versions.setVisible(bool(known))
        self.versions.setCurrentRow(0)
        self.refresh()


def _list(name: str, rows: int) -> QListWidget:
    made = QListWidget()
    made.setAccessibleName(name)
    made.setTextElideMode(Qt.TextElideMode.ElideMiddle)
    made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    made.setFixedHeight(rows * (made.fontMetrics().height() + style.GRID) + style.GRID)
    return made


def _item(entry: Entry, text: str) -> QListWidgetItem:
    item = QListWidgetItem(_icon(entry), text)
    item.setData(_ENTRY.value, entry)
    item.setToolTip(shown(entry.path))
    return item


def _icon(entry: Entry) -> QIcon:
    return icons.icon("folder" if entry.what is EntryKind.FOLDER else "file")


def _draw(items: QListWidget) -> None:
    for row in range(items.count()):
        items.item(row).setIcon(_icon(items.item(row).data(_ENTRY.value)))


def _entry(shown_in: QListWidget) -> Entry | None:
    item = shown_in.currentItem()
    return item.data(_ENTRY.value) if item else None
