"""Destinations: places that hold backups. A URL in, a value out, and back again."""

import re
from enum import StrEnum
from ipaddress import ip_address, ip_network
from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import quote, unquote_to_bytes, urlsplit

import msgspec
from msgspec.structs import force_setattr

from secretsbackup.model import faults
from secretsbackup.model.faults import Unreadable


class StorageClass(StrEnum):
    """S3 storage classes that duplicity can write to and read from without a thaw."""

    STANDARD = "STANDARD"
    STANDARD_IA = "STANDARD_IA"
    ONEZONE_IA = "ONEZONE_IA"
    GLACIER_IR = "GLACIER_IR"
    REDUCED_REDUNDANCY = "REDUCED_REDUNDANCY"


class Bucket(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="s3"):
    """A prefix in a bucket on Amazon S3, or on the S3-compatible server at `endpoint`."""

    bucket: str
    prefix: str = ""
    endpoint: str | None = None
    region: str | None = None
    storage_class: StorageClass | None = None

    def __post_init__(self) -> None:
        """Fold slashes as duplicity does: two spellings are one place."""
        force_setattr(self, "prefix", _folded(self.prefix))

    @property
    def key_prefix(self) -> str:
        """What the names of all objects of this destination begin with."""
        return f"{self.prefix}/" if self.prefix else ""


class Folder(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="folder"):
    """A folder on this machine: a second disk, a mounted share."""

    path: str

    def __post_init__(self) -> None:
        """Fold slashes, those at the beginning too: duplicity takes file:////x for a folder below its own."""
        if self.path.startswith("/"):
            force_setattr(self, "path", str(PurePosixPath("/" + self.path.lstrip("/"))))


class Host(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="host"):
    """A folder on another machine, reached by SSH; `path` is relative to the home there or absolute."""

    scheme: Literal["sftp", "rsync"]
    host: str
    path: str
    user: str | None = None
    port: int | None = None

    def __post_init__(self) -> None:
        """Fold slashes, and the letters of the host, as duplicity does."""
        root = "/" if self.path.startswith("/") else ""
        force_setattr(self, "path", root + _folded(self.path))
        name, percent, zone = self.host.strip("[]").partition("%")
        force_setattr(self, "host", name.lower() + percent + zone)

    @property
    def login(self) -> str:
        """`user@host`, or the host alone."""
        return self._with_user(self.host)

    @property
    def address(self) -> str:
        """The host's name, with an IPv6 address in brackets as URLs, sftp and rsync have it."""
        return self._with_user(f"[{self.host}]" if ":" in self.host else self.host)

    def _with_user(self, host: str) -> str:
        return f"{self.user}@{host}" if self.user else host


Destination = Bucket | Folder | Host


def open_to_view(destination: Destination) -> str:
    """The host that is reached without encryption through networks of others; "" if there is none.

    The backups are encrypted all the same; names, sizes and the key's id are not.
    """
    if not isinstance(destination, Bucket) or not (destination.endpoint or "").startswith("http://"):
        return ""
    host = urlsplit(destination.endpoint or "").hostname or ""
    return "" if _near(host) else host


def _near(host: str) -> bool:
    """Whether a host is this machine, or in a network of its owner's by its address or its name."""
    try:
        address = ip_address(host)
    except ValueError:
        return "." not in host or host.endswith(_NEAR_NAMES)
    return any(address in network for network in _NEAR if network.version == address.version)


_NEAR = tuple(
    ip_network(one)
    for one in (
        *("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10"),
        *("::1/128", "fc00::/7", "fe80::/10"),
    )
)
"""RFC 1122, 1918, 3927, 6598, 4193 and 4291. `is_private` knows more, and documentation's addresses too."""
_NEAR_NAMES = (".localhost", ".local", ".lan", ".internal", ".home.arpa")
BUCKET_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def parse(
    url: str,
    *,
    endpoint: str | None = None,
    region: str | None = None,
    storage_class: str | None = None,
) -> Destination:
    """Read what a person types; Unreadable if it names no destination."""
    scheme, there, rest = url.lstrip().partition("://")
    if not there:
        raise Unreadable(faults.NotADestination(url))
    netloc, _, path = rest.partition("/")
    if ":" in netloc.rpartition("@")[0]:
        raise Unreadable(faults.PasswordInside())
    match scheme.lower():
        case "s3" | "boto3+s3" | "s3+http":
            if {*"#?"} & {*rest}:
                raise Unreadable(faults.QueryInside())
            return _bucket(netloc, _unquoted(path), endpoint, region, storage_class)
        case "file":
            return _folder(_unquoted(rest))
        case "sftp" | "rsync" as known:
            return _host("sftp" if known == "sftp" else "rsync", netloc, _unquoted(path))
        case other:
            raise Unreadable(faults.SchemeUnknown(other))


def parse_or_folder(text: str, *, endpoint: str | None = None, region: str | None = None) -> Destination:
    """Read a destination's URL, or a folder by its path alone, in which no %XX is read."""
    return Folder(text) if text.startswith("/") else parse(text, endpoint=endpoint, region=region)


def url(destination: Destination) -> str:
    """The form that a person can type, that `parse` reads as the same destination, and duplicity too."""
    match destination:
        case Bucket(bucket=bucket, prefix=prefix):
            return f"s3://{bucket}/{_quoted(prefix)}".rstrip("/")
        case Folder(path=path):
            return f"file://{_quoted(path)}"
        case Host(scheme=scheme, port=port, path=path):
            return f"{scheme}://{destination.address}{f':{port}' if port else ''}/{_quoted(path)}"


def _folded(path: str) -> str:
    return "/".join(part for part in path.split("/") if part)


def _quoted(path: str) -> str:
    """What is not text cannot be a destination (see `parse`), but may have to be named as a wrong one."""
    return quote(path, errors="backslashreplace")


def _unquoted(text: str) -> str:
    """A part of a URL with its %XX read. “#” and “?” are letters as others are: what a person types is a
    folder's name."""
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeError:
        raise Unreadable(faults.AddressNotText()) from None


def _bucket(
    netloc: str, path: str, endpoint: str | None, region: str | None, storage_class: str | None
) -> Bucket:
    parts = [part for part in f"{netloc}/{path}".split("/") if part]
    if not parts:
        raise Unreadable(faults.BucketMissing())
    if not BUCKET_NAME.fullmatch(parts[0]):
        raise Unreadable(faults.BucketOdd(parts[0]))
    if endpoint and urlsplit(endpoint).scheme not in ("http", "https"):
        raise Unreadable(faults.EndpointOdd(endpoint))
    return Bucket(
        bucket=parts[0],
        prefix="/".join(parts[1:]),
        endpoint=endpoint or None,
        region=region or None,
        storage_class=_storage_class(storage_class),
    )


def _storage_class(name: str | None) -> StorageClass | None:
    if not name:
        return None
    try:
        return StorageClass(name.upper())
    except ValueError:
        known = ", ".join(StorageClass)
        raise Unreadable(faults.StorageClassOdd(name, known)) from None


def _folder(path: str) -> Folder:
    if not path.startswith("/") or "\0" in path:
        raise Unreadable(faults.FolderNotAbsolute())
    return Folder(path)


_LOGIN = re.compile(
    r"((?P<user>[^-].*)@)?(\[(?P<six>[0-9A-Fa-f:.]+(%[A-Za-z0-9._-]+)?)\]|(?P<host>[^-:@\[\]][^:@\[\]]*))"
    r"(:(?P<port>\d{0,5}))?"
)


def _host(scheme: Literal["sftp", "rsync"], netloc: str, path: str) -> Host:
    found = _LOGIN.fullmatch(netloc)
    if not found or not path.strip("/") or not (netloc + path).isprintable():
        raise Unreadable(faults.HostMissing(scheme))
    port = int(found["port"]) if found["port"] else None
    if port is not None and not 0 < port < 65536:
        raise Unreadable(faults.PortOdd(str(port)))
    user = _unquoted(found["user"]) if found["user"] else None
    return Host(scheme, found["six"] or found["host"], path, user, port)
