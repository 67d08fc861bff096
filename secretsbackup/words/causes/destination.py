"""What to say of a destination that cannot be used, or is not as it should be."""

from typing import assert_never

from secretsbackup.model import causes
from secretsbackup.words.causes.parts import named, room, skew
from secretsbackup.words.language import _
from secretsbackup.words.message import Message


def destination(cause: causes.OfDestination) -> Message:  # noqa: PLR0912 - one closed list
    """What to say of a destination that cannot be used, or is not as it should be."""
    match cause:
        case causes.DestinationAway():
            return _destination_away(cause)
        case causes.DestinationMissing():
            return _destination_missing(cause)
        case causes.DestinationUnreachable():
            return _destination_unreachable(cause)
        case causes.DestinationSilent():
            return _destination_silent(cause)
        case causes.DestinationDenied():
            return _destination_denied(cause)
        case causes.DestinationFull():
            return _destination_full(cause)
        case causes.ClockWrong():
            return _clock_wrong(cause)
        case causes.CertificateBad():
            return _certificate_bad(cause)
        case causes.HostKeyUnknown():
            return _host_key_unknown(cause)
        case causes.AnotherMachine():
            return _another_machine(cause)
        case causes.PlaceShared():
            return _place_shared(cause)
        case causes.CopyInTheWay():
            return _copy_in_the_way(cause)
        case causes.SealedByPassphrase():
            return _sealed_by_passphrase(cause)
        case causes.NotSealed():
            return _not_sealed(cause)
        case causes.Frozen():
            return _frozen(cause)
        case _:
            assert_never(cause)


def _destination_away(cause: causes.DestinationAway) -> Message:
    return Message(
        _("The disk with {about} is not connected.").format(about=cause.path),
        _("Connect it and try again. If you deleted the backups, give the profile a new folder."),
    )


def _destination_missing(cause: causes.DestinationMissing) -> Message:
    return Message(
        _("The destination {about} does not exist.").format(about=cause.place)
        if cause.place
        else _("The destination does not exist."),
        _("Create it, or fix its name in the profile."),
    )


def _destination_unreachable(cause: causes.DestinationUnreachable) -> Message:
    return Message(
        _("{about} cannot be reached.").format(about=cause.server or cause.path or _("The destination")),
        _(
            "Check that its disk or share is connected and works. Nothing is lost; the next run continues from here."
        )
        if cause.path
        else _("Check the network and the address. Nothing is lost; the next run continues from here."),
    )


def _destination_silent(cause: causes.DestinationSilent) -> Message:
    return Message(
        _("{about} does not respond, and this computer has no list of its files yet.").format(
            about=cause.place
        ),
        _("Check its address, and that its network or disk works. To wait longer, add --refresh."),
    )


def _destination_denied(cause: causes.DestinationDenied) -> Message:
    where = " · ".join(filter(None, (cause.right, cause.place)))
    return Message(
        _("The destination refuses access ({about}).").format(about=where)
        if where
        else _("The destination refuses access."),
        _("Grant that right (for a bucket: list, get, put and delete in its folder)."),
    )


def _destination_full(cause: causes.DestinationFull) -> Message:
    return Message(
        _("The destination is full{room}.").format(room=room(cause.place, cause.needed, cause.free)),
        _("Free some space there, or keep fewer full backups. Nothing is lost."),
    )


def _clock_wrong(cause: causes.ClockWrong) -> Message:
    return Message(
        _("This computer’s clock is wrong{skew}.").format(skew=skew(cause.ahead)),
        _("Set it and try again: servers refuse a wrong clock."),
    )


def _certificate_bad(cause: causes.CertificateBad) -> Message:
    return Message(
        _("The certificate of {about} cannot be trusted.").format(about=cause.server or _("the destination")),
        _("Nothing was sent. Check the server’s certificate and this computer’s clock."),
    )


def _host_key_unknown(cause: causes.HostKeyUnknown) -> Message:
    return Message(
        _("SSH on this computer does not know the host {about}.").format(about=cause.host),
        _("Connect once yourself and compare its fingerprint: ssh {about}").format(about=cause.host),
    )


def _another_machine(cause: causes.AnotherMachine) -> Message:
    return Message(
        _("The backups there were made on another computer or from another folder ({about}).").format(
            about=cause.host
        )
        if cause.host
        else _("The backups there were made on another computer or from another folder."),
        _("Give this profile a folder of its own there. If the backups are yours, continue with them."),
        "secretsbackup backup --adopt",
    )


def _place_shared(cause: causes.PlaceShared) -> Message:
    return Message(
        _("The profile “{about}” keeps its backups in the same place.").format(about=cause.profile),
        _(
            "Give each profile a folder of its own there. Otherwise each would take the other’s files for deleted."
        ),
    )


def _copy_in_the_way(cause: causes.CopyInTheWay) -> Message:
    return Message(
        _("The destination holds a copy of a file of the backup: {about}.").format(about=cause.file),
        _("Move the copy to another folder and try again."),
    )


def _sealed_by_passphrase(cause: causes.SealedByPassphrase) -> Message:
    return Message(
        _(
            "The backups there are encrypted with a passphrase alone, as by Déjà Dup, and not with this profile’s key."
        ),
        _("Give this profile another folder. Restore the others by their address."),
        f"secretsbackup restore --to FOLDER --from {cause.address or 'ADDRESS'}",
    )


def _not_sealed(cause: causes.NotSealed) -> Message:
    return Message(
        _("The backups there are not encrypted."),
        _("Give this profile another folder. Restore the others by their address."),
        f"secretsbackup restore --to FOLDER --from {cause.address or 'ADDRESS'}",
    )


def _frozen(cause: causes.Frozen) -> Message:
    return Message(
        _("{about} is in Glacier and cannot be read at once.").format(about=named(cause.file, cause.more)),
        _(
            "Restore it in the storage’s console first, which takes hours. Then remove the lifecycle rule that moves backups there."
        ),
    )
