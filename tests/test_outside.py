"""Whatever comes from outside, and whatever became of our own files: it is read, or refused in a sentence.

What is read in one place alone is tried beside it (`test_kit`, `test_signatures`, `test_log`,
`test_legacy_config`).
"""

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from secretsbackup.model.destination import Bucket, Folder
from secretsbackup.model.event import Moment, RunEnded, RunId, RunStarted, SnapshotMade, Verb, decode, encode
from secretsbackup.model.outcome import Completed, Failure, Skip, Summary
from secretsbackup.model.profile import Fingerprint, Profile, ProfileName, Source
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import KeyPair, Secret
from secretsbackup.operations.watch.status import status_of
from secretsbackup.store import (
    archive_state,
    catalogue,
    drafts,
    history,
    journal,
    kit,
    notes,
    pause,
    profiles,
    stage_state,
    unfinished,
)
from secretsbackup.store.home import Home, below
from secretsbackup.tools import rsync, s3
from secretsbackup.tools.duplicity import damaged, files
from tests.conftest import Told
from tests.tools.test_s3 import Answer, serving

DOCS = ProfileName("docs")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PATIENCE = 5.0
"""Seconds for any one of them; most take some thousandths."""
few = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@dataclass(frozen=True)
class Damage:
    """What became of a file. What Hypothesis draws is as small as this, however large the file is."""

    kind: str
    at: int
    until: int
    noise: bytes

    def done_to(self, whole: bytes) -> bytes:
        """The file as it is now."""
        gone = min(self.until, len(whole)) - min(self.at, len(whole))
        match self.kind:
            case "cut off":
                return whole[: self.at]
            case "cut out":
                return whole[: self.at] + whole[self.until :]
            case "put in":
                return whole[: self.at] + self.noise + whole[self.at :]
            case "put over":
                return whole[: self.at] + self.noise + whole[self.at + len(self.noise) :]
            case "zeroed":
                return whole[: self.at] + bytes(gone) + whole[self.until :]
            case _:
                return self.noise


def damages(size: int) -> st.SearchStrategy[Damage]:
    """What can become of a file of so many bytes: cut off, zeroed, strewn with noise, or another altogether.
    What it begins with is hit as often as all the rest."""
    kinds = st.sampled_from(("cut off", "cut out", "put in", "put over", "zeroed", "another"))
    places = st.integers(0, min(size, 128)) | st.integers(0, size)
    lengths = st.integers(0, 4096) | st.integers(0, size)
    made = st.tuples(kinds, places, lengths, st.binary(max_size=200))
    return made.map(lambda drawn: Damage(drawn[0], drawn[1], drawn[1] + drawn[2], drawn[3]))


def spoilt(whole: bytes) -> st.SearchStrategy[bytes]:
    """A small file in which something is not as it was written."""
    return damages(len(whole)).map(lambda damage: damage.done_to(whole))


def in_time(read: Callable[[], object]) -> None:
    """Read it: only a Failure or a Skip may come of it, and soon."""
    began = time.monotonic()
    with suppress(Failure, Skip):
        read()
    assert time.monotonic() - began < PATIENCE


SAVED = Profile(
    name=DOCS, sources=(Source("docs", "/docs"),), destination=Folder("/to"), key=Fingerprint("A" * 40)
)
RUN = [
    RunStarted(run=RunId("1"), profile=DOCS, verb=Verb.BACKUP, version="1"),
    SnapshotMade(snapshot="20261122T120000Z", kind="full", volumes=1, stored=3),
    RunEnded(outcome=Completed(Summary(files=3, snapshot="20261122T120000Z"), 1)),
]
JOURNAL = b"".join(encode(Moment(NOON + timedelta(seconds=n), event)) + b"\n" for n, event in enumerate(RUN))


@few
@given(spoilt(JOURNAL))
def test_a_journal_of_any_content_is_read(tmp_path: Path, content: bytes) -> None:
    home = below(tmp_path)
    path = home.journal(DOCS, RunId("1"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    home.database.unlink(missing_ok=True)
    in_time(lambda: status_of(home, DOCS, NOON))
    in_time(lambda: list(journal.read(path)))
    in_time(lambda: history.runs(home, DOCS))


SMALL: list[tuple[Callable[[Home], Path], Callable[[Home], object], bytes]] = [
    (lambda home: home.marks(DOCS), lambda home: notes.read(home, DOCS), b'{"accepted":["a"],"tried":"x"}'),
    (
        lambda home: home.pause(DOCS),
        lambda home: pause.paused_until(home, DOCS),
        b'{"until":"2026-11-22T12:00Z"}',
    ),
    (lambda home: home.archived(DOCS), lambda home: archive_state.read(home, DOCS), b'{"a.manifest":[3,4]}'),
    (lambda home: home.staged(DOCS), lambda home: stage_state.read(home, SAVED), b'{"labels":["docs"]}'),
    (
        lambda home: home.kit(DOCS),
        lambda home: kit.read(home, DOCS),
        b'{"key":"A","place":"b","saved":"2026-11-22T12:00Z"}',
    ),
    (
        lambda home: home.unfinished(DOCS),
        lambda home: unfinished.known(home, DOCS),
        b'[{"folder":"/a","snapshot":"b","paths":[],"began":"2026-11-22T12:00Z"}]',
    ),
    (lambda home: home.draft, drafts.read, b'{"name":"docs","sources":[]}'),
    (lambda home: home.profiles, profiles.load, profiles.text({DOCS: SAVED}).encode()),
]


@few
@given(st.data())
def test_a_small_file_of_any_content_is_read(tmp_path: Path, data: st.DataObject) -> None:
    place, read, whole = data.draw(st.sampled_from(SMALL))
    path = place(below(tmp_path))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data.draw(spoilt(whole)))
    in_time(lambda: read(below(tmp_path)))


def _database(home: Home) -> bytes:
    history.record(home, [Moment(NOON, event) for event in RUN])
    history.know_sizes(home, history.PlaceId("x"), {"a": 1})
    with closing(sqlite3.connect(home.database)) as memory:
        memory.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return home.database.read_bytes()


def _catalogue(file: Path) -> bytes:
    with catalogue.opened(file) as memory:
        rows = [(1_700_000_000 + number, number + 1) for number in range(100)]
        memory.executemany("INSERT INTO snapshots VALUES (?, 1, 2, 3)", ((time,) for time, _ in rows))
        names = ((node, b"name %d" % node) for _, node in rows)
        memory.executemany("INSERT INTO nodes VALUES (?, 0, ?)", names)
        versions = ((node, time, time) for time, node in rows)
        memory.executemany("INSERT INTO versions VALUES (?, ?, NULL, 0, ?, 5, 5)", versions)
        memory.executemany("INSERT INTO totals VALUES (0, ?, 3, 4)", ((time,) for time, _ in rows))
    with closing(sqlite3.connect(file)) as memory:
        memory.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return file.read_bytes()


def _all_of_history(home: Home) -> None:
    history.known_sizes(home, history.PlaceId("x"))
    status_of(home, DOCS, NOON)
    history.runs(home, DOCS)


def _all_of_catalogue(file: Path) -> None:
    for at in catalogue.known(file)[-1:]:
        catalogue.folder(file, at)
        catalogue.holds(file, at)
        catalogue.entry(file, at, b"name 7")
    catalogue.snapshots(file)


UNKNOWN_FORMAT = Damage("put over", 44, 44, b"\0\0\0\x09")
"""The number of the schema's format in the header (sqlite.org/fileformat.html, 1.3.9)."""
NO_TABLES = Damage("zeroed", 100, 4096, b"")
NO_TEXT = Damage("put over", 130, 130, b"\xe7\xff" * 900)


@pytest.mark.parametrize("kept", ["history", "catalogue"])
def test_a_database_of_any_content_is_read_or_begun_anew(tmp_path: Path, kept: str) -> None:
    """What is found to be damaged when it is asked is a Failure, once; then it has begun anew."""
    home = below(tmp_path / "home")
    file = home.database if kept == "history" else home.cache / "catalogue.sqlite"
    whole = _database(home) if kept == "history" else _catalogue(file)

    def ask() -> None:
        if kept == "history":
            _all_of_history(home)
        else:
            _all_of_catalogue(file)

    @few
    @given(damages(len(whole)))
    @example(UNKNOWN_FORMAT)
    @example(NO_TABLES)
    @example(NO_TEXT)
    def read(damage: Damage) -> None:
        for one in file.parent.glob(f"{file.name}*"):
            one.unlink()
        file.write_bytes(damage.done_to(whole))
        for _ in range(3):  # each table is found out by itself
            in_time(ask)
        try:
            ask()
        except Failure as failure:  # a number that says so, as good as any other
            assert failure.reason is Reason.MEMORY_NEWER  # noqa: PT017

    read()


MANIFEST = b"""Hostname ada
Localdir /stage
Volume 1:
    StartingPath   .
    EndingPath     docs/a
    Hash SHA1 0123456789abcdef0123456789abcdef01234567
Volume 2:
    StartingPath   docs/b
    EndingPath     "docs/c\\x20d"
    Hash SHA1 0123456789abcdef0123456789abcdef01234567
"""
NAMES = (
    "duplicity-full.20261122T120000Z.manifest", "duplicity-full.20261122T120000Z.manifest.part",
    "duplicity-full-signatures.20261122T120000Z.sigtar.gz",
    "duplicity-full.20261122T120000Z.vol1.difftar.gpg",
    "duplicity-inc.20261122T120000Z.to.20261122T130000Z.manifest",
    "duplicity-new-signatures.20261122T120000Z.to.20261122T130000Z.sigtar.gpg",
)  # fmt: skip


@few
@given(
    st.dictionaries(
        st.sampled_from(NAMES), spoilt(MANIFEST) | st.sampled_from((b"\x1f\x8b", b"\x85\x01\x0c")), min_size=1
    )
)
def test_an_archive_folder_of_any_content_is_looked_through(tmp_path: Path, held: dict[str, bytes]) -> None:
    for one in tmp_path.iterdir():
        one.unlink()
    for name, content in held.items():
        (tmp_path / name).write_bytes(content)
    for content in held.values():
        assert files.volumes(content) <= content.count(b"\n") + 1
    in_time(lambda: list(damaged.damaged(tmp_path, {})))
    in_time(lambda: list(damaged.damaged_volumes(tmp_path, tmp_path)))
    in_time(lambda: list(damaged.damaged_sets(tmp_path, tmp_path, "20261122T120000Z")))
    in_time(lambda: files.audit(files.finished(tmp_path, {}), {}, {}))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", NAMES)
def test_a_pipe_in_an_archive_folder_holds_nobody_up(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    assert files.manifests(tmp_path) == {}
    assert list(damaged.damaged(tmp_path, {})) == [tmp_path / name]


LINES = (
    b'rsync: [sender] send_files failed to open "/home/ada/x": Permission denied (13)',
    b'rsync: [receiver] write failed on "/stage/docs/a": No space left on device (28)',
    b"change: >f+++++++++       1,234 docs/a", b"change: *deleting           0 docs/b/",
    b"      1,234 100%    1.18MB/s    0:00:00 (xfr#1, to-chk=0/2)", b"Number of files: 3 (reg: 1, dir: 2)",
    b"Total file size: 1,234 bytes", b'file has vanished: "/home/ada/y"',
)  # fmt: skip


@few
@given(st.lists(st.sampled_from(LINES).flatmap(spoilt) | st.binary(max_size=80), max_size=8))
@example([b"change: >f+++++++++ " + b"9" * 400 + b" a"])
@example([b"Number of files: 1 (reg: " + b"9" * 5000 + b")"])
def test_whatever_rsync_says_is_heard(lines: list[bytes]) -> None:
    listener = rsync.Listener(
        Source("docs", "/home/ada"), Path("/stage"), Told(), rsync.Collected(), lambda _: None
    )
    for line in lines:
        in_time(lambda line=line: listener.line(line))  # type: ignore[misc]
        in_time(lambda line=line: listener.error(line))  # type: ignore[misc]


LISTING = b"""<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><Prefix>p/</Prefix>
<KeyCount>1</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated><Contents><Key>p/duplicity-full</Key>
<LastModified>2026-11-22T12:00:00.000Z</LastModified><ETag>"a"</ETag><Size>12</Size>
<StorageClass>STANDARD</StorageClass></Contents></ListBucketResult>"""


def test_whatever_a_server_answers_is_read_or_refused() -> None:
    class Odd(Answer):
        pass

    with serving(Odd) as address:
        bucket = Bucket("bucket", "p", endpoint=address, region="eu-central-1")

        @settings(max_examples=40)
        @given(spoilt(LISTING), st.sampled_from((200, 200, 200, 204, 301, 400, 403, 404, 418, 500, 503)))
        @example(LISTING.replace(b"<Size>12</Size>", b""), 200)
        @example(LISTING.replace(b"<Size>12</Size>", b"<Size>many</Size>"), 200)
        @example(LISTING.replace(b"<Key>p/duplicity-full</Key>", b""), 200)
        @example(LISTING.replace(b"2026-11-22", b"2026-99-99"), 200)
        @example(LISTING.replace(b">false<", b">true<"), 200)
        def ask(body: bytes, status: int) -> None:
            Odd.body, Odd.status = body, status
            with suppress(Failure):
                listed = asyncio.run(s3.contents(bucket, KeyPair(Secret("AKIA"), Secret("hidden"))))
                assert all(isinstance(size, int) for size in listed.values())

        ask()


@few
@given(spoilt(encode(Moment(NOON, RUN[0]))))
def test_a_line_of_a_journal_is_a_moment_or_none(line: bytes) -> None:
    with suppress(ValueError):
        assert isinstance(decode(line), Moment)
