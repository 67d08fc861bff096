"""Mending: the archive folder is as whole as duplicity takes it to be, before anything is built on it.

What is torn is taken away: all that is finished lies at the destination as well, and comes back from there;
what was half sent is begun anew.
"""

import asyncio
import contextlib
import shutil
from datetime import datetime
from pathlib import Path

from secretsbackup.model.destination import Folder
from secretsbackup.model.event import Verb
from secretsbackup.model.outcome import Interrupted
from secretsbackup.operations.run.runner import Run
from secretsbackup.store import archive_state, history
from secretsbackup.store.history import place_of
from secretsbackup.tools import tree
from secretsbackup.tools.duplicity import Repository, damaged, files, resend

_REMEMBERED = 500
"""Runs: of more that came to nothing since the last good one, the older ones have left nothing behind."""


async def repair_archive(run: Run, archive: Path) -> None:
    """Take away what is torn, and what a duplicity that was killed left behind."""
    await asyncio.to_thread(_mend, run, archive)


async def repair_folder(run: Run, repository: Repository) -> None:
    """Take away the sets in a folder that a power cut has torn, of a run that was cut off: nobody was told
    that they are there, and what they held is sent again. duplicity would fail over each, or build on it.

    Servers take a file as a whole or not at all. What cannot be taken away is for whoever reads it to find.
    """
    to = repository.destination
    if isinstance(to, Folder) and (since := _cut_off_since(run)):
        await asyncio.to_thread(
            _mend_folder, run, repository.archive, Path(to.path), f"{since:%Y%m%dT%H%M%SZ}"
        )


async def settle(run: Run, archive: Path) -> None:
    """Put what a duplicity that ended well has written safely on the disk, and know it to be whole."""
    await asyncio.to_thread(_settle, run, archive)


def _mend(run: Run, archive: Path) -> None:
    resend.undo(archive)
    for folder in damaged.left_over(archive):
        shutil.rmtree(folder, ignore_errors=True)
    for path in list(damaged.damaged(archive, archive_state.read(run.home, run.profile.name))):
        for one in _with_it(path):
            _take_away(one)
    _settle(run, archive)


def _take_away(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():  # nothing of duplicity's is: it only has such a name
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _cut_off_since(run: Run) -> datetime | None:
    """When the first backup began that was cut off since the last good one."""
    since: datetime | None = None
    for past in history.runs(
        run.home, run.profile.name, _REMEMBERED, verb=Verb.BACKUP, place=place_of(run.profile.destination)
    ):
        if past.good:
            break
        since = past.began if isinstance(past.outcome, Interrupted) else since
    return since


def _mend_folder(run: Run, archive: Path, folder: Path, since: str) -> None:
    with contextlib.suppress(OSError):
        torn_ones = set(damaged.damaged_sets(archive, folder, since))
        for at in (folder, archive) if torn_ones else ():
            gone = files.of_sets((path.name for path in at.glob("duplicity-*")), torn_ones)
            history.forget_sizes(run.home, place_of(run.profile.destination), gone)
            for name in gone:
                (at / name).unlink(missing_ok=True)


def _with_it(path: Path) -> list[Path]:
    """What goes with a torn file: of a half-sent set all of it."""
    one = files.parse(path.name)
    if one is None or not one.partial:
        return [path]
    parsed = ((other, files.parse(other.name)) for other in path.parent.glob("duplicity-*.part"))
    return [other for other, its in parsed if its and its.belongs == one.belongs]


def _settle(run: Run, archive: Path) -> None:
    known, now = archive_state.read(run.home, run.profile.name), damaged.seals(archive)
    finished = {name: seal for name, seal in now.items() if not name.endswith(".part")}
    if finished != known:
        tree.settle(archive, (name for name, seal in finished.items() if known.get(name) != seal))
        archive_state.keep(run.home, run.profile.name, finished)
