"""The application: makes the parts of the desktop, and joins them."""

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer

from secretsbackup.desktop import dark, screens, work
from secretsbackup.desktop.automatic_backups import AutomaticBackups
from secretsbackup.desktop.background import Background
from secretsbackup.desktop.follower import Follower
from secretsbackup.desktop.garbage_collection import GarbageCollection
from secretsbackup.desktop.notices import Notices
from secretsbackup.desktop.profile_states import ProfileStates
from secretsbackup.desktop.quitting import Quitting
from secretsbackup.desktop.session import Session
from secretsbackup.desktop.settings import Settings
from secretsbackup.desktop.tray import Tray
from secretsbackup.desktop.windows import Windows
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.secret import Secret
from secretsbackup.store.home import Home
from secretsbackup.words.language import _

_GRACE = 5000
"""Milliseconds that a tray may come up later than we do, at login."""


class App(QObject):
    """One for the process."""

    def __init__(self, home: Home, settings: Settings) -> None:
        super().__init__()
        self.home, self.settings = home, settings
        self.follower = Follower(home, self)
        self.states = states = ProfileStates(home, self.follower, self)
        self.session = session = Session(home, states, self.follower, self._ask, self)
        automatic = AutomaticBackups(home, states, in_tray=lambda: self.tray.shown)
        self.windows = windows = Windows(home, settings, states, session, automatic, self._leave, self)
        self.tray = Tray(states, settings, session, windows.show, self._leave, self)
        self.notices = Notices(session, states, settings, self.tray.notify, self)
        self.background = Background(home, states, session, automatic, self.tray.notify, self)
        self.quitting = Quitting(session, windows, self.tray, states, automatic, self)
        self._rubbish = GarbageCollection(self, unseen=self.quitting.unseen)

    def begin(self, asked: Sequence[str]) -> None:
        """Come up, and do what was asked for. Where there is no tray (yet), the window stands in for it."""
        self.tray.look()
        self.states.begin()
        self.quitting.begin()
        self.obey(asked)
        self.background.begin()
        work.begin(dark.follow())
        if not self.tray.shown:
            QTimer.singleShot(_GRACE if "tray" in asked else 0, self._stand_in)

    def obey(self, asked: Sequence[str]) -> None:
        """Do what the command line asked for: "tray", "open", or "backup" and a profile's name."""
        match list(asked):
            case ["backup", *names]:
                for name in names or list(self.states.all)[:1]:
                    self.session.back_up(ProfileName(name))
                self.windows.show(screens.Main())
            case ["open", *_rest]:
                self.windows.show(screens.Main())
            case _:
                pass

    def _leave(self) -> None:
        self.quitting.ask()

    async def _ask(self) -> Secret | None:
        return await self.windows.ask_passphrase()

    def _stand_in(self) -> None:
        """There is no tray (yet): the window is what one can click on."""
        if not self.tray.shown and self.windows.main is None:
            self.windows.show(screens.Main())
        if self.windows.main and not self.tray.shown and not self.settings.told_no_tray:
            self.settings.told_no_tray = True
            self.windows.main.hint(
                _(
                    "This desktop has no tray. When you close this window, you can choose how "
                    "backups continue."
                )
            )
