"""Reasons: the names of what can stand in the way. Each has a cause with fields of its own in `causes`."""

from enum import StrEnum


class Reason(StrEnum):
    """Why something did not work: what `--json`, journals and the handbook call it."""

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
    # how a command was written
    NO_PROFILE = "no-profile"
    PROFILE_NOT_NAMED = "profile-not-named"
    COMMAND_INCOMPLETE = "command-incomplete"
    TOO_MANY_ARGUMENTS = "too-many-arguments"
    ANSWER_MISSING = "answer-missing"
    ANSWER_UNKNOWN = "answer-unknown"
    KEY_PAIR_INCOMPLETE = "key-pair-incomplete"
    DECLINED = "declined"
    FOLDER_EXISTS = "folder-exists"
    PROFILE_ELSEWHERE = "profile-elsewhere"
    POLICY_NOT_NEEDED = "policy-not-needed"
    PASSPHRASE_EMPTY = "passphrase-empty"  # noqa: S105 - a reason, no secret
    PASSPHRASE_MISMATCH = "passphrase-mismatch"  # noqa: S105 - a reason, no secret
    PASSPHRASE_UNSEEN = "passphrase-unseen"  # noqa: S105 - a reason, no secret
    SECRET_EMPTY = "secret-empty"  # noqa: S105 - a reason, no secret
    INPUT_NOT_TEXT = "input-not-text"
    NOT_A_SPAN = "not-a-span"
    TIME_PAST = "time-past"
    RUN_UNKNOWN = "run-unknown"
    LOG_DELETED = "log-deleted"
    NO_RESTORE_TO_RESUME = "no-restore-to-resume"
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
    VERIFICATION_OFF = "verification-off"
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
