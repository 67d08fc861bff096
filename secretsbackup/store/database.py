"""SQLite: what we remember of all profiles. It can be rebuilt from the journals and the destinations."""

import contextlib
import errno
import fcntl
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.store.boundary import bounded, look, open_file
from secretsbackup.store.home import Home, owner_only, unwritable

_MIGRATIONS = (
    """
    CREATE TABLE runs (
        id TEXT PRIMARY KEY, profile TEXT NOT NULL, verb TEXT NOT NULL,
        began REAL NOT NULL, ended REAL NOT NULL, warnings INTEGER NOT NULL, outcome BLOB NOT NULL
    ) WITHOUT ROWID;
    CREATE INDEX runs_of_profile ON runs (profile, id);
    CREATE TABLE snapshots (
        place TEXT NOT NULL, stamp TEXT NOT NULL, files INTEGER NOT NULL, bytes INTEGER NOT NULL,
        PRIMARY KEY (place, stamp)
    ) WITHOUT ROWID;
    CREATE TABLE volumes (
        place TEXT NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (place, name)
    ) WITHOUT ROWID;
    CREATE TABLE lost_chains (
        place TEXT NOT NULL, start TEXT NOT NULL, how TEXT NOT NULL, PRIMARY KEY (place, start)
    ) WITHOUT ROWID;
    CREATE TABLE tools (
        path TEXT PRIMARY KEY, changed INTEGER NOT NULL, version TEXT NOT NULL
    ) WITHOUT ROWID;
    """,
    "CREATE TABLE misdated (run TEXT PRIMARY KEY) WITHOUT ROWID;",
    "ALTER TABLE runs ADD COLUMN place TEXT NOT NULL DEFAULT '';",
)
_LEAST = 1 << 17
"""Bytes: with less, SQLite cannot make the files beside the database, and calls it an I/O error."""
_LIMIT_S = 2.0
"""Seconds: others of ours hold it for some thousandths of one."""


@contextlib.contextmanager
def opened(home: Home) -> Iterator[sqlite3.Connection]:
    """A connection; what is done with it is kept when the block ends well.

    A file that is no database any more is put aside (and named so), for a new one to begin; Failure
    (MEMORY_BROKEN) where that is found too late. Others: MEMORY_NEWER, MEMORY_BUSY, NO_ROOM, NOT_WRITABLE.
    """
    owner_only(home.database.parent)
    try:
        connection = _connected(home.database)
        with contextlib.closing(connection), connection:
            yield connection
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if isinstance(error, sqlite3.OperationalError) and not is_damage(error):
            raise failure(error, home.database) from None
        if not is_damage(error):
            raise
        _put_aside(home.database)
        raise Failure(causes.MemoryBroken(str(home.database)), (str(error),)) from None


def _connected(path: Path) -> sqlite3.Connection:
    try:
        return _migrated(path)
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        if not is_damage(error):
            raise
        _put_aside(path)
        return _migrated(path)


def _put_aside(path: Path) -> None:
    with bounded(path, causes.NotWritable):
        path.rename(path.with_name(f"{path.name}.broken-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"))
        for suffix in ("-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)


def _migrated(path: Path) -> sqlite3.Connection:
    """A connection to a database as this version has it; of two that begin at once, one makes it so."""
    for suffix in ("", "-wal", "-shm"):
        one = path.with_name(path.name + suffix)
        with bounded(one, causes.NotWritable):
            look(one)
    alone = path.with_name(path.name + ".lock")
    with bounded(alone, causes.NotWritable):
        descriptor = open_file(alone, os.O_WRONLY | os.O_CREAT)
    with os.fdopen(descriptor, "wb") as file:
        with bounded(alone, causes.NotWritable):
            fcntl.flock(file, fcntl.LOCK_EX)
        return _up_to_date(path)


def _up_to_date(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_LIMIT_S)
    try:
        _migrate(connection, path)
    except BaseException:
        connection.close()
        raise
    return connection


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = NORMAL")
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(_MIGRATIONS):
        raise Failure(causes.MemoryNewer(str(path)))
    for number, migration in enumerate(_MIGRATIONS[version:], version + 1):
        connection.executescript(f"BEGIN; {migration} PRAGMA user_version = {number}; COMMIT;")


def is_damage(error: Exception) -> bool:
    """Whether a database of ours is not what was written there, by what came of a question to it.

    Of some damage SQLite says no more than that a question of ours makes no sense (SQLITE_ERROR: a table that
    is not there, a format that it does not know), and Python that a text, be it that of the error, is none.
    What the system stands in the way with has numbers of its own; what comes of how we use it, classes.
    """
    if isinstance(error, sqlite3.OperationalError):
        return getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF in _DAMAGE
    return type(error) is sqlite3.DatabaseError or isinstance(error, UnicodeDecodeError)


_DAMAGE = {sqlite3.SQLITE_ERROR, sqlite3.SQLITE_SCHEMA, sqlite3.SQLITE_FORMAT}
"""Codes of an OperationalError; where a file is no database at all it is a DatabaseError."""


def failure(error: sqlite3.OperationalError, path: Path) -> Failure:
    """The Failure for a database of ours that could not be used."""
    said = str(error)
    broken = "disk I/O error" in said
    if "full" in said or (broken and _free(path.parent) < _LEAST):
        return Failure(causes.NoRoom(str(path)), (said,))
    if "locked" in said:
        return Failure(causes.MemoryBusy(str(path)), (said,))
    return unwritable(OSError(errno.EIO if broken else errno.EACCES, said), path)


def _free(folder: Path) -> int:
    try:
        return shutil.disk_usage(folder).free
    except OSError:
        return sys.maxsize
