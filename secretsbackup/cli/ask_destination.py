"""Where to: a bucket, a folder or a host, asked in a terminal and tried at once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import msgspec

from secretsbackup import words
from secretsbackup.cli import prompts, provision
from secretsbackup.cli.doctor import tell as tell_finding
from secretsbackup.model import causes, services
from secretsbackup.model import destination as destinations
from secretsbackup.model.check import Verdict
from secretsbackup.model.destination import Bucket, Destination, Folder, Host
from secretsbackup.model.faults import Unreadable
from secretsbackup.model.outcome import Failure
from secretsbackup.model.plan import Protected
from secretsbackup.model.profile import labelled
from secretsbackup.model.secret import AwsProfile, Credential, KeyPair
from secretsbackup.model.services import SERVICES, Service
from secretsbackup.operations.repository import discover
from secretsbackup.operations.setup import registry
from secretsbackup.operations.watch import doctor


class Destined(msgspec.Struct, frozen=True, kw_only=True):
    """A destination and what opens it; with `admin` an administrator's key, used once."""

    destination: Destination
    credential: Credential = None
    admin: bool = False
    iam: str | None = None
    adopt: bool = False

    @property
    def aws_profile(self) -> str | None:
        """The profile of the user's own ~/.aws that stays in use."""
        own = self.credential if isinstance(self.credential, AwsProfile) else None
        return own.name if own and not self.admin else None


async def ask(what: Protected) -> Destined:
    """One kind of place, then what that needs."""
    print("Where to?  1 Amazon S3 · 2 another S3 service · 3 a folder or disk · 4 another computer, by SSH")
    answer = prompts.ask("One of these, or an address (s3://BUCKET/FOLDER, file:///…, sftp://HOST/…):", "1")
    match answer:
        case "1":
            return await _in_bucket(services.service(services.AMAZON), what)
        case "2":
            return await _in_bucket(prompts.until_right(_service), what)
        case "3":
            folder = prompts.needed(prompts.ask("Which folder?"), "The folder")
            return await _tried(Folder(str(Path(folder).expanduser().absolute())), what)
        case "4":
            return await _tried(_host(what), what)
        case _:
            return await _at_address(answer, what)


async def _at_address(answer: str, what: Protected) -> Destined:
    """An address; a bucket's server is asked for."""
    endpoint = region = ""
    if answer.startswith("s3:"):
        endpoint = prompts.ask("Address of the S3 server, if not Amazon’s:", "")
        region = prompts.ask("Region:", "us-east-1" if endpoint else _near())
    try:
        found = destinations.parse(answer, endpoint=endpoint, region=region)
    except Unreadable as error:
        raise Failure(causes.ProfileInvalid(fault=error.fault)) from None
    if not isinstance(found, Bucket):
        return await _tried(found, what)
    return await _opened(found if found.prefix else msgspec.structs.replace(found, prefix=what.name))


def _service() -> Service:
    for number, one in enumerate(SERVICES[1:], 1):
        print(f"  {number} {one.title}")
    answer = prompts.ask("Which?", "1")
    if not answer.isdigit() or not 1 <= int(answer) < len(SERVICES):
        raise Failure(causes.AnswerUnknown(answer))
    return SERVICES[int(answer)]


async def _in_bucket(service: Service, what: Protected) -> Destined:
    region, account = _near() if service.name == services.AMAZON else service.regions[0].name, ""
    if len(service.regions) > 1 or service.asks_endpoint:
        known = " ".join(one.name for one in service.regions)
        region = prompts.ask(f"Region? ({known})", region)
    if service.asks_account:
        account = prompts.until_right(
            lambda: prompts.needed(prompts.ask("Your account ID there:"), "The account ID")
        )
    endpoint = service.endpoint_in(region, account)
    if service.asks_endpoint:
        endpoint = prompts.until_right(lambda: _endpoint(what))
    name = prompts.until_right(lambda: _bucket_name(what))
    return await _opened(Bucket(name, what.name, endpoint, region), service)


def _endpoint(what: Protected) -> str:
    typed = prompts.needed(prompts.ask("Address of the server (https://…):"), "The address").rstrip("/")
    draft = registry.partial_profile(what.name, labelled([*what.sources]))
    registry.check_partial(registry.with_destination(draft, Bucket("bucket", what.name, typed)))
    return typed


def _bucket_name(what: Protected) -> str:
    name = prompts.ask("Which bucket? (a new name, or one you have)", registry.bucket_name(what.name))
    if not registry.is_bucket_name(name):
        raise Failure(causes.BucketNameBad(name))
    return name


async def _opened(bucket: Bucket, service: Service | None = None) -> Destined:
    """With what it is opened: made with an administrator's key, or one that is there, which is tried."""
    service = service or services.of(bucket)
    own = await discover.aws_profiles()
    hint = f", or from your ~/.aws: {', '.join(own)}" if own else ""
    how = prompts.ask(
        f"How to access it? (“make” creates everything, “key” uses a key that you have{hint})", "make"
    )
    if how == "make":
        admin = provision.credential(None)
        there = await discover.find_bucket(bucket, admin)
        adopt = await _adopts(bucket, admin) if there else False
        return Destined(destination=bucket, credential=admin, admin=True, iam=service.iam, adopt=adopt)
    if how in own:
        return await _examined(bucket, AwsProfile(how))
    key_id = prompts.ask_secret("Access key ID:")
    secret = prompts.ask_secret("Secret access key:")
    if not key_id or not secret:
        raise Failure(causes.KeyPairIncomplete())
    return await _examined(bucket, KeyPair(key_id, secret))


async def _examined(bucket: Bucket, credential: Credential) -> Destined:
    """Each right is tried; what is lacking or too much is told, with the statement that grants it."""
    lacking = None
    async for finding in doctor.examine_destination(bucket, credential):
        if finding.verdict is not Verdict.FINE and not finding.cause:  # its cause is told once more below
            tell_finding(finding, json=False)
        if finding.verdict is Verdict.LACKING and lacking is None:
            lacking = finding
    if lacking is not None:
        cause = lacking.cause
        raise Failure(cause or causes.DestinationDenied(right=lacking.right))
    adopt = await _adopts(bucket, credential)
    return Destined(destination=bucket, credential=credential, adopt=adopt)


def _host(what: Protected) -> Host:
    login = prompts.needed(prompts.ask("Which computer? (user@host or user@host:port)"), "The computer")
    folder = prompts.ask("Which folder there?", f"backups/{what.name}")
    try:
        found = destinations.parse(f"sftp://{login}/{quote(folder)}")
    except Unreadable as error:
        raise Failure(causes.ProfileInvalid(fault=error.fault)) from None
    assert isinstance(found, Host)
    return found


async def _tried(destination: Folder | Host, what: Protected) -> Destined:
    draft = registry.with_destination(
        registry.partial_profile(what.name, labelled([*what.sources])), destination
    )
    registry.check_partial(draft)
    async for finding in doctor.examine_destination(destination, None, draft):
        if finding.verdict is Verdict.LACKING and finding.cause:
            raise Failure(finding.cause)
        if finding.verdict is not Verdict.FINE:
            tell_finding(finding, json=False)
    return Destined(destination=destination, adopt=await _adopts(destination, None))


async def _adopts(destination: Destination, credential: Credential) -> bool:
    """Whether to go on with what is there; Failure if somebody does not want that."""
    held = await discover.existing_backups(destination, credential)
    if not held.snapshots:
        return False
    said = words.held(held.snapshots, held.newest, datetime.now(UTC))
    print(said.title)
    if not prompts.agrees("Continue with them?"):
        raise Failure(causes.Declined())
    return True


def _near() -> str:
    return services.near(datetime.now().astimezone().utcoffset() or timedelta()).name
