"""Holes: zeros give their space back, and nothing else of a file changes."""

import os
from pathlib import Path

import pytest

from secretsbackup.tools import holes

MIB = 1 << 20


def test_long_runs_of_zeros_give_their_space_back_and_all_else_stays(tmp_path: Path) -> None:
    content = b"x" * MIB + bytes(8 * MIB) + b"y" + bytes(MIB // 2)
    (tmp_path / "disk").write_bytes(content)
    (tmp_path / "disk").chmod(0o640)
    os.utime(tmp_path / "disk", ns=(10**18, 10**18 + 123))
    (tmp_path / "link").symlink_to("disk")
    before = (tmp_path / "disk").stat()
    holes.dig_below(tmp_path)
    after = (tmp_path / "disk").stat()
    assert (tmp_path / "disk").read_bytes() == content
    if after.st_blocks == before.st_blocks:
        pytest.skip("this file system has no holes")
    assert after.st_blocks * 512 < 3 * MIB
    assert (after.st_mode, after.st_mtime_ns, after.st_size) == (
        before.st_mode,
        before.st_mtime_ns,
        before.st_size,
    )


def test_what_has_no_zeros_or_may_not_be_written_to_stays(tmp_path: Path) -> None:
    (tmp_path / "full").write_bytes(b"x" * 3 * MIB)
    (tmp_path / "program").write_bytes(bytes(3 * MIB))
    (tmp_path / "program").chmod(0o4700)
    before = [(tmp_path / name).stat() for name in ("full", "program")]
    holes.dig_below(tmp_path)
    after = [(tmp_path / name).stat() for name in ("full", "program")]
    assert [(one.st_ctime_ns, one.st_blocks) for one in after] == [
        (one.st_ctime_ns, one.st_blocks) for one in before
    ]
