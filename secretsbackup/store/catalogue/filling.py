"""Filling the catalogue: a snapshot is added, snapshots are forgotten, or all is made anew."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from secretsbackup.model.entry import EntryKind, SeenEntry
from secretsbackup.store.catalogue import KINDS, ROOT, finding, node_of, opened, seconds, times

_FOLDER = KINDS.index(EntryKind.FOLDER)
_FOLDERS = 10_000
"""So many folders' nodes are kept at hand: paths come folder by folder."""


class SnapshotListing(msgspec.Struct, frozen=True):
    """What is told of a snapshot: all of its paths if it is `whole`, else what changed since the last."""

    time: datetime
    whole: bool
    seen: Iterable[SeenEntry]


def add(file: Path, told: SnapshotListing) -> None:
    """Add a snapshot that is newer than all that are known; one that is known already changes nothing."""
    with opened(file) as memory:
        memory.execute("BEGIN IMMEDIATE")
        _add(memory, told)


def rebuild(file: Path, snapshots: Iterable[SnapshotListing]) -> None:
    """Make the catalogue of these snapshots, oldest first, and no others; readers see the old one until
    then. Sizes that it knew exactly are kept."""
    with opened(file) as memory:
        memory.execute("BEGIN IMMEDIATE")
        memory.execute(
            "CREATE TABLE former AS SELECT node, kind, modified, most FROM versions WHERE slack = 0"
        )
        memory.execute("CREATE INDEX formers ON former (node)")
        for emptied in ("snapshots", "versions", "totals", "absent"):
            memory.execute(f"DELETE FROM {emptied}")  # noqa: S608 - our own words
        for told in snapshots:
            _add(memory, told, former=True)
        memory.execute("DROP TABLE former")
        _prune(memory)


def forget(file: Path, gone: Sequence[datetime]) -> None:
    """Forget snapshots, and the versions that no other one has."""
    with opened(file) as memory:
        memory.execute("BEGIN IMMEDIATE")
        memory.executemany("DELETE FROM snapshots WHERE time = ?", [(seconds(one),) for one in gone])
        left = times(memory)
        newest, oldest = (left[-1], left[0]) if left else (-1, -1)
        memory.execute(
            "DELETE FROM versions WHERE NOT EXISTS (SELECT 1 FROM snapshots s"
            " WHERE s.time >= since AND (gone IS NULL OR s.time < gone))"
        )
        memory.execute("UPDATE versions SET gone = NULL WHERE gone > ?", (newest,))
        memory.execute("DELETE FROM totals WHERE since > ?", (newest,))
        memory.execute(
            "DELETE FROM totals AS t WHERE since < :oldest AND EXISTS (SELECT 1 FROM totals later"
            " WHERE later.folder = t.folder AND later.since > t.since AND later.since <= :oldest)",
            {"oldest": oldest},
        )
        _prune(memory)


def _prune(memory: sqlite3.Connection) -> None:
    """Drop the nodes that have no version any more, and make of the rest what is made of nodes."""
    empty = (
        "DELETE FROM nodes WHERE NOT EXISTS (SELECT 1 FROM versions WHERE node = id)"
        " AND NOT EXISTS (SELECT 1 FROM nodes child WHERE child.parent = nodes.id)"
    )
    while memory.execute(empty).rowcount:
        pass
    memory.execute("DELETE FROM totals WHERE folder != ? AND folder NOT IN (SELECT id FROM nodes)", (ROOT,))
    memory.execute("DELETE FROM absent")
    absent = memory.execute(
        "SELECT id, name FROM nodes"
        " WHERE id IN (SELECT node FROM versions GROUP BY node HAVING count(*) = count(gone))"
    )
    lines = ((node, finding.folded(name)) for node, name in absent.fetchall())
    memory.executemany("INSERT INTO absent VALUES (?, ?)", lines)
    memory.execute("DELETE FROM names")
    finding.remember(memory, 1)


def _add(memory: sqlite3.Connection, told: SnapshotListing, *, former: bool = False) -> None:
    time = seconds(told.time)
    newest = memory.execute("SELECT max(time) FROM snapshots").fetchone()[0] or 0
    if memory.execute("SELECT 1 FROM snapshots WHERE time = ?", (time,)).fetchone():
        return
    if time < newest:
        raise ValueError(f"{told.time} is older than what is known")
    adding = _Adding(memory, time, former=former)
    for seen in told.seen:
        adding.take(seen)
    if told.whole:
        adding.rest_is_gone()
    adding.finish()


class _Adding:
    """Adds one snapshot, path by path."""

    def __init__(self, memory: sqlite3.Connection, time: int, *, former: bool) -> None:
        self._memory = memory
        self._time = time
        self._former = former
        self._first = memory.execute("SELECT coalesce(max(id), 0) + 1 FROM nodes").fetchone()[0]
        self._seen = bytearray(self._first)
        self._folders: dict[bytes, int] = {b"": ROOT}
        self._above: dict[int, int] = {}
        self._grown: dict[int, list[int]] = {}
        self._new = self._changed = self._deleted = 0

    def take(self, seen: SeenEntry) -> None:
        """Take the next path."""
        above, _, name = seen.path.rpartition(b"/")
        if seen.what is not None:
            parent = self._folder(above)
            self._there(self._node(parent, name), parent, seen)
        elif (node := node_of(self._memory, seen.path)) is not None:
            self._gone(node, self._folder(above), name)

    def rest_is_gone(self) -> None:
        """End every version that was there until now and was not seen."""
        rows = self._memory.execute(
            "SELECT node, parent, name FROM versions JOIN nodes ON id = node"
            " WHERE gone IS NULL AND since < ?",
            (self._time,),
        )
        for node, parent, name in [row for row in rows if not self._seen[row[0]]]:
            self._gone(node, parent, name)

    def finish(self) -> None:
        """Write what belongs to the whole snapshot."""
        row = (self._time, self._new, self._changed, self._deleted)
        self._memory.execute("INSERT INTO snapshots VALUES (?, ?, ?, ?)", row)
        self._sum_up()
        finding.remember(self._memory, self._first)

    def _folder(self, path: bytes) -> int:
        node = self._folders.get(path)
        if node is None:
            above, _, name = path.rpartition(b"/")
            parent = self._folder(above)
            node = self._node(parent, name)
            if len(self._folders) > _FOLDERS:
                self._folders, self._above = {b"": ROOT}, {}
            self._folders[path], self._above[node] = node, parent
        return node

    def _node(self, parent: int, name: bytes) -> int:
        """The node of a path, made if need be; in a new folder it is made before it is looked for."""
        new = "INSERT OR IGNORE INTO nodes (parent, name) VALUES (?, ?)"
        if parent >= self._first and (made := self._memory.execute(new, (parent, name))).rowcount:
            return int(made.lastrowid or 0)
        found = self._memory.execute("SELECT id FROM nodes WHERE parent = ? AND name = ?", (parent, name))
        if row := found.fetchone():
            return int(row[0])
        return int(self._memory.execute(new, (parent, name)).lastrowid or 0)

    def _there(self, node: int, parent: int, seen: SeenEntry) -> None:
        """Begin a version, unless the one that is there is the same as far as is known."""
        now = self._sized(node, seen)
        before = self._last(node) if node < self._first else None
        if node < self._first:
            self._seen[node] = 1
        if before and _same(before, now):
            if now.slack < before.slack:
                self._narrow(node, parent, before, now)
            return
        self._count(before, now)
        if before:
            self._end(node, parent, before)
        self._memory.execute(
            "INSERT INTO versions VALUES (?, ?, NULL, ?, ?, ?, ?)",
            (node, self._time, now.kind, now.modified, now.most, now.slack),
        )
        if node < self._first and not before:
            self._memory.execute("DELETE FROM absent WHERE node = ?", (node,))
        self._grow(parent, now, 1)

    def _gone(self, node: int, parent: int, name: bytes) -> None:
        if before := self._last(node):
            self._count(before, None)
            self._end(node, parent, before)
            self._memory.execute("INSERT INTO absent VALUES (?, ?)", (node, finding.folded(name)))

    def _sized(self, node: int, seen: SeenEntry) -> "_Version":
        """A version as it was seen, with its exact size where the former catalogue knew it."""
        assert seen.what
        now = _Version(KINDS.index(seen.what), seen.modified, seen.most, seen.most - seen.least)
        if now.slack and self._former:
            row = self._memory.execute(
                "SELECT most FROM former"
                " WHERE node = ? AND kind = ? AND modified = ? AND most BETWEEN ? AND ?",
                (node, now.kind, now.modified, seen.least, seen.most),
            ).fetchone()
            return _Version(now.kind, now.modified, row[0], 0) if row else now
        return now

    def _last(self, node: int) -> "_Version | None":
        row = self._memory.execute(
            "SELECT kind, modified, most, slack FROM versions WHERE node = ? AND gone IS NULL", (node,)
        ).fetchone()
        return _Version(*row) if row else None

    def _end(self, node: int, parent: int, before: "_Version") -> None:
        self._memory.execute(
            "UPDATE versions SET gone = ? WHERE node = ? AND gone IS NULL", (self._time, node)
        )
        self._grow(parent, before, -1)

    def _narrow(self, node: int, parent: int, before: "_Version", now: "_Version") -> None:
        self._memory.execute(
            "UPDATE versions SET most = ?, slack = ? WHERE node = ? AND gone IS NULL",
            (now.most, now.slack, node),
        )
        self._grow(parent, before, -1)
        self._grow(parent, now, 1)

    def _count(self, before: "_Version | None", now: "_Version | None") -> None:
        """Count a change of what is no folder: a folder's time says only that something in it changed."""
        was, is_now = before is not None and before.kind != _FOLDER, now is not None and now.kind != _FOLDER
        self._new += is_now and not was
        self._changed += is_now and was
        self._deleted += was and not is_now

    def _grow(self, folder: int, version: "_Version", by: int) -> None:
        if version.kind != _FOLDER:
            grown = self._grown.setdefault(folder, [0, 0])
            grown[0] += by
            grown[1] += by * version.most

    def _sum_up(self) -> None:
        """Add to the totals of every folder what has come and gone at any depth below it."""
        sums: dict[int, list[int]] = {}
        for folder, (files, size) in self._grown.items():
            for node in self._upwards(folder):
                total = sums.setdefault(node, [0, 0])
                total[0] += files
                total[1] += size
        self._memory.executemany(
            "INSERT INTO totals"
            " SELECT :folder, :since, :files + coalesce(files, 0), :bytes + coalesce(bytes, 0)"
            " FROM (SELECT 1) LEFT JOIN"
            " (SELECT files, bytes FROM totals WHERE folder = :folder ORDER BY since DESC LIMIT 1)",
            (
                {"folder": node, "since": self._time, "files": files, "bytes": size}
                for node, (files, size) in sums.items()
                if files or size
            ),
        )

    def _upwards(self, node: int) -> Iterator[int]:
        """A folder and all folders above it."""
        while node != ROOT:
            yield node
            if node not in self._above:
                parent = self._memory.execute("SELECT parent FROM nodes WHERE id = ?", (node,))
                (self._above[node],) = parent.fetchone()
            node = self._above[node]
        yield ROOT


class _Version(NamedTuple):
    kind: int
    modified: int
    most: int
    slack: int


def _same(one: _Version, other: _Version) -> bool:
    """Whether two versions may be one: of one kind and time, and of a size that both allow."""
    return (one.kind, one.modified) == (other.kind, other.modified) and (
        one.most - one.slack <= other.most and other.most - other.slack <= one.most
    )
