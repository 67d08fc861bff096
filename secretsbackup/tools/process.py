"""The only place where a child process is born, heard and ended.

A child gets an absolute path, a list of arguments, an environment made for it, no terminal and a
session of its own (duplicity and gpg ask on /dev/tty otherwise). It is ended together with all that it
started; and on Linux the kernel ends it when this program dies, however that happens.
"""

import asyncio
import contextlib
import os
import resource
import shutil
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.model.paths import said
from secretsbackup.tools import ending, sandbox

_PASSED_ON = (
    *("PATH", "HOME", "USER", "LOGNAME", "TZ", "TMPDIR", "GNUPGHOME", "XDG_RUNTIME_DIR"),
    *("SSH_AUTH_SOCK", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"),
)
_FILES = 1024
"""Open files: with fewer duplicity does not begin (its dup_main.py, `check_resources`, 3.2)."""
_GRACE = 5.0
"""Seconds between asking a child to end and ending it."""
_KEPT = 200
"""How many of a child's last lines are kept for a report."""
_EVERY = 0.05
"""Seconds between two looks at a child's pipes."""
_AT_ONCE = 1 << 20
"""Bytes; no pipe holds more (pipe(7), as long as nobody is root)."""
_LONGEST = 1 << 24
"""Bytes of a line: whoever says more without an end says no lines, and shall not fill the memory."""
_WIDE = 1 << 12
"""Bytes of a line that are kept for a report."""
_MUCH = 1 << 14
"""Bytes: with as much as this in a pipe there is more to come, and a full pipe would hold the child up."""


class Patience(msgspec.Struct, frozen=True):
    """How long a child may stand still: half an hour, unless it is said otherwise.

    After `looks` in vain, `look_every_s` apart, it is waiting for what never comes. Looks are counted, and
    not the time: this program may have been stopped meanwhile, or the machine have slept.
    """

    look_every_s: float = 60.0
    looks: int = 30


PATIENCE = ContextVar("PATIENCE", default=Patience())  # noqa: B039 - frozen
"""That with the children which are started in this context, and in those that begin in it."""


class Ended(msgspec.Struct, frozen=True):
    """How a child ended: its exit status (negative: the signal) and the last lines it said."""

    status: int
    last_lines: tuple[str, ...]

    @property
    def how(self) -> str:
        """The program's exit status, or the name of the signal that ended it."""
        return str(self.status) if self.status >= 0 else signal.Signals(-self.status).name


def find(program: str) -> Path:
    """The absolute path of a program on PATH; Failure(TOOL_MISSING) if there is none."""
    found = shutil.which(program)
    if not found:
        raise Failure(causes.ToolMissing(program))
    return Path(found).absolute()


def environment(**extra: str) -> dict[str, str]:
    """What every child may know: where things are, messages in English, and `extra`."""
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**passed, "LC_ALL": "C.UTF-8", "LANGUAGE": "C", **extra}


def open_many_files() -> None:
    """Let this program and its children open as many files as duplicity wants, as far as the system does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _FILES if hard == resource.RLIM_INFINITY else min(_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):  # macOS has another limit as well
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def dump_no_core() -> None:
    """See to it that a crash, here or in a child, writes no memory with secrets in it to a disk."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


OnLine = Callable[[bytes], None]


async def run(
    program: Path,
    arguments: Sequence[str | bytes | Path],
    *,
    env: Mapping[str, str] | None = None,
    given: bytes = b"",
    on_line: OnLine | None = None,
    on_error_line: OnLine | None = None,
    on_log_line: OnLine | None = None,
    born: Callable[[int], None] | None = None,
    held: int | None = None,
    writes: Sequence[Path] | None = None,
    asks_owners: bool = False,
    waits: bool = False,
) -> Ended:
    """Run a program to its end, handing over each line that it says.

    `given` is its standard input. With `on_log_line` the arguments are preceded by `--log-fd N`.
    `born` hears the process id. `held` is a lock's file descriptor, which the child then holds too.
    With `writes` it can write below these folders only, where the system can see to that; with
    `asks_owners` it still sees whose each file is.
    One that writes a larger file than the system lets it: Failure(FILE_TOO_LARGE).
    One that stands still for half an hour is ended, unless it `waits` on purpose: Failure(TOOL_STANDS_STILL).
    Cancelling ends the child and everything that it started before CancelledError goes on.
    """
    assert program.is_absolute()
    last: list[str] = []

    def keep(line: bytes) -> None:
        last.append(said(line, _WIDE))
        del last[:-_KEPT]
        if on_error_line:
            on_error_line(line)

    with contextlib.ExitStack() as pipes:
        out = _PipeReader(pipes, on_line) if on_line else None
        err = _PipeReader(pipes, keep)
        log = _PipeReader(pipes, on_log_line) if on_log_line else None
        passed = [*([log.mouth] if log else []), *([held] if held is not None else [])]
        words = [*(["--log-fd", str(log.mouth)] if log else []), *arguments]
        child = await asyncio.create_subprocess_exec(
            *_dying_with_us(),
            *(sandbox.prefix(writes, users=asks_owners) if writes is not None else ()),
            program,
            *words,
            stdin=asyncio.subprocess.PIPE if given else asyncio.subprocess.DEVNULL,
            stdout=out.mouth if out else asyncio.subprocess.DEVNULL,
            stderr=err.mouth,
            env=dict(env) if env is not None else environment(),
            cwd=_here(),
            pass_fds=passed,
            start_new_session=True,
            umask=0o077,
        )
        giving = asyncio.create_task(_give(child, given)) if given else None
        ears = [ear for ear in (out, err, log) if ear]
        try:
            if born:
                born(child.pid)
            with ending.at_worst(lambda: _signal(child.pid, signal.SIGKILL)):
                status = await _listen(child, ears, None if waits else StallDetector(child.pid))
            if status is None:
                raise Failure(causes.ToolStandsStill(program.name), tuple(last))
            if status == -signal.SIGXFSZ:  # what a file larger than `ulimit -f` is answered with
                raise Failure(causes.FileTooLarge(program.name), tuple(last))
            return Ended(status, tuple(last))
        finally:
            if giving:
                giving.cancel()
            await _end(child)


def _here() -> str | None:
    """Where a child begins: where we are, or at the top where that was removed, which rsync and duplicity
    would not start in."""
    try:
        Path.cwd()
    except FileNotFoundError:
        return "/"
    return None


def _dying_with_us() -> list[str]:
    """A prefix with which Linux ends the child when this process dies (setpriv, util-linux)."""
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


async def _listen(
    child: asyncio.subprocess.Process, ears: Sequence["_PipeReader"], pulse: "StallDetector | None"
) -> int | None:
    """Hear a child to its end; its exit status, or None once it stands still.

    Pipes are emptied at intervals: to wake up for every line of a chatty child cost a tenth of a backup.
    A grandchild that lives on and holds a pipe is not waited for.
    """
    for ear in ears:
        ear.close_mouth()
    ended = asyncio.create_task(child.wait())
    try:
        while not ended.done():
            busy = [ear.listen() >= _MUCH for ear in ears]
            await asyncio.wait((ended,), timeout=0 if any(busy) else _EVERY)
            if pulse and pulse.stopped():
                return None
        for ear in ears:
            ear.finish()
        return ended.result()
    finally:
        ended.cancel()


class StallDetector:
    """Whether a child, or anything that it started, still does something, be it to wait for a little while.

    Whoever waits for ever (for a lock, a pipe, a disk that has gone) is never switched to by the kernel.
    """

    def __init__(
        self,
        pid: int,
        switches: Callable[[int], dict[int, int]] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`switches` tells how often each process of a family was switched to; `clock` gives seconds."""
        self._pid, self._patience = pid, PATIENCE.get()
        self._switches, self._clock = switches or _switches, clock
        self._looked = clock()
        self._seen: dict[int, int] = {}
        self._in_vain = 0

    def stopped(self) -> bool:
        """Whether it has been found to stand still for long."""
        if self._clock() - self._looked >= self._patience.look_every_s:
            self._looked = self._clock()
            seen = self._switches(self._pid)
            self._in_vain = self._in_vain + 1 if seen and seen == self._seen else 0
            self._seen = seen
        return self._in_vain >= self._patience.looks


def _switches(pid: int) -> dict[int, int]:
    """How often each process of a family was switched to; empty where the system does not tell."""
    import psutil  # most children end before anyone asks

    try:
        child = psutil.Process(pid)
        family = [child, *child.children(recursive=True)]
        return {one.pid: sum(one.num_ctx_switches()) for one in family}
    except psutil.Error:
        return {}


class _PipeReader:
    """One pipe from a child, and who hears its lines; a carriage return ends one too (rsync's progress)."""

    def __init__(self, pipes: contextlib.ExitStack, heard: OnLine) -> None:
        reader, self.mouth = os.pipe()
        os.set_blocking(reader, False)
        self._reader = pipes.enter_context(open(reader, "rb", 0))  # noqa: PTH123, SIM115
        self._mouth = pipes.enter_context(open(self.mouth, "wb", 0))  # noqa: PTH123, SIM115
        self._heard = heard
        self._rest = bytearray()

    def close_mouth(self) -> None:
        """Close our copy of the child's end, so that the pipe ends with the child."""
        self._mouth.close()

    def listen(self) -> int:
        """Hear what has been said; how many bytes that was."""
        said = self._reader.read(_AT_ONCE) or b""
        *whole, rest = said.replace(b"\r", b"\n").split(b"\n")
        for line in whole:
            self._hear(line)
        self._rest += rest
        if len(self._rest) > _LONGEST:
            self._hear()
        return len(said)

    def finish(self) -> None:
        """Hear what is still in the pipe, a last line without an end included, and no more than that: what
        a child started and left behind may go on talking for ever."""
        left = _AT_ONCE
        while left > 0 and (said := self.listen()):
            left -= said
        if self._rest:
            self._hear()

    def _hear(self, end: bytes = b"") -> None:
        self._heard(bytes(self._rest) + end if self._rest else end)
        self._rest.clear()


async def _give(child: asyncio.subprocess.Process, given: bytes) -> None:
    assert child.stdin
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        child.stdin.write(given)
        await child.stdin.drain()
    child.stdin.close()


async def _end(child: asyncio.subprocess.Process) -> None:
    """End the child's whole session: ask, wait, then end it. Nothing that it started is left."""
    if child.returncode is None:
        _signal(child.pid, signal.SIGTERM)
        await _wait_a_little(child)
    _signal(child.pid, signal.SIGKILL)
    if child.returncode is None:  # one that waits for a disk that has gone cannot even be killed
        await _wait_a_little(child)


async def _wait_a_little(child: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(TimeoutError):
        await asyncio.shield(asyncio.wait_for(asyncio.shield(child.wait()), _GRACE))


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
