"""Status: how safe a profile is and what is going on, folded from the moments that were heard."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from secretsbackup.model.automatic_start import Unstarted
from secretsbackup.model.causes import Cause
from secretsbackup.model.event import (
    Caution,
    ChainLost,
    HookRan,
    Moment,
    Progressed,
    RunEnded,
    RunStarted,
    SnapshotMade,
    Step,
    StepEnded,
    StepStarted,
    Verb,
    Warned,
)
from secretsbackup.model.outcome import Completed, Failed, Interrupted, Outcome, Skipped
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.reason import Reason


class Level(StrEnum):
    """Three levels only."""

    PROTECTED = "protected"
    ATTENTION = "attention"
    NOT_PROTECTED = "not-protected"


class Warnings(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a run warned of: how often of what, and a number that changes when a path does."""

    counts: tuple[tuple[Caution, int], ...] = ()
    digest: int = 0

    def and_(self, warned: Warned) -> "Warnings":
        """The warnings with one more, in whatever order they come."""
        import hashlib  # brings OpenSSL: a tray without a warning does without

        counts = dict(self.counts)
        counts[warned.caution] = counts.get(warned.caution, 0) + 1
        own = hashlib.sha256(f"{warned.caution} {warned.path}".encode("utf-8", "surrogateescape")).digest()
        return Warnings(tuple(counts.items()), (self.digest + int.from_bytes(own[:6])) % (1 << 48))


class About(StrEnum):
    """What one can be concerned about; the first three mean that nobody should rely on the backup."""

    NEVER = "never"
    DAMAGED = "damaged"
    LONG_AGO = "long-ago"
    MEMORY = "memory"
    FAILED = "failed"
    INTERRUPTED = "interrupted"
    SILENT = "silent"
    ANSWER_WANTED = "answer-wanted"
    OVERDUE = "overdue"
    LEFT_OUT = "left-out"
    NOT_PROVEN = "not-proven"
    KIT_NOT_SAVED = "kit-not-saved"
    KIT_OUTDATED = "kit-outdated"
    KEY_EXPIRES = "key-expires"
    NOT_STARTED = "not-started"
    SAME_DISK = "same-disk"


class Concern(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One thing that is not as it should be. `when` is a time that it is about, `key` stays the same until
    it changes: a concern that the user accepted is known by it."""

    about: About
    key: str
    cause: tuple[Cause, ...] = ()
    when: datetime | None = None
    counts: tuple[tuple[Caution, int], ...] = ()
    number: int = 0
    unstarted: Unstarted | None = None
    path: str = ""

    @property
    def grave(self) -> bool:
        """Whether nobody should rely on the backup."""
        return self.about in (About.NEVER, About.DAMAGED, About.LONG_AGO)


class Status(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What is known of a profile.

    `safe_as_of` is when the sources were last found to be as the newest proven snapshot has them. While a
    run goes on, `verb` is what it does, `step` and `progress` how far it is, and `stirred` when it last
    said anything. `left_out` is what the last telling run warned of, `heard` what the present one did.
    `damage` is why what is at the destination cannot be relied on, `unproven` why the last verify came to
    nothing. `waiting` is why the last attempt was none. `since` is when the first backup was made.
    `proven` is when a sample was last restored and was right: `proven_files` files; a restore of
    everything would take `whole_seconds` (0: not known). It is proven by itself every `verify_every` days
    (0: never), unless `unasked` says why there is no passphrase for that. Silence beyond `alarm_after` is
    an alarm. `unstarted` is why nothing would begin the next backup by itself, `same_disk` a source that
    lies on the destination's own disk. `kit_outdated`: the kit lacks the subkey that the newest backups are
    encrypted to. `accepted` are the keys of concerns that the user knows.
    `memory` is why what is remembered could not be read or kept: then there may be more than is said here.
    """

    profile: ProfileName
    safe_as_of: datetime | None = None
    last: Outcome | None = None
    last_verb: Verb | None = None
    last_ended: datetime | None = None
    verb: Verb | None = None
    began: datetime | None = None
    stirred: datetime | None = None
    step: Step | None = None
    steps_done: tuple[Step, ...] = ()
    progress: Progressed | None = None
    warnings: int = 0
    heard: Warnings = Warnings()
    left_out: Warnings = Warnings()
    damage: Cause | None = None
    unproven: Cause | None = None
    waiting: tuple[Cause, ...] = ()
    since: datetime | None = None
    proven: datetime | None = None
    proven_files: int = 0
    whole_seconds: float = 0.0
    verify_every: int = 7
    unasked: Cause | None = None
    alarm_after: datetime | None = None
    kit_saved: bool | None = None
    kit_outdated: bool = False
    key_expires: datetime | None = None
    paused_until: datetime | None = None
    next_run: datetime | None = None
    unstarted: Unstarted | None = None
    same_disk: str = ""
    accepted: frozenset[str] = frozenset()
    memory: Cause | None = None

    @property
    def running(self) -> bool:
        """Whether a run goes on."""
        return self.verb is not None


DAMAGE = {Reason.VOLUME_MISSING, Reason.VOLUME_CORRUPT, Reason.SAMPLE_DIFFERS}
"""Why a chain cannot be relied on any more."""
_ANSWER = {Reason.SURGE, Reason.UPHEAVAL}
_PROVEN_FOR = timedelta(days=30)
"""A backup that nothing was restored from for longer is a hope; or for twice as long as the user wants it."""
_TOO_LONG = timedelta(days=30)
"""Beyond the alarm: who has had no backup for so long is not protected."""
_EXPIRY_SEEN = timedelta(days=30)
_SILENT = timedelta(hours=12)
"""Without a word for so long, a run is not at work: a volume on the slowest line takes a few hours."""


def level(status: Status, now: datetime) -> Level:
    """How safe it is: never green with something left out, never red for a mere skip."""
    open_ones = unaccepted(status, now)
    if any(concern.grave for concern in open_ones):
        return Level.NOT_PROTECTED
    return Level.ATTENTION if open_ones else Level.PROTECTED


def unaccepted(status: Status, now: datetime) -> tuple[Concern, ...]:
    """The concerns that are not accepted as they are; grave ones cannot be."""
    return tuple(one for one in concerns(status, now) if one.grave or one.key not in status.accepted)


def at_work(status: Status, now: datetime) -> bool:
    """Whether a run goes on, and not one that stands still."""
    return status.running and not silent(status, now)


def silent(status: Status, now: datetime) -> bool:
    """Whether a run that goes on has said nothing for so long that nobody should wait for it."""
    return status.running and status.stirred is not None and now - status.stirred > _SILENT


def concerns(status: Status, now: datetime) -> tuple[Concern, ...]:
    """Everything that is not as it should be, the gravest first."""
    found = (*_of_runs(status), *_of_time(status, now), *_of_this_machine(status))
    return tuple(sorted(found, key=lambda one: _ORDER[one.about]))


_ORDER = {about: number for number, about in enumerate(About)}


def _of_runs(status: Status) -> Iterator[Concern]:
    """What the last runs give cause for."""
    if status.damage:
        yield Concern(about=About.DAMAGED, key=f"damaged {status.damage.about}", cause=(status.damage,))
    if status.memory:
        yield Concern(about=About.MEMORY, key=f"memory {status.memory.reason}", cause=(status.memory,))
    if status.safe_as_of is None and status.memory is None:
        lacking = tuple(one for one in status.waiting if one.reason not in _ANSWER)
        yield Concern(about=About.NEVER, key="never", cause=lacking)
    match status.last:
        case Failed(cause=cause) if cause.reason not in DAMAGE or not status.damage:
            # How much is free changes all the time; and once it has worked again, it is another failure.
            key = f"failed {cause.reason} {cause.names} {status.safe_as_of}"
            yield Concern(about=About.FAILED, key=key, cause=(cause,))
        case Interrupted():
            yield Concern(about=About.INTERRUPTED, key=f"interrupted {status.last_ended}")
        case Completed(warnings=warnings) if warnings:
            key = f"left-out {status.left_out.digest or warnings:x}"
            counts = status.left_out.counts
            yield Concern(about=About.LEFT_OUT, key=key, counts=counts, number=warnings)
        case _:
            pass
    if wanted := tuple(cause for cause in status.waiting if cause.reason in _ANSWER):
        yield Concern(about=About.ANSWER_WANTED, key=f"answer-wanted {wanted[0].about}", cause=wanted)


def _of_time(status: Status, now: datetime) -> Iterator[Concern]:
    """What comes of time passing."""
    if silent(status, now):
        yield Concern(about=About.SILENT, key=f"silent {status.stirred}", when=status.stirred)
    safe, alarm = status.safe_as_of, status.alarm_after
    if safe and alarm and now > alarm:
        about = About.LONG_AGO if now > alarm + _TOO_LONG else About.OVERDUE
        yield Concern(about=about, key=f"{about} {safe}", cause=status.waiting, when=safe)
    tried = status.proven or status.since
    long_since = max(_PROVEN_FOR, 2 * timedelta(days=status.verify_every))
    if status.unproven:
        key = f"not-proven {status.unproven.reason} {status.unproven.about} {status.proven}"
        yield Concern(about=About.NOT_PROVEN, key=key, cause=(status.unproven,))
    elif tried and now > tried + long_since:
        cause = (status.unasked,) if status.unasked else ()
        yield Concern(about=About.NOT_PROVEN, key=f"not-proven {tried}", when=tried, cause=cause)
    if status.kit_saved is False:
        yield Concern(about=About.KIT_NOT_SAVED, key="kit-not-saved")
    elif status.kit_outdated:
        yield Concern(about=About.KIT_OUTDATED, key="kit-outdated")
    if status.key_expires and now > status.key_expires - _EXPIRY_SEEN:
        key = f"key-expires {status.key_expires} {now > status.key_expires}"
        yield Concern(about=About.KEY_EXPIRES, key=key, when=status.key_expires)


def _of_this_machine(status: Status) -> Iterator[Concern]:
    """What comes of how the machine is set up."""
    if status.unstarted:
        key = f"not-started {status.unstarted}"
        yield Concern(about=About.NOT_STARTED, key=key, unstarted=status.unstarted)
    if status.same_disk:
        yield Concern(about=About.SAME_DISK, key="same-disk", path=status.same_disk)


def after(status: Status, moment: Moment) -> Status:
    """The status once `moment` has been heard."""
    heard = _after(status, moment)
    return msgspec.structs.replace(heard, stirred=moment.at) if heard.running else heard


def _after(status: Status, moment: Moment) -> Status:
    replace = msgspec.structs.replace
    match moment.event:
        case RunStarted(verb=verb):
            return replace(
                status,
                verb=verb,
                began=moment.at,
                step=None,
                steps_done=(),
                progress=None,
                warnings=0,
                heard=Warnings(),
            )
        case StepStarted(step=step):
            return replace(status, step=step, progress=None)
        case StepEnded(step=step):
            return replace(status, steps_done=(*status.steps_done, step), progress=None)
        case Progressed() as progress:
            return replace(status, progress=progress)
        case Warned() as warned if not warned.is_note:
            return replace(status, warnings=status.warnings + 1, heard=status.heard.and_(warned))
        case SnapshotMade() | ChainLost() | HookRan() | Warned():
            return status
        case RunEnded(outcome=outcome):
            return _ended(status, outcome, moment.at)


def counts(outcome: Outcome, verb: Verb | None) -> bool:
    """Whether an outcome says how safe one is: of a backup, and not that it was skipped or cancelled."""
    return verb is Verb.BACKUP and isinstance(outcome, Completed | Failed | Interrupted)


def unproven_after(unproven: Cause | None, outcome: Outcome, verb: Verb | None) -> Cause | None:
    """Why the last verify came to nothing, once a run has ended."""
    match outcome:
        case Failed(cause=cause) if verb is Verb.VERIFY and cause.reason not in DAMAGE:
            return cause
        case Completed() if verb is Verb.VERIFY:
            return None
        case _:
            return unproven


def damage_after(damage: Cause | None, outcome: Outcome, verb: Verb | None) -> Cause | None:
    """Why the backups cannot be relied on, once a run has ended.

    Nothing is built on a damaged chain, so the next backup is a new full one, which makes good for it.
    """
    match outcome:
        case Failed(cause=cause) if cause.reason in DAMAGE:
            return cause
        case Completed() if verb in (Verb.VERIFY, Verb.BACKUP):
            return None
        case _:
            return damage


def _ended(status: Status, outcome: Outcome, at: datetime) -> Status:
    telling = counts(outcome, status.verb)
    safe = status.verb is Verb.BACKUP and isinstance(outcome, Completed)
    status = _settled(status, outcome, at) if status.verb is Verb.BACKUP else status
    status = _proven(status, outcome, at) if status.verb is Verb.VERIFY else status
    return msgspec.structs.replace(
        status,
        safe_as_of=(status.began or at) if safe else status.safe_as_of,
        damage=damage_after(status.damage, outcome, status.verb),
        unproven=unproven_after(status.unproven, outcome, status.verb),
        last=outcome if telling else status.last,
        last_verb=status.verb if telling else status.last_verb,
        last_ended=at if telling else status.last_ended,
        left_out=status.heard if telling else status.left_out,
        verb=None,
        began=None,
        stirred=None,
        step=None,
        progress=None,
    )


def _proven(status: Status, outcome: Outcome, at: datetime) -> Status:
    """What a verification changes: a good one says how much was compared, and how long everything takes."""
    if not isinstance(outcome, Completed):
        return status
    summary = outcome.summary
    return msgspec.structs.replace(
        status, proven=at, proven_files=summary.files, whole_seconds=summary.whole_seconds, unasked=None
    )


def _settled(status: Status, outcome: Outcome, at: datetime) -> Status:
    """What an attempt at a backup changes: a good one ends every alarm, a skipped one says what it lacks."""
    match outcome:
        case Completed():
            since = status.since or at
            return msgspec.structs.replace(status, waiting=(), since=since, alarm_after=None, next_run=None)
        case Skipped(causes=reasons):
            return msgspec.structs.replace(status, waiting=reasons)
        case _:
            return msgspec.structs.replace(status, waiting=())
