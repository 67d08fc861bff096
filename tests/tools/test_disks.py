"""Disks: one disk is one, by whichever partition, volume or image."""

import os
from pathlib import Path

import pytest

from secretsbackup.model.destination import Folder
from secretsbackup.tools import destinations, disks


@pytest.fixture
def blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A machine with two disks, as /sys shows them: on the first a plain partition and one with a volume."""
    devices, numbers = tmp_path / "devices", tmp_path / "system" / "sys" / "dev" / "block"
    numbers.mkdir(parents=True)
    for number, name in {"8:1": "sda/sda1", "8:2": "sda/sda2", "8:17": "sdb/sdb1", "253:0": "dm-0"}.items():
        (devices / name).mkdir(parents=True)
        if "/" in name:
            (devices / name / "partition").touch()
        (numbers / number).symlink_to(devices / name)
    (devices / "dm-0" / "slaves").mkdir()
    (devices / "dm-0" / "slaves" / "sda2").symlink_to(devices / "sda" / "sda2")
    monkeypatch.setenv("SECRETSBACKUP_SYSTEM_ROOT", str(tmp_path / "system"))
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
    assert bool(disks.of_device(one) & disks.of_device(other)) is same


def mount(root: Path, at: Path, device: str) -> str:
    """Have a device be mounted there, on a machine of our own; its number."""
    mounts = root / "proc" / "self" / "mountinfo"
    mounts.parent.mkdir(parents=True, exist_ok=True)
    mounts.write_text(
        f"1 0 0:1 / / rw - overlay overlay rw\n2 1 0:44 /@ {at.resolve()} rw shared:1 - btrfs {device} rw\n"
    )
    status = os.stat(device)
    return f"{os.major(status.st_rdev)}:{os.minor(status.st_rdev)}"


def test_an_image_lies_on_the_disk_of_its_file(blocks: Path, tmp_path: Path) -> None:
    numbers, image = tmp_path / "system" / "sys" / "dev" / "block", tmp_path / "vault.img"
    image.touch()
    (blocks / "loop0" / "loop").mkdir(parents=True)
    (blocks / "loop0" / "loop" / "backing_file").write_text(f"{image}\n")
    (numbers / "7:0").symlink_to(blocks / "loop0")
    status = image.stat()
    mounted = mount(tmp_path / "system", tmp_path, "/dev/null")
    for number in {f"{os.major(status.st_dev)}:{os.minor(status.st_dev)}", mounted}:
        (numbers / number).symlink_to(blocks / "sda" / "sda1")
    assert disks.of_device("7:0") == {"sda"}


def test_a_subvolume_lies_on_what_was_mounted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRETSBACKUP_SYSTEM_ROOT", str(tmp_path / "system"))
    number = mount(tmp_path / "system", tmp_path, "/dev/null")
    assert disks.mounted_device(tmp_path) == number
    assert disks.mounted_device(Path("/usr")) == ""


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
