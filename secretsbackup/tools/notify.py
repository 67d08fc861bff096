"""A notification on the desktop, also from a program that has no window: the timer's watchdog."""

import sys

from secretsbackup.model.outcome import Failure
from secretsbackup.tools import bus, process
from secretsbackup.tools.threads import run_in_daemon_thread

_NOTIFICATIONS = bus.BusService(
    "SESSION",
    "org.freedesktop.Notifications",
    "/org/freedesktop/Notifications",
    "org.freedesktop.Notifications",
)
_PLAIN = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
"""A notification's body may be read as markup (Desktop Notifications Specification)."""
_SCRIPT = "on run words\ndisplay notification (item 2 of words) with title (item 1 of words)\nend run"


async def show(title: str, text: str) -> bool:
    """Show it; False where nobody can."""
    if sys.platform == "darwin":
        return await _run("osascript", "-e", _SCRIPT, title, text)
    return await run_in_daemon_thread(lambda: _ask(title, text)) or await _run(
        "notify-send", "--app-name=Secrets Backup", "--urgency=critical", "--", title, text.translate(_PLAIN)
    )


def _ask(title: str, text: str) -> bool:
    hints = {"urgency": ("y", 2), "desktop-entry": ("s", "secretsbackup")}
    body, actions = text.translate(_PLAIN), list[str]()
    words = ("Secrets Backup", 0, "secretsbackup", title, body, actions, hints, -1)
    return bus.ask(_NOTIFICATIONS, "Notify", "susssasa{sv}i", *words) is not None


async def _run(program: str, *words: str) -> bool:
    session = {"DBUS_SESSION_BUS_ADDRESS": bus.address("SESSION")} if sys.platform == "linux" else {}
    try:
        ended = await process.run(process.find(program), words, env=process.environment(**session))
    except Failure:
        return False
    return ended.status == 0
