"""Threads that wait for what never comes hold up nobody's end."""

import asyncio
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from secretsbackup.tools.threads import Threads, answered


def test_a_thread_hands_over_what_it_finds_and_what_goes_wrong() -> None:
    async def asks() -> None:
        asyncio.get_running_loop().set_default_executor(Threads())
        assert await asyncio.gather(*(asyncio.to_thread(pow, 2, number) for number in range(50))) == [
            2**number for number in range(50)
        ]
        with pytest.raises(ZeroDivisionError):
            await asyncio.to_thread(divmod, 1, 0)

    asyncio.run(asks())


HANGS = """
import asyncio, sys
from secretsbackup.tools.threads import Threads

async def hangs():
    asyncio.get_running_loop().set_default_executor(Threads())
    await asyncio.wait_for(asyncio.to_thread(open, sys.argv[1]), 0.2)

try:
    asyncio.run(hangs())
except TimeoutError:
    print("given up")
"""


def test_a_program_ends_while_a_thread_of_it_waits_for_a_file(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    began = time.monotonic()
    words = [sys.executable, "-c", HANGS, str(tmp_path / "pipe")]
    ended = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stdout, ended.stderr) == (0, "given up\n", "")
    assert time.monotonic() - began < 20


PENDING = """
import os, signal, sys, time
from secretsbackup.tools import ending

def tell(text):
    os.write(1, text.encode() + b" ")

signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGUSR2])  # as good as a main thread that waits for a disk
with ending.watched([signal.SIGUSR2], lambda: (tell("end"), os._exit(4)), 1.0):
    with ending.at_worst(lambda: tell("over")):
        pass
    with ending.at_worst(lambda: tell("folder")), ending.at_worst(lambda: 1 / 0), \\
            ending.at_worst(lambda: tell("child")):
        time.sleep(2)
        tell("goes on")
        os.kill(os.getpid(), signal.SIGUSR2)
        time.sleep(60)
"""


def test_a_program_that_takes_no_signal_is_ended_with_what_it_made() -> None:
    began = time.monotonic()
    ended = subprocess.run([sys.executable, "-c", PENDING], capture_output=True, timeout=90, check=False)
    assert (ended.returncode, ended.stdout.split(), ended.stderr) == (
        4,
        [b"goes", b"on", b"child", b"folder", b"end"],
        b"",
    )
    assert time.monotonic() - began < 40


def test_what_does_not_answer_in_time_is_asked_once() -> None:
    ends, asked = threading.Event(), []

    def hangs() -> str:
        asked.append(1)
        ends.wait()
        return "late"

    for _ in range(3):
        assert answered("a disk", hangs, 0.05, otherwise="unknown") == "unknown"
    assert asked == [1]
    assert answered("another", lambda: "at once", 5.0, otherwise="unknown") == "at once"
    ends.set()
    while answered("a disk", lambda: "again", 5.0, otherwise="unknown") != "again":
        time.sleep(0.01)


def test_what_is_wrong_with_an_answer_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        answered("a disk", lambda: divmod(1, 0), 5.0, otherwise=(0, 0))
