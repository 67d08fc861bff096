"""Verify: audit the destination, then really restore a sample and compare it with what was staged."""

import filecmp
import os
import random
import stat
from pathlib import Path

from secretsbackup.model.event import Progressed, Step
from secretsbackup.model.outcome import Failure, Reason, Summary
from secretsbackup.model.paths import shown
from secretsbackup.model.snapshot import Snapshot
from secretsbackup.operations import equipment, holdings
from secretsbackup.operations.restore import chosen
from secretsbackup.operations.runner import Run
from secretsbackup.tools import duplicity

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
        snapshot = chosen(held.chains, run.began)
        if held.broken:
            raise Failure(Reason.VOLUME_MISSING, held.chains[-1].snapshots[0].stamp)
    with run.step(Step.FETCH):
        stage = run.home.stage(run.profile)
        paths = sample(stage, snapshot)
        for number, path in enumerate(paths):
            restored = run.temporary / f"sample-{number}"
            run.tell(_progress(number, len(paths), path))
            await duplicity.restore(
                vault, snapshot.time, restored, path=path, passphrase=phrase, heard=lambda _: None
            )
    with run.step(Step.COMPARE):
        size = 0
        for number, path in enumerate(paths):
            size += compare(Path(os.fsdecode(bytes(stage) + b"/" + path)), run.temporary / f"sample-{number}")
    return Summary(changed=False, snapshot=snapshot.stamp, files=len(paths), bytes=size)


def sample(stage: Path, snapshot: Snapshot) -> list[bytes]:
    """Some files of the stage, at random, that are as the snapshot must have them."""
    before = snapshot.time.timestamp()
    root = bytes(stage)
    found: list[bytes] = []
    seen = 0
    for folder, _, names in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)  # noqa: PTH118 - bytes: names need not be text
            status = os.lstat(path)
            if not stat.S_ISREG(status.st_mode) or status.st_ctime >= before or status.st_size > _LARGEST:
                continue
            seen += 1
            if len(found) < SAMPLE:
                found.append(path[len(root) + 1 :])
            elif (place := random.randrange(seen)) < SAMPLE:  # noqa: S311 - a fair sample, no secret
                found[place] = path[len(root) + 1 :]
    return found


def compare(staged: Path, restored: Path) -> int:
    """The size of a restored file that is as it was staged; Failure(SAMPLE_DIFFERS)."""
    if not restored.is_file() or not filecmp.cmp(staged, restored, shallow=False):
        raise Failure(Reason.SAMPLE_DIFFERS, shown(bytes(staged)))
    return restored.stat().st_size


def _progress(done: int, total: int, path: bytes) -> Progressed:
    return Progressed(step=Step.FETCH, done=done, total=total, unit="files", detail=shown(path))
