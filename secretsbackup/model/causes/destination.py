"""Destinations: the way there, and what lies there."""

from secretsbackup.model.causes.base import Base


class DestinationAway(Base, frozen=True, tag="destination-away"):
    """The disk with the backups is not connected."""

    path: str


class DestinationMissing(Base, frozen=True, tag="destination-missing"):
    """A bucket or folder does not exist."""

    place: str = ""


class DestinationUnreachable(Base, frozen=True, tag="destination-unreachable"):
    """A server does not answer, or the disk of a folder."""

    server: str = ""
    path: str = ""


class DestinationSilent(Base, frozen=True, tag="destination-silent"):
    """A destination did not answer in time, and this computer has no list of its files."""

    place: str


class DestinationDenied(Base, frozen=True, tag="destination-denied"):
    """A destination refuses access: a bucket, folder or host, and the right that is lacking."""

    place: str = ""
    right: str = ""


class DestinationFull(Base, frozen=True, tag="destination-full"):
    """A destination is full; `needed` and `free` are bytes, 0 where they are not known."""

    place: str = ""
    needed: int = 0
    free: int = 0


class ClockWrong(Base, frozen=True, tag="clock-wrong"):
    """This computer's clock is wrong by so many seconds that it is ahead; 0 where that is not known."""

    ahead: int = 0


class CertificateBad(Base, frozen=True, tag="certificate-bad"):
    """A server's certificate cannot be trusted."""

    server: str = ""


class HostKeyUnknown(Base, frozen=True, tag="host-key-unknown"):
    """SSH does not know a host."""

    host: str


class AnotherMachine(Base, frozen=True, tag="another-machine"):
    """The backups there were made on another computer or of another folder."""

    host: str = ""


class PlaceShared(Base, frozen=True, tag="place-shared"):
    """Another profile has the same destination."""

    profile: str


class CopyInTheWay(Base, frozen=True, tag="copy-in-the-way"):
    """The destination holds a copy of a file of the backup."""

    file: str = ""


class SealedByPassphrase(Base, frozen=True, tag="sealed-by-passphrase"):
    """The backups there are encrypted with a passphrase alone."""

    address: str = ""


class NotSealed(Base, frozen=True, tag="not-sealed"):
    """The backups there are not encrypted."""

    address: str = ""


class Frozen(Base, frozen=True, tag="frozen"):
    """A file of the backup, and `more` others, must be brought back before it can be read."""

    file: str = ""
    more: int = 0


OfDestination = (
    DestinationAway
    | DestinationMissing
    | DestinationUnreachable
    | DestinationSilent
    | DestinationDenied
    | DestinationFull
    | ClockWrong
    | CertificateBad
    | HostKeyUnknown
    | AnotherMachine
    | PlaceShared
    | CopyInTheWay
    | SealedByPassphrase
    | NotSealed
    | Frozen
)
