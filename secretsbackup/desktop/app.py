"""The application: what tray, window and wizards share, and what they ask to be done."""

import asyncio
import sys
from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget

from secretsbackup.desktop import asking, look
from secretsbackup.language import speak
from secretsbackup.model.event import Verb
from secretsbackup.model.profile import Profile, ProfileName
from secretsbackup.model.secret import Secret
from secretsbackup.operations import runner
from secretsbackup.operations.runner import Live, Recipe
from secretsbackup.store import home as homes
from secretsbackup.store.home import Home


class App(QObject):
    """One for the process. `lives` are the runs that this process does, by their profile."""

    def __init__(self, home: Home) -> None:
        super().__init__()
        self.home = home
        self.lives: dict[ProfileName, Live] = {}
        self.window: QWidget | None = None

    def run(self, recipe: Recipe, verb: Verb, profile: Profile) -> Live:
        """Start a run in this process. Failure if not even its journal can be written."""
        live = runner.start(recipe, verb, profile, self.home, ask=self.ask)
        self.lives[profile.name] = live
        return live

    async def ask(self) -> Secret | None:
        """Ask whoever sits there for the passphrase."""
        return await asking.passphrase(self.window)


def main(words: Sequence[str] = ()) -> int:
    """Start the desktop, or raise the one that is there."""
    import qasync

    qt = QApplication([sys.argv[0]])
    qt.setApplicationName("secretsbackup")
    qt.setApplicationDisplayName("Secrets Backup")
    qt.setDesktopFileName("secretsbackup")
    qt.setQuitOnLastWindowClosed(False)
    speak()
    look.dress(qt)
    loop = qasync.QEventLoop(qt)
    asyncio.set_event_loop(loop)
    App(homes.standard())
    with loop:
        loop.run_forever()
    return 0
