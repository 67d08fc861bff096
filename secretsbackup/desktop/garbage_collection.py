"""Rubbish: cycles of Python objects are collected in the screen's thread alone, and hold it up for no time
that a person notices.

Python collects them in whichever thread happens to allocate the one object too many. A widget that was
left over in a cycle would so be destroyed by a thread that talks to a bucket, which Qt answers with a
crash (seen with PySide6 6.12; QObject's documentation forbids it).
"""

import gc
import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

_OFTEN = 1000
"""Milliseconds."""
_LIBRARY = 10_000
"""So many new objects, where modules were imported meanwhile, are a library's, and stay. boto3 brings 50 000;
to look through them takes 60 ms."""
_LATEST = 3600.0
"""Seconds until everything is looked through though somebody looks on."""


class GarbageCollection(QObject):
    """Collects what is young from time to time, as often as Python itself would, for as long as its parent
    lives; what has grown old, which takes longer, when `unseen` says that nobody waits for the screen."""

    def __init__(self, parent: QObject, unseen: Callable[[], bool]) -> None:
        super().__init__(parent)
        self._unseen = unseen
        self._all_looked_through = time.monotonic()
        self._set_aside, self._modules = False, 0
        enabled = gc.isenabled()
        self.destroyed.connect(lambda: _leave(enabled=enabled))
        gc.disable()
        self._timer = QTimer(self, interval=_OFTEN)
        self._timer.timeout.connect(self._collect)
        self._timer.start()

    def _collect(self) -> None:
        (young, older, old), limits = gc.get_count(), gc.get_threshold()
        modules, self._modules = self._modules, len(sys.modules)
        if young > _LIBRARY and self._modules > modules:
            gc.freeze()
            self._set_aside = True
        elif older > limits[1]:
            gc.collect(1)
        elif young > limits[0]:
            gc.collect(0)
        if (self._set_aside or old > limits[2]) and self._may_take_long():
            gc.unfreeze()
            gc.collect()
            self._all_looked_through, self._set_aside = time.monotonic(), False

    def _may_take_long(self) -> bool:
        return self._unseen() or time.monotonic() - self._all_looked_through > _LATEST


def _leave(*, enabled: bool) -> None:
    """Nothing of ours is left to others; Python collects again, if it did."""
    gc.collect()
    if enabled:
        gc.enable()
