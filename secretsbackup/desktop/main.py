"""The desktop's way in: one process for a user, Qt, the loop that both asyncio and Qt run on, and signals."""

import asyncio
import signal
import sys
from collections.abc import Sequence

from PySide6.QtWidgets import QApplication

from secretsbackup.desktop.app import App
from secretsbackup.desktop.settings import Settings
from secretsbackup.store import home as homes
from secretsbackup.store import lock
from secretsbackup.tools.threads import Threads
from secretsbackup.words.language import set_language


def main(asked: Sequence[str] = ()) -> int:
    """Start the desktop, or have the one that is there do what is asked for."""
    from secretsbackup.desktop import instance

    home = homes.standard()
    held = instance.first(home)
    if held is None:
        return 0 if instance.hand_over(home, asked or ["open"]) else 75
    import qasync

    with held:
        qt = _application()
        settings = Settings(home)
        set_language(settings.language or None)
        loop = qasync.QEventLoop(qt)
        loop.set_default_executor(Threads())
        asyncio.set_event_loop(loop)
        app = App(home, settings)
        door = instance.InstanceServer(home, app)
        door.asked.connect(app.obey)
        app.quitting.ended.connect(loop.stop)
        loop.call_soon(app.begin, asked)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, app.quitting.quit)
        loop.add_signal_handler(lock.PLEASE_STOP, app.session.stop_what_is_asked)
        with loop:
            loop.run_forever()
    return 0


def _application() -> QApplication:
    qt = QApplication([sys.argv[0]])
    qt.setApplicationName("secretsbackup")
    qt.setApplicationDisplayName("Secrets Backup")
    qt.setDesktopFileName("secretsbackup")
    qt.setQuitOnLastWindowClosed(False)
    return qt
