"""Patterns: rsync's way to say what is left out. For counting alone: what is copied, rsync decides."""

import fnmatch
import re
from collections.abc import Callable, Iterable


class Patterns:
    """A set of rsync's exclude patterns, as far as a count needs them."""

    def __init__(self, patterns: Iterable[str]) -> None:
        known = [pattern for pattern in patterns if pattern.strip("/")]
        self._paths = {p.strip("/") for p in known if p.startswith("/") and not re.search(r"[*?\[]", p)}
        names = [p for p in known if "/" not in p.rstrip("/") and "**" not in p]
        self._names = _any(p.rstrip("/") for p in names if not p.endswith("/"))
        self._folders = _any(p.rstrip("/") for p in names)
        self._others = [p for p in known if p not in names and p.strip("/") not in self._paths]
        self._spec = _spec(self._others)

    def leave_out(self, path: str, name: str, *, folder: bool) -> bool:
        """Whether a path, relative to its source, is left out."""
        if path in self._paths or (self._folders if folder else self._names).fullmatch(name):
            return True
        return bool(self._others) and self._spec(f"{path}/" if folder else path)


def literal(path: str) -> str:
    """The pattern that leaves out this path, relative to its source, and no other.

    rsync reads a backslash only beside wildcards (man rsync).
    """
    escaped = re.sub(r"([*?\[\\])", r"\\\1", path) if re.search(r"[*?\[]", path) else path
    return f"/{escaped}"


def _any(globs: Iterable[str]) -> re.Pattern[str]:
    return re.compile("|".join(fnmatch.translate(one) for one in globs) or r"(?!)", re.DOTALL)


def _spec(patterns: list[str]) -> Callable[[str], bool]:
    import pathspec

    # A git pattern with a slash inside is anchored, rsync's is not.
    rooted = [p if p.startswith("/") else f"**/{p}" for p in patterns]
    spec = pathspec.GitIgnoreSpec.from_lines(rooted)
    return lambda path: bool(spec.match_file(path))
