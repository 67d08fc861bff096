"""A destination that means harm: it knows the public key, and forges a backup that would write elsewhere."""

import hashlib
import io
import os
import subprocess
import tarfile
from collections.abc import Sequence
from pathlib import Path

import pytest

from secretsbackup.tools import sandbox
from tests.end_to_end.machine import PASSPHRASE, Machine, Said
from tests.end_to_end.test_round_trip import make_profile

Member = tuple[str, bytes, str]
"""A name, a kind, and what it holds or leads to."""

STAMP = "20261101T000000Z"
FOLDER, LINK, FILE = tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.REGTYPE
MODES = {"snapshot/su": 0o4755, "snapshot/deep/sg": 0o2755, "snapshot/deep/": 0o311}
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
            member.type, member.mode = kind, MODES.get(name, 0o755)
            member.devmajor = member.devminor = 1
            content = holds.encode() if kind == FILE else b""
            member.size = len(content)
            member.linkname = holds.replace("OUT", str(outside)) if kind in (LINK, tarfile.LNKTYPE) else ""
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


@pytest.mark.skipif(not sandbox.version(), reason="this system has no Landlock")
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
        assert said.outcome["cause"]["reason"] == "snapshot-unsafe"
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
    assert said.outcome["cause"]["reason"] == "snapshot-unsafe"
    user.run("restore", "--json", "docs/a", "docs/b", "--to", str(to), status=None)
    for folder in to.glob("*-incomplete"):
        user.run("restore", "--continue", str(folder), status=None)
    assert sorted(path.name for path in outside.iterdir()) == ["precious", "secret"]
    assert outside.stat().st_mode & 0o777 == 0o700


def restored(
    user: Machine, keys: tuple[Path, str], tmp_path: Path, members: list[Member], *words: str
) -> Said:
    """What a restore says of a forged backup of these members."""
    forge(tmp_path / "backups", members, tmp_path / "outside", keys)
    for name in ("source", "to"):
        (tmp_path / name).mkdir()
    make_profile(user, keys[1], tmp_path / "source", f"file://{tmp_path}/backups")
    return user.run(
        "restore", "--json", "--to", f"{tmp_path}/to", *words, given=PASSPHRASE + "\n", status=None
    )


def picture(folder: Path) -> dict[str, tuple[int, int, bytes]]:
    """What a folder holds, with modes and times; what programs lock or leave open is not looked at."""
    found = {}
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "random_seed":
            status = path.stat()
            found[str(path)] = (status.st_mode, status.st_mtime_ns, path.read_bytes())
    return found


@pytest.mark.skipif(not sandbox.version(), reason="this system has no Landlock")
@pytest.mark.parametrize(
    "name", ["gpg.conf", "gpg-agent.conf", "pubring.kbx", "private-keys-v1.d/planted.key"]
)
def test_the_users_own_gnupg_home_is_out_of_reach(
    user: Machine, keys: tuple[Path, str], tmp_path: Path, name: str
) -> None:
    before = picture(keys[0])
    members = [ROOT, ("snapshot/a", LINK, str(keys[0])), (f"snapshot/a/{name}", FILE, "evil")]
    assert restored(user, keys, tmp_path, members).outcome["cause"]["reason"] == "snapshot-unsafe"
    assert picture(keys[0]) == before


@pytest.mark.skipif(not sandbox.version(), reason="this system has no Landlock")
def test_the_archive_folder_is_out_of_reach(user: Machine, keys: tuple[Path, str], tmp_path: Path) -> None:
    archive = user.cache / "docs" / "archive"
    manifest = f"duplicity-full.{STAMP}.manifest"
    members = [
        ROOT,
        ("snapshot/a", LINK, str(archive)),
        ("snapshot/a/duplicity-full.20991231T000000Z.manifest", FILE, "evil"),
        (f"snapshot/a/{manifest}", FILE, "evil"),
    ]
    restored(user, keys, tmp_path, members)
    user.run("restore", "--json", "--to", f"{tmp_path}/to", given=PASSPHRASE + "\n", status=None)
    assert not [path for path in archive.iterdir() if path.read_bytes() == b"evil"]


@pytest.mark.skipif(not sandbox.version(), reason="this system has no Landlock")
@pytest.mark.parametrize("what", ["precious", "folder"])
def test_what_lies_outside_keeps_its_mode_and_time(
    user: Machine, keys: tuple[Path, str], tmp_path: Path, what: str
) -> None:
    """A folder of the backup lies where a link has led to: duplicity gives what is there its mode."""
    (tmp_path / "outside" / "folder").mkdir(parents=True)
    (tmp_path / "outside" / "precious").write_text("precious")
    if not sandbox.can_see_apart([str(tmp_path)]):
        pytest.skip("this system gives no program a view of the disks of its own")
    there = tmp_path / "outside" / what
    there.chmod(0o700)
    before = there.stat()
    restored(user, keys, tmp_path, [ROOT, ("snapshot/a", LINK, "OUT"), (f"snapshot/a/{what}/", FOLDER, "")])
    after = there.stat()
    assert (after.st_mode, after.st_mtime_ns) == (before.st_mode, before.st_mtime_ns)


ARMED: list[Member] = [
    ROOT,
    ("snapshot/deep/", FOLDER, ""),
    ("snapshot/deep/sg", FILE, "program"),
    *([("snapshot/disk", tarfile.CHRTYPE, "")] if os.geteuid() == 0 else []),
    ("snapshot/letter", FILE, "letter"),
    ("snapshot/pipe", tarfile.FIFOTYPE, ""),
    ("snapshot/su", FILE, "program"),
]


@pytest.mark.parametrize("keep", [False, True])
def test_programs_that_run_as_their_owner_and_devices_do_not_come_silently(
    user: Machine, keys: tuple[Path, str], tmp_path: Path, keep: bool
) -> None:
    said = restored(user, keys, tmp_path, ARMED, *(["--keep-setuid"] if keep else []))
    folder = Path(said.outcome["summary"]["folder"])
    assert (folder / "letter").read_text() == "letter"
    assert (folder / "deep").stat().st_mode & 0o777 == 0o311
    for path, mode in (("su", 0o4755), ("deep/sg", 0o2755)):
        wanted = mode if keep else 0o755
        assert (folder / path).stat().st_mode & 0o7777 == wanted
    special = {"pipe", "disk"} if os.geteuid() == 0 else {"pipe"}
    assert not [name for name in special if os.path.lexists(folder / name)]
    warned = {(one["caution"], one["path"]) for one in said.warnings}
    setuid = set() if keep else {("setuid", "su"), ("setuid", "deep/sg")}
    assert warned == {("not-a-file", name) for name in special} | setuid


def test_a_program_of_ones_own_stays_what_it_is(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "program").write_text("program")
    (source / "program").chmod(0o4755)
    make_profile(user, keys[1], source, f"file://{tmp_path}/backups")
    user.backup()
    assert (user.restore(tmp_path / "to") / "source" / "program").stat().st_mode & 0o7777 == 0o4755
    user.forget_everything()
    folder = user.restore(tmp_path / "to", status=3)
    assert (folder / "source" / "program").stat().st_mode & 0o7777 == 0o755


def test_a_hard_link_is_said_in_a_sentence(user: Machine, keys: tuple[Path, str], tmp_path: Path) -> None:
    members = [ROOT, ("snapshot/a", FILE, "letter"), ("snapshot/b", tarfile.LNKTYPE, "snapshot/a")]
    said = restored(user, keys, tmp_path, members)
    assert said.outcome["cause"] == {"reason": "snapshot-forged", "kind": "hard-link"}
    assert "Traceback" not in str(said.outcome)
