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
                "{path} is a link to something that is not there; any earlier copy of it is kept."
            ).format(path=path)
        case Caution.COPY_KEPT:
            return _(
                "{path} is a link to something that is not there. The backup keeps its earlier copy."
            ).format(path=path)
        case Caution.LINK_LOOP:
            return _("{path} is a link that leads back up its own tree; it is left out.").format(path=path)
        case Caution.UNREADABLE:
            return _("{path} could not be read{because}; any earlier copy of it is kept.").format(
                path=path, because=because(warned.detail)
            )
        case Caution.NOT_A_FILE | Caution.SPECIAL_FILE:
            return _("{path} is a socket, a pipe or a device; it is left out.").format(path=path)
        case Caution.TOO_LONG:
            return _(
                "{path} is too long a path to be copied; it is left out. Shorten its folders’ names."
            ).format(path=path)
        case Caution.VANISHED:
            return _("{path} vanished while it was being read.").format(path=path)
        case Caution.NOT_STAGED:
            return _("{path} could not be copied to the stage{because}.").format(
                path=path, because=because(warned.detail)
            )
        case Caution.NOT_PRESERVED:
            return _("{path} was saved, but not all of its owner, mode or time.").format(path=path)
        case Caution.NOT_SENT:
            return _("{path} is not at the destination as it is now; the next backup sends it again.").format(
                path=path
            )
        case Caution.NEW_FULL:
            return _(
                "The chain that began {detail} is damaged, so this is a new full backup; the damaged one is kept for what can still be read from it."
            ).format(detail=warned.detail)
        case Caution.OTHER_KEY:
            return _(
                "The chain that began {detail} is encrypted to another key, so this is a new full backup; to restore the older ones, keep the other key."
            ).format(detail=warned.detail)
        case Caution.SUBKEY_ELSEWHERE:
            return _(
                "What is backed up now cannot be opened on this computer: the secret subkey {detail} is not here. Import it, or remove that subkey from the key."
            ).format(detail=warned.detail)
        case Caution.CLOCK_BEHIND:
            return _(
                "The newest snapshot is of {when}, later than it is now by this machine's clock, so this one is named a second after it: set the clock if it is wrong."
            ).format(when=_when(warned))
        case Caution.NOT_TIDIED:
            return _("Old backups could not be removed yet{because}; the next run tries again.").format(
                because=because(warned.detail)
            )
        case Caution.NOT_PRUNED:
            return _("Nothing old is removed for now. {held_back}").format(
                held_back=reason(_cause(warned)).title
            )
        case Caution.HOOK_FAILED:
            return _("Your own command for after the backup failed{because}.").format(
                because=because(warned.detail)
            )
        case Caution.NOT_TOLD:
            return _("Your URL or mail address could not be told of it{because}.").format(
                because=because(warned.detail)
            )
        case Caution.NOT_RESTORED:
            return _("{path} could not be restored{because}.").format(
                path=path, because=because(warned.detail)
            )
        case Caution.SETUID:
            return _(
                "{path} runs as its owner, whoever starts it (setuid). Restored without that right, because this computer did not make the backup. To keep it, restore with --keep-setuid."
            ).format(path=path)
        case Caution.SAVED_AGAIN:
            return _(
                "{path} lies in {source}, which is backed up, so the next backup takes it along. Move it elsewhere, or delete it when you are done."
            ).format(path=path, source=warned.detail)
        case Caution.NOT_COMPARED:
            return _(
                "Nothing is staged on this machine to compare with; the sample was restored, and its files are as large as they must be."
            )
        case Caution.NOT_CATALOGUED:
            return _(
                "The list of what is in which snapshot is not up to date{because}; the backup is whole, and the list is made anew when it is needed."
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
                "{count} link leads to something that is not there",
                "{count} links lead to something that is not there",
                count,
            ).format(count=grouped(count))
        case Caution.COPY_KEPT:
            return ngettext(
                "{count} earlier copy is kept because its link leads nowhere",
                "{count} earlier copies are kept because their links lead nowhere",
                count,
            ).format(count=grouped(count))
        case Caution.LINK_LOOP:
            return ngettext(
                "{count} link that leads back up the tree left out",
                "{count} links that lead back up the tree left out",
                count,
            ).format(count=grouped(count))
        case Caution.NOT_A_FILE | Caution.SPECIAL_FILE:
            return ngettext(
                "{count} socket, pipe or device left out", "{count} sockets, pipes or devices left out", count
            ).format(count=grouped(count))
        case Caution.TOO_LONG:
            return ngettext(
                "{count} path too long to be copied", "{count} paths too long to be copied", count
            ).format(count=grouped(count))
        case Caution.VANISHED:
            return ngettext(
                "{count} file vanished while being read", "{count} files vanished while being read", count
            ).format(count=grouped(count))
        case Caution.NOT_STAGED:
            return ngettext(
                "{count} file could not be staged", "{count} files could not be staged", count
            ).format(count=grouped(count))
        case Caution.NOT_PRESERVED:
            return ngettext(
                "{count} file saved without all of owner, mode and time",
                "{count} files saved without all of owner, mode and time",
                count,
            ).format(count=grouped(count))
        case Caution.NOT_SENT:
            return ngettext(
                "{count} file is not at the destination as it is now",
                "{count} files are not at the destination as they are now",
                count,
            ).format(count=grouped(count))
        case Caution.NEW_FULL:
            return _("a new full backup was made for a damaged one")
        case Caution.OTHER_KEY:
            return _("a new full backup was made for a new key")
        case Caution.SUBKEY_ELSEWHERE:
            return _("this computer cannot open it: the secret subkey is not here")
        case Caution.CLOCK_BEHIND:
            return _("the newest snapshot is of a time to come (is this machine's clock right?)")
        case Caution.NOT_TIDIED:
            return _("old backups could not be removed yet")
        case Caution.NOT_PRUNED:
            return _("nothing old is removed for now")
        case Caution.NOT_CATALOGUED:
            return _("the list of what is in which snapshot is not up to date")
        case Caution.HOOK_FAILED:
            return _("your own command for afterwards failed")
        case Caution.NOT_TOLD:
            return _("your URL or mail address could not be told of it")
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
            return _("the restored folder lies in one that is backed up")
        case Caution.NOT_COMPARED:
            return _("the sample was restored but not compared")
        case Caution.FROZEN:
            return _("backups lie in Glacier and cannot be restored at once")
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
