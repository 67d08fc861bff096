"""What is true of a profile, from what was done to it and heard of it: nothing that the program remembers."""

import itertools
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from secretsbackup.model.event import Moment, RunEnded, RunId, SnapshotMade, Step, StepStarted, Verb, Warned
from secretsbackup.model.outcome import Cancelled, Completed, Failed, Outcome, Skipped
from secretsbackup.model.reason import Reason
from secretsbackup.tools.duplicity import files
from tests.end_to_end.machine import Entry
from tests.faults.bench import Shelf

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
SLIP = timedelta(minutes=2)
"""What a run's beginning may lie ahead of now, and is still believed."""
DAMAGE = {Reason.VOLUME_MISSING, Reason.VOLUME_CORRUPT, Reason.SAMPLE_DIFFERS}
_HEARD = 0.5
"""Seconds by which two that are heard may seem to overlap."""
Picture = Mapping[bytes, Entry]
"""What a source or a snapshot looks like."""


@dataclass
class Heard:
    """A run as it was heard while it went on; `outcome` is None where nobody was left to tell it."""

    run: RunId
    verb: Verb
    began: datetime
    seen: Picture
    steps: list[Step] = field(default_factory=list)
    ended: datetime | None = None
    outcome: Outcome | None = None
    made: list[str] = field(default_factory=list)
    warnings: int = 0
    working: list[float] = field(default_factory=list)
    """When, on a clock that nobody sets, something was heard of its steps."""

    @property
    def good(self) -> bool:
        """Whether the sources were as the newest snapshot has them when it began."""
        return self.verb is Verb.BACKUP and isinstance(self.outcome, Completed)

    def hear(self, moment: Moment) -> None:
        """Take the next moment."""
        if self.steps or isinstance(moment.event, StepStarted):
            self.working.append(time.monotonic())
        match moment.event:
            case StepStarted(step=step):
                self.steps.append(step)
            case Warned():
                self.warnings += 1
            case SnapshotMade(snapshot=stamp):
                self.made.append(stamp)
            case RunEnded(outcome=outcome):
                self.ended, self.outcome = moment.at, outcome
            case _:
                pass


@dataclass
class Saved:
    """One profile: what it saves, how its source looked at every look, and every run of it."""

    name: str
    every: timedelta
    source: Path
    shelf: Shelf
    looks: list[tuple[datetime, Picture]] = field(default_factory=list)
    runs: list[Heard] = field(default_factory=list)
    forgotten: int = 0
    spoiled: set[str] = field(default_factory=set)
    paused_until: datetime | None = None

    def known(self, now: datetime, *verbs: Verb) -> list[Heard]:
        """The runs that the program can know of. One that began later than now, or than one that came after
        it, began on a wrong clock."""
        found: list[Heard] = []
        earliest = now
        for one in reversed(self.runs[self.forgotten :]):
            if one.began <= earliest + SLIP and one.verb in (verbs or (Verb.BACKUP,)):
                found.append(one)
            earliest = min(earliest, one.began)
        return found[::-1]

    def safe_as_of(self, now: datetime) -> datetime | None:
        """When the sources were last saved; by a clock that was wrong, if by no other."""
        good = [run.began for run in self.known(now) if run.good]
        any_good = [run.began for run in self.runs[self.forgotten :] if run.good]
        return max(good or any_good, default=None)

    def doubted(self, now: datetime) -> tuple[bool, bool]:
        """Whether a run has found damage, and whether a proof came to nothing, with no good one since."""
        damaged = unproven = False
        for run in self.known(now, Verb.BACKUP, Verb.VERIFY):
            match run.outcome:
                case Failed(cause=cause) if cause.reason in DAMAGE:
                    damaged = True
                case Failed() if run.verb is Verb.VERIFY:
                    unproven = True
                case Completed():
                    damaged, unproven = False, unproven and run.verb is Verb.BACKUP
                case _:
                    pass
        return damaged, unproven

    def two_at_once(self) -> bool:
        """Whether two runs were at work at the same time."""
        worked = sorted((run.working[0], run.working[-1]) for run in self.runs if run.working)
        return any(later < ended - _HEARD for (_, ended), (later, _) in itertools.pairwise(worked))

    def picture_of(self, stamp: str) -> list[Picture]:
        """How the source may have looked that a snapshot shows: as its run saw it. One of which the end was
        not heard, or which a later run finished before it gathered anew, may be older."""
        if heard := [one.seen for one in self.runs if one.made[-1:] == [stamp]]:
            return heard
        made = files.moment(stamp)
        before = [seen for at, seen in self.looks if at <= made + timedelta(seconds=1)]
        return [*before[-1:], *(seen for _, seen in self.looks)]

    def begins(self, now: datetime) -> datetime:
        """When the next backup begins by itself, as the handbook has it."""
        known = self.known(now)
        good = [run for run in known if run.good]
        wanted = _minute(good[-1].began) + self.every if good else now - MINUTE
        vain = known[known.index(good[-1]) + 1 :] if good else known
        if not vain:
            return wanted
        longest = max(HOUR, min(6 * HOUR, self.every / 4))
        pause = min(longest, 5 * MINUTE * 2 ** (len(vain) - 1))
        last = vain[-1]
        if isinstance(last.outcome, Cancelled) and last.outcome.by_you:
            pause = 2 * HOUR
        return max(wanted, min(last.ended or last.began, now) + pause)

    def must_begin(self, now: datetime) -> bool:
        """Whether nothing but what is away can stand against it."""
        return now >= self.begins(now) + timedelta(seconds=1)

    def may_begin(self, now: datetime) -> bool:
        """Whether it is not too early."""
        known = self.known(now)
        good = [run for run in known if run.good]
        early = bool(known) and isinstance(known[-1].outcome, Failed | Skipped)  # what was away may be back
        wanted = not good or now >= _minute(good[-1].began) + self.every
        return wanted and (early or now >= self.begins(now) - timedelta(seconds=5))


def _minute(moment: datetime) -> datetime:
    return moment.replace(second=0, microsecond=0)
