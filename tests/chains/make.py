"""Makes the chains beside this file: what older versions of duplicity, and of this program, leave behind.

    python -m tests.chains.make duplicity-1.2.3 /some/venv/bin/duplicity
    python -m tests.chains.make secretsbackup-0.1.0 /some/venv/bin/secretsbackup

A chain is made once and kept: the newest program must restore it for ever, and go on with it. All are
encrypted to the key in `key-for-tests.asc`, which guards nothing; its passphrase is “not a secret”.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.chains import tree
from tests.conftest import quick

HERE = Path(__file__).parent
KEY = HERE / "key-for-tests.asc"
PASSPHRASE = "not a secret"


@contextmanager
def gnupg() -> Iterator[tuple[Path, str]]:
    """A GnuPG home with the key for tests, which is made where there is none yet; and its fingerprint."""
    home = Path(tempfile.mkdtemp(prefix="sbt-"))
    quick(home)
    loopback = ("--pinentry-mode", "loopback", "--passphrase", PASSPHRASE)
    try:
        if KEY.exists():
            _gpg(home, *loopback, "--import", str(KEY))
        else:
            owner = "Throw-away key for tests (guards nothing)"
            _gpg(home, *loopback, "--quick-gen-key", owner, "future-default", "default", "never")
            KEY.write_text(_gpg(home, *loopback, "--armor", "--export-secret-keys"))
        listed = _gpg(home, "--list-keys", "--with-colons").splitlines()
        key = next(line.split(":")[9] for line in listed if line.startswith("fpr"))
        _gpg(home, "--import-ownertrust", given=f"{key}:6:\n")
        yield home, key
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)
        shutil.rmtree(home, ignore_errors=True)


def _gpg(home: Path, *words: str, given: str = "") -> str:
    env = {**os.environ, "GNUPGHOME": str(home)}
    return subprocess.run(
        ["gpg", "--batch", *words], env=env, check=True, capture_output=True, text=True, input=given
    ).stdout


def _by_duplicity(program: Path, root: Path, key: str, env: Mapping[str, str]) -> None:
    """As somebody types it: a full backup of a folder, then an incremental one."""
    words = ["--encrypt-key", key, "--archive-dir", str(root / "archive"), str(root / "source")]
    subprocess.run([str(program), *words, f"file://{root}/to"], env=dict(env), check=True)
    _wait()
    tree.second(root / "source")
    subprocess.run([str(program), *words, f"file://{root}/to"], env=dict(env), check=True)


def _by_us(program: Path, root: Path, key: str, env: Mapping[str, str]) -> None:
    """With what it remembers: settings, journals and archive folder, of a home at ROOT/home."""
    to = ("--to", f"file://{root}/to", "--key", key)
    subprocess.run(
        [str(program), "profile", "add", "docs", "--source", str(root / "source"), *to], env=env, check=True
    )
    subprocess.run([str(program), "backup"], env=dict(env), check=True)
    _wait()
    tree.second(root / "source")
    subprocess.run([str(program), "backup"], env=dict(env), check=True)


def _wait() -> None:
    time.sleep(1.1)  # a snapshot's name is a whole second


def main() -> None:
    """Make one chain."""
    name, program = sys.argv[1], Path(sys.argv[2])
    with gnupg() as (home, key), tempfile.TemporaryDirectory(prefix="chain-") as folder:
        root = Path(folder)
        tree.first(root / "source")
        (root / "to").mkdir()
        passed = {
            one: os.environ[one] for one in ("PATH", "PYTHONPATH", "LD_LIBRARY_PATH") if one in os.environ
        }
        env = {**passed, "HOME": str(root / "home"), "GNUPGHOME": str(home), "LANG": "C.UTF-8"}
        (root / "home").mkdir()
        by = _by_us if name.startswith("secretsbackup") else _by_duplicity
        by(program, root, key, {**env, "PASSPHRASE": PASSPHRASE} if by is _by_duplicity else env)
        target = HERE / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(root / "to", target / "to")
        if by is _by_us:
            _keep_what_is_remembered(root, target)


def _keep_what_is_remembered(root: Path, target: Path) -> None:
    """All of it but the stage, which the next run makes, and the databases, which it makes of these."""
    for path in sorted((root / "home").rglob("*")):
        if path.is_file() and "stage" not in path.parts and "sqlite" not in path.name:
            kept = target / path.relative_to(root)
            kept.parent.mkdir(parents=True, exist_ok=True)
            content = path.read_bytes().replace(bytes(root), b"@ROOT@")
            kept.write_bytes(content.replace(f"Hostname {socket.gethostname()}".encode(), b"Hostname ada"))


if __name__ == "__main__":
    main()
