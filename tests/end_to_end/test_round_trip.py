"""Back up a nasty tree, change it, back up again, lose everything local, restore, compare."""

import base64
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.end_to_end.machine import PASSPHRASE, Machine, assert_same, change, nasty_tree, picture
from tests.end_to_end.servers import Bucket, SshServer


def make_profile(user: Machine, key: str, source: Path, to: str, *words: str) -> None:
    user.run("profile", "add", "docs", "--source", str(source), "--to", to, "--key", key, *words)


def s3_profile(user: Machine, key: str, source: Path, bucket: Bucket, *words: str) -> None:
    to = f"s3://{bucket.name}/some/prefix"
    make_profile(user, key, source, to, "--endpoint", bucket.server.endpoint, *words)
    user.run("secret", "set", "docs", "aws-access-key-id", given=bucket.server.access_key)
    user.run("secret", "set", "docs", "aws-secret-access-key", given=bucket.server.secret_key)


def round_trip(user: Machine, source: Path, tmp_path: Path) -> None:
    """Two snapshots, everything local lost, both restored; the source is saved as `source`."""
    nasty_tree(source)
    first = picture(source)
    said = user.backup(status=3)
    assert {warned["caution"] for warned in said.warnings} == {"dangling-link", "special-file", "link-loop"}
    assert {Path(warned["path"]).name for warned in said.warnings} == {
        "dangling",
        "fifo",
        "link to parent",
        "link to self",
    }

    assert user.backup(status=3).outcome["summary"]["changed"] is False
    time.sleep(1)
    change(source)
    second = picture(source)
    assert user.backup(status=3).outcome["summary"]["changed"] is True

    user.forget_everything()
    old, new = user.snapshots()
    assert (old["kind"], new["kind"]) == ("full", "incremental")
    then = user.restore(tmp_path / "then", "--at", old["snapshot"])
    assert_same(first, picture(then / "source"))
    now = user.restore(tmp_path / "now")
    assert_same(second, picture(now / "source"))
    assert user.left_over() == []


def test_a_nasty_tree_comes_back_from_ceph(
    user: Machine, keys: tuple[Path, str], bucket_on_ceph: Bucket, tmp_path: Path
) -> None:
    s3_profile(user, keys[1], tmp_path / "source", bucket_on_ceph)
    round_trip(user, tmp_path / "source", tmp_path)


def test_a_nasty_tree_comes_back_from_ceph_by_https(
    user: Machine, keys: tuple[Path, str], bucket_on_ceph: Bucket, tmp_path: Path
) -> None:
    server = bucket_on_ceph.server
    make_profile(
        user,
        keys[1],
        tmp_path / "source",
        f"s3://{bucket_on_ceph.name}/p",
        "--endpoint",
        server.https_endpoint,
    )
    user.run("secret", "set", "docs", "aws-access-key-id", given=server.access_key)
    user.run("secret", "set", "docs", "aws-secret-access-key", given=server.secret_key)
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "file").write_text("over TLS\n")
    said = user.run("backup", status=1)
    assert "certificate" in said.err
    user.env["AWS_CA_BUNDLE"] = str(server.certificate)
    user.backup()
    assert (user.restore(tmp_path / "out") / "source" / "file").read_text() == "over TLS\n"


def test_a_nasty_tree_comes_back_from_imitated_s3(
    user: Machine, keys: tuple[Path, str], bucket_on_moto: Bucket, tmp_path: Path
) -> None:
    s3_profile(user, keys[1], tmp_path / "source", bucket_on_moto, "--storage-class", "STANDARD_IA")
    round_trip(user, tmp_path / "source", tmp_path)
    assert {item["StorageClass"] for item in bucket_on_moto.objects()} == {"STANDARD_IA"}


def test_a_nasty_tree_comes_back_from_a_folder(user: Machine, keys: tuple[Path, str], tmp_path: Path) -> None:
    make_profile(user, keys[1], tmp_path / "source", f"file://{tmp_path}/backups")
    round_trip(user, tmp_path / "source", tmp_path)


@pytest.mark.parametrize("scheme", ["sftp", "rsync"])
def test_a_nasty_tree_comes_back_from_an_ssh_host(
    user: Machine, keys: tuple[Path, str], sshd: SshServer, tmp_path: Path, scheme: str
) -> None:
    user.env |= sshd.equip(user.home)
    to = f"{scheme}://{sshd.user}@{sshd.host}:{sshd.port}/{tmp_path}/backups"
    make_profile(user, keys[1], tmp_path / "source", to)
    round_trip(user, tmp_path / "source", tmp_path)


def test_what_is_written_can_be_read_with_duplicity_and_gpg_alone(
    user: Machine, keys: tuple[Path, str], bucket_on_ceph: Bucket, tmp_path: Path
) -> None:
    s3_profile(user, keys[1], tmp_path / "source", bucket_on_ceph)
    nasty_tree(tmp_path / "source")
    user.backup(status=3)
    expected = picture(tmp_path / "source")
    server = bucket_on_ceph.server
    env = {
        "HOME": str(tmp_path / "elsewhere"),
        "PATH": user.env["PATH"],
        "GNUPGHOME": str(keys[0]),
        "PASSPHRASE": PASSPHRASE,
        "AWS_ACCESS_KEY_ID": server.access_key,
        "AWS_SECRET_ACCESS_KEY": server.secret_key,
    }
    (tmp_path / "elsewhere").mkdir()
    duplicity = Path(sys.prefix) / "duplicity" / "bin" / "duplicity"
    subprocess.run(
        [
            duplicity,
            "restore",
            "--s3-endpoint-url",
            server.endpoint,
            f"s3:///{bucket_on_ceph.name}/some/prefix",
            tmp_path / "by hand",
        ],
        env=env,
        check=True,
        capture_output=True,
    )
    assert_same(expected, picture(tmp_path / "by hand" / "source"))

    # And without duplicity: gpg and tar open a volume.
    volume = next(item["Key"] for item in bucket_on_ceph.objects() if "vol1.difftar" in item["Key"])
    sealed = bucket_on_ceph.get(volume)
    opened = subprocess.run(
        ["gpg", "--batch", "--pinentry-mode", "loopback", "--passphrase", PASSPHRASE, "--decrypt"],
        env=env,
        input=sealed,
        check=True,
        capture_output=True,
    )
    listed = subprocess.run(["tar", "-t"], input=opened.stdout, check=True, capture_output=True)
    assert b"snapshot/source/plain.txt" in listed.stdout


def test_several_sources_each_lie_under_their_own_label(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    for parent in ("one", "two"):
        (tmp_path / parent / "Documents").mkdir(parents=True)
        (tmp_path / parent / "Documents" / "file").write_text(parent)
    (tmp_path / "alone.txt").write_text("a file as a source")
    sources = [f"{tmp_path}/one/Documents", f"{tmp_path}/two/Documents", f"{tmp_path}/alone.txt"]
    words = [word for source in sources for word in ("--source", source)]
    user.run("profile", "add", "docs", *words, "--to", f"file://{tmp_path}/backups", "--key", keys[1])
    user.backup()
    folder = user.restore(tmp_path / "out")
    assert (folder / "Documents" / "file").read_text() == "one"
    assert (folder / "Documents-2" / "file").read_text() == "two"
    assert (folder / "alone.txt").read_text() == "a file as a source"


def test_chosen_paths_are_restored_where_they_were(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    make_profile(user, keys[1], tmp_path / "source", f"file://{tmp_path}/backups")
    nasty_tree(tmp_path / "source")
    user.backup(status=3)
    chosen: list[bytes] = [
        b"source/not utf-8 \xff\xfe",
        b"source/new\nline",
        b"source/deep",
        bytes(tmp_path) + b"/source/[*?]",
    ]
    folder = user.restore(tmp_path / "out", *chosen)
    expected = picture(tmp_path / "source")
    wanted = {
        name: entry
        for name, entry in expected.items()
        if name in (b"not utf-8 \xff\xfe", b"new\nline", b"[*?]") or name.split(b"/")[0] == b"deep"
    }
    assert_same(wanted, picture(folder / "source"))

    said = user.run(
        "restore", "--json", "--to", str(tmp_path / "out"), "source/nothing", given=PASSPHRASE, status=1
    )
    assert said.outcome["cause"]["reason"] == "path-not-found"
    assert not list((tmp_path / "out").glob("*-incomplete"))


def test_verify_restores_a_sample_and_compares_it(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    make_profile(user, keys[1], tmp_path / "source", f"file://{tmp_path}/backups")
    nasty_tree(tmp_path / "source")
    user.backup(status=3)
    time.sleep(1.1)
    user.run("secret", "set", "docs", "gpg-passphrase", given=PASSPHRASE)
    said = user.run("verify", "--json")
    summary = said.outcome["summary"]
    assert 1 <= summary["files"] <= len(picture(tmp_path / "source")), "which places it are is left to chance"
    assert summary["whole_seconds"] > 0


def test_the_files_of_a_snapshot_are_listed_by_path(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    make_profile(user, keys[1], tmp_path / "source", f"file://{tmp_path}/backups")
    nasty_tree(tmp_path / "source")
    user.backup(status=3)
    listed = user.run("files", "--json").lines
    paths = {line["path"] for line in listed}
    assert {"source/new\\nline", "source/not utf-8 \\xff\\xfe", "source/ünïcödé ✓", "source/deep/er"} <= paths
    below = user.run("files", "--json", "source/deep").lines
    assert {line["path"] for line in below} == {path for path in paths if path.startswith("source/deep")}
    assert user.run("files", "source/nothing", status=1).err.startswith(
        "“source/nothing” is not in this backup"
    )


def test_a_file_that_was_deleted_is_found_by_a_part_of_its_name_and_comes_back(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    source = tmp_path / "source"
    make_profile(user, keys[1], source, f"file://{tmp_path}/backups")
    nasty_tree(source)
    user.backup(status=3)
    content = (source / "deep" / "er" / "read only").read_bytes()
    shutil.rmtree(source / "deep")
    (source / "plain.txt").write_text("longer than before\n")
    time.sleep(1.1)
    user.backup(status=3)
    (tmp_path / "backups").rename(tmp_path / "away")
    (found,) = user.run("find", "--deleted", "--json", "READ ONL").lines
    assert (found["path"], found["size"]) == ("source/deep/er/read only", 2)
    now, before = user.run("versions", "--json", str(source / "plain.txt")).lines
    assert (now["size"], now["until"], before["size"], before["from"]) == (19, None, 6, before["until"])
    (odd,) = user.run("find", "--json", "not utf").lines
    assert base64.b64decode(odd["path_base64"]) == b"source/not utf-8 \xff\xfe"
    assert "“nothing” is not in this backup" in user.run("versions", "nothing", status=1).err
    assert "This computer knows all backups up to" in user.run("find", "plain").err
    assert "is not connected" in user.run("find", "--refresh", "plain").err
    (tmp_path / "away").rename(tmp_path / "backups")
    restored = user.restore(tmp_path / "out", "--at", found["until"], found["path"])
    assert (restored / found["path"]).read_bytes() == content


def test_the_demo_proves_a_whole_round_trip(user: Machine) -> None:
    said = user.run("demo")
    assert "byte for byte" in said.out
    assert said.out.count("all match") == 2


def test_the_demo_stops_at_the_first_step_that_fails(user: Machine, tmp_path: Path) -> None:
    breaks = tmp_path / "duplicity"
    breaks.write_text('#!/bin/sh\ncase "$*" in *--version) echo duplicity 3.2.1 ;; *) exit 1 ;; esac\n')
    breaks.chmod(0o700)
    user.env["SECRETSBACKUP_DUPLICITY"] = str(breaks)
    said = user.run("demo", status=1)
    assert "1. The first backup" in said.out
    assert "Something went wrong" in said.out
    assert "2. A file is changed" not in said.out
    assert said.err.count("Traceback") == 0
    user.env["SECRETSBACKUP_DUPLICITY"] = str(tmp_path / "absent")
    said = user.run("demo", status=1)
    assert "is not installed" in said.err
    assert "1. The first backup" not in said.out
