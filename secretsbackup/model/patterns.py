"""Patterns: what is left out, as people write it, and as rsync reads it.

People write a path: /home/ada/films, ~/films, $HOME/films, or LABEL/films as a list of files shows it. rsync
matches a pattern against names below the source (man rsync, FILTER RULES), so each is given to it as what it
means there, besides as it is: whatever rsync made of a pattern before, it still does.
"""

import fnmatch
import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence


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


def meant(
    patterns: Iterable[str],
    label: str,
    roots: Sequence[str],
    home: str,
    resolved: Callable[[str], str] = str,
) -> tuple[str, ...]:
    """The patterns for rsync that these mean for one source.

    `roots` are the names of the source's folder (its own, and the one that it has without links), `home` is
    what “~” stands for, and `resolved` gives a path without links.
    """
    found: dict[str, None] = {}
    for pattern in patterns:
        path = _without_ups(_HOME.sub(lambda _: home.rstrip("/"), pattern, count=1))
        inside = [*_below(path, roots), *(_below(resolved(path), roots) if path.startswith("/") else ())]
        here = path.removeprefix("./")
        inside = inside or [*_below(here, (label,))] or [*(_from_source(here) if here != path else ())]
        found |= dict.fromkeys((pattern, *inside))
    return tuple(found)


def _without_ups(path: str) -> str:
    """A path without “..”; what is no path stays as it is."""
    if ".." not in path.split("/"):
        return path
    return posixpath.normpath(path) + ("/" if path.endswith("/") else "")


def is_path(pattern: str) -> bool:
    """Whether a pattern names one place, as somebody does who knows that something lies there."""
    return "/" in pattern.rstrip("/") and not re.search(r"[*?\[]", pattern)


def _below(path: str, roots: Iterable[str]) -> Iterator[str]:
    """What a path says from each of these folders that it lies in: as a pattern, and to the letter."""
    for root in roots:
        inside = path.removeprefix(f"{root.rstrip('/')}/")
        if inside != path:
            yield from _from_source(inside)


def _from_source(inside: str) -> Iterator[str]:
    if inside.strip("/"):
        yield from (f"/{inside.lstrip('/')}", literal(inside.lstrip("/")))


_HOME = re.compile(r"^(?:~|\$HOME|\$\{HOME\})(?=/)")


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
