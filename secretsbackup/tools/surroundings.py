"""The machine's surroundings: power, network, and what it is called. What cannot be known is None.

NetworkManager's numbers are from its D-Bus API reference (NMState, NMConnectivityState, NMMetered).
"""

import ipaddress
import os
import platform
import time
from pathlib import Path

from secretsbackup.model.due import Surroundings
from secretsbackup.tools import bus
from secretsbackup.tools.threads import run_in_daemon_thread

NETWORK = bus.BusService(
    "SYSTEM",
    "org.freedesktop.NetworkManager",
    "/org/freedesktop/NetworkManager",
    "org.freedesktop.NetworkManager",
)
_CONNECTED = 50
"""NM_STATE_CONNECTED_LOCAL: a network store in the house is reached with that."""
_PORTAL = 2
"""NM_CONNECTIVITY_PORTAL: a hotel's page answers everything."""
_METERED = {1: True, 2: False, 3: True, 4: False}
_LIMIT_S = 5.0
"""Seconds for the disk to say what is in a folder; one on a dead share says nothing for minutes."""


async def look() -> Surroundings:
    """How this machine is powered and connected now, and (for all that is told in local time) where it is:
    C's library reads the time zone once, and a tray lives for weeks while its laptop travels."""
    time.tzset()
    return await run_in_daemon_thread(_look)


async def there(folder: Path, *, with_backups: bool) -> bool:
    """Whether the drive of a folder is there; one that held backups must hold them still."""
    try:
        return await run_in_daemon_thread(lambda: _there(folder, with_backups), _LIMIT_S)
    except (OSError, TimeoutError):
        return False


def _there(folder: Path, with_backups: bool) -> bool:
    if with_backups:
        return any(folder.glob("duplicity-*"))
    return folder.is_dir() or folder.parent.is_dir()


def _look() -> Surroundings:
    on_battery, charge = _power()
    online, metered = _network()
    return Surroundings(
        on_battery=on_battery, charge=charge, online=online, metered=metered, machine=machine()
    )


def _power() -> tuple[bool | None, float | None]:
    import psutil

    try:
        battery = psutil.sensors_battery()
    except (AttributeError, OSError, ValueError):
        battery = None
    if battery is None:
        return None, None
    return (None if battery.power_plugged is None else not battery.power_plugged), float(battery.percent)


def _network() -> tuple[bool | None, bool | None]:
    known = bus.properties(NETWORK)
    if "State" not in known:
        return _has_address(), None
    online = known["State"] >= _CONNECTED and known.get("Connectivity") != _PORTAL
    return online, _METERED.get(known.get("Metered", 0))


def _has_address() -> bool | None:
    """Whether an interface that is up has an address by which others are reached."""
    import psutil

    try:
        up = {name for name, one in psutil.net_if_stats().items() if one.isup}
        addresses = psutil.net_if_addrs().items()
    except (OSError, psutil.Error):
        return None
    return any(is_wide(one.address) for name, known in addresses if name in up for one in known)


def is_wide(address: str) -> bool:
    """Whether an address of this machine is one by which it reaches others."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    return not (parsed.is_loopback or parsed.is_link_local or parsed.is_unspecified)


def start() -> str:
    """What tells this start of the machine from others (random(4)); empty where that cannot be known."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


def devices_without_inodes() -> frozenset[int]:
    """The devices on which a file may get another inode whenever it is looked up: those of FUSE (sshfs, say),
    whose library numbers what is in use. Read from mountinfo (proc(5)); none where there is no such file."""
    try:
        mounts = Path("/proc/self/mountinfo").read_bytes().splitlines()
    except OSError:
        return frozenset()
    fields = [mount.split() for mount in mounts]
    numbers = [one[2].split(b":") for one in fields if one[one.index(b"-") + 1].split(b".")[0] == b"fuse"]
    return frozenset(os.makedev(int(major), int(minor)) for major, minor in numbers)


def machine() -> str:
    """What tells this machine from others (machine-id(5)); its name where it has no such file."""
    try:
        return Path("/etc/machine-id").read_text().strip() or platform.node()
    except OSError:
        return platform.node()
