"""What sources hold is counted as rsync would take it, told meanwhile, and stopped when nobody wants it."""

import asyncio
from pathlib import Path

import pytest

from secretsbackup.model.profile import Source
from secretsbackup.operations.setup.measure import Amount, measure


@pytest.fixture
def source(tmp_path: Path) -> Source:
    """A folder with a link, a loop, a dangling link, and something to leave out."""
    root = tmp_path / "Documents"
    (root / "deep").mkdir(parents=True)
    (root / "large").write_bytes(b"x" * 5000)
    (root / "deep" / "small").write_bytes(b"x" * 10)
    (root / "deep" / "disk.iso").write_bytes(b"x" * 9000)
    (root / "link").symlink_to("large")
    (root / "nowhere").symlink_to("gone")
    (root / "deep" / "up").symlink_to("..")
    return Source("Documents", str(root))


def test_links_are_followed_once_and_patterns_left_out(source: Source) -> None:
    amount = asyncio.run(measure([source], ["*.iso"]))
    assert (amount.files, amount.bytes, amount.left_out) == (3, 10_010, 1)
    assert amount.largest[0] in (("Documents/large", 5000), ("Documents/link", 5000))
    assert not amount.counting


def test_folders_of_ours_are_not_counted(source: Source) -> None:
    amount = asyncio.run(measure([source], [], own=[Path(source.path) / "deep"]))
    assert amount.files == 2


def test_a_source_that_is_not_there_holds_nothing() -> None:
    assert asyncio.run(measure([Source("gone", "/no/such/folder")], [])) == Amount()


def test_nobody_who_wants_it_no_more_is_kept_waiting(tmp_path: Path) -> None:
    for number in range(3000):
        (tmp_path / f"{number}").touch()

    async def scene() -> None:
        counting = asyncio.ensure_future(measure([Source("many", str(tmp_path))] * 200, []))
        await asyncio.sleep(0.05)
        counting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asyncio.wait_for(counting, 5)

    asyncio.run(scene())


def test_patterns_that_leave_nothing_out_are_told(source: Source) -> None:
    patterns = ["*.iso", "Documents/deep/small", f"{source.path}/gone", "~/nothing", "deep/", "*.tmp"]
    assert asyncio.run(measure([source], patterns[:4])).idle == (f"{source.path}/gone", "~/nothing")
    assert asyncio.run(measure([source], patterns)).idle[-1] == "*.tmp"
