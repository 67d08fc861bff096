"""Outcomes: how a run ended, and the one closed list of reasons why something did not work."""

from enum import StrEnum

import msgspec


class Reason(StrEnum):
    """Why. The sentences (what happened, what to do now) are in `words`."""

    # this machine
    TOOL_MISSING = "tool-missing"
    TOOL_TOO_OLD = "tool-too-old"
    TOOL_FAILED = "tool-failed"
    TOOL_STANDS_STILL = "tool-stands-still"
    NO_ROOM = "no-room"
    NOT_WRITABLE = "not-writable"
    NOT_YOURS = "not-yours"
    IN_THE_WAY = "in-the-way"
    FILE_UNUSABLE = "file-unusable"
    PATH_TOO_LONG = "path-too-long"
    NOT_UTF8 = "not-utf8"
    DISK_READ_ONLY = "disk-read-only"
    DISK_FAILING = "disk-failing"
    SYSTEM_LIMIT = "system-limit"
    FILE_TOO_LARGE = "file-too-large"
    NO_PROGRAMS_HERE = "no-programs-here"
    STAGE_NOT_OURS = "stage-not-ours"
    NOT_STARTED = "not-started"
    LINKED = "linked"
    OPEN_LINK = "open-link"
    OTHERS_LINK = "others-link"
    AS_ROOT = "as-root"
    FOLDER_IS_OURS = "folder-is-ours"
    BUSY = "busy"
    # what the user wrote
    PROFILE_UNKNOWN = "profile-unknown"
    PROFILE_EXISTS = "profile-exists"
    PROFILE_INVALID = "profile-invalid"
    SETTINGS_BROKEN = "settings-broken"
    SETTINGS_NEWER = "settings-newer"
    MEMORY_NEWER = "memory-newer"
    CATALOGUE_LOST = "catalogue-lost"
    MEMORY_BUSY = "memory-busy"
    MEMORY_BROKEN = "memory-broken"
    SEED_UNREADABLE = "seed-unreadable"
    NOT_A_TIME = "not-a-time"
    # secrets and keys
    KEYRING_MISSING = "keyring-missing"
    KEYRING_LOCKED = "keyring-locked"
    SECRET_MISSING = "secret-missing"  # noqa: S105 - a reason, no secret
    AWS_PROFILE_MISSING = "aws-profile-missing"
    AWS_SETTINGS_BROKEN = "aws-settings-broken"
    KEY_MISSING = "key-missing"
    KEY_AMBIGUOUS = "key-ambiguous"
    KEY_EXPIRED = "key-expired"
    KEY_REVOKED = "key-revoked"
    KEY_CANNOT_ENCRYPT = "key-cannot-encrypt"
    KEY_UNPROTECTED = "key-unprotected"
    KEY_ON_CARD = "key-on-card"
    CARD_MISSING = "card-missing"
    SECRET_KEY_MISSING = "secret-key-missing"  # noqa: S105 - a reason, no secret
    SECRET_SUBKEY_MISSING = "secret-subkey-missing"  # noqa: S105 - a reason, no secret
    PASSPHRASE_MISSING = "passphrase-missing"  # noqa: S105 - a reason, no secret
    PASSPHRASE_WRONG = "passphrase-wrong"  # noqa: S105 - a reason, no secret
    PASSPHRASE_UNWANTED = "passphrase-unwanted"  # noqa: S105 - a reason, no secret
    PASSPHRASE_TOO_LONG = "passphrase-too-long"  # noqa: S105 - a reason, no secret
    BACKUP_PASSPHRASE_WRONG = "backup-passphrase-wrong"  # noqa: S105 - a reason, no secret
    AGENT_MISSING = "agent-missing"
    AGENT_SILENT = "agent-silent"
    AGENT_REFUSES = "agent-refuses"
    GPG_HOME = "gpg-home"
    GPG_LOCKED = "gpg-locked"
    GPG_SETTINGS = "gpg-settings"
    GPG_FAILED = "gpg-failed"
    # the user's own commands and calls
    HOOK_FAILED = "hook-failed"
    NOT_TOLD = "not-told"
    # recovery kit
    KIT_BROKEN = "kit-broken"
    KIT_OUTDATED = "kit-outdated"
    KIT_IN_THE_WAY = "kit-in-the-way"
    # sources
    SOURCE_MISSING = "source-missing"
    SOURCE_EMPTY = "source-empty"
    SOURCE_UNREADABLE = "source-unreadable"
    # destination
    DESTINATION_AWAY = "destination-away"
    DESTINATION_MISSING = "destination-missing"
    DESTINATION_UNREACHABLE = "destination-unreachable"
    DESTINATION_SILENT = "destination-silent"
    DESTINATION_DENIED = "destination-denied"
    DESTINATION_FULL = "destination-full"
    CREDENTIAL_REFUSED = "credential-refused"
    REGION_WRONG = "region-wrong"
    ENDPOINT_WRONG = "endpoint-wrong"
    CLOCK_WRONG = "clock-wrong"
    CERTIFICATE_BAD = "certificate-bad"
    HOST_KEY_UNKNOWN = "host-key-unknown"
    BUCKET_TAKEN = "bucket-taken"
    BUCKET_NAME_BAD = "bucket-name-bad"
    BUCKET_NOT_EMPTY = "bucket-not-empty"
    USERS_DENIED = "users-denied"
    KEYS_TOO_MANY = "keys-too-many"
    ANOTHER_MACHINE = "another-machine"
    PLACE_SHARED = "place-shared"
    COPY_IN_THE_WAY = "copy-in-the-way"
    SEALED_BY_PASSPHRASE = "sealed-by-passphrase"  # noqa: S105 - a reason, no secret
    NOT_SEALED = "not-sealed"
    FROZEN = "frozen"
    # not now
    NOT_SCHEDULED = "not-scheduled"
    NOT_YET = "not-yet"
    WAITING_TO_RETRY = "waiting-to-retry"
    PAUSED = "paused"
    ON_BATTERY = "on-battery"
    METERED = "metered"
    OFFLINE = "offline"
    # a yes is wanted
    SURGE = "surge"
    UPHEAVAL = "upheaval"
    # backups
    NO_SNAPSHOT = "no-snapshot"
    UNPROVEN = "unproven"
    NOTHING_SENT = "nothing-sent"
    VOLUME_MISSING = "volume-missing"
    VOLUME_CORRUPT = "volume-corrupt"
    OLDER_DAMAGED = "older-damaged"
    ROLLED_BACK = "rolled-back"
    SNAPSHOT_UNSAFE = "snapshot-unsafe"
    SNAPSHOT_FORGED = "snapshot-forged"
    PATH_NOT_FOUND = "path-not-found"
    SAMPLE_DIFFERS = "sample-differs"
    # ours
    BUG = "bug"


class Failure(Exception):  # noqa: N818 - the five words are the names
    """Something in the world stood in the way; `detail` names it, `last_lines` are the tool's own."""

    def __init__(self, reason: Reason, detail: str = "", last_lines: tuple[str, ...] = ()) -> None:
        super().__init__(reason, detail, last_lines)
        self.reason = reason
        self.detail = detail
        self.last_lines = last_lines


class Skip(Exception):  # noqa: N818 - the five words are the names
    """Now is not the time: nothing was done, nothing is wrong with what is already safe."""

    def __init__(self, *reasons: "Why") -> None:
        super().__init__(*reasons)
        self.reasons = reasons


class Why(msgspec.Struct, frozen=True, omit_defaults=True):
    """A reason and what it is about."""

    reason: Reason
    detail: str = ""


class Summary(msgspec.Struct, frozen=True, kw_only=True):
    """What a completed run did; bytes and counts, and the snapshot's stamp where one was made.

    `files` and `bytes` are what was sent, restored or compared; `stored` is what that took at the
    destination, or how much was fetched from there, and `seconds` how long the fetching took; `folder` is
    where a restore wrote. `whole_seconds` is how long a restore of everything would take at the rate that a
    verify measured. `first` says that a backup is the first at its destination, `host` which machine made the
    snapshot of a restore, if it was another one.
    """

    changed: bool = True
    snapshot: str | None = None
    files: int = 0
    bytes: int = 0
    stored: int = 0
    folder: str | None = None
    seconds: float = 0.0
    whole_seconds: float = 0.0
    first: bool = False
    host: str = ""


class Completed(msgspec.Struct, frozen=True, tag="completed"):
    """It did what it was asked; `warnings` counts what it could not take along."""

    summary: Summary
    warnings: int = 0


class Skipped(msgspec.Struct, frozen=True, tag="skipped"):
    """It did not begin, for these reasons. No error."""

    reasons: tuple[Why, ...]


YOU, CTRL_C, SYSTEM = "you", "you (Ctrl-C)", "the system"
TERMINAL_END, PROGRAM_END, PROGRAM = "the terminal's end", "the program's end", "the program"


class Cancelled(msgspec.Struct, frozen=True, tag="cancelled"):
    """Somebody stopped it; `by` says who, in one of the words above."""

    by: str

    @property
    def by_you(self) -> bool:
        """Whether a person wanted it so."""
        return self.by in (YOU, CTRL_C)


class Failed(msgspec.Struct, frozen=True, tag="failed", omit_defaults=True):
    """The world stood in the way."""

    reason: Reason
    detail: str = ""
    last_lines: tuple[str, ...] = ()


class Interrupted(msgspec.Struct, frozen=True, tag="interrupted"):
    """Its journal has no end: a power cut, a kill -9. Found at the next start."""


Outcome = Completed | Skipped | Cancelled | Failed | Interrupted
