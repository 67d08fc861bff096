"""duplicity's signature archives: every path of a snapshot, from the archive folder alone.

`list-current-files` would do it too, but loses names that are not UTF-8 (its log cannot write them).
A full signature archive names every path, an incremental one what is new, changed or deleted
(duplicity's diffdir.py): `signature/PATH` and `snapshot/PATH` are there, `deleted/PATH` is not. Both name
their paths in one order, part by part.

The tar headers are read here and not by tarfile, which takes twelve times as long for a million paths.
"""

import gzip
import heapq
import itertools
import tarfile
import zlib
from collections.abc import Collection, Iterator
from io import BufferedReader
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.entry import EntryKind, SeenEntry
from secretsbackup.model.outcome import Failure
from secretsbackup.tools.duplicity import files


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


def state(paths: list[Path]) -> Iterator[SeenEntry]:
    """Every path that is there once these archives have been read, in their order; part by part."""
    streams = [_numbered(number, path) for number, path in enumerate(paths)]
    for _, same in itertools.groupby(heapq.merge(*streams), key=lambda one: one[0]):
        _, _, newest = next(same)
        if newest.what:
            yield newest


def _numbered(number: int, path: Path) -> Iterator[tuple[list[bytes], int, SeenEntry]]:
    """What an archive names, to be merged: of one path, the newest comes first."""
    return ((seen.path.split(b"/"), -number, seen) for seen in changes(path))


def changes(path: Path) -> Iterator[SeenEntry]:
    """What one archive names; a Failure if it is not whole."""
    try:
        with opened(path) as archive:
            for kind, inside, what, modified, (least, most), _ in _members(archive):
                if inside:
                    gone = kind == b"deleted"
                    yield SeenEntry(inside, None) if gone else SeenEntry(inside, what, modified, least, most)
    except (OSError, EOFError, ValueError, OverflowError, zlib.error) as error:
        raise Failure(causes.ToolFailed(f"{path.name}: {error}")) from None


def opened(path: Path) -> "Stream":
    """An archive to be read; its bytes as they were before duplicity packed them."""
    return gzip.GzipFile(path) if path.suffix == ".gz" else path.open("rb")


class Header(msgspec.Struct, frozen=True, gc=False):
    """A member's header: where in the archive it is, its bytes, and how many bytes follow it. The member
    itself begins at `begin`, with a header of its own for what is too long for this one."""

    at: int
    content: bytes
    size: int
    begin: int

    @property
    def end(self) -> int:
        """Where the next member begins."""
        return self.at + _BLOCK + -(-self.size // _BLOCK) * _BLOCK


def headers(path: Path, wanted: Collection[bytes]) -> dict[bytes, Header | None]:
    """The headers of those of these paths that one archive names; None of one that is gone or not a file."""
    found: dict[bytes, Header | None] = {}
    try:
        with opened(path) as archive:
            for kind, inside, what, _, _, header in _members(archive):
                if inside in wanted:
                    found[inside] = header if kind != b"deleted" and what is EntryKind.FILE else None
    except (OSError, EOFError, ValueError, OverflowError, zlib.error) as error:
        raise Failure(causes.ToolFailed(f"{path.name}: {error}")) from None
    return found


def is_of(paths: list[Path], inside: bytes, file: Path) -> bool | None:
    """Whether a file is the one whose signature these archives (oldest first) have last; None if they cannot
    tell: it is not in them, or its signature is of a kind that is not known."""
    for path in reversed(paths):
        if inside in (named := headers(path, {inside})):
            header = named[inside]
            return None if header is None else _sums_match(_content_of(path, header), file)
    return None


def _content_of(path: Path, header: Header) -> bytes:
    with opened(path) as archive:
        archive.seek(header.at + _BLOCK)
        return archive.read(header.size)


_MD4, _BLAKE2 = 0x72730136, 0x72730137
"""librsync's magic numbers of signatures with its older rolling sum, the one that duplicity has it use."""
_OFFSET = 31
"""What that adds to each byte (librsync's rollsum.h)."""


def _sums_match(signature: bytes, file: Path) -> bool | None:
    """Compare block by block by the rolling sums: 32 bits of each block, some 20 MB a second. The strong sums
    are MD4, which Python has no more."""
    magic, block, strong = (int.from_bytes(signature[at : at + 4], "big") for at in (0, 4, 8))
    if magic not in (_MD4, _BLAKE2) or not block:
        return None
    with file.open("rb") as content:
        for at in range(12, len(signature), 4 + strong):
            if _rolled(content.read(block)) != int.from_bytes(signature[at : at + 4], "big"):
                return False
        return not content.read(1)


def _rolled(block: bytes) -> int:
    count = len(block)
    first = sum(block) + count * _OFFSET
    second = sum(itertools.accumulate(block)) + count * (count + 1) // 2 * _OFFSET
    return (second & 0xFFFF) << 16 | first & 0xFFFF


class Attributes(msgspec.Struct, frozen=True):
    """What a folder is dressed in: its permissions, whose it is, and its time in seconds since 1970 (UTC)."""

    mode: int
    owner: int
    group: int
    modified: int


def attributes(paths: list[Path], folders: Collection[bytes]) -> dict[bytes, Attributes]:
    """The attributes of these folders once these archives have been read; of those that they name."""
    found: dict[bytes, Attributes] = {}
    for path in reversed(paths):
        left = {folder for folder in folders if folder not in found}
        try:
            found |= _attributes(path, left) if left else {}
        except (OSError, EOFError, ValueError, OverflowError, zlib.error) as error:
            raise Failure(causes.ToolFailed(f"{path.name}: {error}")) from None
    return found


def _attributes(path: Path, folders: Collection[bytes]) -> dict[bytes, Attributes]:
    """The attributes of the paths that one archive names; it is read up to the last of them."""
    found, last = dict[bytes, Attributes](), max(folder.split(b"/") for folder in folders)
    with opened(path) as archive:
        for _, inside, what, modified, _, header in _members(archive):
            if what is EntryKind.FOLDER and inside in folders:
                mode, owner, group = (_number(header.content[at : at + 8]) for at in (100, 108, 116))
                found[inside] = Attributes(mode & 0o7777, owner, group, modified)
            elif inside.split(b"/") > last:
                break
    return found


_BLOCK = 512
_HEADER = 1 << 20
"""Bytes."""
_EVER = 1 << 62
"""Seconds, or bytes: what SQLite and C can count."""
_KINDS = {
    tarfile.REGTYPE: EntryKind.FILE,
    tarfile.AREGTYPE: EntryKind.FILE,
    tarfile.DIRTYPE: EntryKind.FOLDER,
    tarfile.SYMTYPE: EntryKind.LINK,
}
Stream = gzip.GzipFile | BufferedReader
_Member = tuple[bytes, bytes, EntryKind, int, tuple[int, int], "Header"]
"""`signature`, `snapshot` or `deleted`; the path; its kind, time and size; its header."""


def _members(archive: Stream) -> Iterator[_Member]:
    """The members of a tar as Python's tarfile writes them, in pax format or (older) in GNU's."""
    more: dict[bytes, bytes] = {}
    begin = 0
    while True:
        at = archive.tell()
        head = archive.read(_BLOCK)
        if len(head) < _BLOCK:
            raise EOFError("it ends too early")
        if not head[0]:
            return
        size, kind = _counted(_number(head[124:136])), head[156:157]
        if kind in (tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME):
            content = _content(archive, size)
            more |= _pax(content) if kind == tarfile.XHDTYPE else {b"path": content.rstrip(b"\0")}
            continue
        name = more.get(b"path") or head[:100].rstrip(b"\0")
        size = _counted(int(more.get(b"size", size)))
        modified = int(float(more[b"mtime"])) if b"mtime" in more else _number(head[136:148])
        if not -_EVER < modified < _EVER:
            raise ValueError("a time is none")
        first = archive.read(_BLOCK) if size else b""
        _skip(archive, size - _BLOCK)
        if kind == tarfile.GNUTYPE_LONGLINK:
            continue
        more, header, begin = {}, Header(at, head, size, begin), archive.tell()
        tree, _, inside = name.rstrip(b"/").partition(b"/")
        if b".." in inside and b".." in inside.split(b"/"):
            raise ValueError("a name leads out")
        sized = _sized(first, size) if tree == b"signature" else (0, 0)
        yield tree, inside, _KINDS.get(kind, EntryKind.OTHER), modified, sized, header


def _counted(size: int) -> int:
    if not 0 <= size < _EVER:
        raise ValueError("a size is none")
    return size


def _content(archive: Stream, size: int) -> bytes:
    """A header's own content; one of megabytes names no path that there could be."""
    if size > _HEADER:
        raise ValueError("a header is too long")
    return archive.read(-(-size // _BLOCK) * _BLOCK)[:size]


def _skip(archive: Stream, size: int) -> None:
    """Pass over content that may be large, and over what fills its last block."""
    left = -(-size // _BLOCK) * _BLOCK
    while left > 0:
        passed = len(archive.read(min(left, 1 << 20)))
        if not passed:
            raise EOFError("it ends too early")
        left -= passed


def _number(field: bytes) -> int:
    """An octal number, or a binary one where that is too small (GNU)."""
    if field[0] & 0x80:
        return int.from_bytes(field[1:], "big")
    return int(field.rstrip(b" \0") or b"0", 8)


def _pax(content: bytes) -> dict[bytes, bytes]:
    """The records of a pax header: `LENGTH KEY=VALUE\\n` (POSIX, pax interchange format)."""
    records: dict[bytes, bytes] = {}
    while content:
        length, _, _ = content.partition(b" ")
        if int(length) <= len(length):
            raise ValueError("a record has no length")
        record, content = content[len(length) + 1 : int(length) - 1], content[int(length) :]
        key, _, value = record.partition(b"=")
        records[key] = value
    return records


def _sized(signature: bytes, length: int) -> tuple[int, int]:
    """The least and the most bytes of the file that a signature is of.

    librsync's format: a magic number, the length of a block and of a strong sum, four bytes each, then
    for each block of the file a weak sum of four bytes and a strong one.
    """
    block, strong = int.from_bytes(signature[4:8], "big"), int.from_bytes(signature[8:12], "big")
    blocks = (length - 12) // (4 + strong)
    return ((blocks - 1) * block + 1, _counted(blocks * block)) if blocks > 0 < block else (0, 0)
