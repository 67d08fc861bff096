"""What a source hides behind an unchanged size and time is found, and nothing else is read for it."""

import errno
import filecmp
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from secretsbackup.model.profile import Source
from secretsbackup.operations.backup import staleness
from secretsbackup.operations.backup.staleness import Known, Look, SteadyClock
from secretsbackup.store.origins import UNKNOWN, Origin, collected, packed

AGES_AGO = 1_000_000_000
TWO = ("one", "two")


class Place:
    """A source and its stage, of which a collect came to its end."""

    def __init__(self, folder: Path) -> None:
        self.source, self.stage = folder / "source", folder / "stage"
        self.copy = self.stage / "docs" / "file"
        self.file = self.source / "file"
        self.copy.parent.mkdir(parents=True)
        self.source.mkdir()
        for path in (self.file, self.copy):
            write(path, "one")
        self.known = Known(self.look(Known(None, time.time() + 60)).origins, 0.0)

    @property
    def sources(self) -> list[Source]:
        """The one."""
        return [Source("docs", str(self.source))]

    def look(self, known: Known | None = None) -> Look:
        """Look at the stage, as before rsync."""
        return staleness.before(self.stage, self.sources, known or self.known)

    @property
    def is_doubted(self) -> bool:
        """Whether rsync will copy the file, that would have trusted it."""
        found = self.look()
        assert (found.stale == {b"docs/file"}) == (int(self.copy.stat().st_mtime) != AGES_AGO)
        return bool(found.stale)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A source and its stage."""
    return Place(tmp_path)


def write(path: Path, content: str) -> None:
    """The same time, whatever the content."""
    path.write_text(content)
    os.utime(path, (AGES_AGO, AGES_AGO))


def in_place(place: Place) -> None:
    write(place.file, "two")


def by_another_file(place: Place) -> None:
    write(place.source / "new", "two")
    (place.source / "new").replace(place.file)


def by_a_link(place: Place) -> None:
    write(place.source.parent / "elsewhere", "two")
    place.file.unlink()
    place.file.symlink_to(place.source.parent / "elsewhere")


def by_a_link_above(place: Place) -> None:
    write(place.source / "file", "one")
    place.source.rename(place.source.with_name("first"))
    place.source.with_name("second").mkdir()
    write(place.source.with_name("second") / "file", "two")
    place.source.symlink_to("second")


@pytest.mark.parametrize("change", [in_place, by_another_file, by_a_link, by_a_link_above])
def test_another_content_is_found_behind_the_same_size_and_time(
    place: Place, change: Callable[[Place], None]
) -> None:
    assert not place.is_doubted
    change(place)
    assert place.is_doubted


def test_what_is_as_it_was_is_not_read(place: Place) -> None:
    place.copy.chmod(0)  # nor could be, but by root
    known = Known(place.look(Known(None, time.time() + 60)).origins, 0.0)
    opened = place.file.stat().st_atime_ns
    assert not place.look(known).stale
    assert place.file.stat().st_atime_ns == opened


def test_another_change_time_alone_is_no_change(place: Place) -> None:
    place.file.chmod(0o640)
    assert not place.is_doubted


def test_what_could_not_be_compared_is_compared_when_it_can_be(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object, **__: object) -> bool:
        raise OSError(errno.EIO, "a bad sector")

    in_place(place)
    with monkeypatch.context() as disk:
        disk.setattr(filecmp, "cmp", fail)
        unread = place.look()
    assert not unread.stale
    place.known = Known(unread.origins, 0.0)
    assert place.is_doubted


def test_a_clock_that_was_set_back_hides_nothing(place: Place) -> None:
    """Numbers are compared and not times, so a change time may as well be older than the last one."""
    (record,) = [place.known.origins.of(b"docs/file")] if place.known.origins else [None]
    assert record
    later = collected([packed(b"docs/file", Origin(record.copy, record.source + 1))])
    write(place.copy, "two")
    write(place.file, "one")
    assert place.look(Known(later, 0.0)).stale


def test_what_came_since_the_last_collect_that_ended_is_known_to_have_come(place: Place) -> None:
    write(place.copy.with_name("new"), "of a collect that was cut off")
    place.copy.chmod(0o640)
    assert set(place.look().arrived) == {b"docs/new", b"docs/file"}


def test_a_first_collect_that_was_cut_off_is_gone_on_with_and_not_read_anew(place: Place) -> None:
    write(place.copy, "two")  # would be found
    cut_off = Known(None, time.time() + 60)
    assert not place.look(cut_off).stale
    assert place.look(cut_off).arrived == ()
    assert place.look(Known(None, time.time() - 60)).stale == {b"docs/file"}, "its source changed since"


def test_what_must_be_compared_is(place: Place) -> None:
    write(place.copy, "two")
    known = place.look(Known(None, time.time() + 60)).origins
    assert not place.look(Known(known, 0.0)).stale
    assert place.look(Known(known, 0.0, frozenset({b"docs/file"}))).stale


def test_of_what_was_copied_only_a_source_that_is_older_is_known(place: Place) -> None:
    look = place.look()
    for age, known in ((0.0, False), (3600.0, True)):
        clock = SteadyClock()
        clock.began += age
        place.copy.chmod(0o640 if known else 0o600)  # as a copy has another change time
        found, _ = staleness.after(place.stage, place.sources, look, clock)
        origin = found.origins.of(b"docs/file")
        assert origin
        assert (origin.source != UNKNOWN) == known
    assert (found.files, found.size) == (1, 3)


def test_of_times_before_1970_duplicity_tells_none_from_another(place: Place) -> None:
    look = place.look()
    os.utime(place.copy, (-5, -5))
    assert staleness.after(place.stage, place.sources, look, SteadyClock())[1] == (b"docs/file",)


@pytest.mark.parametrize("label", ["docs", "."])
def test_a_source_may_be_one_file(tmp_path: Path, label: str) -> None:
    file = tmp_path / "diary"
    write(file, "one")
    (tmp_path / "stage").mkdir()
    copy = tmp_path / "stage" / ("docs" if label == "docs" else "diary")
    write(copy, "two")
    found = staleness.before(tmp_path / "stage", [Source(label, str(file))], Known(None, 0.0))
    assert found.stale == {os.fsencode(copy.name)} or file.stat().st_ctime < copy.stat().st_ctime - 1
