"""The tray: how safe one is as a shape and one line, and the few things that are done every day."""

import os
import sys
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPalette
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from secretsbackup import words
from secretsbackup.desktop import icons, screens, style, work
from secretsbackup.desktop.icons import Shield
from secretsbackup.desktop.profile_states import ORDER, Standings, worst
from secretsbackup.desktop.screens import Screen, Show
from secretsbackup.desktop.session import Session
from secretsbackup.desktop.settings import Settings
from secretsbackup.model.profile import ProfileName
from secretsbackup.store.pause import UNTIL_RESUMED
from secretsbackup.words import Message
from secretsbackup.words.language import _

_WAIT = 2000
"""Milliseconds between two looks for a tray, as long as there is none."""

_WATCHER = "org.kde.StatusNotifierWatcher"


class Tray(QObject):
    """Shown as soon as there is a tray; `appeared` says so."""

    appeared = Signal()

    def __init__(
        self,
        states: Standings,
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
        self._menu = Menu(states, session, show, leave)
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


class Menu(QMenu):
    """What is done every day, and the way to all the rest."""

    def __init__(self, states: Standings, session: Session, show: Show, leave: Callable[[], object]) -> None:
        super().__init__()
        self._states, self._session, self._show, self._leave = states, session, show, leave
        self._shown: object = None
        states.changed.connect(self.fill)
        states.listed.connect(self.fill)
        self._closed = QTimer(self, interval=0, singleShot=True)
        self._closed.timeout.connect(self.fill)
        self.aboutToHide.connect(self._closed.start)  # what was clicked is done before it is made anew
        self.fill()

    def fill(self) -> None:
        """Offer what can be done now. While it is open nothing moves below the pointer."""
        if self.isVisible():
            return
        now = datetime.now(UTC)
        all_ = self._states.all.values()
        names = [one.profile.name for one in all_ if not one.status.running]
        running = [one.profile.name for one in all_ if one.status.running]
        paused = [one.profile.name for one in all_ if one.is_paused(now)]
        if self._shown == (names, running, paused):
            return
        self._shown = (names, running, paused)
        self.clear()
        if names:
            self._each(_("&Back up now"), names, self._session.back_up)
        if running:
            self._each(_("&Stop"), running, self._session.stop)
        if not names and not running:
            self._opens(_("&Set up a backup…"), screens.SetUp())
        else:
            self._opens(_("&Restore files…"), screens.Restore())
        self.addSeparator()
        self._opens(_("&Open"), screens.Main())
        self._pauses([*names, *running], paused)
        self._opens(_("&Preferences…"), screens.Preferences())
        self.addSeparator()
        self.addAction(_("&Quit"), self._leave)

    def _opens(self, label: str, screen: Screen) -> None:
        self.addAction(label, lambda: self._show(screen))

    def _each(self, label: str, names: list[ProfileName], do: Callable[[ProfileName], object]) -> None:
        """An action; where it is not clear for which profile, a submenu."""
        if len(self._states.all) == 1:
            self.addAction(label, lambda: do(names[0]))
            return
        more = self.addMenu(label)
        for name in names:
            more.addAction(name, partial(do, name))

    def _pauses(self, names: list[ProfileName], paused: list[ProfileName]) -> None:
        if not names:
            return
        if paused:
            self.addAction(_("Res&ume"), lambda: self._resume(paused))
            return
        more = self.addMenu(_("P&ause"))
        for label, until in (
            (_("For 1 &hour"), lambda now: now + timedelta(hours=1)),
            (_("Until &tomorrow"), tomorrow),
            (_("Until I &resume"), lambda _now: UNTIL_RESUMED),
        ):
            more.addAction(label, self._pauser(names, until))

    def _resume(self, names: list[ProfileName]) -> None:
        for name in names:
            self._states.resume(name)

    def _pauser(self, names: list[ProfileName], until: Callable[[datetime], datetime]) -> Callable[[], None]:
        def pause() -> None:
            for name in names:
                self._states.pause(name, until(datetime.now(UTC)))

        return pause


def tomorrow(now: datetime) -> datetime:
    """The next morning, when one is up again."""
    local = now.astimezone()
    return datetime.combine(local.date() + timedelta(days=1), time(6)).astimezone(UTC)


class Panel(StrEnum):
    """What the icon lies on. `UNKNOWN`: light lines on a dark shield can be seen on both."""

    DARK = "dark"
    LIGHT = "light"
    UNKNOWN = "unknown"


def panel(setting: str) -> Panel:
    """As is set; else GNOME's is always dark, KDE's goes by the palette, and of others nobody knows."""
    if setting:
        return Panel(setting)
    desktop = os.environ.get("XDG_CURRENT_DESKTOP", "")
    if "KDE" in desktop:
        return Panel.DARK if style.is_dark(style.palette()) else Panel.LIGHT
    return Panel.DARK if "GNOME" in desktop or "Unity" in desktop else Panel.UNKNOWN


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
