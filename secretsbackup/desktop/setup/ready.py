"""Last: all is ready. What is worth mending is named, and the first backup begins."""

from collections.abc import Callable
from datetime import UTC, datetime

import msgspec
from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel

from secretsbackup import words
from secretsbackup.desktop import icons, widgets
from secretsbackup.desktop.fields import beside
from secretsbackup.desktop.icons import Shield
from secretsbackup.desktop.short_names import where
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model.profile import Profile
from secretsbackup.model.schedule import following
from secretsbackup.model.snapshot import Chain
from secretsbackup.operations.keys.kit import SavedFiles
from secretsbackup.words.language import _

_SIZE = 96


class SetupOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What was set up, by whichever way; `chains` is what came back, `remarks` what could be better."""

    profile: Profile | None = None
    kit: SavedFiles | None = None
    adopt: bool = False
    chains: tuple[Chain, ...] = ()
    remarks: tuple[words.Message, ...] = ()


class ReadyPage(Page[SetupOutcome]):
    """The outcome, and "Back up now"; of backups that are back, "Restore files" comes first."""

    def __init__(
        self,
        collect: Callable[[], SetupOutcome],
        restore: Callable[[], object],
        back_up: Callable[[], object],
        later: Callable[[], object],
    ) -> None:
        super().__init__(_("Ready"), _("Everything is set up and tested"))
        self.forward, self.final = _("&Back up now"), True
        self._collect, self._outcome = collect, SetupOutcome()
        self._shield, self._says = QLabel(), widgets.sentence()
        self._remarks = widgets.column(gap=1)
        self._folder = widgets.button(_("&Open kit folder"), self._open)
        self._restore = widgets.button(_("&Restore files…"), restore)
        self._back_up = widgets.button(_("&Back up now"), back_up)
        self._later = widgets.button(_("&Later"), later)
        self._when = widgets.quiet()
        icons.put(self._folder, "print")
        self.body.addWidget(self._shield)
        self.body.addWidget(self._says)
        self.body.addLayout(self._remarks)
        self.body.addWidget(self._when)
        self.body.addWidget(beside(self._folder, self._restore, self._back_up, self._later))

    @property
    def answer(self) -> SetupOutcome:
        return self._outcome

    def entered(self) -> None:
        self._outcome = made = self._collect()
        self._shield.setPixmap(
            icons.shield_pixmap(Shield.EMPTY, _SIZE, self.devicePixelRatioF(), self.palette())
        )
        while item := self._remarks.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        if made.profile is None:
            return
        place = where(made.profile.destination)
        if made.chains:
            count = sum(len(chain.snapshots) for chain in made.chains)
            snapshots = words.number(count, "backup", "backups")
            self.ask(_("Your backups are available again"))
            self.forward = _("&Restore files…")
            says = _("“{name}” is set up again: {snapshots} in {place}.")
            self._says.setText(says.format(name=made.profile.name, snapshots=snapshots, place=place))
        else:
            says = _(
                "“{name}” is stored in {place}. The first backup takes the longest; you can "
                "keep using the computer."
            )
            self._says.setText(says.format(name=made.profile.name, place=place))
        self._folder.setVisible(made.kit is not None)
        self._restore.setVisible(made.adopt and not made.chains)
        self._back_up.setVisible(bool(made.chains))
        self._when.setText(_later(made.profile))
        if made.remarks:
            self._remarks.addWidget(widgets.heading(_("Worth fixing when you have time")))
        for one in made.remarks:
            self._remarks.addWidget(widgets.sentence(one.title))
            if one.advice:
                self._remarks.addWidget(widgets.quiet(one.advice.partition("\n")[0]))

    def _open(self) -> None:
        if self._outcome.kit:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._outcome.kit.text.parent)))


def _later(profile: Profile) -> str:
    """What comes of it when this page is closed."""
    now = datetime.now(UTC)
    first = following(profile.schedule, now)
    if first is None:
        return _("If you close this window, no backup runs until you start one.")
    told = _("If you close this window, the first backup starts automatically {when}.")
    return told.format(when=words.when(first, now))
