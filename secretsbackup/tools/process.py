"""The only place where a child process is born, heard and ended.

A child gets an absolute path, a list of arguments, an environment made for it, no terminal and a
session of its own (duplicity and gpg ask on /dev/tty otherwise). It is ended together with all that it
started; and on Linux the kernel ends it when this program dies, however that happens.
"""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

import msgspec

from secretsbackup.model.outcome import Failure, Reason

_PASSED_ON = (
    *("PATH", "HOME", "USER", "LOGNAME", "TZ", "TMPDIR", "GNUPGHOME", "XDG_RUNTIME_DIR"),
    *("SSH_AUTH_SOCK", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "AWS_CA_BUNDLE", "REQUESTS_CA_BUNDLE"),
)
_GRACE = 5.0
"""Seconds between asking a child to end and ending it."""
_KEPT = 200
"""How many of a child's last lines are kept for a report."""


class Ended(msgspec.Struct, frozen=True):
    """How a child ended: its exit status (negative: the signal) and the last lines it said."""

    status: int
    last_lines: tuple[str, ...]


def find(program: str) -> Path:
    """The absolute path of a program on PATH; Failure(TOOL_MISSING) if there is none."""
    found = shutil.which(program)
    if not found:
        raise Failure(Reason.TOOL_MISSING, program)
    return Path(found).absolute()


def environment(**extra: str) -> dict[str, str]:
    """What every child may know: where things are, messages in English, and `extra`."""
    passed = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return {**passed, "LC_ALL": "C.UTF-8", "LANGUAGE": "C", **extra}


Heard = Callable[[bytes], None]


async def run(
    program: Path,
    arguments: Sequence[str | bytes | Path],
    *,
    env: Mapping[str, str] | None = None,
    given: bytes = b"",
    on_line: Heard | None = None,
    on_error_line: Heard | None = None,
    on_log_line: Heard | None = None,
    born: Callable[[int], None] | None = None,
    held: int | None = None,
) -> Ended:
    """Run a program to its end, handing over each line that it says.

    `given` is its standard input. With `on_log_line` the arguments are preceded by `--log-fd N`.
    `born` hears the process id. `held` is a lock's file descriptor, which the child then holds too.
    Cancelling ends the child and everything that it started before CancelledError goes on.
    """
    with contextlib.ExitStack() as files:
        log = _pipe(files) if on_log_line else None
        fds = [fd for fd in (log and log[1].fileno(), held) if fd is not None]
        words = [*(["--log-fd", str(fds[0])] if log else []), *arguments]
        child = await asyncio.create_subprocess_exec(
            *_dying_with_us(),
            program,
            *words,
            stdin=asyncio.subprocess.PIPE if given else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            env=dict(env) if env is not None else environment(),
            pass_fds=fds,
            start_new_session=True,
            umask=0o077,
        )
        try:
            if born:
                born(child.pid)
            return await _listen(child, given, on_line, on_error_line, log, on_log_line)
        finally:
            await _end(child)


def _pipe(files: contextlib.ExitStack) -> tuple[IO[bytes], IO[bytes]]:
    reader, writer = os.pipe()
    return files.enter_context(open(reader, "rb", 0)), files.enter_context(open(writer, "wb", 0))  # noqa: PTH123


def _dying_with_us() -> list[str]:
    """A prefix with which Linux ends the child when this process dies (setpriv, util-linux)."""
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    return [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []


async def _listen(
    child: asyncio.subprocess.Process,
    given: bytes,
    on_line: Heard | None,
    on_error_line: Heard | None,
    log: tuple[IO[bytes], IO[bytes]] | None,
    on_log_line: Heard | None,
) -> Ended:
    last: list[str] = []

    def keep(line: bytes) -> None:
        last.append(line.decode("utf-8", "backslashreplace"))
        del last[:-_KEPT]
        if on_error_line:
            on_error_line(line)

    assert child.stdout
    assert child.stderr
    async with asyncio.TaskGroup() as listeners:
        listeners.create_task(_each_line(child.stdout, on_line or (lambda _: None)))
        listeners.create_task(_each_line(child.stderr, keep))
        if log and on_log_line:
            log[1].close()
            listeners.create_task(_each_line(await _reader(log[0]), on_log_line))
        if given:
            listeners.create_task(_give(child, given))
        status = await child.wait()
    return Ended(status, tuple(last))


async def _each_line(stream: asyncio.StreamReader, heard: Heard) -> None:
    async for line in lines(stream):
        heard(line)


async def lines(stream: asyncio.StreamReader) -> AsyncIterator[bytes]:
    """Every line of a stream, however long; a carriage return ends one too (rsync's progress)."""
    rest = b""
    while chunk := await stream.read(1 << 16):
        *whole, rest = (rest + chunk).replace(b"\r", b"\n").split(b"\n")
        for line in whole:
            yield line
    if rest:
        yield rest


async def _reader(pipe: IO[bytes]) -> asyncio.StreamReader:
    stream = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), pipe)
    return stream


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
        with contextlib.suppress(TimeoutError):
            await asyncio.shield(asyncio.wait_for(asyncio.shield(child.wait()), _GRACE))
    _signal(child.pid, signal.SIGKILL)
    if child.returncode is None:
        await asyncio.shield(child.wait())


def _signal(group: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)
