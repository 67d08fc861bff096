"""Rehearse: back up a canary to a place of its own below the destination, restore it as a new machine would,
compare it, and take it all away again. What works here works for the real files.
"""

import filecmp
import secrets
from collections.abc import Callable, Mapping
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model import snapshot as snapshots
from secretsbackup.model.destination import Bucket, Destination, Folder, Host
from secretsbackup.model.outcome import Failure
from secretsbackup.model.plan import Task, TaskTold
from secretsbackup.model.profile import Profile
from secretsbackup.model.secret import Credential, Secret
from secretsbackup.model.snapshot import SnapshotKind
from secretsbackup.operations.repository import prerequisites
from secretsbackup.operations.run.runner import Run, visit
from secretsbackup.store.home import Home, owner_only
from secretsbackup.tools import destinations, duplicity
from secretsbackup.tools.duplicity import Repository, files

TellTask = Callable[[TaskTold], None]

_CANARY: Mapping[str, bytes] = {
    "canary.txt": b"If you can read this after a restore, your backups work.\n",
    "Ordner mit Umläut/naïve file.txt": "Zażółć gęślą jaźń, 你好\n".encode(),
    "empty": b"",
}
_RANDOM = 64 << 10
"""Bytes that do not compress."""


async def trial_run(
    profile: Profile, credential: Credential, phrase: Secret, home: Home, tell: TellTask
) -> None:
    """Do it with this profile, which need not be written yet; Failure(SAMPLE_DIFFERS) if a byte is wrong.

    A canary that cannot be taken away again is told, and no failure.
    """
    there = bool(await destinations.contents(profile.destination, credential)) or _is_there(
        profile.destination
    )
    trial = msgspec.structs.replace(
        profile,
        destination=_beside(profile.destination),
        archive=str(home.temporary(profile.name) / "trial-archive"),
        staging=None,
    )
    async with visit(trial, home, opened_by=credential) as run:
        repository = await prerequisites.repository(run)
        try:
            await _save(run, repository, tell)
            await _restore(run, repository, phrase, tell)
        finally:
            await _clear(repository, tell, keep_folder=there)


async def _save(run: Run, repository: Repository, tell: TellTask) -> None:
    tell(TaskTold(task=Task.SAVE, over=False))
    _lay(_canary(run))
    await destinations.prepare(repository.destination)
    await duplicity.back_up(
        repository,
        SnapshotKind.FULL,
        _canary(run),
        compression=run.profile.compression,
        passphrase=None,
        total=(0, 0),
        adopt=False,
        tell=lambda _: None,
    )
    tell(TaskTold(task=Task.SAVE, over=True))


async def _restore(run: Run, repository: Repository, phrase: Secret, tell: TellTask) -> None:
    """With an archive folder that knows nothing: so all must come from the destination and be decrypted."""
    tell(TaskTold(task=Task.FETCH, over=False))
    contents = await destinations.contents(repository.destination, repository.credential)
    made = snapshots.at(files.chains(contents), None)
    if made is None:
        raise Failure(causes.VolumeMissing("no new snapshot is at the destination"))
    restored = owner_only(run.temporary / "restored")
    cold = msgspec.structs.replace(repository, archive=owner_only(run.temporary / "cold" / "trial"))
    await duplicity.restore(cold, made.time, restored, path=None, passphrase=phrase, heard=lambda _: None)
    _compare(_canary(run), restored)
    tell(TaskTold(task=Task.FETCH, over=True))


async def _clear(repository: Repository, tell: TellTask, *, keep_folder: bool) -> None:
    tell(TaskTold(task=Task.CLEAR, over=False))
    try:
        await destinations.clear(repository.destination, repository.credential)
        if not keep_folder and isinstance(repository.destination, Folder):
            Path(repository.destination.path).parent.rmdir()
    except (Failure, OSError) as error:
        cause = error.cause if isinstance(error, Failure) else None
        tell(TaskTold(task=Task.CLEAR, over=True, cause=cause))
        return
    tell(TaskTold(task=Task.CLEAR, over=True))


def _canary(run: Run) -> Path:
    return run.temporary / "canary"


def _lay(folder: Path) -> None:
    for name, content in {**_CANARY, "random.bin": secrets.token_bytes(_RANDOM)}.items():
        path = folder / name
        owner_only(path.parent)
        path.write_bytes(content)


def _compare(expected: Path, restored: Path) -> None:
    for path in expected.rglob("*"):
        there = restored / path.relative_to(expected)
        same = (
            there.is_dir() if path.is_dir() else there.is_file() and filecmp.cmp(path, there, shallow=False)
        )
        if not same:
            raise Failure(causes.SampleDiffers(path.name))


def _beside(destination: Destination) -> Destination:
    """A place of its own below the destination, which the same credential opens."""
    name = f"secretsbackup-trial-{secrets.token_hex(4)}"
    match destination:
        case Bucket():
            return msgspec.structs.replace(destination, prefix=f"{destination.key_prefix}{name}")
        case Folder() | Host():
            return msgspec.structs.replace(destination, path=f"{destination.path}/{name}")


def _is_there(destination: Destination) -> bool:
    return not isinstance(destination, Folder) or Path(destination.path).is_dir()
