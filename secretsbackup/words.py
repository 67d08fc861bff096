"""How everything reads to a person: statuses, outcomes, reasons, warnings. Data comes in, words go out."""

from datetime import datetime
from typing import assert_never

import msgspec

from secretsbackup.model.event import Caution, Progressed, Step, Verb, Warned
from secretsbackup.model.outcome import (
    Cancelled,
    Completed,
    Failed,
    Interrupted,
    Outcome,
    Reason,
    Skipped,
    Summary,
    Why,
)
from secretsbackup.model.status import Level, Status, level


class Message(msgspec.Struct, frozen=True):
    """What happened and what to do now: a title, and an advice (empty where there is nothing to do)."""

    title: str
    advice: str = ""

    def __str__(self) -> str:
        return f"{self.title} {self.advice}".strip()


def size(count: int) -> str:
    """Bytes for people: 412 MB."""
    import humanize

    return humanize.naturalsize(count, format="%.1f").replace(".0 ", " ").replace("Byte", "byte")


def number(count: int, one: str, many: str) -> str:
    """A count with its noun: 1 file, 12 480 files."""
    return f"{count:,} {one if count == 1 else many}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def files(count: int) -> str:
    """A count of files."""
    return number(count, "file", "files")


def ago(then: datetime, now: datetime) -> str:
    """How long ago: 2 hours ago."""
    import humanize

    return humanize.naturaltime(now - then)


def clock(then: datetime) -> str:
    """A moment on this machine's clock, to the second."""
    return f"{then.astimezone():%Y-%m-%d %H:%M:%S}"


def duration(seconds: float) -> str:
    """A span of time: 0.4 s, 12 s, 3 min, 2 h 10 min."""
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 90:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes // 60} h {minutes % 60} min"


def step(which: Step) -> str:
    """The name of a step."""
    return which.value.capitalize()


def doing(verb: Verb) -> str:
    """What a run does."""
    match verb:
        case Verb.BACKUP:
            return "Backing up"
        case Verb.RESTORE:
            return "Restoring"
        case Verb.VERIFY:
            return "Verifying"
        case _:
            assert_never(verb)


def progress(event: Progressed) -> str:
    """How far a step is: 412 MB of 1.4 GB · 18 MB/s · about 3 min left."""
    if event.unit == "bytes":
        amount = f"{size(event.done)} of {size(event.total)}" if event.total else size(event.done)
        rate = f"{size(round(event.rate))}/s" if event.rate else ""
    else:
        amount = (
            f"{event.done} of {event.total} {event.unit}" if event.total else f"{event.done} {event.unit}"
        )
        rate = ""
    left = f"about {duration(max(event.left, 10.0))} left" if event.left else ""
    return " · ".join(part for part in (amount, rate, left) if part)


def warning(warned: Warned) -> str:  # noqa: PLR0912 - one closed list, told in one place
    """One sentence for a warning, with the path that it is about."""
    path = f"“{warned.path}”"
    match warned.caution:
        case Caution.DANGLING_LINK:
            return f"{path} is a link to something that is not there; any earlier copy of it is kept."
        case Caution.LINK_LOOP:
            return f"{path} is a link that leads back up its own tree; it is left out."
        case Caution.UNREADABLE:
            return f"{path} could not be read{_because(warned.detail)}; any earlier copy of it is kept."
        case Caution.NOT_A_FILE:
            return f"{path} is a socket, a pipe or a device; it is left out."
        case Caution.VANISHED:
            return f"{path} vanished while it was being read."
        case Caution.NOT_STAGED:
            return f"{path} could not be copied to the stage{_because(warned.detail)}."
        case Caution.NOT_PRESERVED:
            return f"{path} was saved, but not all of its owner, mode or time."
        case Caution.NEW_FULL:
            return (
                f"The chain that began {warned.detail} has a hole, so this is a new full backup; "
                "the damaged chain is kept for what can still be read from it."
            )
        case Caution.NOT_TIDIED:
            return f"Old backups could not be removed yet{_because(warned.detail)}; the next run tries again."
        case Caution.NOT_RESTORED:
            return f"{path} could not be restored{_because(warned.detail)}."
        case Caution.NOT_COMPARED:
            return "Nothing is staged on this machine to compare with; the sample was restored only."
        case Caution.TOOL_SAYS:
            return warned.detail
        case _:
            assert_never(warned.caution)


def _because(detail: str) -> str:
    return f" ({detail.strip(' :')})" if detail.strip(" :") else ""


def outcome(ended: Outcome, verb: Verb) -> Message:
    """How a run ended."""
    match ended:
        case Completed(summary=summary, warnings=warnings):
            return _completed(summary, warnings, verb)
        case Skipped(reasons=reasons):
            told = [reason(why) for why in reasons]
            advice = " ".join(dict.fromkeys(message.advice for message in told))
            return Message("Skipped: " + " ".join(message.title for message in told), advice)
        case Cancelled(by=by):
            return Message(
                f"Cancelled by {by}.", "Nothing is lost; the next run goes on where this one stopped."
            )
        case Failed(reason=why, detail=detail):
            return reason(Why(why, detail))
        case Interrupted():
            return Message(
                "Cut off in the middle: the machine or the program was stopped.",
                "Nothing is lost; the next run goes on where this one stopped.",
            )
        case _:
            assert_never(ended)


def _completed(summary: Summary, warnings: int, verb: Verb) -> Message:
    amount = f"{files(summary.files)}, {size(summary.bytes)}"
    match verb:
        case Verb.BACKUP if not summary.changed:
            title = f"Nothing changed; {amount} are safe."
        case Verb.BACKUP:
            title = f"Backed up {amount} ({size(summary.stored)} at the destination)."
        case Verb.RESTORE:
            title = f"Restored {amount} into {summary.folder}."
        case Verb.VERIFY:
            title = f"Verified: every volume is there, and {amount}, restored and compared, are right."
        case _:
            assert_never(verb)
    if not warnings:
        return Message(title)
    return Message(title, f"{number(warnings, 'warning', 'warnings')}: see `secretsbackup log`.")


def health(status: Status, now: datetime) -> str:
    """One honest sentence on how safe a profile is."""
    if status.running and status.verb:
        doing_now = doing(status.verb)
        return f"{doing_now}: {progress(status.progress)}" if status.progress else f"{doing_now}…"
    last = outcome(status.last, status.last_verb or Verb.BACKUP) if status.last else None
    match level(status):
        case Level.PROTECTED if status.safe_as_of:
            return f"Everything safe as of {clock(status.safe_as_of)} ({ago(status.safe_as_of, now)})."
        case Level.ATTENTION if status.safe_as_of:
            return f"Safe as of {clock(status.safe_as_of)}, but: {last.title if last else ''}"
        case _:
            return f"Not protected. {last or 'No backup was made yet: run `secretsbackup backup`.'}"


def reason(why: Why) -> Message:  # noqa: PLR0912, PLR0915 - one closed list, told in one place
    """What stood in the way, and what to do now."""
    about = why.detail
    match why.reason:
        case Reason.TOOL_MISSING:
            return Message(
                f"The program “{about}” is not installed.",
                f"Install it (Debian, Ubuntu: sudo apt install {_package(about)}) and try again.",
            )
        case Reason.TOOL_TOO_OLD:
            name, has, needs, where = (*about.split(" ", 3), "", "", "", "")[:4]
            return Message(
                f"{name} {has} at {where} is too old; {needs} or newer is needed.",
                f"Take it off your PATH or upgrade it{_remedy(name)}.",
            )
        case Reason.TOOL_FAILED:
            return Message(
                f"A program that this one drives failed ({about}).",
                "Its last lines are in `secretsbackup log`; try again, and report it if it stays.",
            )
        case Reason.NO_ROOM:
            return Message(f"The disk is full{_room(about)}.", "Make room and run it again; nothing is lost.")
        case Reason.NOT_WRITABLE:
            return Message(
                f"It cannot be written{_at(about)}.",
                "Choose a folder that exists and is yours, or see to its permissions.",
            )
        case Reason.STAGE_NOT_OURS:
            return Message(
                f"The staging folder holds something else, which would be deleted: {about}.",
                "Give the profile an empty folder for staging.",
            )
        case Reason.BUSY:
            return Message(
                "Another run of this profile is going on" + (f" (process {about})." if about else "."),
                "Wait for its end: `secretsbackup status`.",
            )
        case Reason.PROFILE_UNKNOWN:
            return Message(
                f"There is no profile “{about}”.",
                "See `secretsbackup profile list`, or make one: `secretsbackup init`.",
            )
        case Reason.PROFILE_EXISTS:
            return Message(f"There is a profile “{about}” already.", "Give the new one another name.")
        case Reason.PROFILE_INVALID:
            return Message(about)
        case Reason.SETTINGS_BROKEN:
            return Message(
                f"The settings cannot be read: {about}.", "Mend that place in the file; nothing was changed."
            )
        case Reason.SETTINGS_NEWER:
            return Message(f"{about} was written by a newer version of this program.", "Upgrade this one.")
        case Reason.MEMORY_NEWER:
            return Message(f"{about} was written by a newer version of this program.", "Upgrade this one.")
        case Reason.MEMORY_BUSY:
            return Message(
                f"Another program holds {about}.",
                "Close whatever has it open and try again; nothing is lost.",
            )
        case Reason.MEMORY_BROKEN:
            return Message(
                f"{about} was damaged; it is put aside, and a new one begun.",
                "Run it again: what it held is learned anew from journals and destinations.",
            )
        case Reason.SEED_UNREADABLE:
            return Message(
                f"That configuration cannot be taken over: {about}.", "Mend it, or use `secretsbackup init`."
            )
        case Reason.NOT_A_TIME:
            return Message(
                f"“{about}” is no time.", "Write 2026-11-22, “2026-11-22 18:00” or a snapshot's stamp."
            )
        case Reason.KEYRING_MISSING:
            return Message(
                f"No usable keyring was found{_at(about)}.",
                "Install and start one (gnome-keyring, KWallet), or use your own ~/.aws with --aws-profile; "
                "secrets are never kept in plain text.",
            )
        case Reason.KEYRING_LOCKED:
            return Message(
                "The keyring is locked.",
                "Unlock it (log in to the desktop, or open its manager) and try again.",
            )
        case Reason.SECRET_MISSING:
            name, profile = (*about.split(" ", 1), "PROFILE")[:2]
            return Message(
                f"The keyring has no {name} for this profile.",
                f"Store it: secretsbackup secret set {profile} {name}",
            )
        case Reason.AWS_PROFILE_MISSING:
            return Message(
                f"Your own AWS settings have no profile “{about}” with a key.",
                "Make it with `aws configure --profile NAME`, or see to ~/.aws/credentials.",
            )
        case Reason.KEY_MISSING:
            return Message(
                f"There is no GnuPG key “{about}” here.",
                "See `gpg --list-keys`, or import it: gpg --import FILE.",
            )
        case Reason.KEY_AMBIGUOUS:
            return Message(
                f"Several keys go by that name: {about}.", "Name the one by its whole fingerprint."
            )
        case Reason.KEY_EXPIRED:
            return Message(
                f"The key {about} has expired, so nothing can be encrypted to it.",
                f"Extend it: gpg --quick-set-expire {about or 'FINGERPRINT'} 0 and the same with '*' at the end. "
                "What is saved can still be restored.",
            )
        case Reason.KEY_REVOKED:
            return Message(
                f"The key {about} is revoked.",
                "Give the profile another key; what is saved can still be restored.",
            )
        case Reason.KEY_CANNOT_ENCRYPT:
            return Message(
                f"The key {about} can only sign.",
                f"Add a subkey that encrypts: gpg --quick-add-key {about or 'FINGERPRINT'} cv25519 encr never",
            )
        case Reason.SECRET_KEY_MISSING:
            return Message(
                f"The secret key {about} is not on this machine.",
                "Import it from where you keep it safe: gpg --import FILE.",
            )
        case Reason.PASSPHRASE_MISSING:
            return Message(
                "The passphrase of your key is needed, and nobody is here to ask.",
                f"Run it in a terminal, or store it: secretsbackup secret set {about or 'PROFILE'} gpg-passphrase",
            )
        case Reason.PASSPHRASE_WRONG:
            return Message(
                "That passphrase does not open your key.", "Try again; mind capitals and the keyboard layout."
            )
        case Reason.GPG_FAILED:
            return Message(f"GnuPG failed ({about}).", "Its last lines are in `secretsbackup log`.")
        case Reason.SOURCE_MISSING:
            return Message(
                f"{about} is not there; is its disk mounted?",
                "Nothing was deleted. Mount it, or change the profile.",
            )
        case Reason.SOURCE_EMPTY:
            return Message(
                f"{about} is empty and was not before; is its disk mounted?",
                "Nothing was deleted. If you emptied it, run `secretsbackup backup --even-if-empty`.",
            )
        case Reason.SOURCE_UNREADABLE:
            return Message(f"{about} cannot be read.", "See to its permissions, or change the profile.")
        case Reason.DESTINATION_AWAY:
            return Message(
                f"The disk with {about} is away: its backups are not there.",
                "Attach it and run it again. If you deleted them, give the profile a new folder.",
            )
        case Reason.DESTINATION_MISSING:
            return Message(
                f"The destination {about} does not exist.", "Make it, or mend its name in the profile."
            )
        case Reason.DESTINATION_UNREACHABLE:
            return Message(
                f"{about or 'The destination'} cannot be reached.",
                "Is the network up, and the address right? Nothing is lost; the next run goes on from here.",
            )
        case Reason.DESTINATION_DENIED:
            return Message(
                f"The destination refuses access ({about})." if about else "The destination refuses access.",
                "Give the credential that right (for a bucket: list, get, put and delete under its prefix).",
            )
        case Reason.DESTINATION_FULL:
            return Message(
                f"The destination is full{_at(about)}.",
                "Make room there, or keep fewer full backups; nothing is lost.",
            )
        case Reason.CREDENTIAL_REFUSED:
            return Message(
                "The destination does not accept the AWS key.",
                "Store the right one: secretsbackup secret set PROFILE aws-access-key-id (and …-secret-access-key).",
            )
        case Reason.REGION_WRONG:
            return Message(
                f"The bucket is in another region ({about}).", "Give the profile the bucket's region."
            )
        case Reason.CLOCK_WRONG:
            return Message(
                "This machine's clock is wrong, so the destination refuses it.",
                "Set the clock and try again.",
            )
        case Reason.CERTIFICATE_BAD:
            return Message(
                f"The certificate of {about or 'the destination'} is not to be trusted.",
                "Nothing was sent. See to the endpoint's certificate or this machine's clock.",
            )
        case Reason.HOST_KEY_UNKNOWN:
            return Message(
                f"The host {about} is not known to SSH on this machine.",
                f"Connect once by hand and compare its fingerprint: ssh {about or 'USER@HOST'}",
            )
        case Reason.ANOTHER_MACHINE:
            return Message(
                "The backups there were made from another machine or folder.",
                "Give this profile a prefix of its own; or, if they are yours, go on: secretsbackup backup --adopt",
            )
        case Reason.NO_SNAPSHOT:
            return Message(
                f"There is no snapshot{_at(about, ' as old as')}.", "See `secretsbackup snapshots`."
            )
        case Reason.VOLUME_MISSING:
            return Message(
                f"A part of the backup is missing at the destination{_because(about)}.",
                "The next backup starts a new full one by itself; run it now. "
                "Older snapshots: `secretsbackup snapshots`.",
            )
        case Reason.VOLUME_CORRUPT:
            return Message(
                "A part of the backup at the destination is damaged.",
                "Restore another snapshot, and make a new full backup: secretsbackup backup --full",
            )
        case Reason.SNAPSHOT_UNSAFE:
            return Message(
                f"The backup would have written outside the folder it is restored to ({about}); it was stopped.",
                "Somebody has forged it, for this program saves no such links. Do not use what was restored, and "
                "find out who can write to the destination.",
            )
        case Reason.PATH_NOT_FOUND:
            return Message(f"That path is not in the snapshot{_at(about)}.", "See `secretsbackup files`.")
        case Reason.SAMPLE_DIFFERS:
            return Message(
                f"What was restored is not what was saved: {about}.",
                "Make a new full backup now: secretsbackup backup --full",
            )
        case Reason.BUG:
            return Message(
                f"This is a mistake in this program ({about}).", "Please report it with `secretsbackup log`."
            )
        case _:
            assert_never(why.reason)


def _package(program: str) -> str:
    return {"gpg": "gnupg", "gpgconf": "gnupg", "gpg-connect-agent": "gnupg", "sftp": "openssh-client"}.get(
        program, program
    )


def _remedy(name: str) -> str:
    return "; installers/linux/run brings its own" if name == "duplicity" else ""


def _room(about: str) -> str:
    """Where there is no room, and how much is needed and free where that is known: PATH [NEEDED FREE]."""
    path, *amounts = about.rsplit(" ", 2)
    if len(amounts) == 2 and all(amount.isdigit() for amount in amounts):
        needed, free = (size(int(amount)) for amount in amounts)
        return f"{_at(path)} ({needed} are needed, {free} are free)"
    return _at(about)


def _at(about: str, word: str = " at") -> str:
    return f"{word} {about}" if about else ""
