"""Rubbish: cycles of Python objects are collected in the screen's thread alone.

Python collects them in whichever thread happens to allocate the one object too many. A widget that was
left over in a cycle would so be destroyed by a thread that talks to a bucket, which Qt answers with a
crash (seen with PySide6 6.12; QObject's documentation forbids it).
"""

import gc

from PySide6.QtCore import QObject, QTimer

_OFTEN = 1000
"""Milliseconds."""


class Rubbish(QObject):
    """Collects from time to time, as often as Python itself would, for as long as its parent lives."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        enabled = gc.isenabled()
        self.destroyed.connect(lambda: _leave(enabled=enabled))
        gc.disable()
        self._timer = QTimer(self, interval=_OFTEN)
        self._timer.timeout.connect(self._collect)
        self._timer.start()

    def _collect(self) -> None:
        counts, limits = gc.get_count(), gc.get_threshold()
        due = (generation for generation in (2, 1, 0) if counts[generation] > limits[generation])
        generation = next(due, None)
        if generation is not None:
            gc.collect(generation)


def _leave(*, enabled: bool) -> None:
    """Nothing of ours is left to others; Python collects again, if it did."""
    gc.collect()
    if enabled:
        gc.enable()
