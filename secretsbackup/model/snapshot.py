"""Snapshots and the chains they stand in: what a destination holds."""

from datetime import datetime
from enum import StrEnum

import msgspec


class SnapshotKind(StrEnum):
    """A full snapshot stands alone; an incremental one needs all before it in its chain."""

    FULL = "full"
    INCREMENTAL = "incremental"


class Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    """What a destination held at `time` (UTC, whole seconds).

    `volumes` and `size` (bytes) are what lies at the destination; `whole` says that its manifest is
    there, so that duplicity counts it.
    """

    time: datetime
    kind: SnapshotKind
    volumes: int
    size: int
    whole: bool = True

    @property
    def stamp(self) -> str:
        """The snapshot's time as duplicity writes it in names: 20261122T220828Z."""
        return f"{self.time:%Y%m%dT%H%M%SZ}"


class Chain(msgspec.Struct, frozen=True):
    """A full snapshot and the incremental ones that build on it, oldest first."""

    snapshots: tuple[Snapshot, ...]

    @property
    def start(self) -> datetime:
        """When the full snapshot was made."""
        return self.snapshots[0].time

    @property
    def end(self) -> datetime:
        """When the newest snapshot was made."""
        return self.snapshots[-1].time

    @property
    def size(self) -> int:
        """Bytes at the destination."""
        return sum(snapshot.size for snapshot in self.snapshots)


def at(chains: tuple[Chain, ...], time: datetime | None) -> Snapshot | None:
    """The newest whole snapshot that is not younger than `time`; the newest of all without one."""
    whole = (s for chain in chains for s in chain.snapshots if s.whole and (time is None or s.time <= time))
    return max(whole, key=lambda snapshot: snapshot.time, default=None)


def chain_of(chains: tuple[Chain, ...], snapshot: Snapshot) -> Chain:
    """The chain that `snapshot` stands in."""
    return next(chain for chain in chains if snapshot in chain.snapshots)
