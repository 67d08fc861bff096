"""Every command of the program, one after the other, on a home in which something is not as it should be.

They are forked off one process that has loaded the program already, so that hundreds of them take seconds.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PATIENCE = 60.0
DOCUMENTED = {0, 1, 2, 3, 4, 75}
"""Exit statuses, as `secretsbackup --help` has them."""

LOOKING = (
    "status", "status --json", "runs", "runs --json", "log", "files", "find a", "versions a", "snapshots",
    "doctor", "profile list", "profile show", "profile check", "key list", "policy iam", "prune --dry-run",
)  # fmt: skip
CHANGING = (
    "pause", "resume", "accept", "stop", "backup --due", "profile set --keep 3", "kit check nowhere",
    "recover --kit nowhere",
)  # fmt: skip
RUNNING = ("backup", "verify", "prune", "restore --to OUT", "kit --out OUT")


@dataclass
class Said:
    """How a command ended and what it said; `status` is None if it never ended."""

    words: str
    status: int | None
    out: str
    err: str

    def wrong(self) -> str:
        """What must not be, whatever is the matter; empty if all is well."""
        text = self.out + self.err
        if self.status is None:
            return "never ended"
        if self.status not in DOCUMENTED:
            return f"status {self.status}"
        if "Traceback" in text or "bug in Secrets Backup" in text or '"bug"' in text:
            return "a traceback, or a bug in Secrets Backup"
        if self.status not in (0, 75) and not text.strip():
            return "no word"
        return ""


def every(
    commands: Sequence[str], env: Mapping[str, str], out: Path, before: Sequence[str] = ()
) -> list[Said]:
    """Run these commands, in a process that `before` starts; OUT in them is a folder to write to."""
    words = [*before, sys.executable, "-m", "tests.faults.commands", str(out), *commands]
    ended = subprocess.run(words, env=dict(env), capture_output=True, check=False)
    assert ended.returncode == 0, ended.stderr.decode()
    return [Said(**one) for one in json.loads(ended.stdout)]


def _said(words: str, out: str) -> dict[str, Any]:
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as complained:
        child = os.fork()
        if not child:
            _become(words.replace("OUT", out).split(), said.fileno(), complained.fileno())
        status = _waited(child)
        said.seek(0)
        complained.seek(0)
        told, err = said.read().decode(errors="replace"), complained.read().decode(errors="replace")
    return {"words": words, "status": status, "out": told, "err": err}


def _become(words: list[str], said: int, complained: int) -> None:
    from secretsbackup.cli.main import main

    os.setsid()
    os.dup2(said, 1)
    os.dup2(complained, 2)
    status = 99
    try:
        status = main(words)
    except SystemExit as ended:
        status = int(ended.code or 0)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _waited(child: int) -> int | None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.01)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _load() -> None:
    """Load what commands load late, once for all."""
    import secretsbackup.operations.backup.backup
    import secretsbackup.operations.repository.browse
    import secretsbackup.operations.restore.restore
    import secretsbackup.operations.watch.doctor
    import secretsbackup.operations.watch.status
    import secretsbackup.words  # noqa: F401


if __name__ == "__main__":
    _load()
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    print(json.dumps([_said(words, sys.argv[1]) for words in sys.argv[2:]]))
