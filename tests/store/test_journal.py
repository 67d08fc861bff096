"""Journals and the history that is made from them; a database that is gone or broken costs nothing."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from secretsbackup.model import causes
from secretsbackup.model.event import (
    Caution,
    ChainLost,
    Moment,
    Progressed,
    RunEnded,
    RunId,
    RunStarted,
    Step,
    StepStarted,
    Verb,
    Warned,
)
from secretsbackup.model.outcome import Completed, Failed, Failure, Interrupted, Summary
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.reason import Reason
from secretsbackup.store import database, history, journal
from secretsbackup.store.history import PlaceId
from secretsbackup.store.home import Home

DOCS = ProfileName("docs")
JOURNALS = Path(__file__).parents[1] / "journals"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ENDED = RunEnded(outcome=Completed(Summary(files=3), 1))


def story(run: str, *, ends: bool = True) -> list[Moment]:
    """What a run tells."""
    events = [
        RunStarted(run=RunId(run), profile=DOCS, verb=Verb.BACKUP, version="0.1.0"),
        StepStarted(step=Step.SEND),
        Warned(caution=Caution.UNREADABLE, path="/x"),
        *([ENDED] if ends else []),
    ]
    return [Moment(NOON + timedelta(seconds=n), event) for n, event in enumerate(events)]


def write(home: Home, run: str, *, ends: bool = True) -> Path:
    """A journal on disk, of a run that is over."""
    path = home.journal(DOCS, RunId(run))
    with journal.Writer(path) as writer:
        for moment in story(run, ends=ends):
            writer.write(moment)
    return path


def test_what_is_written_is_read(home: Home) -> None:
    path = write(home, "1")
    assert list(journal.read(path)) == story("1")
    assert path.stat().st_mode & 0o777 == 0o600
    assert journal.runs(home, DOCS) == ["1"]


def test_a_run_has_one_journal(home: Home) -> None:
    write(home, "1")
    with pytest.raises(Failure):
        journal.Writer(home.journal(DOCS, RunId("1")))


def test_a_line_that_was_cut_off_is_left_out(home: Home) -> None:
    path = write(home, "1", ends=False)
    whole = path.read_bytes()
    path.write_bytes(whole + b'{"at":"2026-11-22T12:00:03Z","eve')
    assert list(journal.read(path)) == story("1", ends=False)
    path.write_bytes(whole[:-5])
    assert list(journal.read(path)) == story("1", ends=False)[:-1]


def test_of_passing_moments_one_a_second_is_written(home: Home) -> None:
    path = home.journal(DOCS, RunId("1"))
    with journal.Writer(path) as writer:
        for tenth in range(25):
            progress = Progressed(step=Step.SEND, done=tenth, total=25, unit="bytes")
            writer.write(Moment(NOON + timedelta(seconds=tenth / 10), progress))
    assert [moment.event.done for moment in journal.read(path)] == [0, 10, 20]  # type: ignore[union-attr]


def test_a_journal_without_end_is_given_one(home: Home) -> None:
    path = write(home, "1", ends=False)
    path.write_bytes(path.read_bytes() + b'{"at":"2026')
    moments = journal.end_interrupted(path)
    assert moments
    assert moments[-1].event == RunEnded(outcome=Interrupted())
    assert list(journal.read(path)) == moments
    assert journal.end_interrupted(path) == moments


def test_a_journal_that_is_still_written_is_not_touched(home: Home) -> None:
    path = home.journal(DOCS, RunId("1"))
    with journal.Writer(path) as writer:
        writer.write(story("1")[0])
        before = path.read_bytes()
        assert journal.end_interrupted(path) is None
        history.catch_up(home, DOCS)
        assert path.read_bytes() == before
    assert history.runs(home, DOCS) == []


def test_an_empty_journal_is_no_run(home: Home) -> None:
    journal.Writer(home.journal(DOCS, RunId("1"))).__exit__(None, None, None)
    history.catch_up(home, DOCS)
    assert history.runs(home, DOCS) == []
    assert journal.started([]) is None


def test_the_history_is_made_from_the_journals(home: Home) -> None:
    write(home, "1")
    write(home, "2", ends=False)
    history.catch_up(home, DOCS)
    second, first = history.runs(home, DOCS)
    assert (first.run, first.outcome, first.warnings) == ("1", ENDED.outcome, 1)
    assert (first.began, first.ended) == (NOON, NOON + timedelta(seconds=3))
    assert (second.run, second.outcome) == ("2", Interrupted())
    assert history.runs(home, DOCS, limit=1) == [second]
    assert history.runs(home, ProfileName("other")) == []


def test_telling_a_run_twice_changes_nothing(home: Home) -> None:
    for _ in range(2):
        history.record(home, story("1"))
        history.record(home, story("2", ends=False))
        history.record(home, [])
    assert [past.run for past in history.runs(home, DOCS)] == ["1"]


def test_a_database_that_is_gone_is_made_again(home: Home) -> None:
    write(home, "1")
    history.catch_up(home, DOCS)
    home.database.unlink()
    history.catch_up(home, DOCS)
    assert [past.run for past in history.runs(home, DOCS)] == ["1"]


def test_an_outcome_in_words_of_a_newer_version_was_none(home: Home) -> None:
    write(home, "1")
    history.catch_up(home, DOCS)
    with database.opened(home) as memory:
        memory.execute("UPDATE runs SET outcome = ?", (b'{"type":"failed","reason":"of-the-future"}',))
    assert [run.outcome for run in history.runs(home, DOCS)] == [Interrupted()]


def test_an_outcome_in_the_form_of_an_older_version_is_read(home: Home) -> None:
    write(home, "1")
    history.catch_up(home, DOCS)
    older = b'{"type":"failed","reason":"no-room","detail":"/tmp 4000 300","last_lines":["line"]}'
    with database.opened(home) as memory:
        memory.execute("UPDATE runs SET outcome = ?", (older,))
    failed = Failed(causes.NoRoom("/tmp", 4000, 300), ("line",))
    assert [run.outcome for run in history.runs(home, DOCS)] == [failed]


def test_a_journal_of_an_older_version_is_read() -> None:
    *_, last = journal.read(JOURNALS / "failed.jsonl")
    assert isinstance(last.event, RunEnded)
    assert isinstance(last.event.outcome, Failed)
    assert last.event.outcome.cause == causes.DestinationUnreachable("endpoint")


def test_the_journals_know_what_is_damaged_when_the_database_is_gone(home: Home) -> None:
    here = PlaceId("file:///disk")
    for run, how in (("1", "damaged"), ("2", "removed")):
        begin, *_, end = story(run)
        lost = [ChainLost(chain=chain, place=here, how=how) for chain in ("old", run)]
        with journal.Writer(home.journal(DOCS, RunId(run))) as writer:
            for moment in (begin, *(Moment(begin.at, one) for one in lost), end):
                writer.write(moment)
    history.catch_up(home, DOCS)
    assert history.lost_chains(home, here) == {"old": "removed", "1": "damaged", "2": "removed"}


@pytest.mark.parametrize(
    "content", [b"no database at all, but long enough to look at" * 100, b"SQLite format 3\0junk"]
)
def test_a_database_that_is_broken_is_put_aside_and_made_again(home: Home, content: bytes) -> None:
    write(home, "1")
    home.database.write_bytes(content)
    history.catch_up(home, DOCS)
    assert [past.run for past in history.runs(home, DOCS)] == ["1"]
    (aside,) = home.state.glob("history.sqlite.broken-*")
    assert aside.read_bytes() == content


def test_a_database_that_is_torn_in_the_middle_is_made_again_from_the_journals(home: Home) -> None:
    write(home, "1")
    history.catch_up(home, DOCS)
    with closing(sqlite3.connect(home.database)) as memory:
        memory.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = home.database.read_bytes()
    home.database.write_bytes(content[:4096] + b"\x5a" * (len(content) - 4096))
    with pytest.raises(Failure) as caught:
        history.known_sizes(home, history.PlaceId("somewhere"))
    assert caught.value.reason is Reason.MEMORY_BROKEN
    history.catch_up(home, DOCS)
    assert [past.run for past in history.runs(home, DOCS)] == ["1"]


def test_a_database_of_a_newer_version_is_refused(home: Home) -> None:
    with database.opened(home):
        pass
    connection = sqlite3.connect(home.database)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(Failure) as caught:
        history.catch_up(home, DOCS)
    assert caught.value.reason is Reason.MEMORY_NEWER


def test_where_the_database_cannot_be_used_the_journals_tell_the_same(home: Home) -> None:
    for run in ("1", "2", "3"):
        write(home, run)
    history.catch_up(home, DOCS)
    known = history.runs(home, DOCS)
    home.database.unlink()
    home.database.mkdir()
    assert history.runs(home, DOCS) == known
    assert history.runs(home, DOCS, 1, RunId("3")) == known[1:2]
    assert history.runs(home, DOCS, verb=Verb.PRUNE) == []
    going_on, trouble = history.caught_up(home, DOCS)
    assert (going_on, trouble and trouble.reason) == ([], Reason.IN_THE_WAY)


def test_a_run_that_goes_on_is_seen_where_the_database_cannot_be_used(home: Home) -> None:
    home.database.mkdir(parents=True)
    write(home, "1")
    with journal.Writer(home.journal(DOCS, RunId("2"))):
        assert history.caught_up(home, DOCS)[0] == ["2"]
    assert history.caught_up(home, DOCS)[0] == []


def test_the_database_is_the_owners_alone(home: Home) -> None:
    history.record(home, story("1"))
    assert home.state.stat().st_mode & 0o777 == 0o700


def test_what_fails_in_the_middle_is_not_kept(home: Home) -> None:
    here = PlaceId("file:///disk")
    history.know_sizes(home, here, {"a": 1})

    def fail_halfway() -> None:
        with database.opened(home) as memory:
            memory.execute("DELETE FROM volumes")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_halfway()
    assert history.known_sizes(home, here) == {"a": 1}


def test_what_audits_saw_is_remembered_for_each_place(home: Home) -> None:
    here, there = PlaceId("s3://b/p"), PlaceId("s3://b/p https://s3.example")
    history.know_sizes(home, here, {"a": 1, "b": 2})
    history.know_sizes(home, there, {"a": 9})
    history.know_sizes(home, here, {"a": 3})
    assert history.known_sizes(home, here) == {"a": 3}
    assert history.known_sizes(home, there) == {"a": 9}
    history.lose_chains(home, [ChainLost(chain=chain, place=here, how="damaged") for chain in "xy"])
    history.lose_chains(home, [ChainLost(chain="x", place=here, how="removed")])
    assert history.lost_chains(home, here) == {"x": "removed", "y": "damaged"}
    assert history.lost_chains(home, there) == {}


def test_a_programs_version_is_known_until_its_file_changes(home: Home) -> None:
    history.know_tool(home, "/usr/bin/rsync", 1, "3.5")
    assert history.tool_version(home, "/usr/bin/rsync", 1) == "3.5"
    assert history.tool_version(home, "/usr/bin/rsync", 2) is None


def test_a_journal_is_read_while_it_is_written(home: Home) -> None:
    path = home.journal(ProfileName("docs"), RunId("20261122T120000.000Z-abcd"))
    with journal.Writer(path) as writer:
        writer.write(Moment(datetime.now(UTC), StepStarted(step=Step.CHECK)))
        reader = journal.Reader(path)
        assert len(reader.more()) == 1
        assert reader.more() == []
        with path.open("ab") as file:
            file.write(b'{"at": "2026-11-22T')  # half a line
        assert reader.more() == []
        assert not reader.ended


def test_newer_runs_are_found_by_their_names_alone(home: Home) -> None:
    docs = ProfileName("docs")
    assert journal.newer(home, docs, None) == []
    names = [RunId(f"2026112{day}T120000.000Z-abcd") for day in (3, 1, 2)]
    home.journals(docs).mkdir(parents=True)
    for name in names:
        home.journal(docs, name).touch()
    assert journal.newer(home, docs, None) == sorted(names)
    assert journal.newer(home, docs, sorted(names)[1]) == [max(names)]
