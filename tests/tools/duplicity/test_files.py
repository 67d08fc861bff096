"""What names, manifests and sizes say of a destination, without any network."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from secretsbackup.model.snapshot import SnapshotKind
from secretsbackup.tools.duplicity import files
from secretsbackup.tools.duplicity.files import Set

OLD, ONE, TWO, NEW = "20261101T000000Z", "20261102T000000Z", "20261103T000000Z", "20261110T000000Z"
FULL, FIRST, SECOND, NEXT_FULL = Set(OLD), Set(ONE, OLD), Set(TWO, ONE), Set(NEW)


def contents(*sets: tuple[Set, int], size: int = 5000) -> dict[str, int]:
    """A destination that holds these sets whole, each with so many volumes."""
    return {
        name: size
        for one, count in sets
        for name in (
            *(f"{one.stem}.vol{number}.difftar.gpg" for number in range(1, count + 1)),
            f"{one.stem}.manifest.gpg",
            f"{signatures(one)}.sigtar.gpg",
        )
    }


def signatures(one: Set) -> str:
    """What the name of a set's signatures begins with."""
    return one.stem.replace("-inc", "-new-signatures").replace("-full", "-full-signatures")


def archive(folder: Path, *sets: tuple[Set, int]) -> Path:
    """An archive folder with the manifests and signatures of these sets."""
    for one, count in sets:
        text = "Hostname h\nLocaldir /s\n" + "".join(f"Volume {n}:\n" for n in range(1, count + 1))
        (folder / f"{one.stem}.manifest").write_text(text)
        (folder / f"{signatures(one)}.sigtar.gz").write_bytes(b"")
    return folder


@pytest.mark.parametrize(
    ("name", "belongs", "volume", "manifest", "signs", "partial"),
    [
        (f"duplicity-full.{OLD}.vol1.difftar.gpg", FULL, 1, False, False, False),
        (f"duplicity-full.{OLD}.vol123.difftar.gz", FULL, 123, False, False, False),
        (f"duplicity-full.{OLD}.manifest.gpg", FULL, 0, True, False, False),
        (f"duplicity-full.{OLD}.manifest.part", FULL, 0, True, False, True),
        (f"duplicity-inc.{OLD}.to.{ONE}.vol2.difftar.gpg", FIRST, 2, False, False, False),
        (f"duplicity-inc.{OLD}.to.{ONE}.manifest", FIRST, 0, True, False, False),
        (f"duplicity-full-signatures.{OLD}.sigtar.gpg", FULL, 0, False, True, False),
        (f"duplicity-new-signatures.{OLD}.to.{ONE}.sigtar.gz", FIRST, 0, False, True, False),
        (f"duplicity-full-signatures.{OLD}.sigtar.part", FULL, 0, False, True, True),
    ],
)
def test_a_name_says_what_a_file_is(
    name: str, belongs: Set, volume: int, manifest: bool, signs: bool, partial: bool
) -> None:
    assert files.parse(name) == files.Name(belongs, volume, manifest, signs, partial)


@pytest.mark.parametrize(
    "name", ["", "readme.txt", "duplicity-full.yesterday.manifest", f"x-duplicity-full.{OLD}.manifest", "."]
)
def test_other_files_are_none_of_duplicitys(name: str) -> None:
    assert files.parse(name) is None


@given(st.text())
def test_no_name_makes_it_stumble(name: str) -> None:
    assert files.parse(name) is None


STAMPS = st.from_regex(r"[0-9]{8}T[0-9]{6}Z", fullmatch=True) | st.sampled_from(
    [
        OLD,
        ONE,
        TWO,
        NEW,
        "20260230T000000Z",
        "00000000T000000Z",
        "99991231T235959Z",
        "\u0662" * 8 + "T000000Z",
    ]
)
FORGED = st.builds(
    "duplicity-{}.{}{}.{}{}".format,
    st.sampled_from(["full", "inc", "full-signatures", "new-signatures", "/../full"]),
    st.just("") | STAMPS.map(lambda stamp: f"{stamp}.to."),
    STAMPS,
    st.sampled_from(["manifest", "sigtar", "manifest.part", "vol0.difftar"])
    | st.integers(0, 10**20).map(lambda number: f"vol{number}.difftar"),
    st.sampled_from(["", ".gpg", ".gz", ".gpg\n", "/../../x.gpg"]),
)


@given(st.dictionaries(FORGED, st.integers(0, 10**20), max_size=12))
@example({f"duplicity-inc.{OLD}.to.{OLD}.manifest.gpg": 500, **contents((FULL, 1))})
@example({**contents((FULL, 1), (FIRST, 1)), f"duplicity-inc.{ONE}.to.{OLD}.manifest.gpg": 500})
def test_names_that_somebody_forged_make_chains_that_end(held: dict[str, int]) -> None:
    for chain in files.chains(held):
        times = [snapshot.time for snapshot in chain.snapshots]
        assert times == sorted(set(times))
        assert all(files.moment(snapshot.stamp) == snapshot.time for snapshot in chain.snapshots)
    newest = files.newest_manifest(held)
    assert newest is None or "/" not in newest


@pytest.mark.parametrize("number", ["9" * 9, "9" * 5000], ids=len)
def test_a_manifest_that_names_more_volumes_than_it_has_lines_for_fills_no_memory(number: str) -> None:
    assert files.volumes(f"Volume 1:\nVolume {number}:\n".encode()) <= 2


def test_chains_are_found_oldest_first_each_with_its_links_in_order() -> None:
    old, new = files.chains(contents((SECOND, 1), (NEXT_FULL, 3), (FIRST, 2), (FULL, 4)))
    assert [snapshot.stamp for snapshot in old.snapshots] == [OLD, ONE, TWO]
    assert [snapshot.kind for snapshot in old.snapshots] == [
        SnapshotKind.FULL,
        SnapshotKind.INCREMENTAL,
        SnapshotKind.INCREMENTAL,
    ]
    assert [snapshot.volumes for snapshot in old.snapshots] == [4, 2, 1]
    assert old.start == datetime(2026, 11, 1, tzinfo=UTC)
    assert [snapshot.stamp for snapshot in new.snapshots] == [NEW]
    assert new.size == 4 * 5000


def test_a_link_whose_full_is_gone_stands_in_no_chain() -> None:
    assert files.chains(contents((SECOND, 1))) == ()


def test_a_set_without_manifest_is_not_whole() -> None:
    held = contents((FULL, 2))
    del held[f"{FULL.stem}.manifest.gpg"]
    assert [snapshot.whole for chain in files.chains(held) for snapshot in chain.snapshots] == [False]


def test_an_empty_destination_holds_no_chain() -> None:
    assert files.chains({}) == ()


@pytest.mark.parametrize(
    ("manifest", "count"),
    [
        (b"Hostname h\nVolume 1:\n    StartingPath   .\nVolume 2:\n", 2),
        (b"Volume 1:\nVolume 2:\nVolume 3:\nVolume 2:\n", 2),
        (b"Volume 1:\nVolume 2:\nVolume 3:\nVolume 2:\nVolume 3:\nVolume 4:\n", 4),
        (b'Volume 1:\n    StartingPath "Volume 9:"\n', 1),
        (b"", 0),
    ],
)
def test_of_a_manifest_that_a_resumed_run_wrote_the_last_volume_counts(manifest: bytes, count: int) -> None:
    assert files.volumes(manifest) == count


def audit(archive: Path, held: dict[str, int], known: dict[str, int]) -> tuple[files.MissingFile, ...]:
    """What lacks of all that is known to be finished."""
    return files.audit(files.finished(archive, known), held, known)


def test_a_whole_destination_has_no_holes(tmp_path: Path) -> None:
    sets = ((FULL, 3), (FIRST, 1))
    assert audit(archive(tmp_path, *sets), contents(*sets), {}) == ()


@pytest.mark.parametrize(
    "lost",
    [
        f"duplicity-full.{OLD}.vol1.difftar.gpg",
        f"duplicity-full.{OLD}.vol3.difftar.gpg",
        f"duplicity-full.{OLD}.manifest.gpg",
        f"duplicity-inc.{OLD}.to.{ONE}.vol1.difftar.gpg",
        f"duplicity-inc.{OLD}.to.{ONE}.manifest.gpg",
    ],
)
def test_a_file_that_is_missing_is_a_hole(tmp_path: Path, lost: str) -> None:
    sets = ((FULL, 3), (FIRST, 1))
    held = contents(*sets)
    del held[lost]
    (hole,) = audit(archive(tmp_path, *sets), held, {})
    assert hole.missing
    assert hole.name == lost.removesuffix(".gpg")


def test_a_whole_set_that_is_missing_is_as_many_holes(tmp_path: Path) -> None:
    assert len(audit(archive(tmp_path, (FULL, 3)), {}, {})) == 5


@pytest.mark.parametrize(("volume", "size"), [(1, 0), (1, 127), (2, 2499), (3, 0), (3, 127)])
def test_a_truncated_volume_is_a_hole(tmp_path: Path, volume: int, size: int) -> None:
    held = contents((FULL, 3))
    name = f"{FULL.stem}.vol{volume}.difftar.gpg"
    held[name] = size
    (hole,) = audit(archive(tmp_path, (FULL, 3)), held, {})
    assert (hole.name, hole.missing) == (name, False)


def test_the_last_volume_of_a_set_may_be_small(tmp_path: Path) -> None:
    held = {**contents((FULL, 3)), f"{FULL.stem}.vol3.difftar.gpg": 400}
    assert audit(archive(tmp_path, (FULL, 3)), held, {}) == ()


def test_a_size_that_was_seen_before_must_be_the_same(tmp_path: Path) -> None:
    held = contents((FULL, 3))
    known = files.sizes(held)
    assert audit(archive(tmp_path, (FULL, 3)), held, known) == ()
    held[f"{FULL.stem}.vol2.difftar.gpg"] -= 1
    assert [hole.name for hole in audit(tmp_path, held, known)] == [f"{FULL.stem}.vol2.difftar.gpg"]


@pytest.mark.parametrize("lost", [f"{FULL.stem}.manifest.gpg", f"{FULL.stem}.vol3.difftar.gpg"])
def test_what_an_audit_saw_must_be_there_although_the_archive_folder_is_lost(
    tmp_path: Path, lost: str
) -> None:
    held = contents((FULL, 3))
    known = files.sizes(held | {f"{FIRST.stem}.vol1.difftar.gpg": 9})
    assert audit(tmp_path, held, known) == (), "a set that was never finished lacks nothing"
    del held[lost]
    assert [(hole.name, hole.missing) for hole in audit(tmp_path, held, known)] == [(lost, True)]


def test_sizes_are_known_of_finished_files_of_duplicitys_alone() -> None:
    held = {**contents((FULL, 1)), "readme": 1, f"{FIRST.stem}.manifest.part": 2}
    assert files.sizes(held) == contents((FULL, 1))


def test_each_set_knows_where_its_chain_starts(tmp_path: Path) -> None:
    archive(tmp_path, (FULL, 1), (FIRST, 1), (SECOND, 1), (NEXT_FULL, 1))
    assert files.starts(files.finished(tmp_path, {})) == {FULL: OLD, FIRST: OLD, SECOND: OLD, NEXT_FULL: NEW}


def test_the_start_of_a_chain_is_known_although_its_full_manifest_is_gone(tmp_path: Path) -> None:
    archive(tmp_path, (SECOND, 1), (FIRST, 1))
    assert (
        files.starts(files.finished(tmp_path, {}))[SECOND]
        == files.starts(files.finished(tmp_path, {}))[FIRST]
    )


def test_an_archive_is_warm_when_it_has_the_newest_chain(tmp_path: Path) -> None:
    old, new = (FULL, 2), (NEXT_FULL, 1)
    assert files.warm(archive(tmp_path, new), contents(old, new))
    assert files.warm(tmp_path / "absent", {})


@pytest.mark.parametrize("lost", [f"{NEXT_FULL.stem}.manifest", f"{signatures(NEXT_FULL)}.sigtar.gz"])
def test_an_archive_that_lacks_a_file_of_the_newest_chain_is_cold(tmp_path: Path, lost: str) -> None:
    archive(tmp_path, (NEXT_FULL, 1))
    (tmp_path / lost).unlink()
    assert not files.warm(tmp_path, contents((NEXT_FULL, 1)))


def test_an_archive_that_is_gone_is_cold(tmp_path: Path) -> None:
    assert not files.warm(tmp_path / "absent", contents((FULL, 1)))


def test_a_set_that_was_cut_off_is_half_sent(tmp_path: Path) -> None:
    archive(tmp_path, (FULL, 1))
    assert not files.incomplete_set(tmp_path)
    (tmp_path / f"{FIRST.stem}.manifest.part").write_text("Volume 1:\n")
    assert files.incomplete_set(tmp_path)


def test_a_stamp_is_a_time_in_utc() -> None:
    assert files.moment(OLD) == datetime(2026, 11, 1, tzinfo=UTC)
