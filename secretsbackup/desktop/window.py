"""The window: the profiles on the left, the chosen one on the right. Closing it ends no run."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QResizeEvent, QShortcut, QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QListView, QStackedWidget, QWidget

from secretsbackup.desktop import icons, screens, style, widgets
from secretsbackup.desktop.automatic_backups import AutomaticBackups
from secretsbackup.desktop.help import offer_help
from secretsbackup.desktop.overview import Overview
from secretsbackup.desktop.profile_list import ProfileDelegate, ProfileListModel
from secretsbackup.desktop.profile_states import ProfileStates
from secretsbackup.desktop.screens import Show
from secretsbackup.desktop.session import Session
from secretsbackup.desktop.settings import Settings
from secretsbackup.desktop.trouble import Trouble
from secretsbackup.model.plan import StartFrom
from secretsbackup.model.profile import Profile, ProfileName
from secretsbackup.store.home import Home
from secretsbackup.words.language import _


class MainWindow(QWidget):
    """Shown again and again; what it shows follows the profiles' states."""

    def __init__(
        self,
        home: Home,
        settings: Settings,
        states: ProfileStates,
        session: Session,
        automatic: AutomaticBackups,
        show: Show,
        leave: Callable[[], object],
    ) -> None:
        """`leave` asks whether the program may end."""
        super().__init__()
        self._home, self._settings, self._states = home, settings, states
        self._session, self._automatic, self._show, self._leave = session, automatic, show, leave
        self.setWindowTitle("Secrets Backup")
        self._names = ProfileListModel(states)
        self._side, self._list = self._make_side()
        self._pages = QStackedWidget()
        self._overviews: dict[ProfileName, Overview] = {}
        self._empty = self._make_empty()
        self._pages.addWidget(self._empty)
        self._trouble = Trouble()
        self._hint = widgets.quiet()
        self._hint.hide()
        right = widgets.column(gap=0)
        above = widgets.column(margin=0)
        above.setContentsMargins(3 * style.GRID, style.GRID, 3 * style.GRID, 0)
        above.addWidget(self._trouble)
        above.addWidget(self._hint)
        right.addLayout(above)
        right.addWidget(self._pages, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self._side)
        row.addLayout(right, 1)
        self.setMinimumSize(60 * style.GRID, 50 * style.GRID)
        self.resize(110 * style.GRID, 78 * style.GRID)
        self.restoreGeometry(settings.geometry("main"))
        self._make_shortcuts()
        states.changed.connect(self._changed)
        states.listed.connect(self._listed)
        self._listed()

    def hint(self, text: str) -> None:
        """Say something once, quietly."""
        self._hint.setText(text)
        self._hint.show()

    def choose(self, name: str) -> None:
        """Show a profile."""
        state = self._states.of(name)
        if state is None:
            self._pages.setCurrentWidget(self._empty)
            return
        key = state.profile.name
        if key not in self._overviews:
            self._overviews[key] = made = self._make_overview(state.profile)
            self._pages.addWidget(made)
        self._overviews[key].show_state(state)
        self._pages.setCurrentWidget(self._overviews[key])
        if (row := self._names.row(name)) != self._list.currentIndex().row():
            self._list.setCurrentIndex(self._names.index(row))

    @property
    def chosen(self) -> ProfileName | None:
        """The profile that is shown."""
        shown = self._pages.currentWidget()
        return next((name for name, overview in self._overviews.items() if overview is shown), None)

    def _changed(self, name: str) -> None:
        state = self._states.of(name)
        if state and self.isVisible() and name == self.chosen:
            self._overviews[state.profile.name].show_state(state)

    def _listed(self) -> None:
        states = self._states
        for gone in self._overviews.keys() - states.all.keys():
            overview = self._overviews.pop(gone)
            self._pages.removeWidget(overview)
            overview.deleteLater()
        if states.trouble:
            self._trouble.tell(states.trouble)
        else:
            self._trouble.clear_message()
        self._side.setVisible(bool(states.all) and self._has_room())
        known = self.chosen or next(iter(states.all), None)
        self.choose(known or "")

    def _make_overview(self, profile: Profile) -> Overview:
        return Overview(self._home, self._states, self._session, self._automatic, self._show, profile)

    def _set_up(self) -> None:
        self._show(screens.SetUp())

    def _recover(self) -> None:
        self._show(screens.SetUp(StartFrom.KIT))

    def _show_preferences(self) -> None:
        self._show(screens.Preferences())

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        super().showEvent(event)
        if self.chosen:
            self.choose(self.chosen)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        self._settings.keep_geometry("main", self.saveGeometry())
        super().closeEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        self._side.setVisible(bool(self._states.all) and self._has_room())
        super().resizeEvent(event)

    def _has_room(self) -> bool:
        """Whether the profiles fit beside the chosen one; where there are several, they must."""
        return len(self._states.all) > 1 or self.width() > 85 * self.fontMetrics().averageCharWidth()

    def _make_side(self) -> tuple[QFrame, QListView]:
        side, shown = QFrame(), QListView()
        side.setProperty("kind", "side")
        shown.setModel(self._names)
        shown.setItemDelegate(ProfileDelegate())
        shown.setFrameShape(QFrame.Shape.NoFrame)
        shown.setAccessibleName(_("Backups"))
        shown.viewport().setAutoFillBackground(False)
        shown.selectionModel().currentChanged.connect(
            lambda index, _before: self.choose(index.data(Qt.ItemDataRole.DisplayRole) or "")
        )
        box = widgets.column(side, margin=1)
        box.addWidget(shown, 1)
        add = widgets.flat(_("&Add a backup…"), self._set_up)
        icons.put(add, "plus")
        settings = widgets.flat(_("&Preferences…"), self._show_preferences)
        icons.put(settings, "settings")
        handbook = offer_help(self, lambda: "status" if self.chosen else "index")
        icons.put(handbook, "info")
        for button in (add, settings, handbook):
            box.addWidget(button)
        least = max(button.sizeHint().width() for button in (add, settings)) + 2 * style.GRID
        side.setFixedWidth(max(24 * style.GRID, 24 * self.fontMetrics().averageCharWidth(), least))
        return side, shown

    def _make_empty(self) -> QWidget:
        """No profile yet: a picture, a sentence, and what to do."""
        made, picture = QWidget(), QLabel()
        icons.keep(picture, _draw_shield)
        picture.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        title = widgets.headline(_("Keep what you can’t lose"))
        cause = widgets.quiet(
            _("Your files, encrypted with your own key, in a place you choose. Only what changed is sent.")
        )
        set_up = widgets.primary(_("&Set up a backup"), self._set_up)
        restore = widgets.button(_("&Restore from a backup I have"), self._recover)
        box = widgets.column(made, margin=4, gap=2)
        box.addStretch(2)
        for widget in (picture, title, cause):
            box.addWidget(widget)
        for label in (title, cause):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        box.addSpacing(2 * style.GRID)
        box.addWidget(set_up, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addWidget(restore, 0, Qt.AlignmentFlag.AlignHCenter)
        box.addStretch(3)
        return made

    def _make_shortcuts(self) -> None:
        for keys, do in (
            (QKeySequence.StandardKey.Close, self.close),
            (QKeySequence.StandardKey.Quit, self._leave),
            (QKeySequence.StandardKey.Preferences, self._show_preferences),
            (QKeySequence.StandardKey.New, self._set_up),
        ):
            QShortcut(QKeySequence(keys), self, do)


def _draw_shield(on: QLabel) -> None:
    drawn = icons.pixmap("shield", 96, line=style.accent(style.palette()), ratio=on.devicePixelRatioF())
    on.setPixmap(drawn)
