"""A million paths and a hundred snapshots: what the catalogue takes to open, search, grow, and on disk.

    .venv/bin/python -m tests.benchmarks.catalogue [--paths 1000000] [--snapshots 100] [--changes 1000]

Many different questions, each with a connection of its own. On a machine with other work to do, what the
processor took says more than what the clock says.
"""

import argparse
import random
import statistics
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from secretsbackup.model.entry import EntryKind, SeenEntry
from secretsbackup.store import catalogue
from secretsbackup.store.catalogue import filling, finding

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
ENDINGS = (".jpg", ".jpg", ".txt", ".pdf", ".html", ".py", ".docx", "")


class Tree:
    """A home folder of a kind: some 18 files a folder, a few folders with thousands, names that differ."""

    def __init__(self, paths: int) -> None:
        self.chance = random.Random(1)
        letters = "abcdefghijklmnopqrstuvwxyz"
        self.words = ["".join(self.chance.choices(letters, k=self.chance.randint(3, 9))) for _ in range(5000)]
        self.folders = [b"home"]
        self.files: list[bytes] = []
        while len(self.folders) < paths // 19:
            self.folders.append(self.folders[len(self.folders) // 5] + b"/" + self.name(0))
        large = self.folders[:: max(1, len(self.folders) // 20)]
        while len(self.folders) + len(self.files) < paths:
            folder = self.chance.choice(large if self.chance.random() < 0.1 else self.folders)
            self.files.append(folder + b"/" + self.name(len(self.files)))

    def name(self, number: int) -> bytes:
        """Some words, often a number, an ending."""
        text = "_".join(self.chance.choices(self.words, k=self.chance.randint(1, 3)))
        return f"{text}{number or ''}{self.chance.choice(ENDINGS) if number else ''}".encode()

    def full(self) -> Iterator[SeenEntry]:
        """Every path, folder by folder, as a full backup's signatures have them."""
        folders = {*self.folders}
        for path in sorted([*folders, *self.files], key=lambda path: path.split(b"/")):
            yield self.seen(path, EntryKind.FOLDER if path in folders else EntryKind.FILE, BEGAN)

    def changes(self, count: int, now: datetime) -> Iterator[SeenEntry]:
        """Half are changed, a quarter each deleted and new; and the folders that they lie in."""
        old = self.chance.sample(range(len(self.files)), count * 3 // 4)
        for number in old[: count // 2]:
            yield self.seen(self.files[number], EntryKind.FILE, now)
        for folder in {self.files[number].rpartition(b"/")[0] for number in old[count // 2 :]}:
            yield self.seen(folder, EntryKind.FOLDER, now)
        for number in old[count // 2 :]:
            yield SeenEntry(self.files[number], None)
            folder = self.files[number].rpartition(b"/")[0]
            self.files[number] = folder + b"/" + self.name(self.chance.randrange(1 << 30))
            yield self.seen(self.files[number], EntryKind.FILE, now)

    def seen(self, path: bytes, what: EntryKind, now: datetime) -> SeenEntry:
        """A path with a plausible time and size."""
        some = zlib.crc32(path)
        size = some % (1 << 20) if what is EntryKind.FILE else 0
        return SeenEntry(path, what, int(now.timestamp()) - some % 10**6, size, size)


def measured(what: str, goal: float, asked: Sequence[Callable[[], object]]) -> None:
    """Ask, and print how long it took."""
    walls, cpus = [], []
    for ask in asked:
        wall, cpu = time.perf_counter(), time.process_time()
        ask()
        walls.append(1000 * (time.perf_counter() - wall))
        cpus.append(1000 * (time.process_time() - cpu))
    print(
        f"{what:40} median {statistics.median(walls):6.1f} ms, worst {max(walls):6.1f} "
        f"(of the processor's: {statistics.median(cpus):6.1f}, {max(cpus):6.1f})   goal {goal:.0f}",
        flush=True,
    )


def timed(what: str, do: Callable[[], object]) -> None:
    """Do something once, and print how many seconds it took."""
    wall, cpu = time.perf_counter(), time.process_time()
    do()
    took, worked = time.perf_counter() - wall, time.process_time() - cpu
    print(f"{what:40} {took:.1f} s (of the processor's: {worked:.1f})", flush=True)


def questions(tree: Tree, file: Path, times: Sequence[datetime]) -> None:
    """Print the figures of what is read."""
    chance = random.Random(2)

    def some_time() -> datetime:
        return chance.choice(times)

    folders = [b"", *chance.sample(tree.folders, 200)]
    large = sorted(tree.folders, key=lambda one: -len(catalogue.folder(file, times[-1], one)))[:1]
    count = len(catalogue.folder(file, times[-1], large[0]))
    words = [chance.choice(tree.words).encode() for _ in range(20)]
    one_letter, two_letters, common = [b"e"], [b"99", b"ab"], [b".jpg", b"_", b"html"]
    at = [some_time() for _ in range(len(folders))]
    measured(
        "open a folder of any snapshot",
        50,
        [lambda f=f, t=t: catalogue.folder(file, t, f) for f, t in zip(folders, at, strict=True)],
    )
    measured(
        f"open the largest folder ({count} entries)",
        50,
        [lambda t=t: catalogue.folder(file, t, large[0]) for t in at[:20]],
    )
    measured(
        "how much lies below a folder",
        50,
        [lambda f=f, t=t: catalogue.holds(file, t, f) for f, t in zip(folders, at, strict=True)],
    )
    for label, sought in (
        ("a word", words),
        ("one letter", one_letter),
        ("two letters", two_letters),
        ("an ending, half of all names", common),
    ):
        measured(f"search all time for {label}", 100, [lambda w=w: finding.find(file, w) for w in sought])
    measured(
        "search what is deleted for a word",
        100,
        [lambda w=w: finding.find(file, w, deleted=True) for w in [*words, *one_letter]],
    )
    measured("list all snapshots with their changes", 50, [lambda: catalogue.snapshots(file)] * 5)


def main() -> None:
    """Make it and print the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--paths", type=int, default=1_000_000)
    options.add_argument("--snapshots", type=int, default=100)
    options.add_argument("--changes", type=int, default=1000)
    options.add_argument("--folder", type=Path)
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory(dir=chosen.folder) as folder:
        file = Path(folder) / "catalogue.sqlite"
        tree = Tree(chosen.paths)
        everything = list(tree.full())
        first = filling.SnapshotListing(BEGAN, True, everything)
        timed(f"first snapshot of {len(everything)} paths", lambda: filling.add(file, first))
        times = [BEGAN + timedelta(days=number) for number in range(chosen.snapshots)]
        told = [
            filling.SnapshotListing(now, False, list(tree.changes(chosen.changes, now))) for now in times[1:]
        ]
        adding = [lambda one=one: filling.add(file, one) for one in told]
        measured(f"add a run with {chosen.changes} changes", 200, adding)
        again = filling.SnapshotListing(BEGAN + timedelta(days=1000), True, list(tree.full()))
        timed("another full snapshot of all", lambda: filling.add(file, again))
        paths = chosen.paths + chosen.snapshots * chosen.changes // 4
        print(f"on disk: {file.stat().st_size / paths:.0f} bytes a path   goal 200", flush=True)
        questions(tree, file, times)
        timed("forget 50 snapshots", lambda: filling.forget(file, times[:50]))


if __name__ == "__main__":
    main()
