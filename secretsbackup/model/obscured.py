"""Obscured text: a log that can be shown to strangers. The same name is always obscured the same way."""

import re
from collections.abc import Mapping

_KEYS = re.compile(r"\b(?:AKIA|ASIA)[0-9A-Z]{12,}\b|\b[A-Za-z0-9+/=_-]{40,}\b")
"""AWS key ids, and anything long enough to be a secret or a fingerprint."""

_PATH = re.compile(r"(?<![\w:/])/(?:[^/\s\"'“”<>|]+/?)+|(?<=[“\"'])[^“”\"']*/[^“”\"']*(?=[”\"'])")
_ADDRESS = re.compile(r"\b(?:\d{1,3}\.){3}\d{1,3}\b|\b[\w.+-]+@[\w.-]+")
_OURS = re.compile(r"duplicity|rsync|gpg|secretsbackup")


class Obscurer:
    """`known` are names and what to say instead; names of paths become f1, f2, … with their ending kept."""

    def __init__(self, known: Mapping[str, str]) -> None:
        self._known = {name: other for name, other in known.items() if len(name) > 1}
        self._names: dict[str, str] = {}

    def text(self, text: str) -> str:
        """A text with nothing in it that names a person, a place or a secret."""
        for name in sorted(self._known, key=len, reverse=True):
            text = text.replace(name, self._known[name])
        text = _PATH.sub(lambda found: self.path(found[0]), text)
        text = _ADDRESS.sub("address", text)
        return _KEYS.sub("•••", text)

    def path(self, path: str) -> str:
        """A path whose parts are numbered; as deep as it was, each with its ending."""
        return "/".join(self._name(part) for part in path.split("/"))

    def _name(self, part: str) -> str:
        if not part or part in self._known.values() or _OURS.fullmatch(part):
            return part
        ending = re.search(r"\.[A-Za-z0-9]{1,5}$", part)
        number = self._names.setdefault(part, f"f{len(self._names) + 1}")
        return number + (ending[0] if ending else "")
