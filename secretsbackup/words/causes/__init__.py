"""What stood in the way of a run, and what to do about it: a sentence for every cause, a file a topic."""

from typing import assert_never

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.causes import Cause
from secretsbackup.model.paths import legible
from secretsbackup.words.causes.backups import backups
from secretsbackup.words.causes.bucket import bucket
from secretsbackup.words.causes.commands import commands
from secretsbackup.words.causes.destination import destination
from secretsbackup.words.causes.folders import folders
from secretsbackup.words.causes.gnupg import gnupg
from secretsbackup.words.causes.keys import keys
from secretsbackup.words.causes.programs import programs
from secretsbackup.words.causes.secrets import secrets
from secretsbackup.words.causes.settings import settings
from secretsbackup.words.causes.sources import sources
from secretsbackup.words.causes.timing import timing
from secretsbackup.words.message import Message


def reason(cause: Cause) -> Message:
    """What stood in the way, what to do now, and where the handbook says more."""
    return msgspec.structs.replace(_message(_legible(cause)), help=f"troubleshooting#{cause.reason}")


def _legible(cause: Cause) -> Cause:
    """The same with names that can be shown, whatever bytes they are made of."""
    shown = {
        name: legible(value) for name, value in msgspec.structs.asdict(cause).items() if type(value) is str
    }
    return msgspec.structs.replace(cause, **shown)


def _message(cause: Cause) -> Message:
    if isinstance(cause, causes.OfPrograms):
        return programs(cause)
    if isinstance(cause, causes.OfFolders):
        return folders(cause)
    if isinstance(cause, causes.OfSettings):
        return settings(cause)
    if isinstance(cause, causes.OfCommands):
        return commands(cause)
    if isinstance(cause, causes.OfSecrets):
        return secrets(cause)
    if isinstance(cause, causes.OfKeys):
        return keys(cause)
    if isinstance(cause, causes.OfGnupg):
        return gnupg(cause)
    if isinstance(cause, causes.OfSources):
        return sources(cause)
    if isinstance(cause, causes.OfDestination):
        return destination(cause)
    if isinstance(cause, causes.OfBucket):
        return bucket(cause)
    if isinstance(cause, causes.OfTiming):
        return timing(cause)
    if isinstance(cause, causes.OfBackups):
        return backups(cause)
    assert_never(cause)
