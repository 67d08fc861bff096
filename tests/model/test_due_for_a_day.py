"""A day and a week of schedule in simulated time: sleep, jumping clocks, networks that go, runs that fail.

The world goes on minute by minute. Two that do not know of each other (the tray and the timer) ask
`due` each minute in which the machine is awake, and start what it says.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from secretsbackup.model import causes, schedule
from secretsbackup.model.due import Surroundings, due, verification_due
from secretsbackup.model.event import Verb
from secretsbackup.model.outcome import Completed, Failed, Interrupted, Outcome, Summary
from secretsbackup.model.profile import Profile
from secretsbackup.model.run import PastRun
from tests.model.test_due import DONE, PROFILE, ran

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
START = datetime(2026, 11, 20, 9, tzinfo=UTC)


@dataclass
class World:
    """A machine and all that happens to it; `clock` is what its clock says, `minute` what time it is."""

    chance: random.Random
    profile: Profile
    longest_wait: int
    clock: datetime = START
    minute: int = 0
    asleep_until: int = 0
    offline_until: int = 0
    down_until: int = 0
    battery_until: int = 0
    away: datetime | None = None
    began: datetime | None = None
    verb: Verb = Verb.BACKUP
    ends: int = 0
    runs: list[PastRun] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    verifications: list[int] = field(default_factory=list)
    upsets: list[int] = field(default_factory=list)
    fair_since: int = 0

    def go_on(self) -> None:
        """One minute."""
        self.minute += 1
        self.clock += MINUTE
        self.happen()
        if self.began and self.minute >= self.ends and self.awake:
            self.end(self.outcome())
        if self.awake:
            for _ in ("the tray", "the timer"):
                self.look()
        self.hold()

    def happen(self) -> None:
        """What may come upon a machine in a minute."""
        chance = self.chance.random
        if chance() < 1 / 240:
            self.asleep_until = self.minute + self.chance.randrange(5, 300)
        if chance() < 1 / 120:
            self.offline_until = self.minute + self.chance.randrange(1, 90)
            self.upsets.append(self.offline_until)
        if chance() < 1 / 400:
            self.down_until = self.minute + self.chance.randrange(5, 200)
        if chance() < 1 / 400:
            self.battery_until = self.minute + self.chance.randrange(5, 120)
        if chance() < 1 / 500:
            self.clock += timedelta(minutes=self.chance.choice([-4000, -600, -61, -5, 5, 61, 600, 4000]))
            self.upsets.append(self.minute)
        if self.began and chance() < 1 / 200:
            self.end(Interrupted())

    @property
    def awake(self) -> bool:
        return self.minute >= self.asleep_until

    @property
    def online(self) -> bool:
        return self.minute >= self.offline_until

    @property
    def fair(self) -> bool:
        """Whether a backup would go well now."""
        down = self.minute < self.down_until
        return self.awake and self.online and not down and self.minute >= self.battery_until

    def around(self) -> Surroundings:
        return Surroundings(
            online=self.online,
            on_battery=self.minute < self.battery_until,
            running=self.began is not None,
            away=self.away,
            machine="ada",
        )

    def look(self) -> None:
        """What the tray and the timer do."""
        if not self.online:
            self.away = self.clock
        if due(self.profile, self.runs, self.clock, self.around()).now:
            self.begin(Verb.BACKUP, self.starts)
        elif verification_due(self.profile, self.runs, self.clock, self.around()).now:
            assert any(run.good for run in self.runs), "there is nothing to be proven"
            self.begin(Verb.VERIFY, self.verifications)

    def begin(self, verb: Verb, begun: list[int]) -> None:
        assert self.began is None, "two at once"
        self.began, self.verb = self.clock, verb
        refused = not self.online or self.minute < self.down_until
        self.ends = self.minute + (1 if refused else self.chance.randrange(1, 25))
        begun.append(self.minute)

    def outcome(self) -> Outcome:
        if not self.online or self.minute < self.down_until:
            return Failed(causes.DestinationUnreachable())
        return Failed(causes.ToolFailed("")) if self.chance.random() < 0.15 else Completed(Summary())

    def end(self, outcome: Outcome) -> None:
        assert self.began
        self.runs.append(ran(self.began, outcome, max(self.clock - self.began, timedelta()), self.verb))
        self.began = None

    def hold(self) -> None:
        """Nothing that is due is left undone for longer than the longest wait, once nothing is in the way."""
        known = [run.began for run in self.runs if run.good and run.began <= self.clock + 2 * MINUTE]
        wanted = schedule.following(self.profile.schedule, max(known)) if known else self.clock
        assert wanted
        if self.began or not self.fair or wanted > self.clock:
            self.fair_since = self.minute
        assert self.minute - self.fair_since <= self.longest_wait + 2, "what was due was left undone"


def most_starts(world: World, within: int) -> int:
    """The most runs that began within so many minutes, apart from one for each jump and return of then."""
    return max(
        sum(first <= one < first + within for one in world.starts)
        - sum(first - within <= one < first + within for one in world.upsets)
        for first in world.starts
    )


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(
    ("text", "days", "longest_wait"),
    [("hourly", 1, 60), ("every 6h", 1, 90), ("daily 18:00", 4, 360), ("weekly sat 11:00", 8, 360)],
)
def test_a_day_of_mishaps(text: str, days: int, longest_wait: int, seed: int) -> None:
    profile = replace(PROFILE, schedule=schedule.parse(text), only_on_power=True, verify_every=1)
    world = World(random.Random(f"{text} {seed}"), profile, longest_wait)
    for _ in range(days * 24 * 60):
        world.go_on()
    assert any(run.good for run in world.runs)
    assert most_starts(world, 45) <= 4, "a storm of runs"
    assert len(world.starts) <= days * 24 * 3
    assert len(world.verifications) <= days * 10, "a storm of verifications"
    assert days < 4 or any(run.verb is Verb.VERIFY and run.outcome == DONE for run in world.runs)


def test_a_network_that_flaps_makes_no_storm() -> None:
    world = World(random.Random(1), PROFILE, 10**6)
    world.down_until = 10**6
    for minute in range(24 * 60):
        world.offline_until = minute + 1 if minute % 7 == 0 else 0
        world.minute, world.clock = minute, START + minute * MINUTE
        if world.began and minute >= world.ends:
            world.end(world.outcome())
        world.look()
    assert len(world.starts) <= 24 * 60 / 7 + 1


@pytest.mark.parametrize(("text", "runs"), [("hourly", 24), ("every 6h", 4)])
def test_a_timer_that_is_now_a_second_early_and_then_late_misses_no_hour(text: str, runs: int) -> None:
    chance, quarter = random.Random(1), timedelta(minutes=15)
    world = World(chance, replace(PROFILE, schedule=schedule.parse(text)), 0)
    for number in range(24 * 4):
        world.clock = START + number * quarter + timedelta(seconds=1 + 4 * chance.random())
        world.minute = number * 15
        world.look()
        if world.began:
            world.end(DONE)
    assert len(world.starts) == runs
