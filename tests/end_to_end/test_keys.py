"""Keys as people have them, backups that are for no key at all, and a terminal without a keyring."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from secretsbackup.tools import duplicity
from tests.end_to_end.machine import PASSPHRASE, Machine, gnupg_home, machine
from tests.end_to_end.servers import Bucket


@pytest.fixture
def gnupg() -> Iterator[tuple[Path, str]]:
    """A GnuPG home that this test may change, and its key."""
    with gnupg_home() as made:
        yield made


@pytest.fixture
def server(tmp_path: Path, gnupg: tuple[Path, str]) -> Iterator[Machine]:
    """A machine without a keyring, and a file to save."""
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "letter.txt").write_text("a letter\n")
    with machine(tmp_path / "home", gnupg[0]) as made:
        yield made


def add(server: Machine, key: str, to: str, *words: str) -> None:
    source = str(Path(server.home).parent / "source")
    server.run("profile", "add", "docs", "--source", source, "--to", to, "--key", key, *words)


def gpg(home: Path, *words: str) -> None:
    first = ["gpg", "--homedir", str(home), "--batch", "--pinentry-mode", "loopback"]
    subprocess.run([*first, "--passphrase", PASSPHRASE, *words], check=True, capture_output=True)


def test_a_kit_that_lacks_the_newest_subkey_says_so(
    server: Machine, gnupg: tuple[Path, str], tmp_path: Path
) -> None:
    home, key = gnupg
    add(server, key, f"file://{tmp_path}/to")
    server.backup()
    paper = str(tmp_path / "paper" / "recovery-kit.txt")
    server.run("kit", "--out", str(tmp_path / "paper"), given=f"{PASSPHRASE}\n", status=None)
    server.run("kit", "check", paper, given=f"{PASSPHRASE}\n")
    time.sleep(1.1)  # gpg takes the newest, by the second
    gpg(home, "--quick-add-key", key, "cv25519", "encr", "never")
    (tmp_path / "source" / "letter.txt").write_text("another letter\n")
    server.backup()
    assert "your recovery kit cannot open the newest backups" in server.run("status").out
    old = server.run("kit", "check", paper, given=f"{PASSPHRASE}\n", status=1).err
    assert "out of date" in old
    assert "damaged" not in old
    server.run("kit", "--out", str(tmp_path / "paper"), given=f"{PASSPHRASE}\n", status=None)
    assert "recovery kit" not in server.run("status").out
    server.run("kit", "check", paper, given=f"{PASSPHRASE}\n")


def test_a_backup_that_this_computer_cannot_open_says_so(
    server: Machine, gnupg: tuple[Path, str], tmp_path: Path
) -> None:
    home, key = gnupg
    add(server, key, f"file://{tmp_path}/to")
    there = {*(home / "private-keys-v1.d").iterdir()}
    time.sleep(1.1)
    gpg(home, "--quick-add-key", key, "cv25519", "encr", "never")
    (new,) = {*(home / "private-keys-v1.d").iterdir()} - there
    new.unlink()
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=True)
    (warned,) = server.backup(status=3).warnings
    assert warned["caution"] == "subkey-elsewhere"
    assert "this computer cannot open it" in server.run("status").out
    assert "secret subkey" in server.run("doctor", status=None).out
    (tmp_path / "out").mkdir()
    said = server.run("restore", "--to", str(tmp_path / "out"), given=f"{PASSPHRASE}\n", status=1)
    assert "secret subkey" in said.err


def test_a_key_without_a_passphrase_is_used_without_a_question(
    server: Machine, gnupg: tuple[Path, str], tmp_path: Path
) -> None:
    words = ["gpg", "--homedir", str(gnupg[0]), "--batch", "--pinentry-mode", "loopback", "--passphrase", ""]
    made = [*words, "--quick-gen-key", "Bare Bob", "future-default", "default", "never"]
    subprocess.run(made, check=True, capture_output=True)
    add(server, "Bare Bob", f"file://{tmp_path}/to")
    server.backup()
    server.forget_everything()
    (tmp_path / "source" / "letter.txt").write_text("another letter\n")
    time.sleep(1.1)
    server.backup()
    server.run("verify")
    (tmp_path / "out").mkdir()
    said = server.run("restore", "--json", "--to", str(tmp_path / "out"))
    (letter,) = (tmp_path / "out").rglob("letter.txt")
    assert letter.read_text() == "another letter\n"
    assert said.outcome["type"] == "completed"
    nonsense = server.run("restore", "--to", str(tmp_path / "out"), given="any nonsense\n", status=1)
    assert "A passphrase was given, but the key" in nonsense.err
    assert "has no passphrase" in server.run("kit", "--out", str(tmp_path / "paper"), status=1).err


@pytest.mark.parametrize(("words", "phrase"), [((), "sym metric"), (("--no-encryption",), "")])
def test_backups_for_no_key_are_restored_and_not_gone_on_with(
    server: Machine, gnupg: tuple[Path, str], tmp_path: Path, words: tuple[str, ...], phrase: str
) -> None:
    env = {**os.environ, "PASSPHRASE": phrase, "GNUPGHOME": str(gnupg[0])}
    source, there = str(tmp_path / "source"), f"file://{tmp_path}/theirs"
    theirs = [
        str(duplicity.find()),
        "full",
        *words,
        "--archive-dir",
        str(tmp_path / "archive"),
        source,
        there,
    ]
    subprocess.run(theirs, env=env, check=True, capture_output=True)
    out = tmp_path / "out"
    out.mkdir()
    if phrase:
        wrong = server.run("restore", "--from", there, "--to", str(out), given="wrong\n", status=1)
        assert "does not open these backups" in wrong.err
    server.run("restore", "--from", there, "--to", str(out), given=f"{phrase}\n")
    (letter,) = out.rglob("letter.txt")
    assert letter.read_text() == "a letter\n"
    add(server, gnupg[1], there)
    before = {*(tmp_path / "theirs").iterdir()}
    for command in (("backup",), ("restore", "--to", str(out)), ("verify",)):
        said = server.run(*command, given=f"{PASSPHRASE}\n", status=1)
        assert "encrypted" in said.err, command
        assert "damaged" not in said.err
    assert {*(tmp_path / "theirs").iterdir()} == before


def test_a_terminal_without_a_keyring_is_asked_for_the_bucket_s_key(
    server: Machine, gnupg: tuple[Path, str], tmp_path: Path, bucket_on_moto: Bucket
) -> None:
    at = bucket_on_moto.server
    add(server, gnupg[1], f"s3://{bucket_on_moto.name}/docs", "--endpoint", at.endpoint)
    opens = f"{at.access_key}\n{at.secret_key}\n"
    assert "keyring" in server.run("backup", status=1).err
    server.run("backup", given=opens)
    server.run("verify", given=f"{opens}{PASSPHRASE}\n")
    assert len(server.run("snapshots", "--json", given=opens).lines) == 1
    assert "keyring" not in server.run("doctor", given=opens, status=None).out
    (tmp_path / "out").mkdir()
    server.run("restore", "--to", str(tmp_path / "out"), given=f"{opens}{PASSPHRASE}\n")
    (letter,) = (tmp_path / "out").rglob("letter.txt")
    assert letter.read_text() == "a letter\n"


def test_lists_answer_at_once_while_the_destination_hangs(
    server: Machine, gnupg: tuple[Path, str], tmp_path: Path, bucket_on_moto: Bucket
) -> None:
    at = bucket_on_moto.server
    add(server, gnupg[1], f"s3://{bucket_on_moto.name}/docs", "--endpoint", at.endpoint)
    server.run("backup", given=f"{at.access_key}\n{at.secret_key}\n")
    with at.process.hanging():
        for words in (("files",), ("find", "letter"), ("versions", "source/letter.txt")):
            began = time.monotonic()
            said = server.run(*words)
            assert time.monotonic() - began < 10, "a busy machine starts slowly, but waits for no server"
            assert "letter.txt" in said.out
            assert "This computer knows all backups up to the one of" in said.err
