"""What to say of a folder or file of this computer that cannot be used."""

import shlex
from typing import assert_never

from secretsbackup.model import causes
from secretsbackup.words.causes.parts import room
from secretsbackup.words.language import _
from secretsbackup.words.message import Message
from secretsbackup.words.quantities import because


def folders(cause: causes.OfFolders) -> Message:  # noqa: PLR0912 - one closed list
    """What to say of a folder or file of this computer that cannot be used."""
    match cause:
        case causes.NoRoom():
            return _no_room(cause)
        case causes.NotWritable():
            return _not_writable(cause)
        case causes.NotYours():
            return _not_yours(cause)
        case causes.AsRoot():
            return _as_root(cause)
        case causes.InTheWay():
            return _in_the_way(cause)
        case causes.FileUnusable():
            return _file_unusable(cause)
        case causes.PathTooLong():
            return _path_too_long(cause)
        case causes.NotUtf8():
            return _not_utf8(cause)
        case causes.DiskReadOnly():
            return _disk_read_only(cause)
        case causes.DiskFailing():
            return _disk_failing(cause)
        case causes.FileTooLarge():
            return _file_too_large(cause)
        case causes.NoProgramsHere():
            return _no_programs_here(cause)
        case causes.StageNotOurs():
            return _stage_not_ours(cause)
        case causes.Linked():
            return _linked(cause)
        case causes.OpenLink():
            return _open_link(cause)
        case causes.OthersLink():
            return _others_link(cause)
        case causes.FolderIsOurs():
            return _folder_is_ours(cause)
        case _:
            assert_never(cause)


def _no_room(cause: causes.NoRoom) -> Message:
    return Message(
        _("The disk is full{room}.").format(room=room(cause.path, cause.needed, cause.free)),
        _("Free some space and try again. Nothing is lost."),
    )


def _not_writable(cause: causes.NotWritable) -> Message:
    return Message(
        _("Nothing can be written to {about}.").format(about=cause.path)
        if cause.path
        else _("Nothing can be written there."),
        _("Choose a folder that exists and is yours, or check its permissions."),
    )


def _not_yours(cause: causes.NotYours) -> Message:
    return Message(
        _("{path} belongs to {owner}.").format(path=cause.path, owner=cause.owner),
        _("Make it yours again."),
        " ".join(("sudo", "chown", "-R", "$USER:", shlex.quote(cause.path))),
    )


def _as_root(cause: causes.AsRoot) -> Message:
    return Message(
        _("{path} belongs to {owner}.").format(path=cause.path, owner=cause.owner),
        _("Run it as {owner}, without sudo.").format(owner=cause.owner),
    )


def _in_the_way(cause: causes.InTheWay) -> Message:
    return Message(
        _("Something else is in the place of {about}.").format(about=cause.path),
        _("Check what it is, move it away and try again."),
    )


def _file_unusable(cause: causes.FileUnusable) -> Message:
    return Message(
        _("{about} cannot be used{because}.").format(about=cause.path, because=because(cause.because)),
        _("Check that it exists and that you may read and write it, then try again."),
    )


def _path_too_long(cause: causes.PathTooLong) -> Message:
    return Message(
        _("The path {about} is too long.").format(about=cause.path),
        _("Use shorter names, or a folder higher up."),
    )


def _not_utf8(cause: causes.NotUtf8) -> Message:
    return Message(
        _("The name of {about} is not UTF-8.").format(about=cause.path),
        _("Choose a folder with another name: duplicity cannot restore into this one."),
    )


def _disk_read_only(cause: causes.DiskReadOnly) -> Message:
    return Message(
        _("The disk with {about} is read-only.").format(about=cause.path)
        if cause.path
        else _("The disk is read-only."),
        _("The system may have locked a failing disk. Check the disk, make it writable and try again."),
    )


def _disk_failing(cause: causes.DiskFailing) -> Message:
    return Message(
        _("The disk with {about} does not work.").format(about=cause.path)
        if cause.path
        else _("The disk does not work."),
        _("Check that it is connected and healthy, then try again."),
    )


def _file_too_large(cause: causes.FileTooLarge) -> Message:
    return Message(
        _("A file became larger than the system allows: {about}.").format(about=cause.path)
        if cause.path
        else _("A file became larger than the system allows."),
        _("Raise the limit for the size of files (ulimit -f), or use a disk that takes larger ones."),
    )


def _no_programs_here(cause: causes.NoProgramsHere) -> Message:
    return Message(
        _("No program can be started in {about}: its disk is mounted with “noexec”.").format(
            about=cause.path
        ),
        _("Mount it without “noexec”, or set XDG_CACHE_HOME to a folder on another disk."),
    )


def _stage_not_ours(cause: causes.StageNotOurs) -> Message:
    return Message(
        _("The folder for the working copy holds something else, which would be deleted: {about}.").format(
            about=cause.path
        ),
        _("Give the profile an empty folder for the working copy."),
    )


def _linked(cause: causes.Linked) -> Message:
    return Message(
        _("{about} is a link, and what it leads to could be deleted.").format(about=cause.path),
        _("Delete the link. To keep the working copy on another disk, set the folder there."),
        "secretsbackup profile set --staging FOLDER",
    )


def _open_link(cause: causes.OpenLink) -> Message:
    return Message(
        _("{about} is a link to a folder that other users can enter.").format(about=cause.path),
        _("Make that folder private."),
        f"chmod 700 {shlex.quote(cause.path)}",
    )


def _others_link(cause: causes.OthersLink) -> Message:
    return Message(
        _("{about} is a link that another user made.").format(about=cause.path),
        _("Delete it, if you do not know what it is for."),
    )


def _folder_is_ours(cause: causes.FolderIsOurs) -> Message:
    return Message(
        _("{about} is inside a folder that this program manages.").format(about=cause.path),
        _("Choose another folder."),
    )
