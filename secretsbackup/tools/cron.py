"""Other ways in which a system starts programs: whether one of them starts our backups."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

from secretsbackup.model.outcome import Failure
from secretsbackup.tools import process

_CALL = b"backup --due"
_SYSTEM = (
    *("/etc/crontab", "/etc/anacrontab", "/etc/cron.d/*", "/etc/cron.hourly/*", "/etc/cron.daily/*"),
    *("/etc/systemd/system/*.service", "/etc/systemd/user/*.service"),
)
_MOST = 1 << 16
"""Bytes of a file that are looked at."""


async def calls_us() -> bool:
    """Whether the user's crontab, or a file of the system's, has `backup --due` in it."""
    return any(_calls(path) for path in _files()) or await _in_own_crontab()


def _files() -> Iterator[Path]:
    for pattern in _SYSTEM:
        yield from Path("/").glob(pattern.lstrip("/"))
    config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    yield from (Path(config) / "systemd" / "user").glob("*.service")


def _calls(path: Path) -> bool:
    """Our own timer's service is not another way: whether that is on, `timer` knows."""
    if path.name == "secretsbackup.service":
        return False
    try:
        with path.open("rb") as file:
            return _named(file.read(_MOST))
    except OSError:
        return False


async def _in_own_crontab() -> bool:
    """crontab(1) alone may read it."""
    if sys.platform not in ("linux", "darwin"):
        return False
    told: list[bytes] = []
    try:
        await process.run(process.find("crontab"), ["-l"], on_line=told.append)
    except Failure:
        return False
    return _named(b"\n".join(told))


def _named(text: bytes) -> bool:
    """Whether a line that is not a comment calls us."""
    return any(_CALL in line and not line.lstrip().startswith(b"#") for line in text.splitlines())
