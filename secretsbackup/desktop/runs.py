"""The history of a profile as a list: newest first, read from the store a page at a time."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime
from typing import assert_never

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from secretsbackup import words
from secretsbackup.desktop import icons, style, work
from secretsbackup.model.event import RunId, Verb
from secretsbackup.model.outcome import Cancelled, Completed, Failed, Interrupted, Skipped
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.run import PastRun
from secretsbackup.store import history
from secretsbackup.store.home import Home
from secretsbackup.words.language import _

PAGE = 100
RUN = Qt.ItemDataRole.UserRole

_Index = QModelIndex | QPersistentModelIndex


class Runs(QAbstractListModel):
    """The runs that are over, all or those of one verb; more are read when somebody scrolls there."""

    def __init__(self, home: Home, profile: ProfileName, verb: Verb | None = None) -> None:
        super().__init__()
        self._home, self._profile, self._verb = home, profile, verb
        self._runs: list[PastRun] = []
        self._more = True
        self._reading = False

    def rowCount(self, parent: _Index | None = None) -> int:  # noqa: N802 - Qt's name
        return 0 if parent is not None and parent.isValid() else len(self._runs)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        run = self._runs[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.AccessibleTextRole:
                return line(run, datetime.now(UTC))
            case Qt.ItemDataRole.ToolTipRole:
                return f"{words.clock(run.began)}\n{words.outcome(run.outcome, run.verb)}"
            case RUN.value:
                return run
            case _:
                return None

    def canFetchMore(self, _parent: _Index) -> bool:  # noqa: N802 - Qt's name
        return self._more and not self._reading

    def fetchMore(self, _parent: _Index) -> None:  # noqa: N802 - Qt's name
        self._reading = True
        work.begin(self._fetch(self._runs[-1].run if self._runs else None))

    async def _fetch(self, before: RunId | None) -> None:
        page = await self._page(before)
        self._more = len(page) == PAGE
        oldest = self._runs[-1].run if self._runs else None
        page = [run for run in page if oldest is None or run.run < oldest]  # meanwhile some came on top
        if page:
            self.beginInsertRows(QModelIndex(), len(self._runs), len(self._runs) + len(page) - 1)
            self._runs.extend(page)
            self.endInsertRows()
        self._reading = False

    async def look_again(self) -> None:
        """Put in the runs that ended since: on top, or below those that began and ended meanwhile."""
        page, known = await self._page(None), {run.run for run in self._runs}
        for new in (run for run in page if run.run not in known):
            row = sum(run.run > new.run for run in self._runs)
            self.beginInsertRows(QModelIndex(), row, row)
            self._runs.insert(row, new)
            self.endInsertRows()

    async def _page(self, before: RunId | None) -> list[PastRun]:
        reading = asyncio.to_thread(history.runs, self._home, self._profile, PAGE, before, self._verb)
        return await work.attempt(reading, lambda _message: None) or []


def line(run: PastRun, now: datetime) -> str:
    """A run in one line, for those who hear it."""
    result, took = words.result(run.outcome, run.verb), (run.ended - run.began).total_seconds()
    began = words.capital(words.when(run.began, now))
    return f"{began}, {name(run)}, {result}, {words.duration(took)}{_warned(run)}"


def name(run: PastRun) -> str:
    """What kind of a run."""
    match run.verb:
        case Verb.BACKUP:
            return _("Backup")
        case Verb.RESTORE:
            return _("Restore")
        case Verb.VERIFY:
            return _("Verification")
        case Verb.PRUNE:
            return _("Clean-up")
        case _:
            assert_never(run.verb)


def _warned(run: PastRun) -> str:
    return f", {words.number(run.warnings, 'warning', 'warnings')}" if run.warnings else ""


def mark(run: PastRun) -> str:
    """The icon that goes with how it ended: shapes that differ."""
    match run.outcome:
        case Completed(warnings=warnings):
            return "warning" if warnings else "check"
        case Skipped():
            return "skipped"
        case Cancelled():
            return "cancelled"
        case Interrupted():
            return "interrupted"
        case Failed():
            return "failed"


def show_in(shown: QListView, runs: Runs, name: str, opened: Callable[[QModelIndex], object]) -> None:
    """Let a list show these runs, a row each, however many they are."""
    shown.setModel(runs)
    shown.setItemDelegate(Row())
    shown.setUniformItemSizes(True)
    shown.setFrameShape(QFrame.Shape.NoFrame)
    shown.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    shown.setAccessibleName(name)
    shown.activated.connect(opened)
    shown.clicked.connect(opened)
    shown.viewport().setAutoFillBackground(False)


class Row(QStyledItemDelegate):
    """Draws a run: a mark, when, what came of it, how long it took."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        super().__init__()
        self._now = now

    def sizeHint(self, option: QStyleOptionViewItem, _index: _Index) -> QSize:  # noqa: N802 - Qt's name
        return QSize(30 * style.GRID, max(4 * style.GRID, option.fontMetrics.height() + 2 * style.GRID))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        self.initStyleOption(option, index)
        run: PastRun = index.data(RUN.value)
        option.text = ""
        widget = option.widget
        widget.style().drawControl(QStyle.ControlElement.CE_ItemViewItem, option, painter, widget)
        self._draw(painter, option, run)

    def _draw(self, painter: QPainter, option: QStyleOptionViewItem, run: PastRun) -> None:
        colours: QPalette = option.palette
        rect: QRect = option.rect.adjusted(style.GRID, 0, -style.GRID, 0)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        text = colours.color(QPalette.ColorRole.HighlightedText if chosen else QPalette.ColorRole.Text)
        quiet = text if chosen else style.quiet_colour(colours)
        colour = text if chosen else _colour(run, colours)
        ratio = option.widget.devicePixelRatioF()
        drawing = icons.pixmap(mark(run), 16, line=colour, ratio=ratio)
        painter.drawPixmap(rect.left(), rect.center().y() - 7, drawing)
        wide = option.fontMetrics.averageCharWidth()
        when = rect.adjusted(3 * style.GRID, 0, 0, 0)
        when.setWidth(20 * wide)
        took = rect.adjusted(rect.width() - 10 * wide, 0, 0, 0)
        told = QRect(rect)
        told.setLeft(when.right() + style.GRID)
        told.setRight(took.left() - style.GRID)
        middle = Qt.AlignmentFlag.AlignVCenter
        cut = option.fontMetrics.elidedText
        painter.setPen(text)
        began = words.capital(words.when(run.began, self._now()))
        painter.drawText(when, middle, cut(began, Qt.TextElideMode.ElideRight, when.width()))
        result = words.result(run.outcome, run.verb) + _warned(run)
        painter.drawText(told, middle, cut(result, Qt.TextElideMode.ElideRight, told.width()))
        painter.setPen(quiet)
        seconds = (run.ended - run.began).total_seconds()
        painter.drawText(took, middle | Qt.AlignmentFlag.AlignRight, words.duration(seconds))


def _colour(run: PastRun, colours: QPalette) -> QColor:
    match run.outcome:
        case Completed(warnings=0):
            return style.safe_colour(colours)
        case Completed() | Interrupted():
            return style.warning_colour(colours)
        case Failed():
            return style.danger_colour(colours)
        case _:
            return style.quiet_colour(colours)
