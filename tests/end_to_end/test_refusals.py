"""What refuses is named in seconds, with what to do, and nothing is lost."""

import socket
import time
from pathlib import Path

from tests.end_to_end import servers
from tests.end_to_end.machine import Machine, assert_same, machine, picture, some_files
from tests.end_to_end.servers import Bucket, CephServer
from tests.end_to_end.test_round_trip import make_profile, s3_profile


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
