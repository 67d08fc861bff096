"""What stood in the way of a run, and what to do about it: a sentence for every Reason."""

import shlex
from datetime import datetime
from typing import assert_never

import msgspec

from secretsbackup.model.outcome import Reason, Why
from secretsbackup.model.paths import legible
from secretsbackup.words.language import _
from secretsbackup.words.message import Message
from secretsbackup.words.quantities import because, duration, files, size
from secretsbackup.words.times import clock


def reason(why: Why) -> Message:
    """What stood in the way, what to do now, and where the handbook says more."""
    return msgspec.structs.replace(_told(why), help=f"troubleshooting#{why.reason}")


def _told(why: Why) -> Message:  # noqa: PLR0912, PLR0915 - one closed list, told in one place
    about = legible(why.detail)
    match why.reason:
        case Reason.TOOL_MISSING:
            return Message(
                _("The program “{about}” is not installed.").format(about=about),
                _own_duplicity()
                if about == "duplicity"
                else _("Install it (Debian, Ubuntu: sudo apt install {package}) and try again.").format(
                    package=_package(about)
                ),
            )
        case Reason.TOOL_TOO_OLD:
            name, has, needs, where = (*about.split(" ", 3), "", "", "", "")[:4]
            return Message(
                _("{name} {has} at {where} is too old; {needs} or newer is needed.").format(
                    name=name, has=has, where=where, needs=needs
                ),
                _own_duplicity() if name == "duplicity" else _("Take it off your PATH or upgrade it."),
            )
        case Reason.TOOL_FAILED:
            return Message(
                _("A program that this one drives failed ({about}).").format(about=about),
                _("Its last lines are in the log; try again, and report it if it stays."),
                "secretsbackup log",
            )
        case Reason.TOOL_STANDS_STILL:
            return Message(
                _("The program “{about}” stood still for half an hour and was stopped.").format(about=about),
                _("Nothing is lost; see whether every folder, disk and server that it needs answers."),
            )
        case Reason.NO_ROOM:
            return Message(
                _("The disk is full{room}.").format(room=_room(about)),
                _("Make room and run it again; nothing is lost."),
            )
        case Reason.NOT_WRITABLE:
            return Message(
                _("Nothing can be written to {about}.").format(about=about)
                if about
                else _("Nothing can be written there."),
                _("Choose a folder that exists and is yours, or see to its permissions."),
            )
        case Reason.NOT_YOURS:
            owner, _blank, path = about.partition(" ")
            return Message(
                _("{path} belongs to {owner}.").format(path=path or about, owner=owner),
                _("Give it back to yourself."),
                " ".join(("sudo", "chown", "-R", "$USER:", shlex.quote(path or about))),
            )
        case Reason.IN_THE_WAY:
            return Message(
                _("Something else is in the place of {about}.").format(about=about),
                _("Look at what it is, move it away and try again."),
            )
        case Reason.FILE_UNUSABLE:
            return Message(
                _("{about} cannot be used.").format(about=about),
                _("Check that it is there and that you may read and write it, then try again."),
            )
        case Reason.PATH_TOO_LONG:
            return Message(
                _("The path {about} is too long.").format(about=about),
                _("Use shorter names, or a folder higher up."),
            )
        case Reason.NOT_UTF8:
            return Message(
                _("The name of {about} is not UTF-8.").format(about=about),
                _("Choose a folder of another name: duplicity cannot restore into this one."),
            )
        case Reason.DISK_READ_ONLY:
            return Message(
                _("The disk with {about} is read-only.").format(about=about)
                if about
                else _("The disk is read-only."),
                _(
                    "The system may have locked a disk that fails. Check the disk, make it writable and try again."
                ),
            )
        case Reason.DISK_FAILING:
            return Message(
                _("The disk with {about} does not work.").format(about=about)
                if about
                else _("The disk does not work."),
                _("Check that it is connected and healthy, then try again."),
            )
        case Reason.SYSTEM_LIMIT:
            return Message(
                _("The system has reached a limit ({about}).").format(about=about),
                _("Close some programs and try again."),
            )
        case Reason.FILE_TOO_LARGE:
            return Message(
                _("A file became larger than the system allows: {about}.").format(about=about)
                if about
                else _("A file became larger than the system allows."),
                _("Raise the limit for the size of files (ulimit -f), or use a disk that takes larger ones."),
            )
        case Reason.NO_PROGRAMS_HERE:
            return Message(
                _("No program can be started in {about}: its disk is mounted with “noexec”.").format(
                    about=about
                ),
                _("Mount it without “noexec”, or set XDG_CACHE_HOME to a folder on another disk."),
            )
        case Reason.STAGE_NOT_OURS:
            return Message(
                _("The staging folder holds something else, which would be deleted: {about}.").format(
                    about=about
                ),
                _("Give the profile an empty folder for staging."),
            )
        case Reason.NOT_STARTED:
            return Message(
                _("Nothing starts backups by itself on this computer yet."),
                _(
                    "The system’s timer does not run here. Keep this program open, or have cron start backups."
                ),
                "secretsbackup timer on",
            )
        case Reason.LINKED:
            return Message(
                _("{about} is a link, and what it leads to could be deleted.").format(about=about),
                _("Delete the link. To stage on another disk, name the folder there."),
                "secretsbackup profile set --staging FOLDER",
            )
        case Reason.OPEN_LINK:
            return Message(
                _("{about} is a link to a folder that other users can enter.").format(about=about),
                _("Make that folder yours alone."),
                f"chmod 700 {shlex.quote(about)}",
            )
        case Reason.OTHERS_LINK:
            return Message(
                _("{about} is a link that another user made.").format(about=about),
                _("Delete it, if you do not know what it is for."),
            )
        case Reason.AS_ROOT:
            owner, _blank, path = about.partition(" ")
            return Message(
                _("{path} belongs to {owner}.").format(path=path or about, owner=owner),
                _("Run it as {owner}, without sudo.").format(owner=owner),
            )
        case Reason.FOLDER_IS_OURS:
            return Message(
                _("{about} lies in a folder that this program fills and empties.").format(about=about),
                _("Choose another folder."),
            )
        case Reason.BUSY:
            return Message(
                _("Another run of this profile is going on (process {about}).").format(about=about)
                if about
                else _("Another run of this profile is going on."),
                _("Wait for its end."),
                "secretsbackup status",
            )
        case Reason.PROFILE_UNKNOWN:
            return Message(
                _("There is no profile “{about}”.").format(about=about),
                _("See which there are."),
                "secretsbackup profile list",
            )
        case Reason.PROFILE_EXISTS:
            return Message(
                _("There is a profile “{about}” already.").format(about=about),
                _("Give the new one another name."),
            )
        case Reason.PROFILE_INVALID:
            return Message(about)
        case Reason.SETTINGS_BROKEN:
            return Message(
                _("The settings cannot be read: {about}.").format(about=about),
                _("Mend that place in the file; nothing was changed."),
            )
        case Reason.SETTINGS_NEWER:
            return Message(
                _("{about} was written by a newer version of this program.").format(about=about),
                _("Upgrade this one."),
            )
        case Reason.MEMORY_NEWER:
            return Message(
                _("{about} was written by a newer version of this program.").format(about=about),
                _("Upgrade this one."),
            )
        case Reason.CATALOGUE_LOST:
            return Message(
                _("The list of what is in which snapshot was damaged, and was thrown away."),
                _("Try again: it is made anew. No backup is touched by this."),
            )
        case Reason.MEMORY_BUSY:
            return Message(
                _("Another program holds {about}.").format(about=about),
                _("Close whatever has it open and try again; nothing is lost."),
            )
        case Reason.MEMORY_BROKEN:
            return Message(
                _("{about} was damaged; it is put aside, and a new one begun.").format(about=about),
                _("Run it again: what it held is learned anew from journals and destinations."),
            )
        case Reason.SEED_UNREADABLE:
            return Message(
                _("That configuration cannot be taken over: {about}.").format(about=about),
                _("Mend it, or set up anew."),
                "secretsbackup init",
            )
        case Reason.NOT_A_TIME:
            return Message(
                _("“{about}” is no time.").format(about=about),
                _("Write 2026-11-22, “2026-11-22 18:00” or a snapshot's stamp."),
            )
        case Reason.KEYRING_MISSING:
            return Message(
                _("No usable keyring was found{because}.").format(because=because(about)),
                _(
                    "Install and start one (gnome-keyring, KWallet), or use your own ~/.aws with --aws-profile; secrets are never kept in plain text."
                ),
            )
        case Reason.KEYRING_LOCKED:
            return Message(
                _("The keyring is locked."),
                _("Unlock it (log in to the desktop, or open its manager) and try again."),
            )
        case Reason.SECRET_MISSING:
            name, profile = (*about.split(" ", 1), "PROFILE")[:2]
            return Message(
                _("The keyring has no {name} for this profile.").format(name=name),
                _("Store it."),
                f"secretsbackup secret set {profile} {name}",
            )
        case Reason.AWS_PROFILE_MISSING:
            return Message(
                _("Your own AWS settings have no profile “{about}” with a key.").format(about=about),
                _("Make it with `aws configure --profile NAME`, or see to ~/.aws/credentials."),
            )
        case Reason.AWS_SETTINGS_BROKEN:
            return Message(
                _("Your own AWS settings (~/.aws) give no key{about}.").format(
                    about=_(" for profile “{name}”").format(name=about) if about else ""
                ),
                _("See what `aws sts get-caller-identity` says: a sign-in may have run out (aws sso login)."),
            )
        case Reason.KEY_MISSING:
            return Message(
                _("There is no GnuPG key “{about}” here.").format(about=about),
                _("See `gpg --list-keys`, or import it: gpg --import FILE."),
            )
        case Reason.KEY_AMBIGUOUS:
            return Message(
                _("Several keys go by that name: {about}.").format(about=about),
                _("Name the one by its whole fingerprint."),
            )
        case Reason.KEY_EXPIRED:
            return Message(
                _("The key {about} has expired, so nothing can be encrypted to it.").format(about=about),
                _("Let it live longer; what is saved can still be restored."),
                "secretsbackup key extend",
            )
        case Reason.KEY_REVOKED:
            return Message(
                _("The key {about} is revoked.").format(about=about),
                _("Give the profile another key; what is saved can still be restored."),
            )
        case Reason.KEY_CANNOT_ENCRYPT:
            return Message(
                _("The key {about} can only sign.").format(about=about),
                _("Add a subkey that encrypts: gpg --quick-add-key {about} cv25519 encr never").format(
                    about=about or "FINGERPRINT"
                ),
            )
        case Reason.KEY_UNPROTECTED:
            return Message(
                _(
                    "The secret key {about} has no passphrase: whoever finds a copy of it reads your backups."
                ).format(about=about),
                _("Give it one: gpg --change-passphrase {about}").format(about=about or "FINGERPRINT"),
            )
        case Reason.KEY_ON_CARD:
            return Message(
                _("The secret key {about} is on a smart card, which lets no copy out.").format(about=about),
                _("A recovery kit needs a copy. Keep one of your own, or make another key for your backups."),
                "secretsbackup key new",
            )
        case Reason.CARD_MISSING:
            return Message(
                _("The key {about} is on a smart card that cannot be used now.").format(about=about),
                _("Insert the card, see that `gpg --card-status` shows it, and try again."),
            )
        case Reason.SECRET_SUBKEY_MISSING:
            return Message(
                _("The secret subkey {about} is not on this computer.").format(about=about),
                _(
                    "Import it from where you keep it: gpg --import FILE. If it is on a smart card, insert that and run gpg --card-status."
                ),
            )
        case Reason.SECRET_KEY_MISSING:
            return Message(
                _("The secret key {about} is not on this machine.").format(about=about),
                _("Import it from where you keep it safe: gpg --import FILE."),
            )
        case Reason.PASSPHRASE_MISSING:
            return Message(
                _("The passphrase of your key is needed, and nobody is here to ask."),
                _("Begin it yourself, or store the passphrase."),
                f"secretsbackup secret set {about or 'PROFILE'} gpg-passphrase",
            )
        case Reason.PASSPHRASE_WRONG:
            return Message(
                _("That passphrase does not open your key."),
                _("Try again; mind capitals and the keyboard layout."),
            )
        case Reason.PASSPHRASE_UNWANTED:
            return Message(
                _("The key {about} has no passphrase, and one was given.").format(about=about),
                _(
                    "Run it again without one. Anyone with a copy of this key reads your backups; to protect it: gpg --change-passphrase {about}"
                ).format(about=about or "FINGERPRINT"),
            )
        case Reason.PASSPHRASE_TOO_LONG:
            return Message(
                _("The passphrase is too long: GnuPG takes no more than {about} bytes.").format(about=about),
                _("Use a shorter one. Letters like “ä” count as two bytes."),
            )
        case Reason.BACKUP_PASSPHRASE_WRONG:
            return Message(
                _("That passphrase does not open these backups."),
                _("Try again. Check capitals and the keyboard layout."),
            )
        case Reason.AGENT_MISSING:
            return Message(
                _("GnuPG's agent cannot be started{because}.").format(because=because(about)),
                _("Run “gpg-agent --daemon” to see why, and try again when it starts."),
            )
        case Reason.AGENT_SILENT:
            return Message(
                _("GnuPG's agent does not answer."),
                _("End it and try again: pkill -KILL gpg-agent"),
            )
        case Reason.AGENT_REFUSES:
            return Message(
                _("GnuPG's agent does not take a passphrase from other programs."),
                _(
                    "Remove “no-allow-loopback-pinentry” from gpg-agent.conf, run gpgconf --kill gpg-agent, and try again."
                ),
            )
        case Reason.GPG_HOME:
            against, _blank, path = about.partition(" ")
            return Message(
                _("GnuPG cannot use its folder {path}: {why}.").format(path=path, why=_of_folder(against)),
                _("If GNUPGHOME names it, correct that or unset it. Otherwise make the folder yours alone."),
            )
        case Reason.GPG_LOCKED:
            return Message(
                _("GnuPG waits for a lock: {about}.").format(about=about),
                _(
                    "If no GnuPG is at work, on this computer or another one with the same folder, delete that file."
                ),
            )
        case Reason.GPG_SETTINGS:
            return Message(
                _("GnuPG's own settings keep it from working{because}.").format(because=because(about)),
                _("Fix that line in gpg.conf in your GnuPG folder."),
            )
        case Reason.GPG_FAILED:
            return Message(
                _("GnuPG failed ({about}).").format(about=about),
                _("Its last lines are in the log."),
                "secretsbackup log",
            )
        case Reason.HOOK_FAILED:
            return Message(
                _("Your own command for before the backup failed{because}.").format(because=because(about)),
                _("What it said is in the log."),
                "secretsbackup log",
            )
        case Reason.NOT_TOLD:
            return Message(
                _("Nobody could be told{because}.").format(because=because(about)),
                _("See to the URL or the mail address."),
            )
        case Reason.KIT_BROKEN:
            return Message(
                _("The recovery kit cannot be read: {about}.").format(about=about),
                _(
                    "Compare that place with the printed sheet; scanning the codes again, or another copy, will do too."
                ),
            )
        case Reason.KIT_OUTDATED:
            return Message(
                _("This recovery kit is out of date: {about}.").format(about=about),
                _("Make a new one."),
                "secretsbackup kit --out FOLDER",
            )
        case Reason.KIT_IN_THE_WAY:
            return Message(
                _("{about} is there already, and is not the kit of this profile.").format(about=about),
                _("Choose another folder; nothing was written."),
            )
        case Reason.SOURCE_MISSING:
            return Message(
                _("{about} is not there; is its disk mounted?").format(about=about),
                _("Nothing was deleted. Mount it, or change the profile."),
            )
        case Reason.SOURCE_EMPTY:
            return Message(
                _("{about} is empty and was not before; is its disk mounted?").format(about=about),
                _("Nothing was deleted. If you emptied it, back up all the same."),
                "secretsbackup backup --allow-empty",
            )
        case Reason.SOURCE_UNREADABLE:
            return Message(
                _("{about} cannot be read.").format(about=about),
                _("See to its permissions, or change the profile."),
            )
        case Reason.DESTINATION_AWAY:
            return Message(
                _("The disk with {about} is away: its backups are not there.").format(about=about),
                _("Attach it and run it again. If you deleted them, give the profile a new folder."),
            )
        case Reason.DESTINATION_MISSING:
            return Message(
                _("The destination {about} does not exist.").format(about=about),
                _("Make it, or mend its name in the profile."),
            )
        case Reason.DESTINATION_UNREACHABLE:
            return Message(
                _("{about} cannot be reached.").format(about=about or _("The destination")),
                _(
                    "Is its disk or share connected, and does it work? Nothing is lost; the next run goes on "
                    "from here."
                )
                if about.startswith("/")
                else _(
                    "Is the network up, and the address right? Nothing is lost; the next run goes on from here."
                ),
            )
        case Reason.DESTINATION_SILENT:
            return Message(
                _("{about} does not answer, and this computer has no list of its files yet.").format(
                    about=about
                ),
                _("Check its address, and that its network or disk works. To wait longer, add --refresh."),
            )
        case Reason.DESTINATION_DENIED:
            return Message(
                _("The destination refuses access ({about}).").format(about=about)
                if about
                else _("The destination refuses access."),
                _(
                    "Give the credential that right (for a bucket: list, get, put and delete under its prefix)."
                ),
            )
        case Reason.DESTINATION_FULL:
            return Message(
                _("The destination is full{room}.").format(room=_room(about)),
                _("Make room there, or keep fewer full backups; nothing is lost."),
            )
        case Reason.CREDENTIAL_REFUSED:
            return Message(
                _("The destination does not accept the AWS key."),
                _("Store the right one, and its secret."),
                "secretsbackup secret set PROFILE aws-access-key-id",
            )
        case Reason.REGION_WRONG:
            return Message(
                _("The bucket is in another region ({about}).").format(about=about),
                _("Give the profile the bucket's region."),
            )
        case Reason.ENDPOINT_WRONG:
            return Message(
                _("{about} answers, but not as an S3 server does.").format(about=about or _("The endpoint")),
                _(
                    "Mend the endpoint in the profile: it is the server's S3 address, not its web page or console."
                ),
            )
        case Reason.CLOCK_WRONG:
            return Message(
                _("This machine's clock is wrong{skew}.").format(skew=skew(about)),
                _("Set it and try again: destinations refuse a wrong one."),
            )
        case Reason.BUCKET_TAKEN:
            return Message(
                _("The bucket name {about} is taken by somebody else.").format(about=about),
                _(
                    "Bucket names are one for all the world: choose a longer one, for example with your own name in it."
                ),
            )
        case Reason.BUCKET_NAME_BAD:
            return Message(
                _("“{about}” cannot be the name of a bucket.").format(about=about),
                _("Use 3 to 63 small letters, digits and “-”, beginning and ending with a letter or digit."),
            )
        case Reason.BUCKET_NOT_EMPTY:
            return Message(
                _("The bucket {about} holds more than this set-up put there, so it stays.").format(
                    about=about
                ),
                _("Empty and delete it in the console, if you are sure."),
            )
        case Reason.USERS_DENIED:
            return Message(
                _("This key may not make users ({about}).").format(about=about),
                _("Use an administrator's key, or make the user by hand."),
                "secretsbackup policy iam",
            )
        case Reason.KEYS_TOO_MANY:
            return Message(
                _("The user {about} has two access keys already, and may have no more.").format(about=about),
                _("Delete one that is not used any more (IAM, Users, Security credentials) and try again."),
            )
        case Reason.CERTIFICATE_BAD:
            return Message(
                _("The certificate of {about} is not to be trusted.").format(
                    about=about or _("the destination")
                ),
                _("Nothing was sent. See to the endpoint's certificate or this machine's clock."),
            )
        case Reason.HOST_KEY_UNKNOWN:
            return Message(
                _("The host {about} is not known to SSH on this machine.").format(about=about),
                _("Connect once by hand and compare its fingerprint: ssh {about}").format(
                    about=about or "USER@HOST"
                ),
            )
        case Reason.ANOTHER_MACHINE:
            return Message(
                _("The backups there were made from another machine or folder ({about}).").format(about=about)
                if about
                else _("The backups there were made from another machine or folder."),
                _("Give this profile a prefix of its own; or, if they are yours, go on with them."),
                "secretsbackup backup --adopt",
            )
        case Reason.PLACE_SHARED:
            return Message(
                _("The profile “{about}” keeps its backups in the same place.").format(about=about),
                _(
                    "Give each profile a folder of its own there. Otherwise each takes the other's files for deleted ones."
                ),
            )
        case Reason.COPY_IN_THE_WAY:
            return Message(
                _("The destination holds a copy of a part of the backup: {about}.").format(about=about),
                _("Move the copy to another folder and try again."),
            )
        case Reason.SEALED_BY_PASSPHRASE:
            return Message(
                _(
                    "The backups there are encrypted with a passphrase alone, as by Déjà Dup, and not with this profile's key."
                ),
                _("Give this profile another folder. Restore those by their address."),
                f"secretsbackup restore --to FOLDER --from {about or 'ADDRESS'}",
            )
        case Reason.NOT_SEALED:
            return Message(
                _("The backups there are not encrypted."),
                _("Give this profile another folder. Restore those by their address."),
                f"secretsbackup restore --to FOLDER --from {about or 'ADDRESS'}",
            )
        case Reason.FROZEN:
            return Message(
                _("{about} lies in Glacier and cannot be read at once.").format(about=about),
                _(
                    "Restore it in the storage's console first, which takes hours, and end the lifecycle rule that moves backups there."
                ),
            )
        case Reason.NOT_SCHEDULED:
            return Message(
                _("It is made by hand only."),
                _("Give it a schedule."),
                'secretsbackup profile set --schedule "daily 18:00"',
            )
        case Reason.NOT_YET:
            return Message(_("It is not due{before}.").format(before=_before(about)))
        case Reason.WAITING_TO_RETRY:
            return Message(
                _("The last run came to nothing; it is not tried again{before}.").format(
                    before=_before(about)
                )
            )
        case Reason.PAUSED:
            return Message(
                _("It is paused{until}.").format(until=_until(about)), _("Go on."), "secretsbackup resume"
            )
        case Reason.ON_BATTERY:
            return Message(
                _("This machine runs on its battery{left}.").format(
                    left=_(" ({about} % left)").format(about=about) if about else ""
                )
            )
        case Reason.METERED:
            return Message(_("The network costs by the byte."))
        case Reason.OFFLINE:
            return Message(_("There is no network."))
        case Reason.SURGE:
            return Message(
                _("Unusually much is new{surge}.").format(surge=_surge(about)),
                _("Nothing was sent. Leave it out; or, if it is right, back up all the same."),
                "secretsbackup profile set --exclude PATTERN, secretsbackup backup --allow-large",
            )
        case Reason.UPHEAVAL:
            return Message(
                _("Unusually many files are gone or changed{upheaval}.").format(upheaval=_upheaval(about)),
                _(
                    "A wrong disk, or somebody's doing? Nothing was sent, and no old backup is removed meanwhile. If it is right, back up all the same."
                ),
                "secretsbackup backup --allow-many-changes",
            )
        case Reason.NO_SNAPSHOT if not about:
            return Message(_("There is no backup yet."), _("Make one."), "secretsbackup backup")
        case Reason.NO_SNAPSHOT if "://" in about:
            return Message(_("There is no backup at {about}.").format(about=about), _("Check the address."))
        case Reason.NO_SNAPSHOT:
            return Message(
                _("There is no snapshot{at}.").format(at=_at(about, _(" as old as {about}"))),
                _("See which there are."),
                "secretsbackup snapshots",
            )
        case Reason.UNPROVEN:
            return Message(
                _("The newest backups{at} were never audited from this machine.").format(
                    at=_at(about, _(", those of {about}"))
                ),
                _("Make a backup first."),
                "secretsbackup backup",
            )
        case Reason.NOTHING_SENT:
            return Message(
                _("duplicity says that all is sent, but no new snapshot is at the destination."),
                _("What was there before is untouched; run it again."),
            )
        case Reason.VOLUME_MISSING:
            return Message(
                _("A part of the backup is missing at the destination{because}.").format(
                    because=because(about)
                ),
                _("The next backup starts a new full one by itself: make it now."),
                "secretsbackup backup",
            )
        case Reason.VOLUME_CORRUPT:
            return Message(
                _("A part of the backup at the destination is damaged."),
                _("Restore another snapshot; the next backup starts a new full one by itself."),
                "secretsbackup backup",
            )
        case Reason.OLDER_DAMAGED:
            return Message(
                _("An older backup at the destination is damaged{because}.").format(because=because(about)),
                _("Restore a newer snapshot: nothing new was built on the damaged one."),
                "secretsbackup snapshots",
            )
        case Reason.ROLLED_BACK:
            return Message(
                _("The backup of {when} is missing at the destination; older ones are there.").format(
                    when=moment(about)
                ),
                _("If an older copy was put back there, make a new backup."),
                "secretsbackup backup",
            )
        case Reason.SNAPSHOT_FORGED:
            return Message(
                _("The backup holds something that is never saved ({about}); it was stopped.").format(
                    about=about
                ),
                _(
                    "Somebody has forged it. Do not use what was restored, and find out who can write to the destination."
                ),
            )
        case Reason.SNAPSHOT_UNSAFE:
            return Message(
                _(
                    "The backup would have written outside the folder it is restored to ({about}); it was stopped."
                ).format(about=about),
                _(
                    "Somebody has forged it, for this program saves no such links. Do not use what was restored, and find out who can write to the destination."
                ),
            )
        case Reason.PATH_NOT_FOUND:
            return Message(
                _("“{about}” is not in the snapshot.").format(about=about),
                _("Look for it by a part of its name."),
                "secretsbackup find TEXT",
            )
        case Reason.SAMPLE_DIFFERS:
            return Message(
                _("What was restored is not what was saved: {about}.").format(about=about),
                _("The next backup starts a new full one by itself: make it now."),
                "secretsbackup backup",
            )
        case Reason.BUG:
            return Message(
                _("This is a mistake in this program ({about}).").format(about=about),
                _("Please report it with its log."),
                "secretsbackup log",
            )
        case _:
            assert_never(why.reason)


def _of_folder(against: str) -> str:
    """What a folder is instead of one that can be used."""
    known = {
        "missing": _("it is not there"),
        "no-folder": _("it is not a folder"),
        "anothers": _("it belongs to another user"),
    }
    return known.get(against, _("you may not read it"))


def _package(program: str) -> str:
    packages = {
        "gpg": "gnupg",
        "gpgconf": "gnupg",
        "gpg-connect-agent": "gnupg",
        "pdftotext": "poppler-utils",
        "sftp": "openssh-client",
        "zbarimg": "zbar-tools",
    }
    return packages.get(program, program)


def _own_duplicity() -> str:
    return _(
        "Start this program with installers/linux/run, which installs a duplicity for it alone. Nothing else needs to be removed."
    )


def _room(about: str) -> str:
    """Where there is no room, and how much is needed and free where that is known: PATH [NEEDED FREE]."""
    path, *amounts = about.rsplit(" ", 2)
    if len(amounts) == 2 and all(amount.isdigit() for amount in amounts):
        needed, free = (size(int(amount)) for amount in amounts)
        return _("{at} ({needed} are needed, {free} are free)").format(at=_at(path), needed=needed, free=free)
    return _at(about)


def _surge(about: str) -> str:
    """How much is new, and what the most of it is where one file is: NEW [LARGEST PATH]."""
    new, largest, path = (*about.split(" ", 2), "", "")[:3]
    if not new.isdigit():
        return ""
    of_it = (
        _(", {size} of it in “{path}”").format(size=size(int(largest)), path=path)
        if path and largest.isdigit()
        else ""
    )
    return f": {size(int(new))}{of_it}"


def _upheaval(about: str) -> str:
    """How many files: GONE CHANGED ALL."""
    counts = about.split(" ")
    if len(counts) != 3 or not all(count.isdigit() for count in counts):
        return ""
    gone, changed, every = (int(count) for count in counts)
    return _(" ({gone} gone and {changed} changed, of {files})").format(
        gone=gone, changed=changed, files=files(every)
    )


def _before(about: str) -> str:
    return _(" before {moment}").format(moment=moment(about)) if about else _(" now")


def _until(about: str) -> str:
    return "" if not about or about.startswith("9999") else _(" until {moment}").format(moment=moment(about))


def moment(about: str) -> str:
    """A moment that a detail names, on this machine's clock."""
    try:
        return clock(datetime.fromisoformat(about))
    except ValueError:
        return about


def _at(about: str, said: str = "") -> str:
    return (said or _(" at {about}")).format(about=about) if about else ""


def skew(seconds: str) -> str:
    """How far a clock is off, from seconds that it is ahead."""
    if not seconds.lstrip("-").isdigit():
        return ""
    ahead = int(seconds)
    return f" ({duration(abs(ahead))} {_('fast') if ahead > 0 else _('slow')})"
