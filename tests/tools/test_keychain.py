"""The OS keychain, in all the ways in which it does not answer; never in plain text."""

import asyncio
import threading
import time
from collections.abc import Callable, Iterator

import keyring
import pytest
from keyring import errors
from keyring.backend import KeyringBackend
from keyring.backends import fail, null

from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import Secret, SecretName
from secretsbackup.tools import keychain
from secretsbackup.tools.threads import run_in_daemon_thread

DOCS = ProfileName("docs")
PHRASE = SecretName.GPG_PASSPHRASE


class Scripted(KeyringBackend):
    """A keyring that answers every question with the same mishap."""

    priority = 1

    def __init__(self, mishap: Callable[[], None]) -> None:
        super().__init__()
        self._mishap = mishap

    def get_password(self, service: str, username: str) -> str | None:
        """Nothing, after the mishap."""
        self._mishap()
        return None

    set_password = delete_password = get_password  # type: ignore[assignment]


class PlainText(KeyringBackend):
    """What keyrings.alt would give: passwords in a file that anybody can read."""

    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        """A password."""
        return "readable by all"

    set_password = delete_password = get_password  # type: ignore[assignment]


PlainText.__module__ = "keyrings.alt.file"


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Leave no keyring to the next test."""
    yield
    keyring.set_keyring(fail.Keyring())


def asked() -> Secret | None:
    """Ask for the passphrase."""
    return asyncio.run(keychain.get(DOCS, PHRASE))


def refused(backend: KeyringBackend) -> Failure:
    """Why a keyring does not answer."""
    keyring.set_keyring(backend)
    with pytest.raises(Failure) as caught:
        asked()
    return caught.value


def raising(error: Exception) -> Scripted:
    """A keyring that raises this."""

    def mishap() -> None:
        raise error

    return Scripted(mishap)


def test_what_is_kept_is_found_and_what_is_forgotten_is_gone(memory: None) -> None:
    async def story() -> list[object]:
        return [
            await keychain.get(DOCS, PHRASE),
            await keychain.keep(DOCS, PHRASE, Secret("one")),
            await keychain.keep(DOCS, PHRASE, Secret("two")),
            await keychain.get(DOCS, PHRASE),
            await keychain.get(ProfileName("other"), PHRASE),
            await keychain.get(DOCS, SecretName.AWS_ACCESS_KEY_ID),
            await keychain.forget(DOCS, PHRASE),
            await keychain.forget(DOCS, PHRASE),
            await keychain.get(DOCS, PHRASE),
        ]

    assert asyncio.run(story()) == [None, None, None, Secret("two"), None, None, True, False, None]


@pytest.mark.parametrize(
    "backend", [fail.Keyring(), null.Keyring(), PlainText()], ids=["fail", "null", "plain"]
)
def test_a_keyring_that_keeps_nothing_safe_is_none(backend: KeyringBackend) -> None:
    assert refused(backend).reason is Reason.KEYRING_MISSING


def test_nothing_is_ever_stored_in_plain_text() -> None:
    keyring.set_keyring(PlainText())
    with pytest.raises(Failure) as caught:
        asyncio.run(keychain.keep(DOCS, PHRASE, Secret("hidden")))
    assert caught.value.reason is Reason.KEYRING_MISSING
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (errors.KeyringLocked("Failed to unlock the collection!"), Reason.KEYRING_LOCKED),
        (errors.InitError("Failed to unlock the collection"), Reason.KEYRING_LOCKED),
        (errors.InitError("The name org.freedesktop.secrets was not provided"), Reason.KEYRING_MISSING),
        (RuntimeError("No D-Bus"), Reason.KEYRING_MISSING),
    ],
)
def test_its_errors_are_ours(error: Exception, reason: Reason) -> None:
    assert refused(raising(error)).reason is reason


@pytest.mark.timeout(30)
def test_a_keyring_that_hangs_is_given_up_in_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    free = threading.Event()

    def hang() -> None:
        free.wait(20)

    began = time.monotonic()
    failure = refused(Scripted(hang))
    free.set()
    assert failure.reason is Reason.KEYRING_LOCKED
    assert time.monotonic() - began < 12


def test_a_call_that_blocks_blocks_nothing_else() -> None:
    async def both() -> list[str]:
        order: list[str] = []

        async def quick() -> None:
            await asyncio.sleep(0.01)
            order.append("quick")

        def slow() -> None:
            time.sleep(0.3)
            order.append("slow")

        await asyncio.gather(run_in_daemon_thread(slow), quick())
        return order

    assert asyncio.run(both()) == ["quick", "slow"]


def test_what_a_thread_raises_is_raised_where_it_is_awaited() -> None:
    with pytest.raises(ZeroDivisionError):
        asyncio.run(run_in_daemon_thread(lambda: 1 // 0))
