"""Destinations: places that hold backups. A URL in, a value out, and back again."""

from enum import StrEnum
from pathlib import PurePosixPath
from typing import Literal
from urllib.parse import quote, unquote, urlsplit

import msgspec


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

    @property
    def key_prefix(self) -> str:
        """What the names of all objects of this destination begin with."""
        return f"{self.prefix}/" if self.prefix else ""


class Folder(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="folder"):
    """A folder on this machine: a second disk, a mounted share."""

    path: str


class Host(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True, tag="host"):
    """A folder on another machine, reached by SSH; `path` is relative to the home there or absolute."""

    scheme: Literal["sftp", "rsync"]
    host: str
    path: str
    user: str | None = None
    port: int | None = None

    @property
    def login(self) -> str:
        """`user@host`, or the host alone."""
        return f"{self.user}@{self.host}" if self.user else self.host


Destination = Bucket | Folder | Host


def parse(
    url: str,
    *,
    endpoint: str | None = None,
    region: str | None = None,
    storage_class: str | None = None,
) -> Destination:
    """Read what a person types; ValueError with a sentence if it names no destination."""
    if "://" not in url:
        raise ValueError(f"“{url}” is not a destination; {_FORMS}")
    parts = urlsplit(url)
    if parts.password:
        raise ValueError("a destination holds no password; use an SSH key")
    match parts.scheme:
        case "s3" | "boto3+s3" | "s3+http":
            return _bucket(parts.netloc, unquote(parts.path), endpoint, region, storage_class)
        case "file":
            return _folder(unquote(parts.netloc + parts.path))
        case "sftp" | "rsync":
            return _host("sftp" if parts.scheme == "sftp" else "rsync", url)
        case other:
            raise ValueError(f"“{other}://” is no destination that is known here; {_FORMS}")


def url(destination: Destination) -> str:
    """The form that a person types, and that `parse` reads."""
    match destination:
        case Bucket(bucket=bucket, prefix=prefix):
            return f"s3://{bucket}/{quote(prefix)}".rstrip("/")
        case Folder(path=path):
            return f"file://{quote(path)}"
        case Host(scheme=scheme, port=port, path=path):
            return f"{scheme}://{destination.login}{f':{port}' if port else ''}/{quote(path)}"


_FORMS = "use s3://BUCKET/PREFIX, file:///FOLDER, sftp://HOST/FOLDER or rsync://HOST/FOLDER"


def _bucket(
    netloc: str, path: str, endpoint: str | None, region: str | None, storage_class: str | None
) -> Bucket:
    parts = [part for part in f"{netloc}/{path}".split("/") if part]
    if not parts:
        raise ValueError("the bucket's name is missing; use s3://BUCKET/PREFIX")
    if endpoint and urlsplit(endpoint).scheme not in ("http", "https"):
        raise ValueError(f"the endpoint “{endpoint}” must begin with https:// (or http://)")
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
        raise ValueError(f"“{name}” is no storage class that restores at once; use {known}") from None


def _folder(path: str) -> Folder:
    if not path.startswith("/"):
        raise ValueError("a folder is given whole: file:///media/disk/backups")
    return Folder(str(PurePosixPath(path)))


def _host(scheme: Literal["sftp", "rsync"], address: str) -> Host:
    parts = urlsplit(address)
    path = unquote(parts.path)[1:]
    if not parts.hostname or not path.strip("/"):
        raise ValueError(f"use {scheme}://USER@HOST/FOLDER (or //FOLDER for one from the root)")
    return Host(scheme, parts.hostname, path.rstrip("/"), parts.username, parts.port)
