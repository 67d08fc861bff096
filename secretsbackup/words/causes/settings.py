"""What to say of the settings, the history and what was typed."""

from typing import assert_never

from secretsbackup.model import causes
from secretsbackup.model.faults import OutOfRange
from secretsbackup.words.language import _
from secretsbackup.words.message import Message
from secretsbackup.words.problems import problem


def settings(cause: causes.OfSettings) -> Message:
    """What to say of the settings, the history and what was typed."""
    match cause:
        case causes.ProfileUnknown():
            return _profile_unknown(cause)
        case causes.ProfileExists():
            return _profile_exists(cause)
        case causes.ProfileInvalid():
            return _profile_invalid(cause)
        case causes.SettingsBroken():
            return _settings_broken(cause)
        case causes.SettingsNewer():
            return _settings_newer(cause)
        case causes.MemoryNewer():
            return _memory_newer(cause)
        case causes.CatalogueLost():
            return _catalogue_lost(cause)
        case causes.MemoryBusy():
            return _memory_busy(cause)
        case causes.MemoryBroken():
            return _memory_broken(cause)
        case causes.SeedUnreadable():
            return _seed_unreadable(cause)
        case causes.NotATime():
            return _not_a_time(cause)
        case _:
            assert_never(cause)


def _profile_unknown(cause: causes.ProfileUnknown) -> Message:
    return Message(
        _("There is no profile “{about}”.").format(about=cause.name),
        _("List your profiles."),
        "secretsbackup profile list",
    )


def _profile_exists(cause: causes.ProfileExists) -> Message:
    return Message(
        _("There is a profile “{about}” already.").format(about=cause.name),
        _("Choose another name for the new one."),
    )


def _profile_invalid(cause: causes.ProfileInvalid) -> Message:
    match cause.fault:
        case None:
            return Message(cause.sentence)
        case OutOfRange() as fault:  # which says nothing of what the number is for
            return Message(f"{cause.field}: {problem(fault)}" if cause.field else problem(fault))
        case fault:
            return Message(problem(fault))


def _settings_broken(cause: causes.SettingsBroken) -> Message:
    return Message(
        _("The settings cannot be read: {about}.").format(about=_where(cause)),
        _("Fix that line in the file. Nothing was changed."),
    )


def _settings_newer(cause: causes.SettingsNewer) -> Message:
    return _newer(cause.path)


def _memory_newer(cause: causes.MemoryNewer) -> Message:
    return _newer(cause.path)


def _catalogue_lost(cause: causes.CatalogueLost) -> Message:
    return Message(
        _("The file index was damaged and has been discarded."),
        _("Try again: it is rebuilt. Your backups are not affected."),
    )


def _memory_busy(cause: causes.MemoryBusy) -> Message:
    return Message(
        _("Another program has {about} open.").format(about=cause.path),
        _("Close that program and try again. Nothing is lost."),
    )


def _memory_broken(cause: causes.MemoryBroken) -> Message:
    return Message(
        _("{about} was damaged and has been replaced by a new one.").format(about=cause.path),
        _("Run it again. The history is rebuilt from the run logs and the destination."),
    )


def _seed_unreadable(cause: causes.SeedUnreadable) -> Message:
    return Message(
        _("That configuration cannot be imported: {about}.").format(
            about=f"{cause.because}: {problem(cause.fault).removesuffix('.')}"
            if cause.fault
            else cause.because
        ),
        _("Fix it, or set up a new backup."),
        "secretsbackup init",
    )


def _not_a_time(cause: causes.NotATime) -> Message:
    return Message(
        _("“{about}” is not a valid time.").format(about=cause.text),
        _("Write 2026-11-22, “2026-11-22 18:00” or the name of a backup."),
    )


def _where(cause: causes.SettingsBroken) -> str:
    profile = _("profile “{name}”").format(name=cause.profile) if cause.profile else ""
    where = ", ".join(filter(None, (cause.path, profile, cause.field)))
    wrong = problem(cause.fault).removesuffix(".") if cause.fault else cause.because
    return f"{where}: {wrong}" if wrong else where


def _newer(path: str) -> Message:
    return Message(
        _("{about} was written by a newer version of this program.").format(about=path),
        _("Upgrade this version."),
    )
