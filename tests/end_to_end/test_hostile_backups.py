"""A destination that means harm: it knows the public key, and forges a backup that would write elsewhere."""

import hashlib
import io
import os
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from secretsbackup.tools import fence
from tests.end_to_end.machine import PASSPHRASE, Machine
from tests.end_to_end.test_round_trip import make_profile

Member = tuple[str, bytes, str]
"""A name, a kind, and what it holds or leads to."""

STAMP = "20261101T000000Z"
FOLDER, LINK, FILE = tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.REGTYPE
ROOT: Member = ("snapshot/", FOLDER, "")
FORGED: dict[str, list[Member]] = {
    "a file through a link": [ROOT, ("snapshot/a", LINK, "OUT"), ("snapshot/a/planted", FILE, "evil")],
    "a folder through a link": [
        ROOT,
        ("snapshot/a", LINK, "OUT"),
        ("snapshot/a/sub/", FOLDER, ""),
        ("snapshot/a/sub/planted", FILE, "evil"),
    ],
    "a file over one through a link": [
        ROOT,
        ("snapshot/a", LINK, "OUT"),
        ("snapshot/a/precious", FILE, "evil"),
    ],
    "the folder itself is a link": [("snapshot/", LINK, "OUT"), ("snapshot/planted", FILE, "evil")],
    "a name that goes up": [ROOT, ("snapshot/../outside/planted", FILE, "evil")],
    "a name from the root": [ROOT, ("snapshot/OUT/planted", FILE, "evil")],
    "a link, then a file of its name": [
        ROOT,
        ("snapshot/a", LINK, "OUT/precious"),
        ("snapshot/a", FILE, "evil"),
    ],
}


def difftar(members: list[Member], outside: Path) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w", format=tarfile.GNU_FORMAT) as tar:
        for name, kind, holds in members:
            member = tarfile.TarInfo(name.replace("OUT", str(outside)))
            member.type, member.mode = kind, 0o755
            content = holds.encode() if kind == FILE else b""
            member.size = len(content)
            member.linkname = holds.replace("OUT", str(outside)) if kind == LINK else ""
            tar.addfile(member, io.BytesIO(content))
    return made.getvalue()


def forge(
    there: Path,
    members: list[Member],
    outside: Path,
    keys: tuple[Path, str],
    signed: Sequence[Member] = (("signature/", FOLDER, ""),),
) -> None:
    """Write a whole set, as duplicity would; its signatures may tell something else."""

    def seal(name: str, content: bytes) -> bytes:
        words = ["gpg", "--batch", "--trust-model", "always", "-r", keys[1], "--encrypt"]
        env = {**os.environ, "GNUPGHOME": str(keys[0])}
        sealed = subprocess.run(words, input=content, env=env, check=True, capture_output=True).stdout
        (there / name).write_bytes(sealed)
        return sealed

    there.mkdir()
    volume = seal(f"duplicity-full.{STAMP}.vol1.difftar.gpg", difftar(members, outside))
    manifest = (
        f"Hostname x\nLocaldir /x\nVolume 1:\n    StartingPath   .\n    EndingPath   zzz\n"
        f"    Hash SHA1 {hashlib.sha1(volume, usedforsecurity=False).hexdigest()}\n"
    )
    seal(f"duplicity-full.{STAMP}.manifest.gpg", manifest.encode())
    seal(f"duplicity-full-signatures.{STAMP}.sigtar.gpg", difftar(list(signed), outside))


@pytest.mark.skipif(not fence.version(), reason="this system has no Landlock")
@pytest.mark.parametrize("members", FORGED.values(), ids=list(FORGED))
def test_nothing_is_written_outside_the_restored_folder(
    user: Machine, keys: tuple[Path, str], tmp_path: Path, members: list[Member]
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "precious").write_text("precious")
    forge(tmp_path / "backups", members, outside, keys)
    (tmp_path / "source").mkdir()
    make_profile(user, keys[1], tmp_path / "source", f"file://{tmp_path}/backups")
    (tmp_path / "to").mkdir()
    said = user.run("restore", "--json", "--to", f"{tmp_path}/to", given=PASSPHRASE + "\n", status=None)
    assert [(path.name, path.read_text()) for path in outside.iterdir()] == [("precious", "precious")]
    if "through" in " ".join(name for name, one in FORGED.items() if one is members):
        assert said.outcome["reason"] == "snapshot-unsafe"
    print(said)


SIGNED: list[Member] = [
    ("signature/", FOLDER, ""),
    ("snapshot/docs/", FOLDER, ""),
    ("snapshot/docs/a/", FOLDER, ""),
    ("signature/docs/a/precious", FILE, "rs"),
    ("signature/docs/a/secret", FILE, "rs"),
    ("signature/docs/b", FILE, "rs"),
]
SENT: list[Member] = [ROOT, ("snapshot/docs/", FOLDER, ""), ("snapshot/docs/a", LINK, "OUT")]


def test_a_link_that_is_told_to_be_a_folder_takes_nothing_from_where_it_leads(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    """It is no duplicity that moves, dresses and takes away what is restored in part, or gone on with."""
    outside, source, to = (tmp_path / name for name in ("outside", "source", "to"))
    for folder in (outside, source, to):
        folder.mkdir()
    for name in ("precious", "secret"):
        (outside / name).write_text(name)
    outside.chmod(0o700)
    forge(tmp_path / "backups", SENT, outside, keys, SIGNED)
    make_profile(user, keys[1], source, f"file://{tmp_path}/backups")
    user.run("secret", "set", "docs", "gpg-passphrase", given=PASSPHRASE)
    wanted = "docs/a/precious", "docs/a/secret"
    said = user.run("restore", "--json", *wanted, "--to", str(to), status=1)
    assert said.outcome["reason"] == "snapshot-unsafe"
    user.run("restore", "--json", "docs/a", "docs/b", "--to", str(to), status=None)
    for folder in to.glob("*-incomplete"):
        user.run("restore", "--go-on", str(folder), status=None)
    assert sorted(path.name for path in outside.iterdir()) == ["precious", "secret"]
    assert outside.stat().st_mode & 0o777 == 0o700
