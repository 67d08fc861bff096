"""secretsbackup snapshots, files, find and versions: what the backups hold."""

import os
from typing import TYPE_CHECKING

from secretsbackup import words
from secretsbackup.cli import arguments, output, prompts
from secretsbackup.cli.arguments import Options
from secretsbackup.model import causes
from secretsbackup.model.entry import EntryKind
from secretsbackup.model.outcome import Failure
from secretsbackup.model.paths import shown
from secretsbackup.store.home import Home

if TYPE_CHECKING:
    from secretsbackup.operations.repository.browse import Answer, Refresh


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
        output.say("There is no snapshot yet.", "Create one: secretsbackup backup")
    if shelf.newer:
        output.trouble(Failure(causes.RolledBack(shelf.newer)))
    return 0


async def files(options: Options, home: Home) -> int:
    """List the files of a snapshot."""
    from secretsbackup.operations.repository import browse

    profile, paths = arguments.one_and_paths(home, options)
    if len(paths) > 1:
        raise Failure(causes.TooManyArguments(causes.Argument.PATH))
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
            "No file name contains that." if not options.deleted else "No deleted file name contains that."
        )
    elif answer.more:
        output.say(
            f"{words.number(answer.more, 'path', 'paths')} more; type more of the name, or use --limit."
        )
    return 0


async def versions(options: Options, home: Home) -> int:
    """List every version of a path."""
    from secretsbackup.operations.repository import browse

    profile, paths = arguments.one_and_paths(home, options)
    if len(paths) != 1:
        raise Failure(causes.TooManyArguments(causes.Argument.PATH))
    _tell(await browse.versions(profile, home, paths[0], _learns(options)), options, span=True)
    return 0


def _learns(options: Options) -> "Refresh":
    """How the destination is asked, where nothing is known here yet or somebody wants it."""
    from secretsbackup.operations.repository.browse import Refresh

    return Refresh(prompts.passphrase, prompts.credential, first=options.refresh)


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
            size = words.roughly(entry.least, entry.most) if entry.what is EntryKind.FILE else entry.what
            print(f"{between}{words.clock(entry.modified)}  {size:>10}  {shown(entry.path)}")
    if answer.trouble is None and answer.newest and not options.json:
        output.say(f"This computer knows all backups up to the one of {words.clock(answer.newest)}.")
    if answer.trouble is not None:
        seen = f" ({words.clock(answer.at)})" if answer.at else ""
        output.say(
            f"This is what this computer knew before{seen}; "
            "the destination could not be asked for new snapshots:"
        )
        output.trouble(answer.trouble)


def _is_text(path: bytes) -> bool:
    return shown(path).encode() == path
