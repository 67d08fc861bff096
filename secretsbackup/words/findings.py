"""What was found out about a bucket: a sentence for every Sign."""

from typing import assert_never

from secretsbackup.model import causes
from secretsbackup.model.check import Excess, Finding, Sign
from secretsbackup.model.policy import NEEDED, Action, text
from secretsbackup.words.causes import reason
from secretsbackup.words.causes.parts import skew
from secretsbackup.words.language import _, ngettext
from secretsbackup.words.message import Message
from secretsbackup.words.quantities import because, files, grouped, size


def finding(found: Finding) -> Message:  # noqa: PLR0912 - one closed list, told in one place
    """What the doctor found, and what to do."""
    about = found.detail
    match found.sign:
        case Sign.WORKS:
            return Message(_works(found.right, about))
        case Sign.TROUBLE:
            return (
                reason(found.cause)
                if found.cause
                else Message(_("{right} does not work.").format(right=found.right))
            )
        case Sign.ALLOWED:
            return Message(_("{right} is allowed.").format(right=found.right))
        case Sign.DENIED:
            return _denied(found)
        case Sign.UNTRIED:
            return Message(
                _("{right} could not be checked.").format(right=found.right),
                _("Fix the other problems, then try again."),
            )
        case Sign.WITHHELD:
            return Message(_("The key cannot {can}. That is how it should be.").format(can=_can(found)))
        case Sign.EXCESSIVE:
            return Message(
                _("The key can {can}. A backup does not need that.").format(can=_can(found)),
                _("Give its user only the policy that `secretsbackup policy iam` prints."),
            )
        case Sign.REGION_OTHER:
            return Message(
                _("The bucket is in the region {about}, but the profile has another one.").format(
                    about=about
                ),
                _("Set the region to {about}. Otherwise every request takes a detour or fails.").format(
                    about=about
                ),
            )
        case Sign.CLOCK_OFF:
            return Message(
                _("This computer’s clock is wrong{skew}.").format(skew=skew(found.seconds)),
                _("Set the clock. S3 rejects requests if it is off by 15 minutes."),
            )
        case Sign.CHECKSUMS_REFUSED:
            return Message(
                _(
                    "The server rejects the checksums that newer S3 programs send ({about}). Secrets Backup does not send them."
                ).format(about=about),
                _(
                    "For duplicity alone: export AWS_REQUEST_CHECKSUM_CALCULATION=when_required AWS_RESPONSE_CHECKSUM_VALIDATION=when_required"
                ),
            )
        case Sign.VERSIONED:
            return Message(
                _("Versioning is on: deleted or overwritten objects can be recovered for a while.")
            )
        case Sign.NOT_VERSIONED:
            return Message(
                _("Versioning is off: deleted objects cannot be recovered."),
                _(
                    "Turn it on in the bucket’s properties, with a lifecycle rule that expires old versions. Then a stolen key cannot destroy the backups."
                ),
            )
        case Sign.PUBLIC_BLOCKED:
            return Message(_("Public access is blocked."))
        case Sign.PUBLIC_NOT_BLOCKED:
            return Message(
                _("Public access is not blocked."), _("Block all public access in the bucket’s permissions.")
            )
        case Sign.PUBLIC_UNTOLD:
            return Message(
                _(
                    "The server does not say whether it blocks public access. Nothing is public unless you made it public."
                )
            )
        case Sign.ENCRYPTED:
            return Message(_("The server also encrypts what it stores ({about}).").format(about=about))
        case Sign.NOT_ENCRYPTED:
            return Message(
                _(
                    "The server does not say whether it encrypts what it stores. Your backups are encrypted anyway."
                )
            )
        case Sign.TIDIED:
            return Message(
                _("A lifecycle rule expires unfinished uploads, and old versions if there are any.")
            )
        case Sign.NOT_TIDIED:
            lacks = _(" and ").join(
                {"uploads": _("unfinished uploads"), "versions": _("old versions")}[word]
                for word in about.split()
            )
            return Message(
                _("No lifecycle rule expires {lacks}; you will keep paying for them.").format(
                    lacks=lacks or _("leftovers")
                ),
                _(
                    "Add a rule for the folder in the bucket’s management page. `secretsbackup policy iam` shows how."
                ),
            )
        case Sign.EXPIRING:
            return Message(
                _("A lifecycle rule{because} deletes the backups themselves after a while.").format(
                    because=because(about)
                ),
                _(
                    "Make it skip the backup folder. Secrets Backup removes old backups itself, and never ones that are still needed."
                ),
            )
        case Sign.FREEZING:
            return Message(
                _(
                    "A lifecycle rule{because} moves backups to Glacier, where they cannot be read at once."
                ).format(because=because(about)),
                _("Make it skip the backup folder. Use the storage class GLACIER_IR or STANDARD_IA instead."),
            )
        case Sign.LOCKED:
            return Message(_("Object Lock is on{because}.").format(because=because(about)))
        case Sign.NOT_LOCKED:
            return Message(_("Object Lock is off."))
        case Sign.UPLOADS_NONE:
            return Message(_("There are no unfinished uploads."))
        case Sign.UPLOADS_LEFT:
            count = found.count
            return Message(
                ngettext(
                    "{count} unfinished upload takes up {size} that you pay for without any use.",
                    "{count} unfinished uploads take up {size} that you pay for without any use.",
                    count,
                ).format(count=grouped(count), size=size(found.size)),
                _("If no backup is in progress: secretsbackup doctor --end-uploads"),
            )
        case Sign.EXCLUDES_NOTHING:
            return Message(
                _("The exclude “{about}” matches nothing, so it skips no files.").format(about=about),
                _("Check the spelling. You can use a path below a source, or LABEL/PATH."),
            )
        case Sign.FROZEN:
            return reason(found.cause or causes.Frozen())
        case Sign.PLAIN_HTTP:
            return Message(
                _(
                    "The connection to {about} is not encrypted. Others can see names, sizes and the ID of the key."
                ).format(about=about),
                _("Use an https:// endpoint if the server has one. The backups themselves are encrypted."),
            )
        case Sign.CONFINED:
            return Message(_("A restore can write to its own folder alone."))
        case Sign.NO_LANDLOCK:
            return Message(
                _("A restore is not confined: this system has no Landlock."),
                _(
                    "A forged backup could change files outside of the folder that you restore to. Restore only backups that you trust, or start a Linux kernel with Landlock (5.13 or newer)."
                ),
            )
        case Sign.NO_NAMESPACES:
            return Message(
                _("A restore is less confined: this system allows no user namespaces."),
                _(
                    "A forged backup could change modes and times of files outside of the folder that you restore to, not their content. Restore only backups that you trust, or have your administrator allow user namespaces."
                ),
            )
        case Sign.ROOM:
            return Message(_("There is enough space: {size} free.").format(size=size(found.size)))
        case Sign.LITTLE_ROOM:
            return Message(
                _("Space is low: {size} free.").format(size=size(found.size)),
                _("Free some space, or choose a larger disk."),
            )
        case Sign.SAME_DISK:
            return Message(
                _("The backups are on the same disk as {about}.").format(about=about),
                _("If that disk fails, you lose both. Choose another disk, a host or a bucket."),
            )
        case _:
            assert_never(found.sign)


def _works(right: str, about: str) -> str:
    match right:
        case "programs":
            return _("The programs are installed: {about}.").format(about=about)
        case "key":
            return _("Files can be encrypted with the key {about}.").format(about=about)
        case "opens":
            return (
                _("Files encrypted with it can be opened on this computer.")
                if about
                else _("Its secret half is on this computer. Its passphrase was not checked.")
            )
        case "keyring":
            return _("The credentials for the destination are available.")
        case "reach":
            return _("The server answers and accepts the key.")
        case "list":
            return _("The destination can be listed: {files}.").format(files=files(int(about or 0)))
        case "put":
            return _("Files can be written to the destination and removed from it.")
        case "region":
            return (
                _("The bucket is in {about}.").format(about=about)
                if about
                else _("The server has no regions of its own.")
            )
        case "checksums":
            return _("The server accepts the checksums that newer S3 programs send.")
        case _:
            return _("{right} works.").format(right=right)


def _denied(found: Finding) -> Message:
    if found.statement is None:
        return Message(_("{right} is denied.").format(right=found.right))
    action = found.statement.action[0]
    need = "" if action in NEEDED else _(" Backups work without it, but diagnostics show less.")
    return Message(
        _("{right} is denied: {purpose}.").format(right=found.right, purpose=_purpose(action)),
        _("Grant {action} with this statement in the user’s policy.{need}\n{text}").format(
            action=action, need=need, text=text(found.statement)
        ),
    )


def _purpose(action: Action) -> str:
    """What an action is good for, as what cannot be done without it."""
    match action:
        case Action.LIST:
            return _("the backups cannot be listed")
        case Action.GET:
            return _("nothing can be restored")
        case Action.PUT:
            return _("nothing can be backed up")
        case Action.DELETE:
            return _("old backups cannot be removed")
        case Action.ABORT:
            return _("failed uploads cannot be removed, and you pay for them")
        case Action.PARTS | Action.UPLOADS:
            return _("unfinished uploads cannot be listed")
        case (
            Action.LOCATION
            | Action.VERSIONING
            | Action.LIFECYCLE
            | Action.PUBLIC_ACCESS
            | Action.ENCRYPTION
            | Action.LOCK
        ):
            return _("this setting of the bucket cannot be read")
        case _:
            assert_never(action)


def _can(found: Finding) -> str:
    match Excess(found.right):
        case Excess.LIST_BUCKETS:
            others = found.count
            return (
                ngettext("list {count} other bucket", "list {count} other buckets", others).format(
                    count=grouped(others)
                )
                if others
                else _("list other buckets")
            )
        case Excess.LIST_OUTSIDE:
            return _("list files outside the backup folder")
        case Excess.GET_OUTSIDE:
            return _("read files outside the backup folder")
        case Excess.PUT_OUTSIDE:
            return _("write outside the backup folder")
        case Excess.DELETE_VERSIONS:
            return _("permanently delete old versions, which versioning should prevent")
        case Excess.MANAGE_USERS:
            return _("list the account’s users, as administrators can")
        case other:
            assert_never(other)
