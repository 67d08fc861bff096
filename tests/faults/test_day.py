"""A day. Twenty-four hours of schedule in simulated time, real runs, and mishaps by chance.

A failure tells the day's story. More of them, by hand: DAYS="1 2 3" (or 1-50) for these seeds, HOURS=24,
    DAYS=1-50 .venv/bin/python -m pytest tests/faults/test_day.py
"""

import os
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.end_to_end.conftest import moto
from tests.end_to_end.machine import machine
from tests.end_to_end.servers import S3Server, new_bucket
from tests.faults.bench import Bench, BucketShelf, FolderShelf
from tests.faults.clock import FAKE, Clock
from tests.faults.day import Day
from tests.faults.mishaps import ANYWHERE, IN_A_BUCKET, ON_A_DRIVE
from tests.faults.proxy import Proxy
from tests.faults.truth import HOUR, MINUTE, Saved

__all__ = ["moto"]

pytestmark = [
    pytest.mark.skipif(FAKE is None, reason="no libfaketime here"),
    pytest.mark.timeout(1200),
]
HOURS = int(os.environ.get("HOURS", "24"))


def _seeds(usual: int) -> list[int]:
    wanted = os.environ.get("DAYS", str(usual))
    first, dash, last = wanted.partition("-")
    return list(range(int(first), int(last) + 1)) if dash else [int(one) for one in wanted.split()]


@pytest.mark.parametrize("seed", _seeds(1))
def test_a_day_with_a_folder(
    tmp_path: Path, keys: tuple[Path, str], secret_service: dict[str, str], seed: int
) -> None:
    (tmp_path / "disk").mkdir()
    shelves = {name: FolderShelf(tmp_path / "disk" / name) for name in ("papers", "pictures")}
    with machine(tmp_path / "home", keys[0], secret_service) as user:
        bench = Bench(user, tmp_path, keys[1], shelves["papers"], None, ())
        live(
            bench,
            seed,
            [*ANYWHERE, *ON_A_DRIVE * 2],
            shelves,
            lambda name: (f"file://{tmp_path}/disk/{name}",),
        )


@pytest.mark.parametrize("seed", _seeds(1))
def test_a_day_with_a_bucket(
    tmp_path: Path, keys: tuple[Path, str], secret_service: dict[str, str], moto: S3Server, seed: int
) -> None:
    """moto's, which asks nobody's clock: a real server refuses one of a simulated day."""
    bucket, proxy = new_bucket(moto), Proxy(moto.endpoint)
    with machine(tmp_path / "home", keys[0], secret_service) as user, moto.client() as client:
        shelves = {name: BucketShelf(bucket, client, f"{name}/") for name in ("papers", "pictures")}
        bench = Bench(user, tmp_path, keys[1], shelves["papers"], proxy, ())
        to = lambda name: (f"s3://{bucket.name}/{name}", "--endpoint", proxy.endpoint)  # noqa: E731
        live(bench, seed, [*ANYWHERE, *IN_A_BUCKET * 2], shelves, to)
    proxy.close()


def live(bench: Bench, seed: int, mishaps: list, shelves: dict, to: Callable[[str], tuple[str, ...]]) -> None:
    """A day: twenty-four hours with mishaps, then some without."""
    clock = Clock(bench)
    clock.put_up()
    chance = random.Random(seed)
    saved = {
        name: Saved(name, hours * HOUR, bench.root / name, shelves[name])
        for name, hours in (("papers", 1), ("pictures", 6))
    }
    day = Day(bench, chance, clock, saved)
    try:
        begin(day, to)
        for day.hour in range(1, HOURS + 1):
            day.go_on(HOUR)
            change(day)
            mishap = chance.choice(mishaps)
            if "clock" in mishap.name and day.hour > HOURS - 6:
                continue
            day.tell(f"— {mishap}")
            with mishap.do(day):
                day.look()
            day.hold()
            if chance.random() < 0.3:
                day.restore_newest(chance.choice(list(saved.values())))
            if chance.random() < 0.3:
                day.hold_terminal()
            if chance.random() < 0.3:
                day.go_on(15 * MINUTE)
                day.tell("— a quarter of an hour later")
                day.look()
                day.hold()
        end(day)
    except Exception as error:
        day.tell(f"{type(error).__name__}: {str(error)[:2000]}")
        raise
    finally:
        clock.take_down()
        print(f"seed {seed}, {HOURS} hours:", *day.story, sep="\n")  # shown if it fails


def begin(day: Day, to: Callable[[str], tuple[str, ...]]) -> None:
    for one in day.saved.values():
        one.source.mkdir()
        for number in range(40):
            write(day, one.source / f"file {number}", day.chance.randrange(3000))
        write(day, one.source / "large", 300_000)
        schedule = "hourly" if one.every == HOUR else "every 6h"
        words = (
            "--source",
            str(one.source),
            "--key",
            day.bench.key,
            "--schedule",
            schedule,
            "--to",
            *to(one.name),
        )
        day.bench.user.run("profile", "add", one.name, *words)
        day.know_secrets(one)
    day.know_kit()
    day.look()
    day.hold()


def change(day: Day) -> None:
    """Files are added, changed, deleted; never so many that somebody is asked."""
    for one in day.saved.values():
        there = sorted(path for path in one.source.rglob("*") if path.is_file())
        for _ in range(day.chance.randrange(1, 4) if day.chance.random() < 0.8 else 0):
            path = day.chance.choice(there)
            match day.chance.randrange(6):
                case 0 if len(there) > 30 and path.exists():
                    path.unlink()
                case 1:
                    write(day, one.source / f"folder {day.hour}" / "ünïcödé \n name", 500)
                case 2:
                    write(
                        day,
                        one.source / f"added {day.hour} {day.chance.randrange(9)}",
                        day.chance.randrange(200_000),
                    )
                case 3 if path.exists():
                    path.chmod(day.chance.choice((0o600, 0o644, 0o755)))
                case 4 if path.exists():
                    with path.open("ab") as file:
                        file.write(day.chance.randbytes(100))
                    touch(day, path)
                case _ if path.exists():
                    write(day, path, day.chance.randrange(50_000))


def write(day: Day, path: Path, size: int) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(day.chance.randbytes(size))
    touch(day, path)


def touch(day: Day, path: Path) -> None:
    now = day.clock.now().timestamp()
    os.utime(path, (now, now))


def end(day: Day) -> None:
    """No more mishaps: what is due goes well by itself, and all is there."""
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
    for one in day.saved.values():
        day.restore_newest(one)
        count = day.restore_all(one)
        day.tell(f"{one.name}: {count} snapshots compared")
        assert count
        day.hold_destination(one)
