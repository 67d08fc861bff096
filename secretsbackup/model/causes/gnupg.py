"""GnuPG and its agent."""

from enum import StrEnum

from secretsbackup.model.causes.base import Base


class HomeFault(StrEnum):
    """What is wrong with GnuPG's folder."""

    MISSING = "missing"
    NO_FOLDER = "no-folder"
    ANOTHERS = "anothers"
    UNREADABLE = "unreadable"


class AgentMissing(Base, frozen=True, tag="agent-missing"):
    """GnuPG's agent cannot be started."""

    because: str = ""


class AgentSilent(Base, frozen=True, tag="agent-silent"):
    """GnuPG's agent does not answer."""


class AgentRefuses(Base, frozen=True, tag="agent-refuses"):
    """GnuPG's agent takes no passphrase from other programs."""


class GpgHome(Base, frozen=True, tag="gpg-home"):
    """GnuPG's folder cannot be used."""

    fault: HomeFault
    path: str


class GpgLocked(Base, frozen=True, tag="gpg-locked"):
    """GnuPG waits for a lock."""

    path: str


class GpgSettings(Base, frozen=True, tag="gpg-settings"):
    """GnuPG's own settings keep it from working."""

    because: str = ""


class GpgFailed(Base, frozen=True, tag="gpg-failed"):
    """GnuPG failed in a way that has no cause of its own."""

    what: str = ""


OfGnupg = AgentMissing | AgentSilent | AgentRefuses | GpgHome | GpgLocked | GpgSettings | GpgFailed
