"""Drafts: a profile while it is being written, and what still stands against it."""

import os
import re
from collections.abc import Iterator
from pathlib import PurePosixPath

import msgspec

from secretsbackup.model.destination import BUCKET_NAME, Bucket, Folder, Host
from secretsbackup.model.paths import is_text, shown
from secretsbackup.model.profile import Profile

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_ADDRESS = re.compile(r"[^\s@,;:<>()\[\]\\\"]+(@[^\s@,;:<>()\[\]\\\"]+)?")
_FINGERPRINT = re.compile(r"[0-9A-F]{40}")
_CENTURY = 36_500
"""Days; with more of them no calendar can reckon."""


class Problem(msgspec.Struct, frozen=True):
    """Something that a field must have changed; the sentence says what to do."""

    field: str
    sentence: str


def problems(draft: Profile, *, imported: bool = False) -> tuple[Problem, ...]:
    """Everything that stands against this profile, in the order of its fields.

    A profile that was `imported` may go on where it began: at the root of a bucket, and with its source
    staged under no label (".").
    """
    checks = (_name, _labels, _sources, _prefix, _destination, _key, _rules, _patterns, _calls, _texts)
    return tuple(
        Problem(field, sentence)
        for check in checks
        if not (imported and check in (_labels, _prefix))
        for field, sentence in check(draft)
    )


_Found = Iterator[tuple[str, str]]


def _name(draft: Profile) -> _Found:
    if not _NAME.fullmatch(draft.name):
        yield "name", "Use letters, digits, “.”, “-” and “_”, beginning with a letter or digit."


def _labels(draft: Profile) -> _Found:
    for source in draft.sources:
        if source.label == ".":
            yield "sources", "“.” cannot be a label; use a word."


def _prefix(draft: Profile) -> _Found:
    if isinstance(draft.destination, Bucket) and not draft.destination.prefix:
        yield "destination", "Give a prefix, s3://BUCKET/PREFIX: each profile has its own."


def _sources(draft: Profile) -> _Found:
    if not draft.sources:
        yield "sources", "Choose at least one folder to protect."
    labels = [source.label for source in draft.sources]
    for source in draft.sources:
        if not PurePosixPath(source.path).is_absolute() or "\0" in source.path:
            yield "sources", f"Give “{source.path}” whole, from the root."
        alone = source.label == "." and len(draft.sources) == 1
        if not source.label or {*"/\0"} & {*source.label} or (source.label in (".", "..") and not alone):
            yield "sources", f"“{source.label}” cannot be a label; leave out “/”."
        if labels.count(source.label) > 1:
            yield "sources", f"Two sources are labelled “{source.label}”; give each its own."


def _destination(draft: Profile) -> _Found:
    match draft.destination:
        case Bucket() as bucket:
            yield from _bucket(bucket)
        case Host() as host:
            yield from _host(host)
        case Folder(path=path):
            if not PurePosixPath(path).is_absolute() or "\0" in path:
                yield "destination", f"Give “{path}” whole, from the root."
            for source in draft.sources:
                if within(path, source.path):
                    yield "destination", inside(path, source.path)


def inside(path: str, source: str) -> str:
    """The sentence for a destination that lies in a source."""
    return f"“{path}” lies inside “{source}”: choose another."


def _bucket(bucket: Bucket) -> _Found:
    if not BUCKET_NAME.fullmatch(bucket.bucket):
        yield "destination", f"“{bucket.bucket}” is no name of a bucket."
    if not bucket.prefix.isprintable():
        yield "destination", "The prefix is one line of letters."
    if bucket.endpoint is not None and not re.fullmatch(r"https?://[^\s?#@]+", bucket.endpoint):
        yield "destination", f"The endpoint “{bucket.endpoint}” must be https://HOST (or http://HOST)."
    if bucket.region is not None and not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", bucket.region):
        yield "destination", f"“{bucket.region}” is no region."


def _host(host: Host) -> _Found:
    """ssh and sftp take a host that begins with “-” for an option, which can name a program to run; sftp
    reads commands line by line; and duplicity makes a command line for rsync of a path without quoting it.
    """
    if not re.fullmatch(r"[A-Za-z0-9:][A-Za-z0-9._:%-]*", host.host):
        yield "destination", f"“{host.host}” is no name of a host."
    elif host.scheme == "rsync" and ":" in host.host:
        yield "destination", "duplicity's rsync takes no IPv6 address: use sftp://, or the host's name."
    if host.user is not None and not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9._@+-]*", host.user):
        yield "destination", f"“{host.user}” is no name of a user."
    if host.port is not None and not 0 < host.port < 65536:
        yield "destination", f"{host.port} is no port."
    if not host.path.isprintable() or host.path.startswith("-"):
        yield "destination", f"“{host.path}” is no folder that can be asked for."
    elif host.scheme == "rsync" and not re.fullmatch(r"[\w./~@%+,=:-]+", host.path):
        yield (
            "destination",
            "With rsync:// a folder's name has letters, digits and “. _ ~ - + = , @ %” only.",
        )


def _key(draft: Profile) -> _Found:
    if not _FINGERPRINT.fullmatch(draft.key):
        yield "key", "Name the key by all 40 digits of its fingerprint."


def _rules(draft: Profile) -> _Found:
    if draft.full_every < 1:
        yield "full_every", "A full backup every 1 day is the most."
    if draft.full_every > _CENTURY:
        yield "full_every", "A full backup every 36 500 days, a hundred years, is the least."
    if draft.keep < 1:
        yield "keep", "Keep at least 1 full backup."
    if draft.keep_days is not None and draft.keep_days < 1:
        yield "keep_days", "Keep the backups of at least 1 day."
    if draft.keep_days is not None and draft.keep_days > _CENTURY:
        yield "keep_days", "Keep the backups of 36 500 days, a hundred years, at most."
    bounds = {
        "jitter_minutes": 24 * 60,
        "overdue_after_days": 3650,
        "ask_above_new_gb": 10**6,
        "ask_above_changed_percent": 100,
        "verify_every": 3650,
    }
    for field, most in bounds.items():
        if not 0 <= getattr(draft, field) <= most:
            yield field, f"Give a number from 0 to {most}."
    for field in ("staging", "archive"):
        place = getattr(draft, field)
        if place is not None and (
            not PurePosixPath(place).is_absolute() or "\0" in place or PurePosixPath(place).name[:1] == "-"
        ):
            yield field, f"Give “{place}” whole, from the root."
    if draft.aws_profile is not None and not isinstance(draft.destination, Bucket):
        yield "aws_profile", "An AWS profile goes with an s3:// destination only."


def _patterns(draft: Profile) -> _Found:
    for pattern in draft.exclude:
        if not pattern.strip() or "\0" in pattern or "\n" in pattern:
            yield "exclude", "A pattern is one line that is not empty."
        if len(os.fsencode(pattern)) > 4000:
            yield "exclude", "A pattern has 4 000 bytes at most: rsync discards a longer one."


def _calls(draft: Profile) -> _Found:
    for name in ("success", "failure", "overdue"):
        url = getattr(draft.calls, name)
        if url is not None and not re.fullmatch(r"https?://[^\s/]+\S*", url):
            yield "calls", f"“{url}” cannot be called; give a URL that begins with https://"
    if draft.calls.mail is not None and not _ADDRESS.fullmatch(draft.calls.mail):
        yield "calls", f"“{draft.calls.mail}” is no address."
    if draft.hooks.seconds < 1:
        yield "hooks", "Give a command at least 1 second."
    if any("\0" in word for word in (*draft.hooks.before, *draft.hooks.after)):
        yield "hooks", "A command is text, without a NUL in it."


_INSTEAD = {
    "exclude": "Write “?” for each such byte.",
    "hooks": "Put it into a script, and name that.",
    "calls": "Write it as %XX.",
}


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
                instead = _INSTEAD.get(field, "Give another name.")
                yield field, f"“{shown(os.fsencode(text))}” is not UTF-8. {instead}"


def within(path: str, folder: str) -> bool:
    """Whether `path` is `folder` or lies below it, by name: `enrol.check` sees through links as well."""
    return PurePosixPath(path).is_relative_to(folder)
