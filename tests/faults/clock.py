"""The clock of a bench: what time the program, duplicity and gpg believe it is."""

import os
import shlex
import shutil
import sys
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from secretsbackup.tools import duplicity
from tests.faults.bench import Bench

FAKE = next(Path("/usr/lib").glob("*/faketime/libfaketime.so.1"), None)
"""libfaketime, or None where it is not installed."""
_AHEAD = """
import time
true = time.time
def ahead():
    with open({file!r}) as file:
        return true() + float(file.read())
time.time = ahead
"""
"""What Python does first where it is found on PYTHONPATH (site's sitecustomize)."""
_DUPLICITY = Path(sys.prefix) / "duplicity" / "bin" / "duplicity"


@dataclass
class Clock:
    """It goes on by itself, ahead of the true one by as much as was last said. Times of files are true.

    duplicity and gpg get no variable of ours, so they are found on a PATH where each is started with them.
    duplicity's is set in Python: it forks beside a thread, and libfaketime's pthread_cond_init may then wait
    for ever for a lock that the thread held (0.9.10).
    """

    bench: Bench
    _before: dict[str, str] = field(default_factory=dict)

    def put_up(self) -> None:
        """From now on it is looked at."""
        fake = {
            "LD_PRELOAD": str(FAKE),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "NO_FAKE_STAT": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }
        programs, self._before = self._file.with_name("clock"), dict(self.bench.user.env)
        shutil.rmtree(programs, ignore_errors=True)
        programs.mkdir()
        (programs / "sitecustomize.py").write_text(_AHEAD.format(file=str(self._file)))
        for name, path, env in (
            ("duplicity", str(_DUPLICITY), {"PYTHONPATH": str(programs)}),
            ("gpg", shutil.which("gpg"), fake),
        ):
            words_of_env = " ".join(f"{key}={shlex.quote(value)}" for key, value in env.items())
            (programs / name).write_text(f'#!/bin/sh\nexec env {words_of_env} {path} "$@"\n')
            (programs / name).chmod(0o755)
        self.bench.user.env |= {
            **fake,
            "PATH": f"{programs}{os.pathsep}{self._before['PATH']}",
            duplicity.CHOSEN: str(programs / "duplicity"),
        }
        self.set(timedelta())

    def take_down(self) -> None:
        """It is the true one again."""
        self.bench.ahead = timedelta()
        self.bench.user.env.clear()
        self.bench.user.env.update(self._before)

    def set(self, ahead: timedelta) -> None:
        """Ahead of the true one by so much; a program that runs notices within a second."""
        new = self._file.with_suffix(".new")
        new.write_text(f"{ahead.total_seconds():+.0f}\n")
        new.rename(self._file)
        self.bench.ahead = ahead

    def now(self) -> datetime:
        """What it says."""
        return datetime.now(UTC) + self.bench.ahead

    @property
    def _file(self) -> Path:
        return self.bench.root / "time"
