"""Faults: what is wrong with a setting as it was written, one frozen value each, with named fields.

A draft's problems, a destination or a schedule that cannot be read, and a mistake in the settings file are
told by them. Their sentences are in `words/problems.py`.
"""

from enum import StrEnum

import msgspec


class Base(msgspec.Struct, frozen=True, omit_defaults=True, tag_field="kind", tag=lambda name: name):
    """The form that all faults have; in JSON its "kind" is its class."""


class Instead(StrEnum):
    """What to write instead of what is not UTF-8."""

    WILDCARD = "wildcard"
    SCRIPT = "script"
    ESCAPE = "escape"
    NAME = "name"


class NameOdd(Base, frozen=True):
    """The name of a profile has other letters than it may."""


class LabelOdd(Base, frozen=True):
    """A label cannot be the name of a folder in a backup."""

    label: str


class LabelTwice(Base, frozen=True):
    """Two folders have the same label."""

    label: str


class SourcesMissing(Base, frozen=True):
    """No folder is to be backed up."""


class NotAbsolute(Base, frozen=True):
    """A path does not begin at the root."""

    path: str


class PathMissing(Base, frozen=True):
    """A folder to back up is not there."""

    path: str


class InsideSource(Base, frozen=True):
    """A destination lies in a folder that is backed up."""

    path: str
    source: str


class PrefixMissing(Base, frozen=True):
    """A bucket is named without a folder in it."""


class PrefixOdd(Base, frozen=True):
    """The folder in a bucket is not one line of letters."""


class BucketMissing(Base, frozen=True):
    """A bucket's name is missing."""


class BucketOdd(Base, frozen=True):
    """A bucket cannot have this name."""

    bucket: str


class EndpointOdd(Base, frozen=True):
    """An endpoint is not an address of the web."""

    endpoint: str


class RegionOdd(Base, frozen=True):
    """A region cannot have this name."""

    region: str


class StorageClassOdd(Base, frozen=True):
    """A storage class is unknown, or does not restore at once."""

    name: str
    known: str


class HostMissing(Base, frozen=True):
    """A host is missing."""

    scheme: str


class HostOdd(Base, frozen=True):
    """A host cannot have this name."""

    host: str


class RsyncNeedsName(Base, frozen=True):
    """duplicity's rsync takes no IPv6 address."""


class UserOdd(Base, frozen=True):
    """A user cannot have this name."""

    user: str


class PortOdd(Base, frozen=True):
    """A port is not a number from 1 to 65535."""

    port: str


class FolderOdd(Base, frozen=True):
    """A host cannot be asked for a folder of this name."""

    folder: str


class RsyncFolderOdd(Base, frozen=True):
    """duplicity's rsync cannot be asked for a folder of this name."""


class FolderNotAbsolute(Base, frozen=True):
    """The folder of a file:// destination does not begin at the root."""


class NotADestination(Base, frozen=True):
    """A text names no destination."""

    text: str


class SchemeUnknown(Base, frozen=True):
    """A destination is of a kind that is not known."""

    scheme: str


class PasswordInside(Base, frozen=True):
    """A destination has a password in it."""


class QueryInside(Base, frozen=True):
    """A bucket's address has options in it."""


class AddressNotText(Base, frozen=True):
    """A destination's name is not UTF-8."""


class FingerprintOdd(Base, frozen=True):
    """A key is not named by its whole fingerprint."""


class OutOfRange(Base, frozen=True):
    """A number is too small or too large; `most` 0 is no limit."""

    least: int
    most: int = 0


class AwsProfileUnused(Base, frozen=True):
    """An AWS profile is given for a destination that is no bucket."""


class PatternEmpty(Base, frozen=True):
    """A pattern is empty, or more than one line."""


class PatternTooLong(Base, frozen=True):
    """A pattern is longer than rsync reads."""


class UrlOdd(Base, frozen=True):
    """A URL cannot be called."""

    url: str


class MailOdd(Base, frozen=True):
    """A mail address is none."""

    address: str


class CommandOdd(Base, frozen=True):
    """A command has a NUL in it."""


class NotText(Base, frozen=True):
    """A text is not UTF-8."""

    text: str
    instead: Instead


class NotASchedule(Base, frozen=True):
    """A text is not a schedule."""

    text: str


class TimeOfDayOdd(Base, frozen=True):
    """A schedule has a time that no day has."""

    text: str
    time: str


class WeekdayOdd(Base, frozen=True):
    """A schedule has a day that no week has."""

    text: str
    day: str


class VersionMissing(Base, frozen=True):
    """A settings file does not say its version."""

    newest: int


class TableUnknown(Base, frozen=True):
    """A settings file has a table that is not known."""

    name: str


class ProfileNotATable(Base, frozen=True):
    """A settings file has something else where its profiles should be."""


class LinkLeadsNowhere(Base, frozen=True):
    """A settings file is a link to a file that is not there."""

    target: str


OfDestination = (
    PrefixMissing
    | PrefixOdd
    | BucketMissing
    | BucketOdd
    | EndpointOdd
    | RegionOdd
    | StorageClassOdd
    | HostMissing
    | HostOdd
    | RsyncNeedsName
    | UserOdd
    | PortOdd
    | FolderOdd
    | RsyncFolderOdd
    | FolderNotAbsolute
    | NotADestination
    | SchemeUnknown
    | PasswordInside
    | QueryInside
    | AddressNotText
)
Fault = (
    OfDestination
    | NameOdd
    | LabelOdd
    | LabelTwice
    | SourcesMissing
    | NotAbsolute
    | PathMissing
    | InsideSource
    | FingerprintOdd
    | OutOfRange
    | AwsProfileUnused
    | PatternEmpty
    | PatternTooLong
    | UrlOdd
    | MailOdd
    | CommandOdd
    | NotText
    | NotASchedule
    | TimeOfDayOdd
    | WeekdayOdd
    | VersionMissing
    | TableUnknown
    | ProfileNotATable
    | LinkLeadsNowhere
)


class Unreadable(ValueError):  # noqa: N818 - as Failure is named
    """A text that cannot be read as what it should be."""

    def __init__(self, fault: Fault) -> None:
        super().__init__(fault)
        self.fault = fault
