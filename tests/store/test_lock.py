"""One run of a profile at a time, across processes, whoever dies."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from secretsbackup.model import causes
from secretsbackup.model.outcome import Skip
from secretsbackup.model.profile import ProfileName
from secretsbackup.store import lock
from secretsbackup.store.home import Home

DOCS = ProfileName("docs")

HOLDS = """
import asyncio, os, subprocess, sys
from pathlib import Path
from secretsbackup.store import home, lock

async def main():
    async with lock.held(home.below(Path(sys.argv[1])), "docs") as held:
        if len(sys.argv) > 2:
            subprocess.Popen(["sleep", sys.argv[2]], pass_fds=[held], stdout=subprocess.DEVNULL)
        print("held", flush=True)
        sys.stdin.read()

asyncio.run(main())
"""


@contextmanager
def holder(home: Home, *child: str) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds the lock, and perhaps has a child that holds it too."""
    words = [sys.executable, "-c", HOLDS, str(home.config.parent), *child]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"held\n"
        yield process
        process.kill()


async def _take(home: Home) -> float:
    began = time.monotonic()
    async with lock.held(home, DOCS):
        return time.monotonic() - began


def test_a_lock_is_taken_and_given_back(home: Home) -> None:
    assert asyncio.run(_take(home)) < 1
    assert asyncio.run(_take(home)) < 1


def test_who_holds_it_is_named_at_once(home: Home) -> None:
    began = time.monotonic()
    with holder(home) as process, pytest.raises(Skip) as caught:
        asyncio.run(_take(home))
    assert caught.value.causes == (causes.Busy(process.pid),)
    assert time.monotonic() - began < 3


def test_within_one_process_it_is_a_lock_too(home: Home) -> None:
    async def twice() -> None:
        async with lock.held(home, DOCS):
            await _take(home)

    with pytest.raises(Skip):
        asyncio.run(twice())


def test_another_profile_has_its_own(home: Home) -> None:
    async def both() -> None:
        async with lock.held(home, DOCS), lock.held(home, ProfileName("pictures")):
            pass

    asyncio.run(both())


def test_the_kernel_frees_it_when_its_holder_is_killed(home: Home) -> None:
    with holder(home) as process:
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert asyncio.run(_take(home)) < 1


def test_a_child_that_outlives_a_killed_holder_is_waited_for(home: Home) -> None:
    with holder(home, "1.5") as process:
        process.kill()
        process.wait()
        assert asyncio.run(_take(home)) > 0.5


def test_the_lock_is_the_owners_alone(home: Home, tmp_path: Path) -> None:
    asyncio.run(_take(home))
    assert home.lock(DOCS).stat().st_mode & 0o777 == 0o600
    assert home.state.stat().st_mode & 0o777 == 0o700


def test_another_users_run_cannot_be_stopped(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_pid: int, _number: int) -> None:
        raise PermissionError

    with holder(home) as process, monkeypatch.context() as refusing:
        refusing.setattr(os, "kill", refuse)
        with pytest.raises(Skip) as caught:
            lock.ask_to_stop(home, DOCS)
    assert caught.value.causes == (causes.Busy(process.pid),)


def test_whoever_holds_the_lock_is_asked_to_stop(home: Home) -> None:
    docs = ProfileName("docs")
    assert not lock.ask_to_stop(home, docs)
    code = (
        "import asyncio, sys; from pathlib import Path\n"
        "from secretsbackup.store import home, lock\n"
        "async def hold():\n"
        "    async with lock.held(home.below(Path(sys.argv[1])), 'docs'):\n"
        "        print('held', flush=True)\n"
        "        await asyncio.sleep(60)\n"
        "asyncio.run(hold())\n"
    )
    words = [sys.executable, "-c", code, str(home.state.parent)]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as other:
        assert other.stdout
        assert other.stdout.readline() == b"held\n"
        assert lock.ask_to_stop(home, docs)
        assert other.wait(10) == -lock.PLEASE_STOP
    assert not lock.ask_to_stop(home, docs)
