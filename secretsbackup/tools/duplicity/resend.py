"""Resend: has duplicity send files that it would take for unchanged.

duplicity takes a file for unchanged where its whole second, mode, owner and group are those of its
signature; it looks neither at size nor at content (path.py, `ROPath.__eq__`, 3.2). So while it runs, the
signatures in the archive folder give such a file another mode. What it then sends comes from the stage alone:
the content as the difference from what the signature is of, and the true mode and time. A restore shows
nothing of it, and the destination has never seen it.

Where what was sent last is not what the signature is of, a difference from that is of no use either: such a
file is taken out of the signatures, and duplicity sends the whole of it as a new one.
"""

import gzip
import os
import shutil
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path

import msgspec

from secretsbackup.tools.duplicity import signatures
from secretsbackup.tools.duplicity.signatures import Header

_STICKY = 0o1000
"""A mode's bit that means nothing for a file: whichever of both it has, the signature has the other."""


def prepare(
    archive: Path, stamp: str, paths: Collection[bytes], whole: Collection[bytes] = frozenset()
) -> None:
    """Have duplicity send these files with the next set that builds on this snapshot, and the whole of those
    in `whole`; `undo` ends that."""
    left, anew = {*paths} - {*whole}, {*whole}
    for path in reversed(signatures.archives(archive, stamp) or []):
        wanted = left | anew
        named = signatures.headers(path, wanted) if wanted else {}
        left -= named.keys()
        if altered := {name: header for name, header in named.items() if header}:
            _alter(path, [_out(one) if name in anew else _changed(one) for name, one in altered.items()])


def undo(archive: Path) -> None:
    """Put the signatures back as they were; of a run that was killed as well."""
    for kept in archive.glob(".duplicity-*.kept"):
        kept.replace(archive / kept.name[1:].removesuffix(".kept"))
    for new in archive.glob(".duplicity-*.new"):
        new.unlink()


class _Edit(msgspec.Struct, frozen=True, order=True):
    """What stands in an archive from `begin` to `end` becomes `content`."""

    begin: int
    end: int
    content: bytes


def _changed(header: Header) -> _Edit:
    return _Edit(header.at, header.at + len(header.content), _other_mode(header))


def _out(header: Header) -> _Edit:
    return _Edit(header.begin, header.end, b"")


def _alter(path: Path, edits: Iterable[_Edit]) -> None:
    """Edit an archive; what it was is kept beside it. There is a whole one at any time."""
    new, kept = (path.with_name(f".{path.name}.{ending}") for ending in ("new", "kept"))
    _copy(path, new, sorted(edits))
    shutil.copy2(path, kept)
    new.replace(path)


def _copy(path: Path, new: Path, edits: Sequence[_Edit]) -> None:
    packed = path.suffix == ".gz"
    with signatures.opened(path) as old, gzip.open(new, "wb", 1) if packed else new.open("wb") as out:
        for edit in edits:
            for piece in _pieces(old, edit.begin - old.tell()):
                out.write(piece)
            for _ in _pieces(old, edit.end - edit.begin):
                pass
            out.write(edit.content)
        shutil.copyfileobj(old, out)
    os.chmod(new, 0o600)  # noqa: PTH101


def _pieces(old: signatures.Stream, count: int) -> Iterator[bytes]:
    """The next bytes of an archive, so many in all."""
    while count > 0 and (piece := old.read(min(count, 1 << 20))):
        yield piece
        count -= len(piece)


def _other_mode(header: Header) -> bytes:
    """A tar header with the other mode, and the sum of its bytes, counting itself as blanks (ustar)."""
    mode = int(header.content[100:108].rstrip(b" \0") or b"0", 8) ^ _STICKY
    before, between, behind = header.content[:100], header.content[108:148], header.content[156:]
    start = before + b"%07o\0" % mode + between
    return start + b"%06o\0 " % sum(start + b" " * 8 + behind) + behind
