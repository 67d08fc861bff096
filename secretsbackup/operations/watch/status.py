"""ProfileState: the status of a profile, from its history and the journal of a run that goes on."""

import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from secretsbackup.model.automatic_start import Unstarted
from secretsbackup.model.causes import Cause
from secretsbackup.model.destination import Folder
from secretsbackup.model.due import Surroundings, alarm, due, over, timely
from secretsbackup.model.event import Verb, Warned
from secretsbackup.model.outcome import Completed, Failure, Skipped, Summary
from secretsbackup.model.profile import Profile, ProfileName
from secretsbackup.model.run import PastRun
from secretsbackup.model.status import Status, Warnings, after, counts, damage_after, unproven_after
from secretsbackup.operations.setup import automatic_start
from secretsbackup.store import history, journal, kit, notes, pause, profiles
from secretsbackup.store.history import place_of
from secretsbackup.store.home import Home
from secretsbackup.store.notes import Notes
from secretsbackup.tools import destinations, surroundings
from secretsbackup.tools.threads import answered


def status_of(home: Home, profile: ProfileName, now: datetime | None = None) -> Status:
    """How safe a profile is now. Runs that were cut off are found and told here; where what is remembered
    cannot be read or kept, the status says so, and beyond that what the journals tell."""
    now, known = now or datetime.now(UTC), _profile(home, profile)
    going_on, failure = history.caught_up(home, profile)
    past = history.runs(home, profile, place=place_of(known.destination) if known else None)
    status = _remembered(home, profile, known, _in_order(past, now), now)
    if failure:
        status = replace(status, memory=failure.cause)
    for run in going_on:
        with contextlib.suppress(Failure):
            for moment in journal.read(home.journal(profile, run)):
                status = after(status, moment)
    return status


def _in_order(runs: Sequence[PastRun], now: datetime) -> list[PastRun]:
    """What was over last comes first. Runs of a time to come are the oldest: a clock was ahead for once, or
    is behind now."""
    return sorted(runs, key=lambda run: (timely(run, now), over(run, now)), reverse=True)


def _remembered(
    home: Home, profile: ProfileName, known: Profile | None, past: Sequence[PastRun], now: datetime
) -> Status:
    """What past runs at its destination (newest first) and the user's own words make of it."""
    told = next((run for run in past if counts(run.outcome, run.verb)), None)
    good = [run.began for run in past if run.good]
    proof = next(
        (run for run in past if run.verb is Verb.VERIFY and isinstance(run.outcome, Completed)), None
    )
    proved = proof.outcome.summary if proof and isinstance(proof.outcome, Completed) else Summary()
    damage, unproven = _doubts(past)
    marked = notes.read(home, profile)
    attempts = [run.began for run in past if run.verb is Verb.BACKUP]
    begin = good[0] if good else min(attempts, default=marked.lacking_since)
    return Status(
        profile=profile,
        safe_as_of=good[0] if good else None,
        since=min(good, default=None),
        last=told.outcome if told else None,
        last_verb=told.verb if told else None,
        last_ended=told.ended if told else None,
        left_out=_left_out(home, told) if told and told.warnings else Warnings(),
        damage=damage,
        unproven=unproven,
        waiting=_waiting(past, marked),
        proven=proof.ended if proof else None,
        proven_files=proved.files,
        whole_seconds=proved.whole_seconds,
        verify_every=known.verify_every if known else 0,
        unasked=marked.unasked,
        alarm_after=alarm(known, begin) if known else None,
        next_run=_next(known, past, now) if known else None,
        paused_until=pause.paused_until(home, profile),
        kit_saved=_kit_saved(home, known) if known else None,
        kit_outdated=known is not None and _kit_outdated(home, known, marked),
        key_expires=marked.key_expires,
        unstarted=_unstarted(home, known, now) if known else None,
        same_disk=_same_disk(known) if known else "",
        accepted=marked.accepted,
    )


def _kit_outdated(home: Home, profile: Profile, marked: Notes) -> bool:
    """Whether the kit that was saved lacks the subkey that backups are encrypted to now."""
    try:
        saved = kit.saved(home, profile)
    except Failure:
        return False
    made = marked.subkey_made
    return saved is not None and made is not None and not saved.opens(marked.subkey, made)


def _unstarted(home: Home, profile: Profile, now: datetime) -> Unstarted | None:
    """Why nothing would begin its next backup, if one is to begin by itself."""
    return automatic_start.unstarted(home, now) if automatic_start.scheduled([profile]) else None


def _same_disk(profile: Profile) -> str:
    """A source that would be lost together with its backups."""
    if not isinstance(profile.destination, Folder):
        return ""
    folder, sources = profile.destination, [source.path for source in profile.sources]
    return answered(
        ("same disk", folder, *sources),
        lambda: destinations.kept_on_same_disk(folder, sources),
        _DISK_ANSWERS_S,
        otherwise="",
    )


_DISK_ANSWERS_S = 1.0
"""Seconds that a disk has to say which it is; a mount that hangs shall not keep the status waiting."""


def _profile(home: Home, name: ProfileName) -> Profile | None:
    try:
        return profiles.load(home).get(name)
    except Failure:
        return None


def _kit_saved(home: Home, profile: Profile) -> bool | None:
    """Whether its kit is saved; None where that cannot be read."""
    try:
        return kit.saved(home, profile) is not None
    except Failure:
        return None


def _left_out(home: Home, told: PastRun) -> Warnings:
    """What a run warned of, from its journal: the history only counts it."""
    found = Warnings()
    with contextlib.suppress(Failure):
        for moment in journal.read(home.journal(told.profile, told.run)):
            if isinstance(moment.event, Warned) and not moment.event.is_note:
                found = found.and_(moment.event)
    return found


def _doubts(past: Sequence[PastRun]) -> tuple[Cause | None, Cause | None]:
    damage: Cause | None = None
    unproven: Cause | None = None
    for run in reversed(past):
        damage = damage_after(damage, run.outcome, run.verb)
        unproven = unproven_after(unproven, run.outcome, run.verb)
    return damage, unproven


def _waiting(past: Sequence[PastRun], marked: Notes) -> tuple[Cause, ...]:
    """What the last attempt at a backup lacked, if it was skipped, or the one that did not even begin."""
    last = next((run for run in past if run.verb is Verb.BACKUP), None)
    if marked.lacking_since and (last is None or last.ended < marked.lacking_since):
        return marked.lacking
    return last.outcome.causes if last and isinstance(last.outcome, Skipped) else ()


def _next(profile: Profile, past: Sequence[PastRun], now: datetime) -> datetime | None:
    return due(profile, past, now, Surroundings(machine=surroundings.machine())).at
