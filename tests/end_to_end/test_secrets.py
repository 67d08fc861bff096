"""A planted secret is looked for everywhere: argv, our environment, logs, journals, files."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from tests.end_to_end.machine import PASSPHRASE, Machine
from tests.end_to_end.servers import Bucket
from tests.end_to_end.test_round_trip import s3_profile


class Watch:
    """Looks at every process there is, as often as it can."""

    def __init__(self, secrets: list[str]) -> None:
        self.secrets = [secret.encode() for secret in secrets]
        self.leaks: set[str] = set()
        self.seen: set[str] = set()

    def look(self) -> None:
        for pid in (name for name in os.listdir("/proc") if name.isdigit()):
            try:
                argv = Path(f"/proc/{pid}/cmdline").read_bytes()
                environ = Path(f"/proc/{pid}/environ").read_bytes()
            except OSError:
                continue
            self.seen.add(os.path.basename(argv.split(b"\0")[0].decode("utf-8", "replace")))
            ours = (
                b"-m\0secretsbackup" in argv
                or b"gpg-agent" in argv
                or b"\0rsync" in argv
                or argv[:5] == b"rsync"
            )
            for secret in self.secrets:
                if secret in argv:
                    self.leaks.add(f"argv: {argv!r}")
                if ours and secret in environ:
                    self.leaks.add(f"environment of: {argv!r}")


@contextmanager
def watching(secrets: list[str]) -> Iterator[Watch]:
    watch, over = Watch(secrets), threading.Event()

    def work() -> None:
        while not over.is_set():
            watch.look()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield watch
    finally:
        over.set()
        thread.join()


def test_a_secret_is_in_no_argv_environment_log_journal_or_file(
    user: Machine, keys: tuple[Path, str], bucket_on_ceph: Bucket, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "file").write_bytes(os.urandom(20_000_000))
    secrets = [PASSPHRASE, bucket_on_ceph.server.secret_key]
    with watching(secrets) as watch:
        s3_profile(user, keys[1], source, bucket_on_ceph)
        user.run("secret", "set", "docs", "gpg-passphrase", given=PASSPHRASE)
        said = [user.run("backup")]
        (source / "new").write_text("new")
        user.forget_everything()
        said.append(user.run("backup"))  # cold: it needs the passphrase
        said.append(user.run("verify"))
        said.append(user.run("restore", "--to", str(tmp_path)))
        said.append(user.run("log"))
        user.run("secret", "set", "docs", "aws-secret-access-key", given=PASSPHRASE)
        said.append(user.run("backup", status=1))
    assert watch.leaks == set()
    assert {"rsync", "gpg"} <= watch.seen, "the watch was quick enough to see the tools"
    for one in said:
        assert not any(secret in one.out + one.err for secret in secrets)
    for path in [
        *user.home.rglob("*"),
        *Path("/tmp").glob("*duplicity*"),
        *Path("/tmp").glob("duplicity*/*"),
    ]:
        if path.is_file():
            content = path.read_bytes()
            assert not any(secret.encode() in content for secret in secrets), path


def test_all_that_is_written_is_its_owners_alone(
    user: Machine, keys: tuple[Path, str], bucket_on_ceph: Bucket, tmp_path: Path
) -> None:
    source = tmp_path / "source"
    source.mkdir()
    (source / "file").write_text("open to all")
    source.chmod(0o755)
    s3_profile(user, keys[1], source, bucket_on_ceph)
    user.backup()
    inside_stage = user.cache / "docs" / "stage" / "source"
    for path in user.home.rglob("*"):
        if not path.is_relative_to(inside_stage):
            assert path.stat().st_mode & 0o077 == 0, path


def test_a_backup_with_a_warm_archive_gets_no_passphrase(
    user: Machine, keys: tuple[Path, str], bucket_on_ceph: Bucket, tmp_path: Path
) -> None:
    (tmp_path / "source").mkdir()
    (tmp_path / "source" / "file").write_bytes(os.urandom(20_000_000))
    s3_profile(user, keys[1], tmp_path / "source", bucket_on_ceph)
    user.run("secret", "set", "docs", "gpg-passphrase", given=PASSPHRASE)
    running = user.start("backup")
    environments: list[dict[str, str]] = []
    while running.poll() is None:
        for child in psutil.process_iter(["name", "environ"]):
            environ = child.info["environ"] or {}
            if child.info["name"] == "duplicity" and environ.get("HOME") == str(user.home):
                environments.append(environ)
        time.sleep(0.05)
    running.communicate()
    assert running.returncode == 0
    assert environments
    for environ in environments:
        assert "PASSPHRASE" not in environ
        assert "DBUS_SESSION_BUS_ADDRESS" not in environ
