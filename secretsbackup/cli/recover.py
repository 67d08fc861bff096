"""secretsbackup recover: come back from a recovery kit on a new machine."""

import sys
from pathlib import Path

from secretsbackup import words
from secretsbackup.cli import output, prompts
from secretsbackup.cli.arguments import Options
from secretsbackup.model import causes
from secretsbackup.model.destination import Bucket, Destination, parse
from secretsbackup.model.faults import Unreadable
from secretsbackup.model.kit import Reading
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Profile
from secretsbackup.model.secret import KeyPair, Secret, SecretName
from secretsbackup.operations.keys import kit as operation
from secretsbackup.operations.setup import recover as recovery
from secretsbackup.operations.setup.recover import Recovered
from secretsbackup.store.home import Home

_Secrets = dict[SecretName, Secret]


async def recover(options: Options, home: Home) -> int:
    """Come back from a kit."""
    if "://" in options.kit:
        found, secrets = await _beside(options)
    else:
        found = await operation.read(Path(options.kit).expanduser())
        secrets = _ask_all(recovery.profile_for(found.kit))
    for fault in found.faults if not options.json else ():
        output.say(f"In the kit, {fault}; the second copy was used.")
    back = await recovery.recover(found.kit, secrets, home, name=options.new_name)
    if recovery.lacks_commands(found.kit) and not options.json:
        output.say(words.lacks_commands(), f"secretsbackup profile set {back.profile.name} --before COMMAND")
    if options.json:
        output.line(_as_json(back))
    else:
        await _tell_recovered(back, options, home)
    return 3 if back.trouble else 0


async def _beside(options: Options) -> tuple[Reading, _Secrets]:
    """The kit that lies beside the backups, and the secrets, which are needed to get there."""
    try:
        destination = parse(options.kit, endpoint=options.endpoint, region=options.region)
    except Unreadable as error:
        raise Failure(causes.ProfileInvalid(fault=error.fault)) from None
    secrets = _ask(destination, own_aws=False)
    opens = None
    if isinstance(destination, Bucket):
        opens = KeyPair(secrets[SecretName.AWS_ACCESS_KEY_ID], secrets[SecretName.AWS_SECRET_ACCESS_KEY])
    return await operation.read_beside(destination, opens), secrets


def _ask_all(profile: Profile) -> _Secrets:
    return _ask(profile.destination, own_aws=profile.aws_profile is not None)


def _ask(destination: Destination, *, own_aws: bool) -> _Secrets:
    """AWS key id, AWS secret, passphrase; only the last where no AWS key is needed.

    Standard input that is no terminal may give all three lines even then.
    """
    if isinstance(destination, Bucket) and not own_aws:
        asked = {
            SecretName.AWS_ACCESS_KEY_ID: "AWS access key ID:",
            SecretName.AWS_SECRET_ACCESS_KEY: "AWS secret access key:",
            SecretName.GPG_PASSPHRASE: "Passphrase of the kit’s key:",
        }
        secrets = {name: prompts.ask_secret(question) for name, question in asked.items()}
    elif sys.stdin.isatty():
        secrets = {SecretName.GPG_PASSPHRASE: prompts.ask_secret("Passphrase of the kit’s key:")}
    else:
        secrets = _last_of_three(isinstance(destination, Bucket))
    for name, secret in secrets.items():
        if not secret:
            raise Failure(causes.AnswerMissing(name))
    return secrets


def _last_of_three(bucket: bool) -> _Secrets:
    key_id, secret, phrase = (prompts.ask_secret("") for _ in range(3))
    if not phrase:
        return {SecretName.GPG_PASSPHRASE: secret or key_id}
    typed_aws = bucket and key_id and secret
    aws = (
        {SecretName.AWS_ACCESS_KEY_ID: key_id, SecretName.AWS_SECRET_ACCESS_KEY: secret} if typed_aws else {}
    )
    return {**aws, SecretName.GPG_PASSPHRASE: phrase}


def _as_json(back: Recovered) -> dict[str, object]:
    stamps = [snapshot.stamp for chain in back.chains for snapshot in chain.snapshots if snapshot.whole]
    return {
        "profile": back.profile.name,
        "key": back.profile.key,
        "snapshots": stamps,
        "secrets_kept": back.trouble is None,
        "missing_sources": back.missing,
    }


async def _tell_recovered(back: Recovered, options: Options, home: Home) -> None:
    from secretsbackup.cli import queries

    name = back.profile.name
    print(f"“{name}” is restored: its settings are in {home.profiles}, its key {back.profile.key} in GnuPG.")
    if back.trouble:
        message = words.reason(back.trouble.cause)
        output.say(f"The secrets could not be stored. {message.title}", message.in_terminal)
        stamps = [f"  {snapshot.stamp}" for chain in back.chains for snapshot in chain.snapshots]
        print("\n".join(["It can restore:", *stamps]))
    else:
        options.chosen = name
        await queries.snapshots(options, home)
    print(f"Restore it: secretsbackup restore {name} --to {Path.home() / 'Desktop'}")
    if back.missing:
        print(f"Not on this computer yet, and kept in the profile: {', '.join(back.missing)}")
    when = "Once they are, continue" if back.missing else "Continue"
    print(f"{when} with backups: secretsbackup backup {name} --adopt")
    from secretsbackup.operations.setup import automatic_start

    if automatic_start.scheduled([back.profile]) and automatic_start.unstarted(home):
        print("And automatically, even after a restart: secretsbackup timer on")
