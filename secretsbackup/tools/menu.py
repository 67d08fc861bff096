"""The desktop's menu: an entry and its icon in the user's own folders, where no package put them.

Without them a program that runs from its own folder is in no menu, and GNOME shows it without name and icon.
Source: the Desktop Entry Specification; TryExec hides an entry whose program is gone.
"""

import os
import sys
from importlib.resources import files
from pathlib import Path

from secretsbackup.tools.autostart import command, quoted

_NAME = "secretsbackup"
_OURS = "X-SecretsBackup-Generated=true"
"""Marks the entry that we wrote: one of somebody else's stays as it is."""


def install() -> bool:
    """Write them, or name the program where it is now; whether anything was to be done."""
    if sys.platform != "linux" or _is_packaged() or _is_anothers():
        return False
    wanted = {_entry(): _content(), _icon(): (_resources() / "icons" / f"{_NAME}.svg").read_bytes()}
    new = {path: content for path, content in wanted.items() if _read(path) != content}
    try:
        for path, content in new.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(0o644)
    except OSError:
        return False  # a menu without us is no reason not to start
    return bool(new)


def remove() -> bool:
    """Take away what we wrote; False if there was nothing."""
    if _OURS.encode() not in _read(_entry()):
        return False
    for path in (_entry(), _icon()):
        path.unlink(missing_ok=True)
    return True


def _is_packaged() -> bool:
    """Whether the system has an entry for us."""
    folders = (os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share").split(":")
    return any((Path(folder) / "applications" / f"{_NAME}.desktop").exists() for folder in folders if folder)


def _is_anothers() -> bool:
    return os.path.lexists(_entry()) and _OURS.encode() not in _read(_entry())


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _data() -> Path:
    folder = os.environ.get("XDG_DATA_HOME") or ""
    return Path(folder) if folder else Path.home() / ".local" / "share"


def _entry() -> Path:
    return _data() / "applications" / f"{_NAME}.desktop"


def _icon() -> Path:
    return _data() / "icons" / "hicolor" / "scalable" / "apps" / f"{_NAME}.svg"


def _resources() -> Path:
    return Path(str(files("secretsbackup.resources")))


def _content() -> bytes:
    """The package's entry, for the program that runs now."""
    program = " ".join(map(quoted, command()))
    lines = (_resources() / f"{_NAME}.desktop").read_text(encoding="utf-8").splitlines()
    lines = [line.replace(f"Exec={_NAME}", f"Exec={program}", 1) for line in lines]
    at = lines.index(f"Icon={_NAME}")
    return "\n".join([*lines[:at], f"TryExec={command()[0]}", _OURS, *lines[at:], ""]).encode()
