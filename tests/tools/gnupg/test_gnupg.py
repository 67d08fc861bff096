"""Keys by any name, only if they can encrypt; and a passphrase is right only if it is."""

import asyncio
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Fingerprint
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Secret
from secretsbackup.tools import gnupg
from tests.conftest import PASSPHRASE, quick


def gpg(home: Path, *words: str, given: str = "") -> str:
    """Run gpg itself."""
    first = [
        "gpg",
        "--homedir",
        str(home),
        "--batch",
        "--yes",
        "--pinentry-mode",
        "loopback",
        "--passphrase",
        "",
    ]
    return subprocess.run([*first, *words], input=given, text=True, check=True, capture_output=True).stdout


@pytest.fixture(scope="module")
def ring() -> Iterator[Path]:
    """A GnuPG home with keys of every kind."""
    with tempfile.TemporaryDirectory(prefix="g", dir="/tmp") as folder:
        home = Path(folder)
        quick(home)
        gpg(home, "--quick-gen-key", "Good Grace <grace@example.org>", "future-default")
        gpg(home, "--quick-gen-key", "Twin One <twin@example.org>", "ed25519", "sign")
        gpg(home, "--quick-gen-key", "Twin Two <twin@example.org>", "ed25519", "sign")
        old = ["--faked-system-time", "20200101T000000!"]
        gpg(home, *old, "--quick-gen-key", "Expired Eve", "future-default", "default", "1d")
        gpg(home, "--quick-gen-key", "Revoked Rob", "future-default")
        certificate = next((home / "openpgp-revocs.d").glob(f"{fingerprint(home, 'Revoked Rob')}.rev"))
        gpg(home, "--import", given=certificate.read_text().replace(":-----BEGIN", "-----BEGIN"))
        yield home
        asyncio.run(gnupg.end_agent(home))


def fingerprint(home: Path, name: str) -> str:
    """The fingerprint of a key."""
    listed = gpg(home, "--with-colons", "--list-keys", name).splitlines()
    return next(line.split(":")[9] for line in listed if line.startswith("fpr"))


def resolved(home: Path, name: str) -> gnupg.Key:
    """The key of that name, if it can be used."""
    return gnupg.usable(asyncio.run(gnupg.resolve(name, home=home)))


def refused(home: Path, name: str) -> Reason:
    """Why no key of that name can be used."""
    with pytest.raises(Failure) as caught:
        resolved(home, name)
    return caught.value.reason


def test_a_key_is_known_by_any_of_its_names(ring: Path) -> None:
    whole = fingerprint(ring, "Good Grace")
    spaced = " ".join(whole[at : at + 4] for at in range(0, 40, 4))
    for name in (
        whole,
        whole.lower(),
        spaced,
        whole[-16:],
        f"0x{whole[-8:]}",
        "Good Grace",
        "grace@example.org",
    ):
        assert resolved(ring, name).fingerprint == whole


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("nobody", Reason.KEY_MISSING),
        ("B" * 40, Reason.KEY_MISSING),
        ("twin@example.org", Reason.KEY_AMBIGUOUS),
        ("Twin One", Reason.KEY_CANNOT_ENCRYPT),
        ("Expired Eve", Reason.KEY_EXPIRED),
        ("Revoked Rob", Reason.KEY_REVOKED),
    ],
)
def test_a_key_that_cannot_be_used_says_why(ring: Path, name: str, reason: Reason) -> None:
    assert refused(ring, name) is reason


@pytest.mark.parametrize("name", ["", " "])
def test_no_name_is_no_key(gnupg_home: Path, fingerprint: Fingerprint, name: str) -> None:
    assert refused(gnupg_home, name) is Reason.KEY_MISSING


def test_a_key_that_we_make_can_be_used(gnupg_home: Path, fingerprint: Fingerprint) -> None:
    key = resolved(gnupg_home, fingerprint)
    assert (key.fingerprint, key.expires, key.can_encrypt) == (fingerprint, 0, True)
    assert "Ada Lovelace" in key.owner
    assert len(key.keygrips) == 2


def tried(home: Path, key: str, phrase: Secret) -> Reason | None:
    """Why a passphrase is not right; None if it is."""
    try:
        asyncio.run(gnupg.try_passphrase(Fingerprint(key), phrase, home=home))
    except Failure as failure:
        return failure.reason
    return None


def test_a_passphrase_is_right_or_wrong_whatever_the_agent_remembers(
    gnupg_home: Path, fingerprint: Fingerprint
) -> None:
    assert tried(gnupg_home, fingerprint, PASSPHRASE) is None
    assert tried(gnupg_home, fingerprint, Secret("wrong")) is Reason.PASSPHRASE_WRONG
    assert tried(gnupg_home, fingerprint, Secret("")) is Reason.PASSPHRASE_WRONG
    assert tried(gnupg_home, fingerprint, PASSPHRASE) is None


def test_the_passphrase_of_another_key_opens_no_second_one(
    gnupg_home: Path, fingerprint: Fingerprint
) -> None:
    """gpg-agent would try the one that was used last, which may be the same: a wrong one seemed right."""
    other = asyncio.run(gnupg.make_key("Same Passphrase", PASSPHRASE, home=gnupg_home))
    assert tried(gnupg_home, other, PASSPHRASE) is None
    assert tried(gnupg_home, fingerprint, Secret("wrong")) is Reason.PASSPHRASE_WRONG


def test_a_secret_key_that_is_not_here_is_missing(gnupg_home: Path) -> None:
    assert tried(gnupg_home, "B" * 40, PASSPHRASE) is Reason.SECRET_KEY_MISSING


def test_a_passphrase_may_hold_any_text(gnupg_home: Path) -> None:
    phrase = Secret('pässwörd 🔑 "quoted" $(id) \\')
    made = asyncio.run(gnupg.make_key("Any Text", phrase, home=gnupg_home))
    assert tried(gnupg_home, made, phrase) is None
    assert tried(gnupg_home, made, Secret("passwort")) is Reason.PASSPHRASE_WRONG


@pytest.mark.parametrize("kind", gnupg.KeyKind)
def test_every_kind_of_key_encrypts_and_does_not_expire(ring: Path, kind: gnupg.KeyKind) -> None:
    phrase = Secret("  spaces at its ends  ")
    made = asyncio.run(gnupg.make_key(f"Made\n%commit {kind}", phrase, kind=kind, home=ring))
    key = resolved(ring, made)
    assert (key.owner, key.expires, len(key.encrypting)) == (f"Made %commit {kind}", 0, 1)
    assert tried(ring, made, phrase) is None
    assert tried(ring, made, Secret("spaces at its ends")) is Reason.PASSPHRASE_WRONG


def test_a_key_ends_with_its_last_part_that_encrypts(ring: Path) -> None:
    gpg(ring, "--quick-gen-key", "Lasting Lea", "ed25519", "sign", "never")
    whole = fingerprint(ring, "Lasting Lea")
    gpg(ring, "--quick-add-key", whole, "cv25519", "encr", "10d")
    key = resolved(ring, whole)
    assert 9 < (key.expires - time.time()) / 86400 <= 10
    gpg(ring, "--quick-add-key", whole, "cv25519", "encr", "30d")
    assert 29 < (resolved(ring, whole).expires - time.time()) / 86400 <= 30
    gpg(ring, "--quick-set-expire", whole, "20d")
    assert 19 < (resolved(ring, whole).expires - time.time()) / 86400 <= 20


@pytest.mark.parametrize(("span", "years"), [("2y", 2), ("never", None)])
def test_an_expired_key_is_extended_with_its_subkey(ring: Path, span: str, years: int | None) -> None:
    owner = f"Extended {span}"
    old = ["--faked-system-time", "20200101T000000!"]
    gpg(ring, *old, "--quick-gen-key", owner, "future-default", "default", "1d")
    assert refused(ring, owner) is Reason.KEY_EXPIRED
    key = asyncio.run(gnupg.resolve(owner, home=ring))
    asyncio.run(gnupg.extend(key, span, Secret(""), home=ring))
    extended = resolved(ring, owner)
    left = (extended.expires - time.time()) / 86400
    assert abs(left - 365 * years) < 2 if years else extended.expires == 0


def test_an_expired_key_still_tells_a_wrong_passphrase(gnupg_home: Path) -> None:
    made = asyncio.run(gnupg.make_key("Old But Mine", PASSPHRASE, home=gnupg_home))
    key = asyncio.run(gnupg.resolve(made, home=gnupg_home))
    asyncio.run(gnupg.extend(key, "seconds=1", PASSPHRASE, home=gnupg_home))
    time.sleep(2)
    assert refused(gnupg_home, made) is Reason.KEY_EXPIRED
    assert tried(gnupg_home, made, PASSPHRASE) is None
    assert tried(gnupg_home, made, Secret("wrong")) is Reason.PASSPHRASE_WRONG


def test_a_key_is_not_extended_with_a_wrong_passphrase_or_without_its_secret(gnupg_home: Path) -> None:
    made = asyncio.run(gnupg.make_key("Not Yours", PASSPHRASE, home=gnupg_home))
    key = asyncio.run(gnupg.resolve(made, home=gnupg_home))
    gpg(gnupg_home, "--delete-secret-keys", made)
    with pytest.raises(Failure) as caught:
        asyncio.run(gnupg.extend(key, "2y", PASSPHRASE, home=gnupg_home))
    assert caught.value.reason is Reason.SECRET_KEY_MISSING


def test_an_agent_that_was_ended_is_gone() -> None:
    with tempfile.TemporaryDirectory(prefix="g", dir="/tmp") as folder:
        home = Path(folder)
        asyncio.run(gnupg.make_key("Short Lived", PASSPHRASE, home=home))
        assert (home / "S.gpg-agent").exists()
        asyncio.run(gnupg.end_agent(home))
        end = time.monotonic() + 5
        while (home / "S.gpg-agent").exists() and time.monotonic() < end:
            time.sleep(0.05)
        assert not (home / "S.gpg-agent").exists()


def test_a_gpg_that_waits_for_an_agent_that_hangs_is_a_failure_with_its_name() -> None:
    with pytest.raises(Failure) as raised:
        asyncio.run(gnupg.in_time(lambda: time.sleep(1), 0.05))
    assert raised.value.reason is Reason.AGENT_SILENT
