"""How often, and how long it is kept."""

from PySide6.QtWidgets import QLabel, QWidget

from secretsbackup.desktop import widgets
from secretsbackup.desktop.fields import beside
from secretsbackup.desktop.schedule_picker import SchedulePicker, number
from secretsbackup.desktop.setup.start import StartPage
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model.plan import StartFrom, Timing
from secretsbackup.words.language import _, ngettext


class SchedulePage(Page[Timing]):
    """A schedule, and how many full backups stay."""

    def __init__(self, start: StartPage) -> None:
        super().__init__(
            _("Schedule"),
            _("How often, and how long to keep them?"),
            _(
                "Only what changed is sent. A backup that was missed because the computer was "
                "asleep runs as soon as possible."
            ),
        )
        self._start = start
        self.choices = SchedulePicker()
        self._full_every, self._keep = number(_("Days"), 1, 3650, 30), number(_("Full backups"), 1, 100, 2)
        self._says = widgets.quiet()
        self.body.addWidget(self.choices)
        self.body.addWidget(widgets.rule())
        self.body.addWidget(self._keeping())
        self.body.addWidget(self._says)
        for spin in (self._full_every, self._keep):
            spin.valueChanged.connect(lambda _value: self._changed())
        self.choices.edited.connect(self._changed)
        self.take(Timing())

    @property
    def answer(self) -> Timing:
        return Timing(self.choices.schedule, self._full_every.value(), self._keep.value())

    def wanted(self) -> bool:
        return self._start.answer in (StartFrom.NEW, StartFrom.THERE)

    def take(self, rhythm: Timing) -> None:
        """Show this rhythm."""
        self._full_every.setValue(rhythm.full_every)
        self._keep.setValue(rhythm.keep)
        self.choices.show_schedule(rhythm.schedule)
        self._changed()

    def _changed(self) -> None:
        days, keep = self._full_every.value(), self._keep.value()
        least, most = days * (keep - 1), days * keep
        reach = ngettext("You can go back {most} day", "You can go back {most} days", most)
        text = _("{reach} at most, and never less than {least}.") if least else _("{reach} at most.")
        self._says.setText(text.format(reach=reach.format(most=most), least=least))
        self.refresh()

    def _keeping(self) -> QWidget:
        made = QWidget()
        rows = widgets.column(made)
        rows.addWidget(beside(QLabel(_("A new full backup every")), self._full_every, QLabel(_("days"))))
        rows.addWidget(beside(QLabel(_("Keep")), self._keep, QLabel(_("of them"))))
        return made
