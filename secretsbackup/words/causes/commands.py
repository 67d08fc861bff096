"""What to say of a command that cannot be followed as it was given."""

from typing import assert_never

from secretsbackup.model import causes
from secretsbackup.words.language import _
from secretsbackup.words.message import Message
from secretsbackup.words.times import clock


def commands(cause: causes.OfCommands) -> Message:  # noqa: PLR0912 - one closed list
    """What to say of a command that cannot be followed as it was given."""
    match cause:
        case causes.NoProfile():
            return Message(_("There is no profile yet."), _("Set one up."), "secretsbackup init")
        case causes.ProfileNotNamed():
            return Message(
                _("There is more than one profile: {names}.").format(names=", ".join(cause.known)),
                _("Name the one that you mean."),
            )
        case causes.CommandIncomplete():
            return Message(_("The command is incomplete."), _("Write it in full."), cause.usage)
        case causes.TooManyArguments():
            return Message(
                _("Give one path at a time.")
                if cause.kind is causes.Argument.PATH
                else _("Give one profile at a time.")
            )
        case causes.AnswerMissing():
            return Message(_("{what} is missing.").format(what=cause.what), _("Run it again, and give it."))
        case causes.AnswerUnknown():
            return Message(_("“{answer}” is not one of the choices.").format(answer=cause.answer))
        case causes.KeyPairIncomplete():
            return Message(_("An access key has an ID and a secret."), _("Give both. Nothing was done."))
        case causes.Declined():
            return Message(_("Nothing was set up."), _("Choose another destination for this profile."))
        case causes.FolderExists():
            return Message(_("{path} exists already.").format(path=cause.path), _("Choose a new folder."))
        case causes.ProfileElsewhere():
            return Message(
                _("The profile “{name}” backs up to {address}.").format(
                    name=cause.name, address=cause.address
                ),
                _("Name another profile with --profile."),
            )
        case causes.PolicyNotNeeded():
            return Message(
                _("{address} is not a bucket, so it needs no policy.").format(address=cause.address)
            )
        case causes.PassphraseEmpty():
            return Message(
                _("A key without a passphrase protects nothing."), _("Choose a passphrase of several words.")
            )
        case causes.PassphraseMismatch():
            return Message(
                _("The passphrase was not repeated correctly."), _("Try again. Nothing was changed.")
            )
        case causes.PassphraseUnseen():
            return Message(
                _("There is no one to write down a passphrase."),
                _("Run it in a terminal, or give a passphrase of your own on standard input."),
                "secretsbackup key new --own",
            )
        case causes.SecretEmpty():
            return Message(_("The secret is empty; nothing was stored."))
        case causes.InputNotText():
            return Message(
                _("What you typed is not UTF-8."), _("Type it in a UTF-8 terminal, or convert the file.")
            )
        case causes.NotASpan():
            return Message(
                _("“{text}” is not a span of time.").format(text=cause.text),
                _("Write 90d, 18m, 2y or never."),
            )
        case causes.TimePast():
            return Message(
                _("{time} is past.").format(time=clock(cause.time))
                if cause.time
                else _("That time is past."),
                _("Choose a later time."),
            )
        case causes.RunUnknown():
            return Message(
                _("There is no run “{run}”.").format(run=cause.run)
                if cause.run
                else _("There is no run yet."),
                _("List the runs."),
                "secretsbackup runs",
            )
        case causes.LogDeleted():
            return Message(_("The log of this run has been deleted."))
        case causes.NoRestoreToResume():
            return Message(
                _("There is no interrupted restore of “{profile}” into {folder}.").format(
                    profile=cause.profile, folder=cause.folder
                )
                if cause.folder
                else _("There is no interrupted restore of “{profile}”.").format(profile=cause.profile)
            )
        case _:
            assert_never(cause)
