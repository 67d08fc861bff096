"""The trace of a run that goes on: how long its steps took, how fast it was. For those who look later."""

import time
from collections import deque

from secretsbackup.model.event import Event, Progressed, RunStarted, Step, StepEnded, StepStarted

_SAMPLES = 240
_INTERVAL_MS = 0.5
"""Seconds between two samples."""


class RunSamples:
    """`rates` are bytes a second, two a second at most; `seconds` how long each step took."""

    def __init__(self) -> None:
        self.seconds: dict[Step, float] = {}
        self.rates: deque[float] = deque(maxlen=_SAMPLES)
        self.detail = ""
        self._sampled = 0.0

    def hear(self, event: Event) -> None:
        """Take in what happened."""
        match event:
            case RunStarted():
                self.__init__()  # type: ignore[misc]
            case StepStarted():
                self.rates.clear()
                self.detail = ""
            case StepEnded(step=step, seconds=seconds):
                self.seconds[step] = seconds
            case Progressed(unit="bytes", rate=rate, detail=detail):
                self.detail = detail or self.detail
                if time.monotonic() - self._sampled >= _INTERVAL_MS:
                    self._sampled = time.monotonic()
                    self.rates.append(rate)
            case Progressed(detail=detail):
                self.detail = detail or self.detail
            case _:
                pass
