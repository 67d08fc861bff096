"""Folders and files of this computer: their room, their disk and who they belong to."""

from secretsbackup.model.causes.base import Base


class NoRoom(Base, frozen=True, tag="no-room"):
    """A disk of this computer is full; `needed` and `free` are bytes, 0 where they are not known."""

    path: str
    needed: int = 0
    free: int = 0


class NotWritable(Base, frozen=True, tag="not-writable"):
    """Nothing can be written to a folder or file."""

    path: str = ""


class NotYours(Base, frozen=True, tag="not-yours"):
    """A file or folder of the user's belongs to somebody else."""

    owner: str
    path: str


class AsRoot(Base, frozen=True, tag="as-root"):
    """Root works in the folders of another user."""

    owner: str
    path: str


class InTheWay(Base, frozen=True, tag="in-the-way"):
    """Something of another kind is where a file or folder of ours should be."""

    path: str


class FileUnusable(Base, frozen=True, tag="file-unusable"):
    """A file cannot be used; `because` is what the system says."""

    path: str
    because: str = ""


class PathTooLong(Base, frozen=True, tag="path-too-long"):
    """A path is longer than the system allows."""

    path: str


class NotUtf8(Base, frozen=True, tag="not-utf8"):
    """The name of a folder to restore into is not UTF-8."""

    path: str


class DiskReadOnly(Base, frozen=True, tag="disk-read-only"):
    """A disk takes no writing."""

    path: str = ""


class DiskFailing(Base, frozen=True, tag="disk-failing"):
    """A disk gives errors."""

    path: str = ""


class FileTooLarge(Base, frozen=True, tag="file-too-large"):
    """A file, or one of a program, became larger than the system allows."""

    path: str = ""


class NoProgramsHere(Base, frozen=True, tag="no-programs-here"):
    """A disk is mounted so that no program on it can be started."""

    path: str


class StageNotOurs(Base, frozen=True, tag="stage-not-ours"):
    """The folder for staging holds something else, which would be deleted."""

    path: str


class Linked(Base, frozen=True, tag="linked"):
    """A folder of ours is a link, and what it leads to could be deleted."""

    path: str


class OpenLink(Base, frozen=True, tag="open-link"):
    """A folder of ours is a link to a folder that others can enter."""

    path: str


class OthersLink(Base, frozen=True, tag="others-link"):
    """A folder of ours is a link that another user made."""

    path: str


class FolderIsOurs(Base, frozen=True, tag="folder-is-ours"):
    """A folder that was chosen is one that this program fills and empties."""

    path: str


OfFolders = (
    NoRoom
    | NotWritable
    | NotYours
    | AsRoot
    | InTheWay
    | FileUnusable
    | PathTooLong
    | NotUtf8
    | DiskReadOnly
    | DiskFailing
    | FileTooLarge
    | NoProgramsHere
    | StageNotOurs
    | Linked
    | OpenLink
    | OthersLink
    | FolderIsOurs
)
