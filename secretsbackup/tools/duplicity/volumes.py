"""Which volumes a path lies in, by the manifests in the archive folder (duplicity's manifest.py).

A manifest names the first and the last path of each volume; duplicity opens those between which a path, or
anything below it, may lie.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator
from pathlib import Path

import msgspec

from secretsbackup.model.snapshot import Chain, Snapshot
from secretsbackup.tools.duplicity import files
from secretsbackup.tools.duplicity.files import Set

Parts = tuple[bytes, ...]
_PARTS = re.compile(
    rb"^Volume (\d+):\n\s+StartingPath\s+(\S+).*\n\s+EndingPath\s+(\S+)", re.MULTILINE | re.IGNORECASE
)
_ESCAPE = re.compile(rb"\\x([0-9a-f]{2})")


class Span(msgspec.Struct, frozen=True):
    """A volume by its bare name, and the first and the last path in it."""

    name: str
    first: Parts
    last: Parts


class Spans(msgspec.Struct, frozen=True):
    """The volumes of a snapshot, and of all that it builds on: those of each set in their order, in which
    their paths are too."""

    sets: tuple[tuple[Span, ...], ...]

    def of(self, path: bytes) -> frozenset[str]:
        """The bare names of those that duplicity opens for a path; b"" for all."""
        parts = _parts(path)
        return frozenset(span.name for one in self.sets for span in _between(one, parts))


def _between(spans: tuple[Span, ...], path: Parts) -> Iterator[Span]:
    """The volumes whose first path, cut to the length of `path`, is not after it, and whose last one is not
    before it."""
    for span in spans[bisect_left(spans, path, key=lambda one: one.last) :]:
        if span.first[: len(path)] > path:
            return
        yield span


def spans(archive: Path, chain: Chain, snapshot: Snapshot) -> Spans | None:
    """The volumes of a snapshot of a chain; None where a manifest is not here, or cannot be read."""
    wanted = {one.stamp for one in chain.snapshots if one.time <= snapshot.time}
    found: list[tuple[Span, ...]] = []
    read: set[str] = set()
    for path in archive.glob("duplicity-*.manifest"):
        parsed = files.parse(path.name)
        if parsed and not parsed.partial and parsed.belongs.time in wanted:
            these = tuple(_spans(parsed.belongs, path))
            found.append(these)
            read |= {parsed.belongs.time} if these else set()
    return Spans(tuple(found)) if wanted <= read else None


def _spans(belongs: Set, manifest: Path) -> Iterator[Span]:
    try:
        content = manifest.read_bytes()
    except OSError:
        return
    whole = files.volumes(content)
    written = {int(number): (first, last) for number, first, last in _PARTS.findall(content)}
    for number, (first, last) in sorted(written.items()):  # of one written twice, the later counts
        if number <= whole:
            name = f"{belongs.stem}.vol{number}.difftar"
            yield Span(name, _parts(_unquoted(first)), _parts(_unquoted(last)))


def _parts(path: bytes) -> Parts:
    return () if path in (b"", b".") else tuple(path.split(b"/"))


def _unquoted(text: bytes) -> bytes:
    """Blanks, quotes and backslashes are written \\xNN, the whole then in quotes."""
    if not text.startswith(b'"'):
        return text
    return _ESCAPE.sub(lambda found: bytes.fromhex(found[1].decode()), text[1:-1])
