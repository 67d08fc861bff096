"""Mishaps: what can come upon a machine in an hour of its day. Each is over when its block ends."""

import random
import shutil
import signal
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager, suppress
from datetime import timedelta
from pathlib import Path

from secretsbackup.model.event import Step
from secretsbackup.model.reason import Reason
from secretsbackup.tools.duplicity import files
from tests.end_to_end import servers
from tests.faults.bench import FolderShelf, half, nothing, zeros
from tests.faults.day import Day, Mishap
from tests.faults.proxy import Answer, CutAnswer, Meanwhile, Reset, Slow, Trouble
from tests.faults.truth import HOUR, MINUTE, Saved

_STEPS = (Step.CHECK, Step.COLLECT, Step.SEND, Step.SEND, Step.SEND, Step.AUDIT, Step.RECORD, Step.TIDY)
"""Most of a run is sending."""
_LONGEST = {Step.SEND: 1.5, Step.CHECK: 0.3, Step.COLLECT: 0.3}
"""Seconds that a step takes on a quiet machine; the others take next to nothing."""


def some_moment(chance: random.Random) -> tuple[Step, float]:
    """A step, and a time after its beginning."""
    step = chance.choice(_STEPS)
    return step, chance.random() * _LONGEST.get(step, 0.05)


def at_some_moment(day: Day, do: Callable[[], object]) -> AbstractContextManager[None]:
    """Do something at some moment of the next run."""
    step, delay = some_moment(day.chance)
    day.tell(f"(at {step} + {delay:.2f} s)")
    return day.at(step, delay, do)


# Killed


def killed(*names: str) -> Callable[[Day], AbstractContextManager[None]]:
    return lambda day: at_some_moment(day, lambda: day.kill(*names))


def off(day: Day) -> AbstractContextManager[None]:
    """The machine goes off, and of what was not yet safely on its disks some is torn."""
    return at_some_moment(day, lambda: day.kill(last=lambda: _tear(day)))


def _tear(day: Day) -> None:
    chance, own = random.Random(day.chance.random()), (day.bench.home.state, day.bench.home.cache)
    found = [path for folder in own for path in folder.rglob("*") if path.is_file()]
    found = [path for path in found if not path.is_relative_to(day.bench.home.cache / "pictures" / "stage")]
    found = [path for path in found if not path.is_relative_to(day.bench.home.cache / "papers" / "stage")]
    for one in day.saved.values():
        running = one.runs[-1] if one.runs and one.runs[-1].outcome is None else None
        if isinstance(one.shelf, FolderShelf) and running and not _settled(one):
            found += one.shelf.paths()
    for path in found:
        if path.stat().st_mtime >= day.began and chance.random() < 0.6:
            content = path.read_bytes()
            if path.suffix == ".jsonl":
                safe = len(content) if b'"run-ended"' in content else content.find(b"\n") + 1
            else:
                safe = 0
            tear = chance.choice((half, zeros, nothing))
            if torn := tear(content[safe:]) if content[safe:] else None:
                path.write_bytes(content[:safe] + torn)
                day.tell(f"torn ({tear.__name__}): {path.relative_to(day.bench.root)}")
            elif content[safe:]:
                path.write_bytes(content[:safe])
                day.tell(f"torn (nothing): {path.relative_to(day.bench.root)}")


def _settled(one: Saved) -> bool:
    """Whether its run has put something safely on the destination's disk."""
    return bool(one.runs[-1].made) or Step.AUDIT in one.runs[-1].steps


def told(number: signal.Signals) -> Callable[[Day], AbstractContextManager[None]]:
    return lambda day: at_some_moment(day, lambda: day.tell_program(number))


# The sources and the drive


@contextmanager
def unmounted(day: Day) -> Iterator[None]:
    """A source is not there."""
    one = day.chance.choice(list(day.saved.values()))
    day.tell(f"the source of {one.name} is away")
    aside = one.source.with_name(f"{one.source.name}.away")
    one.source.rename(aside)
    day.away |= {Reason.SOURCE_MISSING}
    yield
    aside.rename(one.source)
    day.away -= {Reason.SOURCE_MISSING}


@contextmanager
def emptied(day: Day) -> Iterator[None]:
    """Its mount point is there, and empty."""
    with unmounted(day):
        gone = next(one.source for one in day.saved.values() if not one.source.exists())
        gone.mkdir()
        day.away |= {Reason.SOURCE_EMPTY}
        yield
        day.away -= {Reason.SOURCE_EMPTY}
        gone.rmdir()


@contextmanager
def drive_away(day: Day) -> Iterator[None]:
    disk = day.bench.root / "disk"
    disk.rename(disk.with_name("disk.away"))
    day.away |= {Reason.DESTINATION_AWAY}
    yield
    shutil.rmtree(disk, ignore_errors=True)
    disk.with_name("disk.away").rename(disk)
    day.away -= {Reason.DESTINATION_AWAY}


@contextmanager
def drive_pulled(day: Day) -> Iterator[None]:
    """It goes in the middle of a run."""
    disk = day.bench.root / "disk"

    def pull() -> None:
        with suppress(FileNotFoundError):
            disk.rename(disk.with_name("disk.away"))
        day.tell("pulled")

    day.away |= {Reason.DESTINATION_AWAY}
    with at_some_moment(day, pull):
        yield
    day.away -= {Reason.DESTINATION_AWAY}
    if disk.with_name("disk.away").exists():
        shutil.rmtree(disk, ignore_errors=True)
        disk.with_name("disk.away").rename(disk)


# What lies at the destination


def damaged(
    part: str, change: Callable[[bytes], bytes] | None
) -> Callable[[Day], AbstractContextManager[None]]:
    """A file of the newest chain is changed, or deleted."""

    @contextmanager
    def do(day: Day) -> Iterator[None]:
        one = day.chance.choice(list(day.saved.values()))
        there = one.shelf.contents()
        bare = {name.rpartition("/")[2]: name for name in there}
        chains = [
            chain
            for chain in files.chains({short: len(there[name]) for short, name in bare.items()})
            if chain.snapshots[0].whole
        ]
        if chains:
            stamps = {snapshot.stamp for snapshot in chains[-1].snapshots}
            parsed = ((short, files.parse(short)) for short in bare)
            found = [s for s, its in parsed if its and part in s and its.belongs.time in stamps]
            if found:
                name = bare[day.chance.choice(sorted(found))]
                day.tell(f"{'changed' if change else 'deleted'}: {name}")
                one.spoiled.add(chains[-1].snapshots[0].stamp)
                one.shelf.become(
                    {other: content for other, content in there.items() if other != name}
                    | ({name: change(there[name])} if change else {})
                )
        yield

    return do


# This machine


def once(change: Callable[[Day, Saved], object]) -> Callable[[Day], AbstractContextManager[None]]:
    """Something is done to a profile's things before the run."""

    @contextmanager
    def do(day: Day) -> Iterator[None]:
        one = day.chance.choice(list(day.saved.values()))
        day.tell(f"it happens to {one.name}")
        change(day, one)
        yield

    return do


def lose_archive(day: Day, one: Saved) -> None:
    shutil.rmtree(day.bench.home.cache / one.name / "archive", ignore_errors=True)


def older_archive(day: Day, one: Saved) -> None:
    """It is put back from a copy of some hours ago."""
    archive, old = day.bench.home.cache / one.name / "archive", day.bench.root / f"old archive {one.name}"
    if old.exists():
        shutil.rmtree(archive, ignore_errors=True)
        shutil.copytree(old, archive)
    elif archive.exists():
        shutil.copytree(archive, old)


def lose_stage(day: Day, one: Saved) -> None:
    """Not where a set is half sent: a file's true time cannot tell a program of a faked one of it."""
    if files.incomplete_set(day.bench.home.cache / one.name / "archive") is None:
        shutil.rmtree(day.bench.home.cache / one.name / "stage", ignore_errors=True)
    else:
        day.tell("no: a set is half sent")


def lose_database(day: Day, one: Saved) -> None:
    day.bench.home.database.unlink(missing_ok=True)


def no_database(day: Day, one: Saved) -> None:
    day.bench.home.database.write_bytes(b"this is no database " * 1000)


def torn_database(day: Day, one: Saved) -> None:
    """Its first page is whole, the others are not."""
    with closing(sqlite3.connect(day.bench.home.database)) as memory:
        memory.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with day.bench.home.database.open("r+b") as file:
        file.seek(4096)
        file.write(b"\x5a" * max(0, day.bench.home.database.stat().st_size - 4096))


def forget_everything(day: Day, _: Saved) -> None:
    """A new disk, with the settings from the old one."""
    day.bench.user.forget_everything()
    for one in day.saved.values():
        one.forgotten = len(one.runs)
        one.paused_until = None
    day.know_kit()


def end_agent(day: Day, _: Saved) -> None:
    home = day.bench.user.env["GNUPGHOME"]
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "gpg-agent"], check=True)


@contextmanager
def locked_database(day: Day) -> Iterator[None]:
    """Another program holds the database."""
    with closing(sqlite3.connect(day.bench.home.database, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        day.unreadable = True
        yield
        day.unreadable = False


@contextmanager
def half_written_settings(day: Day) -> Iterator[None]:
    text = day.bench.home.profiles.read_text()
    day.bench.home.profiles.write_text(text[: len(text) // 2])
    day.unreadable = True
    yield
    day.unreadable = False
    day.bench.home.profiles.write_text(text)


@contextmanager
def locked_keyring(day: Day) -> Iterator[None]:
    servers.lock_keyring(day.bench.user.env)
    try:
        yield
    finally:
        servers.unlock_keyring(day.bench.user.env)


# Time


@contextmanager
def asleep(day: Day) -> Iterator[None]:
    """It wakes up some hours later."""
    hours = day.chance.randrange(1, 5)
    day.go_on(hours * HOUR)
    day.tell(f"slept for {hours} h")
    yield


def lid_closed(day: Day) -> AbstractContextManager[None]:
    """It falls asleep in the middle of a run."""
    hours = day.chance.randrange(1, 5)
    return at_some_moment(day, lambda: day.sleep(hours * HOUR))


@contextmanager
def key_away(day: Day) -> Iterator[None]:
    """The keys are on a stick that is not there."""
    home = Path(day.bench.user.env["GNUPGHOME"])
    aside = home.with_name(f"{home.name}.away")
    home.rename(aside)
    yield
    shutil.rmtree(home, ignore_errors=True)
    aside.rename(home)


@contextmanager
def paused(day: Day) -> Iterator[None]:
    for one in day.saved.values():
        one.paused_until = day.clock.now() + 2 * HOUR + MINUTE
    day.bench.user.run("pause", "--for", "2h")
    yield


def wrong_clock(by: timedelta) -> Callable[[Day], AbstractContextManager[None]]:
    @contextmanager
    def do(day: Day) -> Iterator[None]:
        day.skew = by
        day.set_clock()
        yield
        day.skew = timedelta()
        day.set_clock()

    return do


def jumping_clock(by: timedelta) -> Callable[[Day], AbstractContextManager[None]]:
    """It jumps in the middle of a run, and is set right after it."""

    @contextmanager
    def do(day: Day) -> Iterator[None]:
        def jump() -> None:
            day.skew = by
            day.set_clock()
            day.tell(f"the clock jumped by {by}")

        day.crowded = True  # when it was asked, nobody knows
        with at_some_moment(day, jump):
            yield
        day.crowded = False
        day.skew = timedelta()
        day.set_clock()

    return do


# Two at once


def beside(*words: str) -> Callable[[Day], AbstractContextManager[None]]:
    """Another command at the same time."""

    @contextmanager
    def do(day: Day) -> Iterator[None]:
        day.crowded = True
        day.start(*words)
        yield
        day.crowded = False

    return do


# The network


@contextmanager
def network_gone(day: Day) -> Iterator[None]:
    with day.bench.proxy.gone():
        yield


@contextmanager
def network_goes(day: Day) -> Iterator[None]:
    """In the middle of a run."""
    with at_some_moment(day, day.bench.proxy.hang_up):
        yield
    day.bench.proxy.come_back()


def server(
    act: Answer | Reset | CutAnswer | Slow, times: float
) -> Callable[[Day], AbstractContextManager[None]]:
    """The server does this to some requests, or to all from some request on."""

    def do(day: Day) -> AbstractContextManager[None]:
        method = day.chance.choice(("", "GET", "PUT", "PUT", "DELETE"))
        path = day.chance.choice(("", "", "difftar", "manifest", "sigtar", "list-type"))
        first = day.chance.randrange(1, 4)
        day.tell(f"({method or 'any'} {path or 'anything'}, from number {first} on)")
        return day.bench.proxy.meeting(Trouble(act, method, path, first, times))

    return do


def killed_at_request(day: Day) -> AbstractContextManager[None]:
    """All at once, when a request comes."""
    method, path = day.chance.choice(
        (("PUT", "difftar"), ("PUT", "sigtar"), ("PUT", "manifest"), ("GET", "list-type"), ("DELETE", ""))
    )
    first = day.chance.randrange(1, 3)
    do = day.chance.choice((day.kill, lambda: day.kill(last=lambda: _tear(day))))
    day.tell(f"({method} {path}, number {first})")
    return day.bench.proxy.meeting(Trouble(Meanwhile(do), method, path, first, times=1))


@contextmanager
def calm(_: Day) -> Iterator[None]:
    """Nothing."""
    yield


ANYWHERE = [
    *[Mishap("nothing", calm)] * 8,
    *[Mishap("power cut", killed())] * 4,
    *[Mishap("machine off", off)] * 5,
    Mishap("program killed", killed("python", "python3", "secretsbackup")),
    *[Mishap("duplicity killed", killed("duplicity"))] * 2,
    Mishap("rsync killed", killed("rsync")),
    Mishap("gpg killed", killed("gpg")),
    Mishap("Ctrl-C", told(signal.SIGINT)),
    Mishap("the system ends", told(signal.SIGTERM)),
    Mishap("terminal closed", told(signal.SIGHUP)),
    Mishap("source not mounted", unmounted),
    Mishap("source emptied", emptied),
    Mishap("volume deleted", damaged("difftar", None)),
    Mishap("volume cut short", damaged("difftar", half)),
    Mishap("manifest deleted", damaged("manifest", None)),
    Mishap("signatures deleted", damaged("sigtar", None)),
    Mishap("archive folder lost", once(lose_archive)),
    *[Mishap("archive folder of some hours ago", once(older_archive))] * 2,
    Mishap("stage lost", once(lose_stage)),
    Mishap("database lost", once(lose_database)),
    Mishap("no database", once(no_database)),
    Mishap("database torn", once(torn_database)),
    Mishap("everything forgotten", once(forget_everything)),
    Mishap("database locked", locked_database),
    Mishap("settings half written", half_written_settings),
    Mishap("keyring locked", locked_keyring),
    Mishap("agent ended", once(end_agent)),
    *[Mishap("asleep", asleep)] * 2,
    *[Mishap("lid closed", lid_closed)] * 2,
    Mishap("paused", paused),
    Mishap("key away", key_away),
    Mishap("clock ahead", wrong_clock(3 * HOUR)),
    Mishap("clock behind", wrong_clock(-3 * HOUR)),
    Mishap("clock jumps ahead", jumping_clock(2 * HOUR)),
    Mishap("clock jumps back", jumping_clock(-2 * HOUR)),
    Mishap("two look at once", beside("backup", "--due")),
    Mishap("a full one by hand at once", beside("backup", "--full", "--profile", "papers")),
    Mishap("a proof by hand at once", beside("verify", "--profile", "papers")),
    Mishap("a prune by hand at once", beside("prune", "--profile", "papers")),
]
ON_A_DRIVE = [
    *[Mishap("drive away", drive_away)] * 2,
    *[Mishap("drive pulled", drive_pulled)] * 3,
]
IN_A_BUCKET = [
    Mishap("network gone", network_gone),
    Mishap("network goes", network_goes),
    *[Mishap("killed at a request", killed_at_request)] * 4,
    Mishap("server answers 503", server(Answer(503, "SlowDown"), float("inf"))),
    Mishap("server answers 503, once", server(Answer(503, "SlowDown"), 1)),
    Mishap("server answers 500", server(Answer(500, "InternalError"), float("inf"))),
    Mishap("server answers 403", server(Answer(403, "AccessDenied"), float("inf"))),
    Mishap("credential withdrawn", server(Answer(403, "InvalidAccessKeyId"), float("inf"))),
    Mishap("bucket full", server(Answer(403, "QuotaExceeded"), float("inf"))),
    Mishap("connection reset", server(Reset(), float("inf"))),
    Mishap("connection reset, once", server(Reset(20_000), 1)),
    Mishap("answer cut off, once", server(CutAnswer(300), 1)),
    Mishap("slow network", server(Slow(200_000), float("inf"))),
]
