"""Commands that look: snapshots, files, status, runs, log."""

import platform
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from secretsbackup import words
from secretsbackup.cli import asking, choosing, output
from secretsbackup.cli.choosing import Options
from secretsbackup.model.event import (
    Moment,
    RunEnded,
    RunStarted,
    SnapshotMade,
    StepEnded,
    Verb,
    Warned,
    encode,
)
from secretsbackup.model.obscured import names, obscured
from secretsbackup.model.outcome import Failure, Reason
from secretsbackup.model.paths import shown
from secretsbackup.model.profile import ProfileName
from secretsbackup.store import journal, profiles
from secretsbackup.store.home import Home


async def snapshots(options: Options, home: Home) -> int:
    """List what the destination holds."""
    from secretsbackup.operations import browse

    shelf = await browse.snapshots(choosing.one(home, options), home)
    rows: list[tuple[str, ...]] = []
    for chain in shelf.chains:
        damaged = chain.snapshots[0].stamp in shelf.damaged
        for snapshot in chain.snapshots:
            files, size = shelf.sizes.get(snapshot.stamp, (None, None))
            if options.json:
                output.line(
                    {
                        "snapshot": snapshot.stamp,
                        "time": snapshot.time,
                        "kind": snapshot.kind,
                        "volumes": snapshot.volumes,
                        "stored": snapshot.size,
                        "files": files,
                        "bytes": size,
                        "whole": snapshot.whole,
                        "damaged": damaged,
                    }
                )
            state = "damaged" if damaged else "" if snapshot.whole else "not finished"
            holds = f"{words.files(files)}, {words.size(size or 0)}" if files is not None else ""
            stored = f"{snapshot.volumes} vol., {words.size(snapshot.size)}"
            rows.append((snapshot.stamp, words.clock(snapshot.time), snapshot.kind, holds, stored, state))
    if not options.json and rows:
        output.table(("Snapshot", "Local time", "Kind", "Holds", "Stored", ""), rows)
    elif not rows:
        output.say("There is no snapshot yet.", "Make one: secretsbackup backup")
    return 0


async def files(options: Options, home: Home) -> int:
    """List the files of a snapshot."""
    from secretsbackup.operations import browse

    profile, paths = choosing.one_and_paths(home, options)
    if len(paths) > 1:
        raise Failure(Reason.PROFILE_INVALID, "Give one path, or none.")
    below = paths[0] if paths else b""
    found = await browse.listing(profile, home, below, choosing.time(options.at), asking.passphrase)
    if below and not found:
        raise Failure(Reason.PATH_NOT_FOUND, shown(below))
    for entry in found:
        if options.json:
            raw = {} if _is_text(entry.path) else {"path_base64": entry.path}
            output.line({"path": shown(entry.path), "modified": entry.modified, "kind": entry.kind, **raw})
        else:
            print(f"{words.clock(entry.modified)}  {entry.kind:6}  {shown(entry.path)}")
    return 0


def _is_text(path: bytes) -> bool:
    return shown(path).encode() == path


async def status(options: Options, home: Home) -> int:
    """Say how safe each profile is."""
    from secretsbackup.model.status import level
    from secretsbackup.operations.standing import standing

    name = options.chosen or options.name
    known = {name: profiles.get(home, name)} if name else profiles.load(home)
    if not known:
        output.say("There is no profile yet.", "Make one: secretsbackup init")
    for one in known:
        now = standing(home, ProfileName(one))
        sentence = words.health(now, datetime.now(UTC))
        if options.json:
            output.line({**msgspec.to_builtins(now), "level": level(now), "sentence": sentence})
        else:
            print(f"{one}: {sentence}")
    return 0


async def runs(options: Options, home: Home) -> int:
    """List past runs."""
    from secretsbackup.store import history

    name = options.chosen or options.name
    known = [ProfileName(name)] if name else list(profiles.load(home))
    if name:
        profiles.get(home, name)
    rows = []
    for one in known:
        history.catch_up(home, one)
        for past in history.runs(home, one):
            if options.json:
                output.line(past)
            took = words.duration((past.ended - past.began).total_seconds())
            told = words.outcome(past.outcome, past.verb).title
            rows.append((past.run, one, past.verb, words.clock(past.began), took, told))
    if rows and not options.json:
        output.table(("Run", "Profile", "", "Began", "Took", "Outcome"), rows)
    elif not rows:
        output.say("There was no run yet.")
    return 0


async def log(options: Options, home: Home) -> int:
    """Tell the story of a run."""
    verb = Verb.BACKUP
    path = _journal(home, options)
    for moment in _for_a_report(home, path) if options.obscured else journal.read(path):
        if isinstance(moment.event, RunStarted):
            verb = moment.event.verb
        if options.json:
            sys.stdout.buffer.write(encode(moment) + b"\n")
        elif told := _told(moment, verb):
            print(f"{words.clock(moment.at)}  {told}")
    return 0


def _for_a_report(home: Home, path: Path) -> Iterator[Moment]:
    """The moments of a journal without whose they are, and where."""
    own = [name for known in profiles.load(home).values() for name in names(known)]
    return obscured(journal.read(path), *own, str(Path.home()), Path.home().name, platform.node())


def _journal(home: Home, options: Options) -> Path:
    names = [ProfileName(options.chosen)] if options.chosen else list(profiles.load(home))
    found = [home.journal(name, run) for name in names for run in journal.runs(home, name)]
    chosen = [path for path in found if not options.run or path.stem == options.run]
    if not chosen:
        raise Failure(
            Reason.PROFILE_INVALID, f"There is no run “{options.run}”." if options.run else "No run yet."
        )
    return max(chosen, key=lambda path: path.stem)


def _told(moment: Moment, verb: Verb) -> str:
    match moment.event:
        case RunStarted(profile=profile, version=version):
            return f"{words.doing(verb)} “{profile}” (version {version})"
        case StepEnded(step=step, seconds=seconds):
            return f"{words.step(step)}: {words.duration(seconds)}"
        case Warned() as warned:
            return f"! {words.warning(warned)}"
        case SnapshotMade(snapshot=snapshot, kind=kind, volumes=volumes, stored=stored):
            return f"Snapshot {snapshot} ({kind}, {volumes} volumes, {words.size(stored)})"
        case RunEnded(outcome=ended):
            lines = getattr(ended, "last_lines", ())
            return "\n    ".join((str(words.outcome(ended, verb)), *lines))
        case _:
            return ""


async def welcome(options: Options, home: Home) -> int:
    """Without a command: how safe one is, or where to begin."""
    if profiles.load(home):
        options.name = None
        return await status(options, home)
    print("Secrets Backup keeps what you can't lose: encrypted, incremental, off-site.\n")
    print("  secretsbackup demo    see it work, with throw-away files and a throw-away key")
    print("  secretsbackup init    set up your own backup")
    print("  secretsbackup --help  everything else")
    return 0
