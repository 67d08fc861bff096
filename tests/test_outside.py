"""Whatever comes from outside, and whatever became of our own files: it is read, or refused in a sentence.

What is read in one place alone is tried beside it (`test_kit`, `test_signatures`, `test_log`, `test_seed`).
"""

import asyncio
import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from secretsbackup.model.destination import Bucket, Folder
from secretsbackup.model.event import Moment, RunEnded, RunId, RunStarted, SnapshotMade, Verb, decode, encode
from secretsbackup.model.outcome import Completed, Failure, Skip, Summary
from secretsbackup.model.profile import Fingerprint, Profile, ProfileName, Source
from secretsbackup.model.secret import KeyPair, Secret
from secretsbackup.operations.watch.status import standing
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


def spoilt(whole: bytes) -> st.SearchStrategy[bytes]:
    """A file in which something is not as it was written: cut off, zeroed, doubled or strewn with noise."""
    places = st.integers(0, len(whole))
    return st.one_of(
        places.map(lambda at: whole[:at]),
        st.tuples(places, places).map(lambda cut: whole[: min(cut)] + whole[max(cut) :]),
        st.tuples(places, st.binary(max_size=40)).map(lambda put: whole[: put[0]] + put[1] + whole[put[0] :]),
        st.tuples(places, st.integers(1, 4096)).map(
            lambda gone: whole[: gone[0]] + bytes(min(gone[1], len(whole) - gone[0])) + whole[sum(gone) :]
        ),
        st.binary(max_size=200),
    )


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
    in_time(lambda: standing(home, DOCS, NOON))
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
    history.know_sizes(home, history.Place("x"), {"a": 1})
    with closing(sqlite3.connect(home.database)) as memory:
        memory.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return home.database.read_bytes()


@pytest.mark.parametrize("kept", ["history", "catalogue"])
def test_a_database_of_any_content_is_read_or_begun_anew(tmp_path: Path, kept: str) -> None:
    home = below(tmp_path / "home")
    whole = _database(home)
    file = home.database if kept == "history" else home.cache / "catalogue.sqlite"
    file.parent.mkdir(parents=True, exist_ok=True)

    @few
    @given(spoilt(whole))
    def read(content: bytes) -> None:
        for one in file.parent.glob(f"{file.name}*"):
            one.unlink()
        file.write_bytes(content)
        if kept == "history":
            in_time(lambda: history.known_sizes(home, history.Place("x")))
            in_time(lambda: standing(home, DOCS, NOON))
            assert history.runs(home, DOCS) is not None
        else:
            in_time(lambda: catalogue.known(file))
            assert catalogue.known(file) == []

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
    in_time(lambda: list(damaged.torn(tmp_path, {})))
    in_time(lambda: list(damaged.torn_volumes(tmp_path, tmp_path)))
    in_time(lambda: list(damaged.torn_sets(tmp_path, tmp_path, "20261122T120000Z")))
    in_time(lambda: files.audit(files.finished(tmp_path, {}), {}, {}))


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", NAMES)
def test_a_pipe_in_an_archive_folder_holds_nobody_up(tmp_path: Path, name: str) -> None:
    os.mkfifo(tmp_path / name)
    assert files.manifests(tmp_path) == {}
    assert list(damaged.torn(tmp_path, {})) == [tmp_path / name]


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
    listener = rsync._Listener(
        Source("docs", "/home/ada"), Path("/stage"), Told(), rsync.Gathered(), lambda _: None
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
