"""`secretsbackup init`: a few questions, each checked as it is answered, and a profile at the end."""

import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

import msgspec

from secretsbackup import words
from secretsbackup.cli import asking, guarding, output, provisioning
from secretsbackup.model.destination import Bucket, Destination, parse
from secretsbackup.model.outcome import Failure, Reason, Why
from secretsbackup.model.profile import Fingerprint, Profile, ProfileName, labelled
from secretsbackup.model.secret import Credential, Secret, SecretName
from secretsbackup.operations import enrol, keys
from secretsbackup.operations.provision import Wish
from secretsbackup.store import profiles
from secretsbackup.store.home import Home

_T = TypeVar("_T")
_TRIES = 3


async def hold(home: Home) -> int:
    """Ask everything, store it, say how to go on."""
    print("A few questions; an empty answer takes what stands in [brackets].\n")
    name = await _until_right(_name)
    sources = await _until_right(_sources)
    destination, aws_profile = await _until_right(_destination)
    key, secrets = await _until_right(_key)
    admin = None
    if isinstance(destination, Bucket) and aws_profile is None:
        bucket_key = _aws_key()
        secrets |= bucket_key
        admin = None if bucket_key else provisioning.credential(None)
    draft = Profile(
        name=name,
        sources=labelled(sources),
        destination=destination,
        key=key,
        full_every=await _until_right(lambda: _whole_number("A new full backup every how many days?", 30)),
        keep=await _until_right(lambda: _whole_number("How many full backups are kept?", 2)),
        aws_profile=aws_profile,
    )
    enrol.check(draft)
    await (enrol.enrol(draft, secrets, home) if admin is None else _provision(draft, admin, secrets, home))
    print(f"\nThe profile “{name}” is written to {home.profiles}.")
    print(f"Then: secretsbackup backup {name}")
    print(f"And the recovery kit, before you need it: secretsbackup kit {name} --out FOLDER")
    return 0


async def _until_right(question: Callable[[], Awaitable[_T]]) -> _T:
    """Ask again, with the reason, until the answer will do; give up after some tries."""
    for remaining in reversed(range(_TRIES)):
        try:
            return await question()
        except Failure as failure:
            if not remaining:
                raise
            message = words.reason(Why(failure.reason, failure.detail))
            output.say(message.title, message.advice)
    raise AssertionError("the last try returns or raises")


async def _name() -> ProfileName:
    return ProfileName(asking.ask("What is this backup called?", "documents"))


async def _sources() -> list[str]:
    answer = asking.ask("Which folders? (several with “:” between)", str(Path.home() / "Documents"))
    paths = [str(Path(one.strip()).expanduser().absolute()) for one in answer.split(":") if one.strip()]
    for path in paths:
        if not Path(path).exists():
            raise Failure(Reason.PROFILE_INVALID, f"“{path}” is not there.")
    return paths


async def _destination() -> tuple[Destination, str | None]:
    answer = asking.ask(
        "Where to? (s3://BUCKET/PREFIX, file:///FOLDER, sftp://HOST/FOLDER, rsync://HOST/FOLDER)"
    )
    endpoint = region = aws_profile = ""
    if answer.startswith("s3:"):
        endpoint = asking.ask("Endpoint, for a server other than Amazon's:", "")
        region = asking.ask("Region:", "")
        aws_profile = asking.ask("Profile of your own ~/.aws to use, if you have one (else the keyring):", "")
    try:
        return parse(answer, endpoint=endpoint, region=region), aws_profile or None
    except ValueError as error:
        raise Failure(Reason.PROFILE_INVALID, f"{error}.") from None


async def _key() -> tuple[Fingerprint, dict[SecretName, Secret]]:
    for offer in await keys.offers():
        if offer.against is None:
            print(f"  {offer.key.fingerprint}  {offer.key.owner}")
    answer = asking.ask("Which GnuPG key shall it be encrypted to? (“new” makes one)", "new")
    if answer != "new":
        return await enrol.key(answer), {}
    question = "Its passphrase: “words” makes a strong one, “own” takes yours."
    words_wanted = sys.stdin.isatty() and asking.ask(question, "words") == "words"
    phrase = guarding.new_phrase() if words_wanted else guarding.own_phrase(twice=True)
    made = await keys.make(keys.OWNER, phrase)
    print(f"The key is made: {made}.")
    keep = asking.ask("Store its passphrase in the keyring? (else it is asked when needed)", "yes")
    return made, {SecretName.GPG_PASSPHRASE: phrase} if keep.lower().startswith("y") else {}


async def _provision(
    draft: Profile, admin: Credential, secrets: dict[SecretName, Secret], home: Home
) -> None:
    """Set the bucket up, then write the profile; if that fails, what was made can be removed again."""
    assert isinstance(draft.destination, Bucket)
    if draft.name in profiles.load(home):
        raise Failure(Reason.PROFILE_EXISTS, draft.name)
    wish = Wish(profile=draft.name, bucket=draft.destination)
    made = await provisioning.set_up(wish, admin, json=False)
    try:
        await enrol.enrol(msgspec.structs.replace(draft, destination=made.destination), secrets, home)
    except Failure:
        await provisioning.offer_undo(made, admin, wish, json=False)
        raise


def _aws_key() -> dict[SecretName, Secret]:
    """The bucket's key; nothing if it is still to be made."""
    key_id = asking.ask_secret("AWS access key id (empty: have bucket and key made by an administrator's):")
    if not key_id:
        return {}
    secret = asking.ask_secret("AWS secret access key:")
    return {SecretName.AWS_ACCESS_KEY_ID: key_id, SecretName.AWS_SECRET_ACCESS_KEY: secret}


async def _whole_number(question: str, default: int) -> int:
    answer = asking.ask(question, str(default))
    if not answer.isdigit() or int(answer) < 1:
        raise Failure(Reason.PROFILE_INVALID, f"“{answer}” is no whole number from 1 on.")
    return int(answer)
