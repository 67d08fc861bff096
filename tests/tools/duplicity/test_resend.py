"""duplicity is made to send what it would take for unchanged; its signatures are as they were afterwards."""

import gzip
import io
import struct
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from secretsbackup.tools.duplicity import resend, signatures

FULL, NEXT = "20261101T000000Z", "20261102T000000Z"
FAR_FUTURE = 1 << 40
"""Seconds: more than a tar's own field holds, so that a record of its own has it."""


def archive(path: Path, names: dict[str, bytes | None], modified: int = 1, *, packed: bool = True) -> Path:
    """A signature archive as duplicity writes it: of files, their contents; None is gone."""
    with tarfile.open(path, "w:gz" if packed else "w", format=tarfile.PAX_FORMAT) as tar:
        for name, content in names.items():
            member = tarfile.TarInfo(f"deleted/{name}" if content is None else f"signature/{name}")
            member.mode, member.mtime = 0o644, modified
            member.size = len(content or b"")
            tar.addfile(member, io.BytesIO(content or b""))
    return path


def modes(path: Path) -> dict[str, int]:
    """What Python's tarfile, which duplicity reads them with, makes of it; it checks each header's sum."""
    with tarfile.open(path) as tar:
        return {one.name: one.mode for one in tar}


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("modified", [1, FAR_FUTURE])
def test_the_newest_signature_of_each_path_gets_another_mode(
    tmp_path: Path, packed: bool, modified: int
) -> None:
    ending = "sigtar.gz" if packed else "sigtar"
    long = "folder/" + "x" * 150
    first = archive(
        tmp_path / f"duplicity-full-signatures.{FULL}.{ending}",
        {"a": b"1" * 700, "b": b"2", long: b"3" * 1024, "gone": b"4"},
        modified,
        packed=packed,
    )
    second = archive(
        tmp_path / f"duplicity-new-signatures.{FULL}.to.{NEXT}.{ending}",
        {"b": b"5", "gone": None},
        modified,
        packed=packed,
    )
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in (first, second)}
    resend.prepare(tmp_path, NEXT, {b"a", b"b", b"gone", os_bytes(long), b"unknown"})
    assert modes(first) == {
        "signature/a": 0o1644,
        "signature/b": 0o644,
        f"signature/{long}": 0o1644,
        "signature/gone": 0o644,
    }
    assert modes(second) == {"signature/b": 0o1644, "deleted/gone": 0o644}
    assert [seen.path for seen in signatures.state([first, second])] == [b"a", b"b", os_bytes(long)]
    resend.undo(tmp_path)
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("packed", [True, False])
@pytest.mark.parametrize("modified", [1, FAR_FUTURE])
def test_what_is_to_be_sent_whole_is_in_no_signature(tmp_path: Path, packed: bool, modified: int) -> None:
    ending = "sigtar.gz" if packed else "sigtar"
    long = "folder/" + "x" * 150
    names = {"a": b"1" * 700, "b": b"2", long: b"3" * 1024, "z": b""}
    first = archive(tmp_path / f"duplicity-full-signatures.{FULL}.{ending}", names, modified, packed=packed)
    second = archive(
        tmp_path / f"duplicity-new-signatures.{FULL}.to.{NEXT}.{ending}",
        {"b": b"5" * 513, long: b"6"},
        modified,
        packed=packed,
    )
    before = {path: path.read_bytes() for path in (first, second)}
    resend.prepare(tmp_path, NEXT, {b"a", b"b"}, {b"b", os_bytes(long), b"unknown"})
    assert modes(first) == {"signature/a": 0o1644, "signature/z": 0o644}
    assert modes(second) == {}
    assert [seen.path for seen in signatures.state([first, second])] == [b"a", b"z"]
    resend.undo(tmp_path)
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def os_bytes(name: str) -> bytes:
    """A name as the signatures have it."""
    return name.encode()


def written(path: Path) -> tuple[int, ...]:
    """What of a file any writing changes; reading it changes only its access time."""
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns


def test_nothing_is_rewritten_for_nothing(tmp_path: Path) -> None:
    path = archive(tmp_path / f"duplicity-full-signatures.{FULL}.sigtar.gz", {"a": b"1"})
    before = written(path)
    resend.prepare(tmp_path, FULL, {b"other"})
    resend.prepare(tmp_path, NEXT, {b"a"})
    assert written(path) == before
    assert list(tmp_path.iterdir()) == [path]


def signature(content: bytes, block: int) -> bytes:
    """A signature as librsync makes it, by its definition and not by ours; the strong sums are none."""
    found = struct.pack(">III", 0x72730136, block, 8)
    for at in range(0, len(content), block):
        first = second = 0
        for byte in content[at : at + block]:
            first = (first + byte + 31) % 65536
            second = (second + first) % 65536
        found += struct.pack(">HH", second, first) + bytes(8)
    return found


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(content=st.binary(max_size=100), block=st.integers(1, 40), other=st.binary(max_size=100))
def test_a_file_is_known_by_its_signature(tmp_path: Path, content: bytes, block: int, other: bytes) -> None:
    path = tmp_path / f"duplicity-full-signatures.{FULL}.sigtar.gz"
    archive(path, {"before": bytes(2000), "a": signature(content, block)})
    for one in (content, other):
        (tmp_path / "file").write_bytes(one)
        same = signature(one, block) == signature(content, block)
        assert signatures.is_of([path], b"a", tmp_path / "file") is same
    assert signatures.is_of([path], b"unknown", tmp_path / "file") is None


def test_a_signature_of_another_kind_tells_nothing(tmp_path: Path) -> None:
    path = tmp_path / f"duplicity-full-signatures.{FULL}.sigtar.gz"
    archive(path, {"a": struct.pack(">III", 0x72730146, 2048, 8), "b": b""})
    (tmp_path / "file").write_bytes(b"")
    assert signatures.is_of([path], b"a", tmp_path / "file") is None
    assert signatures.is_of([path], b"b", tmp_path / "file") is None
    assert gzip.decompress(path.read_bytes())
