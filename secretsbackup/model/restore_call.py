"""Errands: what duplicity is sent for when several paths are wanted, so that no volume is fetched in vain."""

from collections.abc import Callable, Iterable, Sequence

import msgspec

_CALLS = 10
"""So many calls take about as long as fetching one volume: each starts duplicity and reads a volume anew
(1 to 2 s), a volume is 50 MB."""


class RestoreCall(msgspec.Struct, frozen=True):
    """One call: a path, those at or below it that are wanted, and the volumes that it opens."""

    path: bytes
    wanted: tuple[bytes, ...]
    volumes: frozenset[str]


def restore_calls(
    paths: Iterable[bytes],
    volumes: Callable[[bytes], frozenset[str]],
    worth: Callable[[bytes, Sequence[bytes]], bool],
) -> tuple[RestoreCall, ...]:
    """Few calls that open hardly a volume beyond those that the paths lie in, in the order of their paths.

    Several paths become one call for the folder that they lie in where that opens the same volumes, or saves
    many calls for each other one, and where it is `worth` bringing all of it back for them. A path that lies
    below another is left out.
    """
    known = [RestoreCall(path, (path,), volumes(path)) for path in outermost(paths)]
    while len(merged := _merged(known, volumes, worth)) < len(known):
        known = merged
    return tuple(sorted(known, key=lambda one: one.path.split(b"/")))


def outermost(paths: Iterable[bytes]) -> list[bytes]:
    """The paths that do not lie below another one, each once."""
    every = set(paths)
    return [path for path in dict.fromkeys(paths) if not any(one in every for one in _above(path))]


def _above(path: bytes) -> Iterable[bytes]:
    """Every folder above a path."""
    while path:
        path = path.rpartition(b"/")[0]
        yield path


def _merged(
    known: Sequence[RestoreCall],
    volumes: Callable[[bytes], frozenset[str]],
    worth: Callable[[bytes, Sequence[bytes]], bool],
) -> list[RestoreCall]:
    by_folder: dict[bytes | None, list[RestoreCall]] = {}
    for one in known:
        by_folder.setdefault(one.path.rpartition(b"/")[0] if one.path else None, []).append(one)
    found: list[RestoreCall] = []
    for folder, inside in by_folder.items():
        together = frozenset[str]().union(*(one.volumes for one in inside))
        wanted = tuple(path for one in inside for path in one.wanted)
        if folder is None or len(inside) == 1:
            found += inside
            continue
        opened = volumes(folder)
        one = RestoreCall(folder, wanted, opened)
        found += [one] if _saves(inside, opened - together) and worth(folder, wanted) else inside
    return found


def _saves(calls: Sequence[RestoreCall], in_vain: frozenset[str]) -> bool:
    """Whether one call instead of these is worth the volumes that it opens in vain."""
    return len(in_vain) * _CALLS < len(calls)
