"""What the desktop itself remembers: the window's size, the language, whether to notify."""

import contextlib
import os

from PySide6.QtCore import QByteArray, QObject, QSettings, Signal

from secretsbackup.model.outcome import Failure
from secretsbackup.store.home import Home, ours


class Settings(QObject):
    """A small file beside the profiles."""

    panel_changed = Signal()
    """The tray's icon lies on another colour."""

    def __init__(self, home: Home) -> None:
        super().__init__()
        with contextlib.suppress(Failure):  # it can be read all the same, or has its defaults
            ours(home.config)
        path = os.devnull if home.desktop.is_fifo() else str(home.desktop)
        self._kept = QSettings(path, QSettings.Format.IniFormat)

    @property
    def language(self) -> str:
        """The code of a language; empty for the session's own."""
        return str(self._kept.value("language", ""))

    @language.setter
    def language(self, code: str) -> None:
        self._kept.setValue("language", code)

    @property
    def notifies(self) -> bool:
        """Whether the end of a run may raise a notification."""
        return self._kept.value("notifications", "true") != "false"

    @notifies.setter
    def notifies(self, wanted: bool) -> None:
        self._kept.setValue("notifications", "true" if wanted else "false")

    @property
    def panel(self) -> str:
        """What the tray's panel is: "dark", "light", or empty to go by the palette."""
        return str(self._kept.value("panel", ""))

    @panel.setter
    def panel(self, shade: str) -> None:
        self._kept.setValue("panel", shade)
        self.panel_changed.emit()

    @property
    def told_no_tray(self) -> bool:
        """Whether the user has heard that this desktop has no tray."""
        return self._kept.value("told-no-tray", "false") == "true"

    @told_no_tray.setter
    def told_no_tray(self, told: bool) -> None:
        self._kept.setValue("told-no-tray", "true" if told else "false")

    @property
    def restored_to(self) -> str:
        """The folder in which the last restore made its own; empty before the first."""
        return str(self._kept.value("restored-to", ""))

    @restored_to.setter
    def restored_to(self, folder: str) -> None:
        self._kept.setValue("restored-to", folder)

    def geometry(self, window: str) -> QByteArray:
        """Where a window was; empty if it was never there."""
        kept = self._kept.value(f"windows/{window}")
        return kept if isinstance(kept, QByteArray) else QByteArray()

    def keep_geometry(self, window: str, geometry: QByteArray) -> None:
        """Remember where a window is."""
        self._kept.setValue(f"windows/{window}", geometry)
