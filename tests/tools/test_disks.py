"""Disks: one disk is one, by whichever partition, volume or image."""

import os
from pathlib import Path

import pytest

from secretsbackup.model.destination import Folder
from secretsbackup.tools import destinations, disks


@pytest.fixture
def blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with two disks, as /sys shows them: on the first a plain partition and one with a volume."""
    devices, numbers = tmp_path / "devices", tmp_path / "block"
    numbers.mkdir()
    for number, name in {"8:1": "sda/sda1", "8:2": "sda/sda2", "8:17": "sdb/sdb1", "253:0": "dm-0"}.items():
        (devices / name).mkdir(parents=True)
        if "/" in name:
            (devices / name / "partition").touch()
        (numbers / number).symlink_to(devices / name)
    (devices / "dm-0" / "slaves").mkdir()
    (devices / "dm-0" / "slaves" / "sda2").symlink_to(devices / "sda" / "sda2")
    monkeypatch.setattr(disks, "_BLOCK", numbers)
    return devices


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("8:1", "8:2", True),
        ("8:1", "8:17", False),
        ("253:0", "8:1", True),
        ("253:0", "8:17", False),
    ],
)
def test_partitions_and_volumes_lie_on_their_disk(
    one: str,
    other: str,
    same: bool,
    blocks: Path,
) -> None:
    below = [{*disks._whole(disks._BLOCK / number, 0)} for number in (one, other)]
    assert bool(below[0] & below[1]) is same


def test_an_image_lies_on_the_disk_of_its_file(blocks: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (blocks / "loop0" / "loop").mkdir(parents=True)
    (blocks / "loop0" / "loop" / "backing_file").write_text("/home/ada/vault.img\n")
    (disks._BLOCK / "7:0").symlink_to(blocks / "loop0")
    monkeypatch.setattr(disks, "_device", lambda path: {"vault.img": "8:1"}[path.name])
    assert [*disks._whole(disks._BLOCK / "7:0", 0)] == ["sda"]


def test_a_subvolume_lies_on_what_was_mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(
        "1 0 0:1 / / rw - overlay overlay rw\n"
        f"2 1 0:44 /@ {tmp_path.resolve()} rw shared:1 - btrfs /dev/null rw\n"
    )
    monkeypatch.setattr(disks, "_MOUNTS", mounts)
    status = os.stat("/dev/null")
    assert disks._mounted(tmp_path) == f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"
    assert disks._mounted(Path("/usr")) == ""


def test_two_folders_of_one_file_system_are_on_one_disk(tmp_path: Path) -> None:
    assert disks.same(tmp_path, tmp_path.parent)


def test_a_folder_whose_disk_may_be_away_is_not_judged(tmp_path: Path, one_disk: None) -> None:
    docs, backups = tmp_path / "docs", tmp_path / "mount point"
    docs.mkdir()
    assert destinations.kept_on_same_disk(Folder(str(backups)), [str(docs)]) == ""
    backups.mkdir()
    assert destinations.kept_on_same_disk(Folder(str(backups)), [str(docs)]) == ""
    (backups / "volume").touch()
    assert destinations.kept_on_same_disk(Folder(str(backups)), [str(docs)]) == str(docs)
    assert destinations.on_same_disk(Folder(str(backups)), [str(tmp_path / "gone")]) == ""
