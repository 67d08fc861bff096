"""Recover: from a kit, a credential and a passphrase to a machine that can restore, and nothing else."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.destination import Bucket
from secretsbackup.model.kit import Kit
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Hooks, Profile, ProfileName
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import AwsProfile, Credential, KeyPair, Secret, SecretName
from secretsbackup.model.snapshot import Chain
from secretsbackup.operations.keys import kit
from secretsbackup.operations.setup import registry
from secretsbackup.store import profiles
from secretsbackup.store.home import Home
from secretsbackup.tools import destinations, gnupg
from secretsbackup.tools.duplicity import files
from secretsbackup.tools.gnupg import custody

Secrets = Mapping[SecretName, Secret]
_NO_KEYRING = (Reason.KEYRING_MISSING, Reason.KEYRING_LOCKED)


class Recovered(msgspec.Struct, frozen=True):
    """What is back: the profile and what can be restored; `trouble` is why the secrets could not be kept."""

    profile: Profile
    chains: tuple[Chain, ...]
    trouble: Failure | None

    @property
    def missing(self) -> tuple[str, ...]:
        """The profile's folders that are not on this machine (yet)."""
        return tuple(source.path for source in self.profile.sources if not Path(source.path).exists())


def profile_for(found: Kit, name: str | None = None) -> Profile:
    """The kit's profile as it goes on here, under another name if one is given.

    Its sources stay as they were. Where it had its stage and archive on the old machine does not matter. The
    user's own commands are left out: a kit may lie beside the backups, where whoever can write to the place
    could write others into it, and they would be run here.
    """
    there = kit.profile_in(found)
    return msgspec.structs.replace(
        there, name=ProfileName(name or there.name), staging=None, archive=None, hooks=Hooks()
    )


def lacks_commands(found: Kit) -> bool:
    """Whether the kit's profile had commands of the user's own, which are not taken from it."""
    return kit.profile_in(found).hooks != Hooks()


async def recover(found: Kit, secrets: Secrets, home: Home, *, name: str | None = None) -> Recovered:
    """Bring the profile, its key and its secrets to this machine: all of it, or nothing.

    Of `secrets` only the passphrase is needed for a folder or a host, or where the user's own AWS profile is
    used. Failure: KIT_BROKEN, PASSPHRASE_WRONG, PROFILE_EXISTS, and all that a destination can say.
    """
    profile = profile_for(found, name)
    if SecretName.AWS_ACCESS_KEY_ID in secrets and isinstance(profile.destination, Bucket):
        profile = msgspec.structs.replace(profile, aws_profile=None)
    registry.check(profile, imported=True)
    known = profiles.load(home).get(profile.name)
    if known is not None and msgspec.structs.replace(known, hooks=Hooks()) != profile:
        raise Failure(causes.ProfileExists(profile.name))
    secrets = _wanted(profile, secrets)
    async with custody.empty_home() as empty:
        held = await kit.prove(found, profile, secrets[SecretName.GPG_PASSPHRASE], empty)
    contents = await destinations.contents(profile.destination, credential_of(profile, secrets))
    await gnupg.start_agent()
    await custody.take_in(found.key)
    trouble = await _enrol(profile, secrets, home, known is not None)
    kit.remember(profile, home, held)
    return Recovered(profile, files.chains(contents), trouble)


def _wanted(profile: Profile, secrets: Secrets) -> Secrets:
    """The secrets that this profile has use for."""
    phrase = SecretName.GPG_PASSPHRASE
    return secrets if profile.needs_key_pair else {phrase: secrets[phrase]}


def credential_of(profile: Profile, secrets: Secrets) -> Credential:
    """What opens the bucket, of what was typed; Failure(PROFILE_INVALID) names what is missing."""
    if not isinstance(profile.destination, Bucket):
        return None
    if profile.aws_profile is not None:
        return AwsProfile(profile.aws_profile)
    for name in (SecretName.AWS_ACCESS_KEY_ID, SecretName.AWS_SECRET_ACCESS_KEY):
        if not secrets.get(name):
            raise Failure(causes.AnswerMissing(name))
    return KeyPair(secrets[SecretName.AWS_ACCESS_KEY_ID], secrets[SecretName.AWS_SECRET_ACCESS_KEY])


async def _enrol(profile: Profile, secrets: Secrets, home: Home, known: bool) -> Failure | None:
    """Write the profile and keep its secrets; where there is no keyring the profile alone, and why."""
    try:
        if not known:
            await registry.create(profile, secrets, home, imported=True, attended=True)
        for name, secret in secrets.items() if known else ():
            await registry.keep_secret(profile, name, secret)
    except Failure as failure:
        if failure.reason not in _NO_KEYRING:
            raise
        if not known:
            await registry.create(profile, {}, home, imported=True, attended=True)
        return failure
    return None
