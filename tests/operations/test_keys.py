"""Keys: offered with what stands against them, watched, extended."""

import asyncio
import time
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from secretsbackup.model.event import Caution
from secretsbackup.model.outcome import Completed, Failed, Failure, Reason
from secretsbackup.model.profile import Fingerprint, Profile
from secretsbackup.model.secret import Secret
from secretsbackup.operations import backup, keys
from secretsbackup.operations.runner import Run
from secretsbackup.tools import gnupg, passphrase
from tests.conftest import PASSPHRASE, Told
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


def test_a_passphrase_that_is_not_typed_back_is_not_taken() -> None:
    made = passphrase.make()
    assert keys.agreed(made, made.secret) == made.secret
    with pytest.raises(Failure):
        keys.agreed(made, Secret("something else"))


@pytest.mark.parametrize(("span", "days"), [("27d", ["26"]), ("1d", ["0"]), ("29d", []), ("never", [])])
def test_a_key_that_expires_within_four_weeks_is_warned_of(
    mine: Profile, run: Run, told: Told, span: str, days: list[str]
) -> None:
    short_lived(mine, span)
    later = msgspec.structs.replace(run, began=run.began + timedelta(minutes=5))
    keys.watch(later, asyncio.run(gnupg.resolve(mine.key)))
    assert [(event.caution, event.detail) for event in told] == [(Caution.KEY_EXPIRES, day) for day in days]


def test_a_backup_warns_of_a_key_that_expires_and_refuses_one_that_has(
    mine: Profile, play: Play, pretender: Path
) -> None:
    short_lived(mine, "5d")
    ended = play(backup.recipe(), of=mine)
    assert isinstance(ended, Completed)
    assert ended.warnings == 1
    short_lived(mine, "seconds=1")
    time.sleep(2)
    refused = play(backup.recipe(), of=mine)
    assert isinstance(refused, Failed)
    assert refused.reason is Reason.KEY_EXPIRED
    asyncio.run(keys.extend(mine, "never", typed))
    assert isinstance(play(backup.recipe(), of=mine), Completed)


def test_a_key_lives_as_long_as_it_is_told(mine: Profile, memory: None) -> None:
    assert asyncio.run(keys.expiry(mine)) is None
    end = asyncio.run(keys.extend(mine, "2y", typed))
    assert end is not None
    assert end == asyncio.run(keys.expiry(mine))
    assert abs(end.timestamp() - time.time() - 2 * 365 * 86400) < 2 * 86400
    assert asyncio.run(keys.extend(mine, "never", typed)) is None


@pytest.mark.parametrize("span", ["", "0", "2", "two years", "-1y", "1y; rm", "99999d", "seconds=1"])
def test_a_span_that_is_none_is_refused(mine: Profile, span: str) -> None:
    with pytest.raises(Failure) as caught:
        asyncio.run(keys.extend(mine, span, typed))
    assert caught.value.reason is Reason.PROFILE_INVALID


def test_a_key_is_extended_by_who_knows_its_passphrase(mine: Profile, memory: None) -> None:
    async def guessed() -> Secret | None:
        return Secret("wrong")

    with pytest.raises(Failure) as caught:
        asyncio.run(keys.extend(mine, "2y", guessed))
    assert caught.value.reason is Reason.PASSPHRASE_WRONG
    assert asyncio.run(keys.expiry(mine)) is None


def test_usable_keys_are_offered_first(mine: Profile, gnupg_home: Path) -> None:
    offers = asyncio.run(keys.offers())
    assert mine.key in {offer.key.fingerprint for offer in offers if offer.against is None}
    against = [offer.against is not None for offer in offers]
    assert against == sorted(against)
