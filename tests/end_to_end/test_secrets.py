"""A planted secret is looked for everywhere: argv, our environment, logs, journals, files."""

import os
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from tests.end_to_end.machine import PASSPHRASE, Machine
from tests.end_to_end.servers import Bucket
from tests.end_to_end.test_round_trip import s3_profile

NEED_NO_SECRET = (b"gpg", b"gpg-agent", b"rsync", b"ssh", b"sftp")
TELLS = "env; cat /proc/self/cmdline /proc/self/limits"
"""What a child of ours has that could be known to others, or be left on a disk."""


class Watch:
    """Looks at every process there is, as often as it can; those of other tests, with other homes, apart:
    they may have the same passphrase."""

    def __init__(self, secrets: list[str], home: Path) -> None:
        self.secrets = [secret.encode() for secret in secrets]
        self.home = b"HOME=" + bytes(home) + b"\0"
        self.leaks: set[str] = set()
        self.seen: set[str] = set()
        self.cores: set[str] = set()

    def look(self) -> None:
        for pid in (name for name in os.listdir("/proc") if name.isdigit()):
            try:
                argv = Path(f"/proc/{pid}/cmdline").read_bytes()
                environ = Path(f"/proc/{pid}/environ").read_bytes()
            except OSError:
                continue
            if b"\0HOME=" in b"\0" + environ and self.home not in environ:
                continue
            self.seen.add(os.path.basename(argv.split(b"\0")[0].decode("utf-8", "replace")))
            program = os.path.basename(argv.split(b"\0")[0])
            ours = b"-m\0secretsbackup" in argv or program in NEED_NO_SECRET or b"\0rsync" in argv
            if b"-m\0secretsbackup\0" in argv or argv.endswith(b"--version") or b"\0--log-fd\0" in argv:
                self.cores.add(_core_limit(pid))
            for secret in self.secrets:
                if secret in argv:
                    self.leaks.add(f"argv: {argv!r}")
                if ours and secret in environ:
                    self.leaks.add(f"environment of: {argv!r}")


def _core_limit(pid: str) -> str:
    """How much of its memory a process may leave on a disk when it crashes; once it is past its start."""
    with suppress(OSError, StopIteration):
        lines = Path(f"/proc/{pid}/limits").read_text().splitlines()
        words = next(line for line in lines if line.startswith("Max core file size")).split()
        is_main = b"\0-m\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
        return "" if is_main and words[4] != "0" else words[4]
    return ""


@contextmanager
def watching(secrets: list[str], home: Path) -> Iterator[Watch]:
    watch, over = Watch(secrets, home), threading.Event()

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
    sendmail = tmp_path / "bin" / "sendmail"
    sendmail.parent.mkdir()
    sendmail.write_text(f"#!/bin/sh\n({TELLS}; cat) > {user.home}/letter\n")
    sendmail.chmod(0o700)
    user.env["PATH"] = f"{sendmail.parent}:{user.env['PATH']}"
    hooks = [word for when in ("before", "after") for word in (f"--{when}", f"sh -c '{TELLS}'")]
    with watching(secrets, user.home) as watch:
        s3_profile(user, keys[1], source, bucket_on_ceph, *hooks, "--mail", "ada@example.org")
        user.run("secret", "set", "docs", "gpg-passphrase", given=PASSPHRASE)
        said = [user.run("backup")]
        (source / "new").write_text("new")
        user.forget_everything()
        said.append(user.run("backup"))  # cold: it needs the passphrase
        said.append(user.run("verify"))
        said.append(user.run("restore", "--to", str(tmp_path)))
        said.append(user.run("log"))
        said.append(user.run("log", "--obscured"))
        user.run("secret", "set", "docs", "aws-secret-access-key", given=PASSPHRASE)
        said.append(user.run("backup", status=1))
    assert watch.leaks == set()
    assert watch.cores - {""} == {"0"}
    assert {"rsync", "gpg"} <= watch.seen, "the watch was quick enough to see the tools"
    for one in said:
        assert not any(secret in one.out + one.err for secret in secrets)
    journals = "".join(path.read_text() for path in user.state.rglob("*.jsonl"))
    for told in (journals, (user.home / "letter").read_text()):
        assert "LC_ALL=C.UTF-8" in told
        assert set(re.findall(r"Max core file size +(\w+)", told)) == {"0"}
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
    user.run("secret", "set", "docs", "gpg-passphrase", given=PASSPHRASE)
    user.backup()
    user.run("verify")
    user.run("files")
    (user.home / "restored").mkdir(mode=0o700)
    user.run("restore", "--to", str(user.home / "restored"))
    running = user.start("backup", "--full")
    while not list(user.cache.glob("docs/temporary/*/*")):
        time.sleep(0.01)
    running.kill()
    running.communicate()
    inside_stage = user.cache / "docs" / "stage" / "source"
    for path in user.home.rglob("*"):
        restored = "source" in path.relative_to(user.home).parts
        if not path.is_relative_to(inside_stage) and not restored:
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
