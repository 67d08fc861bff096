"""What to say of backups that are there, or should be."""

from typing import assert_never

from secretsbackup.model import causes
from secretsbackup.words.causes.parts import named
from secretsbackup.words.language import _
from secretsbackup.words.message import Message
from secretsbackup.words.quantities import because
from secretsbackup.words.times import clock


def backups(cause: causes.OfBackups) -> Message:
    """What to say of backups that are there, or should be."""
    match cause:
        case causes.NoSnapshot():
            return _no_snapshot(cause)
        case causes.Unproven():
            return _unproven(cause)
        case causes.NothingSent():
            return _nothing_sent(cause)
        case causes.VolumeMissing():
            return _volume_missing(cause)
        case causes.VolumeCorrupt():
            return _volume_corrupt(cause)
        case causes.OlderDamaged():
            return _older_damaged(cause)
        case causes.RolledBack():
            return _rolled_back(cause)
        case causes.SnapshotUnsafe():
            return _snapshot_unsafe(cause)
        case causes.SnapshotForged():
            return _snapshot_forged(cause)
        case causes.PathNotFound():
            return _path_not_found(cause)
        case causes.SampleDiffers():
            return _sample_differs(cause)
        case _:
            assert_never(cause)


def _no_snapshot(cause: causes.NoSnapshot) -> Message:
    if cause.address:
        return Message(
            _("There is no backup at {about}.").format(about=cause.address), _("Check the address.")
        )
    if not cause.at and not cause.stamp:
        return Message(_("There is no backup yet."), _("Make one."), "secretsbackup backup")
    about = clock(cause.at) if cause.at else cause.stamp
    title = _("There is no backup from {about} or before.").format(about=about)
    return Message(title, _("List the backups."), "secretsbackup snapshots")


def _unproven(cause: causes.Unproven) -> Message:
    return Message(
        _("The newest backups were never checked from this computer."),
        _("Make a backup first."),
        "secretsbackup backup",
    )


def _nothing_sent(cause: causes.NothingSent) -> Message:
    return Message(
        _("duplicity reports that everything was sent, but the destination holds no new backup."),
        _("The earlier backups are unchanged. Try again."),
    )


def _volume_missing(cause: causes.VolumeMissing) -> Message:
    return Message(
        _("A part of the backup is missing at the destination{because}.").format(
            because=because(named(cause.file, cause.more))
        ),
        _("The next backup is a new full one. Make it now."),
        "secretsbackup backup",
    )


def _volume_corrupt(cause: causes.VolumeCorrupt) -> Message:
    return Message(
        _("A part of the backup at the destination is damaged."),
        _("Restore another backup. The next one you make is a new full one."),
        "secretsbackup backup",
    )


def _older_damaged(cause: causes.OlderDamaged) -> Message:
    return Message(
        _("An older backup at the destination is damaged{because}.").format(
            because=because(named(cause.file, cause.more))
        ),
        _("Restore a newer one: nothing new depends on the damaged one."),
        "secretsbackup snapshots",
    )


def _rolled_back(cause: causes.RolledBack) -> Message:
    return Message(
        _("The backup of {when} is missing at the destination; older ones are there.").format(
            when=clock(cause.at)
        )
        if cause.at
        else _("The newest backup is missing at the destination; older ones are there."),
        _("If you put an older copy back there, make a new backup."),
        "secretsbackup backup",
    )


def _snapshot_unsafe(cause: causes.SnapshotUnsafe) -> Message:
    return Message(
        _(
            "The backup would have written outside the folder it is restored to ({about}); it was stopped."
        ).format(about=cause.path),
        _(
            "Someone forged it: this program never saves such links. Do not use the restored files, and find out who can write to the destination."
        ),
    )


def _snapshot_forged(cause: causes.SnapshotForged) -> Message:
    return Message(
        _("The backup holds something that is never saved ({about}); it was stopped.").format(
            about=_forgery(cause.kind)
        ),
        _("Someone forged it. Do not use the restored files, and find out who can write to the destination."),
    )


def _path_not_found(cause: causes.PathNotFound) -> Message:
    return Message(
        _("“{about}” is not in this backup.").format(about=cause.path),
        _("Search for a part of its name."),
        "secretsbackup find TEXT",
    )


def _sample_differs(cause: causes.SampleDiffers) -> Message:
    return Message(
        _("A restored file is not what was backed up: {about}.").format(about=cause.path),
        _("The next backup is a new full one. Make it now."),
        "secretsbackup backup",
    )


def _forgery(kind: causes.Forgery) -> str:
    match kind:
        case causes.Forgery.HARD_LINK:
            return _("a hard link")
        case causes.Forgery.UNKNOWN_ENTRY:
            return _("an entry of an unknown kind")
        case causes.Forgery.OTHER:
            return _("an entry that cannot be right")
        case _:
            assert_never(kind)
