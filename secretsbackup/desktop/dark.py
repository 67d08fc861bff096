"""Dark or light, as the desktop's portal says, from the start and whenever that changes.

GNOME and others say it there alone: Qt goes by the GTK theme, which stays a light one. KDE's own colours
reach Qt by themselves. Source: the Settings portal (https://flatpak.github.io/xdg-desktop-portal/).
"""

import contextlib
import os
import sys
from collections.abc import AsyncIterator
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from secretsbackup.tools import bus
from secretsbackup.tools.threads import run_in_daemon_thread

_PORTAL = bus.BusService(
    "SESSION",
    "org.freedesktop.portal.Desktop",
    "/org/freedesktop/portal/desktop",
    "org.freedesktop.portal.Settings",
)
_WHAT = ("org.freedesktop.appearance", "color-scheme")
_SCHEMES = {1: Qt.ColorScheme.Dark, 2: Qt.ColorScheme.Light}


async def follow() -> None:
    """Look as the desktop wants, for as long as the program runs; where nothing says how, as Qt does."""
    if not _is_wanted():
        return
    told = await run_in_daemon_thread(lambda: bus.ask(_PORTAL, "Read", "ss", *_WHAT))
    _show(scheme(told[0]) if told else None)
    async for value in _changes():
        _show(scheme(value))


def _is_wanted() -> bool:
    from_qt = hasattr(QGuiApplication.styleHints(), "setColorScheme")  # Qt 6.8
    return sys.platform == "linux" and from_qt and "KDE" not in os.environ.get("XDG_CURRENT_DESKTOP", "")


def scheme(value: Any) -> Qt.ColorScheme:
    """What the portal's answer means: a number within one variant or two."""
    while isinstance(value, tuple):
        value = value[1]
    return _SCHEMES.get(value, Qt.ColorScheme.Unknown)


def _show(wanted: Qt.ColorScheme | None) -> None:
    if wanted is not None and wanted != Qt.ColorScheme.Unknown:
        QGuiApplication.styleHints().setColorScheme(wanted)
    elif wanted is not None:
        QGuiApplication.styleHints().unsetColorScheme()


async def _changes() -> AsyncIterator[Any]:
    """The portal's values from now on; none where there is no bus."""
    from jeepney import MatchRule, message_bus
    from jeepney.io.asyncio import Proxy, open_dbus_router

    rule: Any = MatchRule(
        type="signal", interface=_PORTAL.interface, member="SettingChanged", path=_PORTAL.path
    )
    with contextlib.suppress(OSError, RuntimeError, ValueError, StopIteration):
        async with open_dbus_router(bus.address("SESSION")) as router:
            await Proxy(message_bus, router).AddMatch(rule)
            with router.filter(rule, bufsize=100) as heard:
                while True:
                    space, name, value = (await heard.get()).body
                    if (space, name) == _WHAT:
                        yield value
