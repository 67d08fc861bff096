"""A forecast is made of what is known here, and of what was measured; it invents nothing."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from msgspec.structs import replace

from secretsbackup.model.entry import EntryKind, SeenEntry
from secretsbackup.model.event import Moment, RunEnded, RunId, RunStarted, Verb
from secretsbackup.model.forecast import Forecast
from secretsbackup.model.outcome import Completed, Summary
from secretsbackup.model.profile import Profile
from secretsbackup.operations.restore.forecast import forecast
from secretsbackup.store import history
from secretsbackup.store.catalogue import filling
from secretsbackup.store.catalogue.filling import SnapshotListing
from secretsbackup.store.history import place_of
from secretsbackup.store.home import Home
from tests.tools.duplicity.test_volumes import FULL, MANIFEST

NOW = FULL + timedelta(hours=1)
STEM = "duplicity-full.20261127T141211Z"


def known(home: Home, profile: Profile, tmp_path: Path) -> Profile:
    """A profile with a snapshot of four volumes, which the catalogue knows."""
    made = replace(profile, archive=str(tmp_path / "archive"))
    (tmp_path / "archive").mkdir()
    (tmp_path / "archive" / f"{STEM}.manifest").write_bytes(MANIFEST)
    seen = [
        SeenEntry(b"a", EntryKind.FOLDER),
        *(SeenEntry(b"a/f%d" % n, EntryKind.FILE, 0, 1000, 1000) for n in (1, 3)),
    ]
    filling.add(home.catalogue(made), SnapshotListing(FULL, True, seen))
    sizes = {f"{STEM}.vol{number}.difftar.gpg": number * 10_000_000 for number in range(1, 5)}
    history.know_sizes(home, place_of(made.destination), {**sizes, f"{STEM}.manifest.gpg": 500})
    return made


def ran(home: Home, profile: Profile, verb: Verb, stored: int, seconds: float, began: datetime) -> None:
    run = RunId(f"{began:%Y%m%dT%H%M%S}.000Z-abcd")
    summary = Summary(stored=stored, seconds=0 if verb is Verb.BACKUP else seconds)
    moments = [
        Moment(began, RunStarted(run=run, profile=profile.name, verb=verb, version="1")),
        Moment(began + timedelta(seconds=seconds), RunEnded(outcome=Completed(summary))),
    ]
    history.record(home, moments)


def test_it_tells_what_is_fetched_and_how_long_by_the_best_measure(
    home: Home, profile: Profile, tmp_path: Path
) -> None:
    made = known(home, profile, tmp_path)

    def told(*paths: bytes) -> Forecast:
        return asyncio.run(forecast(made, home, NOW, paths))

    assert told(b"a/f3") == Forecast(1, 1000, 2, 30_000_000, None), "nothing was measured yet"
    assert told() == Forecast(2, 2000, 4, 100_000_000, None)
    ran(home, made, Verb.BACKUP, 100_000_000, 50, NOW - timedelta(minutes=9))
    assert told(b"a/f3").seconds == 15, "sending is better than nothing"
    ran(home, made, Verb.VERIFY, 5000, 2, NOW - timedelta(minutes=6))
    assert told(b"a/f3").seconds == 15, "a small one measures only how long a start takes"
    ran(home, made, Verb.RESTORE, 60_000_000, 6, NOW - timedelta(minutes=3))
    assert told(b"a/f3").seconds == 3


def test_on_a_machine_that_knows_nothing_it_says_nothing(home: Home, profile: Profile) -> None:
    assert asyncio.run(forecast(profile, home, datetime.now(UTC), ())) == Forecast(0, 0, 0, 0, None)
