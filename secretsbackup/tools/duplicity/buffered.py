"""gpg behind a buffer, so that duplicity and gpg wait less for each other.

duplicity reads many small files slowly and large ones fast, gpg compresses at its own pace, and the pipe
between them holds 64 KiB. This program stands in for gpg there, started by a script that `stand_in`
writes. It is run on its own, without this package, and ends as gpg ended: if it is killed instead,
duplicity sees that, and no volume that lacks its end is taken for whole.
"""

import os
import queue
import shlex
import subprocess
import sys
import threading
from pathlib import Path

_BLOCK = 1 << 18
_BLOCKS = 128
"""32 MiB in all: more than half a volume, and little beside what duplicity itself takes."""


def stand_in(gpg: Path, folder: Path) -> Path:
    """Write a script to a folder that does what gpg does, with a buffer before it."""
    words = [sys.executable, "-I", "-S", __file__, str(gpg)]
    script = folder / "gpg"
    script.write_text(f'#!/bin/sh\nexec {shlex.join(words)} "$@"\n')
    script.chmod(0o700)
    return script


def run(words: list[str]) -> int:
    """Run gpg with all that comes on standard input, and with our other descriptors; its exit status."""
    gpg = subprocess.Popen(words, stdin=subprocess.PIPE, close_fds=False)
    assert gpg.stdin is not None
    waiting: queue.Queue[bytes] = queue.Queue(_BLOCKS)
    threading.Thread(target=_read, args=(waiting,), daemon=True).start()
    try:
        while block := waiting.get():
            gpg.stdin.write(block)
        gpg.stdin.close()
    except BrokenPipeError:
        pass  # gpg has ended before its input has: its status says why
    return gpg.wait()


def _read(waiting: "queue.Queue[bytes]") -> None:
    while block := os.read(0, _BLOCK):
        waiting.put(block)
    waiting.put(b"")


if __name__ == "__main__":
    status = run(sys.argv[1:])
    sys.stdout.flush()
    os._exit(status if status >= 0 else 128 - status)  # the reader may still wait for what nobody wants
