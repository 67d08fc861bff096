"""gpg behind a buffer: every byte comes through, and it ends as gpg ends or as one that was killed."""

import os
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from secretsbackup.tools.duplicity import buffered


def program(folder: Path, script: str) -> Path:
    """A program that stands where gpg stands."""
    made = folder / "it's gpg"
    made.write_text(f"#!/bin/sh\n{script}\n")
    made.chmod(0o700)
    return made


def start(folder: Path, script: str, **more: object) -> subprocess.Popen[bytes]:
    """Start it behind the buffer, as duplicity would."""
    stand_in = buffered.stand_in(program(folder, script), folder)
    return subprocess.Popen(
        [stand_in, "two words"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        **more,  # type: ignore[call-overload]
    )


def test_every_byte_and_word_comes_through(tmp_path: Path) -> None:
    given = os.urandom(40_000_001)
    said, _ = start(tmp_path, 'echo "$1"; cat').communicate(given)
    assert said == b"two words\n" + given


def test_other_descriptors_are_handed_on(tmp_path: Path) -> None:
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as heard:
        child = start(tmp_path, f"echo status >/dev/fd/{writer}; cat >&2", pass_fds=(writer,))
        os.close(writer)
        _, said = child.communicate(b"volume")
        assert (heard.read(), said) == (b"status\n", b"volume")


@pytest.mark.parametrize("script", ["exit 2", "head -c 10 >/dev/null; exit 2", "cat >/dev/null; exit 2"])
def test_it_ends_as_gpg_ends_however_much_was_still_to_come(tmp_path: Path, script: str) -> None:
    child = start(tmp_path, script)
    child.communicate(bytes(50_000_000))
    assert child.returncode == 2


def test_it_says_so_when_gpg_is_killed(tmp_path: Path) -> None:
    child = start(tmp_path, "kill -9 $$")
    child.communicate(b"volume")
    assert child.returncode == 128 + signal.SIGKILL


def test_a_volume_that_lacks_its_end_is_no_success(tmp_path: Path) -> None:
    """The buffer is killed with the end of a volume in it: gpg sees an end, and ends well."""
    with start(tmp_path, "sleep 1; cat >/dev/null; echo whole >&2") as child:
        assert child.stdin
        assert child.stderr
        child.stdin.write(bytes(1_000_000))
        child.stdin.close()
        while not psutil.Process(child.pid).children():
            time.sleep(0.01)
        child.kill()
        assert child.wait() == -signal.SIGKILL
        assert child.stderr.read() == b"whole\n"
