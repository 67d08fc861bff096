"""Secrets, paths, paces, snapshots and events: small values and what they promise."""

import math
import pickle
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsbackup.model.event import Event, Moment, decode, encode
from secretsbackup.model.pace import Pace
from secretsbackup.model.paths import shown
from secretsbackup.model.secret import KeyPair, Secret
from secretsbackup.model.snapshot import Chain, Snapshot, SnapshotKind, at, chain_of

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HIDDEN = Secret("hidden")


@pytest.mark.parametrize(
    "text",
    [repr(HIDDEN), str(HIDDEN), f"{HIDDEN}", f"{HIDDEN!r:>10}", f"{KeyPair(HIDDEN, HIDDEN)}", str([HIDDEN])],
)
def test_a_secret_prints_as_stars(text: str) -> None:
    assert "***" in text
    assert "hidden" not in text


def test_a_secret_is_never_written_anywhere() -> None:
    with pytest.raises(TypeError):
        pickle.dumps(HIDDEN)
    with pytest.raises(TypeError):
        msgspec.json.encode(HIDDEN)
    with pytest.raises(TypeError):
        msgspec.to_builtins(KeyPair(HIDDEN, HIDDEN))
    with pytest.raises(TypeError):
        hash(HIDDEN)


def test_a_secret_is_revealed_when_asked_and_equal_by_its_value() -> None:
    assert HIDDEN.reveal() == "hidden"
    assert Secret("hidden") == HIDDEN != Secret("other")
    assert HIDDEN != "hidden"
    assert not Secret("")


@pytest.mark.parametrize(
    ("path", "text"),
    [
        (b"plain.txt", "plain.txt"),
        ("naïve €".encode(), "naïve €"),
        (b"new\nline", "new\\nline"),
        (b"\x1b[31m", "\\x1b[31m"),
        (b"caf\xe9", "caf\\xe9"),
        ("\u202egnp.exe".encode(), "\\u202egnp.exe"),
    ],
)
def test_a_path_is_shown_without_harm(path: bytes, text: str) -> None:
    assert shown(path) == text


@given(st.binary())
def test_any_path_can_be_shown_on_one_line(path: bytes) -> None:
    assert shown(path).isprintable()
    shown(path).encode()


STEPS = st.lists(st.tuples(st.floats(-5, 100), st.integers(-1000, 10**9)), max_size=30)


@given(STEPS, st.integers(0, 10**10))
def test_a_pace_never_runs_backwards_and_is_always_a_number(
    steps: list[tuple[float, int]], total: int
) -> None:
    pace = Pace(0.0, 0.0)
    for seconds, more in steps:
        before, pace = pace, pace.after(pace.at + seconds, pace.done + more)
        assert pace.done >= before.done
        assert pace.at >= before.at
        assert pace.rate >= 0
        assert pace.left(total) >= 0
        assert math.isfinite(pace.left(total))


def test_a_steady_pace_is_known_and_so_is_what_is_left() -> None:
    pace = Pace(0.0, 0.0)
    for second in range(1, 61):
        pace = pace.after(second, second * 100)
    assert pace.rate == pytest.approx(100)
    assert pace.left(12_000) == pytest.approx(60)
    assert pace.left(0) == 0
    assert Pace(0.0, 0.0).left(100) == 0


def snapshot(day: int, kind: SnapshotKind = SnapshotKind.FULL, *, whole: bool = True) -> Snapshot:
    """A snapshot of a day."""
    return Snapshot(time=NOON + timedelta(days=day), kind=kind, volumes=1, size=10, whole=whole)


OLD = Chain((snapshot(0), snapshot(1, SnapshotKind.INCREMENTAL)))
NEW = Chain((snapshot(5), snapshot(6, SnapshotKind.INCREMENTAL, whole=False)))


@pytest.mark.parametrize(("day", "found"), [(0, 0), (0.5, 0), (1, 1), (4, 1), (5, 5), (9, 5)])
def test_the_newest_whole_snapshot_that_is_not_younger_is_found(day: float, found: int) -> None:
    assert at((OLD, NEW), NOON + timedelta(days=day)) in {**dict.fromkeys([snapshot(found)])} or (
        at((OLD, NEW), NOON + timedelta(days=day)) == snapshot(found, SnapshotKind.INCREMENTAL)
    )


def test_before_the_first_there_is_none() -> None:
    assert at((OLD, NEW), NOON - timedelta(seconds=1)) is None
    assert at((), NOON) is None


def test_a_chain_knows_its_ends_its_size_and_what_stands_in_it() -> None:
    assert (OLD.start, OLD.end, OLD.size) == (NOON, NOON + timedelta(days=1), 20)
    assert chain_of((OLD, NEW), NEW.snapshots[1]) == NEW
    assert OLD.snapshots[0].stamp == "20261122T120000Z"


TIMES = st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))


st.register_type_strategy(float, st.floats(0, 1e9))


@given(st.from_type(Event), TIMES)
def test_every_event_is_one_line_that_is_read_as_itself(event: Event, time: datetime) -> None:
    moment = Moment(time, event)
    line = encode(moment)
    assert b"\n" not in line
    assert decode(line) == moment


@given(st.binary())
def test_what_is_no_moment_is_a_value_error(line: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(line)
