"""The catalogue: every path of every snapshot of a destination, and from when to when each version was there.

It is a cache, made from what duplicity keeps in its archive folder: deleting it costs time and nothing
else. `filling` writes it, `finding` searches it, here it is asked.

A path is a node (its parent and its name, so that no path is written twice); a version is there from the
snapshot at `since` up to, and without, the one at `gone`. Times are seconds since 1970.
"""

import contextlib
import os
import sqlite3
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from secretsbackup.model import causes
from secretsbackup.model.entry import Entry, EntryKind, SnapshotContents, Totals, moment
from secretsbackup.model.outcome import Failure
from secretsbackup.store import database
from secretsbackup.store.boundary import bounded, open_file, remove
from secretsbackup.store.home import owner_only

KINDS = (EntryKind.FILE, EntryKind.FOLDER, EntryKind.LINK, EntryKind.OTHER)
"""As `kind` counts them."""

_SCHEMA = """
    CREATE TABLE IF NOT EXISTS snapshots (
        time INTEGER PRIMARY KEY, new INTEGER NOT NULL, changed INTEGER NOT NULL, deleted INTEGER NOT NULL
    );
    CREATE TABLE IF NOT EXISTS nodes (id INTEGER PRIMARY KEY, parent INTEGER NOT NULL, name BLOB NOT NULL);
    CREATE UNIQUE INDEX IF NOT EXISTS children ON nodes (parent, name);
    CREATE TABLE IF NOT EXISTS versions (
        node INTEGER NOT NULL, since INTEGER NOT NULL, gone INTEGER, kind INTEGER NOT NULL,
        modified INTEGER NOT NULL, most INTEGER NOT NULL, slack INTEGER NOT NULL,
        PRIMARY KEY (node, since)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS totals (
        folder INTEGER NOT NULL, since INTEGER NOT NULL, files INTEGER NOT NULL, bytes INTEGER NOT NULL,
        PRIMARY KEY (folder, since)
    ) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS absent (node INTEGER PRIMARY KEY, line BLOB NOT NULL);
    CREATE TABLE IF NOT EXISTS names (block INTEGER PRIMARY KEY, lines BLOB NOT NULL);
"""
_NUMBER = 1
ROOT = 0
"""The node that all snapshots begin with; it has no row."""


class CatalogueLost(Failure):
    """The catalogue was damaged; it is gone now, and is to be filled anew."""

    def __init__(self, file: Path, said: str) -> None:
        super().__init__(causes.CatalogueLost(), (said,))


@contextlib.contextmanager
def opened(file: Path) -> Iterator[sqlite3.Connection]:
    """A connection; what is done with it is kept when the block ends well.

    A file that another version wrote, or that is none of ours, is replaced. One that turns out to be
    damaged is removed: Lost. Failure: NO_ROOM, NOT_WRITABLE, BUSY.
    """
    owner_only(file.parent)
    try:
        with contextlib.closing(_connected(file)) as connection, connection:
            yield connection
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if isinstance(error, sqlite3.OperationalError) and not database.is_damage(error):
            raise database.failure(error, file) from None
        if not database.is_damage(error):
            raise  # a mistake of ours
        drop(file)
        raise CatalogueLost(file, str(error)) from None


def _connected(file: Path) -> sqlite3.Connection:
    connection = _connection(file)
    try:
        if _ours(connection):
            return connection
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if not database.is_damage(error):
            connection.close()
            raise
    connection.close()
    drop(file)
    connection = _connection(file)
    _ours(connection)
    return connection


def _connection(file: Path) -> sqlite3.Connection:
    with bounded(file, causes.NotWritable):
        os.close(open_file(file, os.O_RDWR | os.O_CREAT))
    return sqlite3.connect(file, timeout=10)


def _ours(connection: sqlite3.Connection) -> bool:
    """Whether the file has our tables, which an empty one is given now."""
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    connection.execute("PRAGMA cache_size = -32768")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version == 0:
        connection.executescript(f"BEGIN IMMEDIATE; {_SCHEMA} PRAGMA user_version = {_NUMBER}; COMMIT;")
    return version in (0, _NUMBER)


def drop(file: Path) -> None:
    """Remove a catalogue."""
    for suffix in ("", "-wal", "-shm"):
        remove(file.with_name(file.name + suffix))


def known(file: Path) -> list[datetime]:
    """The times of the snapshots that the catalogue has, oldest first."""
    with opened(file) as memory:
        return [moment(time) for time in times(memory)]


def snapshots(file: Path) -> list[SnapshotContents]:
    """Each snapshot with what it holds and what changed in it, oldest first."""
    with opened(file) as memory:
        rows = memory.execute("SELECT time, new, changed, deleted FROM snapshots ORDER BY time").fetchall()
        return [
            SnapshotContents(
                time=moment(time), new=new, changed=changed, deleted=deleted, holds=_held(memory, ROOT, time)
            )
            for time, new, changed, deleted in rows
        ]


def entry(file: Path, at: datetime, path: bytes) -> Entry | None:
    """A path as the snapshot `at` has it; None if it has it not."""
    with opened(file) as memory:
        found = _at(memory, at, path)
        return found[1] if found else None


def folder(file: Path, at: datetime, path: bytes = b"") -> list[Entry]:
    """What a folder of the snapshot `at` has in it, by name; b"" is the top."""
    with opened(file) as memory:
        node = node_of(memory, path)
        return [] if node is None else [child for _, child in _in(memory, at, node, path)]


def below(file: Path, at: datetime, path: bytes = b"") -> Iterator[Entry]:
    """A path of the snapshot `at` and everything below it, folder by folder; b"" is all."""
    with opened(file) as memory:
        found = _at(memory, at, path) if path else None
        waiting = [found] if found else [] if path else list(reversed(_in(memory, at, ROOT, b"")))
        while waiting:
            node, one = waiting.pop()
            yield one
            if one.what is EntryKind.FOLDER:
                waiting += reversed(_in(memory, at, node, one.path))


def versions(file: Path, path: bytes) -> list[Entry]:
    """Every version of a path, newest first."""
    with opened(file) as memory:
        node = node_of(memory, path)
        if node is None:
            return []
        rows = memory.execute(
            "SELECT since, gone, kind, modified, most, slack FROM versions"
            " WHERE node = ? ORDER BY since DESC",
            (node,),
        )
        seen = times(memory)
        return [entry_of(path, row, seen) for row in rows]


def holds(file: Path, at: datetime, path: bytes = b"") -> Totals:
    """How much the snapshot `at` has at and below a path, without counting it up: it is kept by folder."""
    return hold_together(file, at, [path])


def hold_together(file: Path, at: datetime, paths: Iterable[bytes]) -> Totals:
    """How much it has at and below several paths; there may be very many."""
    with opened(file) as memory:
        held = [_holds(memory, at, path) for path in paths]
    return Totals(sum(one.files for one in held), sum(one.bytes for one in held))


def _holds(memory: sqlite3.Connection, at: datetime, path: bytes) -> Totals:
    if not path:
        return _held(memory, ROOT, seconds(at))
    row = memory.execute(_THERE + "WHERE n.id = :node", {"at": seconds(at), "node": node_of(memory, path)})
    found = row.fetchone()
    if found is None:
        return Totals(0, 0)
    node, _, _, _, kind, _, most, _ = found
    return _held(memory, node, seconds(at)) if KINDS[kind] is EntryKind.FOLDER else Totals(1, most)


def _held(memory: sqlite3.Connection, node: int, at: int) -> Totals:
    row = memory.execute(
        "SELECT files, bytes FROM totals WHERE folder = ? AND since <= ? ORDER BY since DESC LIMIT 1",
        (node, at),
    ).fetchone()
    return Totals(*row) if row else Totals(0, 0)


_THERE = """
    SELECT n.id, n.name, v.since, v.gone, v.kind, v.modified, v.most, v.slack
    FROM nodes n CROSS JOIN versions v
    ON v.node = n.id AND v.since <= :at AND (v.gone IS NULL OR v.gone > :at)
"""


def _at(memory: sqlite3.Connection, at: datetime, path: bytes) -> tuple[int, Entry] | None:
    node = node_of(memory, path)
    row = memory.execute(_THERE + "WHERE n.id = :node", {"at": seconds(at), "node": node}).fetchone()
    return (row[0], entry_of(path, row[2:], times(memory))) if row else None


def _in(memory: sqlite3.Connection, at: datetime, node: int, path: bytes) -> list[tuple[int, Entry]]:
    seen, before = times(memory), path + b"/" if path else b""
    rows = memory.execute(
        _THERE + "WHERE n.parent = :node ORDER BY n.name", {"at": seconds(at), "node": node}
    )
    return [(child, entry_of(before + name, row, seen)) for child, name, *row in rows]


def node_of(memory: sqlite3.Connection, path: bytes) -> int | None:
    """The node of a path; None if no snapshot ever had it."""
    node = ROOT
    for name in path.split(b"/") if path else ():
        row = memory.execute("SELECT id FROM nodes WHERE parent = ? AND name = ?", (node, name)).fetchone()
        if row is None:
            return None
        node = row[0]
    return node


def entry_of(path: bytes, row: Sequence[Any], seen: list[int]) -> Entry:
    """An entry of a row of versions; `seen` are the times of all snapshots: some may have been removed."""
    since, gone, kind, modified, most, slack = row
    return Entry(
        path=path,
        what=KINDS[kind],
        modified=moment(modified),
        least=most - slack,
        most=most,
        since=moment(seen[bisect_left(seen, since)]),
        until=moment(seen[bisect_left(seen, gone) - 1]) if gone is not None else None,
    )


def times(memory: sqlite3.Connection) -> list[int]:
    """The times of all snapshots, oldest first."""
    return [time for (time,) in memory.execute("SELECT time FROM snapshots ORDER BY time")]


def seconds(at: datetime) -> int:
    """A time as the tables have it."""
    return int(at.timestamp())
