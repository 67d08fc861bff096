"""The folders to back up, and the recovery kit."""

from secretsbackup.model.causes.base import Base


class SourceMissing(Base, frozen=True, tag="source-missing"):
    """A folder to back up is not there."""

    path: str


class SourceEmpty(Base, frozen=True, tag="source-empty"):
    """A folder to back up is empty and was not before."""

    path: str


class SourceUnreadable(Base, frozen=True, tag="source-unreadable"):
    """A folder to back up cannot be read."""

    path: str


class KitBroken(Base, frozen=True, tag="kit-broken"):
    """A kit cannot be read; `fault` says where and why."""

    fault: str


class KitOutdated(Base, frozen=True, tag="kit-outdated"):
    """A kit does not fit its profile any more; `fault` says how."""

    fault: str


class KitInTheWay(Base, frozen=True, tag="kit-in-the-way"):
    """Another file is where a kit should go."""

    path: str


OfSources = SourceMissing | SourceEmpty | SourceUnreadable | KitBroken | KitOutdated | KitInTheWay
