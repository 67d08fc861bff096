"""Due: whether a profile's next backup or verification should begin now, and all that stands against it.

Pure: it knows of the past by the runs that are over, of now by an argument, and of the world by
`Surroundings`. Clocks jump, so nothing that is later than now is believed: no run of the future, and no
wait that is longer than one period or one pause between two tries.
"""

import zlib
from collections.abc import Iterator, Sequence
from datetime import MAXYEAR, UTC, datetime, timedelta

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.causes import Cause
from secretsbackup.model.destination import Bucket, Destination, Folder, Host
from secretsbackup.model.event import Verb
from secretsbackup.model.outcome import Cancelled, Completed, Failed, Outcome, Skipped
from secretsbackup.model.profile import Profile
from secretsbackup.model.reason import Reason
from secretsbackup.model.run import PastRun
from secretsbackup.model.schedule import following, period
from secretsbackup.model.status import damage_after

SLIP = timedelta(minutes=2)
"""A run that began later than this from now began on a clock that was wrong, or is wrong now."""
FIRST_WAIT = timedelta(minutes=5)
"""After one run that came to nothing; twice as long after each further one."""
BREATH = timedelta(minutes=1)
"""The least between two tries, also when what was away is back."""
_LATER = timedelta(hours=2)
"""After somebody stopped a run: not now, they said."""
_SETTLED = timedelta(days=1)
"""Until the next verification: after the first good backup, and at most after a verification that failed."""
_FIRST_RETRY = timedelta(hours=1)
"""After one verification that failed; twice as long after each further one."""
_LOW = 20.0
"""Percent: with less a battery is for its owner, whatever the profile says."""
BORN = datetime(2026, 1, 1, tzinfo=UTC)
"""A clock that says less has not been set since the machine started: this program is younger."""
_AWAY = {
    Reason.DESTINATION_UNREACHABLE,
    Reason.DESTINATION_AWAY,
    Reason.DESTINATION_MISSING,
    Reason.SOURCE_MISSING,
    Reason.SOURCE_EMPTY,
}


class Surroundings(msgspec.Struct, frozen=True, kw_only=True):
    """The world around a profile at one moment. None is "not known" and stands against nothing.

    `missing` names sources and drives that are not there. `away` is when the network, a source or a drive
    was last seen to be away. `machine` tells this machine from others.
    """

    on_battery: bool | None = None
    charge: float | None = None
    metered: bool | None = None
    online: bool | None = None
    missing: tuple[Cause, ...] = ()
    running: bool = False
    paused_until: datetime | None = None
    away: datetime | None = None
    machine: str = ""

    @property
    def complete(self) -> bool:
        """Whether nothing is away as far as is known."""
        return self.online is not False and not self.missing


class Due(msgspec.Struct, frozen=True, omit_defaults=True):
    """`at` is when the next backup or verification begins if nothing else is in the way (past: at once; None:
    never by itself); `against` is everything that stands against it now."""

    at: datetime | None
    against: tuple[Cause, ...] = ()

    @property
    def now(self) -> bool:
        """Whether it should begin."""
        return self.at is not None and not self.against


def due(profile: Profile, runs: Sequence[PastRun], now: datetime, around: Surroundings) -> Due:
    """Whether the next backup of this profile should begin now; `runs` are those that are over."""
    known = [run for run in believed(runs, now) if run.verb is Verb.BACKUP]
    wanted = _wanted(profile, known, now, around)
    if wanted is None:
        return Due(None, (causes.NotScheduled(),))
    again = _again(profile, known, now, around)
    paused = around.paused_until if around.paused_until and around.paused_until > now else None
    begin = max(time for time in (wanted, again, paused) if time)
    return Due(begin, (*_too_early(wanted, again, paused, now), *_in_the_way(profile, now, around)))


def verification_due(profile: Profile, runs: Sequence[PastRun], now: datetime, around: Surroundings) -> Due:
    """Whether it should be proven now that this profile can be restored; `runs` are those that are over.

    A verification needs no source. One that found damage is not repeated before a backup has repaired it.
    """
    known = believed(runs, now)
    backups = [run for run in known if run.good]
    if not profile.verify_every:
        return Due(None, (causes.VerificationOff(),))
    if not backups:
        return Due(None, (causes.NoSnapshot(),))
    verifications = sorted((run for run in known if run.verb is Verb.VERIFY), key=lambda run: over(run, now))
    if damage := _found(verifications, max(run.began for run in backups)):
        return Due(None, (damage,))
    wanted = _next_drill(profile, verifications, min(run.began for run in backups))
    again = _next_try(verifications, now)
    paused = around.paused_until if around.paused_until and around.paused_until > now else None
    begin = max(time for time in (wanted, again, paused) if time)
    drives = tuple(cause for cause in around.missing if cause.reason is Reason.DESTINATION_AWAY)
    around = msgspec.structs.replace(around, missing=drives)
    return Due(begin, (*_too_early(wanted, again, paused, now), *_in_the_way(profile, now, around)))


def believed(runs: Sequence[PastRun], now: datetime) -> list[PastRun]:
    """The runs that began when they say they did; a clock that was ahead gave the others a wrong time."""
    return [run for run in runs if timely(run, now)]


def timely(run: PastRun, now: datetime) -> bool:
    """Whether a run began when it says. A time to come is found out at once; one that has come since, by
    the run that followed on a clock that had been set back."""
    return run.began <= now + SLIP and not run.misdated


def over(run: PastRun, now: datetime) -> datetime:
    """When a run was over. While one goes on, others find that it does, and are over before it. The clock may
    have been ahead at its end."""
    return run.ended if run.ended <= now else min(run.began, now)


def alarm(profile: Profile, good: datetime | None) -> datetime | None:
    """When silence since the last good backup, which began at `good`, is worth an alarm; None: never."""
    next_one = following(profile.schedule, good) if good else None
    return next_one + timedelta(days=profile.overdue_after_days) if next_one else None


def needs_network(destination: Destination) -> bool:
    """Whether a destination is beyond this machine."""
    match destination:
        case Folder():
            return False
        case Bucket(endpoint=endpoint):
            return not any(name in (endpoint or "") for name in ("//localhost", "//127.", "//[::1]"))
        case Host(host=host):
            return host not in ("localhost", "127.0.0.1", "::1")


def lateness(profile: Profile, machine: str) -> timedelta:
    """How long after its time of day this profile begins on this machine: always the same, others differ."""
    chance = zlib.crc32(f"{machine} {profile.name}".encode())
    return timedelta(seconds=chance % (profile.jitter_minutes * 60 + 1))


def _wanted(
    profile: Profile, known: Sequence[PastRun], now: datetime, around: Surroundings
) -> datetime | None:
    """When the schedule wants the next one: at once where there was none, and where one was missed."""
    good = max((run.began for run in known if run.good), default=None)
    if good is None:
        return None if period(profile.schedule) is None else now
    return following(profile.schedule, good, lateness(profile, around.machine))


def _proofs(verifications: Sequence[PastRun]) -> list[datetime]:
    return [run.began for run in verifications if isinstance(run.outcome, Completed)]


def _next_drill(profile: Profile, verifications: Sequence[PastRun], first: datetime) -> datetime:
    """When the next proof is wanted: so many days after the last one, or a day after the first backup."""
    days = timedelta(days=profile.verify_every)
    return max(proofs) + days if (proofs := _proofs(verifications)) else first + min(days, _SETTLED)


def _next_try(verifications: Sequence[PastRun], now: datetime) -> datetime | None:
    """When to try again after verifications that failed; None if the last one was good."""
    proof = max(_proofs(verifications), default=None)
    vain = [run for run in verifications if proof is None or run.began > proof]
    if not vain:
        return None
    last = vain[-1]
    if isinstance(last.outcome, Cancelled) and last.outcome.by_you:
        return over(last, now) + _SETTLED
    return over(last, now) + min(_SETTLED, _FIRST_RETRY * (1 << min(len(vain) - 1, 10)))


def _found(verifications: Sequence[PastRun], backed_up: datetime) -> Cause | None:
    """The damage that the last verification found, unless there was a good backup since."""
    last = verifications[-1] if verifications else None
    return damage_after(None, last.outcome, last.verb) if last and last.began > backed_up else None


def _again(
    profile: Profile, known: Sequence[PastRun], now: datetime, around: Surroundings
) -> datetime | None:
    """When to try again after runs that came to nothing; None if the last one was good."""
    good = max((run.ended for run in known if run.good), default=None)
    vain = [run for run in known if not run.good and (good is None or run.ended > good)]
    if not vain:
        return None
    last = max(vain, key=lambda run: over(run, now))
    back = around.complete and around.away is not None and last.began <= around.away <= now
    if back and _blames(last.outcome) & _AWAY:
        return over(last, now) + BREATH
    return over(last, now) + _wait(profile, last.outcome, len(vain))


def _wait(profile: Profile, outcome: Outcome, tries: int) -> timedelta:
    """How long to wait after so many vain tries: up to a quarter of the period, between 1 and 6 hours."""
    if isinstance(outcome, Cancelled) and outcome.by_you:
        return _LATER
    quarter = (period(profile.schedule) or timedelta()) / 4
    longest = max(timedelta(hours=1), min(timedelta(hours=6), quarter))
    return min(longest, FIRST_WAIT * (1 << min(tries - 1, 10)))


def _blames(outcome: Outcome) -> set[Reason]:
    match outcome:
        case Failed(reason=reason):
            return {reason}
        case Skipped(causes=found):
            return {cause.reason for cause in found}
        case _:
            return set()


def _too_early(
    wanted: datetime, again: datetime | None, paused: datetime | None, now: datetime
) -> Iterator[Cause]:
    if wanted > now:
        yield causes.NotYet(_second(wanted))
    if again and again > now:
        yield causes.WaitingToRetry(_second(again))
    if paused:
        yield causes.Paused(None if paused.year == MAXYEAR else _second(paused))


def _in_the_way(profile: Profile, now: datetime, around: Surroundings) -> Iterator[Cause]:
    if now < BORN:
        yield causes.ClockWrong()
    if around.running:
        yield causes.Busy()
    low = around.charge is not None and around.charge < _LOW
    if around.on_battery and (profile.only_on_power or low):
        yield causes.OnBattery(None if around.charge is None else round(around.charge))
    if needs_network(profile.destination):
        if around.online is False:
            yield causes.Offline()
        if around.metered and not profile.metered_too:
            yield causes.Metered()
    yield from around.missing


def _second(time: datetime) -> datetime:
    """A time by which the same cause is known again."""
    return time.astimezone(UTC).replace(microsecond=0)
