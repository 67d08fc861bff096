"""Inventory: what a destination keeps of a profile."""

from datetime import datetime

import msgspec


class Inventory(msgspec.Struct, frozen=True, kw_only=True):
    """`files` and `bytes` are what the newest snapshot holds; `stored` is what all of it takes there.

    `snapshots` stand in the newest chain, which began at `since`; `chains` in all.
    """

    files: int = 0
    bytes: int = 0
    stored: int = 0
    snapshots: int = 0
    chains: int = 0
    since: datetime | None = None
