"""The OS keychain, through `keyring`: Secret Service, KWallet, macOS Keychain. Nothing in plain text."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.secret import Secret, SecretName
from secretsbackup.tools import bus
from secretsbackup.tools.threads import run_in_daemon_thread

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend
    from secretstorage import Collection, Item

_T = TypeVar("_T")
_NONE = "keyring.backends.fail"
_NOT_SAFE = (_NONE, "keyring.backends.null", "keyrings.alt")
_SECRET_SERVICE = "keyring.backends.SecretService"  # noqa: S105 - a module
_DBUS = bus.BusService("SESSION", "org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus")
_WALLETS = ("org.kde.kwalletd6", "org.kde.kwalletd5")
"""Each gives the Secret Service too, once it runs; nothing starts it for that name."""
_UP = 5.0
"""Seconds for a wallet that was started to be there under its second name."""


async def get(profile: ProfileName, name: SecretName) -> Secret | None:
    """The secret, or None if the keychain has none of that name."""
    value = await _ask(lambda keychain: _read(keychain, _service(profile), name.value))
    return Secret(value) if value else None


async def keep(profile: ProfileName, name: SecretName, secret: Secret) -> None:
    """Store the secret, replacing what was there."""

    def write(keychain: "KeyringBackend") -> None:
        _choose_collection(keychain)
        keychain.set_password(_service(profile), name.value, secret.reveal())

    await _ask(write)


async def forget(profile: ProfileName, name: SecretName) -> bool:
    """Remove the secret; False if there was none."""

    def remove(keychain: "KeyringBackend") -> bool:
        if _read(keychain, _service(profile), name.value) is None:
            return False
        if not _is_secret_service(keychain):
            keychain.delete_password(_service(profile), name.value)
            return True
        with _items(keychain, _service(profile), name.value) as items:
            for item in items:
                item.delete()
        return True

    return await _ask(remove)


def _read(keychain: "KeyringBackend", service: str, name: str) -> str | None:
    """The password; None if there is none. A Secret Service is searched first: `keyring` itself would open
    the default collection, and have one made where there is none, which asks the user for a password."""
    if not _is_secret_service(keychain):
        return keychain.get_password(service, name)
    with _items(keychain, service, name) as items:
        for item in items:
            keychain.unlock(item)  # type: ignore[attr-defined]
            return bytes(item.get_secret()).decode()
        closed = any(one.is_locked() for one in _collections(items.connection))
    if not closed or not any(bus.ask(_DBUS, "NameHasOwner", "s", name) == (True,) for name in _WALLETS):
        return None
    _choose_collection(keychain)  # KWallet does not say what is in one that is closed
    return keychain.get_password(service, name)


def _is_secret_service(keychain: "KeyringBackend") -> bool:
    return type(keychain).__module__ == _SECRET_SERVICE


class _Found(list["Item"]):
    """Items, and the connection that they are asked over."""

    def __init__(self, items: "Iterator[Item]", connection: Any) -> None:
        super().__init__(items)
        self.connection = connection


@contextmanager
def _items(keychain: "KeyringBackend", service: str, name: str) -> "Iterator[_Found]":
    """What the Secret Service has of that name, in whichever collection."""
    import secretstorage

    with closing(secretstorage.dbus_init()) as connection:
        query = keychain._query(service, name)  # type: ignore[attr-defined]
        yield _Found(secretstorage.search_items(connection, query), connection)


def _collections(connection: Any) -> "list[Collection]":
    """The collections that last."""
    import secretstorage

    found = secretstorage.get_all_collections(connection)
    return [one for one in found if not one.collection_path.endswith("/session")]


def _choose_collection(keychain: "KeyringBackend") -> None:
    """Where a Secret Service has no default collection, take one that is there: `keyring` would have another
    made."""
    if not _is_secret_service(keychain):
        return
    import secretstorage

    with closing(secretstorage.dbus_init()) as connection:
        try:
            secretstorage.Collection(connection)
        except secretstorage.ItemNotFoundException:
            if collections := _collections(connection):
                keychain.preferred_collection = collections[0].collection_path  # type: ignore[attr-defined]


def _service(profile: ProfileName) -> str:
    return f"Secrets Backup: {profile}"


async def _ask(question: Callable[["KeyringBackend"], _T]) -> _T:
    """Ask the keychain; Failure(KEYRING_MISSING) or Failure(KEYRING_LOCKED), in seconds."""
    try:
        return await run_in_daemon_thread(lambda: _answer(question), _patience())
    except TimeoutError:
        raise Failure(causes.KeyringLocked("it did not answer")) from None


def _patience() -> float:
    """Seconds: with a screen, somebody may be typing the keychain's password."""
    return 60.0 if os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY") else 8.0


def _answer(question: Callable[["KeyringBackend"], _T]) -> _T:
    """What the keychain says; its errors, which differ from one backend to the next, as ours."""
    from keyring import errors

    try:
        return question(_keychain())
    except Failure:
        raise
    except errors.KeyringLocked as error:
        raise Failure(causes.KeyringLocked(str(error))) from None
    except Exception as error:
        locked = "lock" in str(error).lower()
        kind = causes.KeyringLocked if locked else causes.KeyringMissing
        raise Failure(kind(f"{type(error).__name__}: {error}")) from None


def _keychain() -> "KeyringBackend":
    import keyring
    from keyring.backends.chainer import ChainerBackend

    chosen = keyring.get_keyring()
    for backend in chosen.backends if isinstance(chosen, ChainerBackend) else [chosen]:
        if not type(backend).__module__.startswith(_NOT_SAFE):
            return backend
    if type(chosen).__module__.startswith(_NONE) and _start_wallet():
        from keyring.backends import SecretService

        return SecretService.Keyring()  # type: ignore[no-untyped-call]
    raise Failure(causes.KeyringMissing("no Secret Service, KWallet or Keychain answers"))


def _start_wallet() -> bool:
    """Start KWallet where it is installed and does not run; whether it gives a Secret Service then."""
    if not any(bus.ask(_DBUS, "StartServiceByName", "su", name, 0) for name in _WALLETS):
        return False
    until = time.monotonic() + _UP
    while time.monotonic() < until:
        if bus.ask(_DBUS, "NameHasOwner", "s", "org.freedesktop.secrets") == (True,):
            return True
        time.sleep(0.1)
    return False
