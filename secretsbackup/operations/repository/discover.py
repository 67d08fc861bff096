"""Discover: what is there already, to go on with instead of beginning anew."""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import msgspec

from secretsbackup.model.destination import Bucket, Destination, Folder
from secretsbackup.model.secret import Credential
from secretsbackup.operations.repository import unregistered
from secretsbackup.tools import destinations, s3
from secretsbackup.tools.duplicity import files
from secretsbackup.tools.s3 import creation

_DEEP = ("config.sh", "*/config.sh", "*/*/config.sh", ".config/*/config.sh", ".local/share/*/config.sh")
_MOST = 1 << 16
"""Bytes: a config.sh has some hundreds."""


class ExistingBackups(msgspec.Struct, frozen=True):
    """How many snapshots a destination holds; when the newest was made."""

    snapshots: int = 0
    newest: datetime | None = None


async def existing_backups(destination: Destination, credential: Credential) -> ExistingBackups:
    """What a destination holds; a Failure where it cannot be read, or is for no key: SEALED_BY_PASSPHRASE,
    NOT_SEALED."""
    contents = await destinations.contents(destination, credential)
    chains = files.chains(contents)
    if newest := files.newest_manifest(contents):
        await unregistered.refuse_unkeyed(destination, credential, newest)
    whole = [one for chain in chains for one in chain.snapshots if one.whole]
    return ExistingBackups(len(whole), max((one.time for one in whole), default=None))


async def configs(home_folder: Path) -> tuple[Path, ...]:
    """The config.sh of the old scripts, in the usual places below somebody's home folder."""
    return await asyncio.to_thread(lambda: tuple(_configs(home_folder)))


def _configs(home_folder: Path) -> Iterator[Path]:
    for pattern in _DEEP:
        try:
            yield from (path for path in sorted(home_folder.glob(pattern)) if _is_ours(path))
        except OSError:
            continue


def _is_ours(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            text = file.read(_MOST)
    except OSError:
        return False
    return all(name in text for name in (b"REMOTE_DESTINATION=", b"GPG_KEY=", b"STAGING_DIR="))


def on_same_disk(folder: Folder, sources: Iterable[str]) -> str:
    """The first of these sources that lies on the folder's own disk; "" if there is none."""
    return destinations.on_same_disk(folder, sources)


def ssh_hosts(home_folder: Path) -> tuple[str, ...]:
    """The hosts that somebody's ~/.ssh/config names (ssh_config(5)); patterns are no hosts."""
    try:
        text = (home_folder / ".ssh" / "config").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ()
    lines = (line.split() for line in text.splitlines())
    named = (name for words in lines if words[:1] and words[0].lower() == "host" for name in words[1:])
    return tuple(dict.fromkeys(name for name in named if not {*name} & {*"*?!"}))


async def aws_profiles() -> tuple[str, ...]:
    """The profiles of the user's own ~/.aws."""
    return await s3.own_profiles()


async def find_bucket(bucket: Bucket, admin: Credential) -> bool:
    """Whether the bucket is there and ours; a Failure if it is somebody else's or the key is no good."""
    return await creation.find(bucket, admin) is not None
