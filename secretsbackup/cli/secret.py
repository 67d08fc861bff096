"""secretsbackup secret: store or forget a secret in the keyring."""

from secretsbackup.cli import output, prompts
from secretsbackup.cli.arguments import Options
from secretsbackup.model import causes
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.secret import SecretName
from secretsbackup.store import profiles
from secretsbackup.store.home import Home


async def secret_set(options: Options, home: Home) -> int:
    """Store a secret."""
    from secretsbackup.operations.setup import registry

    profile = profiles.get(home, options.name)
    name = SecretName(options.secret)
    value = prompts.ask_secret(f"{name}:")
    if not value:
        raise Failure(causes.SecretEmpty())
    await registry.keep_secret(profile, name, value)
    output.say(f"Stored in the keyring: {name} of “{profile.name}”.")
    return 0


async def secret_forget(options: Options, _: Home) -> int:
    """Remove a secret."""
    from secretsbackup.tools import keychain

    gone = await keychain.forget(ProfileName(options.name), SecretName(options.secret))
    output.say("Removed from the keyring." if gone else "The keyring did not have it.")
    return 0
