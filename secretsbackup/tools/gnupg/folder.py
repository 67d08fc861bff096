"""GnuPG's folder, with the keys: where it is, and whether gpg and its agent can use it.

gpg itself says of one that it cannot use that no key is in it, and its agent that it does not start.
"""

import errno
import os
from pathlib import Path

from secretsbackup.model import causes
from secretsbackup.model.causes import HomeFault
from secretsbackup.model.outcome import Failure
from secretsbackup.tools.gnupg import locks

"""What a folder can be instead of one that gpg can use: the first word of a Failure's detail."""


def standard() -> Path:
    """Where gpg has its keys, if it is told nothing else."""
    return Path(os.environ.get("GNUPGHOME") or _of_user())


def ready(home: Path | None) -> Path:
    """The folder that gpg will use, rid of the locks that a power cut left; Failure(GPG_HOME) if it cannot.

    One that is not there yet is right where gpg makes it itself, and that is ~/.gnupg alone.
    """
    folder = home or standard()
    if against := _against(folder):
        raise Failure(causes.GpgHome(against, str(folder)))
    locks.clear(folder)
    return folder


def _of_user() -> Path:
    return Path.home() / ".gnupg"


def _against(folder: Path) -> HomeFault | None:
    try:
        owner = folder.stat().st_uid
        os.scandir(folder).close()
    except FileNotFoundError:
        return None if folder == _of_user() and not folder.is_symlink() else HomeFault.MISSING
    except OSError as error:
        return HomeFault.NO_FOLDER if error.errno == errno.ENOTDIR else HomeFault.UNREADABLE
    if owner != os.geteuid():
        return HomeFault.ANOTHERS
    return None if os.access(folder, os.X_OK, effective_ids=True) else HomeFault.UNREADABLE
