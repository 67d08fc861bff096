"""secretsbackup provision: make a bucket, and a user and key for one prefix of it alone."""

import asyncio
import sys

import msgspec

from secretsbackup import words
from secretsbackup.cli import arguments, output, prompts
from secretsbackup.cli.arguments import Options
from secretsbackup.model import causes, faults
from secretsbackup.model.created import Created, PartDone, PartResult
from secretsbackup.model.destination import Bucket, Destination, parse, url
from secretsbackup.model.faults import Unreadable
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.secret import AwsProfile, Credential, KeyPair, Secret
from secretsbackup.operations.setup import create_bucket as operation
from secretsbackup.store import profiles
from secretsbackup.store.home import Home

_PROMISE = (
    "An administrator’s key is used only for this. It is stored only if the server cannot create users."
)
_SIGNS = {
    PartResult.REFUSED: "!",
    PartResult.TAKEN_BACK: "!",
    PartResult.SPARED: "!",
    PartResult.UNKNOWN_THERE: "!",
    PartResult.KEPT: "✗",
}


async def provision(options: Options, home: Home) -> int:
    """Make a bucket, and a user and key for one prefix of it alone."""
    bucket = bucket_of(options, home)
    name = _name(options, bucket, home)
    admin = credential(options.aws_profile)
    request = operation.BucketRequest(profile=name, bucket=bucket, iam=options.iam_endpoint)
    made = await set_up(request, admin, json=options.json)
    if not options.json and name not in profiles.load(home):
        where = made.destination
        more = [f"--endpoint {where.endpoint}"] if where.endpoint else []
        more += [f"--region {where.region}"] if where.region else []
        more += [f"--aws-profile {options.aws_profile}"] if options.aws_profile and not made.stored else []
        command = ["secretsbackup profile add", name, "--to", url(where), *more]
        print(f"Then: {' '.join(command)} --source FOLDER --key KEY")
    return 0


def _name(options: Options, bucket: Bucket, home: Home) -> ProfileName:
    """The profile for which the key is kept; one that backs up elsewhere keeps its own key."""
    name = options.chosen or bucket.prefix.rpartition("/")[2]
    if not name:
        raise Failure(causes.ProfileInvalid(field="destination", fault=faults.PrefixMissing()))
    known = profiles.load(home).get(ProfileName(name))
    if known and url(known.destination) != url(bucket):
        raise Failure(causes.ProfileElsewhere(name, url(known.destination)))
    return ProfileName(name)


def credential(aws_profile: str | None) -> Credential:
    """An administrator's, asked for or read as three lines; or one of the user's own ~/.aws."""
    if aws_profile:
        return AwsProfile(aws_profile)
    output.say(_PROMISE)
    key_id = prompts.ask_secret("Administrator’s access key ID:")
    secret = prompts.ask_secret("Administrator’s secret access key:")
    token = _session_token(key_id)
    if not key_id or not secret:
        raise Failure(causes.KeyPairIncomplete())
    return KeyPair(key_id, secret, token or None)


def _session_token(key_id: Secret) -> Secret:
    """Amazon's passing keys come with one; a terminal is asked for none that there cannot be."""
    if key_id.begins("ASIA") or not sys.stdin.isatty():
        return prompts.ask_secret("Session token (leave empty if there is none):")
    return Secret("")


async def set_up(request: operation.BucketRequest, admin: Credential, *, json: bool) -> Created:
    """Do it, telling each part; what a set-up that fails has made is listed and offered to be removed."""
    so_far = Created(profile=request.profile, destination=request.bucket)

    def tell(did: PartDone) -> None:
        nonlocal so_far
        so_far = did.made
        _tell(did, json=json)

    try:
        return await operation.create_bucket(request, admin, tell)
    except (Failure, asyncio.CancelledError):
        if so_far.anything:
            await offer_undo(so_far, admin, request, json=json)
        raise


async def offer_undo(
    made: Created, admin: Credential, request: operation.BucketRequest, *, json: bool
) -> None:
    """List what was made, and take it away again unless somebody says no."""
    output.say("", "It did not finish. So far it has created: " + "; ".join(words.made(made)) + ".")
    answer = prompts.ask("Remove that again?", "yes")
    if answer.lower().startswith("y"):
        await operation.undo(made, admin, lambda did: _tell(did, json=json), at=request.iam)


def _tell(did: PartDone, *, json: bool) -> None:
    if json:
        message = words.did(did)
        output.line({**msgspec.to_builtins(did), "title": message.title, "advice": message.in_terminal})
    elif did.how is not PartResult.BEGUN:
        message = words.did(did)
        print(f"{_SIGNS.get(did.how, '✓')} {message.title}", flush=True)
        if message.in_terminal:
            print(f"  → {message.in_terminal}")


def bucket_of(options: Options, home: Home) -> Bucket:
    try:
        destination: Destination = (
            parse(options.to, endpoint=options.endpoint, region=options.region)
            if options.to
            else arguments.one(home, options).destination
        )
    except Unreadable as error:
        raise Failure(causes.ProfileInvalid(fault=error.fault)) from None
    if not isinstance(destination, Bucket):
        raise Failure(causes.PolicyNotNeeded(url(destination)))
    return destination
