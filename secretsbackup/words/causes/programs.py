"""What to say of a program that failed, of a run in progress, and of a bug."""

from typing import assert_never

from secretsbackup.model import causes
from secretsbackup.words.language import _
from secretsbackup.words.message import Message
from secretsbackup.words.quantities import because


def programs(cause: causes.OfPrograms) -> Message:
    """What to say of a program that failed, of a run in progress, and of a bug."""
    match cause:
        case causes.ToolMissing():
            return _tool_missing(cause)
        case causes.ToolTooOld():
            return _tool_too_old(cause)
        case causes.ToolFailed():
            return _tool_failed(cause)
        case causes.ToolStandsStill():
            return _tool_stands_still(cause)
        case causes.SystemLimit():
            return _system_limit(cause)
        case causes.Busy():
            return _busy(cause)
        case causes.NotStarted():
            return _not_started(cause)
        case causes.HookFailed():
            return _hook_failed(cause)
        case causes.NotTold():
            return _not_told(cause)
        case causes.Bug():
            return _bug(cause)
        case _:
            assert_never(cause)


def _tool_missing(cause: causes.ToolMissing) -> Message:
    advice = _("Install it (Debian, Ubuntu: sudo apt install {package}) and try again.")
    return Message(
        _("The program “{about}” is not installed.").format(about=cause.program),
        _own_duplicity()
        if cause.program == "duplicity"
        else advice.format(package=_PACKAGES.get(cause.program, cause.program)),
    )


def _tool_too_old(cause: causes.ToolTooOld) -> Message:
    return Message(
        _("{name} {has} at {where} is too old; {needs} or newer is needed.").format(
            name=cause.program, has=cause.version, where=cause.path, needs=cause.needed
        ),
        _own_duplicity() if cause.program == "duplicity" else _("Upgrade it, or take it off your PATH."),
    )


def _tool_failed(cause: causes.ToolFailed) -> Message:
    return Message(
        _("A helper program failed ({about}).").format(about=cause.what),
        _("Try again. If it stays, report it: its last lines are in the log."),
        "secretsbackup log",
    )


def _tool_stands_still(cause: causes.ToolStandsStill) -> Message:
    return Message(
        _("“{about}” made no progress for half an hour and was stopped.").format(about=cause.program),
        _("Nothing is lost. Check that every folder, disk and server that it needs responds."),
    )


def _system_limit(cause: causes.SystemLimit) -> Message:
    return Message(
        _("The system has reached a limit ({about}).").format(about=cause.limit),
        _("Close some programs and try again."),
    )


def _busy(cause: causes.Busy) -> Message:
    return Message(
        _("Another run of this profile is in progress (process {about}).").format(about=cause.pid)
        if cause.pid
        else _("Another run of this profile is in progress."),
        _("Wait until it finishes."),
        "secretsbackup status",
    )


def _not_started(cause: causes.NotStarted) -> Message:
    return Message(
        _("Nothing starts backups automatically on this computer yet."),
        _("The system’s timer does not run here. Keep this program open, or have cron start backups."),
        "secretsbackup timer on",
    )


def _hook_failed(cause: causes.HookFailed) -> Message:
    return Message(
        _("Your own command before the backup failed{because}.").format(because=because(cause.because)),
        _("Its output is in the log."),
        "secretsbackup log",
    )


def _not_told(cause: causes.NotTold) -> Message:
    return Message(
        _("The notification could not be sent{because}.").format(because=because(cause.because)),
        _("Check the URL or e-mail address."),
    )


def _bug(cause: causes.Bug) -> Message:
    return Message(
        _("This is a bug in Secrets Backup ({about}).").format(about=cause.error)
        if cause.error
        else _("This is a bug in Secrets Backup."),
        _("Report it with its log."),
        "secretsbackup log",
    )


_PACKAGES = {
    "gpg": "gnupg",
    "gpgconf": "gnupg",
    "gpg-connect-agent": "gnupg",
    "pdftotext": "poppler-utils",
    "sftp": "openssh-client",
    "zbarimg": "zbar-tools",
}
"""The Debian package of a program that is not named as its package."""


def _own_duplicity() -> str:
    return _(
        "Start this program with installers/linux/run, which installs a duplicity for it alone. Nothing else needs to be removed."
    )
