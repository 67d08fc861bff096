"""Subject: the backups that are restored from, and what opens them where no profile says so."""

import msgspec

from secretsbackup.model.profile import Profile
from secretsbackup.model.secret import Credential, Secret


class Subject(msgspec.Struct, frozen=True):
    """A profile; `opened_by` and `phrase` are those of a place that no profile stands for."""

    profile: Profile
    opened_by: Credential = None
    phrase: Secret | None = None
