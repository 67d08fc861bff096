"""What whoever starts a backup may ask for beyond what its profile says."""

import msgspec


class Allowed(msgspec.Struct, frozen=True):
    """What somebody said yes to."""

    surge: bool = False
    upheaval: bool = False


class BackupOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What whoever starts a backup can ask for.

    `full` starts a new chain. `even_if_empty` believes an empty source. `adopt` goes on with a chain
    that another machine or folder began. `allowed` says yes to what the guards would stop.
    """

    full: bool = False
    even_if_empty: bool = False
    adopt: bool = False
    allowed: Allowed = Allowed()
