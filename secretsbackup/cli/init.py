"""`secretsbackup init`: a few questions, each checked as it is answered; then all is set up and tried."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from secretsbackup import words
from secretsbackup.cli import ask_destination, key, output, prompts
from secretsbackup.cli.arguments import Options
from secretsbackup.model import causes, faults
from secretsbackup.model import schedule as schedules
from secretsbackup.model.automatic_start import Starter
from secretsbackup.model.backup_options import BackupOptions
from secretsbackup.model.created import PartDone, PartResult
from secretsbackup.model.faults import Unreadable
from secretsbackup.model.outcome import Failure
from secretsbackup.model.plan import KitChoice, Protected, SetupLeftovers, TaskTold
from secretsbackup.model.profile import Fingerprint, Profile, ProfileName, labelled
from secretsbackup.model.schedule import Manual, Schedule
from secretsbackup.model.secret import Secret
from secretsbackup.model.size_estimate import SizeEstimate
from secretsbackup.operations.keys import keys
from secretsbackup.operations.repository import discover, prerequisites
from secretsbackup.operations.setup import automatic_start, registry, set_up, size_up
from secretsbackup.operations.setup.set_up import NO_KEY, SetupRequest, SetupResult
from secretsbackup.store import pause, profiles
from secretsbackup.store.home import Home
from secretsbackup.tools.gnupg import KeyKind

_T = TypeVar("_T")
_LARGE = 3
"""Things that are named, for whoever wants to leave them out."""


class _Key(msgspec.Struct, frozen=True):
    fingerprint: Fingerprint
    phrase: Secret
    keep: bool
    kind: KeyKind


async def init(_: Options, home: Home) -> int:
    """Ask everything, set it up, and back up."""
    await prerequisites.programs(home)
    print("A few questions. Press Enter to accept what is in [brackets].")
    await _name_old_scripts()
    what = await _what(home)
    destined = await until_right(lambda: ask_destination.ask(what))
    await _name_keys()
    chosen = await until_right(lambda: _key(adopt=destined.adopt))
    rhythm = await until_right(_schedule)
    kit = await until_right(lambda: _kit(what))
    start = _starter(rhythm, home)
    draft = Profile(
        name=ProfileName(what.name),
        sources=labelled([*what.sources]),
        exclude=what.exclude,
        destination=destined.destination,
        key=chosen.fingerprint,
        schedule=rhythm,
        aws_profile=destined.aws_profile,
    )
    request = SetupRequest(
        draft=draft,
        phrase=chosen.phrase,
        keep_phrase=chosen.keep,
        kind=chosen.kind,
        credential=destined.credential,
        admin=destined.admin,
        iam=destined.iam,
        adopt=destined.adopt,
        kit=kit,
        start=start,
    )
    made = await _set_up(request, home)
    return await _first_backup(made, home, adopt=destined.adopt)


async def until_right(question: Callable[[], Awaitable[_T]]) -> _T:
    """Ask again, with the reason, until the answer will do; give up after some tries."""
    for remaining in reversed(range(prompts.TRIES)):
        try:
            return await question()
        except Failure as failure:
            if not remaining:
                raise
            prompts.tell(failure)
    raise AssertionError("the last try returns or raises")


async def _name_old_scripts() -> None:
    for config in (await discover.configs(Path.home()))[:1]:
        print(f"To import the old scripts instead: secretsbackup profile import {config}")
    print("To restore from a recovery kit instead: secretsbackup recover --kit FILE\n")


async def _what(home: Home) -> Protected:
    """Folders, counted; what programs make again is left out unless somebody wants it."""
    paths = prompts.until_right(_paths)
    seen = await size_up.size_up(paths, (), home, _counting)
    exclude = _left_out(seen)
    _tell_size(seen, exclude)
    return Protected(prompts.until_right(lambda: _called(paths, exclude, home)), tuple(paths), exclude)


def _paths() -> list[str]:
    answer = prompts.ask("Which folders? (separate several with “:”)", str(Path.home() / "Documents"))
    paths = [str(Path(one.strip()).expanduser().absolute()) for one in answer.split(":") if one.strip()]
    for path in paths:
        if not Path(path).exists():
            raise Failure(causes.ProfileInvalid(field="sources", fault=faults.PathMissing(path)))
    registry.check_partial(registry.partial_profile("any", labelled(paths)))
    return paths


def _called(paths: list[str], exclude: tuple[str, ...], home: Home) -> str:
    taken = profiles.load(home)
    name = prompts.ask("Name of this backup?", registry.free_name(_plain(paths), taken))
    if name in taken:
        raise Failure(causes.ProfileExists(name))
    registry.check_partial(registry.partial_profile(name, labelled(paths), exclude))
    return name


def _plain(paths: Sequence[str]) -> str:
    name = Path(paths[0]).name if paths else ""
    return "".join(char if char.isascii() and (char.isalnum() or char in "._-") else "-" for char in name)


def _counting(seen: SizeEstimate) -> None:
    if sys.stdout.isatty():
        total = seen.total(())
        print(f"\r  {words.files(total.files)}, {words.size(total.bytes)}… ", end="", flush=True)


def _left_out(seen: SizeEstimate) -> tuple[str, ...]:
    offered = [one for one in seen.suggestions if one.kind.offered]
    if not offered:
        return ()
    listed = ", ".join(
        f"{words.leftover(one.kind).title.lower()} {words.size(one.all.bytes)}" for one in offered
    )
    if not prompts.agrees(f"Skip what can be created again: {listed}?"):
        return ()
    return tuple(pattern for one in offered for pattern in one.patterns)


def _tell_size(seen: SizeEstimate, exclude: Sequence[str]) -> None:
    total = seen.total(exclude)
    print(f"  {words.files(total.files)}, {words.size(total.bytes)}")
    for thing in seen.largest[:_LARGE]:
        print(f"  {words.size(thing.bytes):>9}  {thing.path}")


async def _name_keys() -> None:
    for offer in await keys.offers():
        fingerprint, against = offer.key.fingerprint, offer.against
        cause = f"  cannot be used: {words.reason(against).title}" if against else ""
        print(f"  {fingerprint}  {offer.key.owner}{cause}")


async def _key(*, adopt: bool) -> _Key:
    question = (
        "Which GnuPG key encrypts them?"
        if adopt
        else "Which GnuPG key? (“new” creates one, “rsa” one for software without elliptic-curve support)"
    )
    answer = prompts.ask(question, "" if adopt else "new")
    kind = KeyKind.RSA if answer == "rsa" else KeyKind.CURVE
    made = answer in ("new", "rsa")
    fingerprint = NO_KEY if made else await registry.key(prompts.needed(answer, "The key"))
    phrase = await _known_phrase(fingerprint) if fingerprint else _new_phrase()
    keep = prompts.agrees("Store its passphrase in the keyring? (otherwise restores ask for it)")
    return _Key(fingerprint, phrase, keep, kind)


async def _known_phrase(key: Fingerprint) -> Secret:
    phrase = prompts.ask_secret("Its passphrase:")
    await keys.try_phrase(key, phrase)
    return phrase


def _new_phrase() -> Secret:
    own = prompts.ask("Its passphrase: “words” creates a strong one, “own” uses yours.", "words")
    return key.new_phrase() if own == "words" else prompts.until_right(key.own_phrase)


async def _schedule() -> Schedule:
    try:
        return schedules.parse(
            prompts.ask("How often? (hourly, every 6h, daily 18:00, weekly mon 18:00, manual)", "daily 18:00")
        )
    except Unreadable as error:
        raise Failure(causes.ProfileInvalid(fault=error.fault)) from None


async def _kit(what: Protected) -> KitChoice:
    usual = Path.home() / f"Recovery kit of {what.name}"
    answer = prompts.ask("Save the recovery kit in which folder? (“later” to be reminded)", str(usual))
    return KitChoice() if answer == "later" else KitChoice(str(Path(answer).expanduser().absolute()))


def _starter(rhythm: Schedule, home: Home) -> Starter | None:
    """What is to start the backups, where nothing does yet and somebody wants it."""
    if isinstance(rhythm, Manual) or automatic_start.unstarted(home) is None:
        return None
    return automatic_start.best(tray=False) if prompts.agrees(f"{words.automatically()}?") else None


async def _set_up(request: SetupRequest, home: Home) -> SetupResult:
    """Do it, telling each step; what a set-up that fails has made is listed and offered to be removed."""
    print()
    traces = SetupLeftovers()

    def tell(told: TaskTold | PartDone | SetupLeftovers) -> None:
        nonlocal traces
        if isinstance(told, SetupLeftovers):
            traces = told
        else:
            _tell(told)

    try:
        return await set_up.set_up(request, home, tell)
    except (Failure, asyncio.CancelledError):
        if traces.anything:
            await _offer_undo(traces, request, home, tell)
        raise


def _tell(told: TaskTold | PartDone) -> None:
    match told:
        case TaskTold(over=True, cause=None):
            print(f"✓ {words.task(told.task)}", flush=True)
        case TaskTold(over=True, cause=cause) if cause:
            message = words.reason(cause)
            print(f"! {words.task(told.task)}: {message.title}\n  → {message.in_terminal}", flush=True)
        case PartDone(how=how) if how is not PartResult.BEGUN:
            print(f"  {words.did(told)}", flush=True)
        case _:
            pass


async def _offer_undo(
    traces: SetupLeftovers,
    request: SetupRequest,
    home: Home,
    tell: Callable[[TaskTold | PartDone | SetupLeftovers], None],
) -> None:
    output.say("", "It did not finish. So far it has created: " + "; ".join(words.traces(traces)) + ".")
    if prompts.agrees("Remove that again?"):
        await set_up.undo(traces, request.credential, home, tell, iam=request.iam)


async def _first_backup(made: SetupResult, home: Home, *, adopt: bool) -> int:
    """Back up at once, where somebody is there to say so."""
    name = made.profile.name
    print(f"\nThe profile “{name}” is created and tested.")
    if made.kit:
        print(f"Print the recovery kit: {made.kit.pdf or made.kit.text}")
    else:
        print(f"Save the recovery kit before you need it: secretsbackup kit {name} --out FOLDER")
    now = sys.stdin.isatty() and prompts.agrees("Back up now?")
    pause.resume(home, name)
    if not now:
        print(f"Then: secretsbackup backup {name}{' --adopt' if adopt else ''}")
        return 0
    from secretsbackup.cli import follow
    from secretsbackup.model.event import Verb
    from secretsbackup.operations.backup import backup

    recipe = backup.recipe(BackupOptions(adopt=adopt))
    return follow.status(await follow.run(recipe, Verb.BACKUP, made.profile, home, json=False))
