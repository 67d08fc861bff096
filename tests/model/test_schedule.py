"""Schedules are read as people write them, and follow the clock on the wall."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsbackup.model import schedule
from secretsbackup.model.faults import Unreadable
from secretsbackup.model.schedule import Daily, Hours, Manual, Schedule, Weekday, Weekly

CLOCKS = st.builds(lambda h, m: f"{h:02}:{m:02}", st.integers(0, 23), st.integers(0, 59))
SCHEDULES = st.one_of(
    st.builds(Hours, st.integers(1, 744)),
    st.builds(Daily, CLOCKS),
    st.builds(Weekly, st.sampled_from(Weekday), CLOCKS),
)
TIMES = st.datetimes(datetime(2026, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))


@pytest.fixture
def berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine where summer time begins and ends."""
    monkeypatch.setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("manual", Manual()),
        ("hourly", Hours(1)),
        ("every 6h", Hours(6)),
        ("Every 12 hours", Hours(12)),
        ("daily 18:00", Daily("18:00")),
        ("daily at 7:05", Daily("07:05")),
        ("daily", Daily("18:00")),
        ("weekly mon 18:00", Weekly(Weekday.MONDAY, "18:00")),
        ("weekly on sunday", Weekly(Weekday.SUNDAY, "18:00")),
    ],
)
def test_what_people_type_is_understood(typed: str, meant: Schedule) -> None:
    assert schedule.parse(typed) == meant
    assert schedule.parse(schedule.text(meant)) == meant


@pytest.mark.parametrize(
    "typed", ["", "often", "every 0h", "every 999h", "daily 25:00", "weekly xx 1:00", "weekly"]
)
def test_what_is_no_schedule_gets_a_sentence(typed: str) -> None:
    with pytest.raises(Unreadable):
        schedule.parse(typed)


@given(SCHEDULES)
def test_every_schedule_has_a_text_and_a_place_in_a_file(one: Schedule) -> None:
    assert schedule.parse(schedule.text(one)) == one
    assert msgspec.convert(msgspec.to_builtins(one), Schedule) == one  # type: ignore[arg-type]


@given(SCHEDULES, TIMES, st.integers(0, 24 * 60))
def test_the_next_time_is_after_now_and_within_a_period(one: Schedule, then: datetime, late: int) -> None:
    due, span = schedule.following(one, then, timedelta(minutes=late)), schedule.period(one)
    assert due
    assert span
    assert then < due <= then + span + timedelta(hours=1)


@pytest.mark.usefixtures("berlin")
def test_a_time_of_day_stays_when_summer_time_ends() -> None:
    daily = Daily("18:00")
    before = schedule.following(daily, datetime(2026, 10, 24, 12, tzinfo=UTC))
    after = schedule.following(daily, datetime(2026, 10, 24, 17, tzinfo=UTC))
    assert before == datetime(2026, 10, 24, 16, tzinfo=UTC)
    assert after == datetime(2026, 10, 25, 17, tzinfo=UTC)


@pytest.mark.usefixtures("berlin")
def test_an_hour_that_does_not_exist_is_made_up_for() -> None:
    skipped = schedule.following(Daily("02:30"), datetime(2026, 3, 28, 12, tzinfo=UTC))
    assert skipped in (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), datetime(2026, 3, 29, 1, 30, tzinfo=UTC))


def test_by_hand_is_never() -> None:
    assert schedule.following(Manual(), datetime(2026, 1, 1, tzinfo=UTC)) is None
    assert schedule.period(Manual()) is None
