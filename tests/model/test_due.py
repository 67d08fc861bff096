"""Due: when a backup begins by itself, everything that keeps it from it, and clocks that jump."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from secretsbackup.model import causes, schedule
from secretsbackup.model.destination import Bucket, Destination, Folder, Host
from secretsbackup.model.due import (
    BREATH,
    FIRST_WAIT,
    SLIP,
    Surroundings,
    alarm,
    due,
    lateness,
    needs_network,
    verification_due,
)
from secretsbackup.model.event import RunId, Verb
from secretsbackup.model.outcome import Cancelled, Completed, Failed, Interrupted, Outcome, Skipped, Summary
from secretsbackup.model.profile import Fingerprint, Profile, ProfileName, Source
from secretsbackup.model.reason import Reason
from secretsbackup.model.run import PastRun
from secretsbackup.model.schedule import Daily, Hours, Manual

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
HOUR, MINUTE, DAY = timedelta(hours=1), timedelta(minutes=1), timedelta(days=1)
DONE = Completed(Summary())
UNREACHABLE = Failed(causes.DestinationUnreachable())
NOTHING = Surroundings()
PROFILE = Profile(
    name=ProfileName("docs"),
    sources=(Source("docs", "/home/ada/docs"),),
    destination=Bucket("bucket", "ada"),
    key=Fingerprint("A" * 40),
    schedule=Hours(1),
)


def ran(
    began: datetime, outcome: Outcome = DONE, took: timedelta = MINUTE, verb: Verb = Verb.BACKUP
) -> PastRun:
    """A run that is over."""
    ended = began + took
    return PastRun(
        run=RunId(f"{began:%Y%m%dT%H%M%S}"),
        profile=PROFILE.name,
        verb=verb,
        began=began,
        ended=ended,
        warnings=0,
        outcome=outcome,
    )


def reasons(*runs: PastRun, now: datetime = NOON, of: Profile = PROFILE, **around: object) -> list[Reason]:
    """What stands against a backup now."""
    return [cause.reason for cause in due(of, runs, now, replace(NOTHING, **around)).against]


def test_what_was_never_backed_up_is_due_at_once() -> None:
    assert due(PROFILE, [], NOON, NOTHING).now


def test_by_hand_is_never_due() -> None:
    verdict = due(replace(PROFILE, schedule=Manual()), [], NOON, NOTHING)
    assert (verdict.now, verdict.at) == (False, None)
    assert [cause.reason for cause in verdict.against] == [Reason.NOT_SCHEDULED]


def test_it_is_due_an_hour_after_the_last_one_began() -> None:
    assert due(PROFILE, [ran(NOON - HOUR)], NOON, NOTHING).now
    verdict = due(PROFILE, [ran(NOON - HOUR + MINUTE)], NOON, NOTHING)
    assert verdict.at == NOON + MINUTE
    assert verdict.against == (causes.NotYet(datetime(2026, 11, 22, 12, 1, tzinfo=UTC)),)


def test_a_restore_or_a_verify_is_no_backup() -> None:
    assert due(PROFILE, [ran(NOON, verb=Verb.RESTORE), ran(NOON, verb=Verb.VERIFY)], NOON, NOTHING).now


def test_three_times_slept_through_are_one_run() -> None:
    asleep = ran(NOON - 4 * HOUR)
    assert due(PROFILE, [asleep], NOON, NOTHING).now
    assert reasons(ran(NOON), asleep, now=NOON + 2 * MINUTE) == [Reason.NOT_YET]


def test_everything_that_stands_against_it_is_told() -> None:
    found = reasons(
        ran(NOON - MINUTE),
        of=replace(PROFILE, only_on_power=True),
        on_battery=True,
        charge=55.0,
        metered=True,
        online=False,
        running=True,
        paused_until=NOON + HOUR,
        missing=(causes.SourceMissing("/media/photos"),),
    )
    assert found == [
        *(Reason.NOT_YET, Reason.PAUSED, Reason.BUSY, Reason.ON_BATTERY),
        *(Reason.OFFLINE, Reason.METERED, Reason.SOURCE_MISSING),
    ]


@pytest.mark.parametrize(
    ("around", "change", "expected"),
    [
        ({"on_battery": True, "charge": 80.0}, {}, []),
        ({"on_battery": True, "charge": 12.0}, {}, [Reason.ON_BATTERY]),
        ({"on_battery": False, "charge": 12.0}, {}, []),
        ({"on_battery": True}, {"only_on_power": True}, [Reason.ON_BATTERY]),
        ({"metered": True}, {}, [Reason.METERED]),
        ({"metered": True}, {"metered_too": True}, []),
        ({"metered": True, "online": False}, {"destination": Folder("/media/disk")}, []),
        ({"online": False}, {}, [Reason.OFFLINE]),
        ({"paused_until": NOON - MINUTE}, {}, []),
    ],
)
def test_each_switch(around: dict[str, object], change: dict[str, object], expected: list[Reason]) -> None:
    assert reasons(of=replace(PROFILE, **change), **around) == expected


@pytest.mark.parametrize(
    ("destination", "beyond"),
    [
        (Bucket("b", "p"), True),
        (Bucket("b", "p", "http://127.0.0.1:9000"), False),
        (Folder("/media/disk"), False),
        (Host("sftp", "nas", "backups"), True),
        (Host("sftp", "localhost", "backups"), False),
    ],
)
def test_what_needs_the_network(destination: Destination, beyond: bool) -> None:
    assert needs_network(destination) is beyond


def test_failures_are_tried_again_ever_later() -> None:
    runs = [ran(NOON - 2 * HOUR)]
    waits = []
    for _ in range(6):
        runs.append(ran(runs[-1].ended + 90 * MINUTE, Failed(causes.ToolFailed(""))))
        verdict = due(PROFILE, runs, runs[-1].ended, NOTHING)
        assert verdict.at
        waits.append(verdict.at - runs[-1].ended)
    assert waits == [5 * MINUTE, 10 * MINUTE, 20 * MINUTE, 40 * MINUTE, HOUR, HOUR]


def test_a_daily_backup_waits_up_to_six_hours() -> None:
    daily = replace(PROFILE, schedule=Daily("18:00"))
    failed = [ran(NOON - number * DAY, Failed(causes.Bug())) for number in range(30)]
    verdict = due(daily, failed, NOON + 2 * MINUTE, NOTHING)
    assert verdict.at == NOON + MINUTE + 6 * HOUR


@pytest.mark.parametrize("outcome", [Interrupted(), Failed(causes.Bug()), Skipped((causes.Surge(0),))])
def test_what_came_to_nothing_is_not_tried_at_once(outcome: Outcome) -> None:
    failed = ran(NOON, outcome)
    assert reasons(failed, ran(NOON - DAY), now=failed.ended) == [Reason.WAITING_TO_RETRY]
    assert reasons(failed, ran(NOON - DAY), now=failed.ended + FIRST_WAIT) == []


def test_whoever_stops_a_run_is_left_in_peace_for_a_while() -> None:
    stopped = ran(NOON, Cancelled("you (Ctrl-C)"))
    assert reasons(stopped, now=stopped.ended + HOUR) == [Reason.WAITING_TO_RETRY]
    assert reasons(stopped, now=stopped.ended + 2 * HOUR) == []
    assert reasons(ran(NOON, Cancelled("the system")), now=NOON + 6 * MINUTE) == []


def test_who_found_it_going_on_does_not_have_it_begin_again_sooner() -> None:
    stopped = ran(NOON, Cancelled("you"), took=9 * MINUTE)
    found = ran(NOON + MINUTE, Skipped((causes.Busy(),)))
    assert reasons(stopped, found, now=stopped.ended + HOUR) == [Reason.WAITING_TO_RETRY]


def test_what_was_away_and_is_back_is_tried_at_once() -> None:
    failed = [ran(NOON - number * HOUR, UNREACHABLE) for number in range(5)]
    back = NOON + 3 * MINUTE
    assert reasons(*failed, now=back) == [Reason.WAITING_TO_RETRY]
    assert reasons(*failed, now=back, away=NOON + 2 * MINUTE) == []
    assert reasons(*failed, now=back, away=NOON - HOUR) == [Reason.WAITING_TO_RETRY]
    assert reasons(*failed, now=back, away=NOON + 2 * MINUTE, online=False) != []
    assert due(PROFILE, failed, NOON + MINUTE, replace(NOTHING, away=NOON)).at == NOON + MINUTE + BREATH


def test_a_skip_that_ended_before_the_good_run_did_delays_nothing() -> None:
    good = ran(NOON, took=10 * MINUTE)
    busy = ran(NOON + MINUTE, Skipped((causes.Busy(),)))
    assert reasons(busy, good, now=NOON + HOUR) == []


@pytest.mark.parametrize("back", [timedelta(hours=5), timedelta(days=900)])
def test_a_clock_that_was_put_back_delays_nothing(back: timedelta) -> None:
    future = [ran(NOON + back), ran(NOON + back + MINUTE, Failed(causes.Bug()))]
    assert due(PROFILE, future, NOON, NOTHING).now
    assert reasons(ran(NOON), *future, now=NOON + 5 * MINUTE) == [Reason.NOT_YET]


def test_a_clock_that_was_put_back_during_a_run_delays_no_more_than_a_wait() -> None:
    verdict = due(PROFILE, [ran(NOON, Failed(causes.Bug()), took=300 * DAY)], NOON + MINUTE, NOTHING)
    assert verdict.at == NOON + FIRST_WAIT


def test_a_clock_that_was_never_set_is_not_believed() -> None:
    assert reasons(ran(NOON), now=datetime(1970, 1, 1, 0, 5, tzinfo=UTC)) == [Reason.CLOCK_WRONG]


def test_many_machines_begin_one_after_the_other_and_each_always_at_its_time() -> None:
    spread = replace(PROFILE, schedule=Daily("18:00"), jitter_minutes=30)
    late = {lateness(spread, f"machine {number}") for number in range(50)}
    assert len(late) > 40
    assert all(timedelta() <= one <= timedelta(minutes=30) for one in late)
    assert lateness(spread, "machine 7") == lateness(spread, "machine 7")
    assert lateness(PROFILE, "machine 7") == timedelta()


def test_silence_is_an_alarm_after_the_days_of_patience() -> None:
    assert alarm(PROFILE, NOON) == NOON + HOUR + 3 * DAY
    assert alarm(replace(PROFILE, schedule=Manual()), NOON) is None
    assert alarm(PROFILE, None) is None


OUTCOMES = st.sampled_from(
    [DONE, UNREACHABLE, Interrupted(), Cancelled("you"), Skipped((causes.Busy(),)), Failed(causes.Bug())]
)
MOMENTS = st.datetimes(datetime(2026, 1, 2), datetime(2046, 1, 1), timezones=st.just(UTC))
RUNS = st.lists(st.builds(ran, MOMENTS, OUTCOMES, st.timedeltas(timedelta(), 400 * DAY)), max_size=8)
SCHEDULES = st.sampled_from(
    [schedule.parse(one) for one in ("hourly", "every 6h", "daily 03:00", "weekly fri 9:00")]
)


@given(SCHEDULES, RUNS, MOMENTS, st.none() | MOMENTS)
def test_whatever_the_clocks_did_it_is_due_within_a_period_or_a_wait(
    one: schedule.Schedule, runs: list[PastRun], now: datetime, away: datetime | None
) -> None:
    span = schedule.period(one)
    assert span
    verdict = due(replace(PROFILE, schedule=one), runs, now, Surroundings(away=away))
    assert verdict.at
    assert verdict.at <= now + max(span + HOUR, 6 * HOUR) + SLIP
    assert verdict.now is (verdict.at <= now)


@given(SCHEDULES, RUNS, MOMENTS)
@example(Daily("03:00"), [], datetime(2026, 11, 22, 2, 59).astimezone())
def test_what_is_good_at_this_moment_is_not_due_again_before_its_next_time(
    one: schedule.Schedule, runs: list[PastRun], now: datetime
) -> None:
    next_time = schedule.following(one, now, lateness(PROFILE, NOTHING.machine))
    verdict = due(replace(PROFILE, schedule=one), [*runs, ran(now)], now + MINUTE, NOTHING)
    assert not verdict.now or (next_time and next_time <= now + MINUTE)


DAMAGE = Failed(causes.VolumeCorrupt("duplicity-full.vol3"))
WEEK = 7 * DAY


def verification(
    *runs: PastRun, now: datetime = NOON, of: Profile = PROFILE, **around: object
) -> list[Reason]:
    """What stands against a verification now."""
    return [cause.reason for cause in verification_due(of, runs, now, replace(NOTHING, **around)).against]


def proved(began: datetime, outcome: Outcome = DONE, took: timedelta = MINUTE) -> PastRun:
    return ran(began, outcome, took, verb=Verb.VERIFY)


def test_a_drill_is_due_a_day_after_the_first_backup_and_a_week_after_the_last_drill() -> None:
    assert verification() == [Reason.NO_SNAPSHOT]
    assert verification(ran(NOON - HOUR, UNREACHABLE)) == [Reason.NO_SNAPSHOT]
    assert verification(ran(NOON - HOUR)) == [Reason.NOT_YET]
    assert verification(ran(NOON - DAY), ran(NOON - HOUR)) == []
    assert verification(ran(NOON - 30 * DAY), proved(NOON - WEEK + MINUTE)) == [Reason.NOT_YET]
    verdict = verification_due(PROFILE, [ran(NOON - 30 * DAY), proved(NOON - WEEK)], NOON, NOTHING)
    assert (verdict.at, verdict.now) == (NOON, True)


def test_a_drill_comes_as_often_as_the_user_wants_it() -> None:
    runs = [ran(NOON - 30 * DAY), proved(NOON - 2 * DAY)]
    assert verification(*runs, of=replace(PROFILE, verify_every=2)) == []
    assert verification(*runs, of=replace(PROFILE, verify_every=3)) == [Reason.NOT_YET]
    never = verification_due(replace(PROFILE, verify_every=0), runs, NOON, NOTHING)
    assert (never.at, [cause.reason for cause in never.against]) == (None, [Reason.VERIFICATION_OFF])
    assert verification(*runs, of=replace(PROFILE, verify_every=1, schedule=Manual())) == []


def test_what_stands_against_a_drill_is_what_stands_against_a_backup_but_for_the_sources() -> None:
    away = (causes.SourceMissing("/media/photos"), causes.DestinationAway("/media/disk"))
    found = verification(
        ran(NOON - WEEK),
        of=replace(PROFILE, only_on_power=True),
        on_battery=True,
        metered=True,
        online=False,
        running=True,
        paused_until=NOON + HOUR,
        missing=away,
    )
    assert found == [
        *(Reason.PAUSED, Reason.BUSY, Reason.ON_BATTERY, Reason.OFFLINE, Reason.METERED),
        Reason.DESTINATION_AWAY,
    ]
    assert verification(ran(NOON - WEEK), missing=away[:1]) == []


def test_a_drill_that_came_to_nothing_is_tried_again_ever_later_and_at_least_daily() -> None:
    backup = ran(NOON - 30 * DAY)
    vain = [proved(NOON - 10 * DAY + n * HOUR, UNREACHABLE) for n in range(12)]
    assert verification(backup, proved(NOON - HOUR, UNREACHABLE)) == [Reason.WAITING_TO_RETRY]
    assert verification(backup, proved(NOON - HOUR - MINUTE, UNREACHABLE)) == []
    last = proved(NOON - DAY, UNREACHABLE)
    assert verification(backup, *vain, last) == [Reason.WAITING_TO_RETRY]
    assert verification(backup, *vain, last, now=NOON + MINUTE) == []
    assert verification(backup, proved(NOON - 2 * HOUR, Cancelled("you"))) == [Reason.WAITING_TO_RETRY]


def test_damage_that_was_found_is_not_looked_for_again_before_there_is_a_new_backup() -> None:
    found = proved(NOON - 3 * DAY, DAMAGE)
    assert verification(ran(NOON - 30 * DAY), found) == [Reason.VOLUME_CORRUPT]
    assert verification(ran(NOON - 30 * DAY), found, ran(NOON - 2 * DAY)) == []


VERIFICATIONS = st.lists(
    st.builds(
        ran,
        MOMENTS,
        OUTCOMES,
        st.timedeltas(timedelta(), 400 * DAY),
        st.sampled_from([Verb.BACKUP, Verb.VERIFY, Verb.RESTORE]),
    ),
    max_size=8,
)


def test_who_found_a_drill_going_on_does_not_hide_what_it_found() -> None:
    found = proved(NOON - HOUR, Failed(causes.VolumeMissing()), took=9 * MINUTE)
    busy = proved(NOON - HOUR + MINUTE, Skipped((causes.Busy(),)))
    assert verification(ran(NOON - WEEK), found, busy) == [Reason.VOLUME_MISSING]


@given(VERIFICATIONS, MOMENTS, st.integers(1, 400))
def test_whatever_the_clocks_did_a_drill_is_due_within_its_period(
    runs: list[PastRun], now: datetime, days: int
) -> None:
    verdict = verification_due(replace(PROFILE, verify_every=days), runs, now, NOTHING)
    if any(run.good and run.began <= now + SLIP for run in runs):
        assert verdict.at
        assert verdict.at <= now + days * DAY + DAY + SLIP
        assert verdict.now is (verdict.at <= now)
    else:
        assert not verdict.now


@given(VERIFICATIONS, MOMENTS, st.integers(1, 400))
def test_what_is_proven_at_this_moment_is_not_proven_again(
    runs: list[PastRun], now: datetime, days: int
) -> None:
    assert not verification_due(
        replace(PROFILE, verify_every=days), [*runs, proved(now)], now + MINUTE, NOTHING
    ).now
