"""What to say of GnuPG and its agent."""

from typing import assert_never

from secretsbackup.model import causes
from secretsbackup.words.language import _
from secretsbackup.words.message import Message
from secretsbackup.words.quantities import because


def gnupg(cause: causes.OfGnupg) -> Message:
    """What to say of GnuPG and its agent."""
    match cause:
        case causes.AgentMissing():
            return _agent_missing(cause)
        case causes.AgentSilent():
            return _agent_silent(cause)
        case causes.AgentRefuses():
            return _agent_refuses(cause)
        case causes.GpgHome():
            return _gpg_home(cause)
        case causes.GpgLocked():
            return _gpg_locked(cause)
        case causes.GpgSettings():
            return _gpg_settings(cause)
        case causes.GpgFailed():
            return _gpg_failed(cause)
        case _:
            assert_never(cause)


def _agent_missing(cause: causes.AgentMissing) -> Message:
    return Message(
        _("GnuPG’s agent cannot be started{because}.").format(because=because(cause.because)),
        _("Run “gpg-agent --daemon” to see why, and try again when it starts."),
    )


def _agent_silent(cause: causes.AgentSilent) -> Message:
    return Message(
        _("GnuPG’s agent does not respond."),
        _("Stop it and try again: pkill -KILL gpg-agent"),
    )


def _agent_refuses(cause: causes.AgentRefuses) -> Message:
    return Message(
        _("GnuPG’s agent takes no passphrase from other programs."),
        _(
            "Remove “no-allow-loopback-pinentry” from gpg-agent.conf, run gpgconf --kill gpg-agent, and try again."
        ),
    )


def _gpg_home(cause: causes.GpgHome) -> Message:
    return Message(
        _("GnuPG cannot use its folder {path}: {why}.").format(path=cause.path, why=_fault(cause.fault)),
        _("If GNUPGHOME names it, correct or unset that. Otherwise make the folder yours alone."),
    )


def _gpg_locked(cause: causes.GpgLocked) -> Message:
    return Message(
        _("GnuPG waits for a lock: {about}.").format(about=cause.path),
        _("If GnuPG is not running, on this computer or another one with the same folder, delete that file."),
    )


def _gpg_settings(cause: causes.GpgSettings) -> Message:
    return Message(
        _("GnuPG does not work with its own settings{because}.").format(because=because(cause.because)),
        _("Fix that line in gpg.conf in your GnuPG folder."),
    )


def _gpg_failed(cause: causes.GpgFailed) -> Message:
    return Message(
        _("GnuPG failed{because}.").format(because=because(cause.what)),
        _("Its last lines are in the log."),
        "secretsbackup log",
    )


def _fault(fault: causes.HomeFault) -> str:
    match fault:
        case causes.HomeFault.MISSING:
            return _("it does not exist")
        case causes.HomeFault.NO_FOLDER:
            return _("it is not a folder")
        case causes.HomeFault.ANOTHERS:
            return _("it belongs to another user")
        case causes.HomeFault.UNREADABLE:
            return _("you may not read it")
        case _:
            assert_never(fault)
