"""Presence: whether what a profile saves is there. Nothing else is loaded for it: a tray asks all day."""

import errno
import os
from pathlib import Path

from secretsbackup.model import causes
from secretsbackup.model.causes import Cause
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Profile, Source
from secretsbackup.store.home import Home


def absent(home: Home, profile: Profile, *, allow_empty: bool = False) -> tuple[Cause, ...]:
    """The sources that are missing, or are empty and were not."""
    stage = home.stage(profile)
    found = (_absent(source, stage / source.label, allow_empty) for source in profile.sources)
    return tuple(cause for cause in found if cause)


def _absent(source: Source, before: Path, allow_empty: bool) -> Cause | None:
    path = Path(source.path)
    try:
        if not path.is_dir():
            path.stat()
            return None
        empty = not any(path.iterdir())
        if not os.access(path, os.X_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), source.path)
    except FileNotFoundError:
        return causes.SourceMissing(source.path)
    except OSError as error:
        raise Failure(causes.SourceUnreadable(source.path), (str(error),)) from None
    was_full = before.is_dir() and any(before.iterdir())
    return causes.SourceEmpty(source.path) if empty and was_full and not allow_empty else None
