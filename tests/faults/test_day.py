"""A day. Twenty-four hours of schedule in simulated time, with real runs, and mishaps by chance.

Every few hours the sources change, something comes upon the machine, and the program is called as its timer
calls it. After that, what it says must be true; at the end everything must be safe again by itself, and
every snapshot that it calls good is restored with plain duplicity and compared. A failure tells the story.

Days are lived by hand, by their seeds: each takes minutes, and a kill comes a little sooner or later each
time, so that a seed is no promise. With a look every hour:

    DAYS=1-50 LOOKS=1 HOURS=24 .venv/bin/python -m pytest -o faulthandler_timeout=0 tests/faults/test_day.py
"""

import os
import random
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from tests.end_to_end.conftest import moto
from tests.end_to_end.machine import machine
from tests.end_to_end.servers import S3Server, new_bucket
from tests.faults.bench import Bench, BucketShelf, FolderShelf
from tests.faults.clock import FAKE, Clock
from tests.faults.day import Day, Mishap
from tests.faults.mishaps import ANYWHERE, IN_A_BUCKET, ON_A_DRIVE
from tests.faults.proxy import Proxy
from tests.faults.truth import HOUR, MINUTE, Saved

__all__ = ["moto"]

pytestmark = [
    pytest.mark.skipif("DAYS" not in os.environ, reason="takes minutes: say which DAYS"),
    pytest.mark.skipif(FAKE is None, reason="no libfaketime here"),
    pytest.mark.timeout(1200),
]
HOURS = int(os.environ.get("HOURS", "24"))
HOURLY, SIX_HOURLY = "papers", "pictures"


def seeds() -> Sequence[int]:
    """Those that are wanted: one, or a range."""
    first, _, last = os.environ.get("DAYS", "1").partition("-")
    return range(int(first), int(last or first) + 1)


@pytest.mark.parametrize("seed", seeds())
def test_a_day_with_a_folder(
    tmp_path: Path, keys: tuple[Path, str], secret_service: dict[str, str], seed: int
) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    with machine(tmp_path / "home", keys[0], secret_service) as user:
        saved = [
            Saved(HOURLY, HOUR, tmp_path / HOURLY, FolderShelf(disk / HOURLY)),
            Saved(SIX_HOURLY, 6 * HOUR, tmp_path / SIX_HOURLY, FolderShelf(disk / SIX_HOURLY)),
        ]
        bench = Bench(user, tmp_path, keys[1], saved[0].shelf, None, ())
        to = {one.name: (f"file://{disk}/{one.name}",) for one in saved}
        handle(bench, saved, to, seed, [*ANYWHERE, *ON_A_DRIVE], every=2)


@pytest.mark.parametrize("seed", seeds())
def test_a_day_with_a_bucket(
    tmp_path: Path, keys: tuple[Path, str], secret_service: dict[str, str], moto: S3Server, seed: int
) -> None:
    """One of moto's, which asks for no clock: a real server refuses that of a simulated day."""
    bucket, proxy = new_bucket(moto), Proxy(moto.endpoint)
    with machine(tmp_path / "home", keys[0], secret_service) as user, moto.client() as client:
        saved = [
            Saved(HOURLY, HOUR, tmp_path / HOURLY, BucketShelf(bucket, client, f"{HOURLY}/")),
            Saved(SIX_HOURLY, 6 * HOUR, tmp_path / SIX_HOURLY, BucketShelf(bucket, client, f"{SIX_HOURLY}/")),
        ]
        bench = Bench(user, tmp_path, keys[1], saved[0].shelf, proxy, ())
        to = {one.name: (f"s3://{bucket.name}/{one.name}", "--endpoint", proxy.endpoint) for one in saved}
        handle(bench, saved, to, seed, [*ANYWHERE, *IN_A_BUCKET], every=6)
    proxy.close()


def handle(
    bench: Bench,
    saved: Sequence[Saved],
    to: Mapping[str, Sequence[str]],
    seed: int,
    mishaps: Sequence[Mishap],
    every: int,
) -> None:
    """A day with mishaps, and its end without any; the machine is awake `every` so many hours."""
    every = int(os.environ.get("LOOKS", str(every)))
    chance, clock = random.Random(seed), Clock(bench)
    day = Day(bench, chance, clock, {one.name: one for one in saved})
    clock.put_up()
    try:
        begin(day, to)
        for day.hour in range(every, HOURS + 1, every):
            pass_hours(day, every, chance.choice(mishaps))
        end(day)
    except Exception as error:
        day.tell(f"{type(error).__name__}: {error}")
        raise
    finally:
        clock.take_down()
        print(f"seed {seed}, {HOURS} hours:", *day.story, sep="\n")  # shown where it fails


def begin(day: Day, to: Mapping[str, Sequence[str]]) -> None:
    """Some files, a profile for them, and a first backup."""
    for one in day.saved.values():
        one.source.mkdir()
        for number in range(40):
            write(day, one.source / f"file {number}", day.chance.randrange(3000))
        write(day, one.source / "large", 300_000)
        schedule = f"every {one.every // HOUR}h"
        words = ("--source", str(one.source), "--key", day.bench.key, "--schedule", schedule)
        day.bench.user.run("profile", "add", one.name, *words, "--to", *to[one.name])
        day.know_secrets(one)
    day.know_kit()
    day.look()
    day.hold()


def pass_hours(day: Day, hours: int, mishap: Mishap) -> None:
    """Until the next look, and at times a quarter of an hour more."""
    day.go_on(hours * HOUR)
    change(day)
    day.tell(f"— {mishap}")
    with mishap.do(day):
        day.look()
    day.hold()
    if day.chance.random() < 0.3:
        day.restore_newest(day.chance.choice(list(day.saved.values())))
    if day.chance.random() < 0.3:
        day.hold_terminal()
    if day.chance.random() < 0.3:
        day.go_on(15 * MINUTE)
        day.tell("— a quarter of an hour later")
        day.look()
        day.hold()


def end(day: Day) -> None:
    """No more mishaps: what is due goes well by itself, everything is safe again and all is there.

    Damage that nobody has met yet is found by one run, the next makes good for it and says so, and only after
    that one there is nothing more to be said.
    """
    for _ in range(4):
        day.hour += 1
        day.go_on(6 * HOUR + MINUTE)
        change(day)
        day.tell("— nothing more happens")
        day.look()
        day.hold()
        if day.green():
            break
    assert day.green(), "it does not become safe again"
    day.hold_terminal()
    for one in day.saved.values():
        day.restore_newest(one)
        count = day.restore_all(one)
        day.tell(f"{one.name}: {count} snapshots compared")
        assert count
        day.hold_destination(one)


def change(day: Day) -> None:
    """Files are added, changed, deleted; never so many that somebody is asked."""
    for one in day.saved.values():
        there = sorted(path for path in one.source.rglob("*") if path.is_file())
        count = day.chance.randrange(1, 4) if day.chance.random() < 0.8 else 0
        for path in day.chance.sample(there, count):
            change_one(day, one.source, path, day.chance.randrange(6))


def change_one(day: Day, source: Path, path: Path, way: int) -> None:
    """Change a file in some way, or add another."""
    match way:
        case 0:
            path.unlink()
        case 1:
            write(day, source / f"folder {day.hour}" / "ünïcödé \n name", 500)
        case 2:
            write(day, source / f"added {day.hour}", day.chance.randrange(200_000))
        case 3:
            path.chmod(day.chance.choice((0o600, 0o644, 0o755)))
        case 4:
            write(day, path, path.stat().st_size + 100)
        case _:
            write(day, path, day.chance.randrange(50_000))


def write(day: Day, path: Path, size: int) -> None:
    """Any bytes, of this hour."""
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(day.chance.randbytes(size))
    now = day.clock.now().timestamp()
    os.utime(path, (now, now))
