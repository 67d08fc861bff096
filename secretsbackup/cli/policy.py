"""secretsbackup policy: print what a backup needs to be allowed, for whoever sets up a bucket by hand."""

from secretsbackup import words
from secretsbackup.cli import arguments, output, provision
from secretsbackup.cli.arguments import Options
from secretsbackup.model import policy as policies
from secretsbackup.model.created import ManualStep
from secretsbackup.model.destination import Bucket
from secretsbackup.model.outcome import Failure
from secretsbackup.operations.setup import create_bucket as operation
from secretsbackup.store.home import Home

_UNKNOWN_USER = "arn:aws:iam::ACCOUNT-NUMBER:user/USER-NAME"


async def policy(options: Options, home: Home) -> int:
    """Print a policy on standard output, and what to do with it on standard error."""
    bucket = provision.bucket_of(options, home)
    if options.form == "iam":
        print(policies.text(policies.for_user(bucket)))
        _explain(bucket)
        return 0
    known = options.principal or await _principal(options, home, bucket)
    print(policies.text(policies.for_bucket(bucket, known or _UNKNOWN_USER)))
    output.say(
        "Paste it as the bucket’s policy (Permissions, Bucket policy). "
        "It gives that user access to this prefix."
    )
    if not known:
        output.say("", "Put your user’s ARN at “Principal”, or give it with --principal.")
    return 0


def _explain(bucket: Bucket) -> None:
    output.say("This is the policy of a user that backs up there. To set it up yourself, in this order:")
    for number, step in enumerate(operation.steps(bucket), 1):
        paste = f"\n{step.copy}" if step.hand is ManualStep.LIFECYCLE else ""
        output.say(f"{number}. {words.hand(step)}{paste}")
    output.say(
        "",
        "duplicity starts by looking at the whole bucket. Where S3 cannot tell that from a listing (Amazon’s "
        "cannot), this user can list the names of everything in the bucket, but not read it. So it is best "
        "to use a bucket only for backups.",
    )


async def _principal(options: Options, home: Home, bucket: Bucket) -> str | None:
    """Whom a profile's credential belongs to, if there is a profile and it has one that says so."""
    from secretsbackup.operations.repository import prerequisites
    from secretsbackup.tools import iam

    if options.to:
        return None
    try:
        return await iam.principal(bucket, await prerequisites.credential(arguments.one(home, options)))
    except Failure:
        return None
