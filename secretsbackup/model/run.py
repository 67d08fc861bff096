"""Runs that are over, as they are remembered."""

from datetime import datetime

import msgspec

from secretsbackup.model.event import RunId, Verb
from secretsbackup.model.outcome import Completed, Outcome
from secretsbackup.model.profile import ProfileName


class PastRun(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One run that is over. `misdated`: a run that came after it began at an earlier time, so that its own
    is one of a clock that was ahead. `place` is the destination as it is remembered; "" where it is not."""

    run: RunId
    profile: ProfileName
    verb: Verb
    began: datetime
    ended: datetime
    warnings: int
    outcome: Outcome
    misdated: bool = False
    place: str = ""

    @property
    def good(self) -> bool:
        """Whether it was a backup that made everything safe that it could read."""
        return self.verb is Verb.BACKUP and isinstance(self.outcome, Completed)
