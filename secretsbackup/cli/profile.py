"""secretsbackup profile: add, change, list, show, check, import or remove profiles."""

import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import msgspec

from secretsbackup import words
from secretsbackup.cli import arguments, output, prompts
from secretsbackup.cli.arguments import Options
from secretsbackup.model import causes, schedule
from secretsbackup.model.check import Finding, Sign
from secretsbackup.model.destination import Destination, open_to_view, parse, url
from secretsbackup.model.faults import Unreadable
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Calls, Compression, Hooks, Profile, ProfileName, Source, labelled
from secretsbackup.model.secret import SecretName
from secretsbackup.store import profiles
from secretsbackup.store.home import Home


async def profile_add(options: Options, home: Home) -> int:
    """Write a profile."""
    from secretsbackup.operations.setup import registry

    draft = Profile(
        name=ProfileName(options.name),
        sources=_sources(options),
        destination=_destination(options),
        key=await registry.key(options.key),
        **_rules(options),
        hooks=_hooks(options, Hooks()),
        calls=_calls(options, Calls()),
    )
    await registry.create(draft, {}, home)
    await _advise(draft, home)
    _added(draft, keyed=await _keyed(draft), json=options.json, automatic=not _unstarted(draft, home))
    return 0


async def profile_set(options: Options, home: Home) -> int:
    """Change fields of a profile."""
    from secretsbackup.operations.setup import registry

    before = arguments.one(home, options)
    changed = _rules(options)
    changed |= {"hooks": _hooks(options, before.hooks), "calls": _calls(options, before.calls)}
    if options.source:
        changed["sources"] = _sources(options)
    if options.to:
        changed["destination"] = _destination(options)
    elif place := {name: getattr(options, name) for name in _PLACE if getattr(options, name)}:
        changed["destination"] = _elsewhere(before, place)
    if options.key:
        changed["key"] = await registry.key(options.key)
    after = msgspec.structs.replace(before, **changed)
    await registry.change(after, home)
    if after != before:
        await _advise(after, home)
    if options.json:
        output.line(after)
    else:
        print(f"The profile “{after.name}” was changed." if after != before else "Nothing to change.")
    return 0


async def _advise(profile: Profile, home: Home) -> None:
    """Say what of a profile has no effect, or one that may surprise; it is written all the same."""
    from secretsbackup.operations.setup import measure

    idle = await measure.idle(profile, home.spared(profile)) if profile.exclude else ()
    found = [Finding(right="exclude", sign=Sign.EXCLUDES_NOTHING, detail=pattern) for pattern in idle]
    if host := open_to_view(profile.destination):
        found.append(Finding(right="transit", sign=Sign.PLAIN_HTTP, detail=host))
    for one in found:
        message = words.finding(one)
        output.say(message.title, message.in_terminal)


_PLACE = ("endpoint", "region", "storage_class")
_RULES = (
    *("full_every", "keep", "keep_days", "aws_profile", "only_on_power", "metered_too"),
    *(
        "jitter_minutes",
        "overdue_after_days",
        "ask_above_new_gb",
        "ask_above_changed_percent",
        "verify_every",
    ),
)


def _rules(options: Options) -> dict[str, Any]:
    """The fields of a profile that were given, but for what it saves, where to and for which key."""
    given = {name: value for name in _RULES if (value := getattr(options, name)) is not None}
    if options.exclude:
        given["exclude"] = tuple(pattern for pattern in options.exclude if pattern)
    if options.compression:
        given["compression"] = Compression(options.compression)
    if options.staging:
        given["staging"] = str(Path(options.staging).expanduser().absolute())
    if options.schedule:
        given["schedule"] = _typed(lambda: schedule.parse(options.schedule))
    return given


def _hooks(options: Options, before: Hooks) -> Hooks:
    given: dict[str, Any] = {}
    if options.before is not None:
        given["before"] = tuple(_typed(lambda: shlex.split(options.before)))
    if options.after is not None:
        given["after"] = tuple(_typed(lambda: shlex.split(options.after)))
    if options.hook_seconds is not None:
        given["seconds"] = options.hook_seconds
    return msgspec.structs.replace(before, **given)


def _calls(options: Options, before: Calls) -> Calls:
    typed = {name: getattr(options, f"call_on_{name}") for name in ("success", "failure", "overdue")}
    typed["mail"] = options.mail
    given = {name: value or None for name, value in typed.items() if value is not None}
    return msgspec.structs.replace(before, **given)


def _sources(options: Options) -> tuple[Source, ...]:
    return labelled([str(Path(path).expanduser().absolute()) for path in options.source])


def _destination(options: Options) -> Destination:
    place = {name: getattr(options, name) for name in _PLACE}
    return _typed(lambda: parse(options.to, **place))


def _elsewhere(before: Profile, place: dict[str, str]) -> Destination:
    """The profile's bucket by another endpoint, region or storage class."""
    known = {name: getattr(before.destination, name, None) for name in _PLACE}
    return _typed(lambda: parse(url(before.destination), **known | place))


_T = TypeVar("_T")


def _typed(read: Callable[[], _T]) -> _T:
    """What was typed, read; a Failure with the sentence where it cannot be."""
    try:
        return read()
    except Unreadable as error:
        raise Failure(causes.ProfileInvalid(fault=error.fault)) from None


async def _keyed(profile: Profile) -> bool:
    """Whether the keyring holds the bucket's key already, as after `provision`."""
    from secretsbackup.operations.repository import prerequisites

    try:
        await prerequisites.credential(profile)
    except Failure:
        return False
    return True


def _unstarted(profile: Profile, home: Home) -> bool:
    """Whether it is to be backed up by itself, and nothing would begin that."""
    from secretsbackup.operations.setup import automatic_start

    return automatic_start.scheduled([profile]) and automatic_start.unstarted(home) is not None


def _added(profile: Profile, *, keyed: bool, json: bool, automatic: bool) -> None:
    if json:
        output.line(profile)
        return
    print(f"The profile “{profile.name}” was created.")
    if not keyed:
        print("Store the bucket’s AWS key: ")
        for name in (SecretName.AWS_ACCESS_KEY_ID, SecretName.AWS_SECRET_ACCESS_KEY):
            print(f"  secretsbackup secret set {profile.name} {name}")
    print(f"Then: secretsbackup backup {profile.name}")
    if not automatic:
        print(f"And automatically, {schedule.text(profile.schedule)}: secretsbackup timer on")


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
        output.say("There is no profile yet.", "Create one: secretsbackup init")
    return 0


async def profile_show(options: Options, home: Home) -> int:
    """Show a profile."""
    profile = arguments.one(home, options)
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
        *([("keep days", str(profile.keep_days))] if profile.keep_days else []),
        ("compression", profile.compression),
        ("schedule", schedule.text(profile.schedule)),
        *(
            (field.replace("_", " "), "yes")
            for field in ("only_on_power", "metered_too")
            if getattr(profile, field)
        ),
        *([("jitter", f"{profile.jitter_minutes} min")] if profile.jitter_minutes else []),
        *(
            (f"{name} it", shlex.join(command))
            for name in ("before", "after")
            if (command := getattr(profile.hooks, name))
        ),
        *(
            (f"on {name}", told)
            for name in ("success", "failure", "overdue", "mail")
            if (told := getattr(profile.calls, name))
        ),
        ("overdue after", words.number(profile.overdue_after_days, "day", "days")),
        (
            "verify every",
            words.number(profile.verify_every, "day", "days") if profile.verify_every else "never",
        ),
        (
            "ask above",
            f"{profile.ask_above_new_gb} GB of new data" if profile.ask_above_new_gb else "any new data",
        ),
        (
            "ask above",
            f"{profile.ask_above_changed_percent} % of files changed"
            if profile.ask_above_changed_percent
            else "any change",
        ),
        ("staging", str(home.stage(profile))),
        ("archive", str(home.archive(profile))),
    ]
    for name, value in rows:
        print(f"{name:13} {value}")
    return 0


async def profile_remove(options: Options, home: Home) -> int:
    """Remove a profile and its secrets; backups and history stay."""
    from secretsbackup.operations.setup import registry

    if not options.name:
        raise Failure(causes.CommandIncomplete("secretsbackup profile remove PROFILE"))
    profile = profiles.get(home, options.name)
    await registry.delete(profile, home)
    output.say(f"The profile “{profile.name}” was removed. Its backups stay at {url(profile.destination)}.")
    return 0


async def profile_check(options: Options, home: Home) -> int:
    """Try everything that a backup needs."""
    from secretsbackup.operations.repository import browse
    from secretsbackup.operations.run.runner import visit

    profile = arguments.one(home, options)
    opened_by = await prompts.credential(profile)
    async with visit(profile, home, ask=prompts.passphrase, opened_by=opened_by) as looking:
        count = await browse.check(looking)
    if options.json:
        output.line({"profile": profile.name, "ok": True, "snapshots": count})
    else:
        print(
            f"Everything is fine: programs, key, secrets and {url(profile.destination)}"
            f" ({words.number(count, 'snapshot', 'snapshots')})."
        )
    return 0


async def profile_import(options: Options, home: Home) -> int:
    """Take over the seed's config.sh."""
    from secretsbackup.operations.setup import legacy_config

    profile = await legacy_config.take_over(Path(options.config), home, options.new_name)
    if options.json:
        output.line(profile)
    else:
        print(
            f"“{options.config}” was imported as the profile “{profile.name}”; "
            "its secrets are in the keyring."
        )
        print(f"Then: secretsbackup backup {profile.name}")
    return 0
