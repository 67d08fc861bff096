"""Schedule: which profiles are due now for a backup or a verification, by what is remembered of them and what
is around them.

The tray goes through `due_profiles`, the timer asks `look` once; both may run at the same time, for the
lock lets one of them work, and what it did is what the other sees next.
"""

import asyncio
import itertools
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.causes import Cause
from secretsbackup.model.destination import Folder
from secretsbackup.model.due import SLIP, Due, Surroundings, due, needs_network, verification_due
from secretsbackup.model.event import RunId, Verb
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Profile, ProfileName
from secretsbackup.model.run import PastRun
from secretsbackup.operations.backup import availability
from secretsbackup.store import history, notes, pause, profiles
from secretsbackup.store.history import place_of
from secretsbackup.store.home import Home
from secretsbackup.tools import surroundings
from secretsbackup.tools.threads import run_in_daemon_thread

SLICE = 30.0
"""Seconds between two looks: so soon sleep, a new clock, a network or a drive is noticed."""
_REMEMBERED = 500
"""Runs: with more that came to nothing since the last good one, the wait is long since the longest."""
_LIMIT_S = 5.0
_ASK_AGAIN = timedelta(hours=6)
"""Between two questions to a keychain that had no passphrase: one that is locked may ask for its password."""


async def look(profile: Profile, home: Home, now: datetime, machine: Surroundings | None = None) -> Due:
    """Whether a profile is due, and all that stands against it. `machine` is a look at it just taken."""
    around = await _around(profile, home, now, machine or await surroundings.look())
    going_on, past = await asyncio.to_thread(_past, home, profile)
    verdict = due(profile, past, now, msgspec.structs.replace(around, running=bool(going_on)))
    if not going_on:
        lacking = verdict.against if verdict.at and verdict.at <= now else ()
        await asyncio.to_thread(notes.lack, home, profile.name, now, lacking)
    return verdict


async def look_for_verification(
    profile: Profile, home: Home, now: datetime, machine: Surroundings | None = None
) -> Due:
    """Whether a verification is due, and why not. It begins by itself only where the keychain has the
    passphrase."""
    around = await _around(profile, home, now, machine or await surroundings.look())
    going_on, past = await asyncio.to_thread(_past, home, profile)
    verdict = verification_due(profile, past, now, msgspec.structs.replace(around, running=bool(going_on)))
    if verdict.now and (unasked := await _unasked(profile, home, now)):
        return Due(verdict.at, (unasked,))
    return verdict


async def _unasked(profile: Profile, home: Home, now: datetime) -> Cause | None:
    """Why there is no passphrase, where nobody can be asked; asked rarely and not twice a minute."""
    known = await asyncio.to_thread(notes.read, home, profile.name)
    if known.unasked and known.asked and timedelta() <= now - known.asked < _ASK_AGAIN:
        return known.unasked
    from secretsbackup.operations.repository import prerequisites

    kept, trouble = await prerequisites.kept_passphrase(profile)
    unasked = None if kept else trouble.cause
    if unasked or known.unasked:
        await asyncio.to_thread(notes.update, home, profile.name, unasked=unasked, asked=now)
    return unasked


async def due_profiles(home: Home, every: float = SLICE) -> AsyncIterator[tuple[Profile, Verb]]:
    """Each profile when a backup or a verification becomes due, one after the other, for ever; backups first.

    Whoever takes one does it before asking for the next. Settings that cannot be read, or a database
    that is locked, make it wait and not end.
    """
    while True:
        if found := await _first(home):
            yield found
        await asyncio.sleep(every)


async def _first(home: Home) -> tuple[Profile, Verb] | None:
    """The first that is due; only one, for while it is done the world changes."""
    now = datetime.now(UTC)
    try:
        machine = await surroundings.look()
        known = await asyncio.to_thread(profiles.load, home)
        for asked, verb in ((look, Verb.BACKUP), (look_for_verification, Verb.VERIFY)):
            for profile in known.values():
                if (await asked(profile, home, now, machine)).now:
                    return profile, verb
    except (Failure, OSError):
        return None
    return None


def _past(home: Home, profile: Profile) -> tuple[list[RunId], list[PastRun]]:
    """What goes on, and what is over at its destination. Verifications are few: the last may be long ago."""
    going_on, here = history.catch_up(home, profile.name), place_of(profile.destination)
    verbs = (Verb.BACKUP, Verb.VERIFY)
    over = [history.runs(home, profile.name, _REMEMBERED, verb=verb, place=here) for verb in verbs]
    return going_on, [*itertools.chain.from_iterable(over)]


async def _around(profile: Profile, home: Home, now: datetime, machine: Surroundings) -> Surroundings:
    around = msgspec.structs.replace(
        machine,
        online=machine.online if needs_network(profile.destination) else None,
        missing=(*await _sources(profile, home), *await _drive(profile, home)),
        paused_until=_paused(home, profile.name, now),
    )
    if not around.complete:
        await asyncio.to_thread(notes.note_unreachable, home, profile.name, now)
    return msgspec.structs.replace(around, away=notes.unreachable_since(home, profile.name))


async def _sources(profile: Profile, home: Home) -> tuple[Cause, ...]:
    try:
        return await run_in_daemon_thread(lambda: availability.absent(home, profile), _LIMIT_S)
    except TimeoutError:
        return (causes.SourceMissing(profile.sources[0].path),)
    except Failure:
        return ()  # one that is there and cannot be read is for the run to say


async def _drive(profile: Profile, home: Home) -> tuple[Cause, ...]:
    if not isinstance(profile.destination, Folder):
        return ()
    held = await asyncio.to_thread(history.known_sizes, home, place_of(profile.destination))
    folder = Path(profile.destination.path)
    if await surroundings.there(folder, with_backups=bool(held)):
        return ()
    return (causes.DestinationAway(profile.destination.path),)


def _paused(home: Home, profile: ProfileName, now: datetime) -> datetime | None:
    """Until when; a pause that was set on a clock that has been put back since is over."""
    until = pause.paused_until(home, profile)
    if until is None or until == pause.UNTIL_RESUMED:
        return until
    set_at = datetime.fromtimestamp(home.pause(profile).stat().st_mtime, UTC)
    return until if set_at <= now + SLIP else None
