"""The tray: how safe one is, as a shape and one line."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QSystemTrayIcon

from secretsbackup import words
from secretsbackup.desktop import icons, screens, style, work
from secretsbackup.desktop.icons import Shield
from secretsbackup.desktop.panel import Panel, panel
from secretsbackup.desktop.profile_states import ORDER, ProfileStates, worst
from secretsbackup.desktop.screens import Show
from secretsbackup.desktop.session import Session
from secretsbackup.desktop.settings import Settings
from secretsbackup.desktop.tray_menu import TrayMenu
from secretsbackup.words import Message

_WAIT = 2000
"""Milliseconds between two looks for a tray, as long as there is none."""

_WATCHER = "org.kde.StatusNotifierWatcher"


class Tray(QObject):
    """Shown as soon as there is a tray; `appeared` says so."""

    appeared = Signal()

    def __init__(
        self,
        states: ProfileStates,
        settings: Settings,
        session: Session,
        show: Show,
        leave: Callable[[], object],
        parent: QObject | None = None,
    ) -> None:
        """`leave` asks whether the program may end."""
        super().__init__(parent)
        self._states, self._settings, self._show = states, settings, show
        self._icon: QSystemTrayIcon | None = None
        self.under = Panel.UNKNOWN
        """What the icon was last seen to lie on."""
        self._drawn: tuple[object, ...] = ()
        self._menu = TrayMenu(states, session, show, leave)
        self._waiting = QTimer(self, interval=_WAIT)
        self._waiting.timeout.connect(self.look)
        states.changed.connect(self.draw)
        states.listed.connect(self.draw)
        settings.panel_changed.connect(self.draw)
        qt = QGuiApplication.instance()
        assert isinstance(qt, QGuiApplication)
        qt.paletteChanged.connect(self._recolour)

    @property
    def shown(self) -> bool:
        """Whether there is a tray with our icon in it."""
        return self._icon is not None

    def look(self) -> bool:
        """Show the icon if there is a tray by now, else look again soon."""
        if self._icon is None and _is_there():
            self._icon = QSystemTrayIcon(self)
            self._icon.activated.connect(self._clicked)
            self._icon.messageClicked.connect(self._open)
            self._drawn = ()
            self.draw()
            self._icon.setContextMenu(self._menu)
            self._icon.show()
            self._waiting.stop()
            self.appeared.emit()
        elif self._icon is None:
            self._waiting.start()
        return self.shown

    def _recolour(self) -> None:
        """A panel goes from light to dark with the palette."""
        self.draw()

    def draw(self) -> None:
        """Show how all profiles stand."""
        self.under = under = panel(self._settings.panel)
        if self._icon is None:
            return
        now = datetime.now(UTC)
        state = worst(self._states, now)
        done = self._done() if state is Shield.RUNNING else 0.0
        if self._drawn != (state, round(done, 2), under):
            self._drawn = (state, round(done, 2), under)
            self._icon.setIcon(_icon(state, under, done))
        if self._icon.toolTip() != (tip := self._tip(now)):
            self._icon.setToolTip(tip)

    def notify(self, message: Message, state: Shield) -> None:
        """Raise a notification; where there is no tray, the desktop itself may show it."""
        if self._icon is None:
            from secretsbackup.tools import notify

            work.begin(notify.show(message.title, message.advice))
        else:
            colours = style.palette()
            line = colours.color(QPalette.ColorRole.WindowText)
            shown = icons.shield(state, line, icons.state_colour(state, colours))
            self._icon.showMessage(message.title, message.advice, shown, 10_000)

    def _clicked(self, how: QSystemTrayIcon.ActivationReason) -> None:
        if how in (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick):
            self._open()

    def _open(self) -> None:
        self._show(screens.Main())

    def _done(self) -> float:
        running = [one.done for one in self._states.all.values() if one.status.running]
        return min(running, default=0.0)

    def _tip(self, now: datetime) -> str:
        if self._states.trouble:
            return self._states.trouble.title
        known = [one for one in self._states.all.values() if one.known or one.status.running]
        if not known:
            return "Secrets Backup"
        gravest = min(known, key=lambda one: ORDER.index(one.shield(now)))
        told = words.tip(gravest.status, now, gravest.next_run, gravest.paused)
        return words.tip_of(gravest.profile.name, told, len(known) - 1)


def _icon(state: Shield, under: Panel, done: float) -> QIcon:
    dark = under is not Panel.LIGHT
    line = QColor("#ffffff" if dark else "#2a2a2a")
    accents = {
        Shield.RUNNING: "#62b8f6" if dark else "#1a6fb5",
        Shield.ATTENTION: "#f6c344" if dark else "#b06000",
        Shield.FAILED: "#ff8a80" if dark else "#c01c28",
    }
    halo = QColor("#242424") if under is Panel.UNKNOWN else None
    made = icons.shield(state, line, QColor(accents.get(state, line.name())), done, halo)
    made.setIsMask(sys.platform == "darwin" and state in (Shield.SAFE, Shield.PAUSED))
    return made


def _is_there() -> bool:
    """Whether there is a tray now.

    Qt looks once for the one on the session bus and never again, so it may not be asked before that is
    there; on X11 it asks for the older kind of tray each time.
    """
    if sys.platform == "darwin" or _watched():
        return QSystemTrayIcon.isSystemTrayAvailable()
    return QGuiApplication.platformName() == "xcb" and QSystemTrayIcon.isSystemTrayAvailable()


def _watched() -> bool:
    if not os.environ.get("DBUS_SESSION_BUS_ADDRESS") and not os.environ.get("XDG_RUNTIME_DIR"):
        return False
    from PySide6.QtDBus import QDBusConnection

    bus = QDBusConnection.sessionBus().interface()
    return bus is not None and bool(bus.isServiceRegistered(_WATCHER).value())
