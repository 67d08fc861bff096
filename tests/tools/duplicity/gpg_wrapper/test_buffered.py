"""gpg behind a buffer: every byte comes through, and it ends as gpg ends or as one that was killed."""

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import psutil
import pytest

from secretsbackup.tools.duplicity.gpg_wrapper import buffered, stand_in


def program(folder: Path, script: str) -> Path:
    """A program that stands where gpg stands."""
    made = folder / "it's gpg"
    made.write_text(f"#!/bin/sh\n{script}\n")
    made.chmod(0o700)
    return made


def start(folder: Path, script: str, **more: object) -> subprocess.Popen[bytes]:
    """Start it behind the buffer, as duplicity would."""
    buffer = stand_in.for_backup(program(folder, script), folder, fast=False)
    return subprocess.Popen(
        [buffer, "two words"],
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


@pytest.fixture(scope="module")
def keyring() -> Iterator[dict[str, str]]:
    """A gpg with a key of its own, without a passphrase."""
    with tempfile.TemporaryDirectory() as home:
        env = {**os.environ, "GNUPGHOME": home}
        words = ["gpg", "--batch", "--quiet", "--passphrase", "", "--quick-gen-key", "canary", "default"]
        subprocess.run([*words, "default"], env=env, check=True, capture_output=True)
        yield env
        subprocess.run(["gpgconf", "--kill", "gpg-agent"], env=env, check=True)


def gpg() -> Path:
    """The real one."""
    found = shutil.which("gpg")
    assert found
    return Path(found)


def made(folder: Path, env: dict[str, str]) -> Path:
    """What stands in for it, with a home of its own."""
    return stand_in.for_backup(gpg(), folder, fast=True, home=Path(env["GNUPGHOME"]))


def encrypted(
    given: bytes, called: Sequence[str | Path], env: dict[str, str]
) -> subprocess.CompletedProcess[bytes]:
    """What duplicity gets when it has this do what gpg does."""
    words = ["--batch", "--trust-model", "always", "--recipient", "canary", "--encrypt"]
    return subprocess.run([*called, *words], input=given, env=env, check=False, capture_output=True)


def decrypted(volume: bytes, env: dict[str, str]) -> bytes:
    """What plain gpg reads in a volume."""
    words = [gpg(), "--batch", "--quiet", "--decrypt"]
    return subprocess.run(words, input=volume, env=env, check=True, capture_output=True).stdout


@pytest.mark.parametrize("size", [0, 1, (1 << 16) - 6, (1 << 16) - 5, 3_000_000])
@pytest.mark.parametrize("material", [os.urandom, bytes])
def test_plain_gpg_reads_what_was_compressed_before_it(
    size: int, material: Callable[[int], bytes], keyring: dict[str, str], tmp_path: Path
) -> None:
    given = material(size)
    volume = encrypted(given, [made(tmp_path, keyring)], keyring).stdout
    assert decrypted(volume, keyring) == given
    assert len(volume) < (1000 + size * 1.01 if material is os.urandom else 1000 + size / 50)


def test_the_packets_are_those_that_gpg_would_have_made(keyring: dict[str, str], tmp_path: Path) -> None:
    def packets(volume: bytes) -> list[bytes]:
        words = ["gpg", "--batch", "--list-packets"]
        listed = subprocess.run(words, input=volume, env=keyring, check=True, capture_output=True)
        lines = [line for line in listed.stdout.splitlines() if not line.startswith((b"#", b"\tdata"))]
        return [re.sub(rb"created \d+", b"", line) for line in lines]

    given = b"volume" * 50_000
    own = encrypted(given, [gpg(), "--compress-algo", "zlib"], keyring).stdout
    ours = encrypted(given, [made(tmp_path, keyring)], keyring).stdout
    assert packets(ours) == packets(own)


def test_a_key_that_cannot_be_used_is_gpgs_to_tell(tmp_path: Path) -> None:
    env = {**os.environ, "GNUPGHOME": str(tmp_path)}
    ended = encrypted(b"volume", [made(tmp_path, env)], env)
    assert ended.returncode == 2
    assert b"canary: skipped: No public key" in ended.stderr


def test_where_there_is_no_fast_compressor_it_takes_longer(keyring: dict[str, str]) -> None:
    slow = [sys.executable, "-I", "-S", buffered.__file__, "/nowhere", gpg()]
    given = b"a few words " * 10_000
    assert decrypted(encrypted(given, slow, keyring).stdout, keyring) == given
