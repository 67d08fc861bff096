"""Keys: offered with what stands against them, watched, extended."""

import asyncio
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from secretsbackup.model.outcome import Completed, Failed, Failure
from secretsbackup.model.profile import Fingerprint, Profile
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Secret
from secretsbackup.model.status import About, concerns
from secretsbackup.operations.backup import backup
from secretsbackup.operations.keys import keys
from secretsbackup.operations.run.runner import Run
from secretsbackup.operations.watch.status import status_of
from secretsbackup.store import notes
from secretsbackup.store.home import Home
from secretsbackup.tools import gnupg
from tests.conftest import PASSPHRASE
from tests.operations.conftest import Play


async def typed() -> Secret | None:
    """Somebody who knows the passphrase."""
    return PASSPHRASE


@pytest.fixture
def mine(profile: Profile, key: Fingerprint) -> Profile:
    """The profile with a key of its own."""
    return msgspec.structs.replace(profile, key=asyncio.run(keys.make("Grace Hopper", PASSPHRASE)))


def short_lived(profile: Profile, span: str) -> None:
    key = asyncio.run(gnupg.resolve(profile.key))
    asyncio.run(gnupg.extend(key, span, PASSPHRASE))


def test_a_key_without_a_passphrase_is_not_made(key: Fingerprint) -> None:
    with pytest.raises(Failure):
        asyncio.run(keys.make("Nobody", Secret("")))


@pytest.mark.parametrize(("span", "day"), [("27d", 27), ("1d", 1), ("never", None)])
def test_when_a_key_expires_is_remembered(mine: Profile, run: Run, span: str, day: int | None) -> None:
    short_lived(mine, span)
    asyncio.run(keys.watch(run, asyncio.run(gnupg.resolve(mine.key))))
    end = notes.read(run.home, mine.name).key_expires
    assert (end and round((end - run.began) / timedelta(days=1))) == day


def test_a_backup_minds_a_key_that_expires_and_refuses_one_that_has(
    mine: Profile, home: Home, play: Play, pretender: Path
) -> None:
    short_lived(mine, "5d")
    ended = play(backup.recipe(), of=mine)
    assert isinstance(ended, Completed)
    assert About.KEY_EXPIRES in {one.about for one in concerns(status_of(home, mine.name), datetime.now(UTC))}
    short_lived(mine, "seconds=1")
    time.sleep(2)
    refused = play(backup.recipe(), of=mine)
    assert isinstance(refused, Failed)
    assert refused.reason is Reason.KEY_EXPIRED
    asyncio.run(keys.extend(mine, home, "never", typed))
    known = concerns(status_of(home, mine.name), datetime.now(UTC))
    assert About.KEY_EXPIRES not in {one.about for one in known}, "at once, not after the next backup"
    assert isinstance(play(backup.recipe(), of=mine), Completed)


def test_a_key_lives_as_long_as_it_is_told(mine: Profile, home: Home, memory: None) -> None:
    assert asyncio.run(keys.expiry(mine)) is None
    end = asyncio.run(keys.extend(mine, home, "2y", typed))
    assert end is not None
    assert end == asyncio.run(keys.expiry(mine))
    assert abs(end.timestamp() - time.time() - 2 * 365 * 86400) < 2 * 86400
    assert asyncio.run(keys.extend(mine, home, "never", typed)) is None


@pytest.mark.parametrize("span", ["", "0", "2", "two years", "-1y", "1y; rm", "99999d", "seconds=1"])
def test_a_span_that_is_none_is_refused(mine: Profile, home: Home, span: str) -> None:
    with pytest.raises(Failure) as caught:
        asyncio.run(keys.extend(mine, home, span, typed))
    assert caught.value.reason is Reason.NOT_A_SPAN


def test_a_key_is_extended_by_who_knows_its_passphrase(mine: Profile, home: Home, memory: None) -> None:
    async def guessed() -> Secret | None:
        return Secret("wrong")

    with pytest.raises(Failure) as caught:
        asyncio.run(keys.extend(mine, home, "2y", guessed))
    assert caught.value.reason is Reason.PASSPHRASE_WRONG
    assert asyncio.run(keys.expiry(mine)) is None


def test_usable_keys_are_offered_first(mine: Profile, gnupg_home: Path) -> None:
    offers = asyncio.run(keys.offers())
    assert mine.key in {offer.key.fingerprint for offer in offers if offer.against is None}
    against = [offer.against is not None for offer in offers]
    assert against == sorted(against)
