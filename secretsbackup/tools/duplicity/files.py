"""What duplicity calls its files, and what its manifests say (duplicity's file_naming.py, manifest.py).

From a listing of a destination this makes chains and snapshots, and from the manifests in an archive
folder the volumes that must be there: without network, passphrase or duplicity itself.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

import msgspec

from secretsbackup.model.snapshot import Chain, Snapshot, SnapshotKind
from secretsbackup.tools.duplicity.listing import NAME, only_ours

_VOLUME = re.compile(rb"^Volume (\d{1,9}):", re.MULTILINE | re.IGNORECASE)
_HOST = re.compile(rb"^Hostname (.+)$", re.MULTILINE | re.IGNORECASE)
_FOLDER = re.compile(rb"^Localdir (.+)$", re.MULTILINE | re.IGNORECASE)
_LEAST = 128
"""Bytes: even an empty message to a public key is larger (RFC 4880: a session key packet alone is)."""


class Set(msgspec.Struct, frozen=True):
    """One backup set: when it was made, and from which snapshot on (None for a full one)."""

    time: str
    start: str | None = None

    @property
    def order(self) -> tuple[str, str]:
        """By time; a full set and an incremental one may have been made within the same second."""
        return self.time, self.start or ""

    @property
    def stem(self) -> str:
        """What the names of its volumes and its manifest begin with."""
        return f"duplicity-inc.{self.start}.to.{self.time}" if self.start else f"duplicity-full.{self.time}"

    @property
    def signatures(self) -> str:
        """What the name of its signatures begins with: nothing can be built on a set without them."""
        when = f"new-signatures.{self.start}.to." if self.start else "full-signatures."
        return f"duplicity-{when}{self.time}.sigtar"


class Name(msgspec.Struct, frozen=True):
    """A file of a set; `volume` is its number, 0 for a manifest or signatures."""

    belongs: Set
    volume: int
    manifest: bool
    signatures: bool
    partial: bool


class MissingFile(msgspec.Struct, frozen=True):
    """A file of a finished set that is not, or not whole, at the destination."""

    name: str
    belongs: Set
    missing: bool


def parse(name: str) -> Name | None:
    """What a file is by its name; None if it is none of duplicity's, nor could be: whoever can write at a
    destination can put a name there whose time is on no calendar, or that builds on itself."""
    found = NAME.fullmatch(name)
    if not found or found["statistics"] or not _is_time(found["time"]):
        return None
    if found["start"] and not (_is_time(found["start"]) and found["start"] < found["time"]):
        return None
    return Name(
        Set(found["time"], found["start"]),
        int(found["volume"] or 0),
        bool(found["manifest"]),
        found["kind"].endswith("signatures"),
        bool(found["partial"]),
    )


def in_folder(folder: Path, begin: str = "duplicity-") -> Iterator[Path]:
    """duplicity's own files in a folder, of which the names begin so; what is a copy of one is none."""
    return (folder / name for name in only_ours(path.name for path in folder.glob(f"{begin}*")))


def without_copies(contents: Mapping[str, int]) -> dict[str, int]:
    """A listing without the names that duplicity would take for its own and never gave (see `listing`)."""
    ours = frozenset(only_ours(contents))
    return {
        name: size for name, size in contents.items() if name in ours or not name.startswith("duplicity-")
    }


def moment(stamp: str) -> datetime:
    """The time of a stamp: 20261122T220828Z."""
    return datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)


@cache
def _is_time(stamp: str) -> bool:
    try:
        return moment(stamp).year >= 1970
    except ValueError:
        return False


def chains(contents: Mapping[str, int]) -> tuple[Chain, ...]:
    """The chains that a destination holds, oldest first, from the names and sizes of its files."""
    snapshots = dict(_snapshots(contents))
    made: list[Chain] = []
    for full in sorted((one for one in snapshots if one.start is None), key=lambda one: one.order):
        links, end = [snapshots[full]], full.time
        while following := [one for one in snapshots if one.start == end]:
            nearest = min(following, key=lambda one: (not snapshots[one].whole, one.order))
            links.append(snapshots[nearest])
            end = nearest.time
        made.append(Chain(tuple(links)))
    return tuple(made)


def _snapshots(contents: Mapping[str, int]) -> Iterator[tuple[Set, Snapshot]]:
    sets: dict[Set, list[tuple[Name, int]]] = {}
    for name, size in contents.items():
        if (parsed := parse(name)) and not parsed.signatures:
            sets.setdefault(parsed.belongs, []).append((parsed, size))
    for belongs, files in sets.items():
        yield (
            belongs,
            Snapshot(
                time=moment(belongs.time),
                kind=SnapshotKind.INCREMENTAL if belongs.start else SnapshotKind.FULL,
                volumes=sum(1 for name, _ in files if name.volume),
                size=sum(size for _, size in files),
                whole=any(name.manifest and not name.partial for name, _ in files),
            ),
        )


def newest_manifest(contents: Mapping[str, int]) -> str | None:
    """The name of the newest finished manifest of a listing; None if there is none."""
    parsed = ((parse(name), name) for name in contents)
    found = [(one.belongs.order, name) for one, name in parsed if one and one.manifest and not one.partial]
    return max(found)[1] if found else None


def manifest_of(contents: Iterable[str], stamp: str) -> str:
    """The name of a whole snapshot's manifest."""
    named = ((name, parse(name)) for name in contents)
    return next(
        name for name, one in named if one and one.manifest and not one.partial and one.belongs.time == stamp
    )


def is_sealed(name: str) -> bool:
    """Whether a file at a destination is encrypted, by its name."""
    return name.endswith((".gpg", ".g"))


def manifests(archive: Path) -> dict[Set, int]:
    """How many volumes each finished set in an archive folder has, by its manifest."""
    counted: dict[Set, int] = {}
    for path in archive.glob("duplicity-*.manifest"):
        if (parsed := parse(path.name)) and path.is_file():
            counted[parsed.belongs] = volumes(path.read_bytes())
    return counted


def volumes(manifest: bytes) -> int:
    """The number of volumes that a manifest names.

    After a resumed run it may say 1, 2, 3, 2: what was written last counts (duplicity's manifest.py). It is
    never more than it has lines for: a forged one could name a thousand million.
    """
    numbers = [int(number) for number in _VOLUME.findall(manifest)]
    return min(numbers[-1], len(numbers)) if numbers else 0


def origin(manifest: bytes) -> tuple[str, bytes]:
    """The machine and the folder that a manifest says it was made of; empty where it does not say."""
    host, folder = _HOST.search(manifest), _FOLDER.search(manifest)
    told = folder[1] if folder else b""
    if told[:1] == b'"':
        told = re.sub(rb"\\(?:x([0-9a-f]{2})|(.))", _unquoted, told[1:-1])
    return host[1].decode(errors="replace") if host else "", told


def _unquoted(found: re.Match[bytes]) -> bytes:
    return bytes([int(found[1], 16)]) if found[1] else b"\n" if found[2] == b"n" else found[2]


def sets(chain: Chain, snapshot: Snapshot) -> list[Set]:
    """The sets that make up a snapshot, oldest first."""
    stamps = [one.stamp for one in chain.snapshots if one.time <= snapshot.time]
    return [Set(stamp, start) for start, stamp in zip([None, *stamps], stamps, strict=False)]


def stored_about(sets: Iterable[Set], contents: Mapping[str, int]) -> int:
    """Bytes of the manifests and signatures of these sets."""
    wanted = {name for one in sets for name in (f"{one.stem}.manifest", one.signatures)}
    return sum(size for name, size in contents.items() if bare(name) in wanted)


def warm(archive: Path, contents: Mapping[str, int]) -> bool:
    """Whether the archive folder has all that duplicity needs of the newest chain to build on it."""
    here = {bare(path.name) for path in archive.glob("duplicity-*")} if archive.is_dir() else set()
    newest = chains(contents)[-1:]
    stamps = {snapshot.stamp for chain in newest for snapshot in chain.snapshots}
    needed = ((name, parsed) for name in contents if (parsed := parse(name)) and not parsed.volume)
    return all(bare(name) in here for name, parsed in needed if parsed.belongs.time in stamps)


def of_sets(names: Iterable[str], sets: Collection[Set]) -> list[str]:
    """The names that are files of one of the sets."""
    return [name for name in names if (its := parse(name)) and its.belongs in sets]


def bare(name: str) -> str:
    """A file's name without what encryption, compression and being half sent add to it."""
    return re.sub(r"(\.part)?(\.gpg|\.gz|\.g|\.z)?$", "", name)


def finished(archive: Path, known: Mapping[str, int]) -> dict[Set, int]:
    """How many volumes each finished set has, by its manifest in the archive folder; where that was lost, by
    the names that an earlier audit saw (`known`)."""
    parsed = [one for one in map(parse, known) if one and not one.partial]
    counted = {one.belongs: 0 for one in parsed if one.manifest}
    for one in parsed:
        if one.belongs in counted:
            counted[one.belongs] = max(counted[one.belongs], one.volume)
    return counted | manifests(archive)


def audit(
    sets: Mapping[Set, int], contents: Mapping[str, int], known: Mapping[str, int]
) -> tuple[MissingFile, ...]:
    """Every volume, manifest and signature archive of these sets (see `finished`) that the destination lacks.

    A size is plausible if it is what an earlier audit saw (`known`), or for a volume never seen before,
    if it is no less than the least that gpg writes and, but for the last of a set, at least half of the
    set's largest: duplicity cuts volumes to one size.
    """
    lost = {bare(name): (name, -1) for name in known}
    here = lost | {bare(name): (name, size) for name, size in contents.items()}
    return tuple(
        hole
        for belongs, count in sorted(sets.items(), key=lambda one: one[0].order)
        for hole in _holes(belongs, count, here, known)
    )


def _holes(
    belongs: Set, count: int, here: Mapping[str, tuple[str, int]], known: Mapping[str, int]
) -> Iterator[MissingFile]:
    names = [f"{belongs.stem}.vol{number}.difftar" for number in range(1, count + 1)]
    largest = max((here[name][1] for name in names if name in here), default=-1)
    for name in [*names, f"{belongs.stem}.manifest", belongs.signatures]:
        whole, size = here.get(name, (name, -1))
        least = max(_LEAST, largest // 2 if name in names[:-1] else 0)
        plausible = size == known[whole] if whole in known else size >= least
        if not plausible:
            yield MissingFile(whole, belongs, missing=size < 0)


def sizes(contents: Mapping[str, int]) -> dict[str, int]:
    """The sizes of all finished files of duplicity's, to be known at the next audit."""
    parsed = ((name, size, parse(name)) for name, size in contents.items())
    return {name: size for name, size, one in parsed if one and not one.partial}


def starts(sets: Collection[Set]) -> dict[Set, str]:
    """The stamp of the full snapshot of each set's chain, as far as that is among them."""
    by_time = {one.time: one for one in sets}
    found: dict[Set, str] = {}
    for belongs in sorted(sets, key=lambda one: one.order):
        start = belongs
        while start.start and start.start in by_time and by_time[start.start] != start:
            start = by_time[start.start]
        found[belongs] = start.time
    return found


def call_final(archive: Path, begun: datetime) -> None:
    """Name the manifest of a set that is whole at the destination as one that is: that is the very last that
    duplicity does (dup_main.py, `full_backup` and `incremental_backup`; dup_temp.py, `to_final`)."""
    for path in archive.glob("duplicity-*.manifest.part"):
        if (one := parse(path.name)) and moment(one.belongs.time) == begun:
            path.rename(path.with_suffix(""))


def incomplete_set(archive: Path) -> datetime | None:
    """When the set was begun that an earlier run left half sent, if there is one: duplicity then finishes it
    before anything else."""
    parsed = (parse(path.name) for path in archive.glob("duplicity-*.manifest.part"))
    return min((moment(one.belongs.time) for one in parsed if one), default=None)
