"""Starting: what begins the backups of a machine by itself, also after its next restart."""

from enum import StrEnum


class Starter(StrEnum):
    """What can begin them: the tray, from login on; or the system's own timer."""

    TRAY = "tray"
    TIMER = "timer"


class Unstarted(StrEnum):
    """Why nothing would begin them.

    `NOTHING` is set up for it, or what is set up names a program that is not there any more (`MOVED`), the
    timer does not run (`STOPPED`), or it runs only while its user is logged in, on a machine without a
    screen (`LOGGED_OUT`).
    """

    NOTHING = "nothing"
    MOVED = "moved"
    STOPPED = "stopped"
    LOGGED_OUT = "logged-out"
