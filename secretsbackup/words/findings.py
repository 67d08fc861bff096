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
                reason(found.why)
                if found.why
                else Message(_("{right} does not work.").format(right=found.right))
            )
        case Sign.ALLOWED:
            return Message(_("{right} is allowed.").format(right=found.right))
        case Sign.DENIED:
            return _denied(found)
        case Sign.UNTRIED:
            return Message(
                _("{right} could not be tried.").format(right=found.right),
                _("Mend what else is lacking, and try again."),
            )
        case Sign.WITHHELD:
            return Message(_("The key cannot {can}, as it should be.").format(can=_can(found)))
        case Sign.EXCESSIVE:
            return Message(
                _("The key can {can}, which no backup needs.").format(can=_can(found)),
                _("Give its user the policy that `secretsbackup policy iam` prints, and no other."),
            )
        case Sign.REGION_OTHER:
            return Message(
                _("The bucket is in the region {about}, which is not the profile's.").format(about=about),
                _(
                    "Give the profile the region {about}: every request takes a detour otherwise, if it arrives at all."
                ).format(about=about),
            )
        case Sign.CLOCK_OFF:
            return Message(
                _("This machine's clock is off{skew}.").format(skew=skew(found.seconds)),
                _("Set it: S3 refuses one that is off by 15 minutes."),
            )
        case Sign.CHECKSUMS_REFUSED:
            return Message(
                _(
                    "The server refuses the checksums that newer S3 programs send ({about}); this one leaves them out."
                ).format(about=about),
                _(
                    "For plain duplicity: export AWS_REQUEST_CHECKSUM_CALCULATION=when_required AWS_RESPONSE_CHECKSUM_VALIDATION=when_required"
                ),
            )
        case Sign.VERSIONED:
            return Message(
                _("Versioning is on: what is deleted or written over can be had back for a while.")
            )
        case Sign.NOT_VERSIONED:
            return Message(
                _("Versioning is off: what is deleted is gone."),
                _(
                    "Turn it on in the bucket's properties, with a lifecycle rule that ends old versions; then a stolen key cannot destroy the backups."
                ),
            )
        case Sign.PUBLIC_BLOCKED:
            return Message(_("Public access is blocked."))
        case Sign.PUBLIC_NOT_BLOCKED:
            return Message(
                _("Public access is not blocked."), _("Block all of it in the bucket's permissions.")
            )
        case Sign.PUBLIC_UNTOLD:
            return Message(
                _(
                    "This server does not say that it blocks public access; nothing is public unless you made it so."
                )
            )
        case Sign.ENCRYPTED:
            return Message(_("The server encrypts what it stores as well ({about}).").format(about=about))
        case Sign.NOT_ENCRYPTED:
            return Message(
                _(
                    "The server does not say that it encrypts what it stores; the backups are encrypted anyway."
                )
            )
        case Sign.TIDIED:
            return Message(_("A lifecycle rule ends unfinished uploads, and old versions if there are any."))
        case Sign.NOT_TIDIED:
            lacks = _(" and ").join(
                {"uploads": _("unfinished uploads"), "versions": _("old versions")}[word]
                for word in about.split()
            )
            return Message(
                _("No lifecycle rule ends {lacks}: they stay, and cost, for ever.").format(
                    lacks=lacks or _("what is left over")
                ),
                _("Add one for the prefix in the bucket's management; `secretsbackup policy iam` says how."),
            )
        case Sign.EXPIRING:
            return Message(
                _("A lifecycle rule{because} deletes the backups themselves after a while.").format(
                    because=because(about)
                ),
                _("Take it off the prefix: this program removes old backups itself, and only whole chains."),
            )
        case Sign.FREEZING:
            return Message(
                _(
                    "A lifecycle rule{because} moves backups to Glacier, where they cannot be read at once."
                ).format(because=because(about)),
                _(
                    "Take it off the prefix; use GLACIER_IR or STANDARD_IA as the profile's storage class instead."
                ),
            )
        case Sign.LOCKED:
            return Message(_("Object Lock is on{because}.").format(because=because(about)))
        case Sign.NOT_LOCKED:
            return Message(_("Object Lock is off."))
        case Sign.UPLOADS_NONE:
            return Message(_("No upload was left unfinished."))
        case Sign.UPLOADS_LEFT:
            count = found.count
            return Message(
                ngettext(
                    "{count} unfinished upload holds {size} that cost and serve nothing.",
                    "{count} unfinished uploads hold {size} that cost and serve nothing.",
                    count,
                ).format(count=grouped(count), size=size(found.size)),
                _("Unless a backup goes on: secretsbackup doctor --end-uploads"),
            )
        case Sign.EXCLUDES_NOTHING:
            return Message(
                _("The exclude “{about}” matches nothing: no file is left out by it.").format(about=about),
                _("Check how it is written. A path below a source, or LABEL/PATH, is understood."),
            )
        case Sign.FROZEN:
            return reason(found.why or causes.Frozen())
        case Sign.PLAIN_HTTP:
            return Message(
                _(
                    "The connection to {about} is not encrypted: others can see names, sizes and the key's ID."
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
            return Message(_("There is room: {size} are free.").format(size=size(found.size)))
        case Sign.LITTLE_ROOM:
            return Message(
                _("There is little room: {size} are free.").format(size=size(found.size)),
                _("Make room, or choose a larger disk."),
            )
        case Sign.SAME_DISK:
            return Message(
                _("The backups lie on the same disk as {about}.").format(about=about),
                _("If that disk fails, both are lost: choose another disk, a host or a bucket."),
            )
        case _:
            assert_never(found.sign)


def _works(right: str, about: str) -> str:
    match right:
        case "programs":
            return _("The programs are there: {about}.").format(about=about)
        case "key":
            return _("Files can be encrypted to the key {about}.").format(about=about)
        case "opens":
            return (
                _("What is encrypted to it can be opened here.")
                if about
                else _("Its secret half is here; its passphrase was not tried.")
            )
        case "keyring":
            return _("What opens the destination is there.")
        case "reach":
            return _("The server answers, and knows the key.")
        case "list":
            return _("It can be listed: {files}.").format(files=files(int(about or 0)))
        case "put":
            return _("It can be written, and what was written can be taken away.")
        case "region":
            return (
                _("The bucket is in {about}.").format(about=about)
                if about
                else _("The server has no regions of its own.")
            )
        case "checksums":
            return _("The server takes the checksums that newer S3 programs send.")
        case _:
            return _("{right} works.").format(right=right)


def _denied(found: Finding) -> Message:
    if found.statement is None:
        return Message(_("{right} is denied.").format(right=found.right))
    action = found.statement.action[0]
    need = "" if action in NEEDED else _(" Backups work without it; the doctor does not see what it would.")
    return Message(
        _("{right} is denied: {purpose}.").format(right=found.right, purpose=_purpose(action)),
        _("Grant {action} with this statement in the user's policy.{need}\n{text}").format(
            action=action, need=need, text=text(found.statement)
        ),
    )


def _purpose(action: Action) -> str:
    """What an action is good for, as what cannot be done without it."""
    match action:
        case Action.LIST:
            return _("what is there cannot be listed")
        case Action.GET:
            return _("nothing can be restored")
        case Action.PUT:
            return _("nothing can be backed up")
        case Action.DELETE:
            return _("old backups cannot be removed")
        case Action.ABORT:
            return _("an upload that failed cannot be cleared away, and costs")
        case Action.PARTS | Action.UPLOADS:
            return _("unfinished uploads cannot be seen")
        case (
            Action.LOCATION
            | Action.VERSIONING
            | Action.LIFECYCLE
            | Action.PUBLIC_ACCESS
            | Action.ENCRYPTION
            | Action.LOCK
        ):
            return _("that setting of the bucket cannot be seen")
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
            return _("list what lies outside of the prefix")
        case Excess.GET_OUTSIDE:
            return _("read what lies outside of the prefix")
        case Excess.PUT_OUTSIDE:
            return _("write outside of the prefix")
        case Excess.DELETE_VERSIONS:
            return _("delete old versions for good, against which versioning is meant to protect")
        case Excess.MANAGE_USERS:
            return _("look at the account's users, as administrators do")
        case other:
            assert_never(other)
