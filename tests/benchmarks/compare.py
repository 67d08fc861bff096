"""Side by side in one run: the seed's way, the bare tools with our options, this program, restic.

    .venv/bin/python -m tests.benchmarks.compare [--files 40000] [--megabytes 1000] [--rounds 1]

Whole processes against a Ceph gateway on this machine, wall-clock seconds, and ratios. A shared machine's
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from tests.end_to_end import servers
from tests.end_to_end.machine import PASSPHRASE, Machine, gnupg_home, machine
from tests.end_to_end.servers import S3Server

DUPLICITY = str(Path(sys.prefix) / "duplicity" / "bin" / "duplicity")
FAST = "--gpg-options=--trust-model always --compress-algo zip --compress-level 1"


def make_tree(root: Path, files: int, size: int) -> None:
    """A home folder of a kind: log-normal sizes, three fifths text, the rest incompressible."""
    chance = random.Random(1)
    words = [
        bytes(chance.choices(b"abcdefghijklmnopqrstuvwxyz", k=chance.randint(2, 10))) for _ in range(20_000)
    ]
    text, noise = b" ".join(chance.choices(words, k=400_000)), chance.randbytes(8 << 20)
    sizes = [chance.lognormvariate(8.2, 1.9) for _ in range(files)]
    scale = size / sum(sizes)
    for number, weight in enumerate(sizes):
        folder = root / f"d{number % 37}" / f"e{number // 37 % 41}"
        folder.mkdir(parents=True, exist_ok=True)
        material = text if chance.random() < 0.6 else noise
        left = int(weight * scale) + 1
        with (folder / f"f{number}.bin").open("wb") as file:
            while left > 0:
                begin = chance.randrange(len(material) - 1000)
                left -= file.write(material[begin : begin + left])


def change(root: Path, round_number: int) -> None:
    """A small change: 20 files, some 2 MB."""
    for number in range(20):
        path = root / f"d{number}" / "e0" / f"changed-{round_number}"
        path.write_bytes(os.urandom(100_000))


@dataclass
class Way:
    """One way to back up: its commands by task, and the seconds that each took."""

    name: str
    tasks: dict[str, Callable[[], None]]
    seconds: dict[str, list[float]] = field(default_factory=dict)

    def run(self, task: str) -> None:
        """Do a task, and keep the time."""
        if task in self.tasks:
            began = time.monotonic()
            self.tasks[task]()
            self.seconds.setdefault(task, []).append(time.monotonic() - began)


TASKS = ("first", "unchanged", "small change", "restore one file", "restore all")


def command(words: list[str], env: dict[str, str]) -> None:
    """Run a command that must succeed."""
    ended = subprocess.run(words, env=env, capture_output=True, check=False, stdin=subprocess.DEVNULL)
    if ended.returncode:
        sys.exit(f"{words}\n{ended.stdout.decode()[-2000:]}{ended.stderr.decode()[-2000:]}")


def by_hand(
    name: str, options: list[str], tree: Path, work: Path, key: str, env: dict[str, str], server: S3Server
) -> Way:
    """rsync and duplicity as a script calls them: the seed's, or ours without this program."""
    work.mkdir()
    stage, one = work / "stage", "tree/d1/e0/f1.bin"
    url = f"boto3+s3://{servers.new_bucket(server).name}/p"
    known = [
        "--archive-dir",
        str(work),
        "--name",
        "archive",
        "--encrypt-key",
        key,
        "--s3-endpoint-url",
        server.endpoint,
    ]

    def back_up() -> None:
        command(["rsync", "-aL", "--delete", str(tree), str(stage)], env)
        command([DUPLICITY, "backup", *known, *options, str(stage), url], env)

    def restore(*words: str) -> None:
        shutil.rmtree(work / "out", ignore_errors=True)
        (work / "out").mkdir()
        command(
            [DUPLICITY, "restore", *known, *words, url, str(work / "out" / "restored")],
            env | {"PASSPHRASE": PASSPHRASE},
        )

    return Way(
        name,
        {
            "first": back_up,
            "unchanged": back_up,
            "small change": back_up,
            "restore one file": lambda: restore("--path-to-restore", one),
            "restore all": restore,
        },
    )


def ours(tree: Path, user: Machine, key: str, server: S3Server) -> Way:
    """This program."""
    bucket = servers.new_bucket(server)
    user.run(
        "profile",
        "add",
        "docs",
        "--source",
        str(tree),
        "--to",
        f"s3://{bucket.name}/p",
        "--endpoint",
        server.endpoint,
        "--key",
        key,
    )
    user.run("secret", "set", "docs", "aws-access-key-id", given=server.access_key)
    user.run("secret", "set", "docs", "aws-secret-access-key", given=server.secret_key)
    user.run("secret", "set", "docs", "gpg-passphrase", given=PASSPHRASE)
    out = user.home / "out"
    out.mkdir()

    def restore(*words: str) -> None:
        shutil.rmtree(out)
        out.mkdir()
        user.run("restore", "--to", str(out), *words)

    return Way(
        "this program",
        {
            "first": lambda: void(user.run("backup")),
            "unchanged": lambda: void(user.run("backup")),
            "small change": lambda: void(user.run("backup")),
            "restore one file": lambda: restore("tree/d1/e0/f1.bin"),
            "restore all": restore,
        },
    )


def void(_: object) -> None:
    """Nothing is kept of it."""


def restic(tree: Path, work: Path, env: dict[str, str], server: S3Server) -> Way:
    """restic, as it comes."""
    work.mkdir()
    secret = env | {
        "RESTIC_REPOSITORY": f"s3:{server.endpoint}/{servers.new_bucket(server).name}",
        "RESTIC_PASSWORD": "x",
        "RESTIC_CACHE_DIR": str(work / "cache"),
    }
    command(["restic", "init"], secret)

    def restore(*words: str) -> None:
        shutil.rmtree(work / "out", ignore_errors=True)
        (work / "out").mkdir()
        command(["restic", "restore", "latest", "--target", str(work / "out" / "restored"), *words], secret)

    back_up = ["restic", "backup", str(tree)]
    return Way(
        "restic",
        {
            "first": lambda: command(back_up, secret),
            "unchanged": lambda: command(back_up, secret),
            "small change": lambda: command(back_up, secret),
            "restore one file": lambda: restore("--include", str(tree / "d1" / "e0" / "f1.bin")),
            "restore all": restore,
        },
    )


def show(ways: list[Way]) -> None:
    """A row a task: the median seconds of each way, and ours as a ratio to it."""
    print(f"{'':18}" + "".join(f"{way.name:>24}" for way in ways))
    mine = next(way for way in ways if way.name == "this program")
    for task in TASKS:
        cells = []
        for way in ways:
            took = statistics.median(way.seconds[task])
            ratio = took / statistics.median(mine.seconds[task])
            cells.append(f"{took:>13.2f} s {ratio:>6.2f} ×")
        print(f"{task:18}" + "".join(f"{cell:>24}" for cell in cells))
    print("×: how many times as long as this program.")


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser()
    options.add_argument("--files", type=int, default=40_000)
    options.add_argument("--megabytes", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=1)
    chosen = options.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="sb-benchmark-"))
    ceph, bus, tree = folder / "ceph", folder / "bus", folder / "tree"
    for made in (ceph, bus):
        made.mkdir()
    make_tree(tree, chosen.files, chosen.megabytes * 1_000_000)
    ways: dict[str, Way] = {}
    try:
        for round_number in range(chosen.rounds):
            with (
                servers.ceph(ceph) as server,
                servers.secret_service(bus) as session,
                gnupg_home() as (gnupg, key),
                machine(folder / f"home{round_number}", gnupg, session) as user,
            ):
                del user.env["PYTHONWARNINGS"]
                env = user.env | {
                    "AWS_ACCESS_KEY_ID": server.access_key,
                    "AWS_SECRET_ACCESS_KEY": server.secret_key,
                }
                work = folder / f"work{round_number}"
                work.mkdir()
                new = [
                    by_hand("the seed's options", [], tree, work / "seed", key, env, server),
                    by_hand(
                        "bare tools, our options",
                        [FAST, "--volsize", "50"],
                        tree,
                        work / "bare",
                        key,
                        env,
                        server,
                    ),
                    ours(tree, user, key, server),
                    restic(tree, work / "restic", env, server),
                ]
                for task in TASKS:
                    if task == "small change":
                        change(tree, round_number)
                    for way in new:
                        way.run(task)
                        known = ways.setdefault(way.name, way)
                        if known is not way:
                            known.seconds.setdefault(task, []).extend(way.seconds[task])
                shutil.rmtree(work)
            shutil.rmtree(ceph)
            shutil.rmtree(bus)
            ceph.mkdir()
            bus.mkdir()
        show(list(ways.values()))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
