"""What is asked and done while a profile is set up or taken away."""

from collections.abc import Sequence
from datetime import datetime
from typing import assert_never

from secretsbackup.model.causes import Cause
from secretsbackup.model.created import (
    Created,
    ManualInstruction,
    ManualStep,
    PartDone,
    PartResult,
    SetupPart,
)
from secretsbackup.model.plan import SetupLeftovers, Task
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
        verdict = _("weak; anyone who finds a copy of the key could guess it")
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
    return _("{place} · {stored} used").format(place=place, stored=size(stored)) if stored else place


def part(which: SetupPart) -> str:
    """The name of a part of a set-up."""
    match which:
        case SetupPart.BUCKET:
            return _("Bucket")
        case SetupPart.OWNERSHIP:
            return _("Bucket owner owns all objects")
        case SetupPart.PUBLIC_ACCESS:
            return _("Public access blocked")
        case SetupPart.VERSIONING:
            return _("Old versions are kept")
        case SetupPart.LIFECYCLE:
            return _("Old versions and unfinished uploads expire")
        case SetupPart.USER:
            return _("Dedicated user")
        case SetupPart.POLICY:
            return _("Policy: only this folder in the bucket")
        case SetupPart.KEY:
            return _("Access key")
        case SetupPart.KEYRING:
            return _("Key stored in the keyring")
        case SetupPart.TRIAL:
            return _("Test: write, read and delete with that key")
        case _:
            assert_never(which)


def did(done: PartDone) -> Message:
    """What became of a part of a set-up."""
    name, about = part(done.part), because(done.detail)
    match done.how:
        case PartResult.BEGUN:
            return Message(f"{name}…")
        case PartResult.MADE:
            return Message(f"{name}{about}.")
        case PartResult.FOUND:
            return Message(_("{name}{about}: already exists.").format(name=name, about=about))
        case PartResult.REFUSED:
            return Message(
                _("{name}: this key is not allowed to set it{about}.").format(name=name, about=about),
                _("Set it yourself, or try again with a key that is allowed to."),
            )
        case PartResult.TAKEN_BACK:
            return Message(
                _("{name}: undone.").format(name=name),
                _("With this setting the server rejected every upload, so it was undone."),
            )
        case PartResult.SPARED:
            return Message(
                _("{name}: unchanged.").format(name=name),
                _("The bucket also holds other files. Set it yourself if it does not harm them."),
            )
        case PartResult.UNKNOWN_THERE if done.part is SetupPart.USER:
            return Message(
                _("This server cannot create users, so your own key is used and stored."),
                _(
                    "If that key can do more than back up, create a user with the server’s own tools, give it the policy that `secretsbackup policy bucket` prints, and store its key instead."
                ),
            )
        case PartResult.UNKNOWN_THERE:
            return Message(_("{name}: not supported by this server{about}.").format(name=name, about=about))
        case PartResult.REMOVED:
            return Message(_("{name}: removed.").format(name=name))
        case PartResult.KEPT:
            said = reason(done.cause) if done.cause else Message("")
            return Message(
                _("{name}: not removed. {title}").format(name=name, title=said.title).strip(), said.advice
            )
        case _:
            assert_never(done.how)


def hand(which: ManualInstruction) -> str:
    """What to do by hand, where this program is given no administrator's key."""
    match which.hand:
        case ManualStep.BUCKET:
            said = _(
                "Create the bucket “{name}” in the region of your choice, without ACLs (bucket owner enforced)."
            )
            return said.format(name=which.copy)
        case ManualStep.PROTECTIONS:
            return _("Keep all public access blocked, and turn on versioning.")
        case ManualStep.LIFECYCLE:
            return _("Add a lifecycle rule for this folder that expires old versions and unfinished uploads:")
        case ManualStep.USER:
            said = _(
                "Create an IAM user, such as “{name}”, without console access, and give it only that policy."
            )
            return said.format(name=which.copy)
        case ManualStep.POLICY:
            return _("Create a policy with this text:")
        case ManualStep.KEY:
            return _("Create an access key for that user. Secrets Backup asks for its ID and secret.")
        case _:
            assert_never(which.hand)


def made(so_far: Created) -> list[str]:
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
            return Message(_("Caches"), _("Programs create these again."))
        case Leftover.PACKAGES:
            return Message(
                _("Installed packages"), _("You can install node_modules and virtual environments again.")
            )
        case Leftover.TRASH:
            return Message(_("Trash"), _("Deleted files that are still in the trash."))
        case Leftover.IMAGES:
            return Message(
                _("Disk images"),
                _("You can download installers again, but not the disk of a virtual machine."),
            )
        case _:
            assert_never(kind)


def held(snapshots: int, newest: datetime | None, now: datetime) -> Message:
    """Says that a destination holds backups already that were not mentioned."""
    advice = _("Continue with them if you have their key and passphrase. Otherwise choose another location.")
    if snapshots == 1:
        there = _("There is already 1 backup here")
    else:
        there = _("There are already {count} backups here").format(count=snapshots)
    age = _("; the newest was made {ago}").format(ago=ago(newest, now)) if newest else ""
    return Message(f"{there}{age}.", advice)


def task(which: Task) -> str:
    """The name of a part of setting up."""
    match which:
        case Task.KEY:
            return _("Create the key, and check its passphrase")
        case Task.BUCKET:
            return _("Create the bucket, user and access key")
        case Task.READ:
            return _("Read the lists of the existing backups")
        case Task.SAVE:
            return _("Test: back up a small file")
        case Task.FETCH:
            return _("Test: restore it as a new computer would, and compare")
        case Task.CLEAR:
            return _("Test: remove the small file")
        case Task.WRITE:
            return _("Save the settings, and store the secrets in the keyring")
        case Task.KIT:
            return _("Save the recovery kit")
        case Task.KIT_CHECK:
            return _("Check the recovery kit")
        case Task.START:
            return automatically()
        case _:
            assert_never(which)


def traces(left: SetupLeftovers) -> list[str]:
    """What an unfinished set-up made, one phrase each."""
    key = [_("the key {fingerprint}").format(fingerprint=left.key)] if left.key else []
    return [*key, *(made(left.bucket) if left.bucket else ())]


def lacks_commands() -> str:
    """What is said where a kit's profile had commands of the user's own."""
    return _("Your own commands before and after a backup are not taken from a kit. Set them again.")


_OF_PLACE = {
    *(Reason.DESTINATION_UNREACHABLE, Reason.DESTINATION_MISSING, Reason.DESTINATION_DENIED),
    *(Reason.ENDPOINT_WRONG, Reason.REGION_WRONG, Reason.CERTIFICATE_BAD, Reason.HOST_KEY_UNKNOWN),
}


def is_of_place(cause: Cause) -> bool:
    """Whether another address may be what helps."""
    return cause.reason in _OF_PLACE


def in_set_up(cause: Cause) -> Message:
    """A reason, to somebody who is setting up: there is no run yet that could go on."""
    told = reason(cause)
    if cause.reason is not Reason.DESTINATION_UNREACHABLE:
        return told
    advice = _("Check the address and the network, then try again. Nothing has been set up yet.")
    return Message(told.title, advice, told.typed)
