"""Finding: which paths of all time have a piece of text in their name.

All names stand in a few large blocks, folded (no capitals) and parted by zero bytes, which no name has;
looking through them all is memory's speed: some 20 MB for a million names. Words of one letter work like
any other, which they would not in an index of trigrams, and no index has to be kept.
"""

import re
import sqlite3
import unicodedata
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

from secretsbackup.model.entry import SearchResult
from secretsbackup.store.catalogue import ROOT, entry_of, opened, seconds, times

_BLOCK = 8192
"""Nodes in a block: the last one is written anew by each run that adds a name."""
_ENOUGH = 500
"""So many hits, or as many as are asked for, are put in order; of more, those whose paths came last."""
_MANY = 20_000
"""Of more hits than these it is not counted how many they are."""


def remember(memory: sqlite3.Connection, first: int) -> None:
    """Add the names of the nodes from `first` on."""
    rows = memory.execute("SELECT id, name FROM nodes WHERE id >= ? ORDER BY id", (first,))
    block, lines = -1, list[bytes]()
    for node, name in rows:
        if node // _BLOCK != block:
            _write(memory, block, lines)
            block = node // _BLOCK
            lines = _block(memory, block)[1:-1].split(b"\0") if node % _BLOCK else []
        lines += [b""] * (node % _BLOCK - len(lines))
        lines.append(folded(name))
    _write(memory, block, lines)


def _block(memory: sqlite3.Connection, block: int) -> bytes:
    row = memory.execute("SELECT lines FROM names WHERE block = ?", (block,)).fetchone()
    return row[0] if row else b"\0\0"


def _write(memory: sqlite3.Connection, block: int, lines: list[bytes]) -> None:
    if lines:
        whole = b"\0" + b"\0".join(lines) + b"\0"
        memory.execute("INSERT OR REPLACE INTO names VALUES (?, ?)", (block, whole))


def folded(name: bytes) -> bytes:
    """A name without capitals, and with its accents written in one way; bytes that are no text stay."""
    if name.isascii():
        return name.lower()
    text = unicodedata.normalize("NFC", name.decode("utf-8", "surrogateescape"))
    return unicodedata.normalize("NFC", text.casefold()).encode("utf-8", "surrogateescape")


def find(
    file: Path, text: bytes, *, deleted: bool = False, at: datetime | None = None, limit: int = 200
) -> SearchResult:
    """The paths of all time whose name has `text` in it, each in its newest version.

    Those whose whole name it is come first, then those that begin with it, then the others; of each the
    newest first. With `deleted` only those that the newest snapshot has not; with `at` only those that this
    snapshot has, as it has them (and no more than were put in order: see `_ENOUGH`). A text with a slash in
    it is looked for in the path, ending with the name.
    """
    needle = folded(text.strip(b"/"))
    word = needle.rpartition(b"/")[2]
    if not word:
        return SearchResult([], 0)
    with opened(file) as memory:
        hits, total = (_absent if deleted else _hits)(memory, word, max(limit, _ENOUGH))
        paths = _Paths(memory)
        if b"/" in needle:
            named = len(hits)
            hits = {node: rank for node, rank in hits.items() if needle in folded(paths.of(node))}
            total -= named - len(hits)
        newest = {node: row for node in hits if (row := _version(memory, node, at))}
        total = len(newest) if at else total
        best = sorted(newest, key=lambda node: (hits[node], -newest[node][0], node))[:limit]
        seen = times(memory)
        entries = [entry_of(paths.of(node), newest[node], seen) for node in best]
    return SearchResult(entries, max(len(newest), total) - len(entries))


_NEWEST = "SELECT since, gone, kind, modified, most, slack FROM versions WHERE node = ? "
_LAST = "ORDER BY since DESC LIMIT 1"


def _version(memory: sqlite3.Connection, node: int, at: datetime | None) -> tuple[int, ...] | None:
    """The newest version of a node, or the one that a snapshot has; None if it has none."""
    row: tuple[int, ...] | None
    if at is None:
        row = memory.execute(_NEWEST + _LAST, (node,)).fetchone()
    else:
        there = "AND since <= ? AND (gone IS NULL OR gone > ?) "
        row = memory.execute(_NEWEST + there + _LAST, (node, seconds(at), seconds(at))).fetchone()
    return row


def _hits(memory: sqlite3.Connection, word: bytes, enough: int) -> tuple[dict[int, int], int]:
    """Nodes with their ranks, and how many there are; of too many, the best and those that came last."""
    blocks = memory.execute("SELECT block, lines FROM names ORDER BY block DESC").fetchall()
    literal = re.escape(word)
    found: list[tuple[int, bytes]] = []
    for pattern in (literal, rb"\0" + literal, rb"\0" + literal + rb"(?=\0)"):
        these = list(islice(_matches(blocks, pattern), enough + 1))
        found += these
        if len(these) <= enough:
            break
    total = len(found) if pattern == literal else _count(blocks, literal)
    return {node: _rank(line, word) for node, line in found}, total


def _count(blocks: list[tuple[int, bytes]], literal: bytes) -> int:
    """How many lines have it; there is no need to know whether it is more than a great many."""
    line_with_it, total = re.compile(literal + rb"[^\0]*"), 0
    for _, lines in blocks:
        total += len(line_with_it.findall(lines))
        if total > _MANY:
            break
    return total


def _matches(blocks: list[tuple[int, bytes]], pattern: bytes) -> Iterator[tuple[int, bytes]]:
    """Nodes and lines that a pattern matches, block by block."""
    once_a_line = re.compile(pattern + rb"[^\0]*")
    for block, lines in blocks:
        node, counted = block * _BLOCK - 1, 0
        for match in once_a_line.finditer(lines):
            begin = lines.rfind(b"\0", 0, match.start() + 1)
            node += lines.count(b"\0", counted, begin + 1)
            counted = begin + 1
            yield node, lines[begin + 1 : match.end()]


def _absent(memory: sqlite3.Connection, word: bytes, enough: int) -> tuple[dict[int, int], int]:
    """The matching nodes that the newest snapshot does not have."""
    rows = memory.execute("SELECT node, line FROM absent WHERE instr(line, ?)", (word,))
    found = {node: _rank(line, word) for node, line in rows}
    best = sorted(found, key=lambda node: (found[node], -node))[:enough]
    return {node: found[node] for node in best}, len(found)


def _rank(line: bytes, word: bytes) -> int:
    return 0 if line == word else 1 if line.startswith(word) else 2


class _Paths:
    """Puts the paths of nodes together."""

    def __init__(self, memory: sqlite3.Connection) -> None:
        self._memory = memory
        self._folders: dict[int, bytes] = {ROOT: b""}

    def of(self, node: int) -> bytes:
        """The path of a node."""
        parent, name = self._memory.execute("SELECT parent, name FROM nodes WHERE id = ?", (node,)).fetchone()
        if parent not in self._folders:
            self._folders[parent] = self.of(parent) + b"/"
        return self._folders[parent] + bytes(name)
