"""Autostart at login: an XDG autostart entry on Linux, a LaunchAgent on macOS. Both start it in the tray."""

import os
import re
import shlex
import sys
from pathlib import Path

from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure

_NAME = "secretsbackup"
_LABEL = "org.secretsbackup.tray"


def turn_on() -> Path:
    """Start at login from now on; the file that says so. Failure(NOT_WRITABLE)."""
    path = entry()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(_content())
    except OSError as error:
        raise Failure(causes.NotWritable(str(path)), (str(error),)) from None
    return path


def turn_off() -> bool:
    """Start at login no more; False if it did not."""
    there = entry().exists()
    try:
        entry().unlink(missing_ok=True)
    except OSError as error:
        raise Failure(causes.NotWritable(str(entry())), (str(error),)) from None
    return there


def is_on() -> bool:
    """Whether it starts at login; an entry that the desktop's own settings switched off is off."""
    try:
        said = entry().read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return False
    return not {"Hidden=true", "X-GNOME-Autostart-enabled=false"} & {line.replace(" ", "") for line in said}


def works() -> bool:
    """Whether it starts at login, and the program that it names is there."""
    return is_on() and _program_is_there()


def _program_is_there() -> bool:
    try:
        content = entry().read_bytes()
        return content == _content() or Path(_words(content)[0]).exists()
    except (OSError, ValueError, IndexError, KeyError):
        return False


def _words(content: bytes) -> list[str]:
    """The command of an entry; ValueError where it has none that can be read."""
    if sys.platform == "darwin":
        import plistlib

        return [*plistlib.loads(content)["ProgramArguments"]]
    found = re.search(r"^Exec=(.*)$", content.decode(), re.MULTILINE)
    return shlex.split(found[1].replace("%%", "%")) if found else []


def repair() -> bool:
    """Name the program where it is now, if it has moved since; whether that was needed."""
    if not is_on() or entry().read_bytes() == _content():
        return False
    turn_on()
    return True


def command() -> list[str]:
    """How this program is started: the one that runs now, wherever it was installed or moved to."""
    beside = Path(sys.executable).parent / _NAME
    return [str(beside)] if beside.exists() else [sys.executable, "-m", "secretsbackup"]


def entry() -> Path:
    """The file that says so."""
    if sys.platform == "darwin":
        return Path.home() / "Library" / "LaunchAgents" / f"{_LABEL}.plist"
    config = os.environ.get("XDG_CONFIG_HOME") or ""
    return (Path(config) if config else Path.home() / ".config") / "autostart" / f"{_NAME}.desktop"


def _content() -> bytes:
    words = [*command(), "--tray"]
    if sys.platform == "darwin":
        import plistlib

        agent = {"Label": _LABEL, "ProgramArguments": words, "RunAtLoad": True, "ProcessType": "Interactive"}
        return plistlib.dumps(agent)
    lines = (
        "[Desktop Entry]",
        "Type=Application",
        "Name=Secrets Backup",
        f"Exec={' '.join(map(quoted, words))}",
        "Icon=secretsbackup",
        "Terminal=false",
        "X-GNOME-Autostart-enabled=true",
    )
    return "\n".join((*lines, "")).encode()


def quoted(word: str) -> str:
    """A word of an Exec line (Desktop Entry Specification, "The Exec key"): a percent sign begins a field
    code there, and a backslash is escaped twice, as of the word and as of the value."""
    word = word.replace("%", "%%")
    if re.fullmatch(r"[\w@+=:,./%-]+", word):
        return word
    escaped = re.sub(r'(["`$\\])', r"\\\1", word)
    return '"' + escaped.replace("\\", "\\\\") + '"'
