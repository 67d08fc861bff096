"""Commands that look: snapshots, files, find, versions, status, runs, log."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from secretsbackup import words
from secretsbackup.cli import arguments, output, prompts
from secretsbackup.cli.arguments import Options
from secretsbackup.model import causes
from secretsbackup.model.entry import What
from secretsbackup.model.event import (
    HookRan,
    Moment,
    RunEnded,
    RunStarted,
    Verb,
    Warned,
    encode,
)
from secretsbackup.model.outcome import Failure
from secretsbackup.model.paths import shown
from secretsbackup.model.profile import ProfileName
from secretsbackup.store import journal, language_setting, profiles
from secretsbackup.store.home import Home
from secretsbackup.words.language import _, speak

if TYPE_CHECKING:
    from secretsbackup.model.profile import Profile
    from secretsbackup.model.status import Status
    from secretsbackup.operations.repository.browse import Answer, Learns


async def snapshots(options: Options, home: Home) -> int:
    """List what the destination holds."""
    from secretsbackup.operations.repository import browse

    shelf = await browse.snapshots(arguments.one(home, options), home, prompts.credential)
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
    if shelf.newer:
        output.trouble(Failure(causes.RolledBack(shelf.newer)))
    return 0


async def files(options: Options, home: Home) -> int:
    """List the files of a snapshot."""
    from secretsbackup.operations.repository import browse

    profile, paths = arguments.one_and_paths(home, options)
    if len(paths) > 1:
        raise Failure(causes.ProfileInvalid("Give one path, or none."))
    at = arguments.time(options.at)
    answer = await browse.listing(profile, home, paths[0] if paths else b"", at, _learns(options))
    _tell(answer, options)
    return 0


async def find(options: Options, home: Home) -> int:
    """List the paths of all time that have a text in their name."""
    from secretsbackup.operations.repository import browse

    profile, texts = arguments.one_and_paths(home, options)
    text = b" ".join(texts) or os.fsencode(options.words[0])
    answer = await browse.find(
        profile, home, text, _learns(options), deleted=options.deleted, limit=options.limit
    )
    _tell(answer, options, span=True)
    if not answer.entries:
        output.say(
            "No name has that in it." if not options.deleted else "Nothing deleted has that in its name."
        )
    elif answer.more:
        output.say(f"{words.number(answer.more, 'path', 'paths')} more; write more of the name, or --limit.")
    return 0


async def versions(options: Options, home: Home) -> int:
    """List every version of a path."""
    from secretsbackup.operations.repository import browse

    profile, paths = arguments.one_and_paths(home, options)
    if len(paths) != 1:
        raise Failure(causes.ProfileInvalid("Give one path."))
    _tell(await browse.versions(profile, home, paths[0], _learns(options)), options, span=True)
    return 0


def _learns(options: Options) -> "Learns":
    """How the destination is asked, where nothing is known here yet or somebody wants it."""
    from secretsbackup.operations.repository.browse import Learns

    return Learns(prompts.passphrase, prompts.credential, first=options.refresh)


def _tell(answer: "Answer", options: Options, *, span: bool = False) -> None:
    """A line an entry; `span` tells people from when to when it was there."""
    if span and answer.entries and not options.json:
        print(f"{'In the snapshots from – until':41}  {'Modified':19}  {'Size':>10}  Path")
    for entry in answer.entries:
        if options.json:
            raw = {} if _is_text(entry.path) else {"path_base64": entry.path}
            rough = {"size_at_most": entry.most} if entry.size is None else {}
            output.line(
                {
                    "path": shown(entry.path),
                    "size": entry.size,
                    **rough,
                    "modified": entry.modified,
                    "kind": entry.what,
                    "from": entry.since,
                    "until": entry.until,
                    **raw,
                }
            )
        else:
            between = f"{words.between(entry.since, entry.until):41}  " if span else ""
            size = words.roughly(entry.least, entry.most) if entry.what is What.FILE else entry.what
            print(f"{between}{words.clock(entry.modified)}  {size:>10}  {shown(entry.path)}")
    if answer.trouble is None and answer.newest and not options.json:
        output.say(f"Known here: all up to the backup of {words.clock(answer.newest)}.")
    if answer.trouble is not None:
        seen = f" ({words.clock(answer.at)})" if answer.at else ""
        output.say(f"This is what was known before{seen}; what is new could not be asked for:")
        output.trouble(answer.trouble)


def _is_text(path: bytes) -> bool:
    return shown(path).encode() == path


async def status(options: Options, home: Home) -> int:
    """Say how safe each profile is."""
    from secretsbackup.operations.setup import automatic_start
    from secretsbackup.operations.watch.status import standing

    speak(language_setting.chosen(home))  # the same sentence as in the tray
    known = arguments.all_or_one(home, options)
    if automatic_start.scheduled(known):
        await automatic_start.look_elsewhere(home)
    if not known:
        make = _("Create one: {command}").format(command="secretsbackup init")
        output.say(_("There is no profile yet."), make)
    for profile in known:
        now = datetime.now(UTC)
        stands = standing(home, profile.name, now)
        if options.json:
            output.line(await _in_full(profile, home, stands, now))
        else:
            _say_health(profile, stands, now)
    return 0


def _say_health(profile: "Profile", stands: "Status", now: datetime) -> None:
    """The sentence that every place says, and below it what only a terminal does: what to type."""
    from secretsbackup.model.status import unaccepted

    print(f"{profile.name}: {words.health(stands, now)}")
    if stands.running:
        return
    wanted = [words.to_type(one) for one in unaccepted(stands, now)]
    next_run = words.next_run(stands.next_run, stands.paused_until, now)
    for line in (*wanted, next_run, words.proven(stands, now)):
        if line:
            print(f"  {line}")


async def _in_full(profile: "Profile", home: Home, stands: "Status", now: datetime) -> dict[str, Any]:
    """A status with everything that follows from it, and what stands against the next run."""
    from secretsbackup.model.status import concerns, level
    from secretsbackup.operations.watch import schedule

    verdict = await schedule.look(profile, home, now)
    return {
        **msgspec.to_builtins(stands),
        "level": level(stands, now),
        "sentence": words.health(stands, now),
        "concerns": [
            {
                "about": one.about,
                "sentence": words.concern(one, now),
                "accepted": not one.grave and one.key in stands.accepted,
            }
            for one in concerns(stands, now)
        ],
        "next_run": verdict.at,
        "due": verdict.now,
        "against": [{**output.fields(why), "sentence": words.reason(why).title} for why in verdict.against],
    }


async def accept(options: Options, home: Home) -> int:
    """Take note of what is not as it should be, and keep quiet about it until it changes."""
    from secretsbackup.model.status import concerns
    from secretsbackup.operations.watch.status import standing
    from secretsbackup.store import notes

    for profile in arguments.all_or_one(home, options):
        now = datetime.now(UTC)
        known = concerns(standing(home, profile.name, now), now)
        accepted = [one for one in known if not one.grave]
        notes.set_(home, profile.name, accepted=frozenset(one.key for one in accepted))
        if options.json:
            output.line({"profile": profile.name, "accepted": [words.concern(one, now) for one in accepted]})
        for one in () if options.json else known:
            print(f"{profile.name}: {'stays' if one.grave else 'accepted'}: {words.concern(one, now)}")
        if not known and not options.json:
            print(f"{profile.name}: there is nothing to accept.")
    return 0


async def runs(options: Options, home: Home) -> int:
    """List past runs."""
    from secretsbackup.store import history

    name = options.chosen or options.name
    known = [ProfileName(name)] if name else list(profiles.load(home))
    if name:
        profiles.get(home, name)
    rows, trouble = [], None
    for one in known:
        trouble = history.caught_up(home, one)[1] or trouble
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
    return output.failed(trouble, json=False) if trouble else 0


async def log(options: Options, home: Home) -> int:
    """Tell the story of a run."""
    from secretsbackup.operations.watch.report import for_strangers

    verb = Verb.BACKUP
    path = _journal(home, options)
    moments = journal.read(path)
    if options.obscured:
        moments = for_strangers(moments, profiles.load(home).values())
    for moment in moments:
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
            causes.ProfileInvalid(f"There is no run “{options.run}”." if options.run else "No run yet.")
        )
    return max(chosen, key=lambda path: path.stem)


def _told(moment: Moment, verb: Verb) -> str:
    told = words.told(moment, verb)
    match moment.event:
        case Warned() as warned if not warned.is_note:
            return f"! {told}"
        case HookRan(lines=lines):
            return "\n    ".join((told, *map(output.plain, lines)))
        case RunEnded(outcome=ended):
            return "\n    ".join((told, *map(output.plain, getattr(ended, "last_lines", ()))))
        case _:
            return told


async def open(_options: Options, _home: Home) -> int:  # noqa: A001 - the word that people type
    """Only reached where no window can be shown."""
    output.say("There is no screen here to open a window on.", "See `secretsbackup status`.")
    return 1


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
