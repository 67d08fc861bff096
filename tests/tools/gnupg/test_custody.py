"""Secret keys leave under their passphrase alone, and arrive whole."""

import asyncio
import subprocess
from pathlib import Path

import pytest

from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Fingerprint
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Secret
from secretsbackup.tools import gnupg
from secretsbackup.tools.gnupg import custody
from tests.conftest import PASSPHRASE


def reason_of(coroutine) -> Reason:  # type: ignore[no-untyped-def]
    """Why it cannot be."""
    with pytest.raises(Failure) as caught:
        asyncio.run(coroutine)
    return caught.value.reason


def exported(gnupg_home: Path, key: Fingerprint) -> bytes:
    return asyncio.run(custody.export_secret(key, PASSPHRASE, home=gnupg_home))


def test_a_key_arrives_in_an_empty_home_under_its_passphrase(
    gnupg_home: Path, fingerprint: Fingerprint
) -> None:
    key = exported(gnupg_home, fingerprint)
    words = ["gpg", "--homedir", str(gnupg_home), "--trust-model", "always", "-r", fingerprint, "-e"]
    sealed = subprocess.run(words, input=b"sealed", capture_output=True, check=True).stdout

    async def round_trip() -> Path:
        async with custody.empty_home() as empty:
            assert await gnupg.keys(home=empty) == ()
            assert await custody.take_in(key, home=empty) == fingerprint
            await gnupg.try_passphrase(fingerprint, PASSPHRASE, home=empty)
            assert await custody.opened(sealed, PASSPHRASE, home=empty) == b"sealed"
            with pytest.raises(Failure):
                await gnupg.try_passphrase(fingerprint, Secret("wrong"), home=empty)
        return empty

    assert not asyncio.run(round_trip()).exists()


def test_a_key_is_not_exported_without_its_passphrase(gnupg_home: Path, fingerprint: Fingerprint) -> None:
    exported(gnupg_home, fingerprint)
    wrong = custody.export_secret(fingerprint, Secret("wrong"), home=gnupg_home)
    assert reason_of(wrong) is Reason.PASSPHRASE_WRONG
    nobody = custody.export_secret(Fingerprint("B" * 40), PASSPHRASE, home=gnupg_home)
    assert reason_of(nobody) is Reason.SECRET_KEY_MISSING


def test_a_key_without_a_passphrase_is_not_put_on_paper(gnupg_home: Path) -> None:
    bare = asyncio.run(gnupg.make_key("Bare Bob", Secret(""), home=gnupg_home))
    assert reason_of(custody.export_secret(bare, Secret(""), home=gnupg_home)) is Reason.KEY_UNPROTECTED


@pytest.mark.parametrize("key", [b"", b"noise", b"\x00" * 500])
def test_what_is_no_secret_key_is_refused(key: bytes, gnupg_home: Path) -> None:
    async def take_in() -> None:
        async with custody.empty_home() as empty:
            await custody.take_in(key, home=empty)

    assert reason_of(take_in()) is Reason.KIT_BROKEN


def test_a_public_key_alone_is_no_secret_key(gnupg_home: Path, fingerprint: Fingerprint) -> None:
    words = ["gpg", "--homedir", str(gnupg_home), "--export", fingerprint]
    public = subprocess.run(words, capture_output=True, check=True).stdout

    async def take_in() -> None:
        async with custody.empty_home() as empty:
            await custody.take_in(public, home=empty)

    assert reason_of(take_in()) is Reason.KIT_BROKEN


def test_what_others_sealed_is_not_opened(gnupg_home: Path, fingerprint: Fingerprint) -> None:
    assert reason_of(custody.opened(b"noise", PASSPHRASE, home=gnupg_home)) is Reason.VOLUME_CORRUPT
