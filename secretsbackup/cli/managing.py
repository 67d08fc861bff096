"""Commands that manage: init, profiles and secrets."""

from pathlib import Path

from secretsbackup import words
from secretsbackup.cli import asking, choosing, output
from secretsbackup.cli.choosing import Options
from secretsbackup.model.destination import parse, url
from secretsbackup.model.outcome import Failure, Reason
from secretsbackup.model.profile import Compression, Profile, ProfileName, labelled
from secretsbackup.model.secret import SecretName
from secretsbackup.store import profiles
from secretsbackup.store.home import Home


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
    _added(draft, keyed=await _keyed(draft), json=options.json)
    return 0


async def _keyed(profile: Profile) -> bool:
    """Whether the keyring holds the bucket's key already, as after `provision`."""
    from secretsbackup.operations import equipment

    try:
        await equipment.credential(profile)
    except Failure:
        return False
    return True


def _added(profile: Profile, *, keyed: bool, json: bool) -> None:
    if json:
        output.line(profile)
        return
    print(f"The profile “{profile.name}” is written.")
    if not keyed:
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
    profile = choosing.one(home, options)
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

    profile = choosing.one(home, options)
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
