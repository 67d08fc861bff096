"""The story of a run, line by line: filtered, copied, or saved as a report. However long, it is smooth."""

import asyncio
from collections.abc import Iterable, Sequence
from pathlib import Path

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QIcon, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QTableView,
    QWidget,
)

from secretsbackup import words
from secretsbackup.desktop import icons, style, widgets, work
from secretsbackup.desktop.help import offer_help
from secretsbackup.desktop.profile_states import ProfileStates
from secretsbackup.desktop.trouble import Trouble
from secretsbackup.model import causes
from secretsbackup.model.event import (
    Moment,
    Progressed,
    RunEnded,
    RunId,
    RunStarted,
    StepStarted,
    Verb,
    warns,
)
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import ProfileName
from secretsbackup.operations.watch.report import report
from secretsbackup.store import journal
from secretsbackup.store.home import Home
from secretsbackup.store.home import replace as write_whole
from secretsbackup.words.language import _

_SOON, _LATER = 0, 500
"""Milliseconds until the next piece is read: of what is there, and of what is still being written."""

_Index = QModelIndex | QPersistentModelIndex


class LogWindow(QWidget):
    """One window a run."""

    def __init__(self, home: Home, states: ProfileStates, name: ProfileName, run: RunId) -> None:
        super().__init__()
        self._home, self._states, self._name, self._run = home, states, name, run
        self.setWindowTitle(_("Log of “{name}”").format(name=name))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.lines = Lines()
        self._title, self._about = widgets.headline(), widgets.quiet()
        self.trouble, self.saved = Trouble(), widgets.quiet()
        self.saved.hide()
        self.filter, self.only_warnings = QLineEdit(), QCheckBox(_("&Warnings only"))
        self.filter.setPlaceholderText(_("Filter"))
        self.filter.setAccessibleName(_("Filter"))
        self.filter.setClearButtonEnabled(True)
        icons.put(self.filter.addAction(QIcon(), QLineEdit.ActionPosition.LeadingPosition), "search")
        self._typed = QTimer(self, interval=200, singleShot=True)
        self._typed.timeout.connect(lambda: work.begin(self._look_for()))
        self.filter.textChanged.connect(lambda _text: self._typed.start())
        self.only_warnings.toggled.connect(lambda _on: self._typed.start())
        self._table = self._make_table()
        self._lay_out()
        QShortcut(QKeySequence.StandardKey.Find, self, self.filter.setFocus)
        QShortcut(QKeySequence.StandardKey.Close, self, self.close)
        QShortcut(QKeySequence.StandardKey.Copy, self._table, self.copy)
        self._pieces = QTimer(self, singleShot=True)
        self._pieces.timeout.connect(self._read)
        self._reader = _opened(home, name, run)
        if self._reader is None:
            self.trouble.tell(work.told(Failure(causes.LogDeleted())))
        else:
            self._pieces.start(_SOON)
        self.resize(100 * style.GRID, 70 * style.GRID)

    def _read(self) -> None:
        """Read the next piece; for as long as the run goes on."""
        if self._reader is None:
            return
        moments = self._reader.more()
        self.lines.add(moments)
        self._show_title(moments)
        if not self._reader.ended:
            self._pieces.start(_SOON if moments else _LATER)

    def _show_title(self, moments: list[Moment]) -> None:
        for moment in moments:
            match moment.event:
                case RunStarted(verb=verb):
                    self._title.setText(words.doing(verb))
                    self._about.setText(words.clock(moment.at))
                case RunEnded(outcome=outcome):
                    self._title.setText(words.outcome(outcome, self.lines.verb).title)
                case _:
                    pass

    async def _look_for(self) -> None:
        wanted, only = self.filter.text().casefold(), self.only_warnings.isChecked()
        found = await asyncio.to_thread(self.lines.matching, wanted, only) if wanted or only else None
        if (wanted, only) == (self.filter.text().casefold(), self.only_warnings.isChecked()):
            self.lines.show_only(found, wanted, warnings=only)

    def copy(self) -> None:
        rows = sorted({index.row() for index in self._table.selectionModel().selectedRows()})
        work.begin(self._copy_rows(self.lines.moments(rows or range(self.lines.rowCount()))))

    async def _copy_rows(self, moments: Sequence[Moment]) -> None:
        """Very many lines take a second to be put into words."""
        text = await asyncio.to_thread(lambda: "\n".join(map(self.lines.line, moments)))
        QGuiApplication.clipboard().setText(text)

    def _ask_where(self) -> None:
        dialog = QFileDialog(self, _("Save report"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.selectFile(f"secretsbackup-{self._run}.jsonl")
        dialog.fileSelected.connect(lambda path: work.begin(self.save(path)))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    async def save(self, path: str) -> None:
        state = self._states.of(self._name)
        known, hidden = [state.profile] if state else [], self._obscured.isChecked()
        source = self._home.journal(self._name, self._run)

        def write() -> str:
            write_whole(Path(path), report(journal.read(source), known, hidden=hidden))
            return path

        self.saved.hide()
        if await work.attempt(asyncio.to_thread(write), self.trouble.tell):
            self.saved.setText(_("Saved as {path}.").format(path=path))
            self.saved.show()

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self.lines)
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        table.setTabKeyNavigation(False)
        table.setAccessibleName(_("Log"))
        table.verticalHeader().hide()
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + style.GRID)
        table.horizontalHeader().hide()
        table.horizontalHeader().setStretchLastSection(True)
        table.setColumnWidth(0, 12 * table.fontMetrics().averageCharWidth())
        widgets.tabular(table)
        return table

    def _lay_out(self) -> None:
        self._obscured = QCheckBox(_("Hide &names and secrets"))
        self._obscured.setChecked(True)
        filters, buttons = QHBoxLayout(), QHBoxLayout()
        filters.setSpacing(2 * style.GRID)
        filters.addWidget(self.filter, 1)
        filters.addWidget(self.only_warnings)
        buttons.setSpacing(style.GRID)
        buttons.addWidget(widgets.button(_("&Copy"), self.copy))
        buttons.addWidget(offer_help(self, "troubleshooting"))
        buttons.addStretch(1)
        buttons.addWidget(self._obscured)
        buttons.addWidget(widgets.button(_("&Save report…"), self._ask_where))
        box = widgets.column(self, margin=3, gap=2)
        box.addWidget(self._title)
        box.addWidget(self._about)
        box.addWidget(self.trouble)
        box.addLayout(filters)
        box.addWidget(self._table, 1)
        box.addLayout(buttons)
        box.addWidget(self.saved)


class Lines(QAbstractTableModel):
    """What happened when. A line is put into words when it is looked at."""

    def __init__(self) -> None:
        super().__init__()
        self.verb = Verb.BACKUP
        self._moments: list[Moment] = []
        self._found: list[int] | None = None
        self._sought: tuple[str, bool] = ("", False)

    def add(self, moments: list[Moment]) -> None:
        """Put lines at the end."""
        new = [one for one in moments if not isinstance(one.event, Progressed | StepStarted)]
        for moment in new:
            if isinstance(moment.event, RunStarted):
                self.verb = moment.event.verb
        if not new:
            return
        begin = len(self._moments)
        if self._found is None:
            self.beginInsertRows(QModelIndex(), begin, begin + len(new) - 1)
            self._moments.extend(new)
            self.endInsertRows()
            return
        self._moments.extend(new)
        fit = [number for number in range(begin, len(self._moments)) if self._fits(number, *self._sought)]
        if fit:
            self.beginInsertRows(QModelIndex(), len(self._found), len(self._found) + len(fit) - 1)
            self._found.extend(fit)
            self.endInsertRows()

    def matching(self, wanted: str, only_warnings: bool) -> list[int]:
        """Which lines have this text in them."""
        return [number for number in range(len(self._moments)) if self._fits(number, wanted, only_warnings)]

    def show_only(self, found: list[int] | None, wanted: str, *, warnings: bool) -> None:
        """Show these lines; None shows all."""
        self.beginResetModel()
        self._found, self._sought = found, (wanted, warnings)
        self.endResetModel()

    def moments(self, rows: Iterable[int]) -> list[Moment]:
        """What happened in these lines."""
        return [self._at(row) for row in rows]

    def line(self, moment: Moment) -> str:
        """A line as it is copied."""
        return f"{words.clock(moment.at)}  {words.told(moment, self.verb)}"

    def rowCount(self, parent: _Index | None = None) -> int:  # noqa: N802 - Qt's name
        if parent is not None and parent.isValid():
            return 0
        return len(self._moments) if self._found is None else len(self._found)

    def columnCount(self, _parent: _Index | None = None) -> int:  # noqa: N802 - Qt's name
        return 2

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        moment = self._at(index.row())
        match role:
            case Qt.ItemDataRole.DisplayRole if index.column() == 0:
                return f"{moment.at.astimezone():%H:%M:%S}"
            case Qt.ItemDataRole.DisplayRole | Qt.ItemDataRole.ToolTipRole:
                return words.told(moment, self.verb)
            case Qt.ItemDataRole.ForegroundRole:
                return self._colour(moment, index.column())
            case _:
                return None

    def _colour(self, moment: Moment, column: int) -> object:
        colours = style.palette()
        if column == 0:
            return style.quiet_colour(colours)
        return style.warning_colour(colours) if warns(moment.event) else None

    def _at(self, row: int) -> Moment:
        return self._moments[row if self._found is None else self._found[row]]

    def _fits(self, number: int, wanted: str, only_warnings: bool) -> bool:
        moment = self._moments[number]
        if only_warnings and not warns(moment.event):
            return False
        return not wanted or wanted in words.told(moment, self.verb).casefold()


def _opened(home: Home, name: ProfileName, run: RunId) -> journal.Reader | None:
    path = home.journal(name, run)
    return journal.Reader(path) if path.exists() else None
