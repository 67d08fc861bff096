"""What to say where nothing begins now, or a confirmation is needed."""

from typing import assert_never

from secretsbackup.model import causes
from secretsbackup.words.language import _
from secretsbackup.words.message import Message
from secretsbackup.words.quantities import files, size
from secretsbackup.words.times import clock


def timing(cause: causes.OfTiming) -> Message:
    """What to say where nothing begins now, or a confirmation is needed."""
    match cause:
        case causes.NotScheduled():
            return _not_scheduled(cause)
        case causes.VerificationOff():
            return _verification_off(cause)
        case causes.NotYet():
            return _not_yet(cause)
        case causes.WaitingToRetry():
            return _waiting_to_retry(cause)
        case causes.Paused():
            return _paused(cause)
        case causes.OnBattery():
            return _on_battery(cause)
        case causes.Metered():
            return _metered(cause)
        case causes.Offline():
            return _offline(cause)
        case causes.Surge():
            return _surge(cause)
        case causes.Upheaval():
            return _upheaval(cause)
        case _:
            assert_never(cause)


def _not_scheduled(cause: causes.NotScheduled) -> Message:
    return Message(
        _("No automatic backups: this profile is set to “manual”."),
        _("Give it a schedule."),
        'secretsbackup profile set --schedule "daily 18:00"',
    )


def _verification_off(cause: causes.VerificationOff) -> Message:
    return Message(
        _("Automatic verification is off."),
        _("Turn it on."),
        "secretsbackup profile set --verify-every 7",
    )


def _not_yet(cause: causes.NotYet) -> Message:
    if cause.until is None:
        return Message(_("Not due yet."))
    return Message(_("Not due until {moment}.").format(moment=clock(cause.until)))


def _waiting_to_retry(cause: causes.WaitingToRetry) -> Message:
    if cause.until is None:
        return Message(_("The last run failed; retrying later."))
    return Message(_("The last run failed; retrying at {time}.").format(time=clock(cause.until)))


def _paused(cause: causes.Paused) -> Message:
    title = (
        _("Automatic backups are paused until {moment}.").format(moment=clock(cause.until))
        if cause.until
        else _("Automatic backups are paused.")
    )
    return Message(title, _("Resume them."), "secretsbackup resume")


def _on_battery(cause: causes.OnBattery) -> Message:
    left = "" if cause.charge is None else _(" ({about} % left)").format(about=cause.charge)
    return Message(_("This computer runs on battery{left}.").format(left=left))


def _metered(cause: causes.Metered) -> Message:
    return Message(_("The network connection is metered."))


def _offline(cause: causes.Offline) -> Message:
    return Message(_("There is no network."))


def _surge(cause: causes.Surge) -> Message:
    return Message(
        _("Much more new data than usual{surge}.").format(surge=_amount(cause)),
        _("Nothing was sent. Exclude it, or back up anyway if it is right."),
        "secretsbackup profile set --exclude PATTERN, secretsbackup backup --allow-large",
    )


def _upheaval(cause: causes.Upheaval) -> Message:
    counts = _(" ({gone} gone and {changed} changed, of {files})").format(
        gone=cause.gone, changed=cause.changed, files=files(cause.files)
    )
    return Message(
        _("Unusually many files are gone or changed{upheaval}.").format(
            upheaval=counts if cause.files else ""
        ),
        _(
            "Is it the wrong disk, or did something damage your files? Nothing was sent, and no old backup is removed meanwhile. If it is right, back up anyway."
        ),
        "secretsbackup backup --allow-many-changes",
    )


def _amount(cause: causes.Surge) -> str:
    """How much is new, and what the most of it is where one file is."""
    if not cause.new:
        return ""
    of_it = _(", {size} of it in “{path}”").format(size=size(cause.largest), path=cause.path)
    return f": {size(cause.new)}{of_it if cause.path else ''}"
