"""A day: hour by hour a machine backs up what is due, and suffers what comes upon it.

Its time is simulated, all else is real. The day knows what is true from what it did and heard itself, and
holds what the program says against that after every hour.
"""

import random
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psutil

from secretsbackup import words
from secretsbackup.model.event import (
    Moment,
    RunEnded,
    RunStarted,
    Step,
    StepStarted,
    Verb,
    decode,
)
from secretsbackup.model.outcome import Completed, Interrupted, Outcome
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.reason import Reason
from secretsbackup.model.status import Level, counts, level
from secretsbackup.operations.watch.status import status_of
from secretsbackup.store import journal, kit, profiles
from secretsbackup.store.history import place_of
from secretsbackup.store.kit import SavedKit
from secretsbackup.tools.duplicity import files
from tests.end_to_end.machine import PASSPHRASE, assert_same, picture
from tests.faults.bench import Bench, Shelf, kind, wait_for_end
from tests.faults.clock import Clock
from tests.faults.truth import Heard, Picture, Saved


@dataclass
class Mishap:
    """What comes upon the machine for an hour."""

    name: str
    do: Callable[["Day"], Any]

    def __str__(self) -> str:
        return self.name


@dataclass
class Day:
    """All of it. `story` is what happened so far, for whoever has to find out."""

    bench: Bench
    chance: random.Random
    clock: Clock
    saved: dict[str, Saved]
    story: list[str] = field(default_factory=list)
    hour: int = 0
    skew: timedelta = timedelta()
    away: set[Reason] = field(default_factory=set)
    crowded: bool = False
    unreadable: bool = False
    began: float = 0.0
    _hours: timedelta = timedelta()
    _watching: list[Callable[[Saved, Moment], None]] = field(default_factory=list)
    _commands: list["Command"] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def tell(self, what: str) -> None:
        """One more line of the story."""
        self.story.append(f"{self.hour:3} h  {self.clock.now():%d %H:%M:%S}  {what}")

    def accuse(self, problem: str) -> None:
        """Something is not as it must be; what hears of it in the middle of a run cannot end the test."""
        self.tell(f"WRONG: {problem}")
        self.problems.append(problem)

    # Time

    def go_on(self, by: timedelta) -> None:
        """So much time passes."""
        self._hours += by
        self.set_clock()

    def set_clock(self) -> None:
        """The clock says what time it is, and errs by `skew`."""
        self.clock.set(self._hours + self.skew)

    # Running

    def look(self) -> None:
        """The timer has the program look for what is due, and do it."""
        now = self.clock.now()
        for one in self.saved.values():
            if one.source.is_dir() and any(one.source.iterdir()):
                one.looks.append((now, picture(one.source)))
        self.start("backup", "--due")
        self.wait()

    def start(self, *words: str) -> None:
        """Start a command, and listen to it."""
        self.began = time.time()
        command = Command(self, words, self.bench.user.start(*words, "--json"), self.clock.now())
        self._commands.append(command)
        command.start()

    def wait(self) -> None:
        """Until all that was started has ended."""
        for command in self._commands:
            command.join(150)
            command.child.kill()
            command.join()
        self._commands.clear()

    def watch(self, one: Saved, moment: Moment) -> None:
        """A moment of a run was heard."""
        for watcher in list(self._watching):
            watcher(one, moment)

    def begins(self, one: Saved, run: Heard, *, by_itself: bool) -> None:
        """A run was heard to begin."""
        if by_itself and run.verb is Verb.BACKUP and not one.may_begin(run.began):
            self.accuse(f"{one.name} began although it was not due")
        one.runs.append(run)

    def excused(self, line: bytes, words: tuple[str, ...], now: datetime) -> None:
        """A profile that did not begin must not have been due, or a true reason stands against it."""
        said = msgspec.json.decode(line)
        if "reason" in said:
            self.tell(f"{words[0]} says {said['reason']}: {said.get('title')}")
            if not self.unreadable:
                self.accuse(f"refused: {said}")
            return
        if said.get("due") is not False or said.get("verb") != "backup":
            return
        one = self.saved[said["profile"]]
        reasons = {cause["reason"] for cause in said["against"]}
        true = {*self.away}
        if self.crowded:
            true |= {Reason.BUSY, Reason.NOT_YET, Reason.WAITING_TO_RETRY}
        if one.paused_until and one.paused_until > now:
            true.add(Reason.PAUSED)
        if not one.must_begin(now):
            true |= {Reason.NOT_YET, Reason.WAITING_TO_RETRY}
        self.tell(f"{one.name} is not due: {', '.join(sorted(reasons))}")
        if reasons - true:
            self.accuse(f"{one.name} was due; against it: {reasons - true}")

    # Upsetting

    @contextmanager
    def at(self, step: Step, delay: float, do: Callable[[], object], name: str = "") -> Iterator[None]:
        """Do something once, so many seconds after a step of a run has begun."""
        timers: list[threading.Timer] = []

        def watch(one: Saved, moment: Moment) -> None:
            of_step = isinstance(moment.event, StepStarted) and moment.event.step is step
            if of_step and not timers and (not name or one.name == name):
                timers.append(threading.Timer(delay, do))
                timers[0].start()

        self._watching.append(watch)
        try:
            yield
        finally:
            self._watching.remove(watch)
            for timer in timers:
                timer.cancel()
                timer.join()
            if not timers:
                self.tell("it did not come to that step")

    def kill(self, *names: str, last: Callable[[], object] = lambda: None) -> None:
        """End with SIGKILL those that go by these names; without any, all at once, and then do `last`."""
        all_ours = self.bench.processes()
        for one in all_ours if not names else ():
            with suppress(psutil.Error):
                one.suspend()
        last()
        killed = []
        for one in all_ours:
            with suppress(psutil.Error):
                if not names or one.name() in names:
                    killed.append(one.name())
                    one.kill()
        self.tell(f"killed: {', '.join(killed) or 'nothing, there was none'}")

    def sleep(self, by: timedelta) -> None:
        """All stand still for so long; who is asked over the network meanwhile, hangs up."""
        asleep = self.bench.processes()
        for one in asleep:
            with suppress(psutil.Error):
                one.suspend()
        self.go_on(by)
        if self.bench.between:
            self.bench.proxy.hang_up()
            self.bench.proxy.come_back()
        for one in asleep:
            with suppress(psutil.Error):
                one.resume()
        self.tell(f"slept for {by}")

    def tell_program(self, number: int) -> None:
        """Ask the program to end."""
        for command in self._commands[-1:]:
            command.child.send_signal(number)
            self.tell("asked to end")

    # Setting up

    def know_secrets(self, one: Saved) -> None:
        """Put the bucket's key and the passphrase into the keyring."""
        for name, value in {**self.bench.shelf.secrets, "gpg-passphrase": PASSPHRASE}.items():
            self.bench.user.run("secret", "set", one.name, name, given=value)

    def know_kit(self) -> None:
        """The kit of every profile is saved."""
        for name in self.saved:
            profile = profiles.get(self.bench.home, name)
            kit.keep(
                self.bench.home,
                profile.name,
                SavedKit(profile.key, place_of(profile.destination), datetime.now(UTC)),
            )

    # What must be true

    def green(self) -> bool:
        """Whether all is safe, as the program has it."""
        now = self.clock.now()
        stand = (status_of(self.bench.home, ProfileName(name), now) for name in self.saved)
        return all(level(status, now) is Level.PROTECTED for status in stand)

    def hold_destination(self, one: Saved) -> None:
        """Nothing lies there that is no part of a chain, and no upload is unfinished."""
        there = _sizes(one.shelf)
        chains = files.chains(there)
        stamps = {snapshot.stamp for chain in chains for snapshot in chain.snapshots if snapshot.whole}
        strange = [
            name for name in there if (its := files.parse(name)) is None or its.belongs.time not in stamps
        ]
        assert strange == [], strange
        assert one.shelf.unfinished() == []

    def hold(self) -> None:
        """What the program says is true, nothing is left over, and what it calls safe is restored."""
        assert wait_for_end(self.bench.processes()) == [], "children are left"
        now = self.clock.now()
        for one in self.saved.values():
            self._settle(one)
            self._hold_status(one, now)
            last = one.runs[-1] if one.runs else None
            if last is None or not isinstance(last.outcome, Interrupted):
                left = list(self.bench.home.cache.glob(f"{one.name}/temporary/*"))
                assert left == [], left
            assert not one.two_at_once(), "two at once"
        assert self.problems == []

    def _settle(self, one: Saved) -> None:
        """A run of which no end was heard has the one in its journal."""
        for run in one.runs:
            if run.outcome is None:
                path = self.bench.home.journal(ProfileName(one.name), run.run)
                moments = list(journal.read(path)) if path.exists() else []
                last = moments[-1] if moments else None
                found = isinstance(last, Moment) and isinstance(last.event, RunEnded)
                run.outcome = last.event.outcome if found else Interrupted()  # type: ignore[union-attr]
                run.ended = last.at if last else run.began
                self.tell(f"{one.name}: no end was heard; its journal says {_in_short(run.outcome)}")

    def _hold_status(self, one: Saved, now: datetime) -> None:
        """The sentence, its colour and its time."""
        status = status_of(self.bench.home, ProfileName(one.name), now)
        says, colour, safe = words.health(status, now), level(status, now), one.safe_as_of(now)
        self.tell(f"{one.name}: {colour}: {says}")
        assert not status.running
        assert status.safe_as_of == safe, (status.safe_as_of, safe)
        telling = [run for run in one.known(now) if run.outcome and counts(run.outcome, run.verb)]
        last = telling[-1] if telling else None
        assert not (last and kind(last.outcome or Interrupted()) == Reason.BUG), last
        fine = last is not None and isinstance(last.outcome, Completed) and not last.warnings
        asked = any(cause.reason in (Reason.SURGE, Reason.UPHEAVAL) for cause in status.waiting)
        damaged, unproven = one.doubted(now)
        assert (colour is Level.NOT_PROTECTED) == (damaged or safe is None), says
        assert (colour is Level.PROTECTED) == (fine and not (asked or damaged or unproven)), says
        assert damaged or safe is None or words.when(safe, now) in says

    def hold_terminal(self) -> None:
        """The command says the same. Once it has looked, what was away and is back is no longer told of."""
        now = self.clock.now()
        stand = {name: status_of(self.bench.home, ProfileName(name), now) for name in self.saved}
        for line in self.bench.user.run("status", "--json").lines:
            status = stand[line["profile"]]
            told = line["level"], line["sentence"]
            assert told == (level(status, now), words.health(status, now)), told

    def restore_newest(self, one: Saved) -> None:
        """The newest snapshot comes back byte for byte, unless what the day did to it is not known yet."""
        chains = [chain for chain in files.chains(_sizes(one.shelf)) if chain.snapshots[0].whole]
        if not chains or chains[-1].snapshots[0].stamp in one.spoiled:
            return
        newest = max(
            (snapshot for chain in chains for snapshot in chain.snapshots if snapshot.whole),
            key=lambda snapshot: snapshot.time,
        )
        self.tell(f"{one.name}: restored as of {newest.stamp}")
        (self.bench.root / "out").mkdir(exist_ok=True)
        self.start("restore", "--to", str(self.bench.root / "out"), "--profile", one.name)
        self.wait()
        ended = one.runs[-1].outcome
        assert isinstance(ended, Completed), ended
        folder = Path(ended.summary.folder or "")
        last = [run for run in one.runs if run.verb is Verb.BACKUP][-1:]
        expected = [last[0].seen] if last and last[0].good else one.picture_of(newest.stamp)
        assert_one_of(expected, picture(folder / one.source.name))
        shutil.rmtree(folder)

    def restore_all(self, one: Saved) -> int:
        """Every snapshot that the program calls good comes back with nothing but duplicity; how many."""
        said = self.bench.user.run("snapshots", "--json", "--profile", one.name).lines
        good = [line["snapshot"] for line in said if line["whole"] and not line["damaged"]]
        for stamp in good:
            out = self.bench.root / "plain" / f"{one.name} {stamp}"
            self.plain(one, "restore", "--time", stamp, target=out)
            assert_one_of(one.picture_of(stamp), picture(out / one.source.name))
            shutil.rmtree(out)
        return len(good)

    def plain(self, one: Saved, *words: str, target: Path) -> None:
        """duplicity as somebody without this program uses it."""
        target.parent.mkdir(exist_ok=True)
        profile = profiles.get(self.bench.home, one.name)
        duplicity = [str(self.bench.root / "clock" / "duplicity"), *words]
        archive = ["--archive-dir", str(self.bench.root / "plain archive")]
        secrets = self.bench.shelf.secrets
        env = {
            **self.bench.user.env,
            "PYTHONWARNINGS": "",
            "PASSPHRASE": PASSPHRASE,
            "AWS_ACCESS_KEY_ID": secrets.get("aws-access-key-id", ""),
            "AWS_SECRET_ACCESS_KEY": secrets.get("aws-secret-access-key", ""),
        }
        endpoint = getattr(profile.destination, "endpoint", None)
        there = ["--s3-endpoint-url", endpoint] if endpoint else []
        url = place_of(profile.destination).split()[0].replace("s3://", "s3:///")
        done = subprocess.run(
            [*duplicity, *archive, *there, url, str(target)],
            env=env,
            capture_output=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()


class Command(threading.Thread):
    """A command of the program that goes on, and the day's ear at it."""

    def __init__(
        self, day: Day, words: tuple[str, ...], child: "subprocess.Popen[bytes]", began: datetime
    ) -> None:
        super().__init__()
        self.child, self._day, self._words, self._began = child, day, words, began

    def run(self) -> None:
        """Listen until it has ended."""
        try:
            with self.child:
                self._listen()
        except Exception as error:
            self._day.accuse(repr(error))

    def _listen(self) -> None:
        assert self.child.stdout
        assert self.child.stderr
        run: Heard | None = None
        one: Saved | None = None
        for line in self.child.stdout:
            try:
                moment = decode(line)
            except ValueError:
                self._day.excused(line, self._words, self._began)
                continue
            if isinstance(moment.event, RunStarted):
                one = self._day.saved[moment.event.profile]
                run = Heard(moment.event.run, moment.event.verb, moment.at, one.looks[-1][1])
                self._day.begins(one, run, by_itself="--due" in self._words)
            assert run
            assert one
            run.hear(moment)
            if run.outcome:
                self._day.tell(f"{one.name}: {run.verb}: {kind(run.outcome)} {run.made or ''}")
            self._day.watch(one, moment)
        said, status = self.child.stderr.read().decode(), self.child.wait()
        if "Traceback" in said or status in (2, *range(5, 75)):
            self._day.accuse(f"{self._words} ended with {status}: {said}")


def _sizes(shelf: Shelf) -> dict[str, int]:
    return {name.rpartition("/")[2]: len(content) for name, content in shelf.contents().items()}


def _in_short(outcome: Outcome | None) -> str:
    return type(outcome).__name__.lower()


def assert_one_of(expected: list[Picture], restored: Picture) -> None:
    """It looks like one of these; if like none, what differs from the first is told."""
    if restored not in expected:
        assert_same(expected[0], restored)
        raise AssertionError("unreachable: it differs from the first")
