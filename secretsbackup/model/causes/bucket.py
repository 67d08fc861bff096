"""Buckets, and the users and keys that open them."""

from secretsbackup.model.causes.base import Base


class CredentialRefused(Base, frozen=True, tag="credential-refused"):
    """A destination does not accept the AWS key."""


class RegionWrong(Base, frozen=True, tag="region-wrong"):
    """A bucket is in another region; "" where the server does not say in which."""

    region: str = ""
    bucket: str = ""


class EndpointWrong(Base, frozen=True, tag="endpoint-wrong"):
    """A server answers, but not as an S3 server does."""

    server: str = ""


class BucketTaken(Base, frozen=True, tag="bucket-taken"):
    """A bucket's name is taken."""

    bucket: str


class BucketNameBad(Base, frozen=True, tag="bucket-name-bad"):
    """A bucket cannot have this name."""

    bucket: str


class BucketNotEmpty(Base, frozen=True, tag="bucket-not-empty"):
    """A bucket holds more than a set-up put there."""

    bucket: str


class UsersDenied(Base, frozen=True, tag="users-denied"):
    """A key may not make users."""

    action: str


class KeysTooMany(Base, frozen=True, tag="keys-too-many"):
    """A user has as many access keys as it may have."""

    user: str


OfBucket = (
    CredentialRefused
    | RegionWrong
    | EndpointWrong
    | BucketTaken
    | BucketNameBad
    | BucketNotEmpty
    | UsersDenied
    | KeysTooMany
)
