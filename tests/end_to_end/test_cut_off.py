"""A run that is cut off, and a chain that has a hole: the next run knows, and sends what is missing."""

import os
import re
import signal
import time
from pathlib import Path

import psutil
import pytest

from tests.end_to_end.machine import PASSPHRASE, Machine, assert_same, picture, some_files
from tests.end_to_end.servers import Bucket
from tests.end_to_end.test_round_trip import make_profile, s3_profile


def family(pid: int) -> list[psutil.Process]:
    """Everything that a process started and that still lives, gpg-agent apart: it is the user's."""
    try:
        found = psutil.Process(pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    return [one for one in found if name_of(one) != "gpg-agent"]


def name_of(process: psutil.Process) -> str:
    try:
        return process.name()
    except psutil.NoSuchProcess:
        return ""


def wait_until_gone(processes: list[psutil.Process]) -> None:
    _, alive = psutil.wait_procs(processes, timeout=10)
    assert alive == []


def killed_while_it_sends(user: Machine) -> None:
    """Start a backup, and kill -9 the program as soon as it sends."""
    running = user.start("backup", "--json")
    assert running.stdout
    assert any(b'"step":"send"' in line for line in running.stdout)
    children = family(running.pid)
    running.kill()
    running.communicate()
    wait_until_gone(children)


def cut_off_behind_the_first_volume(user: Machine) -> None:
    """A run that is killed once a second volume is named: that one is sent again, the first is not."""
    running = user.start("backup")
    half_sent = user.cache / "docs" / "archive"
    while running.poll() is None and not any(
        b"Volume 2:" in part.read_bytes() for part in half_sent.glob("*.manifest.part")
    ):
        time.sleep(0.02)
    children = family(running.pid)
    running.kill()
    running.communicate()
    wait_until_gone(children)
    assert list(half_sent.glob("*.manifest.part"))


def volumes(bucket: Bucket) -> list[str]:
    return sorted(item["Key"] for item in bucket.objects() if ".difftar" in item["Key"])


def test_a_run_that_was_killed_is_told_as_interrupted(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    some_files(tmp_path / "source", 20_000_000)
    make_profile(user, keys[1], tmp_path / "source", f"file://{tmp_path}/backups")
    killed_while_it_sends(user)
    assert user.run("runs", "--json").lines[0]["outcome"]["type"] == "interrupted"
    assert "interrupted" in user.run("status").out
    assert "was interrupted. Nothing is lost" in user.run("backup").err
    assert "was interrupted" not in user.run("backup").err


def test_a_second_run_is_told_that_the_first_goes_on(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    some_files(tmp_path / "source", 30_000_000)
    make_profile(user, keys[1], tmp_path / "source", f"file://{tmp_path}/backups")
    first = user.start("backup", "--json")
    assert first.stdout
    assert b"run-started" in first.stdout.readline()
    second = user.run("backup", status=75)
    assert "in progress" in second.err
    assert re.match("docs: (Checking|Collecting|Sending|Auditing)", user.run("status").out)
    first.communicate()
    assert first.returncode == 0


def test_a_hole_is_a_failed_run_and_the_next_one_starts_anew(
    user: Machine, keys: tuple[Path, str], bucket_on_ceph: Bucket, tmp_path: Path
) -> None:
    some_files(tmp_path / "source")
    s3_profile(user, keys[1], tmp_path / "source", bucket_on_ceph)
    user.backup()
    (volume,) = volumes(bucket_on_ceph)
    bucket_on_ceph.delete(volume)
    kept = volumes(bucket_on_ceph)

    told = user.backup(status=1).outcome
    assert told["cause"] == {"reason": "volume-missing", "file": volume.rpartition("/")[2]}
    assert volumes(bucket_on_ceph) == kept
    assert user.run("verify", status=1, given=PASSPHRASE + "\n").err != ""

    healed = user.backup(status=3)
    assert [warned["caution"] for warned in healed.warnings] == ["new-full"]
    assert set(kept) < set(volumes(bucket_on_ceph)), "the damaged chain is kept"
    assert [one["damaged"] for one in user.snapshots()][-1] is False
    expected = picture(tmp_path / "source")
    assert_same(expected, picture(user.restore(tmp_path / "out") / "source"))
    assert user.backup().outcome["summary"]["changed"] is False


@pytest.mark.slow
@pytest.mark.parametrize(
    ("part", "here"),
    [("vol1", "known"), ("manifest", "torn"), ("signatures", "torn"), ("signatures", "unfinished")],
)
def test_what_a_power_cut_has_torn_in_a_folder_is_sent_again(
    user: Machine, keys: tuple[Path, str], tmp_path: Path, part: str, here: str
) -> None:
    """All was sent and none of it was safely on the disk yet; nor here, where nobody knows its sums then."""
    source, there = tmp_path / "source", tmp_path / "backups"
    source.mkdir()
    make_profile(user, keys[1], source, f"file://{there}")
    (source / "first").write_text("as it was")
    user.backup()
    (source / "second").write_bytes(os.urandom(100_000))
    time.sleep(1.1)
    running = user.start("backup")
    while running.poll() is None and not (sent := list(there.glob("duplicity-inc.*.manifest.gpg"))):
        time.sleep(0.002)
    children = family(running.pid)
    running.kill()
    running.communicate()
    wait_until_gone(children)
    assert running.returncode == -signal.SIGKILL
    assert sent
    for path in (*there.glob(f"duplicity-*{part}*"), *(user.cache / "docs" / "archive").glob("duplicity-*")):
        newest = "-inc." in path.name or "-new-signatures." in path.name
        if newest and (path.parent == there or here != "known"):
            path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    if here == "unfinished":
        sent[0].unlink()
    assert user.backup().outcome["warnings"] == 0
    assert_same(picture(source), picture(user.restore(tmp_path / "out") / "source"))


@pytest.mark.slow
def test_a_volume_that_a_power_cut_has_torn_is_not_gone_on_with(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    """It has its right size and was never on the disk, unlike what this machine knows of it."""
    source = tmp_path / "source"
    source.mkdir()
    make_profile(user, keys[1], source, f"file://{tmp_path}/backups")
    for number in range(3):
        (source / f"b{number}").write_bytes(os.urandom(45_000_000))
    cut_off_behind_the_first_volume(user)
    (first,) = (tmp_path / "backups").glob("*.vol1.*")
    first.write_bytes(bytes(first.stat().st_size))
    user.backup()
    assert_same(picture(source), picture(user.restore(tmp_path / "out") / source.name))


@pytest.mark.slow
@pytest.mark.parametrize("chain", ["a new chain", "a chain that there is"])
def test_what_changes_after_a_run_was_cut_off_is_not_lost_to_what_it_had_sent(
    user: Machine, keys: tuple[Path, str], tmp_path: Path, chain: str
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    make_profile(user, keys[1], source, f"file://{tmp_path}/backups")
    (source / "a small file").write_text("as it was")
    if chain == "a chain that there is":
        user.backup()
    for number in range(3):
        (source / f"b{number}").write_bytes(os.urandom(45_000_000))
    cut_off_behind_the_first_volume(user)
    time.sleep(1.1)
    (source / "a small file").write_text("changed")
    (source / "a new file").write_text("new")
    (source / "b0").unlink()
    assert user.backup().outcome["warnings"] == 0
    snapshots = user.snapshots()
    assert all(snapshot["whole"] for snapshot in snapshots)
    # What was half sent is finished as it was begun, and what has changed since comes after it.
    assert len(snapshots) == (3 if chain == "a chain that there is" else 2)
    listed = user.run("files", "--json").lines
    assert {line["path"]: line["size"] for line in listed if line["kind"] == "file"} == {
        f"source/{path.name}": path.stat().st_size for path in source.iterdir()
    }
    assert_same(picture(source), picture(user.restore(tmp_path / "out") / "source"))
