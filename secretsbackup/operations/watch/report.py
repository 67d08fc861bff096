"""Report: a run's story for somebody who is asked for help; whose it is and where, only if that is wanted."""

import getpass
import platform
from collections.abc import Iterable, Iterator
from pathlib import Path

from secretsbackup.model.event import Moment, encode
from secretsbackup.model.obscured import names, obscured
from secretsbackup.model.profile import Profile


def for_strangers(moments: Iterable[Moment], known: Iterable[Profile]) -> Iterator[Moment]:
    """The moments without the names in these profiles, this user's and this machine's."""
    own = [name for profile in known for name in names(profile)]
    return obscured(moments, *own, str(Path.home()), Path.home().name, getpass.getuser(), platform.node())


def report(moments: Iterable[Moment], known: Iterable[Profile], *, hidden: bool) -> bytes:
    """JSON lines, one a moment, as in the journal; with the names `hidden` or not."""
    told = for_strangers(moments, known) if hidden else moments
    return b"".join(encode(moment) + b"\n" for moment in told)
