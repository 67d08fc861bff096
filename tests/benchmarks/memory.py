"""How much memory this program takes as files grow in number: its own peak, not that of what it drives.

By hand: `.venv/bin/python -m tests.benchmarks.memory 10000 100000 1000000`. A million files take a million
inodes three times (source, stage, restored), 4 GB each, and most of an hour.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.end_to_end.machine import PASSPHRASE, Machine, gnupg_home, machine
from tests.end_to_end.servers import secret_service

_A_FOLDER = 1000
"""Files."""


def main(counts: list[int]) -> None:
    """Print a line of megabytes for each count."""
    print("| files | backup | unchanged | verify | restore |\n| --- | --- | --- | --- | --- |")
    for count in counts:
        with tempfile.TemporaryDirectory(prefix="sbm-") as folder:
            print(f"| {count} | " + " | ".join(_measured(Path(folder), count)) + " |", flush=True)


def _measured(root: Path, count: int) -> list[str]:
    _make(root / "source", count)
    (root / "keyring").mkdir()
    with (
        gnupg_home() as (gnupg, key),
        secret_service(root / "keyring") as session,
        machine(root / "home", gnupg, session) as user,
    ):
        to = f"file://{root}/backups"
        user.run("profile", "add", "p", "--source", f"{root}/source", "--to", to, "--key", key)
        user.run("secret", "set", "p", "gpg-passphrase", given=PASSPHRASE)
        (root / "out").mkdir()
        verbs = (["backup"], ["backup"], ["verify"], ["restore", "--to", f"{root}/out"])
        return [_peak(user, verb) for verb in verbs]


def _make(source: Path, count: int) -> None:
    for number in range(count):
        folder = source / f"folder {number // _A_FOLDER}"
        if number % _A_FOLDER == 0:
            folder.mkdir(parents=True)
        (folder / f"file {number}").write_text(str(number))


def _peak(user: Machine, words: list[str]) -> str:
    """The peak of a command's own process in MB, and how long it took."""
    began, peak = time.monotonic(), 0
    with tempfile.TemporaryFile() as said:
        running = subprocess.Popen(
            [sys.executable, "-m", "secretsbackup", *words],
            env=user.env,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
        )
        while running.poll() is None:
            peak = max(peak, _high_water(running.pid))
            time.sleep(0.02)
        said.seek(0)
        assert running.returncode in (0, 3), said.read().decode()
    return f"{peak / 1024:.0f} MB ({time.monotonic() - began:.0f} s)"


def _high_water(pid: int) -> int:
    """Kilobytes."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM")), 0)


if __name__ == "__main__":
    main([int(word) for word in sys.argv[1:]] or [10_000, 100_000])
