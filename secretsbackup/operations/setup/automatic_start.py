"""Starting: whether anything begins the backups by itself after the next restart, and turning that on."""

import asyncio
import os
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from secretsbackup.model.automatic_start import Starter, Unstarted
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Profile
from secretsbackup.model.schedule import Manual
from secretsbackup.store import notes
from secretsbackup.store.home import Home
from secretsbackup.tools import autostart, cron, timer

_STILL = timedelta(days=8)
"""For so long it counts that something else (cron, a timer of the system's) was seen to start backups: a
machine may be off for a week."""
_KEEP_TO_AUTOSTART = {
    *("GNOME", "KDE", "XFCE", "MATE", "X-Cinnamon", "Cinnamon", "LXDE", "LXQt", "Unity", "Budgie"),
    *("Pantheon", "Deepin", "COSMIC", "ENLIGHTENMENT", "UKUI"),
}
"""Desktops that start what lies in ~/.config/autostart; a bare window manager does not."""


def unstarted(home: Home, now: datetime | None = None) -> Unstarted | None:
    """Why nothing would begin backups after the next restart; None where something would. It is quick:
    files are looked at, and systemd is asked on its bus."""
    now = now or datetime.now(UTC)
    if autostart.works() or _elsewhere(home, now):
        return None
    broken = timer.broken()
    if broken is Unstarted.NOTHING and autostart.is_on():
        return Unstarted.MOVED
    return broken


def by_timer(home: Home, now: datetime | None = None) -> bool:
    """Whether backups go on while neither window nor tray is there."""
    return _elsewhere(home, now or datetime.now(UTC)) or timer.broken() is None


def at_login() -> bool:
    """Whether the next login starts the tray."""
    return autostart.works()


def has_timer() -> bool:
    """Whether this system has a timer that could do it."""
    return timer.can_run()


def _elsewhere(home: Home, now: datetime) -> bool:
    seen = notes.called_at(home)
    return seen is not None and abs(now - seen) < _STILL


async def look_elsewhere(home: Home) -> None:
    """Remember it where a crontab, or a unit of the system's, begins the backups."""
    if await asyncio.to_thread(unstarted, home) and await cron.calls_us():
        await asyncio.to_thread(notes.note_called, home, datetime.now(UTC))


def called(home: Home) -> None:
    """Something that is not ours began what is due: cron, or a timer that somebody wrote."""
    if not timer.is_ours():
        notes.note_called(home, datetime.now(UTC))


def best(*, tray: bool) -> Starter:
    """What fits here: the tray where there is one that the desktop starts at login, else the timer."""
    if sys.platform == "darwin":
        return Starter.TRAY if tray else Starter.TIMER
    named = {*os.environ.get("XDG_CURRENT_DESKTOP", "").split(":")}
    at_login = bool(named & _KEEP_TO_AUTOSTART)
    if (tray and at_login) or (at_login and not timer.can_run()):
        return Starter.TRAY
    return Starter.TIMER


async def turn_on(starter: Starter) -> Unstarted | None:
    """Have backups begin by themselves from now on; why they still would not. Failure(NOT_WRITABLE)."""
    match starter:
        case Starter.TRAY:
            await asyncio.to_thread(autostart.turn_on)
            return None
        case Starter.TIMER:
            await timer.switch_on()
            return await asyncio.to_thread(timer.broken)


async def repair() -> None:
    """If the program has moved since, let the next login find it where it is now."""
    try:
        await asyncio.to_thread(autostart.repair)
        await timer.repair()
    except (Failure, OSError):
        return


def scheduled(profiles: Iterable[Profile]) -> bool:
    """Whether any of them is to be backed up by itself."""
    return any(not isinstance(one.schedule, Manual) for one in profiles)
