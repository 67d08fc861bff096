"""The panel that the tray lies on: whether it is dark or light, as far as that can be known."""

import os
from enum import StrEnum

from secretsbackup.desktop import style


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
