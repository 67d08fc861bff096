"""What duplicity is shown of a destination: its own files, and none of the copies that lie beside them.

duplicity takes any name that begins like one of its own for its own, whatever follows
("….difftar.gpg.partial", "….difftar.sync-conflict-….gpg"): two of one volume end every command, and a copy of
a manifest is read in place of the manifest (3.2, tried). Syncing programs, browsers and editors leave such
copies behind.

This file also runs on its own, without this package: inside duplicity, where Python reads it before anything
else (see `stand_in.beside_python`). It takes names out of duplicity's lists of a destination, and lets its
log write names that are not UTF-8, which were lost with all that was said of them; it changes nothing else.
"""

import importlib
import importlib.util
import os
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any

_TIME = r"[0-9]{8}T[0-9]{6}Z"
NAME = re.compile(
    rf"duplicity-(?P<kind>full|inc|full-signatures|new-signatures)"
    rf"\.(?:(?P<start>{_TIME})\.to\.)?(?P<time>{_TIME})"
    rf"\.(?:vol(?P<volume>[0-9]{{1,9}})\.difftar"
    r"|(?:(?P<manifest>manifest)|sigtar|(?P<statistics>jsonstat))(?P<partial>\.part)?)"
    rf"(?P<suffix>\.gpg|\.gz|\.g|\.z)?"
)
"""A name that duplicity gives, from its first letter to its last."""

_BEST = (".gpg", ".g", ".gz", ".z", None)
"""The endings of a name, the likeliest first: who decrypts a volume beside it makes a second one of it."""


def only_ours(names: Iterable[str]) -> list[str]:
    """The names that duplicity gave; of two that are one file to it, the encrypted one."""
    best: dict[str, tuple[int, str]] = {}
    for name in names:
        if found := NAME.fullmatch(name):
            bare = name.removesuffix(found["suffix"] or "")
            best[bare] = min(best.get(bare, (len(_BEST), "")), (_BEST.index(found["suffix"]), name))
    return [name for _, name in best.values()]


def _filter(backend: Any) -> None:
    """Have the lists of duplicity's backends pass through `only_ours`."""
    every = getattr(getattr(backend, "BackendWrapper", None), "list", None)
    if every is None:  # a duplicity that nobody has tried yet is better left as it is
        return

    def ours(self: Any) -> list[bytes]:
        is_file = _looker(getattr(self, "backend", None))
        return [os.fsencode(name) for name in only_ours(filter(is_file, map(os.fsdecode, every(self))))]

    backend.BackendWrapper.list = ours


def _looker(backend: Any) -> Callable[[str], bool]:
    """Tells whether a name is a file's, where that can be seen: in a folder of this computer."""
    folder = getattr(getattr(backend, "remote_pathdir", None), "name", None)
    if type(backend).__name__ != "LocalBackend" or folder is None:
        return lambda _name: True
    return lambda name: os.path.isfile(os.path.join(os.fsdecode(folder), name))  # noqa: PTH113, PTH118


def _write_any_name(log: Any) -> None:
    """Have what duplicity's log says of a name that is not UTF-8 written with the name's own bytes."""
    add = getattr(log, "add_fd", None)
    if add is None:
        return

    def added(descriptor: int) -> None:
        add(descriptor)
        for handler in getattr(getattr(log, "_logger", None), "handlers", ()):
            if reconfigure := getattr(handler.stream, "reconfigure", None):
                reconfigure(errors="surrogateescape")

    log.add_fd = added


_CHANGES = {"duplicity.backend": _filter, "duplicity.log": _write_any_name}


class _Finder:
    """Lets a module of duplicity's be loaded as ever, and changes it then."""

    def __init__(self, name: str) -> None:
        self._name = name

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> Any:
        if name != self._name:
            return None
        sys.meta_path.remove(self)
        spec: Any = importlib.util.find_spec(name)
        load = spec.loader.exec_module

        def loaded(module: Any) -> None:
            load(module)
            _CHANGES[name](module)

        spec.loader.exec_module = loaded
        return spec


def _begin() -> None:
    """Wait for duplicity, and make way for the `sitecustomize` that this one stands before."""
    sys.meta_path[:0] = map(_Finder, _CHANGES)
    os.environ.pop("PYTHONPATH", None)
    here = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120 - nothing more is loaded for it
    sys.path[:] = [one for one in sys.path if os.path.abspath(one) != here]  # noqa: PTH100
    this = sys.modules.pop("sitecustomize")
    if importlib.util.find_spec("sitecustomize"):
        importlib.import_module("sitecustomize")
    else:
        sys.modules["sitecustomize"] = this  # Python complains where it is missing in the end


if __name__ == "sitecustomize":
    _begin()
