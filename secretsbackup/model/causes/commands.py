"""What a command was given that it cannot use."""

from datetime import datetime
from enum import StrEnum

from secretsbackup.model.causes.base import Base


class Argument(StrEnum):
    """What a command takes one of."""

    PATH = "path"
    PROFILE = "profile"


class NoProfile(Base, frozen=True, tag="no-profile"):
    """There is no profile yet."""


class ProfileNotNamed(Base, frozen=True, tag="profile-not-named"):
    """A command is for one of several profiles, and does not say which."""

    known: tuple[str, ...]


class CommandIncomplete(Base, frozen=True, tag="command-incomplete"):
    """A command lacks a part."""

    usage: str


class TooManyArguments(Base, frozen=True, tag="too-many-arguments"):
    """A command got more of something than it takes."""

    kind: Argument


class AnswerMissing(Base, frozen=True, tag="answer-missing"):
    """An answer is missing that a command needs."""

    what: str


class AnswerUnknown(Base, frozen=True, tag="answer-unknown"):
    """An answer is none of the choices."""

    answer: str


class KeyPairIncomplete(Base, frozen=True, tag="key-pair-incomplete"):
    """An access key lacks its ID or its secret."""


class Declined(Base, frozen=True, tag="declined"):
    """A question was answered with no, so nothing is set up."""


class FolderExists(Base, frozen=True, tag="folder-exists"):
    """A folder that should be new exists already."""

    path: str


class ProfileElsewhere(Base, frozen=True, tag="profile-elsewhere"):
    """A profile has another destination than the one named."""

    name: str
    address: str


class PolicyNotNeeded(Base, frozen=True, tag="policy-not-needed"):
    """A destination is not a bucket, so it needs no policy."""

    address: str


class PassphraseEmpty(Base, frozen=True, tag="passphrase-empty"):
    """A new key has no passphrase."""


class PassphraseMismatch(Base, frozen=True, tag="passphrase-mismatch"):
    """A passphrase was not repeated as it was given."""


class PassphraseUnseen(Base, frozen=True, tag="passphrase-unseen"):
    """A passphrase cannot be shown, since no one is there."""


class SecretEmpty(Base, frozen=True, tag="secret-empty"):
    """A secret to store is empty."""


class InputNotText(Base, frozen=True, tag="input-not-text"):
    """What was typed is not UTF-8."""


class NotASpan(Base, frozen=True, tag="not-a-span"):
    """A text is not a span of time."""

    text: str


class TimePast(Base, frozen=True, tag="time-past"):
    """A time that should be to come is past."""

    time: datetime | None = None


class RunUnknown(Base, frozen=True, tag="run-unknown"):
    """There is no such run, or none yet."""

    run: str = ""


class LogDeleted(Base, frozen=True, tag="log-deleted"):
    """The log of a run is not there any more."""


class NoRestoreToResume(Base, frozen=True, tag="no-restore-to-resume"):
    """No interrupted restore can be resumed."""

    profile: str
    folder: str = ""


OfCommands = (
    NoProfile
    | ProfileNotNamed
    | CommandIncomplete
    | TooManyArguments
    | AnswerMissing
    | AnswerUnknown
    | KeyPairIncomplete
    | Declined
    | FolderExists
    | ProfileElsewhere
    | PolicyNotNeeded
    | PassphraseEmpty
    | PassphraseMismatch
    | PassphraseUnseen
    | SecretEmpty
    | InputNotText
    | NotASpan
    | TimePast
    | RunUnknown
    | LogDeleted
    | NoRestoreToResume
)
