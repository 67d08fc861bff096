"""The catalogue against a plain model: whatever the trees and the runs, each snapshot is told as it was."""

import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secretsbackup.model import causes
from secretsbackup.model.entry import Entry, EntryKind, SeenEntry, Totals
from secretsbackup.model.outcome import Failure
from secretsbackup.model.reason import Reason
from secretsbackup.store import catalogue
from secretsbackup.store.catalogue import CatalogueLost, filling, finding
from secretsbackup.store.catalogue.filling import SnapshotListing

BEGAN = datetime(2026, 11, 22, tzinfo=UTC)
Tree = Mapping[bytes, SeenEntry]
"""A snapshot: each path, and the folders that it takes."""

names = st.one_of(
    st.sampled_from(
        [b"a", b"b", b"A", b"a.txt", b"new\nline", b"quo'te\"s", b"\xff\xfe", b"%_*[", "É".encode()]
    ),
    st.binary(min_size=1, max_size=5).filter(lambda name: not {*name} & {0, 47}),
)
leaves = st.tuples(
    st.sampled_from([EntryKind.FILE, EntryKind.LINK, EntryKind.OTHER]), st.integers(0, 3), st.integers(0, 2)
)
nodes = st.recursive(leaves, lambda inner: st.dictionaries(names, inner, max_size=4), max_leaves=12)
trees = st.dictionaries(names, nodes, max_size=5)


def flat(tree: Mapping[bytes, object], above: bytes = b"", time: int = 0) -> dict[bytes, SeenEntry]:
    """A drawn tree as paths; the time of a folder changes with what is in it."""
    found: dict[bytes, SeenEntry] = {}
    for name in sorted(tree):
        path, node = above + name, tree[name]
        if isinstance(node, dict):
            found[path] = SeenEntry(path, EntryKind.FOLDER, len(node) + time)
            found |= flat(node, path + b"/", time)
        else:
            what, modified, size = node  # type: ignore[misc]
            found[path] = SeenEntry(path, what, modified, size, size)
    return found


def moved(tree: dict[bytes, object], chance: st.DataObject) -> dict[bytes, object]:
    """The tree of the next run: of what was there, some is kept, some renamed, some goes, some is new."""
    new = chance.draw(trees)
    for name, node in tree.items():
        fate = chance.draw(st.sampled_from(["kept", "kept", "kept", "renamed", "gone", "within"]))
        if fate == "kept":
            new.setdefault(name, node)
        elif fate == "renamed":
            new.setdefault(chance.draw(names), node)
        elif fate == "within" and isinstance(node, dict):
            new.setdefault(name, moved(node, chance))
    return new


def changes(before: Tree, after: Tree) -> list[SeenEntry]:
    """What an incremental backup tells, path by path."""
    gone = [SeenEntry(path, None) for path in before if path not in after]
    new = [seen for path, seen in after.items() if before.get(path) != seen]
    return sorted([*gone, *new], key=lambda seen: seen.path.split(b"/"))


class Past:
    """The plain model: every snapshot as a whole."""

    def __init__(self) -> None:
        self.taken: dict[datetime, dict[bytes, SeenEntry]] = {}

    def versions(self, path: bytes) -> list[Entry]:
        """Every version of a path, newest first."""
        found: list[Entry] = []
        before: tuple[SeenEntry, datetime] | None = None
        last: datetime | None = None
        for time in [*sorted(self.taken), None]:
            seen = self.taken[time].get(path) if time else None
            if before and (time is None or seen != before[0]):
                found.insert(0, self.entry(*before, None if time is None else last))
                before = None
            if seen and not before and time:
                before = (seen, time)
            last = time
        return found

    def entry(self, seen: SeenEntry, since: datetime, until: datetime | None) -> Entry:
        """A version as the catalogue tells it."""
        assert seen.what
        modified = datetime.fromtimestamp(seen.modified, UTC)
        return Entry(
            path=seen.path,
            what=seen.what,
            modified=modified,
            least=seen.least,
            most=seen.most,
            since=since,
            until=until,
        )

    def at(self, time: datetime, path: bytes) -> Entry:
        """The version of a path that a snapshot has."""
        return next(one for one in self.versions(path) if one.since <= time <= (one.until or time))

    def ever(self) -> set[bytes]:
        """Every path of all time."""
        return {path for tree in self.taken.values() for path in tree}

    def holds(self, time: datetime, path: bytes) -> Totals:
        """How much lies at and below a path."""
        inside = [
            seen
            for seen in self.taken[time].values()
            if seen.what is not EntryKind.FOLDER and (not path or (seen.path + b"/").startswith(path + b"/"))
        ]
        return Totals(len(inside), sum(seen.most for seen in inside))

    def counts(self, time: datetime) -> tuple[int, int, int]:
        """How many files a snapshot has that are new, changed, and gone since the one before."""
        earlier = [one for one in self.taken if one < time]
        old, new = (
            {p: s for p, s in tree.items() if s.what is not EntryKind.FOLDER}
            for tree in (self.taken[max(earlier)] if earlier else {}, self.taken[time])
        )
        return (
            len(new.keys() - old.keys()),
            len([path for path in new.keys() & old.keys() if new[path] != old[path]]),
            len(old.keys() - new.keys()),
        )


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where a catalogue will be."""
    return tmp_path / "cache" / "catalogue.sqlite"


def assert_alike(file: Path, past: Past) -> None:
    """Ask the catalogue everything, and the model too."""
    assert catalogue.known(file) == sorted(past.taken)
    for time, tree in past.taken.items():
        assert {one.path: one for one in catalogue.below(file, time)} == {p: past.at(time, p) for p in tree}
        for folder in [b"", *(path for path, seen in tree.items() if seen.what is EntryKind.FOLDER)]:
            inside = sorted(path for path in tree if path.rpartition(b"/")[0] == folder)
            assert catalogue.folder(file, time, folder) == [past.at(time, path) for path in inside]
            assert catalogue.holds(file, time, folder) == past.holds(time, folder)
    for path in past.ever():
        assert catalogue.versions(file, path) == past.versions(path)
    for word in (b"a", b"\xff", b"new\nl", b".txt", b"%", "é".encode()):
        assert_found(file, past, word)


def assert_found(file: Path, past: Past, word: bytes) -> None:
    expected = {path for path in past.ever() if word in finding.folded(path.rpartition(b"/")[2])}
    found = finding.find(file, word, limit=1000)
    assert found.more == 0
    assert {one.path: one for one in found.entries} == {path: past.versions(path)[0] for path in expected}
    gone = finding.find(file, word, deleted=True, limit=1000)
    newest = past.taken[max(past.taken)] if past.taken else {}
    assert {one.path for one in gone.entries} == expected - newest.keys()
    for time, tree in past.taken.items():
        there = finding.find(file, word, at=time, limit=1000)
        wanted = {path: past.at(time, path) for path in expected & tree.keys()}
        assert ({one.path: one for one in there.entries}, there.more) == (wanted, 0)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(chance=st.data())
def test_it_tells_every_snapshot_as_it_was(chance: st.DataObject) -> None:
    with tempfile.TemporaryDirectory() as folder:
        file, past = Path(folder) / "catalogue.sqlite", Past()
        tree: dict[bytes, object] = {}
        before: dict[bytes, SeenEntry] = {}
        for number in range(chance.draw(st.integers(1, 5))):
            time, tree = BEGAN + timedelta(hours=number), moved(tree, chance)
            after = flat(tree)
            whole = number == 0 or chance.draw(st.booleans())
            seen = changes(before if not whole else {}, after)
            filling.add(file, SnapshotListing(time, whole, seen))
            past.taken[time] = before = after
        told = {one.time: (one.new, one.changed, one.deleted) for one in catalogue.snapshots(file)}
        assert told == {time: past.counts(time) for time in past.taken}
        assert_alike(file, past)
        if chance.draw(st.booleans()):
            filling.rebuild(
                file, [SnapshotListing(t, True, changes({}, past.taken[t])) for t in sorted(past.taken)]
            )
            assert_alike(file, past)
        gone = sorted(past.taken)[: chance.draw(st.integers(0, len(past.taken)))]
        filling.forget(file, gone)
        for time in gone:
            del past.taken[time]
        assert_alike(file, past)
        if past.taken:
            time, after = BEGAN + timedelta(days=1), flat(moved(tree, chance))
            filling.add(file, SnapshotListing(time, False, changes(before, after)))
            past.taken[time] = after
            assert_alike(file, past)


def seen(
    path: bytes, modified: int = 1, size: int = 10, slack: int = 0, what: EntryKind = EntryKind.FILE
) -> SeenEntry:
    return SeenEntry(path, what, modified, size - slack, size)


def told(number: int, *all_seen: SeenEntry, whole: bool = False) -> SnapshotListing:
    return SnapshotListing(BEGAN + timedelta(hours=number), whole, all_seen)


def test_a_snapshot_that_is_told_twice_changes_nothing(file: Path) -> None:
    filling.add(file, told(0, seen(b"a"), whole=True))
    filling.add(file, told(0, seen(b"b"), whole=True))
    assert [one.path for one in catalogue.below(file, BEGAN)] == [b"a"]


def test_one_that_is_older_than_what_is_known_is_refused(file: Path) -> None:
    filling.add(file, told(1, seen(b"a"), whole=True))
    with pytest.raises(ValueError, match="older"):
        filling.add(file, told(0, seen(b"a"), whole=True))


def test_what_is_cut_off_in_the_middle_of_an_addition_leaves_no_trace(file: Path) -> None:
    def cut_off() -> Iterator[SeenEntry]:
        yield seen(b"b")
        raise Failure(causes.ToolFailed(""))

    filling.add(file, told(0, seen(b"a"), whole=True))
    with pytest.raises(Failure):
        filling.add(file, SnapshotListing(BEGAN + timedelta(hours=1), True, cut_off()))
    assert catalogue.known(file) == [BEGAN]
    assert finding.find(file, b"b").entries == []
    assert catalogue.holds(file, BEGAN) == Totals(1, 10)


def test_a_size_that_is_roughly_known_becomes_exact_and_is_no_new_version(file: Path) -> None:
    filling.add(file, told(0, seen(b"a", size=512, slack=511), whole=True))
    assert [one.size for one in catalogue.versions(file, b"a")] == [None]
    filling.add(file, told(1, seen(b"a", size=300), whole=True))
    (one,) = catalogue.versions(file, b"a")
    assert (one.size, one.since, one.until) == (300, BEGAN, None)
    assert catalogue.holds(file, BEGAN + timedelta(hours=1)) == Totals(1, 300)
    filling.add(file, told(2, seen(b"a", size=1024, slack=511), whole=True))
    assert len(catalogue.versions(file, b"a")) == 2


def test_exact_sizes_survive_when_all_is_made_anew(file: Path) -> None:
    filling.add(file, told(1, seen(b"a", size=300), whole=True))
    rough = seen(b"a", size=512, slack=511)
    filling.rebuild(file, [told(0, rough, whole=True), told(1, rough, whole=True)])
    assert [(one.size, one.since) for one in catalogue.versions(file, b"a")] == [(300, BEGAN)]


def test_the_best_is_found_first_and_what_is_left_out_is_counted(file: Path) -> None:
    many = [seen(b"my report %d" % number) for number in range(300)]
    filling.add(file, told(0, seen(b"x/Report"), seen(b"reports"), *many, whole=True))
    filling.add(file, told(1, seen(b"my report 7", modified=2)))
    found = finding.find(file, b"REPORT", limit=5)
    assert [one.path for one in found.entries[:3]] == [b"x/Report", b"reports", b"my report 7"]
    assert found.more == 297


def test_of_very_many_hits_the_best_are_still_found(file: Path) -> None:
    first = [seen(b"abc"), seen(b"abc1")]
    filling.add(file, told(0, *first, *(seen(b"x abc %d" % number) for number in range(20_000)), whole=True))
    found = finding.find(file, b"abc", limit=2)
    assert [one.path for one in found.entries] == [b"abc", b"abc1"]
    assert found.more == 20_000
    assert finding.find(file, b"b", limit=1).more == 20_001


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("ÉTÉ", ["a/été", "a/e\u0301te\u0301"]),
        ("STRASSE", ["Straße"]),
        ("a/é", ["a/été", "a/e\u0301te\u0301"]),
        ("b/été", []),
        ("/A/", ["a", "Straße"]),
        ("", []),
        ("/", []),
    ],
)
def test_capitals_and_the_way_to_write_an_accent_make_no_difference(
    file: Path, text: str, paths: list[str]
) -> None:
    all_seen = [seen(path.encode()) for path in ("a/été", "a/e\u0301te\u0301", "Straße")]
    filling.add(file, told(0, seen(b"a", what=EntryKind.FOLDER), *all_seen, whole=True))
    found = finding.find(file, text.encode())
    assert ({one.path.decode() for one in found.entries}, found.more) == ({*paths}, 0)


def test_a_path_that_never_was_is_nowhere(file: Path) -> None:
    filling.add(file, told(0, seen(b"a"), whole=True))
    assert catalogue.versions(file, b"a/b") == []
    assert catalogue.folder(file, BEGAN, b"b") == []
    assert list(catalogue.below(file, BEGAN, b"b")) == []
    assert catalogue.entry(file, BEGAN, b"b") is None
    assert catalogue.holds(file, BEGAN, b"b") == Totals(0, 0)
    assert catalogue.entry(file, BEGAN - timedelta(seconds=1), b"a") is None


@pytest.mark.parametrize("times", [0, 10**10, 10**15])
def test_times_that_no_calendar_has_are_told_somehow(file: Path, times: int) -> None:
    filling.add(file, told(0, seen(b"a", modified=times), whole=True))
    assert catalogue.versions(file, b"a")[0].modified.year in (1970, 2286, 9999)


def test_it_is_its_owners_alone(file: Path) -> None:
    filling.add(file, told(0, seen(b"a"), whole=True))
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


def test_what_is_no_catalogue_or_another_versions_is_replaced(file: Path) -> None:
    file.parent.mkdir(mode=0o700)
    file.write_bytes(b"no database at all" * 1000)
    assert catalogue.known(file) == []
    filling.add(file, told(0, seen(b"a"), whole=True))
    with sqlite3.connect(file) as newer:
        newer.execute("PRAGMA user_version = 99")
    newer.close()
    assert catalogue.known(file) == []
    filling.add(file, told(0, seen(b"a"), whole=True))
    assert catalogue.known(file) == [BEGAN]


def test_what_turns_out_to_be_damaged_is_thrown_away(file: Path) -> None:
    filling.add(file, told(0, *(seen(b"%d" % number) for number in range(5000)), whole=True))
    with file.open("r+b") as damaged:
        damaged.seek(8192)
        damaged.write(b"\xff" * (file.stat().st_size - 8192))
    with pytest.raises(CatalogueLost) as caught:
        list(catalogue.below(file, BEGAN))
    assert caught.value.reason is Reason.CATALOGUE_LOST
    assert catalogue.known(file) == []


def test_where_nothing_can_be_written_it_says_so(tmp_path: Path) -> None:
    (tmp_path / "catalogue.sqlite").mkdir()
    with pytest.raises(Failure) as caught:
        catalogue.known(tmp_path / "catalogue.sqlite")
    assert caught.value.reason is Reason.IN_THE_WAY
