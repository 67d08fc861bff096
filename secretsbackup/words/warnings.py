"""What a run left out or did otherwise than one might expect: a sentence for every Caution."""

from typing import assert_never

from secretsbackup.model import former
from secretsbackup.model.causes import Cause
from secretsbackup.model.event import Caution, Warned
from secretsbackup.words.causes import reason
from secretsbackup.words.language import _, ngettext
from secretsbackup.words.quantities import because, grouped
from secretsbackup.words.times import clock


def warning(warned: Warned) -> str:  # noqa: PLR0912 - one closed list, told in one place
    """One sentence for a warning, with the path that it is about."""
    path = _("“{path}”").format(path=warned.path)
    match warned.caution:
        case Caution.DANGLING_LINK:
            return _(
                "{path} is a link to something that does not exist. Any earlier copy of it is kept."
            ).format(path=path)
        case Caution.COPY_KEPT:
            return _(
                "{path} is a link to something that does not exist. The backup keeps its earlier copy."
            ).format(path=path)
        case Caution.LINK_LOOP:
            return _("{path} is a link to one of its own parent folders; it was skipped.").format(path=path)
        case Caution.UNREADABLE:
            return _("{path} could not be read{because}. Any earlier copy of it is kept.").format(
                path=path, because=because(warned.detail)
            )
        case Caution.NOT_A_FILE | Caution.SPECIAL_FILE:
            return _("{path} is a socket, a pipe or a device; it was skipped.").format(path=path)
        case Caution.TOO_LONG:
            return _("{path} is too long a path and was skipped. Shorten the names of its folders.").format(
                path=path
            )
        case Caution.VANISHED:
            return _("{path} disappeared while it was being read.").format(path=path)
        case Caution.NOT_STAGED:
            return _("{path} could not be prepared for the backup{because}.").format(
                path=path, because=because(warned.detail)
            )
        case Caution.NOT_PRESERVED:
            return _("{path} was backed up, but its owner, permissions or time only in part.").format(
                path=path
            )
        case Caution.NOT_SENT:
            return _(
                "{path} at the destination is not the current version. The next backup sends it again."
            ).format(path=path)
        case Caution.NEW_FULL:
            return _(
                "The backup series that started {detail} is damaged, so this is a new full backup. The damaged series is kept for what can still be read from it."
            ).format(detail=warned.detail)
        case Caution.OTHER_KEY:
            return _(
                "The backup series that started {detail} is encrypted with another key, so this is a new full backup. Keep the other key to restore the older backups."
            ).format(detail=warned.detail)
        case Caution.SUBKEY_ELSEWHERE:
            return _(
                "New backups cannot be opened on this computer: the secret subkey {detail} is not here. Import it, or remove that subkey from the key."
            ).format(detail=warned.detail)
        case Caution.CLOCK_BEHIND:
            return _(
                "The newest backup is dated {when}, later than this computer’s clock. So this one is dated one second after it. Set the clock if it is wrong."
            ).format(when=_when(warned))
        case Caution.NOT_TIDIED:
            return _("Old backups could not be removed yet{because}. The next run tries again.").format(
                because=because(warned.detail)
            )
        case Caution.NOT_PRUNED:
            return _("Old backups are not removed for now. {held_back}").format(
                held_back=reason(_cause(warned)).title
            )
        case Caution.HOOK_FAILED:
            return _("Your command after the backup failed{because}.").format(because=because(warned.detail))
        case Caution.NOT_TOLD:
            return _("Your URL or e-mail address could not be notified{because}.").format(
                because=because(warned.detail)
            )
        case Caution.NOT_RESTORED:
            return _("{path} could not be restored{because}.").format(
                path=path, because=because(warned.detail)
            )
        case Caution.SETUID:
            return _(
                "{path} always runs as its owner (setuid). It was restored without that right, because another computer made the backup. To keep the right, restore with --keep-setuid."
            ).format(path=path)
        case Caution.SAVED_AGAIN:
            return _(
                "{path} is in {source}, which is backed up, so the next backup includes it. Move it elsewhere, or delete it when you are done."
            ).format(path=path, source=warned.detail)
        case Caution.NOT_COMPARED:
            return _(
                "This computer has no copy to compare with. The sample was restored, and its files have the right sizes."
            )
        case Caution.NOT_CATALOGUED:
            return _(
                "The file index is not up to date{because}. The backup is complete, and the index is rebuilt when it is needed."
            ).format(because=because(warned.detail))
        case Caution.FROZEN:
            return str(reason(_cause(warned)))
        case Caution.ROLLED_BACK:
            return reason(_cause(warned)).title
        case Caution.ANOTHER_MACHINE if warned.detail:
            return _("This backup was made on another computer, {host}.").format(host=warned.detail)
        case Caution.ANOTHER_MACHINE:
            return _("This backup was not made on this computer.")
        case Caution.TOOL_SAYS:
            return warned.detail
        case _:
            assert_never(warned.caution)


def left_out(caution: Caution, count: int) -> str:  # noqa: PLR0912 - one closed list, told in one place
    """What so many warnings of one kind mean."""
    match caution:
        case Caution.UNREADABLE:
            return ngettext(
                "{count} file could not be read", "{count} files could not be read", count
            ).format(count=grouped(count))
        case Caution.DANGLING_LINK:
            return ngettext(
                "{count} link to something that does not exist",
                "{count} links to something that does not exist",
                count,
            ).format(count=grouped(count))
        case Caution.COPY_KEPT:
            return ngettext(
                "{count} earlier copy kept because its link leads nowhere",
                "{count} earlier copies kept because their links lead nowhere",
                count,
            ).format(count=grouped(count))
        case Caution.LINK_LOOP:
            return ngettext(
                "{count} link to its own parent folder skipped",
                "{count} links to their own parent folders skipped",
                count,
            ).format(count=grouped(count))
        case Caution.NOT_A_FILE | Caution.SPECIAL_FILE:
            return ngettext(
                "{count} socket, pipe or device skipped", "{count} sockets, pipes or devices skipped", count
            ).format(count=grouped(count))
        case Caution.TOO_LONG:
            return ngettext(
                "{count} path too long, skipped", "{count} paths too long, skipped", count
            ).format(count=grouped(count))
        case Caution.VANISHED:
            return ngettext(
                "{count} file disappeared while being read",
                "{count} files disappeared while being read",
                count,
            ).format(count=grouped(count))
        case Caution.NOT_STAGED:
            return ngettext(
                "{count} file could not be prepared", "{count} files could not be prepared", count
            ).format(count=grouped(count))
        case Caution.NOT_PRESERVED:
            return ngettext(
                "{count} file backed up without its full owner, permissions or time",
                "{count} files backed up without their full owner, permissions or time",
                count,
            ).format(count=grouped(count))
        case Caution.NOT_SENT:
            return ngettext(
                "{count} file at the destination is not the current version",
                "{count} files at the destination are not the current version",
                count,
            ).format(count=grouped(count))
        case Caution.NEW_FULL:
            return _("a new full backup replaced a damaged one")
        case Caution.OTHER_KEY:
            return _("a new full backup was made for a new key")
        case Caution.SUBKEY_ELSEWHERE:
            return _("this computer cannot open it: the secret subkey is missing")
        case Caution.CLOCK_BEHIND:
            return _("the newest backup is dated in the future (is this computer’s clock right?)")
        case Caution.NOT_TIDIED:
            return _("old backups could not be removed yet")
        case Caution.NOT_PRUNED:
            return _("old backups are not removed for now")
        case Caution.NOT_CATALOGUED:
            return _("the file index is not up to date")
        case Caution.HOOK_FAILED:
            return _("your command after the backup failed")
        case Caution.NOT_TOLD:
            return _("your URL or e-mail address could not be notified")
        case Caution.NOT_RESTORED:
            return ngettext(
                "{count} file could not be restored", "{count} files could not be restored", count
            ).format(count=grouped(count))
        case Caution.SETUID:
            return ngettext(
                "{count} program restored without the right to run as its owner (setuid)",
                "{count} programs restored without the right to run as their owner (setuid)",
                count,
            ).format(count=grouped(count))
        case Caution.SAVED_AGAIN:
            return _("the restored folder is inside one that is backed up")
        case Caution.NOT_COMPARED:
            return _("the sample was restored, but not compared")
        case Caution.FROZEN:
            return _("backups are in Glacier and cannot be restored at once")
        case Caution.ROLLED_BACK:
            return _("a newer backup is missing at the destination")
        case Caution.ANOTHER_MACHINE:
            return _("the backup was made on another computer")
        case Caution.TOOL_SAYS:
            return ngettext(
                "{count} warning of a program",
                "{count} warnings of a program",
                count,
            ).format(count=grouped(count))
        case _:
            assert_never(caution)


def _cause(warned: Warned) -> Cause:
    return warned.cause or former.warned_of(warned.caution, warned.path, warned.detail)


def _when(warned: Warned) -> str:
    time = warned.when or former.time(warned.detail)
    return clock(time) if time else warned.detail
