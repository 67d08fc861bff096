"""gpg's own words: what keeps a key from opening anything is told as what it is, by a real gpg."""

import asyncio
import os
import platform
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from secretsbackup.model import causes
from secretsbackup.model.causes import HomeFault
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Fingerprint
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Secret
from secretsbackup.tools import encrypted, gnupg
from secretsbackup.tools.gnupg import answers, custody, folder, locks
from secretsbackup.tools.gnupg.agent import PATIENCE, Patience
from tests.conftest import PASSPHRASE, as_nobody, quick

NONE = Secret("")
CARD = "D2760001240102000005000012340000"
"""A card's serial number."""
NO_CARD = ("ERR 100663406 Card removed", "ERR 100663313 No secret key")
"""What a reader without a card says of it, and of a key."""


@pytest.fixture
def ring() -> Iterator[Path]:
    """A GnuPG home of one test's own."""
    with tempfile.TemporaryDirectory(prefix="g", dir="/tmp") as folder:
        home = Path(folder)
        quick(home)
        yield home
        asyncio.run(gnupg.end_agent(home))


def gpg(home: Path, *words: str, given: bytes = b"") -> bytes:
    first = ["gpg", "--homedir", str(home), "--batch", "--yes", "--trust-model", "always"]
    secret = ["--pinentry-mode", "loopback", "--passphrase", PASSPHRASE.reveal()]
    return subprocess.run([*first, *secret, *words], input=given, capture_output=True, check=True).stdout


def made(home: Path, owner: str = "Ada <ada@example.org>", phrase: Secret = PASSPHRASE) -> Fingerprint:
    return asyncio.run(gnupg.make_key(owner, phrase, home=home))


def resolved(home: Path, name: str) -> gnupg.Key:
    return asyncio.run(gnupg.resolve(name, home=home))


def reason(call) -> Reason | None:  # type: ignore[no-untyped-def]
    """Why it cannot be; None if it can."""
    try:
        asyncio.run(call)
    except Failure as failure:
        return failure.reason
    return None


def forget(home: Path, subkey: str) -> None:
    """Take a subkey's secret half away, as if it were kept elsewhere."""
    parts = asyncio.run(gnupg.secret_parts(Fingerprint(resolved(home, subkey).fingerprint), home=home))
    (grip,) = (part.keygrip for part in parts if part.fingerprint == subkey)
    (home / "private-keys-v1.d" / f"{grip}.key").unlink()
    asyncio.run(gnupg.end_agent(home))


# Names


def test_a_key_is_found_by_every_name_that_gpg_knows(ring: Path) -> None:
    key = made(ring)
    gpg(ring, "--quick-add-uid", key, "Ada at work <office@firm.example>")
    other = made(ring, "Magda <magda@example.org>")
    (subkey,) = resolved(ring, key).encrypting
    spaced = " ".join(subkey[at : at + 4] for at in range(0, 40, 4))
    for name in (
        *("ada@example.org", "<office@firm.example>", "OFFICE@firm.example", "at work"),
        *("=Ada <ada@example.org>", "@firm.example", key, f"{key}!", f"0x{subkey[-16:]}", subkey, spaced),
    ):
        assert resolved(ring, name).fingerprint == key, name
    assert resolved(ring, "magda@example.org").fingerprint == other
    assert reason(gnupg.resolve("=Ada", home=ring)) is Reason.KEY_MISSING


def test_a_name_of_several_keys_names_them_all(ring: Path) -> None:
    one, two = made(ring, "Twin <twin@example.org>"), made(ring, "Twin two <twin@example.org>")
    with pytest.raises(Failure) as caught:
        resolved(ring, "twin@example.org")
    assert isinstance(caught.value.cause, causes.KeyAmbiguous)
    assert {one, two} <= {*" ".join(caught.value.cause.keys).split()}


# Secret halves


def test_a_secret_subkey_that_is_not_here_is_no_wrong_passphrase(ring: Path) -> None:
    key = made(ring)
    forget(ring, resolved(ring, key).encrypts_to)
    assert reason(gnupg.try_passphrase(key, PASSPHRASE, home=ring)) is Reason.SECRET_SUBKEY_MISSING


def test_an_older_subkey_is_tried_where_the_newer_one_is_elsewhere(ring: Path) -> None:
    key = made(ring)
    time.sleep(1.1)  # gpg takes the newest, by the second
    gpg(ring, "--quick-add-key", key, "cv25519", "encr", "never")
    newer = resolved(ring, key).encrypts_to
    forget(ring, newer)
    assert reason(gnupg.try_passphrase(key, PASSPHRASE, home=ring)) is None
    message = gpg(ring, "-r", key, "--encrypt", given=b"secret")
    said = gnupg.driver(ring).decrypt(message, passphrase=PASSPHRASE.reveal()).stderr
    told = answers.failure(said)
    assert told.cause == causes.SecretSubkeyMissing(newer[-16:])


def test_a_key_without_a_passphrase_needs_none_and_takes_no_nonsense(ring: Path) -> None:
    key = made(ring, phrase=NONE)
    parts = asyncio.run(gnupg.opening(key, home=ring))
    assert asyncio.run(gnupg.unprotected(parts, home=ring))
    assert reason(gnupg.open_trial(key, parts, NONE, home=ring)) is None
    assert reason(gnupg.try_passphrase(key, Secret("nonsense"), home=ring)) is Reason.KEY_UNPROTECTED


def test_a_passphrase_as_long_as_gpg_takes_works_and_a_longer_one_is_told(ring: Path) -> None:
    longest = Secret("ü" + "x" * (gnupg.LONGEST - 2))
    key = made(ring, phrase=longest)
    assert reason(gnupg.try_passphrase(key, longest, home=ring)) is None
    longer = Secret(longest.reveal() + "x")
    assert reason(gnupg.try_passphrase(key, longer, home=ring)) is Reason.PASSPHRASE_TOO_LONG
    assert reason(gnupg.make_key("Long", longer, home=ring)) is Reason.PASSPHRASE_TOO_LONG


def test_a_key_on_a_card_that_is_not_there_says_so(ring: Path) -> None:
    key = made(ring)
    message = gpg(ring, "-r", key, "--encrypt", given=b"secret")
    (part,) = asyncio.run(gnupg.opening(key, home=ring))
    shadow(ring, part.keygrip)
    (moved,) = asyncio.run(gnupg.opening(key, home=ring))
    assert (moved.where, moved.card) == (gnupg.SecretKeyAt.CARD, CARD)
    assert reason(gnupg.try_passphrase(key, PASSPHRASE, home=ring)) is Reason.CARD_MISSING
    assert asyncio.run(encrypted.key_of(message, home=ring)) == key, "that needs no card"


def test_an_older_part_on_a_card_that_is_not_there_says_so_at_once(ring: Path, tmp_path: Path) -> None:
    """Whatever is encrypted to the newest part needs no card."""
    key = made(ring)
    older = gpg(ring, "-r", key, "--encrypt", given=b"secret")
    (part,) = asyncio.run(gnupg.opening(key, home=ring))
    time.sleep(1.1)  # gpg takes the subkey that was made last, by the second
    gpg(ring, "--quick-add-key", key, "cv25519", "encr", "never")
    newer = gpg(ring, "-r", key, "--encrypt", given=b"secret")
    both = gpg(ring, "-r", f"{part.fingerprint}!", "-r", key, "--encrypt", given=b"secret")
    assert not asyncio.run(gnupg.has_card(key, home=ring))
    shadow(ring, part.keygrip)
    put_reader(ring, tmp_path, *NO_CARD)
    assert asyncio.run(gnupg.has_card(key, home=ring))
    began = time.monotonic()
    assert reason(encrypted.meet_card(older, key, home=ring)) is Reason.CARD_MISSING
    assert reason(encrypted.opened_by(older, PASSPHRASE, home=ring)) is Reason.CARD_MISSING
    cannot = asyncio.run(encrypted.try_to_open(older, key, PASSPHRASE, home=ring))
    assert cannot is encrypted.OpenResult.CANNOT_SAY
    assert time.monotonic() - began < 15, "and not a minute each"
    for message in (newer, both):
        assert reason(encrypted.meet_card(message, key, home=ring)) is None
    assert asyncio.run(encrypted.try_to_open(newer, key, PASSPHRASE, home=ring)) is encrypted.OpenResult.YES


@pytest.mark.parametrize(
    ("serial", "keys", "expected"),
    [
        (f"S SERIALNO {CARD}", f"S KEYINFO $grip T {CARD} OPENPGP.2", Reason.PASSPHRASE_WRONG),
        (*NO_CARD, Reason.CARD_MISSING),
    ],
)
def test_the_card_in_the_reader_is_used_if_it_is_the_right_one(
    ring: Path, tmp_path: Path, serial: str, keys: str, expected: Reason
) -> None:
    key = made(ring)
    (part,) = asyncio.run(gnupg.opening(key, home=ring))
    shadow(ring, part.keygrip)
    put_reader(ring, tmp_path, serial, keys)
    assert reason(gnupg.try_passphrase(key, PASSPHRASE, home=ring)) is expected


def put_reader(ring: Path, folder: Path, serial: str, keys: str) -> None:
    """Have the agent find a reader that says this of its card."""
    (ring / "gpg-agent.conf").write_text(f"scdaemon-program {folder}/scdaemon\n")
    reader = folder / "scdaemon"
    reader.write_text(READER.format(serial=serial, keys=keys))
    reader.chmod(0o755)
    asyncio.run(gnupg.end_agent(ring))


READER = """#!/bin/bash
echo OK
while read -r command grip; do
  case $command in
    SERIALNO) answer="{serial}" ;;
    KEYINFO) answer="{keys}" ;;
    PKDECRYPT) answer="ERR 100663383 Bad PIN" ;;
    *) answer= ;;
  esac
  [[ -z $answer ]] || echo "$answer"
  [[ $answer == ERR* ]] || echo OK
done
"""
"""A reader for a gpg-agent: what it tells of the card in it, whose PIN is another."""


def shadow(home: Path, grip: str) -> None:
    """Put a card's stub in the place of a secret key (gpg-agent's keyformat.txt)."""
    words = [
        "gpg-connect-agent",
        "--homedir",
        str(home),
        f"/datafile {home}/public",
        f"READKEY {grip}",
        "/bye",
    ]
    subprocess.run(words, check=True, capture_output=True)
    public = (home / "public").read_bytes().removeprefix(b"(10:public-key")
    card = bytes.fromhex(CARD)
    where = b"(8:shadowed5:t1-v1(16:" + card + b"9:OPENPGP.2))"
    stub = b"(20:shadowed-private-key" + public[: public.rstrip(b"\0\n").rindex(b"))")] + where + b"))"
    (home / "private-keys-v1.d" / f"{grip}.key").write_bytes(stub)
    asyncio.run(gnupg.end_agent(home))


# The agent


def test_an_agent_that_takes_no_passphrase_from_programs_says_so(ring: Path) -> None:
    (ring / "gpg-agent.conf").write_text("no-allow-loopback-pinentry\n")
    assert reason(gnupg.start_agent(home=ring)) is Reason.AGENT_REFUSES


def test_an_agent_that_hangs_is_told_and_nothing_is_left_waiting(ring: Path) -> None:
    key = made(ring)
    words = ["gpg-connect-agent", "--homedir", str(ring), "GETINFO pid", "/bye"]
    pid = int(subprocess.run(words, check=True, capture_output=True).stdout.split()[1])
    while psutil.Process(pid).status() != psutil.STATUS_STOPPED:
        os.kill(pid, signal.SIGSTOP)  # one that meets a thread which just ends may be lost
        time.sleep(0.01)
    try:
        began = time.monotonic()
        assert reason(gnupg.start_agent(home=ring)) is Reason.AGENT_SILENT
        assert reason(gnupg.opening(key, home=ring)) is Reason.AGENT_SILENT
        assert time.monotonic() - began < 2 * PATIENCE.late  # 3 s each, where no other agent is at work
        listing = gnupg.in_time(lambda: gnupg.driver(ring).list_keys(secret=True, keys=[key]), 2.0)
        assert reason(listing) is Reason.AGENT_SILENT
        assert not [one for one in psutil.process_iter(["cmdline"]) if waits(one, ring)]
    finally:
        os.kill(pid, signal.SIGCONT)


def connects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put a gpg-connect-agent on PATH."""
    program = tmp_path / "gpg-connect-agent"
    program.write_text(f"#!/bin/bash\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")


def test_an_answer_is_waited_for_where_the_machine_is_at_work_on_it(
    ring: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connects(tmp_path, monkeypatch, "while (( SECONDS < 4 )); do :; done; echo OK")
    asyncio.run(gnupg.start_agent(home=ring, patience=Patience(silent=1.0)))
    began = time.monotonic()
    late = gnupg.start_agent(home=ring, patience=Patience(silent=0.5, late=1.5))
    assert reason(late) is Reason.AGENT_SILENT
    assert time.monotonic() - began < 4


def test_an_agent_that_waits_for_who_types_a_passphrase_answers(ring: Path, tmp_path: Path) -> None:
    key = made(ring)
    message = gpg(ring, "-r", key, "--encrypt", given=b"secret")
    pinentry = tmp_path / "pinentry"
    pinentry.write_text(f"#!/bin/sh\ntouch {tmp_path}/asked\necho OK\nexec sleep 60\n")
    pinentry.chmod(0o755)
    (ring / "gpg-agent.conf").write_text(f"pinentry-program {pinentry}\n")
    asyncio.run(gnupg.end_agent(ring))
    words = ["gpg", "--homedir", str(ring), "--batch", "--decrypt"]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as waiting:
        assert waiting.stdin
        waiting.stdin.write(message)
        waiting.stdin.close()
        while not (tmp_path / "asked").exists():
            assert waiting.poll() is None
            time.sleep(0.01)
        assert reason(gnupg.start_agent(home=ring, patience=Patience(silent=1.0))) is None
        assert reason(gnupg.opening(key, home=ring)) is None
        waiting.kill()


def waits(process: psutil.Process, home: Path) -> bool:
    words = process.info["cmdline"] or []
    return str(home) in words and not words[0].endswith("gpg-agent")


def test_a_home_with_too_long_a_path_for_its_socket_is_told(tmp_path: Path) -> None:
    if Path(f"/run/user/{os.getuid()}").exists():
        pytest.skip("the socket is elsewhere")
    home = tmp_path / ("long" * 30)
    home.mkdir(mode=0o700)
    with pytest.raises(Failure) as caught:
        asyncio.run(gnupg.start_agent(home=home))
    assert caught.value.reason is Reason.AGENT_MISSING
    assert "too long" in caught.value.cause.about


def test_what_gpg_conf_does_is_not_taken_for_a_wrong_passphrase(ring: Path) -> None:
    key = made(ring)
    conf = ring / "gpg.conf"
    for line in (f"log-file {ring}/log", "armor", "no-tty", "pinentry-mode cancel", "local-user nobody"):
        conf.write_text(f"{line}\n")
        assert reason(gnupg.try_passphrase(key, PASSPHRASE, home=ring)) is None, line
        assert reason(gnupg.try_passphrase(key, Secret("no"), home=ring)) is Reason.PASSPHRASE_WRONG, line
    conf.write_text("encrypt-to nobody@example.org\n")
    assert reason(gnupg.try_passphrase(key, PASSPHRASE, home=ring)) is Reason.GPG_SETTINGS


def test_a_gpg_that_cannot_work_is_a_failure(
    ring: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for script in ("#!/bin/sh\nkill -KILL $$\n", "#!/bin/sh\nexit 1\n", "#!/nowhere\n", ""):
        (tmp_path / "gpg").write_text(script)
        (tmp_path / "gpg").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        assert reason(gnupg.keys(home=ring)) is Reason.GPG_FAILED, script


# GnuPG's folder


@pytest.fixture
def folders(tmp_path: Path) -> dict[str, Path]:
    """What GNUPGHOME may name that gpg cannot use, by what is said of it."""
    (tmp_path / "file").write_text("text")
    (tmp_path / "closed").mkdir()
    found = {
        HomeFault.MISSING: tmp_path / "missing",
        HomeFault.NO_FOLDER: tmp_path / "file",
        HomeFault.UNREADABLE: tmp_path / "closed",
        HomeFault.ANOTHERS: Path("/") if os.geteuid() else tmp_path / "others",
    }
    if not os.geteuid():
        found[HomeFault.ANOTHERS].mkdir()
        os.chown(found[HomeFault.ANOTHERS], 12345, -1)
        os.chown(found[HomeFault.UNREADABLE], 65534, -1)
    found[HomeFault.UNREADABLE].chmod(0o000)
    return found


@pytest.mark.parametrize("against", [HomeFault.MISSING, HomeFault.NO_FOLDER, HomeFault.ANOTHERS])
def test_a_folder_that_gpg_cannot_use_is_told_alike_by_all_that_need_it(
    folders: dict[str, Path], against: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GNUPGHOME", str(folders[against]))
    key = Fingerprint("A" * 40)
    for call in (
        *(gnupg.keys(), gnupg.resolve(key), gnupg.start_agent(), gnupg.opening(key)),
        *(gnupg.try_passphrase(key, PASSPHRASE), gnupg.make_key("Ada", PASSPHRASE)),
        *(encrypted.key_of(b"x"), encrypted.opened_by(b"x", PASSPHRASE), custody.take_in(b"x")),
    ):
        with pytest.raises(Failure) as caught:
            asyncio.run(call)
        assert caught.value.reason is Reason.GPG_HOME
        assert caught.value.cause.about == f"{against} {folders[against]}"
    assert not folders[HomeFault.MISSING].exists()


def test_nor_can_it_use_one_that_may_not_be_read(folders: dict[str, Path]) -> None:
    with as_nobody(), pytest.raises(Failure) as caught:
        folder.ready(folders[HomeFault.UNREADABLE])
    assert caught.value.cause.about == f"unreadable {folders[HomeFault.UNREADABLE]}"


def test_the_users_own_folder_is_made_by_gpg_where_it_lacks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("GNUPGHOME", raising=False)
    assert asyncio.run(gnupg.keys()) == ()
    monkeypatch.setenv("GNUPGHOME", str(tmp_path / "none"))
    assert reason(gnupg.keys()) is Reason.GPG_HOME


# Locks


def lock(home: Path, name: str, content: str, age: float = 60.0) -> Path:
    path = home / name
    path.write_text(content)
    os.utime(path, (time.time() - age,) * 2)
    return path


@pytest.mark.parametrize("name", ["gnupg_spawn_agent_sentinel.lock", "pubring.kbx.lock"])
def test_a_lock_that_a_power_cut_left_is_removed(ring: Path, name: str) -> None:
    left = lock(ring, name, f"{os.getpid():10d}\n{platform.node()}\n")
    asyncio.run(gnupg.start_agent(home=ring))
    assert not left.exists()
    emptied = lock(ring, name, "")
    asyncio.run(gnupg.start_agent(home=ring))
    assert not emptied.exists()


def test_a_lock_of_another_machine_stays_and_is_told(ring: Path) -> None:
    theirs = lock(ring, "gnupg_spawn_agent_sentinel.lock", f"{os.getpid():10d}\nanother.example\n")
    with pytest.raises(Failure) as caught:
        asyncio.run(gnupg.start_agent(home=ring, patience=Patience(starting=1.0)))
    assert caught.value.cause == causes.GpgLocked(str(theirs))
    assert theirs.exists()


def test_a_lock_that_gnupg_holds_stays(ring: Path) -> None:
    asyncio.run(gnupg.start_agent(home=ring))
    words = ["gpg-connect-agent", "--homedir", str(ring), "GETINFO pid", "/bye"]
    pid = int(subprocess.run(words, check=True, capture_output=True).stdout.split()[1])
    held = lock(ring, "pubring.kbx.lock", f"{pid:10d}\n{platform.node()}\n", age=0)
    locks.clear(ring)
    assert held.exists()


# What others sealed


def test_who_can_open_a_message_is_read_from_it(ring: Path) -> None:
    key = made(ring)
    to_key = gpg(ring, "-r", key, "--encrypt", given=b"x")
    hidden = gpg(ring, "-r", key, "--throw-keyids", "--encrypt", given=b"x")
    symmetric = gpg(ring, "--symmetric", given=b"x")
    assert asyncio.run(encrypted.key_of(to_key, home=ring)) == key
    assert asyncio.run(encrypted.key_of(hidden, home=ring)) is None
    assert asyncio.run(encrypted.key_of(symmetric, home=ring)) == encrypted.BY_PASSPHRASE
    assert asyncio.run(encrypted.opened_by(hidden, PASSPHRASE, home=ring)) == key
    assert asyncio.run(encrypted.opened_by(symmetric, PASSPHRASE, home=ring)) == encrypted.BY_PASSPHRASE
    for message in (hidden, symmetric):
        wrong = encrypted.opened_by(message, Secret("no"), home=ring)
        assert reason(wrong) is Reason.BACKUP_PASSPHRASE_WRONG
    assert reason(encrypted.key_of(b"noise", home=ring)) is Reason.VOLUME_CORRUPT


@pytest.mark.parametrize(
    ("said", "reason", "detail"),
    [
        ("[GNUPG:] FAILURE sign 32859", Reason.NO_ROOM, ""),
        ("[GNUPG:] ERROR keydb_search 33587249", Reason.DISK_FAILING, ""),
        (
            "gpg: can't create '/home/ada/.gnupg/x': Read-only file system",
            Reason.DISK_READ_ONLY,
            "/home/ada/.gnupg/x",
        ),
        (
            "gpg: error writing keyring '/k/pubring.kbx': No space left on device",
            Reason.NO_ROOM,
            "/k/pubring.kbx",
        ),
        ("gpg: can't open '/k/x': Too many open files", Reason.SYSTEM_LIMIT, "Too many open files"),
        ("gpg: error writing to '/k/x': File too large", Reason.FILE_TOO_LARGE, "/k/x"),
    ],
)
def test_what_the_system_refuses_gpg_goes_before_all_that_comes_of_it(
    said: str, reason: Reason, detail: str
) -> None:
    for text in (said, f"{said}\n[GNUPG:] NO_SECKEY ABCD\ngpg: decryption failed: No secret key"):
        failure = answers.failure(text, "a key")
        assert (failure.reason, failure.cause.about) == (reason, detail)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root mounts a disk")
def test_a_gpg_on_a_full_disk_says_so(ring: Path) -> None:
    made(ring)
    exported = gpg(ring, "--armor", "--export-secret-keys")
    with tempfile.TemporaryDirectory(prefix="full", dir="/tmp") as folder:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4k,mode=0700", "tmpfs", folder], check=True)
        try:
            (Path(folder) / "fill").write_bytes(bytes(4096))
            words = ["gpg", "--homedir", folder, "--batch", "--no-autostart", "--status-fd", "2", "--import"]
            ended = subprocess.run(words, input=exported, capture_output=True, check=False)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)
    assert ended.returncode
    refused = answers.refused(ended.stderr.decode())
    assert refused, ended.stderr
    assert refused.reason is Reason.NO_ROOM


def test_what_is_wrong_with_a_file_is_no_refusal_of_the_system() -> None:
    assert answers.refused("gpg: [stdin]: no valid OpenPGP data found.") is None
