"""Origins: what each file of a stage was made of, to know without reading it whether that is as it was.

Of a file there are three numbers: its path's, that of its copy in the stage as it was put there, and that of
the source that it was copied from or compared with. A number stands for a path, or for a file's inode and
change time, which no program can set back. A million files are 24 MB, on the disk and in memory.
"""

import hashlib
import sys
from array import array
from bisect import bisect_left
from collections.abc import Iterable

import msgspec

from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import ProfileName
from secretsbackup.store import boundary
from secretsbackup.store.home import Home, write

_NUMBERS = 3
UNKNOWN = 0
"""Stands for a source that must be compared, whatever it looks like."""


class Origin(msgspec.Struct, frozen=True, gc=False):
    """The number of a staged file, and of its source."""

    copy: int
    source: int


class Origins:
    """The origins of all files of a stage; `packed` is what is kept on the disk, sorted by path."""

    def __init__(self, packed: bytes = b"") -> None:
        self.packed = packed
        numbers = array("Q")
        numbers.frombytes(packed)
        if sys.byteorder == "little":
            numbers.byteswap()
        self._paths, self._copies, self._sources = (numbers[at::_NUMBERS] for at in range(_NUMBERS))

    def of(self, path: bytes) -> Origin | None:
        """What is known of a path, relative to the stage."""
        number = int.from_bytes(_number(path), "big")
        at = bisect_left(self._paths, number)
        if at == len(self._paths) or self._paths[at] != number:
            return None
        return Origin(self._copies[at], self._sources[at])


def packed(path: bytes, origin: Origin) -> bytes:
    """The three numbers of a file."""
    return _number(path) + origin.copy.to_bytes(8, "big") + origin.source.to_bytes(8, "big")


def collected(records: Iterable[bytes]) -> Origins:
    """The origins that these packed numbers are of."""
    return Origins(b"".join(sorted(records)))


def read(home: Home, profile: ProfileName) -> Origins | None:
    """What is known; None if nothing is, or the file is not ours."""
    try:
        content = boundary.content(home.origins(profile))
    except (FileNotFoundError, Failure):
        return None
    return Origins(content) if len(content) % (8 * _NUMBERS) == 0 else None


def keep(home: Home, profile: ProfileName, origins: Origins) -> None:
    """Remember exactly these, durably."""
    write(home.origins(profile), origins.packed)


def _number(path: bytes) -> bytes:
    return hashlib.blake2b(path, digest_size=8).digest()
