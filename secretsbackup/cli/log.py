"""secretsbackup runs and log: what past runs did."""

import sys
from pathlib import Path

from secretsbackup import words
from secretsbackup.cli import output
from secretsbackup.cli.arguments import Options
from secretsbackup.model import causes
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
from secretsbackup.model.profile import ProfileName
from secretsbackup.store import journal, profiles
from secretsbackup.store.home import Home


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
        output.say("There is no run yet.")
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
        raise Failure(causes.RunUnknown(options.run or ""))
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
