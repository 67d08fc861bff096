"""Disks: whether two paths lie on the same one, whatever partitions, volumes and images are between.

Sources: proc_pid_mountinfo(5), and the kernel's Documentation/ABI on /sys/dev/block and /sys/block/*/slaves.
"""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from secretsbackup.tools.system_root import of_system

_MOUNTS = "proc/self/mountinfo"
_BLOCK = "sys/dev/block"
_DEEP = 8
"""An image on a volume on a mirror on a partition is four deep."""


def same(one: Path, other: Path) -> bool:
    """Whether both lie on one disk; OSError where one of them is not there."""
    if one.stat().st_dev == other.stat().st_dev:
        return True
    return bool({*_below(one)} & {*_below(other)})


def of_device(number: str) -> frozenset[str]:
    """The whole disks that a block device lies on, by its number: "8:1"."""
    return frozenset(_whole(of_system(_BLOCK) / number, 0))


def _below(path: Path, deep: int = 0) -> Iterator[str]:
    """The whole disks that a path lies on; none where that cannot be found out."""
    if sys.platform == "linux" and deep < _DEEP and (number := _device(path)):
        yield from _whole(of_system(_BLOCK) / number, deep)


def _device(path: Path) -> str:
    """The number of the block device that a path lies on: "8:1"; "" if it is none."""
    device = path.stat().st_dev
    number = f"{os.major(device)}:{os.minor(device)}"
    # btrfs gives each subvolume a number of its own
    return number if os.major(device) else mounted_device(path)


def mounted_device(path: Path) -> str:
    """The number of the block device that is mounted where a path lies: "8:1"; "" if it is none."""
    real, found = path.resolve(), ("", "")
    for line in of_system(_MOUNTS).read_text(errors="surrogateescape").splitlines():
        before, _, after = line.partition(" - ")
        point, device = _unescaped(before.split()[4]), _unescaped(after.split()[1])
        if real.is_relative_to(point) and len(point) >= len(found[0]):
            found = point, device
    try:
        number = Path(found[1]).stat().st_rdev if found[1].startswith("/dev/") else 0
    except OSError:
        return ""
    return f"{os.major(number)}:{os.minor(number)}" if number else ""


def _unescaped(text: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), text)


def _whole(device: Path, deep: int) -> Iterator[str]:
    """The disks under a block device: of a partition its disk, of a volume or mirror what it is made of, of
    an image what that lies on."""
    real = device.resolve()
    if not real.is_dir() or deep >= _DEEP:
        return
    if (real / "partition").exists():
        real = real.parent
    parts = sorted((real / "slaves").iterdir()) if (real / "slaves").is_dir() else []
    image = real / "loop" / "backing_file"
    if parts:
        for part in parts:
            yield from _whole(part, deep + 1)
    elif image.exists():
        yield from _below(Path(image.read_text().strip()), deep + 1)
    else:
        yield real.name
