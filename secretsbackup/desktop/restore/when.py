"""When: as it is now, as it was at another time, by a file's name, or on with what was begun."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec
from PySide6.QtCore import QDate, QLocale, Qt
from PySide6.QtGui import QFont, QTextCharFormat
from PySide6.QtWidgets import QCalendarWidget, QHBoxLayout, QListWidget, QListWidgetItem, QWidget

from secretsbackup import words
from secretsbackup.desktop import prompts, style, widgets, work
from secretsbackup.desktop.choices import Choices
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.restore.subject import Subject
from secretsbackup.desktop.short_names import short
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model.outcome import Failure, Skip
from secretsbackup.model.secret import Secret
from secretsbackup.operations.repository import index, prerequisites
from secretsbackup.store import catalogue, unfinished
from secretsbackup.store.home import Home
from secretsbackup.words.language import _

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from secretsbackup.model.entry import SnapshotContents
    from secretsbackup.store.unfinished import Unfinished

_TIME = Qt.ItemDataRole.UserRole
_ROWS = 7


class LookFor(StrEnum):
    """How the files are looked for."""

    NOW = "now"
    THEN = "then"
    SEARCH = "search"
    GO_ON = "go-on"


class When(msgspec.Struct, frozen=True):
    """`at` is the snapshot; where files are searched for, that comes of the one that is found."""

    how: LookFor
    at: datetime | None = None


class WhenPage(Page[When]):
    """Brings the catalogue up to date first; what it knows can be chosen from, even if that fails."""

    def __init__(
        self, subject: Callable[[], Subject | None], home: Home, elsewhere: Callable[[], object]
    ) -> None:
        super().__init__(
            _("When"),
            _("When do you want your files from?"),
            _("Your files go into a new folder. Nothing is overwritten."),
        )
        self._subject, self._home = subject, home
        self._read_of: Subject | None = None
        self._reading: asyncio.Task[None] | None = None
        self._looking = False
        self.taken: list[SnapshotContents] = []
        self.begun: Unfinished | None = None
        self.phrase: Secret | None = None
        self.kept = True
        self.calendar, self.snapshots = self._make_calendar(), self._make_list()
        self.choices = Choices[LookFor](_("When do you want your files from?"))
        self.choices.add(LookFor.GO_ON, _("&Continue the interrupted restore"), " ")
        self.choices.add(LookFor.NOW, _("The ne&west backup"), " ")
        self.choices.add(LookFor.THEN, _("An &earlier backup"), "", self._beside())
        self.choices.add(
            LookFor.SEARCH,
            _("&Search every backup for a file"),
            _("You know a part of its name. Deleted files are found, too."),
        )
        self.choices.offer(LookFor.GO_ON, offered=False)
        self.choices.choose(LookFor.NOW)
        self.choices.changed.connect(self.refresh)
        self.body.addWidget(self.choices)
        self._another = widgets.flat(_("Restore from &another backup…"), elsewhere)
        self._another.setAutoDefault(False)
        self.body.addWidget(self._another, 0, Qt.AlignmentFlag.AlignLeft)

    @property
    def answer(self) -> When:
        how = self.choices.value or LookFor.NOW
        match how:
            case LookFor.NOW:
                return When(how, self.taken[-1].time if self.taken else None)
            case LookFor.THEN:
                item = self.snapshots.currentItem()
                return When(how, item.data(_TIME.value) if item else None)
            case _:
                return When(how)

    def problems(self) -> Sequence[Problem]:
        if self._looking:
            return [Problem("when", _("Looking up the available backups…"))]
        if self.answer.how is not LookFor.GO_ON and not self.taken:
            return [Problem("when", _("There are no backups to restore from."))]
        if self.answer.how is LookFor.THEN and self.answer.at is None:
            return [Problem("when", _("Choose a backup."))]
        return ()

    def entered(self) -> None:
        subject = self._subject()
        if subject is not None and subject != self._read_of:
            self._read_of, self.taken, self.phrase = subject, [], None
            self.stop()
            self._looking = True
            self._reading = work.begin(self._look_up(subject))
        self._follow()

    def stop(self) -> None:
        """Give up looking."""
        if self._reading:
            self._reading.cancel()

    # Looking up what there is

    async def _look_up(self, subject: Subject) -> None:
        try:
            await self._read(subject)
        finally:
            if self._reading is asyncio.current_task():  # and not a newer one
                self._looking = False
        self._follow()

    async def _read(self, subject: Subject) -> None:
        """Bring the catalogue up to date, and show what it knows, even if that failed."""
        self.clear_message()
        file = self._home.catalogue(subject.profile)
        self.look_for_begun()
        try:
            self.kept = await prerequisites.asks_nobody(subject.profile)
            looking = index.refresh(
                subject.profile, self._home, ask=self._ask(subject), opened_by=subject.opened_by
            )
            if trouble := await self.during(_("Looking up the available backups…"), looking):
                self._tell(trouble)
        except (Failure, Skip) as error:
            self._tell(error)
        self.taken = await asyncio.to_thread(catalogue.snapshots, file)
        self._show_taken()

    def look_for_begun(self) -> None:
        """Is there a restore that was stopped?"""
        subject = self._subject()
        found = unfinished.known(self._home, subject.profile.name) if subject else ()
        self.begun = next(iter(found), None)

    def _ask(self, subject: Subject) -> "Callable[[], Awaitable[Secret | None]]":
        async def ask() -> Secret | None:
            self.phrase = subject.phrase
            if self.phrase is None:
                about = _("It unlocks the list of your backed-up files and is not stored.")
                self.phrase = await prompts.passphrase(self, about=about)
            return self.phrase

        return ask

    def _tell(self, error: Failure | Skip) -> None:
        self.tell(work.told(error), (_("&Try again"), self._try_again))

    def _try_again(self) -> None:
        self._read_of = None
        self.entered()

    # Showing it

    def _follow(self) -> None:
        now = datetime.now(UTC)
        if self.taken:
            self.choices.describe(LookFor.NOW, words.taken(self.taken[-1], now))
        self.choices.offer(LookFor.GO_ON, offered=self.begun is not None)
        if self.begun:
            begun = _("Started {when}, into {folder}")
            folder = short(self.begun.folder)
            self.choices.describe(
                LookFor.GO_ON, begun.format(when=words.when(self.begun.began, now), folder=folder)
            )
        self.refresh()

    def _show_taken(self) -> None:
        self.snapshots.clear()
        now = datetime.now(UTC)
        for one in reversed(self.taken):
            item = QListWidgetItem(words.taken(one, now))
            item.setData(_TIME.value, one.time)
            item.setToolTip(words.clock(one.time))
            self.snapshots.addItem(item)
        bold = QTextCharFormat()
        bold.setFontWeight(QFont.Weight.Bold)
        self.calendar.setDateTextFormat(QDate(), QTextCharFormat())
        for day in {one.time.astimezone().date() for one in self.taken}:
            self.calendar.setDateTextFormat(QDate(day.year, day.month, day.day), bold)
        if self.taken:
            first, last = self.taken[0].time.astimezone(), self.taken[-1].time.astimezone()
            self.calendar.setDateRange(QDate(first.year, first.month, first.day), QDate.currentDate())
            self.calendar.setSelectedDate(QDate(last.year, last.month, last.day))
            self.snapshots.setCurrentRow(0)

    def _go_to_day(self) -> None:
        """The newest snapshot that is not younger than the end of the chosen day."""
        chosen = self.calendar.selectedDate()
        day = date(chosen.year(), chosen.month(), chosen.day())
        end = datetime.combine(day + timedelta(days=1), datetime.min.time()).astimezone(UTC)
        younger = sum(1 for one in self.taken if one.time >= end)
        if self.taken:
            self.snapshots.setCurrentRow(min(younger, len(self.taken) - 1))

    def _make_calendar(self) -> QCalendarWidget:
        made = QCalendarWidget()
        made.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        made.setHorizontalHeaderFormat(QCalendarWidget.HorizontalHeaderFormat.ShortDayNames)
        made.setFirstDayOfWeek(QLocale().firstDayOfWeek())
        made.setAccessibleName(_("Day"))
        made.setGridVisible(False)
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):  # red is for what is wrong
            made.setWeekdayTextFormat(day, QTextCharFormat())
        made.selectionChanged.connect(self._go_to_day)
        return made

    def _make_list(self) -> QListWidget:
        made = QListWidget()
        made.setAccessibleName(_("Backups, newest first"))
        made.setMinimumHeight((_ROWS + 1) * (made.fontMetrics().height() + style.GRID // 2))
        made.setTextElideMode(Qt.TextElideMode.ElideRight)
        made.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        made.currentRowChanged.connect(lambda _row: self.refresh())
        return made

    def _beside(self) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, style.GRID, 0, 0)
        row.setSpacing(2 * style.GRID)
        row.addWidget(self.calendar, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.snapshots, 1)
        return made
