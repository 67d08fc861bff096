"""Words: every reason, caution and outcome has a sentence, and each sentence is whole."""

from datetime import UTC, datetime, timedelta
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from secretsbackup import words
from secretsbackup.model import causes, former, policy
from secretsbackup.model.causes import Cause
from secretsbackup.model.check import Excess, Finding, Sign
from secretsbackup.model.created import (
    Created,
    ManualInstruction,
    ManualStep,
    PartDone,
    PartResult,
    SetupPart,
)
from secretsbackup.model.destination import Bucket
from secretsbackup.model.event import Caution, Progressed, Step, Verb, Warned
from secretsbackup.model.outcome import Cancelled, Completed, Failed, Interrupted, Outcome, Skipped, Summary
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.reason import Reason
from secretsbackup.model.status import About, Concern, Status
from tests.docs.troubleshooting import GROUPS

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
OUTCOMES: list[Outcome] = [
    Completed(Summary(files=3, bytes=2_000_000, stored=1_000_000, folder="/home/ada/restored")),
    Completed(Summary(changed=False, files=1, bytes=1), 1),
    Completed(Summary(files=12_480, bytes=0), 2),
    Skipped((causes.Busy(12), causes.SourceMissing("/media/disk"))),
    Cancelled("you (Ctrl-C)"),
    Failed(causes.NoRoom("/tmp")),
    Interrupted(),
]


def whole(text: str) -> bool:
    """Whether nothing was forgotten in a sentence."""
    return bool(text.strip()) and not [odd for odd in ("{", "}", "None", "  ", "()", "“”") if odd in text]


FORMER = [
    kind for kind in get_args(Cause) if kind not in (causes.ProfileInvalid, *get_args(causes.OfCommands))
]
"""What an older version could write, without a word of what it is about."""
EXAMPLES = {cause.reason: cause for _anchor, _title, entries in GROUPS for cause in entries}
"""Of each cause one, from the handbook's page of them."""


@pytest.mark.parametrize("reason", Reason)
def test_every_cause_has_words(reason: Reason) -> None:
    message = words.reason(EXAMPLES[reason])
    assert whole(message.title)
    assert not message.advice or whole(message.advice)
    title, advice = (_without_names(text, EXAMPLES[reason]) for text in (message.title, message.advice))
    assert title[0].isupper() or title[0] == "“" or title.startswith("duplicity ")
    assert "secretsbackup" not in f"{title} {advice}"
    assert message.typed in message.in_terminal
    assert message.help == f"troubleshooting#{reason}"


def _without_names(text: str, cause: Cause) -> str:
    """What the program says itself, and not the example."""
    values = [value for value in msgspec.structs.astuple(cause) if isinstance(value, str) and value]
    for value in sorted(values, key=len, reverse=True):
        text = text.replace(value, "Name")
    return text


@pytest.mark.parametrize("kind", FORMER)
def test_a_cause_of_which_nothing_is_known_still_has_words(kind: type[Cause]) -> None:
    """Older journals, and programs that say little, leave fields empty."""
    message = words.reason(former.cause(kind.__struct_config__.tag))
    assert message.title.strip()
    assert "None" not in message.title


def test_what_belongs_to_root_is_said_with_the_command_that_gives_it_back() -> None:
    message = words.reason(causes.NotYours("root", "/home/ada/my state/secretsbackup"))
    assert message.title == "/home/ada/my state/secretsbackup belongs to root."
    assert message.typed == "sudo chown -R $USER: '/home/ada/my state/secretsbackup'"


def test_a_missing_keyring_is_said_in_one_sentence() -> None:
    message = words.reason(causes.KeyringMissing("no Secret Service, KWallet or Keychain answers"))
    assert message.title == "No usable keyring was found (no Secret Service, KWallet or Keychain answers)."


@pytest.mark.parametrize("caution", Caution)
def test_every_caution_has_words(caution: Caution) -> None:
    warned = Warned(caution=caution, path="/home/ada/x", detail="Permission denied (13)")
    assert whole(words.warning(warned))


@pytest.mark.parametrize("verb", Verb)
@pytest.mark.parametrize("outcome", OUTCOMES, ids=lambda outcome: type(outcome).__name__)
def test_every_outcome_has_words_for_every_verb(outcome: Outcome, verb: Verb) -> None:
    message = words.outcome(outcome, verb)
    assert whole(message.title.replace("into None", "into a folder"))


@pytest.mark.parametrize("verb", Verb)
def test_every_verb_and_step_has_a_name(verb: Verb) -> None:
    assert whole(words.doing(verb))
    assert all(words.step(step)[0].isupper() for step in Step)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (1, "1 byte"),
        (999, "999 bytes"),
        (1000, "1 kB"),
        (412_000_000, "412 MB"),
        (1_430_000_000, "1.4 GB"),
    ],
)
def test_a_size_is_for_people(count: int, text: str) -> None:
    assert words.size(count) == text.lower() if count < 1000 else words.size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0.0 sec"),
        (9.4, "9.4 sec"),
        (9.96, "10 sec"),
        (89, "89 sec"),
        (90, "2 min"),
        (180, "3 min"),
        (7800, "2 hr 10 min"),
        (3600 * 30, "30 hr"),
    ],
)
def test_a_duration_is_for_people(seconds: float, text: str) -> None:
    assert words.duration(seconds) == text


def test_a_count_has_its_noun_and_its_thousands_apart() -> None:
    assert words.files(1) == "1 file"
    assert words.files(12_480) == "12,480 files"


def test_progress_says_how_much_how_fast_and_how_long() -> None:
    full = Progressed(
        step=Step.SEND, done=412_000_000, total=1_400_000_000, unit="bytes", rate=18e6, left=180
    )
    assert words.progress(full) == "412 MB of 1.4 GB · 18 MB/s · about 3 min left"
    assert words.progress(Progressed(step=Step.COLLECT, done=3, total=0, unit="files")) == "3 files"


@given(st.integers(0, 10**15))
def test_no_amount_makes_words_stumble(amount: int) -> None:
    assert whole(words.size(amount))
    assert whole(words.files(amount))


STATUSES = [
    Status(profile=ProfileName("docs"), safe_as_of=safe, last=last, last_verb=verb)
    for safe in (None, NOON - timedelta(hours=2))
    for last in (None, *OUTCOMES)
    for verb in Verb
]


@pytest.mark.parametrize("status", STATUSES, ids=str)
def test_the_health_is_one_whole_sentence(status: Status) -> None:
    sentence = words.health(status, NOON)
    assert whole(sentence.replace("into None", "into a folder"))
    assert "Message(" not in sentence
    assert ("Not protected" in sentence) is (status.safe_as_of is None)


@pytest.mark.parametrize("about", About)
def test_every_concern_has_words(about: About) -> None:
    cause = (causes.DestinationAway("/media/disk"),)
    one = Concern(about=about, key="k", cause=cause, when=NOON - timedelta(days=40), number=3)
    assert whole(words.concern(one, NOON))
    assert "secretsbackup" not in words.concern(one, NOON)  # a window has buttons; what to type is apart
    assert "  " not in words.to_type(one)


@pytest.mark.parametrize("caution", Caution)
def test_what_was_left_out_is_counted(caution: Caution) -> None:
    assert whole(words.left_out(caution, 1))
    assert whole(words.left_out(caution, 3))


def test_the_same_is_said_in_the_tray_where_all_is_not_well() -> None:
    kit_lost = Status(profile=ProfileName("docs"), safe_as_of=NOON - timedelta(days=2), kit_saved=False)
    tip = words.status_line(kit_lost, NOON, None, None)
    assert f"{tip}." == words.health(kit_lost, NOON)
    assert tip.endswith(", but the recovery kit is not saved")
    safe = Status(profile=ProfileName("docs"), safe_as_of=NOON - timedelta(hours=2))
    assert words.status_line(safe, NOON, None, None) == "Backed up 2 hours ago"


def test_the_health_of_a_run_that_goes_on_is_how_far_it_is() -> None:
    running = Status(
        profile=ProfileName("docs"),
        verb=Verb.BACKUP,
        step=Step.SEND,
        progress=Progressed(step=Step.SEND, done=1, total=4, unit="files"),
    )
    assert words.health(running, NOON) == "Sending 1 of 4 files"


BUCKET = Bucket("bucket", "laptop")


@pytest.mark.parametrize("action", policy.Action)
@pytest.mark.parametrize("sign", [Sign.ALLOWED, Sign.DENIED, Sign.UNTRIED])
def test_every_right_has_words_and_the_statement_that_grants_it(action: policy.Action, sign: Sign) -> None:
    statement = policy.granting(action, BUCKET) if sign is Sign.DENIED else None
    message = words.finding(Finding(right=action, sign=sign, statement=statement))
    assert action in message.title
    assert whole(message.title)
    assert (f'"{action}"' in message.advice) is (sign is Sign.DENIED)


@pytest.mark.parametrize("excess", Excess)
@pytest.mark.parametrize("sign", [Sign.WITHHELD, Sign.EXCESSIVE])
def test_every_excess_has_words(excess: Excess, sign: Sign) -> None:
    message = words.finding(Finding(right=excess, sign=sign))
    assert whole(message.title)
    assert bool(message.advice) is (sign is Sign.EXCESSIVE)


@pytest.mark.parametrize("sign", [sign for sign in Sign if sign not in (Sign.WITHHELD, Sign.EXCESSIVE)])
def test_every_other_sign_has_words(sign: Sign) -> None:
    about = "uploads versions" if sign is Sign.NOT_TIDIED else "something"
    message = words.finding(
        Finding(
            right="x",
            sign=sign,
            detail=about,
            cause=causes.ClockWrong(7200),
            count=3,
            size=2_000_000,
            seconds=-120,
        )
    )
    assert whole(message.title)
    assert not message.advice or whole(message.advice)


@pytest.mark.parametrize("part", SetupPart)
@pytest.mark.parametrize("how", PartResult)
def test_every_part_of_a_set_up_has_words(part: SetupPart, how: PartResult) -> None:
    made = Created(profile=ProfileName("docs"), destination=BUCKET)
    message = words.did(PartDone(part=part, how=how, made=made, detail="detail"))
    assert whole(message.title)


@pytest.mark.parametrize("hand", ManualStep)
def test_every_step_by_hand_has_words(hand: ManualStep) -> None:
    assert whole(words.hand(ManualInstruction(hand, "a name")))


def test_what_was_made_is_listed_and_nothing_else() -> None:
    nothing = Created(profile=ProfileName("docs"), destination=BUCKET)
    assert words.made(nothing) == []
    everything = Created(
        profile=ProfileName("docs"),
        destination=BUCKET,
        bucket=True,
        rule="r",
        user="u",
        key_id="AKIA",
        stored=True,
    )
    assert len(words.made(everything)) == 4
