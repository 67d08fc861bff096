"""A folder as a destination: what is told to be there is on its disk."""

import asyncio
from pathlib import Path

import pytest

from secretsbackup.model.destination import Folder
from secretsbackup.model.outcome import Failure, Reason
from secretsbackup.tools import place


def test_what_a_disk_does_not_have_is_not_told_to_be_there(tmp_path: Path) -> None:
    (tmp_path / "volume").write_bytes(b"volume")
    asyncio.run(place.settle(Folder(str(tmp_path)), ["volume"]))
    with pytest.raises(Failure) as caught:
        asyncio.run(place.settle(Folder(str(tmp_path)), ["volume", "gone"]))
    assert caught.value.reason is Reason.DESTINATION_UNREACHABLE
