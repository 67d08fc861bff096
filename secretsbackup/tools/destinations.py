"""What a destination holds, whichever kind it is."""

import asyncio
import errno
import os
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from secretsbackup.model import causes
from secretsbackup.model.destination import Bucket, Destination, Folder, Host
from secretsbackup.model.outcome import Failure
from secretsbackup.model.secret import Credential
from secretsbackup.tools import disks, s3, ssh, tree
from secretsbackup.tools.duplicity import files
from secretsbackup.tools.threads import run_in_daemon_thread


async def contents(destination: Destination, credential: Credential) -> dict[str, int]:
    """Names of the files at a destination and their sizes in bytes; a Failure where it cannot be read.

    Copies of duplicity's files that somebody's programs left there are passed over, as duplicity does with
    this program (see `duplicity.listing`).
    """
    return (await listing(destination, credential))[0]


async def listing(destination: Destination, credential: Credential) -> tuple[dict[str, int], frozenset[str]]:
    """What the destination holds, and the names of what cannot be read at once."""
    frozen: frozenset[str] = frozenset()
    match destination:
        case Bucket():
            sizes, frozen = await s3.listing(destination, credential)
        case Folder():
            sizes = await asyncio.to_thread(_folder, Path(destination.path))
        case Host():
            sizes = await ssh.contents(destination)
    return files.without_copies(sizes), frozen


async def answers(destination: Destination, credential: Credential, seconds: float) -> None:
    """Wait for a first answer of a destination, whatever it is: a folder that is missing answers too.

    Failure(DESTINATION_SILENT) if none comes in so many seconds, else what a server says against it. Nothing
    is left behind that the end of the program would wait for.
    """
    try:
        async with asyncio.timeout(seconds):
            match destination:
                case Bucket():
                    await s3.reached(destination, credential)
                case Folder():
                    await run_in_daemon_thread(Path(destination.path).exists)
                case Host():
                    await ssh.reached(destination)
    except TimeoutError:
        raise Failure(causes.DestinationSilent(named(destination))) from None


def named(destination: Destination) -> str:
    """Who would have to answer: the server, or the folder."""
    match destination:
        case Bucket():
            return destination.endpoint or "Amazon S3"
        case Folder():
            return destination.path
        case Host():
            return destination.login


async def still_frozen(destination: Destination, credential: Credential, names: Sequence[str]) -> str:
    """The first of these files that cannot be read now; "" if all can."""
    if not names or not isinstance(destination, Bucket):
        return ""
    return await s3.still_frozen(destination, credential, names)


async def fetch(destination: Destination, credential: Credential, name: str) -> bytes:
    """The content of a file at a destination."""
    match destination:
        case Bucket():
            return await s3.fetch(destination, credential, name)
        case Folder():
            return await asyncio.to_thread(_read, Path(destination.path) / name)
        case Host():
            return await ssh.fetch(destination, name)


async def bring(destination: Destination, credential: Credential, name: str, to: Path) -> None:
    """Write a file at a destination to one here: it may be large, and is never in memory as a whole.

    Failure: NO_ROOM or NOT_WRITABLE where it is here that it fails.
    """
    match destination:
        case Bucket():
            work = s3.bring(destination, credential, name, to)
        case Folder():
            work = asyncio.to_thread(_copy, Path(destination.path) / name, to)
        case Host():
            work = ssh.bring(destination, name, to)
    try:
        await work
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        raise Failure(
            (causes.NoRoom if full else causes.NotWritable)(str(to.parent)), (str(error),)
        ) from None


async def put(destination: Destination, credential: Credential, name: str, content: bytes) -> None:
    """Put a file at a destination, replacing one of that name."""
    match destination:
        case Bucket():
            await s3.put(destination, credential, name, content)
        case Folder():
            await asyncio.to_thread(_write, Path(destination.path) / name, content)
        case Host():
            await ssh.put(destination, name, content)


async def settle(destination: Destination, names: Iterable[str]) -> None:
    """Put these files of a folder safely on its disk, which may be pulled out next; servers do that alone.

    Failure(DESTINATION_UNREACHABLE) where that fails.
    """
    if isinstance(destination, Folder):
        await asyncio.to_thread(_settle, Path(destination.path), names)


async def remove(destination: Destination, credential: Credential, names: Sequence[str]) -> None:
    """Remove files of ours from a destination; what is not there any more is no fault."""
    match destination:
        case Bucket():
            await s3.remove(destination, credential, names)
        case Folder():
            await asyncio.to_thread(_remove, Path(destination.path), names)
        case Host():
            await ssh.remove(destination, names)


async def prepare(destination: Destination) -> None:
    """Make what duplicity expects to be there before its first backup."""
    if isinstance(destination, Host):
        await ssh.make_folder(destination)


async def probe(destination: Destination, credential: Credential) -> None:
    """Write something small and take it away again (from a bucket read it too); a Failure where that is
    refused."""
    match destination:
        case Bucket():
            await s3.probe(destination, credential)
        case Folder():
            await asyncio.to_thread(_probe_folder, Path(destination.path))
        case Host():
            await ssh.probe(destination)


async def clear(destination: Destination, credential: Credential) -> None:
    """Take away a place with all that lies in it: for what was put there only to try it."""
    match destination:
        case Bucket():
            await s3.clear(destination, credential)
        case Folder():
            await asyncio.to_thread(_clear, Path(destination.path))
        case Host():
            await ssh.clear(destination)


def existing(folder: Folder) -> Path:
    """The folder itself, or the one in which it will be made."""
    path = Path(folder.path)
    return path if path.is_dir() else path.parent


def on_same_disk(folder: Folder, sources: Iterable[str]) -> str:
    """The first of these sources that lies on the folder's own disk; "" if there is none."""
    beside = existing(folder)
    return next((one for one in sources if Path(one).exists() and disks.same(beside, Path(one))), "")


def kept_on_same_disk(folder: Folder, sources: Iterable[str]) -> str:
    """The first source on the disk of a folder that holds something. "" for a folder that is empty or not
    there: its disk may be away, and the folder where it is mounted lies on another."""
    path = Path(folder.path)
    try:
        with os.scandir(path) as entries:
            return on_same_disk(folder, sources) if any(entries) else ""
    except OSError:
        return ""


def _probe_folder(path: Path) -> None:
    try:
        with tempfile.NamedTemporaryFile(dir=existing(Folder(str(path))), prefix=".probe-") as file:
            file.write(b"a probe")
            file.flush()
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        kind = causes.DestinationFull if full else causes.DestinationDenied
        raise Failure(kind(str(path)), (str(error),)) from None


def _clear(path: Path) -> None:
    try:
        if path.exists():
            shutil.rmtree(path)
    except OSError as error:
        raise Failure(causes.DestinationDenied(str(path)), (str(error),)) from None


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Failure(causes.DestinationUnreachable(path=str(path)), (str(error),)) from None


def _copy(path: Path, to: Path) -> None:
    try:
        source = path.open("rb")
    except OSError as error:
        raise Failure(causes.DestinationUnreachable(path=str(path)), (str(error),)) from None
    with source, to.open("wb") as target:
        shutil.copyfileobj(source, target)


def _settle(folder: Path, names: Iterable[str]) -> None:
    try:
        tree.settle(folder, names)
    except OSError as error:
        raise Failure(causes.DestinationUnreachable(path=str(folder)), (str(error),)) from None


def _remove(folder: Path, names: Sequence[str]) -> None:
    try:
        for name in names:
            (folder / name).unlink(missing_ok=True)
    except OSError as error:
        raise Failure(causes.DestinationDenied(str(folder)), (str(error),)) from None


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(mode=0o700, exist_ok=True)
        descriptor, new = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
            Path(new).replace(path)
        finally:
            Path(new).unlink(missing_ok=True)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        kind = causes.DestinationFull if full else causes.DestinationDenied
        raise Failure(kind(str(path)), (str(error),)) from None


def _folder(path: Path) -> dict[str, int]:
    """A folder that is not there yet is empty, if the one above it is there to make it in."""
    try:
        with os.scandir(path) as entries:
            sizes = ((entry.name, _size(entry)) for entry in entries)
            return {name: size for name, size in sizes if size is not None}
    except FileNotFoundError:
        if path.parent.is_dir():
            return {}
        raise Failure(causes.DestinationMissing(str(path))) from None
    except PermissionError:
        raise Failure(causes.DestinationDenied(str(path))) from None
    except OSError as error:
        other = error.errno in (errno.ENOTDIR, errno.ELOOP)
        cause = causes.InTheWay(str(path)) if other else causes.DestinationUnreachable(path=str(path))
        raise Failure(cause, (str(error),)) from None


def _size(entry: "os.DirEntry[str]") -> int | None:
    """The bytes of a file; None of anything else, and of what has gone while the folder was read: whoever
    syncs it makes files there and removes them."""
    try:
        return entry.stat().st_size if entry.is_file() else None
    except FileNotFoundError:
        return None
