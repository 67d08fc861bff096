"""Health: three levels, one sentence, and nothing that is not as it should be stays unsaid."""

from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from secretsbackup import words
from secretsbackup.model import causes
from secretsbackup.model.causes import Cause
from secretsbackup.model.event import Caution, RunEnded, Verb, Warned
from secretsbackup.model.outcome import Completed, Failed, Interrupted, Skipped, Summary
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.status import (
    About,
    Level,
    Status,
    Warnings,
    concerns,
    damage_after,
    level,
    unaccepted,
)
from tests.model.test_status import heard, started

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SAFE = Status(
    profile=ProfileName("docs"),
    safe_as_of=NOON - timedelta(hours=1),
    since=NOON - 20 * DAY,
    last=Completed(Summary()),
    last_verb=Verb.BACKUP,
    last_ended=NOON - timedelta(hours=1),
    alarm_after=NOON + 3 * DAY,
)
UNREADABLE = [Warned(caution=Caution.UNREADABLE, path=f"/home/ada/{name}") for name in "abc"]


def warned(*events: Warned) -> Warnings:
    """What a run warned of."""
    found = Warnings()
    for event in events:
        found = found.and_(event)
    return found


def with_warnings(*events: Warned) -> Status:
    """Safe, but for these."""
    return replace(SAFE, last=Completed(Summary(), len(events)), left_out=warned(*events))


AWAY = causes.DestinationAway("/media/disk/backups")


@pytest.mark.parametrize(
    ("status", "expected", "sentence"),
    [
        (SAFE, Level.PROTECTED, "Everything safe as of 1"),
        (with_warnings(*UNREADABLE), Level.ATTENTION, "but 3 files could not be read."),
        (replace(SAFE, since=NOON - 40 * DAY), Level.ATTENTION, "but not verified for 40 days."),
        (replace(SAFE, since=NOON - 40 * DAY, proven=NOON - 2 * DAY), Level.PROTECTED, "Everything safe"),
        (replace(SAFE, kit_saved=False), Level.ATTENTION, "but the recovery kit is not saved."),
        (replace(SAFE, kit_saved=True), Level.PROTECTED, "Everything safe"),
        (replace(SAFE, key_expires=NOON + 12 * DAY), Level.ATTENTION, "but the key expires in 12 days."),
        (replace(SAFE, key_expires=NOON - DAY), Level.ATTENTION, "but the key has expired."),
        (replace(SAFE, key_expires=NOON + 300 * DAY), Level.PROTECTED, "Everything safe"),
        (replace(SAFE, waiting=(AWAY,)), Level.PROTECTED, "Since then: The disk with /media/disk/backups"),
        (
            replace(SAFE, waiting=(AWAY,), kit_saved=False),
            Level.ATTENTION,
            "but the recovery kit is not saved. Since then: The disk with /media/disk/backups",
        ),
        (
            replace(SAFE, waiting=(AWAY,), damage=causes.VolumeCorrupt()),
            Level.NOT_PROTECTED,
            "is damaged. Since then: The disk with /media/disk/backups",
        ),
        (
            replace(SAFE, waiting=(AWAY,), alarm_after=NOON - DAY, safe_as_of=NOON - 2 * DAY),
            Level.ATTENTION,
            "but no backup since Tuesday: the disk with /media/disk/backups is not connected",
        ),
        (
            replace(SAFE, alarm_after=NOON - 31 * DAY, safe_as_of=NOON - 35 * DAY),
            Level.NOT_PROTECTED,
            "Not protected: no backup since 22 Oct",
        ),
        (
            replace(SAFE, last=Failed(causes.NoRoom("/tmp"))),
            Level.ATTENTION,
            "but the disk is full at /tmp.",
        ),
        (replace(SAFE, last=Interrupted()), Level.ATTENTION, "but the last run was interrupted"),
        (
            replace(SAFE, waiting=(causes.Surge(41000000000, 38000000000, "/home/ada/a.iso"),)),
            Level.ATTENTION,
            "but much more new data than usual: 41 GB, 38 GB of it in “/home/ada/a.iso”; "
            "waiting for your confirmation",
        ),
        (
            replace(SAFE, damage=causes.VolumeMissing("vol3")),
            Level.NOT_PROTECTED,
            "Not protected: a part of the backup is missing at the destination (vol3).",
        ),
        (Status(profile=SAFE.profile), Level.NOT_PROTECTED, "Not protected: there is no backup yet."),
        (
            Status(profile=SAFE.profile, waiting=(AWAY,), kit_saved=False),
            Level.NOT_PROTECTED,
            "Not protected: there is no backup yet: the disk with /media/disk/backups is not connected",
        ),
        (replace(SAFE, paused_until=NOON + DAY), Level.PROTECTED, "Everything safe as of"),
        (
            replace(SAFE, verb=Verb.BACKUP, stirred=NOON - 13 * HOUR),
            Level.ATTENTION,
            "but the current run has not responded since yesterday 23:00; stop it.",
        ),
        (replace(SAFE, verb=Verb.BACKUP, stirred=NOON - 11 * HOUR), Level.PROTECTED, "Backing up…"),
    ],
)
def test_the_level_and_its_sentence(status: Status, expected: Level, sentence: str) -> None:
    assert level(status, NOON) is expected
    assert sentence in words.health(status, NOON)


def test_what_is_accepted_stays_quiet_until_it_changes() -> None:
    status = replace(with_warnings(*UNREADABLE[:2]), kit_saved=False)
    known = replace(status, accepted=frozenset(one.key for one in concerns(status, NOON)))
    assert level(known, NOON) is Level.PROTECTED
    assert words.health(known, NOON).startswith("Everything safe")
    changed = replace(known, last=Completed(Summary(), 3), left_out=warned(*UNREADABLE))
    assert [one.about for one in unaccepted(changed, NOON)] == [About.LEFT_OUT]
    other = replace(known, left_out=warned(*UNREADABLE[1:]))
    assert level(other, NOON) is Level.ATTENTION


def test_a_failure_that_is_accepted_stays_quiet_while_it_goes_on_and_is_told_when_it_comes_again() -> None:
    status = replace(SAFE, last=Failed(causes.NoRoom("/tmp", 4000, 300)))
    known = replace(status, accepted=frozenset(one.key for one in concerns(status, NOON)))
    assert level(replace(known, last=Failed(causes.NoRoom("/tmp", 4100, 290))), NOON) is Level.PROTECTED
    assert level(replace(known, last=Failed(causes.NoRoom("/home", 4000, 300))), NOON) is Level.ATTENTION
    again = replace(known, safe_as_of=NOON - timedelta(minutes=5))
    assert level(again, NOON) is Level.ATTENTION


def test_a_drill_in_vain_is_told_again_after_one_that_was_good() -> None:
    status = replace(SAFE, unproven=causes.PassphraseWrong("docs"), proven=NOON - 9 * DAY)
    known = replace(status, accepted=frozenset(one.key for one in concerns(status, NOON)))
    assert level(known, NOON) is Level.PROTECTED
    assert level(replace(known, proven=NOON - DAY), NOON) is Level.ATTENTION


def test_what_is_grave_cannot_be_accepted() -> None:
    damaged = replace(SAFE, damage=causes.VolumeMissing("vol3"))
    known = replace(damaged, accepted=frozenset(one.key for one in concerns(damaged, NOON)))
    assert level(known, NOON) is Level.NOT_PROTECTED


def test_days_that_go_by_do_not_take_back_that_a_concern_was_accepted() -> None:
    status = replace(SAFE, since=NOON - 40 * DAY)
    known = replace(status, accepted=frozenset(one.key for one in concerns(status, NOON)))
    assert level(known, NOON + DAY) is Level.PROTECTED


@given(st.lists(st.sampled_from(UNREADABLE), min_size=1, max_size=4))
def test_warnings_are_the_same_in_any_order(events: list[Warned]) -> None:
    assert len({warned(*order).digest for order in permutations(events)}) == 1


def test_a_run_that_was_heard_and_one_that_is_remembered_agree() -> None:
    handle = heard(started(), *UNREADABLE, RunEnded(outcome=Completed(Summary(), 3)), status=SAFE)
    assert handle.left_out == warned(*UNREADABLE)
    assert level(handle, handle.last_ended or NOON) is Level.ATTENTION
    again = heard(started(), status=handle)
    assert (again.left_out, again.heard) == (handle.left_out, Warnings())


def test_a_verify_takes_back_nothing_that_a_backup_left_out() -> None:
    left_out = with_warnings(*UNREADABLE)
    verified = heard(started(Verb.VERIFY), RunEnded(outcome=Completed(Summary())), status=left_out)
    assert [one.about for one in concerns(verified, NOON)] == [About.LEFT_OUT]


def test_a_verify_that_came_to_nothing_is_told_until_one_is_good() -> None:
    failed = Failed(causes.PassphraseWrong())
    tried = heard(started(Verb.VERIFY), RunEnded(outcome=failed), status=SAFE)
    assert "the last verification failed: that passphrase" in words.health(tried, NOON)
    good = heard(started(Verb.VERIFY), RunEnded(outcome=Completed(Summary())), status=tried)
    assert level(good, NOON) is Level.PROTECTED


def test_a_skip_says_what_it_lacks_and_a_good_run_ends_every_alarm() -> None:
    late = replace(SAFE, alarm_after=NOON - 40 * DAY)
    assert level(late, NOON) is Level.NOT_PROTECTED
    skipped = heard(started(), RunEnded(outcome=Skipped((AWAY,))), status=late)
    assert skipped.waiting == (AWAY,)
    good = heard(started(), RunEnded(outcome=Completed(Summary())), status=skipped)
    assert (good.waiting, good.alarm_after) == ((), None)


MISSING, DIFFERS = causes.VolumeMissing("v"), causes.SampleDiffers("s")


@pytest.mark.parametrize(
    ("before", "outcome", "verb", "expected"),
    [
        (None, Failed(causes.VolumeMissing("v")), Verb.BACKUP, MISSING),
        (None, Failed(causes.SampleDiffers("s")), Verb.VERIFY, DIFFERS),
        (None, Failed(causes.NoRoom("")), Verb.BACKUP, None),
        (MISSING, Completed(Summary()), Verb.BACKUP, None),
        (DIFFERS, Completed(Summary()), Verb.BACKUP, None),
        (DIFFERS, Completed(Summary()), Verb.VERIFY, None),
        (MISSING, Completed(Summary()), Verb.RESTORE, MISSING),
        (None, Failed(causes.VolumeMissing("v")), Verb.RESTORE, MISSING),
        (None, Failed(causes.OlderDamaged("v")), Verb.RESTORE, None),
        (MISSING, Interrupted(), Verb.BACKUP, MISSING),
    ],
)
def test_damage_is_remembered_until_it_is_made_good(
    before: Cause | None, outcome: Completed | Failed | Interrupted, verb: Verb, expected: Cause | None
) -> None:
    assert damage_after(before, outcome, verb) == expected
