"""A folder as a destination: what is told to be there is on its disk."""

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from secretsbackup.model.destination import Folder
from secretsbackup.model.outcome import Failure
from secretsbackup.model.reason import Reason
from secretsbackup.tools import destinations


def test_what_a_disk_does_not_have_is_not_told_to_be_there(tmp_path: Path) -> None:
    (tmp_path / "volume").write_bytes(b"volume")
    asyncio.run(destinations.settle(Folder(str(tmp_path)), ["volume"]))
    with pytest.raises(Failure) as caught:
        asyncio.run(destinations.settle(Folder(str(tmp_path)), ["volume", "gone"]))
    assert caught.value.reason is Reason.DESTINATION_UNREACHABLE


@pytest.mark.parametrize(
    ("put", "reason"),
    [
        (Path.touch, Reason.IN_THE_WAY),
        (lambda path: path.symlink_to(path.name), Reason.IN_THE_WAY),
        (lambda path: path.parent.rmdir(), Reason.DESTINATION_MISSING),
    ],
)
def test_what_is_in_the_place_of_a_folder_is_no_network_that_is_down(
    tmp_path: Path, put: Callable[[Path], None], reason: Reason
) -> None:
    (tmp_path / "disk").mkdir()
    put(tmp_path / "disk" / "backups")
    with pytest.raises(Failure) as caught:
        asyncio.run(destinations.listing(Folder(f"{tmp_path}/disk/backups"), None))
    assert caught.value.reason is reason


def test_what_goes_while_a_folder_is_listed_is_no_folder_that_is_gone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("a", "goes", "z"):
        (tmp_path / name).write_bytes(b"1234")
    scandir = os.scandir

    class Vanishing:
        """A folder of which a file goes once its names are read."""

        def __init__(self, path: Path) -> None:
            self._entries = scandir(path)

        def __enter__(self) -> list[os.DirEntry[str]]:
            entries = list(self._entries)
            (tmp_path / "goes").unlink()
            return entries

        def __exit__(self, *_: object) -> None:
            self._entries.close()

    monkeypatch.setattr(os, "scandir", Vanishing)
    assert asyncio.run(destinations.listing(Folder(str(tmp_path)), None))[0] == {"a": 4, "z": 4}
