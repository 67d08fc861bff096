"""Which volumes a path lies in: as duplicity itself would choose them."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from secretsbackup.model.snapshot import Chain, Snapshot, SnapshotKind
from secretsbackup.tools.duplicity import volumes

FULL = datetime(2026, 11, 27, 14, 12, 11, tzinfo=UTC)
LATER = FULL + timedelta(seconds=3)
CHAIN = Chain(
    (
        Snapshot(time=FULL, kind=SnapshotKind.FULL, volumes=4, size=1),
        Snapshot(time=LATER, kind=SnapshotKind.INCREMENTAL, volumes=1, size=1),
    )
)
MANIFEST = rb"""Hostname vm
Localdir /home/ada/stage
Volume 1:
    StartingPath   .
    EndingPath     a/f3 2
    Hash SHA1 edb3b20317f6172bba6812ab1c01e8d9751faf10
Volume 2:
    StartingPath   a/f3 3
    EndingPath     "c\x20d/g\x201" 6
    Hash SHA1 367a1301f5045c7e15bb73811c7a983fde8d4644
Volume 3:
    StartingPath   "c\x20d/g\x201" 7
    EndingPath     "c\x20d/g\x22quo\x5cte" 10
    Hash SHA1 67702ab8fb999427696cbaf523c95d28e36adc37
Volume 4:
    StartingPath   "c\x20d/g\x22quo\x5cte" 11
    EndingPath     z
    Hash SHA1 38d4bcdceb06907df755bdef8a4bc0b9c57b4145
"""
INCREMENT = rb"""Hostname vm
Localdir /home/ada/stage
Volume 1:
    StartingPath   b/small
    EndingPath     b/small
    Hash SHA1 35eb3f839c2d6647a71deced6472a26e78e20aff
"""


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """An archive folder with the manifests of a chain."""
    (tmp_path / "duplicity-full.20261127T141211Z.manifest").write_bytes(MANIFEST)
    (tmp_path / "duplicity-inc.20261127T141211Z.to.20261127T141214Z.manifest").write_bytes(INCREMENT)
    return tmp_path


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (b"", "full 1, full 2, full 3, full 4, inc 1"),
        (b"a", "full 1, full 2"),
        (b"a/f1", "full 1"),
        (b"a/f3", "full 1, full 2"),
        (b"a/f4", "full 2"),
        (b"b", "full 2, inc 1"),
        (b"b/small", "full 2, inc 1"),
        (b"c d", "full 2, full 3, full 4"),
        (b"c d/g 1", "full 2, full 3"),
        (b'c d/g"quo\\te', "full 3, full 4"),
        (b"zz", ""),
    ],
)
def test_a_path_lies_where_duplicity_looks_for_it(archive: Path, path: bytes, expected: str) -> None:
    spans = volumes.spans(archive, CHAIN, CHAIN.snapshots[1])
    assert spans
    short = {"duplicity-full.20261127T141211Z": "full", CHAIN_STEM: "inc"}
    found = (name.removesuffix(".difftar").partition(".vol")[::2] for name in spans.of(path))
    assert ", ".join(sorted(f"{short[stem]} {number}" for stem, number in found)) == expected


CHAIN_STEM = "duplicity-inc.20261127T141211Z.to.20261127T141214Z"


def test_an_older_snapshot_needs_nothing_of_a_younger_one(archive: Path) -> None:
    spans = volumes.spans(archive, CHAIN, CHAIN.snapshots[0])
    assert spans
    assert all("full" in name for name in spans.of(b"b"))


def test_without_a_manifest_nothing_is_known(archive: Path) -> None:
    next(archive.glob("*-inc.*")).unlink()
    assert volumes.spans(archive, CHAIN, CHAIN.snapshots[1]) is None
    assert volumes.spans(archive, CHAIN, CHAIN.snapshots[0]) is not None
    next(archive.glob("*-full.*")).write_bytes(b"torn")
    assert volumes.spans(archive, CHAIN, CHAIN.snapshots[0]) is None
