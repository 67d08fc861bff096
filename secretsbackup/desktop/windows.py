"""The windows: what is asked for is shown, in a window of which there is one at most."""

from collections.abc import Callable
from typing import TYPE_CHECKING, assert_never

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QApplication, QWidget

from secretsbackup.desktop import screens, style
from secretsbackup.desktop.automatic_backups import AutomaticBackups
from secretsbackup.desktop.profile_states import ProfileStates
from secretsbackup.desktop.screens import Screen
from secretsbackup.desktop.session import Session
from secretsbackup.desktop.settings import Settings
from secretsbackup.model.event import RunId
from secretsbackup.model.plan import StartFrom
from secretsbackup.model.profile import Profile, ProfileName
from secretsbackup.model.secret import Secret
from secretsbackup.store.home import Home

if TYPE_CHECKING:
    from secretsbackup.desktop.window import MainWindow


class Windows(QObject):
    """Knows every window, and imports each when it is first asked for: a tray does without."""

    opened = Signal()
    """The main window was asked for."""

    def __init__(
        self,
        home: Home,
        settings: Settings,
        states: ProfileStates,
        session: Session,
        automatic: AutomaticBackups,
        leave: Callable[[], object],
        parent: QObject | None = None,
    ) -> None:
        """`leave` asks whether the program may end."""
        super().__init__(parent)
        self._home, self._settings, self._states = home, settings, states
        self._session, self._automatic, self._leave = session, automatic, leave
        self._open: dict[Screen, QWidget] = {}
        self.main: MainWindow | None = None

    def show(self, screen: Screen) -> None:
        """Show a screen; what was begun in it is there again. One of a profile that is gone is not shown."""
        if screen == screens.Main():
            self._states.refresh_all()
            self.opened.emit()
        window = self._open.get(screen)
        if window is None:
            apply_style()
            if (window := self._make(screen)) is None:
                return
            self._open[screen] = window
            window.destroyed.connect(lambda: self._open.pop(screen, None))
        elif screen == screens.SetUp(StartFrom.KIT):
            _ask_for_kit(window)
        _raise(window)

    def shown(self, screen: Screen) -> QWidget | None:
        """The window of a screen; None while there is none."""
        return self._open.get(screen)

    def above(self) -> QWidget | None:
        """What a question is asked above: the main window, if it is to be seen."""
        apply_style()
        return self.main if self.main and self.main.isVisible() else None

    async def ask_passphrase(self) -> Secret | None:
        """Ask whoever sits there for the passphrase."""
        from secretsbackup.desktop import prompts

        return await prompts.passphrase(self.above())

    def _make(self, screen: Screen) -> QWidget | None:
        match screen:
            case screens.Main():
                return self._make_main()
            case screens.Preferences():
                return self._make_preferences()
            case screens.SetUp(start=start):
                return self._make_set_up(start)
            case screens.Restore(profile=wanted):
                return self._make_restore(wanted)
            case screens.Log(profile=name, run=run):
                return self._make_log(name, run)
            case screens.Editor(profile=name):
                return self._if_there(name, self._make_editor)
            case screens.Verification(profile=name):
                return self._if_there(name, self._make_verification)
            case screens.Diagnostics(profile=name):
                return self._if_there(name, _make_diagnostics)
            case screens.SaveKit(profile=name):
                return self._if_there(name, self._make_kit_wizard)
            case _:
                assert_never(screen)

    def _if_there(self, name: ProfileName, make: Callable[[Profile], QWidget]) -> QWidget | None:
        known = self._states.of(name)
        return make(known.profile) if known else None

    def _make_main(self) -> QWidget:
        from secretsbackup.desktop.window import MainWindow

        self.main = MainWindow(
            self._home, self._settings, self._states, self._session, self._automatic, self.show, self._leave
        )
        return self.main

    def _make_preferences(self) -> QWidget:
        from secretsbackup.desktop.preferences import PreferencesWindow

        return PreferencesWindow(self._home, self._settings, self._states, self.show)

    def _make_set_up(self, start: StartFrom | None) -> QWidget:
        from secretsbackup.desktop.setup import SetUpWizard

        return SetUpWizard(self._home, self._states, self._session, self._automatic, self.show, start)

    def _make_restore(self, name: ProfileName | None) -> QWidget:
        from secretsbackup.desktop.restore import RestoreWizard

        return RestoreWizard(self._home, self._settings, self._states, self._session, self.show, name)

    def _make_log(self, name: ProfileName, run: RunId) -> QWidget:
        from secretsbackup.desktop.log import LogWindow

        return LogWindow(self._home, self._states, name, run)

    def _make_editor(self, profile: Profile) -> QWidget:
        from secretsbackup.desktop.editor import EditorWindow

        return EditorWindow(self._home, profile)

    def _make_verification(self, profile: Profile) -> QWidget:
        from secretsbackup.desktop.verification import VerificationWindow

        return VerificationWindow(self._home, self._states, self._session, self.show, profile.name)

    def _make_kit_wizard(self, profile: Profile) -> QWidget:
        from secretsbackup.desktop import kit_wizard

        return kit_wizard.wizard(self._home, self._states, profile)


def _make_diagnostics(profile: Profile) -> QWidget:
    from secretsbackup.desktop import diagnostics

    return diagnostics.wizard(profile)


def apply_style() -> None:
    """Before the first window: what a mere tray does without."""
    from secretsbackup.desktop import icons

    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    style.apply_style(qt, icons.redraw)
    qt.setWindowIcon(icons.icon("secretsbackup"))


def _ask_for_kit(window: QWidget) -> None:
    """Whoever wants files back is asked for the kit again, whatever was begun there before."""
    from secretsbackup.desktop.setup import SetUpWizard

    assert isinstance(window, SetUpWizard)
    window.recover()


def _raise(window: QWidget) -> None:
    window.show()
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.raise_()
    window.activateWindow()
