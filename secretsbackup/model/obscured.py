"""Obscuring: a run's story for strangers' eyes. What happened stays, whose and where goes.

Every name becomes a number, the same one for the same name, so that a report can still be followed.
What is private is told from its form (paths, addresses, keys) and by the profile that it was a run of.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec

from secretsbackup.model.event import Moment
from secretsbackup.model.profile import Profile
from secretsbackup.model.reason import Reason

_NAMES = {
    **dict.fromkeys(("path", "place", "folder", "bucket", "server", "host", "address", "owner"), "path"),
    "profile": "profile",
    "key": "key",
    "keys": "key",
    "user": "name",
}
"""Fields that are private as a whole, and what stands for them; `detail` is where it is a file's name, as in
progress."""
_TEXTS = {"detail", "last_lines", "by"}
_ANYTHING = {"lines"}
"""What the user's own commands said, which may be anything, a password included."""
_FORMS: tuple[tuple[str, str], ...] = (
    ("secret", r"\b(?:AKIA|ASIA)[A-Z0-9]{12,}\b|-----BEGIN [^-]+-----.*"),
    ("address", r"\b[a-z][a-z0-9+]*://[^\s'\"“”<>]+|\b[\w.+-]+@[\w.-]+|\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?"),
    ("key", r"\b(?:0x)?(?:[0-9A-Fa-f]{40}|[0-9A-F]{16})\b"),
    ("path", r"'(?:/|~/)[^']+'|\"(?:/|~/)[^\"]+\"|“(?:/|~/)[^”]+”|(?<![\w.<])(?:~?/)[^\s'\"“”,;:()<>]+"),
)
_CODE = re.compile(r"[^\s'\"]*/((?:secretsbackup|site-packages|lib/python[\d.]+)/[\w./-]+\.py)")
"""Where our own code or a library's lies says nothing of the user, and all of the mistake."""


def obscured(moments: Iterable[Moment], *private: str) -> Iterator[Moment]:
    """The moments with all names hidden; `private` are further words to hide (see `names`)."""
    veil = _Veil(private)
    for moment in moments:
        told: dict[str, Any] = msgspec.to_builtins(moment)
        yield msgspec.convert({**told, "event": veil.hide(told["event"])}, Moment)


def names(profile: Profile) -> tuple[str, ...]:
    """Every word of a profile that says whose it is or where something lies."""
    told = msgspec.to_builtins(profile)
    sources = (word for source in profile.sources for word in (source.path, source.label))
    places = (
        told["destination"].get(field) for field in ("bucket", "prefix", "endpoint", "path", "host", "user")
    )
    rest = (
        profile.name,
        profile.key,
        profile.staging,
        profile.archive,
        profile.aws_profile,
        *profile.exclude,
        *profile.hooks.before[:1],
        *profile.hooks.after[:1],
    )
    return tuple(word for word in (*sources, *places, *rest) if word and len(word) > 1)


class _Veil:
    """Remembers which name became which number."""

    def __init__(self, private: Iterable[str]) -> None:
        words = sorted(set(filter(None, private)), key=len, reverse=True)
        known = "|".join(rf"(?<!\w){re.escape(word)}(?!\w)" for word in words)
        self._forms = [*([("name", re.compile(known))] if known else [])]
        self._forms += [
            (kind, re.compile(form, re.DOTALL if kind == "secret" else 0)) for kind, form in _FORMS
        ]
        self._numbers: dict[str, str] = {}

    def hide(self, told: dict[str, Any]) -> dict[str, Any]:
        """An event, as builtins, with its private fields hidden, however deep they lie."""
        return {field: self._field(field, value, told) for field, value in told.items()}

    def _field(self, field: str, value: Any, within: dict[str, Any]) -> Any:
        if isinstance(value, dict):
            return self.hide(value)
        if isinstance(value, (list, tuple)):
            return [
                self.hide(one) if isinstance(one, dict) else self._field(field, one, within) for one in value
            ]
        if not isinstance(value, str) or not value:
            return value
        if field in _NAMES or (field == "detail" and within.get("type") == "progressed"):
            return self._number(_NAMES.get(field, "path"), value)
        if field in _ANYTHING or (field == "last_lines" and _is_of_a_hook(within)):
            return self._number("line", value)
        of_a_cause = "reason" in within and field != "reason"
        return self._text(value) if field in _TEXTS or of_a_cause else value

    def _text(self, text: str) -> str:
        kept: list[str] = []

        def keep(found: re.Match[str]) -> str:
            kept.append(found[1])
            return f"\0{len(kept) - 1}\0"

        text = _CODE.sub(keep, text.replace("\0", ""))
        for kind, form in self._forms:
            text = form.sub(self._numbered(kind), text)
        return re.sub(r"\0(\d+)\0", lambda found: f"…/{kept[int(found[1])]}", text)

    def _numbered(self, kind: str) -> Callable[[re.Match[str]], str]:
        return lambda found: self._number(kind, found[0])

    def _number(self, kind: str, name: str) -> str:
        return self._numbers.setdefault(name.strip("'\"“”"), f"<{kind} {len(self._numbers) + 1}>")


def _is_of_a_hook(outcome: dict[str, Any]) -> bool:
    cause = outcome.get("cause")
    return isinstance(cause, dict) and cause.get("reason") == Reason.HOOK_FAILED
