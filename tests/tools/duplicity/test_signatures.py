"""Signature archives are read as tarfile and duplicity write them, whatever the names."""

import gzip
import io
import tarfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from secretsbackup.model.entry import EntryKind, SeenEntry
from secretsbackup.model.outcome import Failure
from secretsbackup.model.reason import Reason
from secretsbackup.tools.duplicity import signatures

PAX = 1024
"""Where in what is written below the first record of a header begins."""
FULL, ONE, TWO = "20261101T000000Z", "20261102T000000Z", "20261103T000000Z"
KINDS = {
    EntryKind.FILE: tarfile.REGTYPE,
    EntryKind.FOLDER: tarfile.DIRTYPE,
    EntryKind.LINK: tarfile.SYMTYPE,
    EntryKind.OTHER: tarfile.FIFOTYPE,
}

parts = st.binary(min_size=1, max_size=120).filter(lambda name: name != b".." and not {*name} & {0, 47})
paths = st.lists(parts, min_size=1, max_size=4).map(b"/".join)
entries = st.builds(
    SeenEntry,
    path=paths,
    what=st.sampled_from([*KINDS, None]),
    modified=st.one_of(st.integers(0, 2**31), st.integers(0, 2**40)),
    most=st.integers(0, 40).map(lambda blocks: 512 * blocks),
)


def name_of(seen: SeenEntry) -> bytes:
    tree = b"deleted" if seen.what is None else b"signature" if seen.what is EntryKind.FILE else b"snapshot"
    return tree + b"/" + seen.path


def write(path: Path, all_seen: list[SeenEntry], form: int = tarfile.PAX_FORMAT) -> Path:
    """An archive as duplicity writes it: signatures of blocks of 512 bytes with sums of 4 and 8."""
    with tarfile.open(path, "w:gz", format=form, encoding="utf-8", errors="surrogateescape") as archive:
        for seen in all_seen:
            member = tarfile.TarInfo(name_of(seen).decode("utf-8", "surrogateescape"))
            member.mtime, member.type = seen.modified, KINDS.get(seen.what or EntryKind.FILE, tarfile.REGTYPE)
            member.linkname = "l" * 150 if seen.what is EntryKind.LINK else ""
            content = b""
            if seen.what is EntryKind.FILE:
                content = b"rs\x016" + (512).to_bytes(4, "big") + (8).to_bytes(4, "big")
                content += b"\xff" * 12 * (seen.most // 512)
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


def expected(seen: SeenEntry) -> SeenEntry:
    if seen.what is None:
        return SeenEntry(seen.path, None)
    most = seen.most if seen.what is EntryKind.FILE else 0
    return SeenEntry(seen.path, seen.what, seen.modified, most - 511 if most else 0, most)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(all_seen=st.lists(entries, max_size=8), form=st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]))
def test_whatever_tarfile_writes_is_read(tmp_path: Path, all_seen: list[SeenEntry], form: int) -> None:
    path = write(tmp_path / "a.sigtar.gz", all_seen, form)
    assert list(signatures.changes(path)) == [expected(seen) for seen in all_seen]


def test_of_several_archives_the_newest_counts(tmp_path: Path) -> None:
    def file(path: bytes, modified: int) -> SeenEntry:
        return SeenEntry(path, EntryKind.FILE, modified, 1, 512)

    def gone(path: bytes) -> SeenEntry:
        return SeenEntry(path, None)

    folder = SeenEntry(b"a", EntryKind.FOLDER, 1)
    write(
        tmp_path / f"duplicity-full-signatures.{FULL}.sigtar.gz",
        [folder, file(b"a/b", 1), file(b"a.txt", 1), file(b"z", 1)],
    )
    write(tmp_path / f"duplicity-new-signatures.{FULL}.to.{ONE}.sigtar.gz", [gone(b"a/b"), file(b"a.txt", 2)])
    write(
        tmp_path / f"duplicity-new-signatures.{ONE}.to.{TWO}.sigtar.gz",
        [file(b"a", 3), file(b"a/b", 3), gone(b"a.txt")],
    )
    archives = signatures.archives(tmp_path, TWO)
    assert archives
    assert list(signatures.state(archives)) == [file(b"a", 3), file(b"a/b", 3), file(b"z", 1)]
    assert list(signatures.state(archives[:2])) == [folder, file(b"a.txt", 2), file(b"z", 1)]
    archives[1].unlink()
    assert signatures.archives(tmp_path, TWO) is None


@pytest.mark.parametrize("kept", [0, 20, 100, -30])
def test_an_archive_that_is_cut_off_is_a_failure_and_no_end(tmp_path: Path, kept: int) -> None:
    path = write(
        tmp_path / "a.sigtar.gz", [SeenEntry(b"%d" % n, EntryKind.FILE, n, 1, 512) for n in range(100)]
    )
    path.write_bytes(path.read_bytes()[:kept])
    with pytest.raises(Failure) as caught:
        list(signatures.changes(path))
    assert caught.value.reason is Reason.TOOL_FAILED
    assert "a.sigtar.gz" in caught.value.cause.about


@pytest.mark.parametrize("name", [b"..", b"../home/ada/.bashrc", b"docs/../../x", b"docs/.."])
def test_a_name_that_leads_out_is_refused(tmp_path: Path, name: bytes) -> None:
    path = write(tmp_path / "a.sigtar.gz", [SeenEntry(b"docs/..x", EntryKind.FILE, 1, 1, 512)])
    assert [seen.path for seen in signatures.changes(path)] == [b"docs/..x"]
    with pytest.raises(Failure):
        list(
            signatures.changes(write(tmp_path / "b.sigtar.gz", [SeenEntry(name, EntryKind.FILE, 1, 1, 512)]))
        )


WRITTEN = [
    SeenEntry(b"docs", EntryKind.FOLDER, 1),
    SeenEntry(b"docs/" + b"\xff" * 150, EntryKind.FILE, 2**40, 1, 512),
    SeenEntry(b"docs/link", EntryKind.LINK, 3),
    SeenEntry(b"docs/old", None),
]
NUMBERS = [
    b"0",
    b"-1",
    b"9" * 18,
    b"9" * 5000,
    b"inf",
    b"nan",
    b"\x80" + b"\xff" * 11,
    b"\xff" * 12,
    b"",
    b"x",
]


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    form=st.sampled_from([tarfile.PAX_FORMAT, tarfile.GNU_FORMAT]),
    holes=st.lists(
        st.tuples(
            st.integers(0, 1 << 20),
            st.binary(max_size=12) | st.sampled_from(NUMBERS) | st.integers().map(b"%d".__mod__),
            st.booleans(),
        ),
        min_size=1,
        max_size=4,
    ),
    cut=st.none() | st.integers(0, 1 << 20),
)
@example(form=tarfile.PAX_FORMAT, holes=[(PAX, b"0 ", False)], cut=None)  # its length: it went on for ever
@example(form=tarfile.PAX_FORMAT, holes=[(PAX, b"21 mtime=inf        \n", False)], cut=None)
@example(form=tarfile.PAX_FORMAT, holes=[(124, b"77777777777", False)], cut=None)
@example(form=tarfile.PAX_FORMAT, holes=[(136, b"\x80" + b"\xff" * 11, False)], cut=None)
def test_one_that_is_damaged_or_forged_is_read_or_refused(
    tmp_path: Path, form: int, holes: list[tuple[int, bytes, bool]], cut: int | None
) -> None:
    path = write(tmp_path / "a.sigtar.gz", WRITTEN, form)
    content = bytearray(gzip.decompress(path.read_bytes()))
    for at, put, pushes in holes:
        begin = at % len(content)
        content[begin : begin if pushes else begin + len(put)] = put
    path.write_bytes(gzip.compress(bytes(content[:cut]), 1))
    try:
        seen = list(signatures.changes(path))
    except Failure:
        return
    assert len(seen) < 100
    assert all(abs(one.modified) < 2**63 and 0 <= one.least <= one.most < 2**63 for one in seen)
