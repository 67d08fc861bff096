"""What a duplicity that reads a destination works with in the place of what is the user's: so that a forged
backup, which can have it write wherever it may write (see `sandbox`), changes nothing that lasts.
"""

import os
import shutil
import stat
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec

from secretsbackup.tools import tree
from secretsbackup.tools.duplicity import files
from secretsbackup.tools.gnupg import temporary_home


class Workspace(msgspec.Struct, frozen=True):
    """A folder that goes again, and in it: an archive folder, room for volumes, and a GnuPG home."""

    folder: Path
    archive: Path
    temporary: Path
    gnupg: Path


@asynccontextmanager
async def entered(archive: Path, temporary: Path) -> AsyncIterator[Workspace]:
    """A sandbox below the temporary folder, with a view of this archive folder.

    What was fetched into the view is taken over if all went well. The GnuPG home is made once for all, where
    nobody in a sandbox can write, and copied.
    """
    keys = temporary / "keys"
    if not keys.is_dir():
        await temporary_home.make(keys)
    folder = Path(tempfile.mkdtemp(prefix="sandbox-", dir=temporary))
    made = Workspace(folder, folder / "view" / archive.name, folder / "volumes", folder / "gnupg")
    try:
        made.temporary.mkdir(mode=0o700)
        tree.copy(keys, made.gnupg)
        _show(archive, made.archive)
        async with temporary_home.agent_running():
            yield made
        _take_over(made.archive, archive)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _show(archive: Path, view: Path) -> None:
    """Links will do: duplicity goes by the names, and what they lead to cannot be written to."""
    view.mkdir(mode=0o700, parents=True)
    for path in archive.glob("duplicity-*"):
        if files.parse(path.name):
            (view / path.name).symlink_to(path)


def _take_over(view: Path, archive: Path) -> None:
    """What came is as good as the destination is; so it replaces nothing that is there."""
    for path in view.iterdir():
        parsed, status = files.parse(path.name), path.lstat()
        plain = stat.S_ISREG(status.st_mode) and status.st_nlink == 1
        if plain and parsed and not parsed.partial and not os.path.lexists(archive / path.name):
            shutil.move(path, archive / path.name)
