"""Done: what came back and where it is; what did not, and why; and what can be done next."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QLabel, QListWidget

from secretsbackup import words
from secretsbackup.desktop import icons, style, widgets
from secretsbackup.desktop.fields import beside
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.icons import Shield
from secretsbackup.desktop.restore.progress import ProgressPage
from secretsbackup.desktop.short_names import short
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model.event import Caution, Verb
from secretsbackup.model.outcome import Completed, Failed, Interrupted, Outcome, Skipped
from secretsbackup.words.language import _

_SIZE = 72
_ROWS = 6
_MISSING = (Caution.NOT_RESTORED, Caution.NOT_A_FILE)
"""Of the warnings of a restore, those that say that something is not there."""


class DonePage(Page[Outcome | None]):
    """The outcome, in words; a restore that was stopped can be gone on with."""

    def __init__(
        self,
        progress: ProgressPage,
        *,
        go_on: Callable[[], object],
        put_back: Callable[[], object],
        show_log: Callable[[], object],
    ) -> None:
        super().__init__(_("Done"), _("Your files are back"))
        self.final = True
        self._progress = progress
        self._shield, self._says, self._advice = QLabel(), widgets.sentence(), widgets.quiet()
        self._heading, self._list = widgets.heading(""), QListWidget()
        self._list.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        self._list.setMinimumHeight(_ROWS * (self.fontMetrics().height() + style.GRID // 2))
        self._open = widgets.button(_("&Open folder"), self._open_folder)
        icons.put(self._open, "folder")
        self._put_back = widgets.button(_("&Put files back…"), put_back)
        self._go_on = widgets.button(_("&Continue the restore"), go_on)
        self._log = widgets.button(_("Show the &log"), show_log)
        for widget in (self._shield, self._says, self._advice, self._heading, self._list):
            self.body.addWidget(widget)
        self.body.addWidget(beside(self._open, self._go_on, self._put_back, self._log))

    @property
    def answer(self) -> Outcome | None:
        return self._progress.answer

    @property
    def folder(self) -> str | None:
        """Where the files are, once they are whole."""
        done = self._progress.answer
        return done.summary.folder if isinstance(done, Completed) else None

    def problems(self) -> Sequence[Problem]:
        return ()

    def entered(self) -> None:
        done = self._progress.answer
        if done is None:
            return
        whole, told = isinstance(done, Completed), words.outcome(done, Verb.RESTORE)
        lacks = any(one.caution in _MISSING for one in self._progress.warnings)
        self.ask(_titles(done, lacks=lacks))
        state = Shield.FAILED if isinstance(done, Failed | Interrupted) else Shield.ATTENTION
        if isinstance(done, Completed) and not done.warnings:
            state = Shield.SAFE
        self._shield.setPixmap(icons.shield_pixmap(state, _SIZE, self.devicePixelRatioF(), self.palette()))
        self._says.setText(self._restored(done) if isinstance(done, Completed) else told.title)
        self._advice.setText("" if whole else told.advice)
        self._advice.setVisible(bool(self._advice.text()))
        about = _("Not restored") if lacks else _("Good to know")
        self._heading.setText(about)
        self._list.setAccessibleName(about)
        self._list.clear()
        self._list.addItems([words.warning(one) for one in self._progress.warnings])
        for widget in (self._heading, self._list):
            widget.setVisible(bool(self._progress.warnings))
        self._open.setVisible(whole)
        self._put_back.setVisible(whole)
        self._go_on.setVisible(not whole)

    def _restored(self, done: Completed) -> str:
        into = _("{amount}, in {folder}")
        return into.format(amount=words.restored(done.summary), folder=short(done.summary.folder or ""))

    def _open_folder(self) -> None:
        if self.folder:
            QDesktopServices.openUrl(QUrl.fromLocalFile(self.folder))


def _titles(done: Outcome, *, lacks: bool) -> str:
    match done:
        case Completed():
            return _("Most of your files are back") if lacks else _("Your files are back")
        case Skipped():
            return _("The restore did not start")
        case _:
            return _("The restore is incomplete")
