"""A twin of a GnuPG home opens what the home opens, and changes nothing there."""

import asyncio
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import gnupg as python_gnupg
import psutil
import pytest

from secretsbackup.model.profile import Fingerprint
from secretsbackup.tools import process
from secretsbackup.tools.duplicity import workspace
from secretsbackup.tools.duplicity.gpg_wrapper import stand_in
from secretsbackup.tools.gnupg import temporary_home
from tests.conftest import PASSPHRASE


@pytest.fixture
def sealed(key: Fingerprint, gnupg_home: Path) -> bytes:
    """A message to the key."""
    gpg = python_gnupg.GPG(gnupghome=str(gnupg_home), options=["--trust-model", "always"])
    return bytes(gpg.encrypt(b"a message", key, armor=False).data)


async def opened(gpg: Path, sealed: bytes) -> list[bytes]:
    """What gpg reads in it, as duplicity calls it."""
    lines: list[bytes] = []
    reader, writer = os.pipe()
    os.write(writer, PASSPHRASE.reveal().encode() + b"\n")
    os.close(writer)
    words = ["--batch", "--pinentry-mode", "loopback", "--passphrase-fd", str(reader), "--decrypt"]
    try:
        await process.run(gpg, words, given=sealed, on_line=lines.append, held=reader)
    finally:
        os.close(reader)
    return lines


def killed(home: Path) -> None:
    """The agent of a home is killed: its socket stays."""
    for one in psutil.process_iter(["cmdline"]):
        words = one.info["cmdline"] or []
        if words and words[0].endswith("gpg-agent") and str(home) in words:
            one.kill()
            one.wait()


def ended(home: Path) -> None:
    """It is told to end."""
    subprocess.run(["gpgconf", "--homedir", home, "--kill", "gpg-agent"], check=True)


@pytest.mark.parametrize("end", [killed, ended])
def test_it_opens_what_the_home_opens_also_when_the_agent_ends(
    sealed: bytes, gnupg_home: Path, tmp_path: Path, end: Callable[[Path], object]
) -> None:
    async def work() -> None:
        deep = tmp_path / ("a long name " * 10)
        deep.mkdir()
        await temporary_home.make(deep / "twin")
        gpg = stand_in.for_restore(process.find("gpg"), tmp_path, home=deep / "twin")
        async with temporary_home.agent_running():
            assert await opened(gpg, sealed) == [b"a message"]
            end(gnupg_home)
            assert await opened(gpg, sealed) == [b"a message"]

    lasting = [path for path in gnupg_home.iterdir() if path.suffix in (".kbx", ".gpg", ".conf")]
    before = [path.read_bytes() for path in lasting]
    asyncio.run(work())
    assert [path.read_bytes() for path in lasting] == before


def test_a_home_without_keys_of_ones_own_has_a_twin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backup under a passphrase alone needs none."""
    (tmp_path / "g").mkdir(mode=0o700)
    monkeypatch.setenv("GNUPGHOME", str(tmp_path / "g"))
    asyncio.run(temporary_home.make(tmp_path / "twin"))
    assert (tmp_path / "twin" / "S.gpg-agent").read_text().startswith("%Assuan%\nsocket=/")


def test_a_sandbox_shows_the_archive_folder_and_hands_over_what_is_new_and_plain(
    key: Fingerprint, tmp_path: Path
) -> None:
    archive, there, new = tmp_path / "archive", "full.20261122T120000Z", "full.20261123T120000Z"
    archive.mkdir()
    (archive / f"duplicity-{there}.manifest").write_text("known")

    async def work() -> None:
        async with workspace.entered(archive, tmp_path) as inside:
            shown = inside.archive / f"duplicity-{there}.manifest"
            assert shown.read_text() == "known"
            shown.unlink()
            shown.write_text("another")
            (inside.archive / f"duplicity-{new}.manifest").write_text("new")
            (inside.archive / f"duplicity-{new}.manifest.part").write_text("half")
            (inside.archive / "duplicity-full-signatures.20261123T120000Z.sigtar.gz").symlink_to(
                "/etc/passwd"
            )
            (inside.archive / "evil").write_text("evil")

    asyncio.run(work())
    held = {path.name: path.read_text() for path in archive.iterdir()}
    assert held == {f"duplicity-{there}.manifest": "known", f"duplicity-{new}.manifest": "new"}
    assert not list(tmp_path.glob("sandbox-*"))
