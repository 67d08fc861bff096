"""The tree that the chains hold: small, and awkward in its names, modes and times."""

import os
from pathlib import Path

TIME = 1_600_000_000
"""Seconds since 1970; whatever this machine's clock says, the tree is the same."""
_FIRST = {
    b"plain": b"plain\n", b"with space": b"blank\n", "ünïcödé".encode(): b"letters\n", b"new\nline": b"two\n",
    b"not utf-8 \xff": b"bytes\n", b"empty": b"", b"deep/er/far": b"far away\n", b"deep/gone": b"to go\n",
    b"[*?]": b"pattern\n", b"long": b"all work and no play\n" * 500,
}  # fmt: skip
_SECOND = {b"plain": b"changed\n", b"deep/new": b"new\n", b"long": b"all work and no play\n" * 501}


def first(root: Path) -> None:
    """The tree as the full backup has it."""
    for name, content in _FIRST.items():
        _write(root, name, content)
    (root / "empty folder").mkdir()
    (root / "plain").chmod(0o600)
    (root / "long").chmod(0o755)
    _date(root, TIME)


def second(root: Path) -> None:
    """As the incremental one has it: something changed, something new, something gone."""
    for name, content in _SECOND.items():
        _write(root, name, content)
        os.utime(os.path.join(bytes(root), name), (TIME + 1000, TIME + 1000))
    (root / "deep" / "gone").unlink()
    os.utime(root / "deep", (TIME + 1000, TIME + 1000))


def _write(root: Path, name: bytes, content: bytes) -> None:
    path = Path(os.fsdecode(os.path.join(bytes(root), name)))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    path.chmod(0o644)


def _date(root: Path, time: int) -> None:
    for folder, _, names in os.walk(root, topdown=False):
        for name in names:
            os.utime(os.path.join(folder, name), (time, time))
        os.utime(folder, (time, time))
        os.chmod(folder, 0o755)
