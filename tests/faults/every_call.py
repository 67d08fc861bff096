"""Every call: any system call of any program fails, once or from then on, or its process dies in it.

    python -m tests.faults.every_call --count 2000 --seed 7

A world is a small tree, a folder as its destination, and what the program remembers. In it come some runs in
which one call fails each, then one in which none does. No run may say that all is well if it is not, none may
show a traceback or blame the destination for what fails here, the last must be good, and what is restored
with nothing but key and settings is the tree.
"""

import argparse
import ctypes
import errno
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from secretsbackup.model.profile import ProfileName
from secretsbackup.model.reason import Reason
from secretsbackup.model.status import DAMAGE
from tests.end_to_end.machine import PASSPHRASE, PROFILE, Machine, assert_same, gnupg_home, machine, picture

SOURCE = Path(__file__).with_name("failing_calls.c")
PROGRAMS = ("secretsbackup", "duplicity", "rsync", "gpg")
KINDS = (
    "open_w", "open_r", "read", "write", "fsync", "rename", "unlink", "mkdir", "truncate", "chmod", "stat",
    "opendir", "flock", "connect", "send", "recv",
)  # fmt: skip
"""As the source numbers them."""
_WRITING = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT)
ERRORS = {
    "open_w": (errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EMFILE, errno.EIO),
    "open_r": (errno.EACCES, errno.EMFILE, errno.EIO),
    "read": (errno.EIO, errno.ESTALE),
    "write": _WRITING,
    "fsync": (errno.EIO, errno.ENOSPC),
    "rename": (errno.EACCES, *_WRITING),
    "unlink": (errno.EACCES, errno.EROFS, errno.EIO),
    "mkdir": (errno.EACCES, *_WRITING),
    "truncate": (errno.EIO, errno.ENOSPC),
    "chmod": (errno.EPERM, errno.EROFS),
    "stat": (errno.EACCES, errno.EIO, errno.ESTALE),
    "opendir": (errno.EACCES, errno.EMFILE, errno.EIO),
    "flock": (errno.ENOLCK, errno.EIO),
    "connect": (errno.ECONNREFUSED, errno.ECONNRESET),
    "send": (errno.EPIPE, errno.ECONNRESET),
    "recv": (errno.ECONNRESET, errno.EIO),
}
WAYS = ("once", "once", "ever", "kill")
VERBS = ("first", "incremental", "full", "unchanged", "prune", "verify", "restore")
PATIENCE = 200.0
"""Seconds: a run that takes longer hangs."""
TOGETHER = 5
"""So many calls fail in a world, each in a run of its own, before it must be all right again."""

_libc = ctypes.CDLL(None, use_errno=True)
_libc.shmat.restype = ctypes.c_void_p


@dataclass(frozen=True)
class Call:
    """The call that fails: the `number`th of a kind in a program, while the verb runs."""

    verb: str
    program: str
    kind: str
    number: int
    error: int
    way: str

    def __str__(self) -> str:
        what = "killed in it" if self.way == "kill" else f"{errno.errorcode[self.error]} {self.way}"
        return f"{self.verb}: {self.program}, {self.kind} {self.number}: {what}"


class Counts:
    """The calls that were made, in memory that all programs share."""

    def __init__(self) -> None:
        self.key = random.SystemRandom().randrange(1, 1 << 30)
        size = (len(PROGRAMS) * len(KINDS) + 1) * 4
        self._id = _libc.shmget(self.key, size, 0o1600 | 0o1000)
        assert self._id >= 0, os.strerror(ctypes.get_errno())
        numbers = ctypes.c_int * (size // 4)
        self._all = numbers.from_address(_libc.shmat(self._id, None, 0))

    def clear(self) -> None:
        for index in range(len(self._all)):
            self._all[index] = 0

    def of(self, program: str, kind: str) -> int:
        """How many calls of a kind a program made."""
        return self._all[PROGRAMS.index(program) * len(KINDS) + KINDS.index(kind)]

    @property
    def failed(self) -> int:
        """How many calls failed."""
        return self._all[len(self._all) - 1]

    def remove(self) -> None:
        _libc.shmctl(self._id, 0, None)


@dataclass
class World:
    """A small tree, and all that is known of its backups; `worlds` are copies to begin from."""

    root: Path
    user: Machine
    key: str
    library: Path
    counts: Counts
    random: random.Random
    said: list[str] = field(default_factory=list)

    @property
    def source(self) -> Path:
        return self.root / "source"

    @property
    def out(self) -> Path:
        return self.root / "out"

    def make(self) -> None:
        """Make the tree and a profile of it; keep how it is before the first backup, after it, and so on."""
        folder = self.source / "folder"
        folder.mkdir(parents=True)
        for name in ("a", "b", "folder/c", "folder/ünï cödé"):
            self._write(name)
        (self.source / "link").symlink_to("a")
        (self.root / "to").mkdir()
        to = ("--to", f"file://{self.root}/to/backups", "--key", self.key, "--keep", "1")
        self.user.run("profile", "add", "docs", "--source", str(self.source), *to)
        self._keep("first")
        self.user.run("backup")
        self._keep("unchanged")
        self._keep("full")
        self.change()
        self.user.run("backup")
        for verb in ("incremental", "verify", "restore"):
            self._keep(verb)
        self.change()
        self.user.run("backup", "--full")
        self.user.run("profile", "set", "--keep", "2")
        self.change()
        self.user.run("backup", "--full")
        self.user.run("profile", "set", "--keep", "1")
        self._keep("prune")

    def _write(self, name: str) -> None:
        (self.source / name).write_bytes(self.random.randbytes(self.random.choice((0, 10, 3000, 70_000))))

    def change(self) -> None:
        """Change a file, add one, and perhaps remove one."""
        self._write(self.random.choice(("a", "b", "folder/c")))
        self._write(f"new {self.random.randrange(4)}")
        (self.source / f"new {self.random.randrange(4)}").unlink(missing_ok=True)

    def _keep(self, verb: str) -> None:
        for name in ("home", "source", "to"):
            shutil.copytree(self.root / name, self.root / "worlds" / verb / name, symlinks=True)

    def reset(self, verb: str) -> None:
        """As it was before this verb."""
        for name in ("home", "source", "to"):
            shutil.rmtree(self.root / name)
            shutil.copytree(self.root / "worlds" / verb / name, self.root / name, symlinks=True)
        self.clear()

    def clear(self) -> None:
        """No folder of a restore is there."""
        subprocess.run(["chmod", "-R", "u+rwx", str(self.out)], check=False, capture_output=True)
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir()

    def run(self, words: Sequence[str], plan: str = "") -> int | None:
        """Run a command, in which a call fails as planned; its exit status, None if it hung."""
        env = {**self.user.env, "LD_PRELOAD": str(self.library), "CALLS_ROOT": str(self.root)}
        env |= {"CALLS_KEY": str(self.counts.key), "CALLS_PLAN": plan}
        command = [sys.executable, "-m", "secretsbackup", *words]
        with tempfile.TemporaryFile() as said:
            child = subprocess.Popen(
                command, env=env, stdin=subprocess.PIPE, stdout=said, stderr=said, start_new_session=True
            )
            assert child.stdin
            with suppress(BrokenPipeError):
                child.stdin.write(PASSPHRASE.encode() + b"\n")
                child.stdin.close()
            try:
                status: int | None = child.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                status = None
            with suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)
            child.wait()
            said.seek(0)
            self.said = said.read().decode(errors="replace").splitlines()
        return status

    def count(self, verb: str) -> dict[tuple[str, str], int]:
        """How many calls of each kind each program makes in this verb where nothing fails."""
        self.reset(verb)
        self.counts.clear()
        status = self.run(words(verb, self))
        assert status == 0, (verb, status, self.said)
        return {(program, kind): self.counts.of(program, kind) for program in PROGRAMS for kind in KINDS}

    def suffer(self, calls: Sequence[Call]) -> Iterator[str]:
        """Runs in each of which one call fails, then a good one; what was wrong, a line each."""
        self.reset(calls[0].verb)
        for call in calls:
            if call.verb in ("first", "incremental", "full"):
                self.change()
            self.clear()
            self.counts.clear()
            plan = f"{call.program} {call.kind} {call.number} {call.error} {call.way}"
            before = time.monotonic()
            status = self.run(words(call.verb, self), plan)
            took, said, hit = time.monotonic() - before, self.said, self.counts.failed
            if os.environ.get("ALL_SAID"):
                print(*said, sep="\n")
            print(f"{call}: {'hit' if hit else 'missed'}, {status}, {took:.1f} s", flush=True)
            if wrong := self._wrong(call, status):
                yield f"{call}: {wrong}: {said[-12:]}"
        self.clear()
        status = self.run(("backup",))
        if status != 0:
            yield f"after {', '.join(map(str, calls))}: the next run ends with {status}: {self.said}"
        elif wrong := self._differs(cold=True):
            yield f"after {', '.join(map(str, calls))}: {wrong}"

    def _wrong(self, call: Call, status: int | None) -> str:
        text = "\n".join(self.said)
        if status is None:
            return "never ended"
        if re.search(r"^\s*Traceback|bug in Secrets Backup", text, re.MULTILINE):
            return "a traceback, or a bug in Secrets Backup"
        if status not in (0, 1, 3, 75) and not (status == -signal.SIGKILL and call.way == "kill"):
            return f"ended with {status}"
        if status == 1 and not text.strip():
            return "no word"
        if call.verb in ("verify", "restore") and self._blames():
            return "it calls damaged what is whole at the destination"
        if status == 0 and call.verb == "restore":
            return self._compared(next(self.out.iterdir()))
        if status == 0 and call.verb in ("first", "incremental", "full", "unchanged"):
            return self._differs(cold=False)
        return ""

    def _blames(self) -> bool:
        """Whether the last run says, or remembers, that what is at the destination is damaged."""
        journals = sorted(self.user.known.journals(ProfileName(PROFILE)).glob("*.jsonl"))
        told = journals[-1].read_text(errors="replace") if journals else ""
        return '"damaged"' in told or any(f'"{reason}"' in told for reason in (*DAMAGE, Reason.OLDER_DAMAGED))

    def _differs(self, *, cold: bool) -> str:
        """What is not restored as it is in the tree; `cold` is with nothing but key and settings."""
        said = self.said
        aside = self.root / "aside"
        shutil.copytree(self.root / "home", aside, symlinks=True)
        if cold:
            self.user.forget_everything()
        self.clear()
        status = self.run(("restore", "--to", str(self.out)))
        shutil.rmtree(self.root / "home")
        aside.rename(self.root / "home")
        if status != 0:
            return f"it said that all is well, but a restore ends with {status}: {self.said}"
        self.said = said
        return self._compared(next(self.out.iterdir()))

    def _compared(self, restored: Path) -> str:
        try:
            assert_same(picture(self.source), picture(restored / "source"))
        except AssertionError as error:
            return f"it said that all is well, but: {error}"
        return ""


def words(verb: str, world: World) -> tuple[str, ...]:
    """The command of a verb."""
    match verb:
        case "full":
            return ("backup", "--full")
        case "restore":
            return ("restore", "--to", str(world.out))
        case "prune" | "verify":
            return (verb,)
        case _:
            return ("backup",)


def chosen(dice: random.Random, verb: str, counted: dict[tuple[str, str], int]) -> Call:
    """A call at random: first the program and the kind, so that the rare are not drowned by the many."""
    program = dice.choice([one for one in PROGRAMS if any(counted[one, kind] for kind in KINDS)])
    kind = dice.choice([one for one in KINDS if counted[program, one]])
    number = dice.randint(1, counted[program, kind])
    return Call(verb, program, kind, number, dice.choice(ERRORS[kind]), dice.choice(WAYS))


@contextmanager
def made(dice: random.Random, folder: Path) -> Iterator[World]:
    """A world, with the library that lets calls fail."""
    library = folder / "failing_calls.so"
    command = ["gcc", "-shared", "-fPIC", "-O1", "-w", "-o", str(library), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    counts = Counts()
    root = folder / "world"
    try:
        with gnupg_home() as (gnupg, key), machine(root / "home", gnupg) as user:
            world = World(root, user, key, library, counts, dice)
            world.make()
            yield world
    finally:
        counts.remove()


def suffer(world: World, verb: str, count: int, together: int = TOGETHER) -> list[str]:
    """Let so many calls of a verb fail; what was wrong."""
    counted = world.count(verb)
    wrong: list[str] = []
    for done in range(0, count, together):
        calls = [chosen(world.random, verb, counted) for _ in range(min(together, count - done))]
        for line in world.suffer(calls):
            print(f"WRONG {line}", flush=True)
            wrong.append(line)
    return wrong


def main() -> int:
    """By hand."""
    asked = argparse.ArgumentParser(prog="python -m tests.faults.every_call", description=__doc__)
    asked.add_argument("--count", type=int, default=100, help="so many calls fail")
    asked.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 20))
    asked.add_argument("--verb", choices=VERBS, action="append")
    given = asked.parse_args()
    with tempfile.TemporaryDirectory(prefix="every-call-") as folder:
        verbs = given.verb or VERBS
        shares = [
            given.count // len(verbs) + (number < given.count % len(verbs)) for number in range(len(verbs))
        ]
        print(f"seed {given.seed}", flush=True)
        with made(random.Random(given.seed), Path(folder)) as world:
            wrong = [
                line for verb, share in zip(verbs, shares, strict=True) for line in suffer(world, verb, share)
            ]
    print(f"{given.count} calls, {len(wrong)} wrong (seed {given.seed})")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
