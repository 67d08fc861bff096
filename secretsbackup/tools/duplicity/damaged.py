"""Torn: which files of an archive folder are not whole, as after a power cut.

duplicity trusts what it finds there by its name alone, and puts next to nothing of it safely on the disk
(3.2, tried): with half a manifest or half a file of signatures every later run fails, and where signatures
are empty the next snapshot is built on a state that nobody has, and is restored with wrong content.
"""

import gzip
import hashlib
import os
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import BinaryIO

from secretsbackup.tools.duplicity import files
from secretsbackup.tools.duplicity.files import Set

Seal = tuple[int, int]
"""A file's bytes, and when it was last written (nanoseconds): what was looked at once is known by it."""

_VOLUME = re.compile(rb"^Volume \d+:\n", re.MULTILINE)
_WHOLE_VOLUME = re.compile(rb"^Volume \d+:\n(?: {4}(?!Hash )\S.*\n)+ {4}Hash \w+ [0-9a-f]+\n", re.MULTILINE)
_SUM = re.compile(rb"^Volume (\d+):\n(?: {4}(?!Hash )\S.*\n)+ {4}Hash SHA1 ([0-9a-f]+)\n", re.MULTILINE)
_AT_ONCE = 1 << 20
_WRITTEN_BY_NOW = 600.0
"""Seconds after which a system has put on a disk what was written to it, with plenty to spare: Linux waits
for half a minute (vm.dirty_expire_centisecs)."""


def seals(archive: Path) -> dict[str, Seal]:
    """Every manifest and every file of signatures of an archive folder; half-sent ones as well."""
    found = {path.name: path.lstat() for path in archive.glob("duplicity-*") if files.parse(path.name)}
    return {name: (status.st_size, status.st_mtime_ns) for name, status in found.items()}


def damaged(archive: Path, known: Mapping[str, Seal]) -> Iterator[Path]:
    """The files that are not whole; what is as it is `known` to be is not read again.

    A half-sent set's signatures are written anew when it is gone on with, so only its manifest counts.
    """
    for name, seal in seals(archive).items():
        one, path = files.parse(name), archive / name
        unread = known.get(name) != seal and one is not None and not (one.signatures and one.partial)
        if unread and not (_whole_signatures if one and one.signatures else _whole_manifest)(path):
            yield path


def damaged_volumes(archive: Path, folder: Path) -> Iterator[Path]:
    """The volumes in a folder, of half-sent sets, that are not what their manifest says was sent.

    duplicity goes on behind them and never looks at them again, but for the last one, which it sends anew.
    """
    for manifest in archive.glob("duplicity-*.manifest.part"):
        if one := files.parse(manifest.name):
            sums = dict(_SUM.findall(manifest.read_bytes()))
            there = {
                its.volume: path
                for path in files.in_folder(folder, f"{one.belongs.stem}.vol")
                if (its := files.parse(path.name))
            }
            newest = max((path.stat().st_mtime for path in there.values()), default=0.0)
            for number, path in sorted(there.items())[:-1]:
                wanted = sums.get(str(number).encode())
                if wanted and not _as_sent(path, wanted, newest):
                    yield path


def damaged_sets(archive: Path, folder: Path, since: str) -> Iterator[Set]:
    """The sets in a folder, of the time `since` (a stamp) or later, that are not there as they were sent, and
    those that build on one. A set of which no sums are known here must at least look whole; one that was not
    finished must be known to be half sent, with whole signatures, which duplicity reads before anything."""
    there: dict[Set, dict[str, Path]] = {}
    for path in files.in_folder(folder):
        if (its := files.parse(path.name)) and its.belongs.time >= since and not its.partial:
            there.setdefault(its.belongs, {})[files.bare(path.name)] = path
    found = False
    for one in sorted(there, key=lambda one: one.order):
        finished = f"{one.stem}.manifest" in there[one]
        sound = _whole_set if finished else _half_set
        found = found or not sound(archive / f"{one.stem}.manifest", one, there[one])
        if found:
            yield one


def _half_set(manifest: Path, one: Set, there: Mapping[str, Path]) -> bool:
    signed = there.get(one.signatures)
    return manifest.with_name(f"{manifest.name}.part").exists() and (signed is None or _framed(signed))


def _whole_set(manifest: Path, one: Set, there: Mapping[str, Path]) -> bool:
    if one.signatures not in there or not all(map(_framed, there.values())):
        return False
    newest = max(path.stat().st_mtime for path in there.values())
    for number, wanted in _SUM.findall(manifest.read_bytes() if manifest.exists() else b""):
        volume = there.get(f"{one.stem}.vol{number.decode()}.difftar")
        if volume is None or not _as_sent(volume, wanted, newest):
            return False
    return True


def _framed(path: Path) -> bool:
    """Whether the last packet of an OpenPGP message ends where its file does (RFC 4880, 4.2)."""
    size = path.stat().st_size
    with path.open("rb") as file:
        while tag := file.read(1):
            if not tag[0] & 0x80 or file.seek(_length(file, tag[0], size), os.SEEK_CUR) > size:
                return False
    return size > 0


def _length(file: BinaryIO, tag: int, size: int) -> int:
    """The bytes that are left of a packet, of which the tag was read; parts of it are passed over."""
    if not tag & 0x40:
        return int.from_bytes(file.read(1 << (tag & 3))) if tag & 3 < 3 else size - file.tell()
    while 224 <= (first := int.from_bytes(file.read(1))) < 255:
        if file.seek(1 << (first & 0x1F), os.SEEK_CUR) >= size:
            return size
    if first < 192:
        return first
    if first == 255:
        return int.from_bytes(file.read(4))
    return (first - 192 << 8) + 192 + int.from_bytes(file.read(1))


def _as_sent(volume: Path, wanted: bytes, newest: float) -> bool:
    """Whether a volume has this sum; one that was long on the disk when the newest was written, has it."""
    if volume.stat().st_mtime <= newest - _WRITTEN_BY_NOW:
        return True
    with volume.open("rb") as file:
        return hashlib.file_digest(file, "sha1").hexdigest() == wanted.decode()


def left_over(archive: Path) -> Iterator[Path]:
    """The temporary folders in it of a duplicity that was killed (its tempdir.py)."""
    return (path for path in archive.glob("duplicity-*-tempdir") if path.is_dir())


def _whole_manifest(path: Path) -> bool:
    """Whether each volume that it names is told to its end."""
    content = path.read_bytes() if path.is_file() else b""
    count = len(_VOLUME.findall(content))
    return count > 0 and count == len(_WHOLE_VOLUME.findall(content)) and content.endswith(b"\n")


def _whole_signatures(path: Path) -> bool:
    """Whether it can be read to its end, where a sum stands of all that is in it (gzip; RFC 1952)."""
    if not path.is_file() or path.stat().st_size == 0:
        return False
    if path.suffix != ".gz":
        return True
    try:
        with gzip.open(path) as file:
            while file.read(_AT_ONCE):
                pass
    except (OSError, EOFError, zlib.error):
        return False
    return True
