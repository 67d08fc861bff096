"""What whoever starts a backup may ask for beyond what its profile says."""

import msgspec


class Allowed(msgspec.Struct, frozen=True):
    """What somebody said yes to."""

    large: bool = False
    many_changes: bool = False


class BackupOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever starts a backup can ask for.

    `full` starts a new chain. `allow_empty` believes an empty source. `adopt` goes on with a chain
    that another machine or folder began. `allowed` confirms what the safety checks would stop.
    """

    full: bool = False
    allow_empty: bool = False
    adopt: bool = False
    allowed: Allowed = Allowed()
