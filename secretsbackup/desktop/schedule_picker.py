"""How often a backup is made: a choice, and beside it its time."""

from PySide6.QtCore import QTime, Signal
from PySide6.QtWidgets import QComboBox, QLabel, QSpinBox, QTimeEdit

from secretsbackup import words
from secretsbackup.desktop import widgets
from secretsbackup.desktop.choices import Choices
from secretsbackup.desktop.fields import beside
from secretsbackup.model.schedule import Daily, Hours, Manual, Schedule, Weekday, Weekly
from secretsbackup.words.language import _


class SchedulePicker(Choices[type[object]]):
    """`edited` says that another schedule is shown."""

    edited = Signal()

    def __init__(self) -> None:
        super().__init__(_("How often?"))
        self._daily, self._weekly = _clock(_("Time of day")), _clock(_("Time on that day"))
        self._day, self._hours = QComboBox(), number(_("Hours"), 1, 168, 4)
        self._day.setAccessibleName(_("Day of the week"))
        for day, name in zip(Weekday, words.weekdays(), strict=True):
            self._day.addItem(name, day.value)
        self.add(Daily, _("Every &day"), below=beside(QLabel(_("at")), self._daily))
        self.add(
            Weekly, _("Every &week"), below=beside(QLabel(_("on")), self._day, QLabel(_("at")), self._weekly)
        )
        self.add(
            Hours, _("Every few &hours"), below=beside(QLabel(_("every")), self._hours, QLabel(_("hours")))
        )
        self.add(Manual, _("Manuall&y"))
        self.changed.connect(self.edited)
        self._hours.valueChanged.connect(lambda _value: self.edited.emit())
        self._day.currentIndexChanged.connect(lambda _index: self.edited.emit())
        for clock in (self._daily, self._weekly):
            clock.timeChanged.connect(lambda _time: self.edited.emit())

    @property
    def schedule(self) -> Schedule:
        """What is chosen."""
        if self.value is Weekly:
            return Weekly(Weekday(self._day.currentData()), self._weekly.time().toString("HH:mm"))
        if self.value is Hours:
            return Hours(self._hours.value())
        return Manual() if self.value is Manual else Daily(self._daily.time().toString("HH:mm"))

    def show_schedule(self, schedule: Schedule) -> None:
        """Choose this."""
        self.choose(type(schedule))
        match schedule:
            case Daily(at=at):
                self._daily.setTime(QTime.fromString(at, "HH:mm"))
            case Weekly(day=day, at=at):
                self._day.setCurrentIndex(self._day.findData(day.value))
                self._weekly.setTime(QTime.fromString(at, "HH:mm"))
            case Hours(every=every):
                self._hours.setValue(every)
            case Manual():
                pass


def number(name: str, least: int, most: int, value: int) -> QSpinBox:
    """A number to be set, with its name for who cannot see it."""
    made = QSpinBox()
    made.setRange(least, most)
    made.setValue(value)
    made.setAccessibleName(name)
    widgets.tabular(made)
    return made


def _clock(name: str) -> QTimeEdit:
    made = QTimeEdit(QTime(18, 0))
    made.setDisplayFormat("HH:mm")
    made.setAccessibleName(name)
    return made
