"""A machine of a user: a home folder, an environment, and the program used through its command line."""

import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from secretsbackup.store.home import Home
from secretsbackup.tools.duplicity import CHOSEN
from tests.conftest import quick

PASSPHRASE = "correct-horse planted-canary-4711 'battery' \"staple\" ß"
PROFILE = "docs"


@dataclass
class Said:
    """How a command ended and what it said."""

    status: int
    out: str
    err: str

    @property
    def lines(self) -> list[dict[str, Any]]:
        """Its standard output as lines of JSON."""
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def outcome(self) -> dict[str, Any]:
        """The outcome of a run that was told with --json."""
        ended: dict[str, Any] = self.lines[-1]["event"]["outcome"]
        return ended

    @property
    def warnings(self) -> list[dict[str, Any]]:
        """The warnings of a run that was told with --json."""
        return [line["event"] for line in self.lines if line["event"]["type"] == "warned"]


@dataclass
class Machine:
    """One home folder; `env` is all that a command sees."""

    home: Path
    env: dict[str, str] = field(default_factory=dict)

    def start(self, *words: str | bytes) -> "subprocess.Popen[bytes]":
        """Start a command and leave it to itself, in a session of its own."""
        command = [sys.executable, "-m", "secretsbackup", *words]
        return subprocess.Popen(
            command,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def run(self, *words: str | bytes, given: str = "", status: int | None = 0) -> Said:
        """Run a command to its end; it must end with this status (None: any)."""
        ended = subprocess.run(
            [sys.executable, "-m", "secretsbackup", *words],
            env=self.env,
            input=given.encode(),
            capture_output=True,
            timeout=200,
            check=False,
        )
        said = Said(ended.returncode, ended.stdout.decode(), ended.stderr.decode())
        assert status is None or said.status == status, f"{words}: {said}"
        return said

    def backup(self, *words: str, status: int | None = 0) -> Said:
        """Back up, told as JSON."""
        return self.run("backup", "--json", *words, status=status)

    def restore(self, parent: Path, *words: str | bytes, status: int | None = 0) -> Path:
        """Restore; the folder that was made."""
        parent.mkdir(exist_ok=True)
        said = self.run(
            "restore", "--json", "--to", str(parent), *words, given=PASSPHRASE + "\n", status=status
        )
        return Path(said.outcome["summary"]["folder"])

    def snapshots(self) -> list[dict[str, Any]]:
        """What the destination holds."""
        return self.run("snapshots", "--json").lines

    @property
    def known(self) -> Home:
        """The program's own folders there."""
        return Home(self.home / ".config" / "secretsbackup", self.state, self.cache)

    @property
    def state(self) -> Path:
        """What the program remembers."""
        return self.home / ".local" / "state" / "secretsbackup"

    @property
    def cache(self) -> Path:
        """Its stage and archive folder."""
        return self.home / ".cache" / "secretsbackup"

    def forget_everything(self) -> None:
        """Lose archive folder, stage and state, as with a new disk; the settings are kept."""
        shutil.rmtree(self.state, ignore_errors=True)
        shutil.rmtree(self.cache, ignore_errors=True)

    def left_over(self) -> list[Path]:
        """Temporary things that a run should have taken away."""
        return list(self.cache.glob("*/temporary/*"))


@contextmanager
def machine(home: Path, gnupg: Path, session: Mapping[str, str] | None = None) -> Iterator[Machine]:
    """A machine with this GnuPG home, and with the keyring of a desktop session if one is given."""
    env = {
        "HOME": str(home),
        "PATH": os.environ["PATH"],
        "GNUPGHOME": str(gnupg),
        "LANG": "C.UTF-8",
        "PYTHONWARNINGS": "error",
    }
    wanted = ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR")
    env |= {name: value for name, value in (session or {}).items() if name in wanted}
    if CHOSEN in os.environ:  # where the tests themselves run in an environment without a duplicity
        env[CHOSEN] = os.environ[CHOSEN]
    home.mkdir(parents=True, exist_ok=True)
    yield Machine(home, env)


@contextmanager
def gnupg_home() -> Iterator[tuple[Path, str]]:
    """A GnuPG home with one key under PASSPHRASE, and its fingerprint. Its path is short: sockets."""
    home = Path(tempfile.mkdtemp(prefix="sbt-"))
    quick(home)
    env = {**os.environ, "GNUPGHOME": str(home)}
    words = ["gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", PASSPHRASE]
    try:
        subprocess.run(
            [*words, "--quick-gen-key", "Tests", "future-default", "default", "never"],
            env=env,
            check=True,
            capture_output=True,
        )
        listed = subprocess.run(
            ["gpg", "--list-keys", "--with-colons"], env=env, check=True, capture_output=True, text=True
        )
        yield home, next(line.split(":")[9] for line in listed.stdout.splitlines() if line.startswith("fpr"))
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)
        shutil.rmtree(home, ignore_errors=True)


def nasty_tree(root: Path) -> None:
    """Files that are awkward in every way that a file system allows."""
    (root / "deep" / "er").mkdir(parents=True)
    (root / "empty folder").mkdir()
    (root / "plain.txt").write_text("plain\n")
    (root / "empty").touch()
    (root / "large.bin").write_bytes(os.urandom(12_000_000))
    (root / "compressible.txt").write_text("all work and no play\n" * 200_000)
    for name in (
        "with space",
        "with \"quotes\" and 'more'",
        "new\nline",
        "tab\tand\\backslash",
        "[*?]",
        "-dash",
        "ünïcödé ✓",
        ".hidden",
        "\\#012",
        "percent%41",
        "x" * 200,
    ):
        (root / name).write_text(f"content of {name!r}\n")
    (Path(os.fsdecode(bytes(root) + b"/not utf-8 \xff\xfe"))).write_bytes(b"bytes \xff\n")
    with (root / "sparse").open("wb") as file:
        file.truncate(3_000_000)
        file.seek(1_500_000)
        file.write(b"in the middle")
    (root / "deep" / "er" / "read only").write_text("r\n")
    (root / "deep" / "er" / "read only").chmod(0o400)
    (root / "script.sh").write_text("#!/bin/sh\n")
    (root / "script.sh").chmod(0o755)
    os.link(root / "plain.txt", root / "hard link")
    (root / "link to file").symlink_to("plain.txt")
    (root / "link to folder").symlink_to("deep")
    (root / "link to parent").symlink_to("..")
    (root / "deep" / "link to self").symlink_to(".")
    (root / "dangling").symlink_to("nowhere/at all")
    os.mkfifo(root / "fifo")
    os.utime(root / "plain.txt", ns=(10**18, 10**18 + 123_456_789))
    os.utime(root / "deep", (1_000_000_000, 1_000_000_000))


def change(root: Path) -> None:
    """Change, add, remove, and make a folder of a file."""
    (root / "plain.txt").write_text("changed\n")
    with (root / "large.bin").open("r+b") as file:
        file.seek(5_000_000)
        file.write(b"changed in the middle")
    (root / "with space").unlink()
    (root / "with space").mkdir()
    (root / "with space" / "added").write_text("now a folder\n")
    (root / "new\nline").unlink()
    (root / "script.sh").chmod(0o700)


@dataclass(frozen=True)
class Entry:
    """What must come back of a file or folder: whole seconds, since duplicity keeps no more."""

    mode: int
    modified: int
    content: bytes | None


def picture(root: Path) -> dict[bytes, Entry]:
    """What a snapshot of a tree must hold: links followed, what cannot be saved left out."""
    entries: dict[bytes, Entry] = {}

    def look(folder: bytes, inside: bytes) -> None:
        for name in sorted(os.listdir(folder)):
            path, shown = os.path.join(folder, name), os.path.join(inside, name)
            if name in (b"link to parent", b"link to self", b"dangling") or not os.path.exists(path):
                continue
            status = os.stat(path)
            if stat.S_ISDIR(status.st_mode):
                entries[shown] = Entry(stat.S_IMODE(status.st_mode), int(status.st_mtime), None)
                look(path, shown)
            elif stat.S_ISREG(status.st_mode):
                content = Path(os.fsdecode(path)).read_bytes()
                entries[shown] = Entry(stat.S_IMODE(status.st_mode), int(status.st_mtime), content)

    look(bytes(root), b"")
    return entries


def assert_same(expected: Mapping[bytes, Entry], restored: Mapping[bytes, Entry]) -> None:
    """Compare two pictures, and name what differs rather than print it."""
    missing, more = sorted(expected.keys() - restored.keys()), sorted(restored.keys() - expected.keys())
    assert (missing, more) == ([], []), f"missing: {missing}, more: {more}"
    changed = [name for name in expected if expected[name].content != restored[name].content]
    assert not changed, f"another content: {changed}"
    modes = {name: (expected[name].mode, restored[name].mode) for name in expected}
    assert not (other := {name: pair for name, pair in modes.items() if pair[0] != pair[1]}), (
        f"modes: {other}"
    )
    times = {name: (expected[name].modified, restored[name].modified) for name in expected}
    assert not (other := {name: pair for name, pair in times.items() if pair[0] != pair[1]}), (
        f"times: {other}"
    )


def some_files(source: Path, size: int = 200_000) -> None:
    """A source of five files that do not compress."""
    source.mkdir()
    for number in range(5):
        (source / f"file {number}").write_bytes(os.urandom(size))
