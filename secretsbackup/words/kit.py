"""The recovery kit's letter: what it says to whoever holds nothing else, years from now."""

import shlex

from secretsbackup.model import kit as kits
from secretsbackup.model.destination import Bucket, Destination, Folder, Host, url
from secretsbackup.model.kit import Kit
from secretsbackup.model.paths import legible
from secretsbackup.model.profile import Profile
from secretsbackup.model.sheet import BLANK, Sheet, SheetPart
from secretsbackup.words.language import _, ngettext

TEXT, PAPER = "recovery-kit.txt", "recovery-kit.pdf"
_WIDTH = 96
"""Letters of a command that fit on the page."""
_TYPED = (
    r"sed -n 's/^K[0-9][^ ]* *\(.*\)  *[^ ]*$/\1/p' typed.txt | tr -d ' ' | base32 -d | gpg --batch --import"
)


def passphrase() -> str:
    """The fact under which the passphrase is written, by hand or (where that is asked for) printed."""
    return _("Passphrase")


def sheet(kit: Kit, profile: Profile) -> Sheet:
    """All that the kit of a profile says."""
    return Sheet(
        title=_("Recovery kit"),
        subtitle=_("of the backup “{name}”, made on {made} with Secrets Backup").format(
            name=profile.name, made=kit.made
        ),
        parts=(_keeping(profile), _place(profile), _with_us(profile), _without_us(profile)),
        codes=SheetPart(
            title=_("Codes to scan"),
            text=_(
                "These hold your settings and your secret key again. Put the text of all codes, in any order, into a file for recover --kit. It can also read a photo or scan of this page."
            ),
        ),
        typing=SheetPart(
            title=_("Lines to type"),
            text=_(
                "The same, to type on a keyboard. Type the lines into a text file; spaces and capital letters do not matter. The last four letters of each line reveal typing mistakes. S lines hold the settings, K lines the secret key. If you only have gpg, type the K lines exactly as printed here:"
            ),
            commands=(_TYPED,),
        ),
        block=SheetPart(
            title=_("The secret key for gpg"), text=_("It is still protected by its passphrase.")
        ),
        lines=(*kits.settings_lines(kit), "", *kits.key_lines(kit)),
        pieces=kits.pieces(kit),
        armor=kits.armored(kit.key),
    )


def _keeping(profile: Profile) -> SheetPart:
    bucket = isinstance(profile.destination, Bucket)
    also = _(", the passphrase and an access key for the bucket") if bucket else _(" and the passphrase")
    return SheetPart(
        title=_("Keep this away from your computer, safe from fire and theft"),
        text=_(
            "With this kit{also}, you can restore everything on any computer. The kit is useless without the passphrase, even to you. Write the passphrase here by hand, or keep it in another safe place."
        ).format(also=also),
        facts=((passphrase(), BLANK),),
    )


def _place(profile: Profile) -> SheetPart:
    where = profile.destination
    own = [(name, str(value)) for name, value in _particulars(where) if value]
    key = " ".join(profile.key[at : at + 4] for at in range(0, 40, 4))
    sources = [
        (_("Folder “{label}”").format(label=source.label), legible(source.path)) for source in profile.sources
    ]
    rules = ngettext(
        "a full backup every {days} day; the last {keep} are kept",
        "a full backup every {days} days; the last {keep} are kept",
        profile.full_every,
    ).format(days=profile.full_every, keep=profile.keep)
    return SheetPart(
        title=_("Where the backups are"),
        facts=((_("Destination"), url(where)), *own, (_("Key"), key), *_few(sources), (_("Backups"), rules)),
    )


def _particulars(where: Destination) -> list[tuple[str, str | None]]:
    match where:
        case Bucket():
            return [(_("Endpoint"), where.endpoint or "Amazon S3"), (_("Region"), where.region)]
        case Folder():
            return [(_("Type"), _("a folder, possibly on an external disk"))]
        case Host():
            return [(_("Type"), _("an SSH server, log in as {login}").format(login=where.login))]


def _few(sources: list[tuple[str, str]]) -> list[tuple[str, str]]:
    more = (
        [("", _("and {more} more, listed in the S lines").format(more=len(sources) - 6))]
        if len(sources) > 6
        else []
    )
    return [*sources[:6], *more]


def _with_us(profile: Profile) -> SheetPart:
    secrets = (
        _("the AWS access key, its secret and the passphrase")
        if profile.needs_key_pair
        else _("the passphrase")
    )
    return SheetPart(
        title=_("To restore with Secrets Backup"),
        text=_("It asks for {secrets}, and lists the backups.").format(secrets=secrets),
        commands=(
            f"secretsbackup recover --kit {TEXT}",
            f"secretsbackup restore {profile.name} --to ~/Desktop",
        ),
    )


def _without_us(profile: Profile) -> SheetPart:
    return SheetPart(
        title=_("To restore without it, using only GnuPG and duplicity"),
        text=_(
            "Type this in bash. “restored” is a new folder. For a single file, add --path-to-restore PATH after “restore”. For an earlier day, add --time 2026-11-22."
        ),
        commands=(
            f"gpg --batch --import {TEXT}",
            *_exports(profile.destination),
            _restore(profile.destination),
        ),
    )


def _exports(where: Destination) -> list[str]:
    lines = ["read -rsp 'Passphrase: ' PASSPHRASE; export PASSPHRASE"]
    if isinstance(where, Bucket):
        lines.append("export AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…")
        if where.endpoint:
            lines.append("export AWS_REQUEST_CHECKSUM_CALCULATION=when_required")
            lines.append("export AWS_RESPONSE_CHECKSUM_VALIDATION=when_required")
    return lines


def _restore(where: Destination) -> str:
    words = ["duplicity restore"]
    if isinstance(where, Bucket):
        words += [f"--s3-endpoint-url {shlex.quote(where.endpoint)}"] if where.endpoint else []
        words += [f"--s3-region-name {shlex.quote(where.region)}"] if where.region else []
    address = f"boto3+{url(where)}" if isinstance(where, Bucket) else url(where)
    words.append(f"{shlex.quote(address)} restored")
    line = " ".join(words)
    return line if len(line) <= _WIDTH else " \\\n    ".join(words)
