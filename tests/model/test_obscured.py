"""A report for strangers has no name in it, and can still be followed."""

from datetime import UTC, datetime

import pytest

from secretsbackup.model import causes
from secretsbackup.model import obscured as module
from secretsbackup.model.destination import Bucket, Host
from secretsbackup.model.event import (
    Caution,
    ChainLost,
    Event,
    HookRan,
    Moment,
    Progressed,
    RunEnded,
    RunId,
    RunStarted,
    Step,
    Verb,
    Warned,
    encode,
)
from secretsbackup.model.obscured import names, obscured
from secretsbackup.model.outcome import Completed, Failed, Skipped, Summary
from secretsbackup.model.profile import Fingerprint, Hooks, Profile, ProfileName, Source

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
ZOE = Profile(
    name=ProfileName("zoe-diary"),
    sources=(Source("Diary", "/home/zoe/My Diary"),),
    destination=Bucket("zoe-bucket", "laptop/zoe", endpoint="https://s3.zoe.example"),
    key=Fingerprint("A" * 40),
    hooks=Hooks(before=("letters.sh",)),
)


def told(*events: Event, profile: Profile = ZOE) -> list[str]:
    """Each event's line of a report."""
    moments = [Moment(NOON, event) for event in events]
    return [encode(moment).decode() for moment in obscured(moments, *names(profile), "zoe")]


@pytest.mark.parametrize(
    "event",
    [
        RunStarted(run=RunId("r"), profile=ZOE.name, verb=Verb.BACKUP, version="1"),
        Warned(caution=Caution.UNREADABLE, path="/home/zoe/My Diary/love letters.odt", detail="by zoe"),
        ChainLost(chain="20261122T120000Z", place="file:///mnt/love/backups", how="damaged"),
        Progressed(step=Step.SEND, done=1, total=2, unit="bytes", detail="Diary/love letters.odt"),
        RunEnded(
            outcome=Failed(
                causes.DestinationDenied("zoe-bucket", "s3:PutObject"), ("s3://zoe-bucket/laptop/zoe/x",)
            )
        ),
        RunEnded(outcome=Failed(causes.ToolFailed(""), ('cannot open "/mnt/love letters/x y": no',))),
        RunEnded(outcome=Failed(causes.KeyExpired("A" * 40), (f"gpg: {'B' * 16}: love@letters.example",))),
        RunEnded(
            outcome=Failed(causes.Bug("x: AKIAIOSFODNN7EXAMPLE love"), ("Could not connect to 10.1.2.3:99",))
        ),
        HookRan(hook="before", status=1, lines=("PGPASSWORD=love letters", "zoe")),
        RunEnded(outcome=Failed(causes.HookFailed("letters.sh ended with 1"), ("PGPASSWORD=love letters",))),
        RunEnded(outcome=Failed(causes.DestinationUnreachable("nas.letters.example"))),
        RunEnded(outcome=Failed(causes.DestinationMissing("letters:/mnt/backups"))),
        RunEnded(outcome=Failed(causes.NotYours("zoe", "/mnt/love letters/x"))),
        RunEnded(outcome=Failed(causes.BucketTaken("love-letters"))),
        RunEnded(outcome=Failed(causes.KeysTooMany("zoe-diary"))),
        RunEnded(outcome=Failed(causes.KeyAmbiguous(("A" * 40, "B" * 40)))),
        RunEnded(outcome=Failed(causes.AnotherMachine("letters"))),
        RunEnded(outcome=Failed(causes.NoRoom("/mnt/letters", 4000, 300))),
        RunEnded(outcome=Failed(causes.NoSnapshot(address="sftp://zoe@nas/letters"))),
        RunEnded(outcome=Skipped((causes.SourceMissing("/home/zoe/My Diary"),))),
        RunEnded(outcome=Completed(Summary(folder="/home/zoe/love/restored"))),
    ],
)
def test_no_name_is_left(event: Event) -> None:
    (line,) = told(event, profile=ZOE)
    for private in ("zoe", "Diary", "letters", "A" * 40, "B" * 16, "AKIA", "10.1.2.3"):
        assert private not in line


def test_the_same_name_is_the_same_number_and_the_story_stays() -> None:
    first = Warned(caution=Caution.VANISHED, path="/a/b")
    lines = told(first, Warned(caution=Caution.VANISHED, path="/c"), first)
    assert lines[0] == lines[2] != lines[1]
    assert "vanished" in lines[0]


def test_our_own_code_is_named() -> None:
    lines = (
        '  File "/home/zoe/.venv/lib/python3.11/site-packages/secretsbackup/words/times.py", line 3, in ago',
    )
    (line,) = told(RunEnded(outcome=Failed(causes.Bug("ValueError"), lines)))
    assert "secretsbackup/words/times.py" in line
    assert "line 3, in ago" in line
    assert "zoe" not in line


def test_the_names_of_a_host_are_its_login_and_its_folder() -> None:
    host = Profile(
        name=ProfileName("p"),
        sources=(Source("s", "/s"),),
        destination=Host("sftp", "nas.example", "backups", "zoe"),
        key=Fingerprint("A" * 40),
    )
    assert {"nas.example", "backups", "zoe"} <= {*module.names(host)}
