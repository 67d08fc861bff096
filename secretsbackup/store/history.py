"""History: a row a run, and what the last audits saw. Derived from journals, which are the truth."""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from sqlite3 import Connection
from typing import NewType

import msgspec

from secretsbackup.model import former
from secretsbackup.model.destination import Bucket, Destination, url
from secretsbackup.model.event import ChainLost, Moment, RunEnded, RunId, RunStarted, Verb, warns
from secretsbackup.model.outcome import Failure, Interrupted, Outcome
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.reason import Reason
from secretsbackup.model.run import PastRun
from secretsbackup.store import database, journal
from secretsbackup.store.home import Home

PlaceId = NewType("PlaceId", str)
"""A destination as a key: its URL, and its endpoint where it has one."""


_ASKED = 500
"""Names in one question."""


def place_of(destination: Destination) -> PlaceId:
    """The key under which a destination is remembered."""
    endpoint = destination.endpoint if isinstance(destination, Bucket) else None
    return PlaceId(f"{url(destination)} {endpoint}" if endpoint else url(destination))


def record(home: Home, moments: Iterable[Moment]) -> None:
    """Remember a run by the moments of its journal. Telling it twice changes nothing."""
    story = list(moments)
    past = _past(story)
    if past is None:
        return
    row = (
        *(past.run, past.profile, past.verb, past.began.timestamp(), past.ended.timestamp()),
        *(past.warnings, msgspec.json.encode(past.outcome), past.place),
    )
    with database.opened(home) as memory:
        memory.execute("INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
        memory.executemany("INSERT OR IGNORE INTO misdated VALUES (?)", ((one,) for one in _misdated(story)))
        _lose(memory, (moment.event for moment in story if isinstance(moment.event, ChainLost)))


def _misdated(moments: list[Moment]) -> tuple[RunId, ...]:
    """The runs that had begun before this one at a later time. Which of the two clocks was wrong, nobody
    knows: to believe the earlier one says nothing to be safer than it is, nor hides how this one ended."""
    first = moments[0].event
    return first.ahead if isinstance(first, RunStarted) else ()


def _past(moments: list[Moment]) -> PastRun | None:
    if not moments:
        return None
    first, last = moments[0], moments[-1]
    if not isinstance(first.event, RunStarted) or not isinstance(last.event, RunEnded):
        return None
    return PastRun(
        run=first.event.run,
        profile=first.event.profile,
        verb=first.event.verb,
        began=first.at,
        ended=last.at,
        warnings=sum(warns(moment.event) for moment in moments),
        outcome=last.event.outcome,
        place=first.event.place,
    )


def runs(
    home: Home,
    profile: ProfileName,
    limit: int = -1,
    before: RunId | None = None,
    verb: Verb | None = None,
    place: PlaceId | None = None,
) -> list[PastRun]:
    """The runs of a profile that are over, newest first; only those that began before another one, of one
    verb, and at one place. (Runs of before this was remembered count for every place.) Where the database
    cannot be used, the journals tell."""
    try:
        return _runs(home, profile, limit, before, verb, place)
    except Failure:
        told = (one for one in _told(home, profile, before) if verb in (None, one.verb))
        found = [one for one in told if place is None or one.place in ("", place)]
        return found[:limit] if limit >= 0 else found


def _runs(
    home: Home,
    profile: ProfileName,
    limit: int,
    before: RunId | None,
    verb: Verb | None,
    place: PlaceId | None,
) -> list[PastRun]:
    with database.opened(home) as memory:
        rows = memory.execute(
            "SELECT *, id IN misdated FROM runs WHERE profile = ? AND id < ? AND verb = ifnull(?, verb)"
            " AND place IN ('', ifnull(?, place)) ORDER BY id DESC LIMIT ?",
            (profile, before or "~", verb, place, limit),
        ).fetchall()
    return [
        PastRun(
            run=RunId(run),
            profile=ProfileName(name),
            verb=Verb(verb),
            began=datetime.fromtimestamp(began, UTC),
            ended=datetime.fromtimestamp(ended, UTC),
            warnings=warnings,
            outcome=_outcome(outcome),
            misdated=bool(misdated),
            place=where,
        )
        for run, name, verb, began, ended, warnings, outcome, where, misdated in rows
    ]


def _told(home: Home, profile: ProfileName, before: RunId | None) -> list[PastRun]:
    """What the journals tell by themselves, newest first; those that cannot be read tell nothing."""
    found: list[PastRun] = []
    misdated: set[RunId] = set()
    with contextlib.suppress(Failure):
        for run in journal.runs(home, profile):
            with contextlib.suppress(Failure):
                moments = list(journal.read(home.journal(profile, run)))
                misdated.update(_misdated(moments) if moments else ())
                past = _past(moments)
                found += [past] if past and (before is None or run < before) else []
    return [msgspec.structs.replace(one, misdated=one.run in misdated) for one in reversed(found)]


def _outcome(told: bytes) -> Outcome:
    """How a run ended; of a newer version's word for it, that it was cut off: as of a journal without end."""
    try:
        ended: Outcome = msgspec.convert(former.upgraded(msgspec.json.decode(told)), Outcome)
    except msgspec.MsgspecError:
        return Interrupted()
    return ended


def catch_up(home: Home, profile: ProfileName) -> list[RunId]:
    """Record the runs that have a journal and no row: cut off by a power cut, or the database is new.

    The runs that go on now are returned.
    """
    try:
        known = _known(home, profile)
    except Failure as failure:
        if failure.reason is not Reason.MEMORY_BROKEN:
            raise
        known = _known(home, profile)  # the new database, which all journals now go into
    going_on: list[RunId] = []
    for run in journal.runs(home, profile):
        if run not in known:
            moments = journal.end_interrupted(home.journal(profile, run))
            if moments is None:
                going_on.append(run)
            else:
                record(home, moments)
    return going_on


def caught_up(home: Home, profile: ProfileName) -> tuple[list[RunId], Failure | None]:
    """Catch up as far as can be: the runs that go on now, and what stood in the way."""
    try:
        return catch_up(home, profile), None
    except Failure as failure:
        return journal.going_on(home, profile), failure


def _known(home: Home, profile: ProfileName) -> set[str]:
    with database.opened(home) as memory:
        return {row[0] for row in memory.execute("SELECT id FROM runs WHERE profile = ?", (profile,))}


def known_sizes(home: Home, place: PlaceId) -> dict[str, int]:
    """The size of each file that an audit saw at a place."""
    with database.opened(home) as memory:
        return dict(memory.execute("SELECT name, size FROM volumes WHERE place = ?", (place,)))


def know_sizes(home: Home, place: PlaceId, sizes: Mapping[str, int]) -> None:
    """Remember exactly these sizes of a place's files."""
    with database.opened(home) as memory:
        memory.execute("DELETE FROM volumes WHERE place = ?", (place,))
        rows = ((place, name, size) for name, size in sizes.items())
        memory.executemany("INSERT INTO volumes VALUES (?, ?, ?)", rows)


def forget_sizes(home: Home, place: PlaceId, names: Iterable[str]) -> None:
    """Forget files that were removed: what is known and not there is a hole."""
    with database.opened(home) as memory:
        memory.executemany(
            "DELETE FROM volumes WHERE place = ? AND name = ?", ((place, name) for name in names)
        )


def lost_chains(home: Home, place: PlaceId) -> dict[str, str]:
    """The chains, by the stamp of their full snapshot, that are known to be damaged or removed."""
    with database.opened(home) as memory:
        return dict(memory.execute("SELECT start, how FROM lost_chains WHERE place = ?", (place,)))


def lose_chains(home: Home, lost: Iterable[ChainLost]) -> None:
    """Remember that these chains are damaged or removed."""
    with database.opened(home) as memory:
        _lose(memory, lost)


def _lose(memory: Connection, lost: Iterable[ChainLost]) -> None:
    rows = ((one.place, one.chain, one.how) for one in lost)
    memory.executemany("INSERT OR REPLACE INTO lost_chains VALUES (?, ?, ?)", rows)


def place_with(home: Home, names: Sequence[str]) -> PlaceId | None:
    """A place that is known to hold one of these files; None if there is none."""
    marks = ", ".join("?" * min(len(names), _ASKED))
    with database.opened(home) as memory:
        row = memory.execute(
            f"SELECT place FROM volumes WHERE name IN ({marks}) LIMIT 1",  # noqa: S608 - question marks
            tuple(names[-_ASKED:]),
        ).fetchone()
    return PlaceId(row[0]) if row else None


def copy_place(home: Home, known: PlaceId, to: PlaceId) -> None:
    """Know of a place what is known of another, of which it is a copy."""
    tables = {"volumes": "name, size", "snapshots": "stamp, files, bytes", "lost_chains": "start, how"}
    with database.opened(home) as memory:
        for table, columns in tables.items():
            memory.execute(
                f"INSERT OR IGNORE INTO {table} SELECT ?, {columns} FROM {table} WHERE place = ?",  # noqa: S608
                (to, known),
            )


def know_made(home: Home, place: PlaceId, stamps: Iterable[str]) -> None:
    """Remember that these snapshots were made from here, however much they hold."""
    with database.opened(home) as memory:
        rows = ((place, stamp) for stamp in stamps)
        memory.executemany("INSERT OR IGNORE INTO snapshots VALUES (?, ?, 0, 0)", rows)


def know_snapshot(home: Home, place: PlaceId, stamp: str, files: int, size: int) -> None:
    """Remember how much a snapshot holds: `files` and `size` in bytes when restored."""
    with database.opened(home) as memory:
        memory.execute("INSERT OR REPLACE INTO snapshots VALUES (?, ?, ?, ?)", (place, stamp, files, size))


def snapshot_sizes(home: Home, place: PlaceId) -> dict[str, tuple[int, int]]:
    """How much each snapshot holds that was made from here: files and bytes, by stamp."""
    with database.opened(home) as memory:
        rows = memory.execute("SELECT stamp, files, bytes FROM snapshots WHERE place = ?", (place,))
        return {stamp: (files, size) for stamp, files, size in rows}


def tool_version(home: Home, path: str, changed: int) -> str | None:
    """The version that a program had when it was last asked; None if its file changed since."""
    with database.opened(home) as memory:
        row = memory.execute(
            "SELECT version FROM tools WHERE path = ? AND changed = ?", (path, changed)
        ).fetchone()
    return row[0] if row else None


def know_tool(home: Home, path: str, changed: int, version: str) -> None:
    """Remember a program's version."""
    with database.opened(home) as memory:
        memory.execute("INSERT OR REPLACE INTO tools VALUES (?, ?, ?)", (path, changed, version))
