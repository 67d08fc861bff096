"""Verify: audit the destination, then really restore a sample and compare it with what was staged."""

import filecmp
import math
import os
import random
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from secretsbackup.model.entry import What
from secretsbackup.model.event import Caution, Progressed, Step, Warned
from secretsbackup.model.outcome import Failure, Reason, Summary
from secretsbackup.model.paths import shown
from secretsbackup.model.secret import Secret
from secretsbackup.model.snapshot import Snapshot, chain_of
from secretsbackup.operations import equipment, holdings
from secretsbackup.operations.restore import chosen
from secretsbackup.operations.runner import Run
from secretsbackup.store import staged
from secretsbackup.tools import duplicity, tree
from secretsbackup.tools.duplicity import Vault, signatures

SAMPLE = 5
_LARGEST = 256 << 20
"""Bytes: a larger file would make a verify last as long as a restore."""


async def verify(run: Run) -> Summary:
    """The recipe. Nothing is written to the destination."""
    with run.step(Step.CHECK):
        vault = await equipment.vault(run)
        phrase = await equipment.passphrase(run)
    with run.step(Step.PROVE):
        held = await holdings.look(run, vault)
        snapshot = chosen(held.chains, None)
        if held.broken:
            raise Failure(Reason.VOLUME_MISSING, held.chains[-1].snapshots[0].stamp)
    with holdings.judging(run, vault, chain_of(held.chains, snapshot)):
        return await _drill(run, vault, phrase, snapshot)


async def _drill(run: Run, vault: Vault, phrase: Secret, snapshot: Snapshot) -> Summary:
    """Restore a sample of a snapshot and compare it."""
    with run.step(Step.FETCH):
        stage = run.home.stage(run.profile)
        paths = fit = sample(comparable(run, stage, snapshot))
        if not fit:
            run.tell(Warned(caution=Caution.NOT_COMPARED))
            paths = sample(_listed(vault, snapshot))
        for number, path in enumerate(paths):
            run.tell(_progress(number, len(paths), path))
            restored = _restored(run, number)
            await duplicity.restore(
                vault, snapshot.time, restored, path=path, passphrase=phrase, heard=lambda _: None
            )
    with run.step(Step.COMPARE):
        for number, path in enumerate(paths if fit else ()):
            compare(Path(os.fsdecode(bytes(stage) + b"/" + path)), _restored(run, number))
    size = sum(_restored(run, number).stat().st_size for number in range(len(paths)))
    return Summary(changed=False, snapshot=snapshot.stamp, files=len(paths), bytes=size)


def _restored(run: Run, number: int) -> Path:
    return run.temporary / f"sample-{number}"


def comparable(run: Run, stage: Path, snapshot: Snapshot) -> Iterator[bytes]:
    """The files of the stage that are as the snapshot must have them."""
    known = staged.read(run.home, run.profile.name)
    before = math.inf if known and not known.unsent else snapshot.time.timestamp()
    for path, status in tree.files_below(stage):
        if stat.S_ISREG(status.st_mode) and status.st_ctime < before and status.st_size <= _LARGEST:
            yield path[len(bytes(stage)) + 1 :]


def _listed(vault: Vault, snapshot: Snapshot) -> Iterator[bytes]:
    """The files of a snapshot, where nothing is staged to compare with."""
    archives = signatures.archives(vault.archive, snapshot.stamp) or []
    return (seen.path for seen in signatures.state(archives) if seen.what is What.FILE)


def sample(paths: Iterable[bytes]) -> list[bytes]:
    """Some of them, at random, each as likely as the others; a million of them are never held at once."""
    chosen: list[bytes] = []
    for number, path in enumerate(paths):
        place = number if number < SAMPLE else random.randrange(number + 1)  # noqa: S311 - no secret
        if place < SAMPLE:
            chosen[place : place + 1] = [path]
    return chosen


def compare(expected: Path, restored: Path) -> None:
    """Failure(SAMPLE_DIFFERS) unless a restored file is as it was staged, byte by byte."""
    if not restored.is_file() or not filecmp.cmp(expected, restored, shallow=False):
        raise Failure(Reason.SAMPLE_DIFFERS, shown(bytes(expected)))


def _progress(done: int, total: int, path: bytes) -> Progressed:
    return Progressed(step=Step.FETCH, done=done, total=total, unit="files", detail=shown(path))
