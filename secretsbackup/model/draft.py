"""Drafts: a profile while it is being written, and what still stands against it."""

import os
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

import msgspec

from secretsbackup.model import faults
from secretsbackup.model.destination import BUCKET_NAME, Bucket, Folder, Host
from secretsbackup.model.faults import Fault, Instead
from secretsbackup.model.paths import is_text, shown
from secretsbackup.model.profile import Profile

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ADDRESS = re.compile(r"[^\s@,;:<>()\[\]\\\"]+(@[^\s@,;:<>()\[\]\\\"]+)?")
_FINGERPRINT = re.compile(r"[0-9A-F]{40}")
_CENTURY = 36_500
"""Days; with more of them no calendar can reckon."""


class DraftProblem(msgspec.Struct, frozen=True):
    """A field of a draft, and what is wrong with it."""

    field: str
    fault: Fault


def problems(draft: Profile, *, imported: bool = False) -> tuple[DraftProblem, ...]:
    """Everything that stands against this profile, in the order of its fields.

    A profile that was `imported` may go on where it began: at the root of a bucket, and with its source
    staged under no label (".").
    """
    checks = (_name, _labels, _sources, _prefix, _destination, _key, _rules, _patterns, _calls, _texts)
    return tuple(
        DraftProblem(field, fault)
        for check in checks
        if not (imported and check in (_labels, _prefix))
        for field, fault in check(draft)
    )


_Found = Iterator[tuple[str, Fault]]


def _name(draft: Profile) -> _Found:
    if not _NAME.fullmatch(draft.name):
        yield "name", faults.NameOdd()


def _labels(draft: Profile) -> _Found:
    for source in draft.sources:
        if source.label == ".":
            yield "sources", faults.LabelOdd(source.label)


def _prefix(draft: Profile) -> _Found:
    if isinstance(draft.destination, Bucket) and not draft.destination.prefix:
        yield "destination", faults.PrefixMissing()


def _sources(draft: Profile) -> _Found:
    if not draft.sources:
        yield "sources", faults.SourcesMissing()
    labels = [source.label for source in draft.sources]
    for source in draft.sources:
        if not PurePosixPath(source.path).is_absolute() or "\0" in source.path:
            yield "sources", faults.NotAbsolute(source.path)
        alone = source.label == "." and len(draft.sources) == 1
        if not source.label or {*"/\0"} & {*source.label} or (source.label in (".", "..") and not alone):
            yield "sources", faults.LabelOdd(source.label)
        if labels.count(source.label) > 1:
            yield "sources", faults.LabelTwice(source.label)


def _destination(draft: Profile) -> _Found:
    match draft.destination:
        case Bucket() as bucket:
            yield from _bucket(bucket)
        case Host() as host:
            yield from _host(host)
        case Folder(path=path):
            if not PurePosixPath(path).is_absolute() or "\0" in path:
                yield "destination", faults.NotAbsolute(path)
            for source in draft.sources:
                if within(path, source.path):
                    yield "destination", faults.InsideSource(path, source.path)


def _bucket(bucket: Bucket) -> _Found:
    if not BUCKET_NAME.fullmatch(bucket.bucket):
        yield "destination", faults.BucketOdd(bucket.bucket)
    if not bucket.prefix.isprintable():
        yield "destination", faults.PrefixOdd()
    if bucket.endpoint is not None and not re.fullmatch(r"https?://[^\s?#@]+", bucket.endpoint):
        yield "destination", faults.EndpointOdd(bucket.endpoint)
    if bucket.region is not None and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", bucket.region):
        yield "destination", faults.RegionOdd(bucket.region)


def _host(host: Host) -> _Found:
    """ssh and sftp take a host that begins with “-” for an option, which can name a program to run; sftp
    reads commands line by line; and duplicity makes a command line for rsync of a path without quoting it.
    """
    if not re.fullmatch(r"[A-Za-z0-9:][A-Za-z0-9._:%-]*", host.host):
        yield "destination", faults.HostOdd(host.host)
    elif host.scheme == "rsync" and ":" in host.host:
        yield "destination", faults.RsyncNeedsName()
    if host.user is not None and not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._@+-]*", host.user):
        yield "destination", faults.UserOdd(host.user)
    if host.port is not None and not 0 < host.port < 65536:
        yield "destination", faults.PortOdd(str(host.port))
    if not host.path.isprintable() or host.path.startswith("-"):
        yield "destination", faults.FolderOdd(host.path)
    elif host.scheme == "rsync" and not re.fullmatch(r"[\w./~@%+,=:-]+", host.path):
        yield "destination", faults.RsyncFolderOdd()


def _key(draft: Profile) -> _Found:
    if not _FINGERPRINT.fullmatch(draft.key):
        yield "key", faults.FingerprintOdd()


def _rules(draft: Profile) -> _Found:
    if not 1 <= draft.full_every <= _CENTURY:
        yield "full_every", faults.OutOfRange(1, _CENTURY)
    if draft.keep < 1:
        yield "keep", faults.OutOfRange(1)
    if draft.keep_days is not None and not 1 <= draft.keep_days <= _CENTURY:
        yield "keep_days", faults.OutOfRange(1, _CENTURY)
    bounds = {
        "jitter_minutes": 24 * 60,
        "overdue_after_days": 3650,
        "ask_above_new_gb": 10**6,
        "ask_above_changed_percent": 100,
        "verify_every": 3650,
    }
    for field, most in bounds.items():
        if not 0 <= getattr(draft, field) <= most:
            yield field, faults.OutOfRange(0, most)
    for field in ("staging", "archive"):
        place = getattr(draft, field)
        if place is not None and (
            not PurePosixPath(place).is_absolute() or "\0" in place or PurePosixPath(place).name[:1] == "-"
        ):
            yield field, faults.NotAbsolute(place)
    if draft.aws_profile is not None and not isinstance(draft.destination, Bucket):
        yield "aws_profile", faults.AwsProfileUnused()


def _patterns(draft: Profile) -> _Found:
    for pattern in draft.exclude:
        if not pattern.strip() or "\0" in pattern or "\n" in pattern:
            yield "exclude", faults.PatternEmpty()
        if len(os.fsencode(pattern)) > 4000:
            yield "exclude", faults.PatternTooLong()


def _calls(draft: Profile) -> _Found:
    for name in ("success", "failure", "overdue"):
        url = getattr(draft.calls, name)
        if url is not None and not re.fullmatch(r"https?://[^\s/]+\S*", url):
            yield "calls", faults.UrlOdd(url)
    if draft.calls.mail is not None and not _ADDRESS.fullmatch(draft.calls.mail):
        yield "calls", faults.MailOdd(draft.calls.mail)
    if draft.hooks.seconds < 1:
        yield "hooks", faults.OutOfRange(1)
    if any("\0" in word for word in (*draft.hooks.before, *draft.hooks.after)):
        yield "hooks", faults.CommandOdd()


_INSTEAD = {"exclude": Instead.WILDCARD, "hooks": Instead.SCRIPT, "calls": Instead.ESCAPE}


def _texts(draft: Profile) -> _Found:
    """A file's name is of any bytes, and a source may have any. All else goes to programs that take text."""
    calls, to = draft.calls, draft.destination
    texts: dict[str, tuple[str | None, ...]] = {
        "sources": tuple(source.label for source in draft.sources),
        "destination": (to.path if isinstance(to, Folder) else None,),
        "exclude": draft.exclude,
        "staging": (draft.staging,),
        "archive": (draft.archive,),
        "aws_profile": (draft.aws_profile,),
        "hooks": (*draft.hooks.before, *draft.hooks.after),
        "calls": (calls.success, calls.failure, calls.overdue, calls.mail),
    }
    for field, known in texts.items():
        for text in known:
            if text is not None and not is_text(text):
                instead = _INSTEAD.get(field, Instead.NAME)
                yield field, faults.NotText(shown(os.fsencode(text)), instead)


def within(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies below it, by name: `registry.check` sees through links as well."""
    return PurePosixPath(path).is_relative_to(folder)
