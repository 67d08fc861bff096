"""Everything is lost but the kit, the credential and the passphrase: it all comes back, byte for byte."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.conftest import quick
from tests.end_to_end import servers
from tests.end_to_end.machine import PASSPHRASE, Machine, assert_same, machine, picture
from tests.end_to_end.servers import Bucket, SshServer
from tests.end_to_end.test_round_trip import make_profile, s3_profile


@pytest.fixture
def other(tmp_path: Path) -> Iterator[Machine]:
    """Another machine: an empty home, an empty GnuPG, an empty keyring."""
    with ExitStack() as stack:
        gnupg = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="g", dir="/tmp")))
        session = stack.enter_context(servers.secret_service(_folder(tmp_path / "session")))
        made = stack.enter_context(machine(tmp_path / "other", gnupg, session))
        stack.callback(subprocess.run, ["gpgconf", "--homedir", gnupg, "--kill", "all"], check=False)
        yield made


@pytest.fixture
def keyless(tmp_path: Path, no_secret_service: dict[str, str]) -> Iterator[Machine]:
    """Another machine, without any keyring."""
    with tempfile.TemporaryDirectory(prefix="g", dir="/tmp") as gnupg:
        with machine(tmp_path / "keyless", Path(gnupg), no_secret_service) as made:
            yield made
        subprocess.run(["gpgconf", "--homedir", gnupg, "--kill", "all"], check=False)


def _folder(path: Path) -> Path:
    path.mkdir()
    return path


def small_tree(root: Path) -> None:
    (root / "deep").mkdir(parents=True)
    (root / "deep" / "ünïcödé").write_text("ß")
    (root / "bytes").write_bytes(os.urandom(100_000))


def backed_up(user: Machine, key: str, source: Path, bucket: Bucket) -> None:
    s3_profile(user, key, source, bucket)
    user.run("secret", "set", "docs", "gpg-passphrase", given=PASSPHRASE)
    small_tree(source)
    user.backup()


def restore_plainly(out: Path, bucket: Bucket, on: Machine) -> None:
    """Do what the kit says for who has nothing but gpg and duplicity."""
    text = (out / "recovery-kit.txt").read_text()
    begin = text.index("gpg --batch --import recovery-kit.txt")
    script = text[begin : text.index("The secret key for gpg")]
    for name, value in (
        ("ACCESS_KEY_ID", bucket.server.access_key),
        ("SECRET_ACCESS_KEY", bucket.server.secret_key),
    ):
        script = script.replace(f"AWS_{name}=…", f"AWS_{name}={value}")
    own = Path(sys.prefix) / "duplicity" / "bin"
    with tempfile.TemporaryDirectory(prefix="g", dir="/tmp") as empty:
        env = {**on.env, "PATH": f"{own}:{on.env['PATH']}", "GNUPGHOME": empty}
        given = f"{PASSPHRASE}\n".encode()
        subprocess.run(
            ["bash", "-euc", script], env=env, cwd=out, input=given, check=True, capture_output=True
        )
        subprocess.run(["gpgconf", "--homedir", empty, "--kill", "all"], check=False)


def test_all_comes_back_from_the_kit_alone(
    user: Machine, keys: tuple[Path, str], bucket_on_ceph: Bucket, other: Machine, tmp_path: Path
) -> None:
    source, out = tmp_path / "source", tmp_path / "usb"
    backed_up(user, keys[1], source, bucket_on_ceph)
    expected = picture(source)
    said = user.run("kit", "docs", "--out", str(out))
    assert {path.name for path in out.iterdir()} == {"recovery-kit.txt", "recovery-kit.pdf"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in out.iterdir())
    assert PASSPHRASE not in said.out + said.err + (out / "recovery-kit.txt").read_text()
    checked = user.run("kit", "check", str(out / "recovery-kit.txt"), "docs", "--json")
    assert checked.lines[0]["snapshot"] == user.snapshots()[0]["snapshot"]

    restore_plainly(out, bucket_on_ceph, other)
    assert_same(expected, picture(out / "restored" / "source"))

    shutil.rmtree(source)
    given = f"{bucket_on_ceph.server.access_key}\n{bucket_on_ceph.server.secret_key}\n{PASSPHRASE}\n"
    kit = str(out / "recovery-kit.txt")
    wrong = other.run("recover", "--kit", kit, given=given.replace(PASSPHRASE, "wrong"), status=1)
    assert "passphrase does not open" in wrong.err
    denied = other.run("recover", "--kit", kit, given="AKIA\nnonsense\n" + PASSPHRASE, status=1)
    assert "does not accept the AWS key" in denied.err
    assert other.run("profile", "list").out == "", "nothing is written unless all is right"

    back = other.run("recover", "--kit", kit, given=given)
    assert "secretsbackup restore docs" in back.out
    assert str(source) in back.out, "a folder that is not there yet is told"
    assert PASSPHRASE not in back.out + back.err
    folder = other.restore(tmp_path / "restored")
    assert_same(expected, picture(folder / "source"))

    shutil.copytree(folder / "source", source)
    (source / "new").write_text("new")
    assert other.backup("--adopt").outcome["type"] == "completed"


def test_typed_lines_a_scan_and_the_bucket_itself_are_kits_too(
    user: Machine, keys: tuple[Path, str], bucket_on_ceph: Bucket, other: Machine, tmp_path: Path
) -> None:
    backed_up(user, keys[1], tmp_path / "source", bucket_on_ceph)
    user.run("kit", "--out", str(tmp_path / "usb"), "--keep-in-bucket")
    given = f"{bucket_on_ceph.server.access_key}\n{bucket_on_ceph.server.secret_key}\n{PASSPHRASE}\n"
    text = (tmp_path / "usb" / "recovery-kit.txt").read_text()
    typed = [line.lower() for line in text.splitlines() if re.match(r"[SK]\d+/\d", line)]
    line = next(number for number, line in enumerate(typed) if line.startswith("k03"))
    mistyped = typed[line][:9] + ("z" if typed[line][9] != "z" else "y") + typed[line][10:]
    (tmp_path / "typed.txt").write_text("\n".join([*typed[:line], mistyped, *typed[line + 1 :]]))
    said = other.run("recover", "--kit", str(tmp_path / "typed.txt"), given=given, status=1)
    assert re.search(r"line K03/\d+ is not as it was printed", said.err)
    (tmp_path / "typed.txt").write_text("\n".join(typed))

    pdf = tmp_path / "usb" / "recovery-kit.pdf"
    subprocess.run(["pdftoppm", "-r", "300", "-l", "1", "-png", pdf, tmp_path / "scan"], check=True)
    scan = next(tmp_path.glob("scan*.png"))
    url = f"s3://{bucket_on_ceph.name}/some/prefix"
    for number, kit in enumerate([str(tmp_path / "typed.txt"), str(scan), url]):
        words = ["--endpoint", bucket_on_ceph.server.endpoint] if kit == url else []
        said = other.run("recover", "--kit", kit, "--name", f"n{number}", "--json", *words, given=given)
        assert len(said.lines[0]["snapshots"]) == 1
    assert {"whole": True, "damaged": False}.items() <= user.snapshots()[0].items()
    user.backup()
    user.run("verify")


def test_a_folder_needs_the_passphrase_alone(
    user: Machine, keys: tuple[Path, str], keyless: Machine, tmp_path: Path
) -> None:
    make_profile(user, keys[1], tmp_path / "source", f"file://{tmp_path}/backups")
    small_tree(tmp_path / "source")
    user.backup()
    user.run("kit", "--out", str(tmp_path / "usb"), given=PASSPHRASE)
    kit = str(tmp_path / "usb" / "recovery-kit.txt")
    for number, given in enumerate([PASSPHRASE, f"\n\n{PASSPHRASE}", f"not\nneeded\n{PASSPHRASE}\n"]):
        said = keyless.run("recover", "--kit", kit, "--name", f"n{number}", given=given, status=3)
        assert "could not be stored" in said.err
    folder = keyless.restore(tmp_path / "out", "n0")
    assert_same(picture(tmp_path / "source"), picture(folder / "source"))


@pytest.mark.parametrize("scheme", ["sftp", "rsync"])
def test_a_kit_is_kept_and_proved_on_an_ssh_host(
    user: Machine, keys: tuple[Path, str], sshd: SshServer, tmp_path: Path, scheme: str
) -> None:
    user.env |= sshd.equip(user.home)
    folder = tmp_path / ("back ups" if scheme == "sftp" else "backups")  # duplicity's rsync takes no space
    to = f"{scheme}://{sshd.user}@{sshd.host}:{sshd.port}/{folder}"
    make_profile(user, keys[1], tmp_path / "source", to)
    small_tree(tmp_path / "source")
    user.run("kit", "--out", str(tmp_path / "usb"), "--keep-in-bucket", given=PASSPHRASE)
    user.backup()
    kept = folder / "secretsbackup-recovery-kit.txt"
    assert kept.read_text() == (tmp_path / "usb" / "recovery-kit.txt").read_text()
    said = user.run("kit", "check", str(kept), given=PASSPHRASE)
    assert user.snapshots()[0]["snapshot"] in said.out


@pytest.mark.parametrize("kind", ["ed25519", "rsa4096"])
def test_a_kit_of_every_kind_of_key_is_two_pages_that_are_read_by_eye_and_by_lens(
    other: Machine, tmp_path: Path, kind: str
) -> None:
    quick(Path(other.env["GNUPGHOME"]))
    made = other.run("key", "new", "--own", "--kind", kind, "--json", given=PASSPHRASE + "\n").lines[0]["key"]
    make_profile(other, made, _folder(tmp_path / "source"), f"file://{tmp_path}/backups")
    other.run("kit", "--out", str(tmp_path / "usb"), "--with-passphrase", given=PASSPHRASE)
    pdf = tmp_path / "usb" / "recovery-kit.pdf"
    info = subprocess.run(["pdfinfo", pdf], check=True, capture_output=True, text=True).stdout
    assert re.search(r"Pages: +2\n", info)
    assert PASSPHRASE in (tmp_path / "usb" / "recovery-kit.txt").read_text()
    subprocess.run(["pdftoppm", "-r", "300", "-l", "1", "-png", pdf, tmp_path / "scan"], check=True)
    for kit in (tmp_path / "usb" / "recovery-kit.txt", pdf, next(tmp_path.glob("scan*.png"))):
        said = other.run("kit", "check", str(kit), given=PASSPHRASE)
        assert "no snapshot yet" in said.out
    typed = other.env["GNUPGHOME"] + "/typed.txt"
    shutil.copy(tmp_path / "usb" / "recovery-kit.txt", typed)
    text = (tmp_path / "usb" / "recovery-kit.txt").read_text()
    command = next(line for line in text.splitlines() if "base32" in line)
    with tempfile.TemporaryDirectory(prefix="g", dir="/tmp") as empty:
        env = {**other.env, "GNUPGHOME": empty}
        subprocess.run(
            ["bash", "-c", command], env=env, cwd=Path(typed).parent, check=True, capture_output=True
        )
        listed = subprocess.run(
            ["gpg", "--list-secret-keys", "--with-colons"],
            env=env,
            check=True,
            capture_output=True,
            text=True,
        )
        subprocess.run(["gpgconf", "--homedir", empty, "--kill", "all"], check=False)
    assert made in listed.stdout
