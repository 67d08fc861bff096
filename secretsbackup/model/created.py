"""Making: what setting up a bucket made, part by part, so that it can be shown, listed and undone."""

from enum import StrEnum

import msgspec

from secretsbackup.model.causes import Cause
from secretsbackup.model.destination import Bucket
from secretsbackup.model.profile import ProfileName


class SetupPart(StrEnum):
    """The parts of a set-up, in the order in which they are made."""

    BUCKET = "bucket"
    OWNERSHIP = "ownership"
    PUBLIC_ACCESS = "public-access"
    VERSIONING = "versioning"
    LIFECYCLE = "lifecycle"
    USER = "user"
    POLICY = "policy"
    KEY = "key"
    KEYRING = "keyring"
    TRIAL = "trial"


PROTECTIONS = (SetupPart.OWNERSHIP, SetupPart.PUBLIC_ACCESS, SetupPart.VERSIONING, SetupPart.LIFECYCLE)


class PartResult(StrEnum):
    """What became of a part."""

    BEGUN = "begun"
    MADE = "made"
    FOUND = "found"
    REFUSED = "refused"
    TAKEN_BACK = "taken-back"
    SPARED = "spared"
    UNKNOWN_THERE = "unknown-there"
    REMOVED = "removed"
    KEPT = "kept"


class Created(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a set-up made and can take away again; nothing here that was there before.

    `key_id` names the access key, whose secret half is in the keychain alone; `rule` the lifecycle rule.
    """

    profile: ProfileName
    destination: Bucket
    bucket: bool = False
    rule: str = ""
    user: str = ""
    key_id: str = ""
    stored: bool = False

    @property
    def anything(self) -> bool:
        """Whether there is something to take away."""
        return any((self.bucket, self.rule, self.user, self.key_id, self.stored))


class PartDone(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One part and what became of it; `made` is all that was made so far."""

    part: SetupPart
    how: PartResult
    made: Created
    detail: str = ""
    cause: Cause | None = None


class ManualStep(StrEnum):
    """What a person does where no administrator's key is given to this program."""

    BUCKET = "bucket"
    PROTECTIONS = "protections"
    LIFECYCLE = "lifecycle"
    POLICY = "policy"
    USER = "user"
    KEY = "key"


class ManualInstruction(msgspec.Struct, frozen=True):
    """One step that a person does, and what to paste there."""

    hand: ManualStep
    copy: str = ""
