"""Restoring: into a new folder, on with one that was cut off, back in place, from elsewhere."""

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from secretsbackup import words
from secretsbackup.cli import arguments, follow, output, prompts
from secretsbackup.cli.arguments import Options
from secretsbackup.model import causes
from secretsbackup.model import destination as destinations
from secretsbackup.model.destination import Bucket
from secretsbackup.model.difference import Difference, Differs
from secretsbackup.model.event import Verb
from secretsbackup.model.faults import Unreadable
from secretsbackup.model.outcome import Completed, Failure, Outcome
from secretsbackup.model.paths import shown
from secretsbackup.model.profile import Profile
from secretsbackup.model.secret import AwsProfile, Credential, KeyPair, Secret
from secretsbackup.operations.repository import unregistered
from secretsbackup.operations.restore import put_back
from secretsbackup.operations.restore import restore as operation
from secretsbackup.operations.run.runner import Ask
from secretsbackup.store import unfinished
from secretsbackup.store.home import Home


class _From(msgspec.Struct, frozen=True):
    """What is restored from: a profile, what opens it beside the keyring, and who knows the passphrase."""

    profile: Profile
    opened_by: Credential = None
    ask: Ask = prompts.passphrase


async def restore(options: Options, home: Home) -> int:
    """Restore into a new folder."""
    source, paths = await _source(options, home)
    if options.resumed is not None:
        begun = _begun(source.profile, options.resumed, home)
        recipe = operation.go_on(begun, keep_setuid=options.keep_setuid)
    else:
        to = _parent(options)
        request = operation.RestoreRequest(
            to=to, paths=tuple(paths), at=arguments.time(options.at), keep_setuid=options.keep_setuid
        )
        recipe = operation.recipe(request)
    ended = await follow.run(
        recipe,
        Verb.RESTORE,
        source.profile,
        home,
        json=options.json,
        ask=source.ask,
        opened_by=source.opened_by,
    )
    if not options.json and not options.elsewhere:
        _tell_how_to_go_on(ended, source.profile, home)
    if options.put_back and isinstance(ended, Completed) and ended.summary.folder:
        whole = await _put_back(source.profile, Path(ended.summary.folder), options)
        return follow.status(ended) if whole else _SOME
    return follow.status(ended)


def _parent(options: Options) -> Path:
    parent = options.to
    if not parent and options.ask_where:
        parent = prompts.ask("Where should the restored folder be created?", str(Path.cwd()))
    if not parent:
        raise Failure(causes.CommandIncomplete("secretsbackup restore --to PARENT"))
    return Path(parent).expanduser().absolute()


def _begun(profile: Profile, folder: str, home: Home) -> unfinished.Unfinished:
    """The restore that is continued."""
    wanted = str(Path(folder).expanduser().absolute()) if folder else ""
    for one in unfinished.known(home, profile.name):
        if wanted in ("", one.folder):
            return one
    raise Failure(causes.NoRestoreToResume(profile.name, wanted))


def _tell_how_to_go_on(ended: Outcome, profile: Profile, home: Home) -> None:
    if not isinstance(ended, Completed) and (begun := unfinished.known(home, profile.name)):
        output.say(f"To continue: secretsbackup restore {profile.name} --continue {begun[0].folder}")


# From elsewhere


async def _source(options: Options, home: Home) -> tuple[_From, list[bytes]]:
    if not options.elsewhere:
        profile, paths = arguments.one_and_paths(home, options)
        await prompts.refuse_unwanted(profile)
        return _From(profile, await prompts.opened_by(profile)), paths
    try:
        place = destinations.parse(options.elsewhere, endpoint=options.endpoint, region=options.region)
    except Unreadable as error:
        raise Failure(causes.ProfileInvalid(fault=error.fault)) from None
    opened_by: Credential = None
    if isinstance(place, Bucket):
        opened_by = AwsProfile(options.aws_profile) if options.aws_profile else _key_pair()
    found = await unregistered.open_unregistered(place, opened_by, prompts.passphrase)

    async def known() -> Secret:
        return found.phrase

    return _From(found.profile, opened_by, known), [os.fsencode(path) for path in options.words]


def _key_pair() -> KeyPair:
    return KeyPair(prompts.ask_secret(prompts.KEY_ID), prompts.ask_secret(prompts.KEY_SECRET))


# Back in place


_SOME = 3
"""The exit status of what went well but for something that was warned of."""


async def _put_back(profile: Profile, folder: Path, options: Options) -> bool:
    """Compare what came back with what is in place; put back what somebody says yes to. Whether all of that
    could be put back."""
    found = await put_back.compare(profile, folder)
    differing = [one for one in found if one.how is not Differs.SAME]
    for one in found if options.json else ():
        output.line({"path": shown(one.path), "place": shown(one.place), "how": one.how})
    if not options.json:
        print(words.compared(len(differing), len(found) - len(differing)))
    chosen = differing if options.yes else _chosen(differing)
    if not chosen:
        return True
    done = await put_back.put(folder, chosen, datetime.now(UTC))
    if options.json:
        refused = [{"path": shown(one.path), "reason": one.cause.reason} for one in done.refused]
        output.line({"put_back": done.files, "aside": done.aside, "refused": refused})
    else:
        print(words.put_back(done.files, done.aside or ""))
        if done.refused:
            message = words.not_put_back(done.refused)
            output.say(message.title)
            for line in message.advice.splitlines():
                print(f"  {output.plain(line)}", file=sys.stderr)
    return not done.refused


def _chosen(differing: Sequence[Difference]) -> list[Difference]:
    """All, none, or those that are said yes to one by one; none where nobody can be asked."""
    if not differing or not sys.stdin.isatty():
        return []
    for one in differing:
        print(f"  {words.difference(one.how, one.path)}")
    answer = prompts.ask("Put back (a)ll, (n)one or (o)ne by one?", "none").lower()
    if answer.startswith("a"):
        return list(differing)
    if not answer.startswith("o"):
        return []
    return [one for one in differing if prompts.ask(f"{shown(one.path)}?", "no").lower().startswith("y")]
