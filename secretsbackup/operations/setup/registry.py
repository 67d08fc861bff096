"""Enrol: from what a person says to a profile that is written, its secrets in the keychain."""

import re
import secrets as randomness
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec

from secretsbackup.model import causes, faults
from secretsbackup.model.destination import Destination, Folder, Host
from secretsbackup.model.draft import DraftProblem, problems
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Fingerprint, Profile, ProfileName, Source
from secretsbackup.model.secret import Secret, SecretName
from secretsbackup.operations.backup.staging import remove
from secretsbackup.operations.repository import sharing
from secretsbackup.store import catalogue, lock, pause, profiles
from secretsbackup.store.home import Home
from secretsbackup.tools import gnupg, keychain, tree

_ATTENDED = timedelta(minutes=15)


async def key(name: str) -> Fingerprint:
    """The whole fingerprint of a key that can really encrypt; else a Failure that says why not."""
    return gnupg.usable(await gnupg.resolve(name)).fingerprint


def partial_profile(name: str, sources: tuple[Source, ...], exclude: tuple[str, ...] = ()) -> Profile:
    """A draft of which nothing else is known yet, to see what stands against these."""
    return Profile(
        name=ProfileName(name),
        sources=sources,
        destination=Host("sftp", "somewhere", "else"),
        key=Fingerprint(""),
        exclude=exclude,
    )


def with_destination(draft: Profile, destination: Destination) -> Profile:
    """The draft with a destination."""
    return msgspec.structs.replace(draft, destination=destination)


def free_name(wanted: str, taken: Iterable[str]) -> str:
    """A name that no profile has: the wanted one, numbered where it is taken."""
    base = wanted.strip("-._") or "backup"
    known = {*taken}
    numbered = (base if number == 1 else f"{base}-{number}" for number in range(1, len(known) + 2))
    return next(name for name in numbered if name not in known)


def check_partial(draft: Profile) -> None:
    """Failure(PROFILE_INVALID) with the first thing that stands against what is known of it."""
    for problem in problems(draft):
        if problem.field != "key":
            raise Failure(_invalid(problem))


def bucket_name(name: str) -> str:
    """A name for a new bucket; they are one for all the world, so some letters make it ours."""
    plain = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    letters = "".join(randomness.choice("abcdefghijkmnpqrstuvwxyz23456789") for _ in range(6))
    return f"backup-{plain}-{letters}" if plain else f"backup-{letters}"


def is_bucket_name(name: str) -> bool:
    """Whether a bucket may be called so
    (https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html)."""
    return bool(re.fullmatch(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", name)) and ".." not in name


def check(draft: Profile, *, imported: bool = False) -> None:
    """Failure(PROFILE_INVALID) with the first thing that stands against a draft."""
    if wrong := [*problems(draft, imported=imported), *_by_other_names(draft)]:
        raise Failure(_invalid(wrong[0]))


def _invalid(problem: DraftProblem) -> causes.ProfileInvalid:
    return causes.ProfileInvalid(field=problem.field, fault=problem.fault)


def _by_other_names(draft: Profile) -> Iterator[DraftProblem]:
    """A destination that lies in a source by a link, or as a folder that is mounted at two places."""
    if not isinstance(draft.destination, Folder):
        return
    path = draft.destination.path
    for source in draft.sources:
        if tree.within(Path(path), Path(source.path)):
            yield DraftProblem("destination", faults.InsideSource(path, source.path))


async def create(
    draft: Profile,
    secrets: Mapping[SecretName, Secret],
    home: Home,
    *,
    imported: bool = False,
    attended: bool = False,
) -> None:
    """Store the secrets and write the profile; the passphrase is tried first. All of it or nothing.

    Of one that is `attended` no backup begins by itself for some minutes: whoever sets it up is about to
    begin one, go on with what is there, or restore; `pause.resume` ends that.
    """
    check(draft, imported=imported)
    if draft.name in profiles.load(home):
        raise Failure(causes.ProfileExists(draft.name))
    if not imported:  # what is imported is there to be restored; a backup of both is refused
        sharing.check(home, draft)
    await gnupg.start_agent()
    if phrase := secrets.get(SecretName.GPG_PASSPHRASE):
        await gnupg.try_passphrase(draft.key, phrase)
    try:
        for name, secret in secrets.items():
            await keychain.keep(draft.name, name, secret)
        if attended:
            pause.pause(home, draft.name, datetime.now(UTC) + _ATTENDED)
        profiles.add(home, draft)
    except Failure:
        pause.resume(home, draft.name)
        for name in secrets:
            await _undo(draft, name)
        raise


async def change(draft: Profile, home: Home) -> None:
    """Write a profile anew that is there already. What was imported may stay as it was (see `problems`)."""
    before = profiles.get(home, draft.name)
    kept = (before.sources, before.destination) == (draft.sources, draft.destination)
    check(draft, imported=kept)
    if before.destination != draft.destination:
        sharing.check(home, draft)
    profiles.change(home, draft)


async def _undo(draft: Profile, name: SecretName) -> None:
    try:
        await keychain.forget(draft.name, name)
    except Failure:
        return


async def keep_secret(profile: Profile, name: SecretName, secret: Secret) -> None:
    """Store one secret; a passphrase is tried first."""
    if name is SecretName.GPG_PASSPHRASE:
        await gnupg.start_agent()
        await gnupg.try_passphrase(profile.key, secret)
    await keychain.keep(profile.name, name, secret)


async def delete(profile: Profile, home: Home) -> None:
    """Remove a profile, its secrets and its stage; its backups and its history stay."""
    async with lock.held(home, profile.name):
        for name in SecretName:
            await _undo(profile, name)
        profiles.remove(home, profile.name)
        if profile.staging is None and home.stage(profile).exists():
            remove(home.stage(profile))
        catalogue.drop(home.catalogue(profile))
