"""A restore goes into a new folder and over nothing."""

import math
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsbackup.model.destination import Folder
from secretsbackup.model.outcome import Failed, Failure
from secretsbackup.model.paths import within_snapshot
from secretsbackup.model.profile import Fingerprint, Profile, ProfileName, Source
from secretsbackup.model.reason import Reason
from secretsbackup.model.snapshot import Chain, Snapshot, SnapshotKind
from secretsbackup.operations.repository import contents
from secretsbackup.operations.repository.browse import parse_time
from secretsbackup.operations.restore import restore
from secretsbackup.operations.verify import sampling, verify
from tests.operations.conftest import Play

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PROFILE = Profile(
    name=ProfileName("docs"),
    sources=(Source("docs", "/home/ada/docs"), Source("root", "/")),
    destination=Folder("/media/disk"),
    key=Fingerprint("A" * 40),
)
BARE = Profile(
    name=ProfileName("bare"),
    sources=(Source(".", "/home/ada/docs"),),
    destination=Folder("/media/disk"),
    key=Fingerprint("A" * 40),
)


@pytest.mark.parametrize(
    ("path", "inside"),
    [
        (b"docs/a.txt", b"docs/a.txt"),
        (b"docs/", b"docs"),
        (b"./docs//a.txt", b"docs/a.txt"),
        (b"/home/ada/docs/a.txt", b"docs/a.txt"),
        (b"/home/ada/docs", b"docs"),
        (b"/home/ada/docs/\xff", b"docs/\xff"),
        (b"/etc/passwd", b"root/etc/passwd"),
        (b"", b""),
    ],
)
def test_a_path_is_meant_as_in_the_snapshot_or_as_on_this_machine(path: bytes, inside: bytes) -> None:
    assert within_snapshot(path, PROFILE) == inside


def test_without_a_label_a_path_is_as_it_lies_in_the_source() -> None:
    assert within_snapshot(b"/home/ada/docs/a.txt", BARE) == b"a.txt"
    assert within_snapshot(b"/home/ada/docs", BARE) == b""
    assert within_snapshot(b"a.txt", BARE) == b"a.txt"


@pytest.mark.parametrize("path", [b"..", b"docs/../../etc", b"/home/ada/docs/../../bob"])
def test_a_path_never_leads_out(path: bytes) -> None:
    with pytest.raises(Failure) as caught:
        within_snapshot(path, PROFILE)
    assert caught.value.reason is Reason.PATH_NOT_FOUND


@given(
    st.lists(st.sampled_from([b"..", b".", b"", b"a", b"docs", b"home", b"ada"]), max_size=6).map(b"/".join)
)
def test_no_path_ever_leads_out(path: bytes) -> None:
    try:
        inside = within_snapshot(path, PROFILE)
    except Failure:
        return
    assert not inside.startswith(b"/")
    assert b".." not in inside.split(b"/")


def test_the_snapshot_is_the_newest_that_is_not_younger() -> None:
    chain = Chain(
        tuple(
            Snapshot(time=NOW + timedelta(days=day), kind=SnapshotKind.FULL, volumes=1, size=1)
            for day in range(3)
        )
    )
    assert contents.chosen((chain,), NOW + timedelta(days=1, hours=5)) == chain.snapshots[1]
    with pytest.raises(Failure) as caught:
        contents.chosen((chain,), NOW - timedelta(seconds=1))
    assert caught.value.reason is Reason.NO_SNAPSHOT


def test_a_restore_of_nothing_fails_and_makes_no_folder(play: Play, pretender: Path, tmp_path: Path) -> None:
    (tmp_path / "to").mkdir()
    ended = play(restore.recipe(restore.RestoreRequest(to=tmp_path / "to")))
    assert isinstance(ended, Failed)
    assert ended.reason is Reason.NO_SNAPSHOT
    assert list((tmp_path / "to").iterdir()) == []


@pytest.mark.parametrize(
    ("text", "time"),
    [
        ("20261122T220828Z", datetime(2026, 11, 22, 22, 8, 28, tzinfo=UTC)),
        ("2026-11-22T22:08:28+00:00", datetime(2026, 11, 22, 22, 8, 28, tzinfo=UTC)),
        ("2026-11-22T22:08:28Z", datetime(2026, 11, 22, 22, 8, 28, tzinfo=UTC)),
        ("now", NOW),
        ("latest", NOW),
    ],
)
def test_a_time_is_read_as_it_is_written(text: str, time: datetime) -> None:
    assert parse_time(text, NOW) == time


def test_a_mere_date_is_its_end_here() -> None:
    assert parse_time("2026-11-22", NOW).astimezone().strftime("%F %T") == "2026-11-22 23:59:59"
    assert parse_time("2026-11-22 18:00", NOW).astimezone().strftime("%F %T") == "2026-11-22 18:00:00"


@pytest.mark.parametrize("text", ["yesterday", "", "2026-13-01", "18:00"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\S"):
        parse_time(text, NOW)


def test_a_sample_is_some_of_the_files_each_once() -> None:
    paths = [b"%d" % number for number in range(20)]
    chosen = sampling.sample(paths)
    assert len({*chosen}) == sampling.SAMPLE
    assert {*chosen} <= {*paths}
    assert sorted(sampling.sample(paths[:2])) == [b"0", b"1"]
    assert sampling.sample([]) == []


def test_a_large_file_among_many_small_ones_is_drawn_and_so_are_small_ones() -> None:
    files = [(b"film", 10**9), *((b"%d" % number, 1000) for number in range(1000))]
    found = sampling.drawn(files)
    assert b"film" in found
    assert 4 <= len(found) <= 5
    assert sampling.drawn([(b"empty", 0)]) == {b"empty"}
    assert sampling.drawn([]) == set()


def test_a_place_is_the_largest_folder_that_is_small(tmp_path: Path) -> None:
    for name in ("a/b/1", "a/b/2", "a/3", *(f"many/{number}" for number in range(20))):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(name)
    paths = {place.path: place.files for _ in range(40) for place in sampling.places(tmp_path, math.inf)}
    assert sorted(paths.pop(b"a")) == [b"a/3", b"a/b/1", b"a/b/2"]
    assert all(path.startswith(b"many/") and found == (path,) for path, found in paths.items())
    assert sampling.places(tmp_path, 0) == []


def test_a_file_that_is_not_as_it_was_is_found(tmp_path: Path) -> None:
    (tmp_path / "staged").write_bytes(b"one")
    (tmp_path / "same").write_bytes(b"one")
    (tmp_path / "other").write_bytes(b"two")
    os.utime(tmp_path / "other", ns=((tmp_path / "staged").stat().st_mtime_ns,) * 2)
    verify.compare(tmp_path / "staged", tmp_path / "same")
    for name in ("other", "absent"):
        with pytest.raises(Failure) as caught:
            verify.compare(tmp_path / "staged", tmp_path / name)
        assert caught.value.reason is Reason.SAMPLE_DIFFERS


def test_a_disk_that_does_not_say_what_is_on_it_says_nothing_of_the_backup(tmp_path: Path) -> None:
    (tmp_path / "staged").write_bytes(b"one")
    (tmp_path / "loop").mkdir()
    (tmp_path / "loop" / "there").symlink_to("there")
    with pytest.raises(OSError, match="Too many levels"):
        verify.compare(tmp_path / "staged", tmp_path / "loop" / "there" / "file")
