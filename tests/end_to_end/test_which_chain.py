"""Which chain a backup goes on with, and which chains go: by number, by age, by the clock, after others."""

import os
import shutil
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path

import pytest

from tests.end_to_end.machine import PASSPHRASE, Machine, assert_same, picture, some_files
from tests.end_to_end.servers import Bucket
from tests.end_to_end.test_round_trip import make_profile, s3_profile

DUPLICITY = Path(sys.prefix) / "duplicity" / "bin" / "duplicity"


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


@pytest.mark.slow
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


@pytest.mark.slow
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
