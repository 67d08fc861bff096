"""A bench to break things on: a machine with one backup behind it, a bucket, and a proxy between them.

A test suffers one fault: it happens while a run goes on, the run ends as it must, nothing is left behind
and the status tells the truth; then the next run happens, everything is restored, and every byte is there.
"""

import fcntl
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import msgspec
import psutil
import pytest

from secretsbackup import words
from secretsbackup.model.causes import Cause
from secretsbackup.model.event import RunEnded, Verb, decode
from secretsbackup.model.outcome import Cancelled, Completed, Failed, Failure, Interrupted, Outcome, Skipped
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.status import Level, Status, level
from secretsbackup.operations.watch.status import status_of
from secretsbackup.store import history, kit, profiles
from secretsbackup.store.history import place_of
from secretsbackup.store.home import Home
from secretsbackup.store.kit import SavedKit
from tests.end_to_end.machine import PASSPHRASE, Machine, assert_same, picture
from tests.end_to_end.servers import Bucket
from tests.faults.proxy import Proxy

NAME = "papers"
SECRETS = ("aws-access-key-id", "aws-secret-access-key")


class Shelf(Protocol):
    """What a destination holds, behind the program's back; `secrets` open it."""

    secrets: dict[str, str]

    def contents(self) -> dict[str, bytes]:
        """Every file."""

    def become(self, wanted: dict[str, bytes]) -> None:
        """Hold just these."""

    def unfinished(self) -> list[str]:
        """What was begun to be put there and never finished."""


class BucketShelf:
    """What begins with `prefix` in a bucket, past the proxy, with one client for all: to make one takes a
    tenth of a second."""

    def __init__(self, bucket: Bucket, client: Any, prefix: str = "") -> None:
        self.bucket = bucket
        self._client, self._prefix = client, prefix
        server = bucket.server
        self.secrets = dict(zip(SECRETS, (server.access_key, server.secret_key), strict=True))

    def contents(self) -> dict[str, bytes]:
        listed = self._client.list_objects_v2(Bucket=self.bucket.name, Prefix=self._prefix).get(
            "Contents", []
        )
        return {item["Key"]: self._get(item["Key"]) for item in listed}

    def _get(self, key: str) -> bytes:
        content: bytes = self._client.get_object(Bucket=self.bucket.name, Key=key)["Body"].read()
        return content

    def become(self, wanted: dict[str, bytes]) -> None:
        there = self.contents()
        for key in there.keys() - wanted.keys():
            self._client.delete_object(Bucket=self.bucket.name, Key=key)
        for key, content in wanted.items():
            if there.get(key) != content:
                self._client.put_object(Bucket=self.bucket.name, Key=key, Body=content)

    def unfinished(self) -> list[str]:
        listed = self._client.list_multipart_uploads(Bucket=self.bucket.name, Prefix=self._prefix)
        return [upload["Key"] for upload in listed.get("Uploads", [])]


class FolderShelf:
    """A folder on a disk of its own."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.secrets: dict[str, str] = {}

    def contents(self) -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in self.paths()}

    def paths(self) -> list[Path]:
        """Every file, where it lies."""
        return list(self._folder.iterdir()) if self._folder.exists() else []

    def unfinished(self) -> list[str]:
        return [path.name for path in self.paths() if path.name.startswith((".", "tmp"))]

    def become(self, wanted: dict[str, bytes]) -> None:
        self._folder.mkdir(exist_ok=True)
        for path in self._folder.iterdir():
            path.unlink()
        for name, content in wanted.items():
            (self._folder / name).write_bytes(content)


@dataclass
class Bench:
    """All that a fault can be done to."""

    user: Machine
    root: Path
    key: str
    shelf: "Shelf"
    between: Proxy | None
    to: tuple[str, ...]
    mounted: list[Path] = field(default_factory=list)
    pristine: dict[str, bytes] = field(default_factory=dict)
    running: "subprocess.Popen[bytes] | None" = None
    said: tuple[bytes, bytes] = (b"", b"")
    title: str = ""
    began: float = 0.0
    ahead: timedelta = timedelta()

    @property
    def source(self) -> Path:
        """What is saved."""
        return self.root / "source"

    @property
    def home(self) -> Home:
        """The program's folders on this machine."""
        return self.user.known

    @property
    def stage(self) -> Path:
        """The mirror of the source."""
        return self.home.cache / NAME / "stage"

    @property
    def archive(self) -> Path:
        """duplicity's manifests and signatures."""
        return self.home.cache / NAME / "archive"

    @property
    def temporary(self) -> Path:
        """Where volumes are made."""
        return self.home.cache / NAME / "temporary"

    @property
    def proxy(self) -> Proxy:
        """What lies between the program and its bucket."""
        assert self.between
        return self.between

    # Beginning

    def begin(self) -> None:
        """Write a profile, back up once, and keep what is there now for every test to begin from."""
        some_files(self.source)
        self.user.run("profile", "add", NAME, "--source", str(self.source), "--key", self.key, *self.to)
        self.know_secrets()
        profile = profiles.get(self.home, NAME)
        saved = SavedKit(profile.key, place_of(profile.destination), datetime.now(UTC))
        kit.keep(self.home, profile.name, saved)
        self.user.backup()
        for folder in ("home", "source"):
            _copy(self.root / folder, self.root / "pristine" / folder)
        self.pristine = self.shelf.contents()

    def reset(self) -> None:
        """Everything as it was after the first backup, and a change in the source."""
        self.unmount()
        for folder in ("home", "source"):
            shutil.rmtree(self.root / folder)
            _copy(self.root / "pristine" / folder, self.root / folder)
        shutil.rmtree(self.root / "out", ignore_errors=True)
        self.shelf.become(self.pristine)
        self.change()

    def know_secrets(self) -> None:
        """Put the bucket's key and the passphrase into the keyring."""
        for name, value in {**self.shelf.secrets, "gpg-passphrase": PASSPHRASE}.items():
            self.user.run("secret", "set", NAME, name, given=value)

    def change(self, size: int = 600_000) -> None:
        """Change a file, add one, remove one."""
        (self.source / "changed").write_bytes(os.urandom(size))
        (self.source / "added").write_bytes(os.urandom(10_000))
        (self.source / "going").unlink(missing_ok=True)

    # What goes wrong with things that lie still

    def damage(self, part: str, change: Callable[[bytes], bytes] | None) -> None:
        """Change the one file at the destination whose name has this part, or delete it."""
        there = self.shelf.contents()
        (name,) = [name for name in there if part in name]
        self.shelf.become(
            {one: content for one, content in there.items() if one != name}
            | ({name: change(there[name])} if change else {})
        )

    @contextmanager
    def small(self, folder: Path, room: int) -> Iterator[None]:
        """A folder on a disk that has so many bytes left; more once the block has ended."""
        folder.mkdir(parents=True, exist_ok=True)
        aside = folder.with_name(folder.name + ".aside")
        _copy(folder, aside)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(mode=0o700, exist_ok=True)
        mount("-t", "tmpfs", "-o", "size=600m,mode=0700", "tmpfs", str(folder))
        self.mounted.append(folder)
        _copy(aside, folder)
        shutil.rmtree(aside)
        used = shutil.disk_usage(folder).used
        mount("-o", f"remount,size={used + room}", str(folder))
        yield
        mount("-o", "remount,size=600m", str(folder))

    def unmount(self) -> None:
        """Take away the small disks."""
        while self.mounted:
            subprocess.run(["umount", "--lazy", str(self.mounted.pop())], check=True)

    # Running

    def run(self, *words: str) -> Outcome:
        """Start a run, let it end, and tell how it did: by its own last line, or else by its journal."""
        self.title, self.began = "", time.time()
        self.running = running = self.user.start(*words, "--json")
        try:
            self.said = running.communicate(timeout=150)
        finally:
            running.kill()
            self.running = None
        lines = self.said[0].splitlines()
        try:
            last = decode(lines[-1]).event if lines else None
        except ValueError:  # it ended before its run began, and says why
            self.title = json.loads(lines[-1])["title"]
            return Failed(msgspec.json.decode(lines[-1], type=Cause))
        return last.outcome if isinstance(last, RunEnded) else self.outcome()

    def tell(self, number: signal.Signals) -> None:
        """Ask the program to end, and wait until it has."""
        assert self.running
        self.running.send_signal(number)
        self.running.wait(20)

    def kill(self, *names: str, last: Callable[[], object] = lambda: None) -> None:
        """End with SIGKILL those of the run's processes that go by these names; without any, all at once, and
        `last` is done when none of them can do anything any more."""
        assert self.running
        tree = [psutil.Process(self.running.pid), *psutil.Process(self.running.pid).children(recursive=True)]
        if not names:
            for one in tree:
                with suppress(psutil.NoSuchProcess):
                    one.suspend()
        last()
        for one in tree:
            with suppress(psutil.NoSuchProcess):
                if not names or one.name() in names:
                    one.kill()

    # What must be true

    def outcome(self) -> Outcome:
        """How the last run ended, by its journal."""
        history.catch_up(self.home, ProfileName(NAME))
        return history.runs(self.home, ProfileName(NAME), 1)[0].outcome

    def status(self) -> Status:
        """What the tray shows."""
        profiles.load(self.home)
        return status_of(self.home, ProfileName(NAME), self.now())

    def now(self) -> datetime:
        """What the program's clock says."""
        return datetime.now(UTC) + self.ahead

    def assert_nothing_left(self, ended: Outcome) -> None:
        """No process, no lock; and no temporary folder, unless nobody was left to take it away."""
        assert wait_for_end(self.processes()) == []
        assert isinstance(ended, Interrupted) or self.user.left_over() == []
        assert _comes_free(self.home.lock(ProfileName(NAME)))

    def processes(self) -> list[psutil.Process]:
        """The processes that were started with this home; gpg-agent is the user's and stays."""
        return [one for one in psutil.process_iter() if self._is_ours(one)]

    def _is_ours(self, process: psutil.Process) -> bool:
        with suppress(psutil.Error):
            mine = process.environ().get("HOME") == str(self.user.home)
            return mine and process.name() not in ("gpg-agent", "scdaemon")
        return False

    def assert_all_there(self) -> None:
        """Restore with nothing but the settings and the key, and compare."""
        expected = picture(self.source)
        self.user.forget_everything()
        assert_same(expected, picture(self.restore() / "source"))

    def restore(self, *words: str, status: int | None = 0) -> Path:
        """Restore; the folder that was made."""
        return self.user.restore(self.root / "out", *words, status=status)


@dataclass(frozen=True)
class Fault:
    """What happens, and when; `do` lasts as long as the run; `ends` is how the run must end.

    `heals` is how the next run, started with the words `healing`, ends. One that is `slow` is much like
    another, which runs always.
    """

    name: str
    when: str
    ends: str
    do: Callable[[Bench], AbstractContextManager[object]]
    heals: str = "completed"
    words: tuple[str, ...] = ("backup",)
    healing: tuple[str, ...] = ("backup",)
    slow: bool = False

    def __str__(self) -> str:
        return f"{self.name}, {self.when}".replace(" ", "-")


def cases(faults: Iterable[Fault]) -> list[Any]:
    """The faults as parameters of a test."""
    return [pytest.param(one, id=str(one), marks=[pytest.mark.slow] if one.slow else []) for one in faults]


@dataclass(frozen=True)
class Row:
    """One line of the table in the handbook."""

    family: str
    fault: str
    ends: str
    says: str
    light: str
    then: str


def suffer(bench: Bench, fault: Fault, family: str) -> Row:
    """The fault happens, the run ends as it must and tells the truth; the next run heals it."""
    before, verb = bench.status(), Verb(fault.words[0])
    with fault.do(bench):
        ended = bench.run(*fault.words)
        says = without_names(bench.title or words.outcome(ended, verb).title, bench.root)
        assert kind(ended) == fault.ends, (ended, bench.said)
        bench.assert_nothing_left(ended)
        light = truth(bench, before, ended, verb)
    healed = bench.run(*fault.healing)
    assert kind(healed) == fault.heals, (healed, bench.said)
    truth(bench, before, healed)
    bench.assert_nothing_left(healed)
    bench.assert_all_there()
    assert verb is not Verb.RESTORE or _marked(bench.root / "out", ended)
    then = f"{kind(healed)}; all there"
    return Row(family, f"{fault.name}, {fault.when}", kind(ended), says, light, then)


def _marked(out: Path, ended: Outcome) -> bool:
    """Whether a restore that did not end well has left no folder that looks as if it had."""
    whole = [folder.name for folder in out.iterdir() if not folder.name.endswith("-incomplete")]
    return len(whole) == 1 + isinstance(ended, Completed)


def kind(outcome: Outcome) -> str:
    """An outcome in a word or two: completed, skipped: source-missing, no-room."""
    match outcome:
        case Completed(warnings=0):
            return "completed"
        case Completed():
            return "with warnings"
        case Skipped(causes=found):
            return f"skipped: {found[0].reason}"
        case Failed() as failed:
            return str(failed.reason)
        case Cancelled():
            return "cancelled"
        case Interrupted():
            return "interrupted"


def truth(bench: Bench, before: Status, ended: Outcome, verb: Verb = Verb.BACKUP) -> str:
    """What the tray shows after a run: never safer than it is, never less.

    Where what is remembered cannot be read, it says just that.
    """
    try:
        status, now = bench.status(), bench.now()
    except Failure as failure:
        if kind(ended) != failure.reason:
            raise
        return "says the same"
    assert not status.running
    told = words.health(status, now)
    assert before.safe_as_of
    assert status.safe_as_of
    match ended:
        case _ if (verb is not Verb.BACKUP and kind(ended) == "completed") or (
            verb is Verb.RESTORE and not status.damage
        ):
            assert status == before
        case Completed(warnings=warnings):
            assert status.safe_as_of > before.safe_as_of
            assert level(status, now) is (Level.ATTENTION if warnings else Level.PROTECTED)
        case Skipped() | Cancelled():
            assert status.safe_as_of == before.safe_as_of
        case Failed() | Interrupted():
            assert status.safe_as_of == before.safe_as_of
            assert level(status, now) is (Level.NOT_PROTECTED if status.damage else Level.ATTENTION)
            assert _in_short(ended, verb) in told
    assert status.damage or words.when(status.safe_as_of, now) in told
    return str(level(status, now))


def _in_short(ended: Failed | Interrupted, verb: Verb) -> str:
    """What the status says of it, in the middle of a sentence."""
    if isinstance(ended, Interrupted):
        return "the last run was interrupted"
    return words.outcome(ended, verb).title[1:].rstrip(".")


def without_names(said: str, root: Path) -> str:
    """What the run says, without what differs from machine to machine."""
    said = said.replace(str(root), "…")
    for pattern, instead in _DIFFERS:
        said = re.sub(pattern, instead, said)
    return said


_DIFFERS = (
    (r"/tmp/\S*?/(?=\S)", "…/"),
    (r"http://127\.0\.0\.1:\d+", "ENDPOINT"),
    (r"test-[0-9a-f-]{36}", "BUCKET"),
    (rf"\({re.escape(socket.gethostname())}\)", "(HOST)"),
    (r"\d{8}T\d{6}(\.\d+)?Z(-[0-9a-f]{4})?", "TIME"),
    (r"restored-[\d_-]+", "restored-TIME"),
    (r"\d+ hr( \d+ min)?", "SPAN"),
    (r"\d+(\.\d+)? ([kMG]?B|bytes?)", "SIZE"),
)


def some_files(source: Path) -> None:
    """Few and small."""
    source.mkdir()
    for name in ("changed", "going", "still"):
        (source / name).write_bytes(os.urandom(600_000))
    (source / "folder").mkdir()
    (source / "folder" / "text").write_text("all work and no play\n" * 1000)


def _copy(source: Path, target: Path) -> None:
    shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)


def mount(*words: str) -> None:
    """Mount, or skip the test where that is refused: in a container, or to who is not root."""
    done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"no mount here: {done.stderr.strip()}")


def wait_for_end(processes: Sequence[psutil.Process], seconds: float = 12) -> list[psutil.Process]:
    """Those that are still there after a while."""
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return [one for one in alive if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def _comes_free(lock: Path) -> bool:
    """Whether nobody holds a lock; a process that was killed holds it until it is wholly gone."""
    with lock.open() as file:
        for _ in range(50):
            with suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            time.sleep(0.1)
    return False


def half(content: bytes) -> bytes:
    return content[: len(content) // 2]


def zeros(content: bytes) -> bytes:
    return bytes(len(content))


def nothing(_content: bytes) -> bytes:
    return b""


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]
