"""Patterns: what is left out, as people write it, and as rsync reads it.

People write a path: /home/ada/films, ~/films, $HOME/films, or LABEL/films as a list of files shows it. rsync
matches a pattern against names below the source (man rsync, FILTER RULES), so each is given to it as what it
means there, besides as it is: whatever rsync made of a pattern before, it still does.
"""

import posixpath
import re
from collections.abc import Callable, Iterable, Iterator, Sequence


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
