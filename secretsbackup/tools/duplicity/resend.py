"""Resend: has duplicity send files that it would take for unchanged.

duplicity takes a file for unchanged where its whole second, mode, owner and group are those of its
signature; it looks neither at size nor at content (path.py, `ROPath.__eq__`, 3.2). So while it runs, the
signatures in the archive folder give such a file another mode. What it then sends comes from the stage alone:
the content as the difference from what the signature is of, and the true mode and time. A restore shows
nothing of it, and the destination has never seen it.
"""

import gzip
import os
import shutil
from collections.abc import Collection, Mapping
from io import BufferedWriter
from pathlib import Path

from secretsbackup.tools.duplicity import signatures
from secretsbackup.tools.duplicity.signatures import Header

_STICKY = 0o1000
"""A mode's bit that means nothing for a file: whichever of both it has, the signature has the other."""


def prepare(archive: Path, stamp: str, paths: Collection[bytes]) -> None:
    """Have duplicity send these files with the next set that builds on this snapshot; `undo` ends that."""
    left = {*paths}
    for path in reversed(signatures.archives(archive, stamp) or []):
        named = signatures.headers(path, left) if left else {}
        left -= named.keys()
        if altered := [header for header in named.values() if header]:
            _alter(path, {header.at: _other_mode(header) for header in altered})


def undo(archive: Path) -> None:
    """Put the signatures back as they were; of a run that was killed as well."""
    for kept in archive.glob(".duplicity-*.kept"):
        kept.replace(archive / kept.name[1:].removesuffix(".kept"))
    for new in archive.glob(".duplicity-*.new"):
        new.unlink()


def _alter(path: Path, heads: Mapping[int, bytes]) -> None:
    """Replace headers in an archive; what it was is kept beside it. There is a whole one at any time."""
    new, kept = (path.with_name(f".{path.name}.{ending}") for ending in ("new", "kept"))
    _copy(path, new, heads)
    shutil.copy2(path, kept)
    new.replace(path)


def _copy(path: Path, new: Path, heads: Mapping[int, bytes]) -> None:
    packed = path.suffix == ".gz"
    with signatures.opened(path) as old, gzip.open(new, "wb", 1) if packed else new.open("wb") as out:
        for at, head in sorted(heads.items()):
            _pass_on(old, out, at - old.tell())
            old.read(len(head))
            out.write(head)
        shutil.copyfileobj(old, out)
    os.chmod(new, 0o600)  # noqa: PTH101


def _pass_on(old: signatures.Stream, out: gzip.GzipFile | BufferedWriter, count: int) -> None:
    while count > 0:
        piece = old.read(min(count, 1 << 20))
        out.write(piece)
        count -= len(piece)


def _other_mode(header: Header) -> bytes:
    """The same header with the other mode, and the sum of its bytes, counting itself as blanks (ustar)."""
    mode = int(header.content[100:108].rstrip(b" \0") or b"0", 8) ^ _STICKY
    before, between, behind = header.content[:100], header.content[108:148], header.content[156:]
    start = before + b"%07o\0" % mode + between
    return start + b"%06o\0 " % sum(start + b" " * 8 + behind) + behind
