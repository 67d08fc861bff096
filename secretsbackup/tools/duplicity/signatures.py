"""duplicity's signature archives: every path of a snapshot, from the archive folder alone.

`list-current-files` would do it too, but loses names that are not UTF-8 (its log cannot write them).
A full signature archive names every path, an incremental one what is new, changed or deleted
(duplicity's diffdir.py): `signature/PATH` and `snapshot/PATH` are there, `deleted/PATH` is not.
"""

import tarfile
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from secretsbackup.tools.duplicity import files


class Entry(msgspec.Struct, frozen=True):
    """A path of a snapshot; `kind` is file, folder, link or other."""

    path: bytes
    modified: datetime
    kind: str


def archives(archive: Path, stamp: str) -> list[Path] | None:
    """The signature archives that make up a snapshot, oldest first; None if one is not here."""
    by_time: dict[str, tuple[files.Set, Path]] = {}
    for path in archive.glob("duplicity-*-signatures.*.sigtar*"):
        parsed = files.parse(path.name)
        if parsed and parsed.signatures and not parsed.partial:
            by_time[parsed.belongs.time] = (parsed.belongs, path)
    found: list[Path] = []
    time: str | None = stamp
    while time is not None:
        if time not in by_time:
            return None
        belongs, path = by_time[time]
        found.insert(0, path)
        time = belongs.start
    return found


def entries(paths: list[Path]) -> list[Entry]:
    """Every path that is there once these archives have been read, in their order, sorted by name."""
    there: dict[bytes, Entry] = {}
    for path in paths:
        with tarfile.open(path, encoding="utf-8", errors="surrogateescape") as members:
            for member in members:
                kind, _, name = member.name.partition("/")
                inside = name.encode("utf-8", "surrogateescape")
                if kind == "deleted":
                    there.pop(inside, None)
                elif inside:
                    modified = datetime.fromtimestamp(int(member.mtime), UTC)
                    there[inside] = Entry(inside, modified, _kind(member))
    return [there[name] for name in sorted(there)]


def _kind(member: tarfile.TarInfo) -> str:
    if member.isdir():
        return "folder"
    if member.issym():
        return "link"
    return "file" if member.isreg() else "other"
