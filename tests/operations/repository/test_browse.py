"""What is asked of a destination where nothing is known here yet: it has seconds to say anything."""

import asyncio
import socket
import time
from collections.abc import Coroutine, Iterator
from pathlib import Path

import pytest
from msgspec.structs import replace

from secretsbackup.model import causes
from secretsbackup.model.destination import Bucket, Destination, Folder, parse
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Profile
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Credential, KeyPair, Secret
from secretsbackup.operations.repository import browse
from secretsbackup.operations.run import runner
from secretsbackup.store.home import Home

SECONDS = 0.5
"""That a destination gets here."""


async def opened(_: Profile) -> Credential:
    """What opens a bucket."""
    return KeyPair(Secret("AKIA"), Secret("hidden"))


LEARNS = browse.Refresh(runner.nobody, opened, seconds=SECONDS)


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a server that takes every call and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def asked(
    profile: Profile, home: Home, destination: Destination, verb: str = "find"
) -> tuple[Failure, float]:
    """Why a cold `find`, or `snapshots`, gets no answer, and after how many seconds it says so."""
    elsewhere, began = replace(profile, destination=destination), time.monotonic()
    asking: Coroutine[None, None, object] = (
        browse.find(elsewhere, home, b"a", LEARNS)
        if verb == "find"
        else browse.snapshots(elsewhere, home, opened, SECONDS)
    )
    with pytest.raises(Failure) as caught:
        asyncio.run(asking)
    return caught.value, time.monotonic() - began


@pytest.mark.parametrize("verb", ["find", "snapshots"])
@pytest.mark.parametrize("kind", ["s3", "sftp", "rsync"])
def test_a_server_that_says_nothing_is_not_waited_for(
    profile: Profile, home: Home, silent: int, kind: str, verb: str
) -> None:
    destination = (
        Bucket("bucket", "prefix", f"http://127.0.0.1:{silent}", "us-east-1")
        if kind == "s3"
        else parse(f"{kind}://ada@127.0.0.1:{silent}//backups")
    )
    failure, took = asked(profile, home, destination, verb)
    assert failure.reason is Reason.DESTINATION_SILENT
    assert "127.0.0.1" in failure.cause.about
    assert SECONDS <= took < 4  # and not the 8 s of a connection, nor twice that of a bucket


@pytest.mark.parametrize("verb", ["find", "snapshots"])
def test_nor_is_a_folder_on_a_mount_that_hangs(profile: Profile, home: Home, hung: Path, verb: str) -> None:
    failure, took = asked(profile, home, Folder(str(hung / "backups")), verb)
    assert failure.cause == causes.DestinationSilent(str(hung / "backups"))
    assert SECONDS <= took < 4


def test_a_server_that_refuses_is_told_as_what_it_is(profile: Profile, home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    bucket = Bucket("bucket", "prefix", f"http://127.0.0.1:{port}", "us-east-1")
    failure, _took = asked(profile, home, bucket)
    assert failure.reason is Reason.DESTINATION_UNREACHABLE
    host = parse(f"sftp://ada@127.0.0.1:{port}//backups")
    failure, _took = asked(profile, home, host)
    assert failure.reason is Reason.DESTINATION_UNREACHABLE


def test_who_asks_to_wait_for_it_waits(profile: Profile, home: Home, silent: int) -> None:
    bucket = Bucket("bucket", "prefix", f"http://127.0.0.1:{silent}", "us-east-1")
    waits = replace(LEARNS, first=True)

    async def asks() -> None:
        async with asyncio.timeout(3 * SECONDS):
            await browse.find(replace(profile, destination=bucket), home, b"a", waits)

    with pytest.raises(TimeoutError):
        asyncio.run(asks())
