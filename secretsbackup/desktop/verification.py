"""The proof: when a sample was last really restored, how much and how fast; Prove now; those before it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QListView, QWidget

from secretsbackup import words
from secretsbackup.desktop import icons, screens, style, widgets, work
from secretsbackup.desktop.help import offer_help
from secretsbackup.desktop.icons import Shield
from secretsbackup.desktop.profile_states import ProfileStates
from secretsbackup.desktop.running import Running
from secretsbackup.desktop.runs import RUN, Runs, show_in
from secretsbackup.desktop.screens import Show
from secretsbackup.desktop.session import Session
from secretsbackup.model.backup_options import BackupOptions
from secretsbackup.model.event import Verb
from secretsbackup.model.outcome import Completed
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.status import Status
from secretsbackup.store.home import Home
from secretsbackup.words.language import _

if TYPE_CHECKING:
    from secretsbackup.model.run import PastRun


class VerificationWindow(QWidget):
    """Shows what is proven of a profile, again whenever it changed."""

    def __init__(
        self, home: Home, states: ProfileStates, session: Session, show: Show, name: ProfileName
    ) -> None:
        super().__init__()
        self._states, self._show, self._name = states, show, name
        self.setWindowTitle(_("Test a restore of “{name}”").format(name=name))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.past = Runs(home, name, Verb.VERIFY)
        self._shield, self._head, self._advice = QLabel(), widgets.headline(), widgets.sentence()
        self._measured, self._often = widgets.sentence(), widgets.quiet()
        self.verify_now = widgets.primary(_("&Test now"), lambda: session.verify(name))
        full = BackupOptions(full=True)
        self.start_full = widgets.button(_("Start a &new full backup"), lambda: session.back_up(name, full))
        self.running = Running(lambda: session.stop(name))
        self._still = self._make_still()
        self._list, self._none = self._make_list(), widgets.quiet(_("No restore has been tested yet."))
        self._lay_out()
        self.past.rowsInserted.connect(self._show_past)
        states.changed.connect(self._changed)
        states.recalled.connect(self._recalled)
        QShortcut(QKeySequence.StandardKey.Close, self, self.close)
        self.resize(76 * style.GRID, 64 * style.GRID)
        self._show_past()

    def _changed(self, name: str) -> None:
        state = self._states.of(name)
        if name != self._name or state is None:
            return
        status = state.status
        if status.running:
            self.running.show_run(status, self._states.trace(self._name))
        else:
            self._show_still(status)
        self._still.setVisible(not status.running)
        self.running.setVisible(status.running)

    def _recalled(self, name: str) -> None:
        if name == self._name:
            work.begin(self.past.look_again())

    def _show_still(self, status: Status) -> None:
        """What stands against it, or else that it is proven; then what the newest good proof measured."""
        failed = status.damage or status.unproven
        told = words.proven(status, datetime.now(UTC))
        ratio = self.devicePixelRatioF()
        self._shield.setPixmap(icons.shield_pixmap(_shield(status), 56, ratio, self.palette()))
        trouble = words.reason(failed) if failed else None
        self._head.setText(trouble.title if trouble else told or _("Not tested yet."))
        self._advice.setText(trouble.advice if trouble else "")
        self._advice.setVisible(bool(self._advice.text()))
        past: list[PastRun] = [self.past.index(row).data(RUN) for row in range(self.past.rowCount())]
        good = next((run.outcome for run in past if isinstance(run.outcome, Completed)), None)
        measured = words.measured(good.summary) if good else ""
        self._measured.setText("\n".join(line for line in (told if trouble else "", measured) if line))
        self._measured.setVisible(bool(self._measured.text()))
        self._often.setText(words.proving(status))
        self.start_full.setVisible(status.damage is not None)

    def _show_past(self) -> None:
        count = self.past.rowCount()
        self._list.setVisible(count > 0 or self.past.canFetchMore(QModelIndex()))
        self._none.setVisible(count == 0)
        self._changed(self._name)

    def _make_still(self) -> QWidget:
        self._shield.setFixedWidth(8 * style.GRID)
        widgets.tabular(self._measured)
        text = widgets.column(gap=0)
        text.setSpacing(style.GRID // 2)
        text.addWidget(self._head)
        text.addWidget(self._advice)
        text.addWidget(self._measured)
        text.addWidget(self._often)
        head = QHBoxLayout()
        head.setSpacing(2 * style.GRID)
        head.addWidget(self._shield, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(text, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(style.GRID)
        buttons.addWidget(self.verify_now)
        buttons.addWidget(self.start_full)
        buttons.addWidget(offer_help(self, "checks-and-verification#verify"))
        buttons.addStretch(1)
        made = QWidget()
        box = widgets.column(made, gap=2)
        box.addLayout(head)
        box.addLayout(buttons)
        return made

    def _make_list(self) -> QListView:
        shown = QListView()
        show_in(shown, self.past, _("Tests so far"), self._open_log)
        return shown

    def _open_log(self, index: QModelIndex) -> None:
        self._show(screens.Log(self._name, index.data(RUN.value).run))

    def _lay_out(self) -> None:
        cause = widgets.quiet(
            _(
                "This restores a sample of your files and compares them, as a new computer "
                "would: with only the destination and your passphrase. Your own files are not "
                "touched."
            )
        )
        box = widgets.column(self, margin=3, gap=2)
        box.addWidget(self._still)
        box.addWidget(self.running)
        box.addWidget(cause)
        box.addWidget(widgets.rule())
        box.addWidget(widgets.heading(_("Tests so far")))
        box.addWidget(self._none)
        box.addWidget(self._list, 1)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(76 * style.GRID, 64 * style.GRID)


def _shield(status: Status) -> Shield:
    if status.damage:
        return Shield.FAILED
    return Shield.SAFE if status.proven and not status.unproven else Shield.ATTENTION
