"""Pace: from what was done when, how fast it goes and how long it still takes."""

import math

import msgspec

_MEMORY = 20.0
"""Seconds over which a rate is smoothed: long enough to bridge the pause while a volume is sent."""


_INSTANT = 1e-6
"""Seconds; less is no time to measure a speed by."""


class Pace(msgspec.Struct, frozen=True):
    """Smoothed speed of one step. `at` is seconds on a clock that never runs backwards."""

    began: float
    at: float
    done: int = 0
    rate: float = 0.0

    def after(self, at: float, done: int) -> "Pace":
        """The pace once `done` units in all are finished at `at`; never runs backwards."""
        done, seconds = max(done, self.done), at - self.at
        if seconds < _INSTANT:
            return msgspec.structs.replace(self, done=done)
        now = (done - self.done) / seconds
        overall = done / (at - self.began)
        kept = math.exp(-seconds / _MEMORY)
        settled = min(1.0, (at - self.began) / _MEMORY)
        rate = settled * (kept * self.rate + (1 - kept) * now) + (1 - settled) * overall
        return Pace(self.began, at, done, rate)

    def left(self, total: int) -> float:
        """Seconds until `total` are done at this rate; 0 where that cannot be said."""
        return max(0.0, (total - self.done) / self.rate) if self.rate > 0 else 0.0
