"""Places: the destination may hold anything, be another one, or be changed by somebody else."""

import os
import shutil
from datetime import datetime
from pathlib import Path

import pytest

from tests.end_to_end.machine import PASSPHRASE, Machine, assert_same, machine, picture
from tests.end_to_end.servers import Bucket
from tests.end_to_end.test_round_trip import make_profile, s3_profile


def docs(folder: Path) -> Path:
    """A source with one letter."""
    source = folder / "source"
    source.mkdir()
    (source / "letter").write_text("one")
    return source


def test_copies_of_volumes_are_in_nobodys_way(user: Machine, keys: tuple[Path, str], tmp_path: Path) -> None:
    source, disk = docs(tmp_path), tmp_path / "backups"
    make_profile(user, keys[1], source, f"file://{disk}")
    user.backup()
    for path in [*disk.iterdir()]:
        for name in (f"{path.name}.partial", f"{path.name} (1)", f"{path.stem}.sync-conflict-20261129-1.gpg"):
            shutil.copy(path, disk / name)
            (disk / name).write_bytes((disk / name).read_bytes()[:-40])
    (disk / "duplicity-full.\udcff.manifest").touch()
    (disk / "duplicity-inc.20261129T000000Z.to.20270102T000000Z.manifest.gpg").mkdir()
    os.mkfifo(disk / "duplicity-full.20270103T000000Z.vol1.difftar.gpg")
    before = {path.name for path in disk.iterdir()}
    (source / "letter").write_text("another")
    user.backup()
    assert_same(picture(source), picture(user.restore(tmp_path / "restored") / "source"))
    user.run("verify", given=PASSPHRASE + "\n")
    user.forget_everything()
    assert_same(picture(source), picture(user.restore(tmp_path / "anew") / "source"))
    assert before <= {path.name for path in disk.iterdir()}


def test_a_new_destination_is_a_new_place_and_the_old_one_is_known_again(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    source = docs(tmp_path)
    make_profile(user, keys[1], source, f"file://{tmp_path}/one")
    user.backup()
    user.run("profile", "set", "docs", "--to", f"file://{tmp_path}/two")
    assert "there is no backup yet" in user.run("status").out
    first = user.run("backup").out
    assert "the first backup there, so a full one" in first
    (source / "letter").write_text("changed for the second alone")
    user.backup()
    user.run("profile", "set", "docs", "--to", f"file://{tmp_path}/one")
    back = user.backup()
    assert back.outcome["summary"]["changed"]
    assert [one["kind"] for one in user.snapshots()] == ["full", "incremental"]
    assert picture(source) == picture(user.restore(tmp_path / "restored") / "source")
    user.run("profile", "remove", "docs")
    make_profile(user, keys[1], source, f"file://{tmp_path}/three")
    assert "there is no backup yet" in user.run("status").out
    assert "the first backup there" in user.run("backup").out


def test_a_change_that_no_time_tells_reaches_the_place_that_one_returns_to(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    source = docs(tmp_path)
    letter = source / "letter"
    make_profile(user, keys[1], source, f"file://{tmp_path}/one")
    user.backup()
    user.run("profile", "set", "docs", "--to", f"file://{tmp_path}/two")
    user.backup()
    before = letter.stat()
    letter.write_text("two")
    os.utime(letter, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert user.backup().outcome["summary"]["files"] == 1
    user.run("profile", "set", "docs", "--to", f"file://{tmp_path}/one")
    assert user.backup().outcome["summary"]["files"] == 1
    assert (user.restore(tmp_path / "restored") / "source" / "letter").read_text() == "two"
    assert not user.backup().outcome["summary"]["changed"]


def test_two_profiles_cannot_share_a_place(user: Machine, keys: tuple[Path, str], tmp_path: Path) -> None:
    source, place = docs(tmp_path), f"file://{tmp_path}/backups"
    make_profile(user, keys[1], source, place)
    user.backup()
    (tmp_path / "alias").symlink_to("backups")
    given = ("--source", str(source), "--key", keys[1])
    for same in (place, f"file://{tmp_path}/alias"):
        assert "same place" in user.run("profile", "add", "other", *given, "--to", same, status=1).err
    user.run("profile", "add", "other", *given, "--to", f"file://{tmp_path}/else")
    assert "same place" in user.run("profile", "set", "other", "--to", place, status=1).err
    written = user.known.profiles.read_text()
    user.known.profiles.write_text(written.replace(f"{tmp_path}/else", f"{tmp_path}/backups"))
    assert user.backup("docs", status=1).outcome["cause"]["reason"] == "place-shared"
    assert user.backup("other", status=1).outcome["cause"]["reason"] == "place-shared"
    assert (user.restore(tmp_path / "restored", "docs") / "source" / "letter").read_text() == "one"


def test_a_copy_of_a_destination_is_gone_on_with(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    source = docs(tmp_path)
    make_profile(user, keys[1], source, f"file://{tmp_path}/one")
    user.backup()
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    user.run("profile", "set", "docs", "--to", f"file://{tmp_path}/two")
    (source / "letter").write_text("another")
    user.run("backup")
    assert [one["kind"] for one in user.snapshots()] == ["full", "incremental"]
    assert picture(source) == picture(user.restore(tmp_path / "restored") / "source")


def test_a_destination_that_was_put_back_to_an_older_state_is_told(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    source, disk = docs(tmp_path), tmp_path / "backups"
    make_profile(user, keys[1], source, f"file://{disk}")
    user.backup()
    shutil.copytree(disk, tmp_path / "older")
    (source / "letter").write_text("another")
    made = user.backup().outcome["summary"]["snapshot"]
    shutil.rmtree(disk)
    shutil.copytree(tmp_path / "older", disk)
    parent = tmp_path / "restored"
    parent.mkdir()
    said = user.run("restore", "--json", "--to", str(parent), given=PASSPHRASE + "\n", status=3)
    assert [one["caution"] for one in said.warnings] == ["rolled-back"]
    at = datetime.fromisoformat(made)
    assert datetime.fromisoformat(said.warnings[0]["cause"]["at"]) == at
    assert "is missing at the destination" in user.run("snapshots").err


def test_another_machine_at_the_same_place_is_noticed_though_nothing_changed_here(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    source, other = docs(tmp_path), tmp_path / "elsewhere"
    other.mkdir()
    (other / "diary").write_text("of somebody else")
    make_profile(user, keys[1], source, f"file://{tmp_path}/backups")
    user.backup()
    with machine(tmp_path / "home-2", keys[0]) as second:
        make_profile(second, keys[1], other, f"file://{tmp_path}/backups")
        second.run("backup", "--full", given=PASSPHRASE + "\n")
    refused = user.backup(status=1)
    assert refused.outcome["cause"]["reason"] == "another-machine"
    assert "another computer" in user.run("status").out
    parent = tmp_path / "restored"
    parent.mkdir()
    said = user.run("restore", "--json", "--to", str(parent), given=PASSPHRASE + "\n", status=3)
    assert [one["caution"] for one in said.warnings] == ["another-machine"]
    assert user.backup("--adopt").outcome["summary"]["changed"]
    assert picture(source) == picture(user.restore(tmp_path / "again") / "source")


def freeze(bucket: Bucket, what: str = ".difftar") -> None:
    """What a lifecycle rule does with volumes that are old enough, or with all there is."""
    with bucket.server.client() as client:
        for item in bucket.objects():
            if what in item["Key"]:
                source = {"Bucket": bucket.name, "Key": item["Key"]}
                client.copy_object(**source, CopySource=source, StorageClass="DEEP_ARCHIVE")


@pytest.mark.parametrize("verb", ["verify", "restore", "backup", "files"])
def test_what_lies_in_glacier_is_named_also_where_nobody_knows_the_passphrase(
    user: Machine, keys: tuple[Path, str], bucket_on_moto: Bucket, tmp_path: Path, verb: str
) -> None:
    """A machine without a keyring, where nobody can be asked: to have either would not help."""
    source = docs(tmp_path)
    s3_profile(user, keys[1], source, bucket_on_moto)
    user.backup()
    freeze(bucket_on_moto, "duplicity-")
    user.forget_everything()
    (source / "new").write_text("new")
    words = {"restore": ("restore", "--to", str(tmp_path / "home"))}.get(verb, (verb,))
    said = user.run(*words, status=1)
    assert "Glacier" in said.out + said.err
    assert "keyring" not in said.out + said.err


def test_what_lies_in_glacier_is_named_and_is_read_once_it_was_brought_back(
    user: Machine, keys: tuple[Path, str], bucket_on_moto: Bucket, tmp_path: Path
) -> None:
    source = docs(tmp_path)
    s3_profile(user, keys[1], source, bucket_on_moto)
    user.backup()
    freeze(bucket_on_moto)
    parent = tmp_path / "restored"
    parent.mkdir()
    for verb in (("restore", "--json", "--to", str(parent)), ("verify", "--json")):
        failed = user.run(*verb, given=PASSPHRASE + "\n", status=1)
        assert failed.outcome["cause"]["reason"] == "frozen"
        assert ".vol1.difftar" in failed.outcome["cause"]["file"]
    assert [*parent.iterdir()] == []
    warned = user.backup(status=3).warnings
    assert [one["caution"] for one in warned] == ["frozen"]
    assert "Glacier" in user.run("status").out
    signs = {line["sign"] for line in user.run("doctor", "--json", status=None).lines}
    assert "frozen" in signs
    with bucket_on_moto.server.client() as client:
        for item in bucket_on_moto.objects():
            if ".difftar" in item["Key"]:
                client.restore_object(Bucket=bucket_on_moto.name, Key=item["Key"], RestoreRequest={"Days": 1})
    assert picture(source) == picture(user.restore(parent) / "source")
