"""gpg behind a buffer and a faster compressor, so that duplicity and gpg wait less for each other.

This program is run on its own, without this package (see `stand_in`), and ends as gpg ended: if it is killed
instead, duplicity sees that, and no volume that lacks its end is taken for whole.

gpg's own compression takes longer than all else in a backup. So where speed is wanted, what is encrypted
is compressed here, and gpg gets the same packets that it would have made itself.
"""

import os
import queue
import subprocess
import sys
import threading
import zlib
from collections.abc import Callable, Iterable, Iterator

_BLOCK = 1 << 18
_BLOCKS = 128
"""32 MiB in all: more than half a volume, and little beside what duplicity itself takes."""
_PART = 1 << 16


def run(libraries: str, words: list[str]) -> int:
    """Run gpg with all that comes on standard input, and with our other descriptors; its exit status.

    `libraries` is the folder that a compressor can be imported from; without it gpg compresses.
    """
    packs = bool(libraries) and "--encrypt" in words
    # man gpg, "--no-literal": what comes is taken for packets, and encrypted as it is.
    words = [words[0], "--no-literal", "--compress-algo", "none", *words[1:]] if packs else words
    if "--encrypt" in words or "--decrypt" in words:  # its status lines alone say for sure why it failed
        words = [words[0], "--status-fd", "2", *words[1:]]
    gpg = subprocess.Popen(words, stdin=subprocess.PIPE, close_fds=False)
    assert gpg.stdin is not None
    waiting: queue.Queue[bytes] = queue.Queue(_BLOCKS)
    threading.Thread(target=_read, args=(waiting,), daemon=True).start()
    blocks = iter(waiting.get, b"")
    try:
        for block in packed(blocks, libraries) if packs else blocks:
            gpg.stdin.write(block)
        gpg.stdin.close()
    except BrokenPipeError:
        pass  # gpg has ended before its input has: its status says why
    return gpg.wait()


def _read(waiting: "queue.Queue[bytes]") -> None:
    while block := os.read(0, _BLOCK):
        waiting.put(block)
    waiting.put(b"")


def packed(blocks: Iterable[bytes], libraries: str) -> Iterator[bytes]:
    """One literal data packet in a compressed one: RFC 4880, 5.9 (binary, no name, no date), 5.6 (zlib).

    The literal packet is written in parts (4.2.2.4), the compressed one lasts until all ends (4.2.1), as
    gpg does where it reads from a pipe.
    """
    compress, flush = _compressor(libraries)
    yield b"\xa3\x02" + compress(b"\xcb")
    rest = b"b\0" + bytes(4)
    for block in blocks:
        rest += block
        while len(rest) >= _PART:
            yield compress(b"\xf0" + rest[:_PART])
            rest = rest[_PART:]
    yield compress(b"\xff" + len(rest).to_bytes(4, "big") + rest) + flush()


def _compressor(libraries: str) -> tuple[Callable[[bytes], bytes], Callable[[], bytes]]:
    """Compress, and flush. Intel's library makes of 300 MB what zlib does, in 0.7 s of processor for 8."""
    sys.path.append(libraries)
    try:
        from isal import isal_zlib
    except ImportError:  # it is not made for this kind of processor
        slow = zlib.compressobj(1)
        return slow.compress, slow.flush
    fast = isal_zlib.compressobj(1)
    return fast.compress, fast.flush


if __name__ == "__main__":
    status = run(sys.argv[1], sys.argv[2:])
    sys.stdout.flush()
    os._exit(status if status >= 0 else 128 - status)  # the reader may still wait for what nobody wants
