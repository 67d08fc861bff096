"""Differences between a restored folder and what is in place, and what became of those that were put back."""

from enum import StrEnum

import msgspec

from secretsbackup.model.causes import Cause


class Differs(StrEnum):
    """How what is in place differs."""

    MISSING = "missing"
    DIFFERENT = "different"
    SAME = "same"


class Difference(msgspec.Struct, frozen=True):
    """A file by its path in the snapshot, and where it belongs on this machine."""

    path: bytes
    place: bytes
    how: Differs


class NotPutBack(msgspec.Struct, frozen=True):
    """A file that could not be put back, by its path in the snapshot, and why."""

    path: bytes
    cause: Cause


class PutBack(msgspec.Struct, frozen=True):
    """How many files are back in place, the folder that holds what they replaced, if they did, and those that
    could not be put back."""

    files: int
    aside: str | None = None
    refused: tuple[NotPutBack, ...] = ()
