"""What is asked and done while a profile is set up or taken away."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from secretsbackup.model.causes import Cause
from secretsbackup.model.created import Did, Hand, HandStep, How, Made, Part
from secretsbackup.model.plan import Task, Traces
from secretsbackup.model.reason import Reason
from secretsbackup.model.size_estimate import Leftover
from secretsbackup.words.causes import reason
from secretsbackup.words.health import automatically
from secretsbackup.words.language import _
from secretsbackup.words.message import Message
from secretsbackup.words.quantities import because, files, size
from secretsbackup.words.times import ago


def strength(bits: float) -> str:
    """How hard a passphrase is to guess, in bits, and whether that will do for a key on paper."""
    if bits < 50:
        verdict = _("weak; whoever finds a copy of the key could guess it")
    elif bits < 75:
        verdict = _("fair; a few more words make it strong")
    else:
        verdict = _("strong")
    return _("about {bits} bits: {verdict}").format(bits=f"{bits:.0f}", verdict=verdict)


def amount(count: int, total: int, largest: Sequence[tuple[str, int]], *, counting: bool = False) -> str:
    """How much sources hold: 41 GB in 12 000 files; the largest: …"""
    told = _("{size} in {files}").format(size=size(total), files=files(count))
    if counting:
        return _("{amount} so far…").format(amount=told)
    if not largest:
        return told
    path, most = largest[0]
    return _("{amount}; the largest: {path} ({size})").format(amount=told, path=path, size=size(most))


def idle(patterns: Sequence[str]) -> str:
    """Says which patterns leave nothing out; empty without any."""
    shown = ", ".join(f"“{one}”" for one in patterns)
    return _("Nothing matches {patterns}.").format(patterns=shown) if patterns else ""


def protects(paths: Sequence[str], count: int, amount: int) -> str:
    """What a profile protects, and how much that is where it is known."""
    shown = ", ".join(paths)
    return f"{files(count)} · {size(amount)} · {shown}" if count else shown


def keeps(place: str, stored: int) -> str:
    """Where the backups are, and how much they take there."""
    return _("{place} · {stored} there").format(place=place, stored=size(stored)) if stored else place


def part(which: Part) -> str:
    """The name of a part of a set-up."""
    match which:
        case Part.BUCKET:
            return _("Bucket")
        case Part.OWNERSHIP:
            return _("All it holds is its owner's")
        case Part.PUBLIC_ACCESS:
            return _("Public access blocked")
        case Part.VERSIONING:
            return _("Old versions kept")
        case Part.LIFECYCLE:
            return _("Old versions and unfinished uploads ended in time")
        case Part.USER:
            return _("User of its own")
        case Part.POLICY:
            return _("Policy: this prefix and nothing else")
        case Part.KEY:
            return _("Access key")
        case Part.KEYRING:
            return _("Key kept in the keyring")
        case Part.TRIAL:
            return _("Trial: put, read, delete with that key")
        case _:
            assert_never(which)


def did(done: Did) -> Message:
    """What became of a part of a set-up."""
    name, about = part(done.part), because(done.detail)
    match done.how:
        case How.BEGUN:
            return Message(f"{name}…")
        case How.MADE:
            return Message(f"{name}{about}.")
        case How.FOUND:
            return Message(_("{name}{about}: was there already.").format(name=name, about=about))
        case How.REFUSED:
            return Message(
                _("{name}: this key may not set it{about}.").format(name=name, about=about),
                _("Set it by hand, or do it again with a key that may."),
            )
        case How.TAKEN_BACK:
            return Message(
                _("{name}: taken back.").format(name=name),
                _("With it this server refused every put; it does not bear it."),
            )
        case How.SPARED:
            return Message(
                _("{name}: left as it is.").format(name=name),
                _("The bucket holds other things too; set it by hand if they bear it."),
            )
        case How.UNKNOWN_THERE if done.part is Part.USER:
            return Message(
                _(
                    "This server makes no users for us: the key that you gave is the one that is used and kept."
                ),
                _(
                    "If it may do more than back up: make a user with the server's own tools, give it what `secretsbackup policy bucket` prints, and store its key instead."
                ),
            )
        case How.UNKNOWN_THERE:
            return Message(
                _("{name}: this server does not know of it{about}.").format(name=name, about=about)
            )
        case How.REMOVED:
            return Message(_("{name}: removed.").format(name=name))
        case How.KEPT:
            said = reason(done.why) if done.why else Message("")
            return Message(
                _("{name}: not removed. {title}").format(name=name, title=said.title).strip(), said.advice
            )
        case _:
            assert_never(done.how)


def hand(which: HandStep) -> str:
    """What to do by hand, where this program is given no administrator's key."""
    match which.hand:
        case Hand.BUCKET:
            said = _(
                "Make the bucket “{name}” in the region of your choice, without ACLs (bucket owner enforced)."
            )
            return said.format(name=which.copy)
        case Hand.PROTECTIONS:
            return _("Leave all public access blocked, and turn versioning on.")
        case Hand.LIFECYCLE:
            return _("Add a lifecycle rule for the prefix that ends old versions and unfinished uploads:")
        case Hand.USER:
            said = _(
                "Make an IAM user, for example “{name}”, without access to the console, and give it that "
                "policy alone."
            )
            return said.format(name=which.copy)
        case Hand.POLICY:
            return _("Make a policy of the text that is given here.")
        case Hand.KEY:
            return _("Make an access key for that user; its id and secret are what this program asks for.")
        case _:
            assert_never(which.hand)


def made(so_far: Made) -> list[str]:
    """What a set-up made, one phrase each."""
    phrases = {
        _("the bucket {bucket}").format(bucket=so_far.destination.bucket): so_far.bucket,
        _("the lifecycle rule “{rule}”").format(rule=so_far.rule): so_far.rule and not so_far.bucket,
        _("the user {user}").format(user=so_far.user): so_far.user,
        _("the access key {key_id}").format(key_id=so_far.key_id): so_far.key_id,
        _("that key in the keyring, for the profile “{profile}”").format(
            profile=so_far.profile
        ): so_far.stored,
    }
    return [phrase for phrase, there in phrases.items() if there]


def leftover(kind: Leftover) -> Message:
    """What could be left out of a backup, and why nobody misses it."""
    match kind:
        case Leftover.CACHES:
            return Message(_("Caches"), _("Programs make them again by themselves."))
        case Leftover.PACKAGES:
            return Message(
                _("Installed packages"), _("node_modules and virtual environments are installed again.")
            )
        case Leftover.TRASH:
            return Message(_("Trash"), _("What was thrown away, and not yet for good."))
        case Leftover.IMAGES:
            return Message(
                _("Disk images"), _("Installers are downloaded again; a virtual machine’s disk is not.")
            )
        case _:
            assert_never(kind)


def held(snapshots: int, newest: datetime | None, now: datetime) -> Message:
    """Says that a destination holds backups already that were not mentioned."""
    advice = _("Go on with them if you have their key and passphrase; else choose another place.")
    if snapshots == 1:
        there = _("There is 1 backup here already")
    else:
        there = _("There are {count} backups here already").format(count=snapshots)
    age = _("; the newest was made {ago}").format(ago=ago(newest, now)) if newest else ""
    return Message(f"{there}{age}.", advice)


def task(which: Task) -> str:
    """The name of a part of setting up."""
    match which:
        case Task.KEY:
            return _("Make the key, and try its passphrase")
        case Task.BUCKET:
            return _("Make bucket, user and access key")
        case Task.READ:
            return _("Read the records of the backups that are there")
        case Task.SAVE:
            return _("Trial: back up a canary")
        case Task.FETCH:
            return _("Trial: restore it as a new machine would, and compare")
        case Task.CLEAR:
            return _("Trial: take the canary away again")
        case Task.WRITE:
            return _("Write the profile; keep its secrets in the keyring")
        case Task.KIT:
            return _("Save the recovery kit")
        case Task.KIT_CHECK:
            return _("Read the kit back: it opens what it must")
        case Task.START:
            return automatically()
        case _:
            assert_never(which)


def traces(left: Traces) -> list[str]:
    """What an unfinished set-up made, one phrase each."""
    key = [_("the key {fingerprint}").format(fingerprint=left.key)] if left.key else []
    return [*key, *(made(left.bucket) if left.bucket else ())]


def lacks_commands() -> str:
    """What is said where a kit's profile had commands of the user's own."""
    return _("Your own commands before and after a backup are not taken from a kit: set them again.")


_OF_PLACE = {
    *(Reason.DESTINATION_UNREACHABLE, Reason.DESTINATION_MISSING, Reason.DESTINATION_DENIED),
    *(Reason.ENDPOINT_WRONG, Reason.REGION_WRONG, Reason.CERTIFICATE_BAD, Reason.HOST_KEY_UNKNOWN),
}


def is_of_place(why: Cause) -> bool:
    """Whether another address may be what helps."""
    return why.reason in _OF_PLACE


def in_set_up(why: Cause) -> Message:
    """A reason, to somebody who is setting up: there is no run yet that could go on."""
    told = reason(why)
    if why.reason is not Reason.DESTINATION_UNREACHABLE:
        return told
    advice = _(
        "Check the address and the network, then try again. Nothing was set up yet that could be lost."
    )
    return Message(told.title, advice, told.typed)
