"""What each command does: reads the words, calls one operation, prints what it returns."""

import argparse
import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from secretsbackup import words
from secretsbackup.cli import asking, output
from secretsbackup.model.destination import parse, url
from secretsbackup.model.event import Moment, RunStarted, StepEnded, Verb, Warned, encode
from secretsbackup.model.outcome import Failure, Reason, Skip
from secretsbackup.model.paths import shown
from secretsbackup.model.profile import Compression, Profile, ProfileName, labelled
from secretsbackup.model.secret import SecretName
from secretsbackup.store import home as homes
from secretsbackup.store import journal, profiles
from secretsbackup.store.home import Home

Options = argparse.Namespace
Command = Callable[[Options, Home], Awaitable[int]]


def run(options: Options) -> int:
    """Run the command that was chosen; the exit status."""
    command: Command = globals()[options.command]
    try:
        return asyncio.run(_run(command, options))
    except (Failure, Skip) as error:
        return output.failed(error, json=options.json)
    except (KeyboardInterrupt, asyncio.CancelledError):
        output.say("Cancelled.")
        return 4
    except EOFError:
        output.say("The answers ended too early; nothing was changed.")
        return 2
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0


async def _run(command: Command, options: Options) -> int:
    return await command(options, homes.standard())


# --- which profile -----------------------------------------------------------------------------------


def _one(home: Home, options: Options) -> Profile:
    """The profile that is named, or the only one."""
    name = options.chosen or getattr(options, "name", None)
    if name:
        return profiles.get(home, name)
    return _only(profiles.load(home))


def _only(known: dict[ProfileName, Profile]) -> Profile:
    if not known:
        raise Failure(Reason.PROFILE_INVALID, "There is no profile yet; make one: secretsbackup init")
    if len(known) > 1:
        raise Failure(Reason.PROFILE_INVALID, f"There are several profiles; name one: {', '.join(known)}")
    return next(iter(known.values()))


def _one_and_paths(home: Home, options: Options) -> tuple[Profile, list[bytes]]:
    """The first word is a profile if it names one; the others are paths."""
    known = profiles.load(home)
    spoken: list[str] = options.words
    if options.chosen:
        profile = profiles.get(home, options.chosen)
    elif spoken and spoken[0] in known:
        profile, spoken = known[ProfileName(spoken[0])], spoken[1:]
    else:
        profile = _only(known)
    return profile, [os.fsencode(path) for path in spoken]


def _time(text: str | None) -> datetime | None:
    from secretsbackup.operations import browse

    try:
        return browse.parse_time(text, datetime.now(UTC)) if text else None
    except ValueError:
        raise Failure(Reason.NOT_A_TIME, text or "") from None


# --- runs --------------------------------------------------------------------------------------------


async def backup(options: Options, home: Home) -> int:
    """Back up now."""
    from secretsbackup.cli import follow
    from secretsbackup.operations import backup as operation

    wish = operation.Wish(full=options.full, even_if_empty=options.even_if_empty, adopt=options.adopt)
    profile = _one(home, options)
    ended = await follow.run(operation.recipe(wish), Verb.BACKUP, profile, home, json=options.json)
    return follow.status(ended)


async def restore(options: Options, home: Home) -> int:
    """Restore into a new folder."""
    from secretsbackup.cli import follow
    from secretsbackup.operations import restore as operation

    profile, paths = _one_and_paths(home, options)
    parent = options.to
    if not parent and options.ask_where:
        parent = asking.ask("In which folder shall the restored one be made?", str(Path.cwd()))
    if not parent:
        raise Failure(Reason.PROFILE_INVALID, "Say where: secretsbackup restore --to PARENT")
    wish = operation.Wish(to=Path(parent).expanduser().absolute(), paths=tuple(paths), at=_time(options.at))
    ended = await follow.run(operation.recipe(wish), Verb.RESTORE, profile, home, json=options.json)
    return follow.status(ended)


async def verify(options: Options, home: Home) -> int:
    """Audit, restore a sample, compare."""
    from secretsbackup.cli import follow
    from secretsbackup.operations.verify import verify as recipe

    profile = _one(home, options)
    return follow.status(await follow.run(recipe, Verb.VERIFY, profile, home, json=options.json))


async def demo(options: Options, _: Home) -> int:
    """Show a whole round trip."""
    from secretsbackup.cli import demonstration

    return await demonstration.show(options.keep, json=options.json)


# --- looking -----------------------------------------------------------------------------------------


async def snapshots(options: Options, home: Home) -> int:
    """List what the destination holds."""
    from secretsbackup.operations import browse

    shelf = await browse.snapshots(_one(home, options), home)
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

    profile, paths = _one_and_paths(home, options)
    if len(paths) > 1:
        raise Failure(Reason.PROFILE_INVALID, "Give one path, or none.")
    below = paths[0] if paths else b""
    found = await browse.listing(profile, home, below, _time(options.at), asking.passphrase)
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
    for moment in journal.read(_journal(home, options)):
        if isinstance(moment.event, RunStarted):
            verb = moment.event.verb
        if options.json:
            sys.stdout.buffer.write(encode(moment) + b"\n")
        elif told := _told(moment, verb):
            print(f"{words.clock(moment.at)}  {told}")
    return 0


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
    from secretsbackup.model.event import RunEnded, SnapshotMade

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


# --- profiles and secrets ----------------------------------------------------------------------------


async def init(_: Options, home: Home) -> int:
    """Ask, and write a profile."""
    from secretsbackup.cli import interview

    return await interview.hold(home)


async def profile_add(options: Options, home: Home) -> int:
    """Write a profile."""
    from secretsbackup.operations import enrol

    sources = labelled([str(Path(path).expanduser().absolute()) for path in options.source])
    try:
        destination = parse(
            options.to, endpoint=options.endpoint, region=options.region, storage_class=options.storage_class
        )
    except ValueError as error:
        raise Failure(Reason.PROFILE_INVALID, f"{error}.") from None
    draft = Profile(
        name=ProfileName(options.name),
        sources=sources,
        destination=destination,
        key=await enrol.key(options.key),
        exclude=tuple(options.exclude),
        full_every=options.full_every,
        keep=options.keep,
        compression=Compression(options.compression),
        staging=str(Path(options.staging).expanduser().absolute()) if options.staging else None,
        aws_profile=options.aws_profile,
    )
    await enrol.enrol(draft, {}, home)
    _added(draft, json=options.json)
    return 0


def _added(profile: Profile, *, json: bool) -> None:
    if json:
        output.line(profile)
        return
    print(f"The profile “{profile.name}” is written.")
    if profile.needs_key_pair:
        print("Store the bucket's AWS key: ")
        for name in (SecretName.AWS_ACCESS_KEY_ID, SecretName.AWS_SECRET_ACCESS_KEY):
            print(f"  secretsbackup secret set {profile.name} {name}")
    print(f"Then: secretsbackup backup {profile.name}")


async def profile_list(options: Options, home: Home) -> int:
    """List the profiles."""
    known = profiles.load(home)
    for profile in known.values():
        if options.json:
            output.line(profile)
    if known and not options.json:
        rows = ((p.name, ", ".join(s.path for s in p.sources), url(p.destination)) for p in known.values())
        output.table(("Profile", "Sources", "Destination"), rows)
    elif not known:
        output.say("There is no profile yet.", "Make one: secretsbackup init")
    return 0


async def profile_show(options: Options, home: Home) -> int:
    """Show a profile."""
    profile = _one(home, options)
    if options.json:
        output.line(profile)
        return 0
    rows = [
        ("name", profile.name),
        *(("source", f"{source.label}: {source.path}") for source in profile.sources),
        ("destination", url(profile.destination)),
        *(
            (field, value)
            for field in ("endpoint", "region", "storage_class")
            if (value := getattr(profile.destination, field, None))
        ),
        ("key", profile.key),
        *(("exclude", pattern) for pattern in profile.exclude),
        ("full every", words.number(profile.full_every, "day", "days")),
        ("keep", words.number(profile.keep, "full backup", "full backups")),
        ("compression", profile.compression),
        ("staging", str(home.stage(profile))),
        ("archive", str(home.archive(profile))),
    ]
    for name, value in rows:
        print(f"{name:12} {value}")
    return 0


async def profile_remove(options: Options, home: Home) -> int:
    """Remove a profile and its secrets; backups and history stay."""
    from secretsbackup.operations import enrol

    if not options.name:
        raise Failure(Reason.PROFILE_INVALID, "Name the profile that shall go.")
    profile = profiles.get(home, options.name)
    await enrol.leave(profile, home)
    output.say(f"The profile “{profile.name}” is removed. Its backups stay at {url(profile.destination)}.")
    return 0


async def profile_check(options: Options, home: Home) -> int:
    """Try everything that a backup needs."""
    from secretsbackup.operations import browse
    from secretsbackup.operations.runner import visit

    profile = _one(home, options)
    async with visit(profile, home, ask=asking.passphrase) as looking:
        count = await browse.check(looking)
    if options.json:
        output.line({"profile": profile.name, "ok": True, "snapshots": count})
    else:
        print(
            f"All is well: tools, key, secrets and {url(profile.destination)}"
            f" ({words.number(count, 'snapshot', 'snapshots')})."
        )
    return 0


async def profile_import(options: Options, home: Home) -> int:
    """Take over the seed's config.sh."""
    from secretsbackup.operations import seed

    profile = await seed.take_over(Path(options.config), home, options.new_name)
    if options.json:
        output.line(profile)
    else:
        print(
            f"“{options.config}” is taken over as the profile “{profile.name}”; "
            "its secrets are in the keyring."
        )
        print(f"Then: secretsbackup backup {profile.name}")
    return 0


async def secret_set(options: Options, home: Home) -> int:
    """Store a secret."""
    from secretsbackup.operations import enrol

    profile = profiles.get(home, options.name)
    name = SecretName(options.secret)
    value = asking.ask_secret(f"{name}:")
    if not value:
        raise Failure(Reason.PROFILE_INVALID, "An empty secret is none; nothing was stored.")
    await enrol.keep_secret(profile, name, value)
    output.say(f"Stored in the keyring: {name} of “{profile.name}”.")
    return 0


async def secret_forget(options: Options, _: Home) -> int:
    """Remove a secret."""
    from secretsbackup.tools import keychain

    gone = await keychain.forget(ProfileName(options.name), SecretName(options.secret))
    output.say("Removed from the keyring." if gone else "The keyring had none.")
    return 0
