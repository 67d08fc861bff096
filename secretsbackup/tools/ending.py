"""Ending this program where its main thread cannot: one that waits for a disk that has gone takes no signal.

Linux gives Ctrl-C to the main thread, which takes it only once the disk answers; until then it is pending
(signal(7)). Whoever sees it pending for seconds knows that nobody else will act on it.
"""

import contextlib
import signal
import threading
from collections.abc import Callable, Collection, Iterator

_LOOKED = 0.5
"""Seconds between two looks."""
_LAST_CALLS = 5.0
"""Seconds that what is to be done at worst may take: it may have to do with that very disk."""
_at_worst: list[Callable[[], object]] = []


@contextlib.contextmanager
def at_worst(call: Callable[[], object]) -> Iterator[None]:
    """In this block, call this before the program is ended without its main thread; the latest goes first."""
    _at_worst.append(call)
    try:
        yield
    finally:
        _at_worst.remove(call)


@contextlib.contextmanager
def watched(
    signals: Collection[signal.Signals], end: Callable[[], object], seconds: float = 5.0
) -> Iterator[None]:
    """In this block see to it that the program ends: once one of these signals has not been taken for so many
    seconds, do what was left for then, and call `end`."""
    over = threading.Event()
    threading.Thread(target=_watch, args=(frozenset(signals), end, seconds, over), daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _watch(
    signals: frozenset[signal.Signals], end: Callable[[], object], seconds: float, over: threading.Event
) -> None:
    signal.pthread_sigmask(signal.SIG_BLOCK, signals)  # it is told what is pending of these alone
    looks = 0
    while looks * _LOOKED < seconds:
        if over.wait(_LOOKED):
            return
        looks = looks + 1 if signals & signal.sigpending() else 0
    calling = threading.Thread(target=_call_all, daemon=True)
    calling.start()
    calling.join(_LAST_CALLS)
    end()


def _call_all() -> None:
    for call in reversed([*_at_worst]):
        with contextlib.suppress(Exception):
            call()
