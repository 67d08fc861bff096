"""What goes wrong in the world: each ends with its own reason, loses nothing, and the next run heals it."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import psutil
import pytest

from tests.end_to_end import servers
from tests.end_to_end.machine import PASSPHRASE, Machine, assert_same, machine, picture
from tests.end_to_end.servers import Bucket, CephServer
from tests.end_to_end.test_round_trip import make_profile, s3_profile

DUPLICITY = Path(sys.prefix) / "duplicity" / "bin" / "duplicity"


def some_files(source: Path, size: int = 2_000_000) -> None:
    source.mkdir()
    for number in range(5):
        (source / f"file {number}").write_bytes(os.urandom(size))


def volumes(bucket: Bucket) -> list[str]:
    return sorted(item["Key"] for item in bucket.objects() if ".difftar" in item["Key"])


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


def doomed(user: Machine, after: float) -> None:
    """Start a backup, wait, then kill -9 the program."""
    running = user.start("backup")
    time.sleep(after)
    children = family(running.pid)
    running.kill()
    running.communicate()
    wait_until_gone(children)


def test_a_run_that_was_killed_is_told_as_interrupted(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    some_files(tmp_path / "source", 20_000_000)
    make_profile(user, keys[1], tmp_path / "source", f"file://{tmp_path}/backups")
    doomed(user, 1.0)
    assert user.run("runs", "--json").lines[0]["outcome"]["type"] == "interrupted"
    assert "cut off in the middle" in user.run("status").out
    assert "was cut off. Nothing is lost" in user.run("backup").err
    assert "was cut off" not in user.run("backup").err


def test_cancelling_early_leaves_nothing_behind_and_the_next_run_resumes(
    user: Machine, keys: tuple[Path, str], bucket_on_ceph: Bucket, tmp_path: Path
) -> None:
    some_files(tmp_path / "source", 20_000_000)
    s3_profile(user, keys[1], tmp_path / "source", bucket_on_ceph)
    running = user.start("backup", "--json")
    assert running.stdout
    assert b"run-started" in running.stdout.readline()  # from here on it listens to signals
    time.sleep(0.2)
    children = family(running.pid)
    running.send_signal(signal.SIGINT)
    told, _ = running.communicate(timeout=15)
    assert running.returncode == 4
    assert b'"type":"cancelled"' in told.splitlines()[-1]
    assert [child for child in children if child.is_running() and child.status() != "zombie"] == []
    assert user.left_over() == []
    user.backup()
    expected = picture(tmp_path / "source")
    assert_same(expected, picture(user.restore(tmp_path / "out") / "source"))


def test_a_restore_that_is_cancelled_says_so_in_its_folder(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    some_files(tmp_path / "source", 40_000_000)
    make_profile(user, keys[1], tmp_path / "source", f"file://{tmp_path}/backups")
    user.backup()
    user.run("secret", "set", "docs", "gpg-passphrase", given=PASSPHRASE)
    out = tmp_path / "out"
    out.mkdir()
    running = user.start("restore", "--to", str(out))
    while not list(out.glob("*-incomplete/*/source/*")):
        time.sleep(0.02)
    running.send_signal(signal.SIGINT)
    running.communicate(timeout=15)
    assert running.returncode == 4
    assert [folder.name.endswith("-incomplete") for folder in out.iterdir()] == [True]
    assert user.left_over() == []


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


def test_an_emptied_source_is_believed_when_told_so(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    some_files(tmp_path / "source")
    make_profile(user, keys[1], tmp_path / "source", f"file://{tmp_path}/backups")
    user.backup()
    for file in (tmp_path / "source").iterdir():
        file.unlink()
    time.sleep(1)
    user.backup("--allow-empty")
    assert picture(user.restore(tmp_path / "out") / "source") == {}


def test_nothing_changed_means_nothing_is_written(
    user: Machine, keys: tuple[Path, str], bucket_on_ceph: Bucket, tmp_path: Path
) -> None:
    some_files(tmp_path / "source")
    s3_profile(user, keys[1], tmp_path / "source", bucket_on_ceph)
    user.backup()
    before = bucket_on_ceph.objects()
    told = user.backup()
    assert told.outcome["summary"]["changed"] is False
    assert "send" not in told.out
    after = bucket_on_ceph.objects()
    assert after == before


def test_a_second_run_is_told_that_the_first_goes_on(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    some_files(tmp_path / "source", 30_000_000)
    make_profile(user, keys[1], tmp_path / "source", f"file://{tmp_path}/backups")
    first = user.start("backup")
    time.sleep(1)
    second = user.run("backup", status=75)
    assert "going on" in second.err
    assert re.match("docs: (Checking|Gathering|Sending|Proving)", user.run("status").out)
    first.communicate()
    assert first.returncode == 0


def test_a_dead_network_is_told_in_seconds(
    user: Machine, keys: tuple[Path, str], bucket_on_ceph: Bucket, tmp_path: Path
) -> None:
    some_files(tmp_path / "source")
    s3_profile(user, keys[1], tmp_path / "source", bucket_on_ceph)
    user.backup()
    assert isinstance(bucket_on_ceph.server, CephServer)
    with bucket_on_ceph.server.process.stopped():
        began = time.monotonic()
        assert user.backup(status=1).outcome["cause"]["reason"] == "destination-unreachable"
        assert time.monotonic() - began < 10
    user.backup()


def test_a_host_that_never_answers_is_told_in_seconds(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    some_files(tmp_path / "source")
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen(0)
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}"
        make_profile(user, keys[1], tmp_path / "source", "s3://bucket/p", "--endpoint", endpoint)
        for name in ("aws-access-key-id", "aws-secret-access-key"):
            user.run("secret", "set", "docs", name, given="whatever")
        began = time.monotonic()
        assert user.backup(status=1).outcome["cause"]["reason"] == "destination-unreachable"
        assert time.monotonic() - began < 60


def test_each_refusal_of_a_bucket_has_its_own_reason(
    user: Machine, keys: tuple[Path, str], bucket_on_ceph: Bucket, tmp_path: Path
) -> None:
    some_files(tmp_path / "source")
    s3_profile(user, keys[1], tmp_path / "source", bucket_on_ceph)
    server = bucket_on_ceph.server
    assert isinstance(server, CephServer)
    stranger = server.add_user(f"stranger-{bucket_on_ceph.name}")

    user.run("secret", "set", "docs", "aws-secret-access-key", given="wrong")
    assert user.backup(status=1).outcome["cause"]["reason"] == "credential-refused"
    user.run("secret", "set", "docs", "aws-access-key-id", given="NOBODY")
    assert user.backup(status=1).outcome["cause"]["reason"] == "credential-refused"
    user.run("secret", "set", "docs", "aws-access-key-id", given=stranger.access_key)
    user.run("secret", "set", "docs", "aws-secret-access-key", given=stranger.secret_key)
    assert user.backup(status=1).outcome["cause"]["reason"] == "destination-denied"
    user.run("secret", "forget", "docs", "aws-access-key-id")
    said = user.run("backup", status=1)
    assert "secretsbackup secret set docs aws-access-key-id" in said.err

    user.run("secret", "set", "docs", "aws-access-key-id", given=server.access_key)
    user.run("secret", "set", "docs", "aws-secret-access-key", given=server.secret_key)
    assert user.run("profile", "check", "docs", "--json").lines[0]["ok"] is True
    user.backup()
    user.run(
        "profile",
        "add",
        "lost",
        "--source",
        str(tmp_path / "source"),
        "--to",
        "s3://no-such-bucket/p",
        "--endpoint",
        server.endpoint,
        "--key",
        keys[1],
    )
    user.run("secret", "set", "lost", "aws-access-key-id", given=server.access_key)
    user.run("secret", "set", "lost", "aws-secret-access-key", given=server.secret_key)
    assert user.backup("lost", status=1).outcome["cause"]["reason"] == "destination-missing"


def test_an_aws_profile_of_ones_own_needs_no_keyring(
    tmp_path: Path, keys: tuple[Path, str], bucket_on_ceph: Bucket
) -> None:
    server = bucket_on_ceph.server
    with machine(tmp_path / "home", keys[0]) as user:
        (user.home / ".aws").mkdir()
        (user.home / ".aws" / "credentials").write_text(
            f"[mine]\naws_access_key_id = {server.access_key}\naws_secret_access_key = {server.secret_key}\n"
        )
        some_files(tmp_path / "source")
        make_profile(
            user,
            keys[1],
            tmp_path / "source",
            f"s3://{bucket_on_ceph.name}/p",
            "--endpoint",
            server.endpoint,
            "--aws-profile",
            "mine",
        )
        user.backup()
        assert_same(picture(tmp_path / "source"), picture(user.restore(tmp_path / "out") / "source"))
        (user.home / ".aws" / "credentials").unlink()
        assert user.backup(status=1).outcome["cause"]["reason"] == "aws-profile-missing"


def test_no_keyring_and_a_locked_one_are_told_in_seconds(
    user: Machine,
    keys: tuple[Path, str],
    bucket_on_ceph: Bucket,
    tmp_path: Path,
    no_secret_service: dict[str, str],
    secret_service: dict[str, str],
) -> None:
    some_files(tmp_path / "source")
    s3_profile(user, keys[1], tmp_path / "source", bucket_on_ceph)
    servers.lock_keyring(secret_service)
    try:
        began = time.monotonic()
        assert user.backup(status=1).outcome["cause"]["reason"] == "keyring-locked"
        assert time.monotonic() - began < 12
    finally:
        servers.unlock_keyring(secret_service)
    user.env["DBUS_SESSION_BUS_ADDRESS"] = no_secret_service["DBUS_SESSION_BUS_ADDRESS"]
    began = time.monotonic()
    assert user.backup(status=1).outcome["cause"]["reason"] == "keyring-missing"
    said = user.run("secret", "set", "docs", "aws-access-key-id", given="planted", status=1)
    assert "No usable keyring" in said.err
    assert time.monotonic() - began < 12


def test_an_old_duplicity_is_named_with_its_version_and_the_remedy(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    some_files(tmp_path / "source")
    make_profile(user, keys[1], tmp_path / "source", f"file://{tmp_path}/backups")
    old = tmp_path / "bin" / "duplicity"
    old.parent.mkdir()
    old.write_text("#!/bin/sh\necho 'duplicity 0.8.22'\n")
    old.chmod(0o755)
    user.env["PATH"] = f"{old.parent}:{user.env['PATH']}"
    user.backup()  # the program's own duplicity comes first
    user.env["SECRETSBACKUP_DUPLICITY"] = str(old)
    said = user.run("backup", status=1)
    assert f"duplicity 0.8.22 at {old} is too old; 3.0 or newer is needed" in said.err
    assert "installers/linux/run" in said.err


def test_old_chains_go_only_after_a_newer_full_is_whole(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    some_files(tmp_path / "source", 1000)
    make_profile(user, keys[1], tmp_path / "source", f"file://{tmp_path}/backups", "--keep", "2")
    stamps = []
    for number in range(4):
        (tmp_path / "source" / "file 0").write_text(str(number))
        user.backup("--full")
        stamps.append(user.snapshots()[-1]["snapshot"])
        time.sleep(1)
    assert [one["snapshot"] for one in user.snapshots()] == stamps[-2:]
    assert user.backup().outcome["summary"]["changed"] is False


def test_a_full_backup_is_made_when_the_last_is_old(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    some_files(tmp_path / "source", 1000)
    make_profile(user, keys[1], tmp_path / "source", f"file://{tmp_path}/backups", "--full-every", "7")
    env = {**os.environ, **user.env}
    stage = user.cache / "docs" / "stage"
    user.backup()
    shutil.rmtree(tmp_path / "backups")
    shutil.rmtree(user.cache / "docs" / "archive")
    eight_days_ago = str(int(time.time()) - 8 * 86400)
    subprocess.run(
        [
            DUPLICITY,
            "full",
            "--current-time",
            eight_days_ago,
            "--archive-dir",
            user.cache / "docs",
            "--name",
            "archive",
            "--encrypt-key",
            keys[1],
            stage,
            f"file://{tmp_path}/backups",
        ],
        env=env,
        check=True,
        capture_output=True,
    )
    shutil.rmtree(user.state)
    (tmp_path / "source" / "file 0").write_text("changed")
    user.backup()
    assert [one["kind"] for one in user.snapshots()] == ["full", "full"]


def duplicity(user: Machine, *words: str, ahead: int = 0) -> None:
    """Type duplicity by hand, with a clock that is so many seconds ahead."""
    known = ["--archive-dir", str(user.cache / "docs"), "--name", "archive"]
    clock = ["--current-time", str(int(time.time()) + ahead)]
    subprocess.run(
        [DUPLICITY, *known, *clock, *words],
        env={**os.environ, **user.env, "PASSPHRASE": PASSPHRASE, "PYTHONWARNINGS": ""},
        check=True,
        capture_output=True,
    )


def test_a_snapshot_of_a_clock_that_was_ahead_is_built_on(
    user: Machine, keys: tuple[Path, str], tmp_path: Path
) -> None:
    some_files(tmp_path / "source", 1000)
    changing, to = tmp_path / "source" / "file 0", f"file://{tmp_path}/backups"
    make_profile(user, keys[1], tmp_path / "source", to)
    user.backup()
    time.sleep(1)
    duplicity(
        user, "incremental", "--encrypt-key", keys[1], str(user.cache / "docs" / "stage"), to, ahead=86400
    )
    for content, *words in (("changed",), ("changed again",), ("all anew", "--full"), ("and on",)):
        changing.write_text(content)
        said = user.backup(*words, status=3)
        assert [one["caution"] for one in said.warnings] == ["clock-behind"]
    times = [one["snapshot"] for one in user.snapshots()]
    assert times == sorted(times)
    assert [one["kind"] for one in user.snapshots()] == ["full", *["incremental"] * 3, "full", "incremental"]
    restored = user.restore(tmp_path / "restored", "source/file 0")
    assert (restored / "source" / "file 0").read_text() == "and on"
    newest = datetime.strptime(times[-1], "%Y%m%dT%H%M%S%z").isoformat()
    duplicity(user, "restore", "--time", newest, to, str(tmp_path / "by hand"))
    assert (tmp_path / "by hand" / "source" / "file 0").read_text() == "and on"
    (listed,) = user.run("files", "--json", "source/file 0").lines
    assert listed["size"] == len("and on")


def test_the_seeds_config_is_taken_over_with_its_chain(
    user: Machine, keys: tuple[Path, str], bucket_on_ceph: Bucket, tmp_path: Path
) -> None:
    source, server = tmp_path / "secret things", bucket_on_ceph.server
    some_files(source)
    (tmp_path / "aws").mkdir()
    config = tmp_path / "config.sh"
    config.write_text(
        f"""#!/bin/bash
export AWS_ACCESS_KEY_ID='{server.access_key}'
export AWS_SECRET_ACCESS_KEY="{server.secret_key}"
SOURCE="{source}"   # what to save
STAGING_DIR="{tmp_path}/staging"
REMOTE_DESTINATION=s3+http://{bucket_on_ceph.name}/seed
ARCHIVE_DIR={tmp_path}/archive
NAME=my-secrets
GPG_KEY={keys[1][-8:]}
DAYS_TO_FULL_BACKUP=30
"""
    )
    subprocess.run(["rsync", "-aL", "--delete", source, tmp_path / "staging"], check=True)
    subprocess.run(
        [
            DUPLICITY,
            "full",
            "--archive-dir",
            tmp_path / "archive",
            "--name",
            "my-secrets",
            "--encrypt-key",
            keys[1][-8:],
            "--s3-endpoint-url",
            server.endpoint,
            tmp_path / "staging",
            f"s3:///{bucket_on_ceph.name}/seed",
        ],
        env={
            **os.environ,
            **user.env,
            "AWS_ACCESS_KEY_ID": server.access_key,
            "AWS_SECRET_ACCESS_KEY": server.secret_key,
        },
        check=True,
        capture_output=True,
    )
    user.run("profile", "import", str(config))
    settings = user.home / ".config" / "secretsbackup" / "profiles.toml"
    assert server.secret_key not in settings.read_text()
    # The seed knew Amazon alone; the test's server is another.
    text = settings.read_text().replace('prefix = "seed"', f'prefix = "seed"\nendpoint = "{server.endpoint}"')
    settings.write_text(text)
    (source / "new").write_text("since the seed")
    time.sleep(1)
    user.backup()
    assert [one["kind"] for one in user.snapshots()] == ["full", "incremental"]
    assert_same(picture(source), picture(user.restore(tmp_path / "out") / source.name))


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
