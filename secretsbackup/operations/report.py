"""Report: a run's journal for somebody who is asked for help, with names and secrets obscured if wanted."""

import getpass
import socket
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from secretsbackup.model.destination import Bucket, Folder, Host
from secretsbackup.model.event import Moment
from secretsbackup.model.obscured import Obscurer
from secretsbackup.model.profile import Profile

_NAMES_PATHS = {"path", "folder"}
_KEPT = {"type", "at", "run", "verb", "version", "step", "caution", "reason", "unit", "kind", "snapshot"}


def report(moments: Iterable[Moment], profile: Profile | None, *, obscured: bool) -> bytes:
    """JSON lines, one a moment, as in the journal."""
    obscurer = Obscurer(_known(profile)) if obscured else None
    lines = []
    for moment in moments:
        line = msgspec.to_builtins(moment)
        lines.append(msgspec.json.encode(_shown(line, obscurer) if obscurer else line))
    return b"\n".join((*lines, b""))


def _known(profile: Profile | None) -> dict[str, str]:
    known = {str(Path.home()): "~", getpass.getuser(): "user", socket.gethostname(): "machine"}
    if profile is None:
        return known
    known[profile.name] = "profile"
    for number, source in enumerate(profile.sources, 1):
        known |= {source.path: f"source{number}", source.label: f"source{number}"}
    match profile.destination:
        case Bucket(bucket=bucket, prefix=prefix, endpoint=endpoint):
            known |= {bucket: "bucket", prefix: "prefix", endpoint or "": "endpoint"}
        case Folder(path=path):
            known[path] = "destination"
        case Host(host=host, path=path, user=user):
            known |= {host: "host", path: "destination", user or "": "user"}
    return known


def _shown(value: Any, obscurer: Obscurer, name: str = "") -> Any:
    match value:
        case dict():
            path = "path" if value.get("type") == "progressed" else "detail"
            return {
                key: _shown(one, obscurer, path if key == "detail" else key) for key, one in value.items()
            }
        case list() | tuple():
            return [_shown(one, obscurer, name) for one in value]
        case str() if name in _NAMES_PATHS:
            return obscurer.path(obscurer.text(value))
        case str() if name not in _KEPT:
            return obscurer.text(value)
        case _:
            return value
