"""The OS keychain, through `keyring`: Secret Service, KWallet, macOS Keychain. Nothing in plain text."""

import os
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from secretsbackup.model.outcome import Failure, Reason
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.secret import Secret, SecretName
from secretsbackup.tools.waiting import in_thread

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

_T = TypeVar("_T")
_NOT_SAFE = ("keyring.backends.fail", "keyring.backends.null", "keyrings.alt")


async def get(profile: ProfileName, name: SecretName) -> Secret | None:
    """The secret, or None if the keychain has none of that name."""
    value = await _ask(lambda keychain: keychain.get_password(_service(profile), name.value))
    return Secret(value) if value else None


async def keep(profile: ProfileName, name: SecretName, secret: Secret) -> None:
    """Store the secret, replacing what was there."""
    await _ask(lambda keychain: keychain.set_password(_service(profile), name.value, secret.reveal()))


async def forget(profile: ProfileName, name: SecretName) -> bool:
    """Remove the secret; False if there was none."""

    def remove(keychain: "KeyringBackend") -> bool:
        if keychain.get_password(_service(profile), name.value) is None:
            return False
        keychain.delete_password(_service(profile), name.value)
        return True

    return await _ask(remove)


def _service(profile: ProfileName) -> str:
    return f"Secrets Backup: {profile}"


async def _ask(question: Callable[["KeyringBackend"], _T]) -> _T:
    """Ask the keychain; Failure(KEYRING_MISSING) or Failure(KEYRING_LOCKED), in seconds."""
    try:
        return await in_thread(lambda: _answer(question), _patience())
    except TimeoutError:
        raise Failure(Reason.KEYRING_LOCKED, "it did not answer") from None


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
        raise Failure(Reason.KEYRING_LOCKED, str(error)) from None
    except Exception as error:
        locked = "lock" in str(error).lower()
        reason = Reason.KEYRING_LOCKED if locked else Reason.KEYRING_MISSING
        raise Failure(reason, f"{type(error).__name__}: {error}") from None


def _keychain() -> "KeyringBackend":
    import keyring
    from keyring.backends.chainer import ChainerBackend

    chosen = keyring.get_keyring()
    for backend in chosen.backends if isinstance(chosen, ChainerBackend) else [chosen]:
        if not type(backend).__module__.startswith(_NOT_SAFE):
            return backend
    raise Failure(Reason.KEYRING_MISSING, "no Secret Service, KWallet or Keychain answers")
