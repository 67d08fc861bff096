"""What is wrong with a setting as it was written: a sentence for every fault, as it stands beside its field."""

from typing import assert_never

from secretsbackup.model import faults
from secretsbackup.model.faults import Fault, Instead
from secretsbackup.words.language import _
from secretsbackup.words.quantities import grouped


def problem(fault: Fault) -> str:  # noqa: PLR0912 - one closed list
    """What to change."""
    match fault:
        case faults.NameOdd():
            return _("Use letters, digits, “.”, “-” and “_”. Begin with a letter or digit.")
        case faults.LabelOdd(label=label):
            return _("“{label}” is not a usable label. Use a word without “/”.").format(label=label)
        case faults.LabelTwice(label=label):
            return _("Two folders have the label “{label}”. Give each its own.").format(label=label)
        case faults.SourcesMissing():
            return _("Choose at least one folder to back up.")
        case faults.NotAbsolute(path=path):
            return _("“{path}” must be an absolute path.").format(path=path)
        case faults.PathMissing(path=path):
            return _("“{path}” does not exist.").format(path=path)
        case faults.InsideSource(path=path, source=source):
            return _("“{path}” is inside “{source}”. Choose another folder.").format(path=path, source=source)
        case faults.AwsProfileUnused():
            return _("An AWS profile works with an s3:// destination only.")
        case faults.FingerprintOdd():
            return _("Name the key by all 40 digits of its fingerprint.")
        case faults.OutOfRange(least=least, most=0):
            return _("Give a number of at least {least}.").format(least=grouped(least))
        case faults.OutOfRange(least=least, most=most):
            return _("Give a number from {least} to {most}.").format(least=grouped(least), most=grouped(most))
        case faults.PatternEmpty():
            return _("A pattern is one line that is not empty.")
        case faults.PatternTooLong():
            return _("A pattern has 4 000 bytes at most: rsync discards a longer one.")
        case faults.UrlOdd(url=url):
            return _("“{url}” cannot be called. Give a URL that begins with https://.").format(url=url)
        case faults.MailOdd(address=address):
            return _("“{address}” is not an e-mail address.").format(address=address)
        case faults.CommandOdd():
            return _("A command is text without a NUL in it.")
        case faults.NotText(text=text, instead=instead):
            return _("“{text}” is not UTF-8. {instead}").format(text=text, instead=_instead(instead))
        case faults.NotASchedule(text=text):
            return _(
                "“{text}” is not a schedule. Use hourly, “every 6h”, “daily 18:00”, “weekly mon 18:00” or manual."
            ).format(text=text)
        case faults.TimeOfDayOdd(text=text, time=time):
            return _("“{text}” is not a schedule: {time} is not a time of day.").format(text=text, time=time)
        case faults.WeekdayOdd(text=text, day=day):
            return _("“{text}” is not a schedule: “{day}” is not a day of the week.").format(
                text=text, day=day
            )
        case faults.VersionMissing(newest=newest):
            return _("“version = {newest}” is missing.").format(newest=newest)
        case faults.TableUnknown(name=name):
            return _("“{name}” is not known; “profile” may be meant.").format(name=name)
        case faults.ProfileNotATable():
            return _("A profile begins with [profile.NAME].")
        case faults.LinkLeadsNowhere(target=target):
            return _("It is a link to “{target}”, which does not exist.").format(target=target)
        case _:
            return _of_destination(fault)


def _of_destination(fault: faults.OfDestination) -> str:  # noqa: PLR0912 - one closed list
    match fault:
        case faults.PrefixMissing():
            return _("Give a folder in the bucket (a prefix), s3://BUCKET/PREFIX: each profile has its own.")
        case faults.PrefixOdd():
            return _("The folder in the bucket is one line of letters.")
        case faults.BucketMissing():
            return _("The bucket’s name is missing. Use s3://BUCKET/FOLDER.")
        case faults.BucketOdd(bucket=bucket):
            return _("“{bucket}” cannot be the name of a bucket. Use s3://BUCKET/FOLDER.").format(
                bucket=bucket
            )
        case faults.EndpointOdd(endpoint=endpoint):
            return _("The endpoint “{endpoint}” must be https://HOST (or http://HOST).").format(
                endpoint=endpoint
            )
        case faults.RegionOdd(region=region):
            return _("“{region}” is not a region.").format(region=region)
        case faults.StorageClassOdd(name=name, known=known):
            return _("“{name}” is not a storage class that restores at once. Use {known}.").format(
                name=name, known=known
            )
        case faults.HostMissing(scheme=scheme):
            return _("Use {scheme}://USER@HOST/FOLDER (or //FOLDER for one from the root).").format(
                scheme=scheme
            )
        case faults.HostOdd(host=host):
            return _("“{host}” is not the name of a host.").format(host=host)
        case faults.RsyncNeedsName():
            return _("duplicity’s rsync takes no IPv6 address. Use sftp://, or the host’s name.")
        case faults.UserOdd(user=user):
            return _("“{user}” is not the name of a user.").format(user=user)
        case faults.PortOdd(port=port):
            return _("{port} is not a port. Use a number from 1 to 65535.").format(port=port)
        case faults.FolderOdd(folder=folder):
            return _("“{folder}” is not a usable folder name.").format(folder=folder)
        case faults.RsyncFolderOdd():
            return _("With rsync:// a folder’s name has letters, digits and “. _ ~ - + = , @ %” only.")
        case faults.FolderNotAbsolute():
            return _("Give the folder as an absolute path: file:///media/disk/backups.")
        case faults.NotADestination(text=text):
            return _("“{text}” is not a destination. {forms}").format(text=text, forms=_forms())
        case faults.SchemeUnknown(scheme=scheme):
            return _("“{scheme}://” is not a known destination. {forms}").format(
                scheme=scheme, forms=_forms()
            )
        case faults.PasswordInside():
            return _("A destination holds no password. Use an SSH key.")
        case faults.QueryInside():
            return _(
                "A bucket’s address has no “#” and no “?”: give its server and region beside it. In a folder’s name, write %23 for “#” and %3F for “?”."
            )
        case faults.AddressNotText():
            return _("A destination’s name is UTF-8. Choose a name of other letters.")
        case _:
            assert_never(fault)


def _forms() -> str:
    return _("Use s3://BUCKET/FOLDER, file:///FOLDER, sftp://HOST/FOLDER or rsync://HOST/FOLDER.")


def _instead(instead: Instead) -> str:
    match instead:
        case Instead.WILDCARD:
            return _("Write “?” for each such byte.")
        case Instead.SCRIPT:
            return _("Put it into a script, and name that.")
        case Instead.ESCAPE:
            return _("Write it as %XX.")
        case Instead.NAME:
            return _("Give another name.")
        case _:
            assert_never(instead)
