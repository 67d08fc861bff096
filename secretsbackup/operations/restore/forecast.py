"""Forecast: what a restore would come to, from what is known here: no network, no passphrase."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from secretsbackup.model import snapshot as snapshots
from secretsbackup.model.event import Verb
from secretsbackup.model.forecast import Forecast
from secretsbackup.model.outcome import Completed
from secretsbackup.model.profile import Profile
from secretsbackup.model.run import PastRun
from secretsbackup.operations.restore import fetch
from secretsbackup.store import history
from secretsbackup.store.history import place_of
from secretsbackup.store.home import Home
from secretsbackup.tools.duplicity import files, volumes

_REMEMBERED = 50
"""Runs: what is older was measured on another network."""
_TELLING = 1 << 20
"""Bytes: what is smaller says how long a start takes, and nothing of a rate."""


async def forecast(profile: Profile, home: Home, at: datetime, paths: Sequence[bytes]) -> Forecast:
    """What restoring these paths of the snapshot `at` would come to; none is all."""
    return await asyncio.to_thread(_forecast, profile, home, at, paths or (b"",))


def _forecast(profile: Profile, home: Home, at: datetime, paths: Sequence[bytes]) -> Forecast:
    held = fetch.amount(home, profile, at, paths)
    contents = history.known_sizes(home, place_of(profile.destination))
    chains = files.chains(contents)
    snapshot = snapshots.at(chains, at)
    chain = snapshots.chain_of(chains, snapshot) if snapshot else None
    spans = volumes.spans(home.archive(profile), chain, snapshot) if snapshot and chain else None
    needed = frozenset[str]().union(*(spans.of(path) for path in paths)) if spans else frozenset()
    bare = {files.bare(name): size for name, size in contents.items()}
    fetched = sum(bare.get(name, 0) for name in needed)
    rate = _rate(history.runs(home, profile.name, _REMEMBERED))
    return Forecast(
        held.files, held.bytes, len(needed), fetched, fetched / rate if rate and fetched else None
    )


def _rate(runs: Sequence[PastRun]) -> float | None:
    """Bytes at the destination a second: of the largest restore or proof, else of the largest backup."""
    done = [run for run in runs if isinstance(run.outcome, Completed)]
    fetching_ = [_measured(run) for run in done if run.verb in (Verb.RESTORE, Verb.VERIFY)]
    sending = [_measured(run) for run in done if run.verb is Verb.BACKUP]
    for measured in (fetching_, sending):
        stored, seconds = max(measured, default=(0, 0.0))
        if stored >= _TELLING and seconds > 0:
            return stored / seconds
    return None


def _measured(run: PastRun) -> tuple[int, float]:
    assert isinstance(run.outcome, Completed)
    summary = run.outcome.summary
    return summary.stored, summary.seconds or (run.ended - run.began).total_seconds()
