"""What to say of a bucket, and of the users and keys that open it."""

from typing import assert_never

from secretsbackup.model import causes
from secretsbackup.words.language import _
from secretsbackup.words.message import Message


def bucket(cause: causes.OfBucket) -> Message:
    """What to say of a bucket, and of the users and keys that open it."""
    match cause:
        case causes.CredentialRefused():
            return _credential_refused(cause)
        case causes.RegionWrong():
            return _region_wrong(cause)
        case causes.EndpointWrong():
            return _endpoint_wrong(cause)
        case causes.BucketTaken():
            return _bucket_taken(cause)
        case causes.BucketNameBad():
            return _bucket_name_bad(cause)
        case causes.BucketNotEmpty():
            return _bucket_not_empty(cause)
        case causes.UsersDenied():
            return _users_denied(cause)
        case causes.KeysTooMany():
            return _keys_too_many(cause)
        case _:
            assert_never(cause)


def _credential_refused(cause: causes.CredentialRefused) -> Message:
    return Message(
        _("The destination does not accept the AWS key."),
        _("Store the right one, and its secret."),
        "secretsbackup secret set PROFILE aws-access-key-id",
    )


def _region_wrong(cause: causes.RegionWrong) -> Message:
    return Message(
        _("The bucket is in another region ({about}).").format(about=cause.region)
        if cause.region
        else _("The bucket is in another region."),
        _("Give the profile the bucket’s region."),
    )


def _endpoint_wrong(cause: causes.EndpointWrong) -> Message:
    return Message(
        _("{about} responds, but not as an S3 server does.").format(about=cause.server or _("The endpoint")),
        _("Fix the endpoint in the profile: it is the server’s S3 address, not its web page or console."),
    )


def _bucket_taken(cause: causes.BucketTaken) -> Message:
    return Message(
        _("Someone else has a bucket named {about}.").format(about=cause.bucket),
        _("Bucket names are unique worldwide. Choose a longer one, for example one containing your name."),
    )


def _bucket_name_bad(cause: causes.BucketNameBad) -> Message:
    return Message(
        _("“{about}” cannot be the name of a bucket.").format(about=cause.bucket),
        _("Use 3 to 63 small letters, digits and “-”. The first and the last are a letter or digit."),
    )


def _bucket_not_empty(cause: causes.BucketNotEmpty) -> Message:
    return Message(
        _("The bucket {about} holds more than this set-up put there, so it stays.").format(
            about=cause.bucket
        ),
        _("Empty and delete it in the console, if you are sure."),
    )


def _users_denied(cause: causes.UsersDenied) -> Message:
    return Message(
        _("This key may not create users ({about}).").format(about=cause.action),
        _("Use an administrator’s key, or create the user yourself."),
        "secretsbackup policy iam",
    )


def _keys_too_many(cause: causes.KeysTooMany) -> Message:
    return Message(
        _("The user {about} has two access keys already, and may have no more.").format(about=cause.user),
        _("Delete one that is no longer used (IAM, Users, Security credentials) and try again."),
    )
