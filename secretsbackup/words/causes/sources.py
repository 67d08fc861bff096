"""What to say of a folder to back up, and of a recovery kit."""

from typing import assert_never

from secretsbackup.model import causes
from secretsbackup.words.language import _
from secretsbackup.words.message import Message


def sources(cause: causes.OfSources) -> Message:
    """What to say of a folder to back up, and of a recovery kit."""
    match cause:
        case causes.SourceMissing():
            return _source_missing(cause)
        case causes.SourceEmpty():
            return _source_empty(cause)
        case causes.SourceUnreadable():
            return _source_unreadable(cause)
        case causes.KitBroken():
            return _kit_broken(cause)
        case causes.KitOutdated():
            return _kit_outdated(cause)
        case causes.KitInTheWay():
            return _kit_in_the_way(cause)
        case _:
            assert_never(cause)


def _source_missing(cause: causes.SourceMissing) -> Message:
    return Message(
        _("{about} is not there.").format(about=cause.path),
        _("Nothing was deleted. Connect its disk, or change the profile."),
    )


def _source_empty(cause: causes.SourceEmpty) -> Message:
    return Message(
        _("{about} is empty and was not before.").format(about=cause.path),
        _(
            "Nothing was deleted. Check that its disk is connected. If you emptied it on purpose, back up anyway."
        ),
        "secretsbackup backup --allow-empty",
    )


def _source_unreadable(cause: causes.SourceUnreadable) -> Message:
    return Message(
        _("{about} cannot be read.").format(about=cause.path),
        _("Check its permissions, or change the profile."),
    )


def _kit_broken(cause: causes.KitBroken) -> Message:
    return Message(
        _("The recovery kit cannot be read: {about}.").format(about=cause.fault),
        _("Compare that place with the printed sheet, scan the codes again, or use another copy."),
    )


def _kit_outdated(cause: causes.KitOutdated) -> Message:
    return Message(
        _("This recovery kit is out of date: {about}.").format(about=cause.fault),
        _("Make a new one."),
        "secretsbackup kit --out FOLDER",
    )


def _kit_in_the_way(cause: causes.KitInTheWay) -> Message:
    return Message(
        _("{about} exists already and is not this profile’s kit.").format(about=cause.path),
        _("Choose another folder. Nothing was written."),
    )
