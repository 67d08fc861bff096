"""One profile: how safe it is, what to do about it, what is kept, the run that goes on, those that were."""

from datetime import UTC, datetime

from PySide6.QtCore import QEvent, QModelIndex, QSize, Qt
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QListView,
    QMenu,
    QScrollArea,
    QWidget,
)

from secretsbackup import words
from secretsbackup.desktop import icons, screens, style, widgets, work
from secretsbackup.desktop.attention import Attention
from secretsbackup.desktop.automatic_backups import AutomaticBackups
from secretsbackup.desktop.elided_label import ElidedLabel
from secretsbackup.desktop.flow import Flow
from secretsbackup.desktop.help import show_help
from secretsbackup.desktop.profile_states import ProfileState, ProfileStates
from secretsbackup.desktop.running import Running
from secretsbackup.desktop.runs import RUN, Runs, show_in
from secretsbackup.desktop.screens import Show
from secretsbackup.desktop.session import Session
from secretsbackup.desktop.short_names import short
from secretsbackup.desktop.short_names import where as place
from secretsbackup.model.backup_options import BackupOptions
from secretsbackup.model.destination import Bucket, Folder
from secretsbackup.model.profile import Profile
from secretsbackup.model.status import counts
from secretsbackup.store.home import Home
from secretsbackup.words.language import _


class Overview(QWidget):
    """Shows the state of a profile, again whenever it changed."""

    def __init__(
        self,
        home: Home,
        states: ProfileStates,
        session: Session,
        automatic: AutomaticBackups,
        show: Show,
        profile: Profile,
    ) -> None:
        super().__init__()
        self._states, self._session, self._show, self._name = states, session, show, profile.name
        self._runs = Runs(home, profile.name)
        self._still, self._running = self._make_still(), Running(lambda: session.stop(profile.name))
        self._attention = Attention(home, states, session, automatic, show, profile, self._open_telling_log)
        self._facts = Facts()
        self._list = self._make_list()
        self._none = widgets.quiet(
            _("No runs yet. The first backup sends everything, later ones only what changed.")
        )
        self._runs.rowsInserted.connect(self._show_list)
        self._runs.modelReset.connect(self._show_list)
        inside = _Inside()
        box = widgets.column(inside, margin=3, gap=2)
        box.addWidget(self._still)
        box.addWidget(self._running)
        box.addWidget(self._attention)
        box.addWidget(widgets.rule())
        box.addWidget(self._facts)
        box.addSpacing(style.GRID)
        box.addWidget(widgets.heading(_("History")))
        box.addWidget(self._none)
        box.addWidget(self._list, 1)
        self._rest = QWidget()
        box.addWidget(self._rest, 1)
        self._area = area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(inside)
        widgets.column(self).addWidget(area)
        self._was_running = False
        states.recalled.connect(self._recalled)
        self._show_list()
        states.take_stock(profile.name)

    def show_state(self, state: ProfileState) -> None:
        """Show how the profile stands now."""
        now = datetime.now(UTC)
        running = state.at_work(now)
        if running:
            self._running.show_run(state.status, self._states.trace(self._name))
        else:
            self._show_still(state, now)
        self._still.setVisible(not running)
        self._running.setVisible(running)
        self._attention.show_state(state, now)
        self._facts.show_state(state, now)
        if running and not self._was_running:
            self._area.verticalScrollBar().setValue(0)  # what was pressed may lie further down
        if self._was_running and not running:
            self._states.take_stock(self._name)
        self._was_running = running

    def _recalled(self, name: str) -> None:
        if name == self._name:
            work.begin(self._runs.look_again())

    def _show_still(self, state: ProfileState, now: datetime) -> None:
        shield = state.shield(now)
        ratio = self.devicePixelRatioF()
        self._shield.setPixmap(icons.shield_pixmap(shield, 56, ratio, self.palette()))
        safe = state.status.safe_as_of
        self._health.setText(words.short(state.status, now) if state.known else _("One moment…"))
        self._health.setToolTip(words.clock(safe) if safe else "")
        self._next.setText(words.next_run(state.next_run, state.paused, now))
        self._next.setVisible(bool(self._next.text()))
        self._buttons.show_one(self._resume, shown=state.is_paused(now))

    def _back_up(self) -> None:
        self._session.back_up(self._name)

    def _start_full(self) -> None:
        self._session.back_up(self._name, BackupOptions(full=True))

    def _verify(self) -> None:
        self._show(screens.Verification(self._name))

    def _make_still(self) -> QWidget:
        self._shield, self._health, self._next = QLabel(), widgets.headline(), widgets.quiet()
        self._shield.setFixedWidth(8 * style.GRID)
        self._primary = widgets.primary(_("&Back up now"), self._back_up)
        restore = widgets.button(_("&Restore files…"), lambda: self._show(screens.Restore(self._name)))
        self._resume = widgets.button(_("&Continue"), lambda: self._states.resume(self._name))
        self._resume.setAccessibleDescription(_("Back up automatically again"))
        more = widgets.button(_("&More"))
        more.setMenu(self._make_menu())
        text = widgets.column(gap=0)
        text.setSpacing(style.GRID // 2)
        text.addWidget(self._health)
        text.addWidget(self._next)
        head = QHBoxLayout()
        head.setSpacing(2 * style.GRID)
        head.addWidget(self._shield, 0, Qt.AlignmentFlag.AlignTop)
        head.addLayout(text, 1)
        self._buttons = Flow(self._primary, self._resume, restore, more)
        made = QWidget()
        box = widgets.column(made, gap=2)
        box.addLayout(head)
        box.addWidget(self._buttons)
        return made

    def _make_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.addAction(_("&Test a restore…"), self._verify)
        menu.addAction(_("Start a &new full backup"), self._start_full)
        menu.addAction(_("&Save recovery kit…"), lambda: self._show(screens.SaveKit(self._name)))
        menu.addAction(_("Run &diagnostics…"), lambda: self._show(screens.Diagnostics(self._name)))
        menu.addSeparator()
        menu.addAction(_("&Edit backup…"), lambda: self._show(screens.Editor(self._name)))
        menu.addAction(_("Help"), lambda: show_help("status"))
        return menu

    def _make_list(self) -> QListView:
        shown = _List()
        show_in(shown, self._runs, _("History"), self._open_log)
        shown.setMouseTracking(True)
        shown.setMinimumHeight(16 * style.GRID)
        return shown

    def _show_list(self) -> None:
        some = self._runs.rowCount() > 0
        self._list.setVisible(some or self._runs.canFetchMore(QModelIndex()))
        self._none.setVisible(not some)
        self._rest.setVisible(not some)

    def _open_log(self, index: QModelIndex) -> None:
        run = index.data(RUN.value)
        self._show(screens.Log(self._name, run.run))

    def _open_telling_log(self) -> None:
        """The log of the run that says how safe one is: not that of one that was skipped since."""
        shown = [self._runs.index(row) for row in range(self._runs.rowCount())]
        telling = (one for one in shown if counts(one.data(RUN).outcome, one.data(RUN).verb))
        if index := next(telling, None):
            self._open_log(index)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        if event.type() == QEvent.Type.PaletteChange and (state := self._states.of(self._name)):
            self.show_state(state)
        super().changeEvent(event)


class _Inside(QWidget):
    """What is scrolled: as high as its text takes at its width. Qt's own minimum is that of the narrowest."""

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(0, 0)


class _List(QListView):
    """Takes what room is left, and some rows' in any case."""

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return QSize(30 * style.GRID, 16 * style.GRID)


class Facts(QWidget):
    """What is protected and how much, where to, how much that takes there, how long the chain is, and when
    it was proven that it can be restored."""

    def __init__(self) -> None:
        super().__init__()
        paths, sentences = (
            [ElidedLabel("sentence") for _n in range(2)],
            [widgets.sentence() for _n in range(2)],
        )
        self._rows: list[tuple[QLabel, QLabel]] = [(QLabel(), text) for text in (*paths, *sentences)]
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(style.GRID)
        grid.setVerticalSpacing(style.GRID // 2)
        for number, (mark, text) in enumerate(self._rows):
            grid.addWidget(mark, number, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(text, number, 1)
        grid.setColumnStretch(1, 1)

    def show_state(self, state: ProfileState, now: datetime) -> None:
        """Show them as they are now."""
        profile, kept = state.profile, state.inventory
        icon = {Bucket: "bucket", Folder: "disk"}.get(type(profile.destination), "server")
        sources = [short(source.path) for source in profile.sources]
        shown = (
            ("folder", words.protects(sources, kept.files, kept.bytes)),
            (icon, words.keeps(place(profile.destination), kept.stored)),
            ("link", words.chain(kept.snapshots, kept.since, kept.chains, now)),
            ("circle-check", words.proven(state.status, now)),
        )
        colour, ratio = style.quiet_colour(self.palette()), self.devicePixelRatioF()
        for (mark, text), (icon, told) in zip(self._rows, shown, strict=True):
            mark.setPixmap(icons.pixmap(icon, 18, line=colour, ratio=ratio))
            text.show_text(told) if isinstance(text, ElidedLabel) else text.setText(told)
            mark.setVisible(bool(told))
            text.setVisible(bool(told))
