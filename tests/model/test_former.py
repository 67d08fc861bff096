"""Causes as older versions wrote them are read as today's: in journals, the history and notes."""

import json
from datetime import UTC, datetime
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsbackup.model import causes, former
from secretsbackup.model.automatic_start import Unstarted
from secretsbackup.model.causes import Cause
from secretsbackup.model.event import RunEnded, decode
from secretsbackup.model.outcome import Failed, Skipped
from secretsbackup.model.reason import Reason

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
FORMER = [
    reason
    for reason in Reason
    if reason not in [kind.__struct_config__.tag for kind in get_args(causes.OfCommands)]
]
LINE = '{"at":"2026-11-22T12:00:00Z","event":{"type":"run-ended","outcome":%s}}'


def outcome(text: str) -> object:
    """What a line of a journal says of how its run ended."""
    event = decode((LINE % text).encode()).event
    assert isinstance(event, RunEnded)
    return event.outcome


@pytest.mark.parametrize(
    ("reason", "detail", "cause"),
    [
        ("no-room", "/tmp/a 1 b 4000 300", causes.NoRoom("/tmp/a 1 b", 4000, 300)),
        ("no-room", "/tmp/a b", causes.NoRoom("/tmp/a b")),
        ("destination-full", "/media/disk 7 3", causes.DestinationFull("/media/disk", 7, 3)),
        ("surge", "52 31 /home/ada/my film.mov", causes.Surge(52, 31, "/home/ada/my film.mov")),
        ("upheaval", "540 1 843", causes.Upheaval(540, 1, 843)),
        ("secret-missing", "aws-access-key-id docs", causes.SecretMissing("aws-access-key-id", "docs")),
        ("secret-missing", "aws-access-key-id", causes.SecretMissing("aws-access-key-id")),
        (
            "tool-too-old",
            "rsync 2.6 3.1 /opt/my tools/rsync",
            causes.ToolTooOld("rsync", "2.6", "3.1", "/opt/my tools/rsync"),
        ),
        ("not-yours", "root /home/ada/my notes", causes.NotYours("root", "/home/ada/my notes")),
        ("as-root", "ada /home/ada", causes.AsRoot("ada", "/home/ada")),
        ("busy", "4711", causes.Busy(4711)),
        ("busy", "", causes.Busy()),
        ("not-yet", "2026-11-22T12:00:00+00:00", causes.NotYet(NOON)),
        ("paused", "9999-12-31T23:59:59+00:00", causes.Paused()),
        ("paused", "2026-11-22T12:00:00+00:00", causes.Paused(NOON)),
        ("on-battery", "15", causes.OnBattery(15)),
        ("on-battery", "", causes.OnBattery()),
        ("clock-wrong", "-7200", causes.ClockWrong(-7200)),
        ("region-wrong", "eu-central-1", causes.RegionWrong("eu-central-1")),
        ("region-wrong", "my-bucket", causes.RegionWrong(bucket="my-bucket")),
        ("destination-unreachable", "/media/nas", causes.DestinationUnreachable(path="/media/nas")),
        ("destination-unreachable", "s3.example.org", causes.DestinationUnreachable("s3.example.org")),
        ("volume-missing", "a.vol1 and 3 more", causes.VolumeMissing("a.vol1", 3)),
        ("frozen", "a.vol1 and 1 more", causes.Frozen("a.vol1", 1)),
        ("key-ambiguous", "AAAA, BBBB", causes.KeyAmbiguous(("AAAA", "BBBB"))),
        ("no-snapshot", "2026-11-22 12:00:00 UTC", causes.NoSnapshot(NOON)),
        ("no-snapshot", "20261122T120000Z", causes.NoSnapshot(stamp="20261122T120000Z")),
        ("no-snapshot", "file:///media/disk", causes.NoSnapshot(address="file:///media/disk")),
        ("rolled-back", "20261122T120000Z", causes.RolledBack(NOON)),
        (
            "gpg-home",
            "missing /home/a b",
            causes.GpgHome(causes.HomeFault.MISSING, "/home/a b"),
        ),
        ("snapshot-forged", "a hard link", causes.SnapshotForged(causes.Forgery.HARD_LINK)),
        ("not-started", "stopped", causes.NotStarted(Unstarted.STOPPED)),
        ("file-unusable", "/a (b) (Bad address)", causes.FileUnusable("/a (b)", "Bad address")),
        ("passphrase-too-long", "255", causes.PassphraseTooLong(255)),
        ("source-missing", "/media/photos", causes.SourceMissing("/media/photos")),
    ],
)
def test_a_reason_and_its_text_are_a_cause(reason: str, detail: str, cause: Cause) -> None:
    assert former.cause(reason, detail) == cause
    assert outcome(json.dumps({"type": "failed", "reason": reason, "detail": detail})) == Failed(cause)


def test_a_run_that_was_skipped_keeps_every_reason() -> None:
    skipped = '{"type":"skipped","reasons":[{"reason":"busy","detail":"12"},{"reason":"offline"}]}'
    assert outcome(skipped) == Skipped((causes.Busy(12), causes.Offline()))


def test_last_lines_are_kept() -> None:
    failed = '{"type":"failed","reason":"tool-failed","detail":"rsync 12","last_lines":["one","two"]}'
    assert outcome(failed) == Failed(causes.ToolFailed("rsync 12"), ("one", "two"))


@given(st.sampled_from(FORMER), st.text())
def test_no_text_of_an_older_version_is_too_odd(reason: Reason, detail: str) -> None:
    cause = former.cause(reason, detail)
    assert cause.reason is reason
    assert msgspec.json.decode(msgspec.json.encode(cause), type=Cause) == cause


@given(st.sampled_from(FORMER), st.text())
def test_what_is_of_today_stays_as_it_is(reason: Reason, detail: str) -> None:
    today = msgspec.to_builtins(Failed(former.cause(reason, detail), ("line",)))
    assert former.upgraded(today) == today


def test_every_reason_has_one_cause() -> None:
    tags = [kind.__struct_config__.tag for kind in Cause.__args__]
    assert sorted(tags) == sorted(Reason)


def test_a_reason_of_a_newer_version_is_none_of_ours() -> None:
    with pytest.raises(msgspec.ValidationError):
        outcome('{"type":"failed","reason":"of-the-future","detail":"x"}')
