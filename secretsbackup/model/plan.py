"""Plans: what somebody has answered so far about a new backup, and what came of it. No secrets."""

from enum import StrEnum

import msgspec

from secretsbackup.model.causes import Cause
from secretsbackup.model.created import Created
from secretsbackup.model.destination import Destination
from secretsbackup.model.profile import Fingerprint
from secretsbackup.model.schedule import Daily, Schedule
from secretsbackup.model.services import AMAZON


class StartFrom(StrEnum):
    """What one has already."""

    NEW = "new"
    KIT = "kit"
    SEED = "seed"
    THERE = "there"


class PlaceKind(StrEnum):
    """The kinds of places to back up to."""

    AMAZON = "amazon"
    SERVICE = "service"
    FOLDER = "folder"
    HOST = "host"


class Access(StrEnum):
    """Who makes what opens the bucket: we do, with an administrator's key; or it is there; or by hand."""

    ADMIN = "admin"
    OWN = "own"
    HAND = "hand"


class Protected(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is to be protected, and what it is called."""

    name: str = ""
    sources: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()


class Timing(msgspec.Struct, frozen=True, omit_defaults=True):
    """How often, and how long it is kept; `full_every` in days."""

    schedule: Schedule = Daily()
    full_every: int = 30
    keep: int = 2


class KitChoice(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the recovery kit is saved (empty: later), and whether one stays beside the backups as well."""

    folder: str = ""
    beside: bool = False


class SetupLeftovers(msgspec.Struct, frozen=True, omit_defaults=True):
    """What setting up has made so far, and can take away again."""

    key: Fingerprint | None = None
    bucket: Created | None = None

    @property
    def anything(self) -> bool:
        """Whether there is something to take away."""
        return bool(self.key or (self.bucket and self.bucket.anything))


class SetupPlan(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """All answers, and the page on which one was."""

    page: str = ""
    start: StartFrom = StartFrom.NEW
    config: str = ""
    what: Protected = Protected()
    where: PlaceKind = PlaceKind.AMAZON
    service: str = AMAZON
    account: str = ""
    destination: Destination | None = None
    access: Access = Access.ADMIN
    aws_profile: str | None = None
    key: Fingerprint | None = None
    rsa: bool = False
    keep_passphrase: bool = True
    rhythm: Timing = Timing()
    kit: KitChoice = KitChoice()
    automatic: bool = True
    traces: SetupLeftovers = SetupLeftovers()


class Task(StrEnum):
    """The parts of setting up, in the order in which they come."""

    KEY = "key"
    BUCKET = "bucket"
    SAVE = "save"
    FETCH = "fetch"
    CLEAR = "clear"
    READ = "read"
    WRITE = "write"
    KIT = "kit"
    KIT_CHECK = "kit-check"
    START = "start"


class TaskTold(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part begins, or is over: it was done, or it could not be (`why`) and the rest goes on."""

    task: Task
    over: bool
    detail: str = ""
    cause: Cause | None = None
