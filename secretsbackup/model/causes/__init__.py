"""Causes: why something did not work, one frozen value each, with named fields.

Use them by the package's name: `Failure(causes.NoRoom(path, needed, free))`. In JSON a cause is an object
whose "reason" says which it is. No sentence is here: those are in `words/causes`.
"""

from secretsbackup.model.causes.backups import (
    Forgery,
    NoSnapshot,
    NothingSent,
    OfBackups,
    OlderDamaged,
    PathNotFound,
    RolledBack,
    SampleDiffers,
    SnapshotForged,
    SnapshotUnsafe,
    Unproven,
    VolumeCorrupt,
    VolumeMissing,
)
from secretsbackup.model.causes.bucket import (
    BucketNameBad,
    BucketNotEmpty,
    BucketTaken,
    CredentialRefused,
    EndpointWrong,
    KeysTooMany,
    OfBucket,
    RegionWrong,
    UsersDenied,
)
from secretsbackup.model.causes.commands import (
    AnswerMissing,
    AnswerUnknown,
    Argument,
    CommandIncomplete,
    Declined,
    FolderExists,
    InputNotText,
    KeyPairIncomplete,
    LogDeleted,
    NoProfile,
    NoRestoreToResume,
    NotASpan,
    OfCommands,
    PassphraseEmpty,
    PassphraseMismatch,
    PassphraseUnseen,
    PolicyNotNeeded,
    ProfileElsewhere,
    ProfileNotNamed,
    RunUnknown,
    SecretEmpty,
    TimePast,
    TooManyArguments,
)
from secretsbackup.model.causes.destination import (
    AnotherMachine,
    CertificateBad,
    ClockWrong,
    CopyInTheWay,
    DestinationAway,
    DestinationDenied,
    DestinationFull,
    DestinationMissing,
    DestinationSilent,
    DestinationUnreachable,
    Frozen,
    HostKeyUnknown,
    NotSealed,
    OfDestination,
    PlaceShared,
    SealedByPassphrase,
)
from secretsbackup.model.causes.folders import (
    AsRoot,
    DiskFailing,
    DiskReadOnly,
    FileTooLarge,
    FileUnusable,
    FolderIsOurs,
    InTheWay,
    Linked,
    NoProgramsHere,
    NoRoom,
    NotUtf8,
    NotWritable,
    NotYours,
    OfFolders,
    OpenLink,
    OthersLink,
    PathTooLong,
    StageNotOurs,
)
from secretsbackup.model.causes.gnupg import (
    AgentMissing,
    AgentRefuses,
    AgentSilent,
    GpgFailed,
    GpgHome,
    GpgLocked,
    GpgSettings,
    HomeFault,
    OfGnupg,
)
from secretsbackup.model.causes.keys import (
    CardMissing,
    KeyAmbiguous,
    KeyCannotEncrypt,
    KeyExpired,
    KeyMissing,
    KeyOnCard,
    KeyRevoked,
    KeyUnprotected,
    OfKeys,
    SecretKeyMissing,
    SecretSubkeyMissing,
)
from secretsbackup.model.causes.programs import (
    Bug,
    Busy,
    HookFailed,
    NotStarted,
    NotTold,
    OfPrograms,
    SystemLimit,
    ToolFailed,
    ToolMissing,
    ToolStandsStill,
    ToolTooOld,
)
from secretsbackup.model.causes.secrets import (
    AwsProfileMissing,
    AwsSettingsBroken,
    BackupPassphraseWrong,
    KeyringLocked,
    KeyringMissing,
    OfSecrets,
    PassphraseMissing,
    PassphraseTooLong,
    PassphraseUnwanted,
    PassphraseWrong,
    SecretMissing,
)
from secretsbackup.model.causes.settings import (
    CatalogueLost,
    MemoryBroken,
    MemoryBusy,
    MemoryNewer,
    NotATime,
    OfSettings,
    ProfileExists,
    ProfileInvalid,
    ProfileUnknown,
    SeedUnreadable,
    SettingsBroken,
    SettingsNewer,
)
from secretsbackup.model.causes.sources import (
    KitBroken,
    KitInTheWay,
    KitOutdated,
    OfSources,
    SourceEmpty,
    SourceMissing,
    SourceUnreadable,
)
from secretsbackup.model.causes.timing import (
    Metered,
    NotScheduled,
    NotYet,
    Offline,
    OfTiming,
    OnBattery,
    Paused,
    Surge,
    Upheaval,
    VerificationOff,
    WaitingToRetry,
)

Cause = (
    OfPrograms
    | OfFolders
    | OfSettings
    | OfSecrets
    | OfKeys
    | OfGnupg
    | OfSources
    | OfDestination
    | OfBucket
    | OfTiming
    | OfBackups
    | OfCommands
)
