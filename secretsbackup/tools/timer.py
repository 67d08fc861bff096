"""The system's own timer: systemd's for the user on Linux, launchd's on macOS. Written, taken away, asked.

It goes on without the tray, and speaks up if the tray is dead. Sources: systemd.service(5),
systemd.timer(5), launchd.plist(5).
"""

import getpass
import os
import plistlib
import shlex
import sys
from collections.abc import Mapping
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.automatic_start import Unstarted
from secretsbackup.model.outcome import Failure
from secretsbackup.tools import bus, process
from secretsbackup.tools.system_root import of_system

_NAME = "secretsbackup"
_LABEL = "secretsbackup.due"
_EVERY = 15
"""Minutes."""
_PASSED_ON = ("GNUPGHOME", "PATH", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")
"""What a terminal may know and a service does not: where things are. Nothing secret is named so."""
_MARK = "SECRETSBACKUP_TIMER"
"""Set for what our own timer starts."""
_SYSTEMD = bus.BusService(
    "SESSION",
    "org.freedesktop.systemd1",
    "/org/freedesktop/systemd1",
    "org.freedesktop.systemd1.Manager",
)
_BOOTED = "run/systemd/system"
"""There where systemd runs the machine (sd_booted(3))."""
_LINGER = "var/lib/systemd/linger"
"""Has a file for each user whose services run without a login (loginctl(1), enable-linger)."""
_SCREEN = "etc/systemd/system/display-manager.service"
"""There where a machine shows a login on its screen."""


class Timer(msgspec.Struct, frozen=True):
    """`on`: its files are there and are for this program, where it lies now. `moved`: they are for another
    place. `running`: the system says that it goes (None: it cannot be asked)."""

    on: bool
    moved: bool
    running: bool | None


def command() -> list[str]:
    """The command that starts this program, wherever it was started from. -P keeps a folder of its name from
    being taken for it."""
    return [sys.executable, "-P", "-m", "secretsbackup", "backup", "--due"]


async def switch_on() -> Timer:
    """Write it and start it; where nothing runs that could, it begins with the next login. On a machine
    without a screen it is to run while nobody is logged in, too."""
    for path, text in _files().items():
        _write(path, text)
    if _mac():
        await _ask("launchctl", "unload", str(_plist()))
        await _ask("launchctl", "load", "-w", str(_plist()))
    else:
        _link().parent.mkdir(parents=True, exist_ok=True)
        if not _link().is_symlink():
            _link().symlink_to(_units() / f"{_NAME}.timer")
        await _ask("systemctl", "--user", "daemon-reload")
        await _ask("systemctl", "--user", "restart", f"{_NAME}.timer")
        if is_headless() and not _lingers():
            await _ask("loginctl", "--no-ask-password", "enable-linger")
    return await state()


async def switch_off() -> None:
    """Stop it and take its files away."""
    if _mac():
        await _ask("launchctl", "unload", "-w", str(_plist()))
    else:
        await _ask("systemctl", "--user", "stop", f"{_NAME}.timer")
        _link().unlink(missing_ok=True)
    for path in _files():
        path.unlink(missing_ok=True)
    if not _mac():
        await _ask("systemctl", "--user", "daemon-reload")


async def state() -> Timer:
    """How it stands."""
    moved = _moved()
    return Timer(on=is_set_up() and not moved, moved=moved, running=await _running())


async def repair() -> bool:
    """Write it anew if it is for a place where the program was before; whether that was so."""
    moved = _moved()
    if moved:
        await switch_on()
    return moved


def broken() -> Unstarted | None:
    """Why it would begin nothing after the next restart; None if it would. Nothing is started to find out:
    files are looked at, and systemd is asked on its bus where that is there."""
    if not is_set_up():
        return Unstarted.NOTHING
    if not _program_is_there():
        return Unstarted.MOVED
    if _mac():
        return None
    if not can_run() or _active() is False:
        return Unstarted.STOPPED
    return Unstarted.LOGGED_OUT if is_headless() and not _lingers() else None


def can_run() -> bool:
    """Whether this machine has what would run it."""
    return _mac() or of_system(_BOOTED).is_dir()


def is_ours() -> bool:
    """Whether our own timer started this process."""
    return bool(os.environ.get(_MARK))


def is_headless() -> bool:
    """Whether nobody sits before this machine: it shows no login on a screen, and we have no screen."""
    shown = any(map(os.environ.get, ("DISPLAY", "WAYLAND_DISPLAY")))
    return not _mac() and not shown and not os.path.lexists(of_system(_SCREEN))


def _lingers() -> bool:
    return (of_system(_LINGER) / getpass.getuser()).exists()


def is_set_up() -> bool:
    """Whether its files are there, whatever becomes of them."""
    return all(path.exists() for path in _files()) and (_mac() or _link().exists())


def _program_is_there() -> bool:
    """Whether what it starts is there: another copy of this program than the one that runs will do."""
    try:
        if _mac():
            words = plistlib.loads(_plist().read_bytes())["ProgramArguments"]
        else:
            text = (_units() / f"{_NAME}.service").read_text()
            line = next(one for one in text.splitlines() if one.startswith("ExecStart="))
            words = shlex.split(line.removeprefix("ExecStart=").replace("%%", "%").replace("$$", "$"))
        return Path(words[0]).exists()
    except (OSError, ValueError, LookupError, StopIteration):
        return False


def _active() -> bool | None:
    """Whether systemd has it running; None where it cannot be asked."""
    unit = bus.ask(_SYSTEMD, "LoadUnit", "s", f"{_NAME}.timer")
    if not unit:
        return None
    as_unit = bus.BusService("SESSION", _SYSTEMD.name, unit[0], "org.freedesktop.systemd1.Unit")
    known = bus.properties(as_unit)
    return known["ActiveState"] in ("active", "activating") if "ActiveState" in known else None


def _moved() -> bool:
    """Whether it is there and starts something else. Its variables may differ from terminal to terminal."""
    path = _plist() if _mac() else _units() / f"{_NAME}.service"
    if not path.exists():
        return False
    if _mac():
        return bool(plistlib.loads(path.read_bytes()).get("ProgramArguments") != command())
    return _start(command()) not in path.read_text().splitlines()


def _start(words: list[str]) -> str:
    return f"ExecStart={' '.join(_quoted(word, '$') for word in words)}"


async def _running() -> bool | None:
    if _mac():
        return await _ask("launchctl", "list", _LABEL)
    if not await _ask("systemctl", "--user", "show-environment"):
        return None
    return await _ask("systemctl", "--user", "is-active", "--quiet", f"{_NAME}.timer")


async def _ask(program: str, *words: str) -> bool:
    """Whether a program of the system says yes; no where there is none."""
    runtime = os.environ.get("XDG_RUNTIME_DIR") or f"/run/user/{os.getuid()}"
    try:
        found = process.find(program)
    except Failure:
        return False
    return (await process.run(found, words, env=process.environment(XDG_RUNTIME_DIR=runtime))).status == 0


def _mac() -> bool:
    return sys.platform == "darwin"


def _units() -> Path:
    config = os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config"
    return Path(config) / "systemd" / "user"


def _link() -> Path:
    """What `systemctl enable` makes, which needs nothing that runs."""
    return _units() / "timers.target.wants" / f"{_NAME}.timer"


def _plist() -> Path:
    return Path.home() / "Library" / "LaunchAgents" / f"{_LABEL}.plist"


def _files() -> dict[Path, bytes]:
    known = {name: os.environ[name] for name in _PASSED_ON if os.environ.get(name)} | {_MARK: "1"}
    if _mac():
        return {_plist(): plist(command(), known)}
    return {
        _units() / f"{_NAME}.service": service(command(), known).encode(),
        _units() / f"{_NAME}.timer": _TIMER.encode(),
    }


_TIMER = f"""\
[Unit]
Description=Secrets Backup: look for what is due

[Timer]
OnStartupSec=3min
OnCalendar=*:0/{_EVERY}
AccuracySec=1min
Persistent=true

[Install]
WantedBy=timers.target
"""


def service(words: list[str], known: Mapping[str, str]) -> str:
    """systemd's description of one look: what is skipped, stopped or has warnings is no failed service."""
    variables = "".join(f"Environment={_quoted(f'{name}={value}')}\n" for name, value in known.items())
    return f"""\
[Unit]
Description=Secrets Backup: back up what is due

[Service]
Type=oneshot
{_start(words)}
{variables}SuccessExitStatus=3 4 75
Nice=10
IOSchedulingClass=idle
"""


def _quoted(word: str, doubled: str = "") -> str:
    """A word as systemd reads it: % (and $ in a command) stand for something else unless doubled."""
    for sign in ("%", *doubled):
        word = word.replace(sign, sign * 2)
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def plist(words: list[str], known: Mapping[str, str]) -> bytes:
    """launchd's description of the same; a time that was slept through is made up for at waking."""
    return plistlib.dumps(
        {
            "Label": _LABEL,
            "ProgramArguments": words,
            "EnvironmentVariables": dict(known),
            "StartCalendarInterval": [{"Minute": minute} for minute in range(0, 60, _EVERY)],
            "RunAtLoad": True,
            "ProcessType": "Background",
            "LowPriorityIO": True,
        }
    )


def _write(path: Path, text: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text)
    except OSError as error:
        raise Failure(causes.NotWritable(str(path)), (str(error),)) from None
