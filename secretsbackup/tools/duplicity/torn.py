"""Torn: which files of an archive folder are not whole, as after a power cut.

duplicity trusts what it finds there by its name alone, and puts next to nothing of it safely on the disk
(3.2, tried): with half a manifest or half a file of signatures every later run fails, and where signatures
are empty the next snapshot is built on a state that nobody has, and is restored with wrong content.
"""

import gzip
import hashlib
import re
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from secretsbackup.tools.duplicity import files

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
    found = {path.name: path.stat() for path in archive.glob("duplicity-*") if files.parse(path.name)}
    return {name: (status.st_size, status.st_mtime_ns) for name, status in found.items()}


def torn(archive: Path, known: Mapping[str, Seal]) -> Iterator[Path]:
    """Those that are not whole; what is as it is `known` to be is not read again.

    A half-sent set's signatures are written anew when it is gone on with, so only its manifest counts.
    """
    for name, seal in seals(archive).items():
        one, path = files.parse(name), archive / name
        unread = known.get(name) != seal and one is not None and not (one.signatures and one.partial)
        if unread and not (_whole_signatures if one and one.signatures else _whole_manifest)(path):
            yield path


def torn_volumes(archive: Path, folder: Path) -> Iterator[Path]:
    """The volumes in a folder, of half-sent sets, that are not what their manifest says was sent.

    duplicity goes on behind them and never looks at them again, but for the last one, which it sends anew.
    """
    for manifest in archive.glob("duplicity-*.manifest.part"):
        if one := files.parse(manifest.name):
            sums = dict(_SUM.findall(manifest.read_bytes()))
            there = {
                its.volume: path
                for path in folder.glob(f"{one.belongs.stem}.vol*")
                if (its := files.parse(path.name))
            }
            newest = max((path.stat().st_mtime for path in there.values()), default=0.0)
            for number, path in sorted(there.items())[:-1]:
                lately = path.stat().st_mtime > newest - _WRITTEN_BY_NOW
                wanted = sums.get(str(number).encode())
                if lately and wanted and _sha1(path) != wanted.decode():
                    yield path


def _sha1(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha1").hexdigest()


def left_over(archive: Path) -> Iterator[Path]:
    """The temporary folders in it of a duplicity that was killed (its tempdir.py)."""
    return (path for path in archive.glob("duplicity-*-tempdir") if path.is_dir())


def _whole_manifest(path: Path) -> bool:
    """Whether each volume that it names is told to its end."""
    content = path.read_bytes()
    count = len(_VOLUME.findall(content))
    return count > 0 and count == len(_WHOLE_VOLUME.findall(content)) and content.endswith(b"\n")


def _whole_signatures(path: Path) -> bool:
    """Whether it can be read to its end, where a sum stands of all that is in it (gzip; RFC 1952)."""
    if path.stat().st_size == 0:
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
