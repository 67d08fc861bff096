"""secretsbackup status and accept: how safe each profile is."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import msgspec

from secretsbackup import words
from secretsbackup.cli import arguments, output
from secretsbackup.cli.arguments import Options
from secretsbackup.store import language_setting
from secretsbackup.store.home import Home
from secretsbackup.words.language import _, set_language

if TYPE_CHECKING:
    from secretsbackup.model.profile import Profile
    from secretsbackup.model.status import Status


async def status(options: Options, home: Home) -> int:
    """Say how safe each profile is."""
    from secretsbackup.operations.setup import automatic_start
    from secretsbackup.operations.watch.status import status_of

    set_language(language_setting.chosen(home))  # the same sentence as in the tray
    known = arguments.all_or_one(home, options)
    if automatic_start.scheduled(known):
        await automatic_start.look_elsewhere(home)
    if not known:
        make = _("Create one: {command}").format(command="secretsbackup init")
        output.say(_("There is no profile yet."), make)
    for profile in known:
        now = datetime.now(UTC)
        stands = status_of(home, profile.name, now)
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
        "against": [
            {**output.fields(cause), "sentence": words.reason(cause).title} for cause in verdict.against
        ],
    }


async def accept(options: Options, home: Home) -> int:
    """Take note of what is not as it should be, and keep quiet about it until it changes."""
    from secretsbackup.model.status import concerns
    from secretsbackup.operations.watch.status import status_of
    from secretsbackup.store import notes

    for profile in arguments.all_or_one(home, options):
        now = datetime.now(UTC)
        known = concerns(status_of(home, profile.name, now), now)
        accepted = [one for one in known if not one.grave]
        notes.update(home, profile.name, accepted=frozenset(one.key for one in accepted))
        if options.json:
            output.line({"profile": profile.name, "accepted": [words.concern(one, now) for one in accepted]})
        for one in () if options.json else known:
            print(f"{profile.name}: {'stays' if one.grave else 'accepted'}: {words.concern(one, now)}")
        if not known and not options.json:
            print(f"{profile.name}: nothing to accept.")
    return 0
