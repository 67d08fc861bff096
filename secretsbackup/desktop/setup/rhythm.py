"""How often, and how long it is kept."""

from PySide6.QtCore import QTime
from PySide6.QtWidgets import QComboBox, QLabel, QSpinBox, QTimeEdit, QWidget

from secretsbackup import words
from secretsbackup.desktop import look
from secretsbackup.desktop.setup.choices import Choices
from secretsbackup.desktop.setup.fields import beside
from secretsbackup.desktop.setup.start import StartPage
from secretsbackup.desktop.wizard import Page
from secretsbackup.language import _, ngettext
from secretsbackup.model.plan import Rhythm, Start
from secretsbackup.model.schedule import Daily, Hours, Manual, Schedule, Weekday, Weekly


class RhythmPage(Page[Rhythm]):
    """A schedule, and how many full backups stay."""

    def __init__(self, start: StartPage) -> None:
        super().__init__(
            _("Rhythm"),
            _("How often, and for how long?"),
            _(
                "Only what changed is sent. A time that was missed, because the machine slept, "
                "is made up for as soon as it can be."
            ),
        )
        self._start = start
        self.choices = Choices[type[object]](_("How often?"))
        self._daily, self._weekly = _clock(_("Time of day")), _clock(_("Time of that day"))
        self._day, self._hours = QComboBox(), _number(_("Hours"), 1, 168, 4)
        self._day.setAccessibleName(_("Day of the week"))
        for day, name in zip(Weekday, words.weekdays(), strict=True):
            self._day.addItem(name, day.value)
        self.choices.add(Daily, _("Every &day"), below=beside(QLabel(_("at")), self._daily))
        self.choices.add(
            Weekly, _("Every &week"), below=beside(QLabel(_("on")), self._day, QLabel(_("at")), self._weekly)
        )
        self.choices.add(
            Hours, _("Every few &hours"), below=beside(QLabel(_("every")), self._hours, QLabel(_("hours")))
        )
        self.choices.add(Manual, _("Only when &I say so"))
        self._full_every, self._keep = _number(_("Days"), 1, 3650, 30), _number(_("Full backups"), 1, 100, 2)
        self._says = look.quiet()
        self.body.addWidget(self.choices)
        self.body.addWidget(look.rule())
        self.body.addWidget(self._keeping())
        self.body.addWidget(self._says)
        for spin in (self._full_every, self._keep, self._hours):
            spin.valueChanged.connect(lambda _value: self._changed())
        self.choices.changed.connect(self._changed)
        self.take(Rhythm())

    @property
    def answer(self) -> Rhythm:
        return Rhythm(self._schedule(), self._full_every.value(), self._keep.value())

    def wanted(self) -> bool:
        return self._start.answer in (Start.NEW, Start.THERE)

    def take(self, rhythm: Rhythm) -> None:
        """Show this rhythm."""
        self._full_every.setValue(rhythm.full_every)
        self._keep.setValue(rhythm.keep)
        self.choices.choose(type(rhythm.schedule))
        match rhythm.schedule:
            case Daily(at=at):
                self._daily.setTime(QTime.fromString(at, "HH:mm"))
            case Weekly(day=day, at=at):
                self._day.setCurrentIndex(self._day.findData(day.value))
                self._weekly.setTime(QTime.fromString(at, "HH:mm"))
            case Hours(every=every):
                self._hours.setValue(every)
            case Manual():
                pass
        self._changed()

    def _schedule(self) -> Schedule:
        kind = self.choices.value
        if kind is Weekly:
            return Weekly(Weekday(self._day.currentData()), self._weekly.time().toString("HH:mm"))
        if kind is Hours:
            return Hours(self._hours.value())
        return Manual() if kind is Manual else Daily(self._daily.time().toString("HH:mm"))

    def _changed(self) -> None:
        days, keep = self._full_every.value(), self._keep.value()
        least, most = days * (keep - 1), days * keep
        reach = ngettext("You can go back {most} day", "You can go back {most} days", most)
        text = _("{reach} at most, and never less than {least}.") if least else _("{reach} at most.")
        self._says.setText(text.format(reach=reach.format(most=most), least=least))
        self.refresh()

    def _keeping(self) -> QWidget:
        made = QWidget()
        rows = look.column(made)
        rows.addWidget(beside(QLabel(_("A new full backup every")), self._full_every, QLabel(_("days"))))
        rows.addWidget(beside(QLabel(_("Keep")), self._keep, QLabel(_("of them"))))
        return made


def _clock(name: str) -> QTimeEdit:
    made = QTimeEdit(QTime(18, 0))
    made.setDisplayFormat("HH:mm")
    made.setAccessibleName(name)
    return made


def _number(name: str, least: int, most: int, value: int) -> QSpinBox:
    made = QSpinBox()
    made.setRange(least, most)
    made.setValue(value)
    made.setAccessibleName(name)
    look.tabular(made)
    return made
