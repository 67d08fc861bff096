"""What: the tree of the snapshot with check boxes, a filter, and what the choice comes to."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QModelIndex, Qt, QTimer
from PySide6.QtGui import QIcon
from PySide6.QtWidgets import QCheckBox, QFrame, QHeaderView, QLineEdit, QTreeView

from secretsbackup import words
from secretsbackup.desktop import icons, style, widgets, work
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.restore.search import SearchPage
from secretsbackup.desktop.restore.subject import Subject
from secretsbackup.desktop.restore.tree import MODIFIED, NAME, SIZE, FileTree
from secretsbackup.desktop.restore.when import LookFor, WhenPage
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model.forecast import Forecast
from secretsbackup.model.selection import Mark
from secretsbackup.operations.restore import forecast
from secretsbackup.store.home import Home
from secretsbackup.words.language import _

if TYPE_CHECKING:
    from secretsbackup.model.profile import Profile

_SOON = 100
"""Milliseconds after the last tick, or the last letter."""
_ROWS = 12


class ChosenPaths(msgspec.Struct, frozen=True):
    """Paths of the snapshot `at`, none for all of it, and what fetching them comes to, once that is known."""

    at: datetime
    paths: tuple[bytes, ...] = ()
    forecast: Forecast | None = None


class WhatPage(Page[ChosenPaths | None]):
    """Nothing is chosen at first; one tick takes everything."""

    def __init__(
        self, subject: Callable[[], Subject | None], when: WhenPage, search: SearchPage, home: Home
    ) -> None:
        super().__init__(_("Files"), _("What do you want to restore?"))
        self._subject, self._when, self._search, self._home = subject, when, search, home
        self._answer: ChosenPaths | None = None
        self.tree = FileTree()
        self.everything, self.filter = QCheckBox(_("&Everything")), QLineEdit()
        self.everything.setTristate(True)
        self.everything.clicked.connect(self._tick_everything)
        self.filter.setPlaceholderText(_("Filter"))
        self.filter.setAccessibleName(_("Filter"))
        self.filter.setClearButtonEnabled(True)
        icons.put(self.filter.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition), "search")
        self._typed = QTimer(self, interval=_SOON, singleShot=True)
        self._typed.timeout.connect(lambda: self.tree.filter(self.filter.text().strip()))
        self.filter.textChanged.connect(lambda _text: self._typed.start())
        self.view = self._make_view()
        self._more, self._comes_to = widgets.quiet(), widgets.sentence()
        widgets.tabular(self._comes_to)
        self._soon = QTimer(self, interval=_SOON, singleShot=True)
        self._soon.timeout.connect(lambda: work.begin(self._add_up()))
        self.tree.ticked.connect(self._ticked)
        self.tree.filtered.connect(self._say_more)
        self.tree.modelReset.connect(lambda: self._say_more(0))
        for widget in (self.filter, self.everything, self.view, self._more, self._comes_to):
            self.body.addWidget(widget)
        self._more.hide()

    @property
    def answer(self) -> ChosenPaths | None:
        """Of a search: the version that was found."""
        if pick := self._search.answer if self._search.wanted() else None:
            return ChosenPaths(pick.at, (pick.path,), self._search.forecast)
        return self._answer

    def wanted(self) -> bool:
        return self._when.answer.how in (LookFor.NOW, LookFor.THEN)

    def entered(self) -> None:
        subject, at = self._subject(), self._when.answer.at
        if subject is None or at is None:
            return
        self.ask(self.title, words.as_of(at, datetime.now(UTC)))
        before = self.tree.selection
        self.tree.show_snapshot(self._home.catalogue(subject.profile), at)
        if self.tree.selection is not before:
            self._answer = None
            self._ticked()

    def problems(self) -> Sequence[Problem]:
        if self.tree.selection.mark(b"") is Mark.NONE:
            return [Problem("tree", _("Tick what you want to restore."))]
        if self._answer is None:
            return [Problem("tree", _("Calculating the size…"))]
        return ()

    def _ticked(self) -> None:
        self._answer = None
        mark = self.tree.selection.mark(b"")
        self.everything.setCheckState(
            Qt.CheckState.PartiallyChecked
            if mark is Mark.SOME
            else Qt.CheckState.Checked
            if mark is Mark.ALL
            else Qt.CheckState.Unchecked
        )
        self._comes_to.setText("")
        self._soon.start()
        self.refresh()

    def _tick_everything(self) -> None:
        """From some or none to all, from all to none: nobody ticks "some"."""
        self.tree.tick(b"", chosen=self.tree.selection.mark(b"") is not Mark.ALL)

    async def _add_up(self) -> None:
        subject, at, selection = self._subject(), self._when.answer.at, self.tree.selection
        if subject is None or at is None or selection.mark(b"") is Mark.NONE:
            return
        found = await work.attempt(self._sum(subject.profile, at), self.tell)
        if found is not None and selection is self.tree.selection:
            self._answer = found
            self._comes_to.setText(words.comes_to(found.forecast) if found.forecast else "")
            self.refresh()

    async def _sum(self, profile: "Profile", at: datetime) -> ChosenPaths:
        chosen = await asyncio.to_thread(self.tree.selection.chosen, self.tree.inside)
        paths = () if chosen == (b"",) else chosen
        return ChosenPaths(at, paths, await forecast.forecast(profile, self._home, at, paths))

    def _say_more(self, more: int) -> None:
        self._more.setText(words.and_more(more))
        self._more.setVisible(more > 0)

    def _make_view(self) -> QTreeView:
        made = QTreeView()
        made.setModel(self.tree)
        made.setUniformRowHeights(True)
        made.setFrameShape(QFrame.Shape.StyledPanel)
        made.setAccessibleName(_("Files in the backup"))
        made.setAllColumnsShowFocus(True)
        made.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        made.setMinimumHeight(_ROWS * (made.fontMetrics().height() + style.GRID))
        wide, header = made.fontMetrics().averageCharWidth(), made.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.resizeSection(SIZE, 12 * wide)
        header.resizeSection(MODIFIED, 20 * wide)
        made.activated.connect(self._activated)
        widgets.tabular(made)
        return made

    def _activated(self, index: QModelIndex) -> None:
        """A double click or Enter ticks a file; folders open by themselves."""
        node = self.tree.node(index)
        if node.entry and node.below == []:
            self.tree.tick(node.path, chosen=self.tree.selection.mark(node.path) is not Mark.ALL)
