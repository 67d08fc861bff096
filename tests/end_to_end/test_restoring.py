"""Restores: no volume is fetched twice, what was cut off goes on, and what came can go back in place."""

import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.end_to_end.machine import PASSPHRASE, Machine, assert_same, machine, picture
from tests.end_to_end.servers import Bucket, S3Server, new_bucket
from tests.end_to_end.test_round_trip import make_profile, s3_profile
from tests.faults.proxy import Meanwhile, Proxy, Trouble

pytestmark = pytest.mark.timeout(240)


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three folders of some 55 MB each that do not compress, so that there are four volumes of 50 MB."""
    root = tmp_path_factory.mktemp("restoring") / "source"
    for folder in ("a", "b", "c"):
        (root / folder).mkdir(parents=True)
        (root / folder).chmod(0o750)
        for number in range(11):
            (root / folder / f"{number:02}").write_bytes(os.urandom(5_000_000))
            (root / folder / f"{number:02} small").write_text(f"{folder} {number}")
        os.utime(root / folder, (1_600_000_000, 1_600_000_000))
    return root


@pytest.fixture(scope="module")
def proxy(moto: S3Server) -> Iterator[Proxy]:
    """It counts what is fetched."""
    made = Proxy(moto.endpoint)
    yield made
    made.close()


@pytest.fixture(scope="module")
def backed_up(
    source: Path, keys: tuple[Path, str], secret_service: dict[str, str], moto: S3Server, proxy: Proxy
) -> Iterator[Machine]:
    """A machine whose source is in a bucket."""
    with machine(source.parent / "home", keys[0], secret_service) as user:
        s3_profile(user, keys[1], source, new_bucket(moto), "--endpoint", proxy.endpoint)
        user.run("secret", "set", "docs", "gpg-passphrase", given=PASSPHRASE)
        user.backup()
        yield user


@pytest.fixture
def saved(backed_up: Machine) -> Iterator[Machine]:
    """The same as it was after its backup, for each test."""
    kept = backed_up.home.with_name("kept")
    if not kept.exists():
        shutil.copytree(backed_up.home, kept, symlinks=True)
    yield backed_up
    shutil.rmtree(backed_up.home)
    shutil.copytree(kept, backed_up.home, symlinks=True)


def fetched(proxy: Proxy) -> Counter[int]:
    """How often each volume was fetched."""
    found = (re.search(r"vol(\d+)\.difftar", path) for path in proxy.fetched)
    return Counter(int(one[1]) for one in found if one)


def out(tmp_path: Path) -> Path:
    (tmp_path / "out").mkdir(exist_ok=True)
    return tmp_path / "out"


def test_chosen_paths_fetch_each_volume_once_and_no_other(
    saved: Machine, proxy: Proxy, source: Path, tmp_path: Path
) -> None:
    wanted = ["source/a/00 small", "source/a/03", "source/a/05 small", "source/b/00 small", "source/b/01"]
    with proxy.meeting():
        folder = saved.restore(out(tmp_path), *wanted)
        assert set(fetched(proxy).values()) == {1}
        assert fetched(proxy).keys() <= {1, 2}
    assert (
        sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()) == wanted
    )
    for path in wanted:
        assert (folder / path).read_bytes() == (source.parent / path).read_bytes()
    made = (folder / "source" / "a").stat()
    assert (made.st_mode & 0o777, made.st_mtime) == (0o750, 1_600_000_000), (
        "a folder on the way is dressed too"
    )

    saved.forget_everything()
    with proxy.meeting():
        again = saved.restore(out(tmp_path), *wanted)
        assert set(fetched(proxy).values()) == {1}, "on a new machine as well"
    assert_same(picture(folder), picture(again))
    saved.forget_everything()
    one = saved.restore(out(tmp_path), "source/a/03")
    assert (one / "source" / "a").stat().st_mode & 0o777 == 0o750, "for a single path too"


def test_a_restore_into_what_is_backed_up_says_so(saved: Machine, source: Path, tmp_path: Path) -> None:
    wanted = ("source/a/00 small", "--json", "--to", str(source / "b"))
    said = saved.run("restore", *wanted, given=PASSPHRASE + "\n", status=3)
    folder = Path(said.outcome["summary"]["folder"])
    shutil.rmtree(folder)
    (warned,) = said.warnings
    assert warned["caution"] == "saved-again"
    assert (warned["path"], warned["detail"]) == (str(folder), str(source))
    saved.restore(out(tmp_path), "source/a/00 small")
    os.utime(source / "b", (1_600_000_000, 1_600_000_000))


def test_a_restore_that_was_killed_goes_on_where_it_stopped(
    saved: Machine, proxy: Proxy, source: Path, tmp_path: Path
) -> None:
    going_on = []

    def kill() -> None:
        going_on[0].kill()

    with proxy.meeting(Trouble(Meanwhile(kill), "GET", "vol3.difftar", times=1)):
        going_on.append(saved.start("restore", "--json", "--to", str(out(tmp_path))))
        going_on[0].communicate(timeout=100)
    (folder,) = out(tmp_path).iterdir()
    assert folder.name.endswith("-incomplete")
    assert (folder / folder.name / "source" / "a" / "00").read_bytes() == (source / "a" / "00").read_bytes()
    with proxy.meeting():
        said = saved.run("restore", "--json", "--continue")
        assert 1 not in fetched(proxy), "what came from the first volume is whole"
    whole = Path(said.outcome["summary"]["folder"])
    assert whole == folder.with_name(folder.name.removesuffix("-incomplete"))
    assert_same(picture(source), picture(whole / "source"))
    assert_same(picture(saved.restore(out(tmp_path))), picture(whole))
    nothing = saved.run("restore", "--continue", status=2)
    assert "There is no interrupted restore" in nothing.err


def test_a_stopped_one_says_how_to_go_on_and_does_without_catalogue_and_archive(
    saved: Machine, proxy: Proxy, source: Path, tmp_path: Path
) -> None:
    going_on = []

    def stop() -> None:
        going_on[0].terminate()

    with proxy.meeting(Trouble(Meanwhile(stop), "GET", "vol3.difftar", times=1)):
        going_on.append(saved.start("restore", "docs", "source", "--to", str(out(tmp_path))))
        _, complaints = going_on[0].communicate(timeout=100)
    (folder,) = out(tmp_path).iterdir()
    assert f"secretsbackup restore docs --continue {folder}".encode() in complaints
    assert (folder / "source" / "a" / "00").read_bytes() == (source / "a" / "00").read_bytes()
    shutil.rmtree(saved.cache)
    with proxy.meeting():
        said = saved.run("restore", "--json", "--continue", str(folder))
        assert 1 not in fetched(proxy), "of one chosen folder too, what has come is kept"
    whole = Path(said.outcome["summary"]["folder"])
    assert_same(picture(source), picture(whole / "source"))


def test_a_backup_that_no_profile_stands_for_is_restored_and_nothing_of_it_kept(
    user: Machine, keys: tuple[Path, str], bucket_on_moto: Bucket, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "file").write_text("of another machine")
    s3_profile(user, keys[1], source, bucket_on_moto)
    user.backup()
    shutil.rmtree(user.home / ".config")
    user.forget_everything()
    server, address = bucket_on_moto.server, f"s3://{bucket_on_moto.name}/some/prefix"
    words = ("restore", "--from", address, "--endpoint", server.endpoint, "--to", str(out(tmp_path)))
    given = f"{server.access_key}\n{server.secret_key}\n"
    said = user.run(*words, "--json", given=f"{given}{PASSPHRASE}\n")
    folder = Path(said.outcome["summary"]["folder"])
    assert (folder / "source" / "file").read_text() == "of another machine"
    assert user.run("profile", "list", "--json").lines == []
    wrong = user.run(*words, given=f"{given}not this one\n", status=1)
    assert "passphrase" in wrong.err.lower()


def test_what_differs_is_put_back_in_place(user: Machine, keys: tuple[Path, str], tmp_path: Path) -> None:
    source = tmp_path / "source"
    source.mkdir()
    for name in ("same", "changed", "gone"):
        (source / name).write_text(f"{name} as it was")
    make_profile(user, keys[1], source, f"file://{tmp_path}/backups")
    user.backup()
    (source / "changed").write_text("changed since")
    (source / "gone").unlink()
    words = ("restore", "--to", str(out(tmp_path)), "--put-back")
    left = user.run(*words, given=f"{PASSPHRASE}\n")
    assert "Missing or different from the backup: 2 files. 1 file" in left.out
    assert (source / "changed").read_text() == "changed since", "nobody was there to say yes"
    user.run(*words, "--yes", given=f"{PASSPHRASE}\n")
    assert {path.name: path.read_text() for path in source.iterdir()} == {
        name: f"{name} as it was" for name in ("same", "changed", "gone")
    }
    (aside,) = out(tmp_path).glob("replaced-*")
    assert (aside / "source" / "changed").read_text() == "changed since"
    (source / "changed").write_text("changed again")
    (source / "gone").unlink()
    (tmp_path / "plain").touch()
    (source / "gone").symlink_to(tmp_path / "plain" / "cannot be there")
    some = user.run(*words, "--yes", given=f"{PASSPHRASE}\n", status=3)
    assert (source / "changed").read_text() == "changed as it was", "one keeps no other from it"
    assert "1 file is back in place" in some.out
    assert "1 file could not be put back" in some.err
    assert "source/gone: " in some.err


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make a small disk")
def test_a_disk_that_fills_up_is_told_in_seconds_and_the_restore_goes_on(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    source, disk = tmp_path / "source", out(tmp_path)
    source.mkdir()
    for number in range(6):
        (source / str(number)).write_bytes(os.urandom(2_000_000))
    make_profile(user, keys[1], source, f"file://{tmp_path}/backups")
    user.run("secret", "set", "docs", "gpg-passphrase", given=PASSPHRASE)
    user.backup()
    user.forget_everything()  # so that nobody knows how much is coming
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=7m", "tmpfs", str(disk)], check=True)
    try:
        full = user.run("restore", "--to", str(disk), status=1)
        assert f"The disk is full at {disk}" in full.err
        assert "--continue" in full.err
        subprocess.run(["mount", "-o", "remount,size=40m", str(disk)], check=True)
        said = user.run("restore", "--json", "--continue")
        assert_same(picture(source), picture(Path(said.outcome["summary"]["folder"]) / "source"))
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def test_how_far_it_is_in_a_large_file_is_told(
    keys: tuple[Path, str], secret_service: dict[str, str], tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "large").write_bytes(os.urandom(120_000_000))
    with machine(tmp_path / "home", keys[0], secret_service) as user:
        make_profile(user, keys[1], source, f"file://{tmp_path / 'backups'}")
        user.run("secret", "set", "docs", "gpg-passphrase", given=PASSPHRASE)

        def progress(step: str, *words: str) -> list[dict[str, Any]]:
            told = [line["event"] for line in user.run(*words, "--json").lines]
            return [one for one in told if one["type"] == "progressed" and one["step"] == step]

        for told in (progress("send", "backup"), progress("fetch", "restore", "--to", str(out(tmp_path)))):
            done = [one["done"] for one in told]
            assert len([one for one in done if 0 < one < 120_000_000]) > 1
            assert done == sorted(done)
            assert {one.get("files", 0) for one in told} <= {0, 1}
        (source / "more").write_bytes(os.urandom(5_000_000))
        assert {one["total"] for one in progress("send", "backup")} == {5_000_000}
