"""Troubleshooting: an entry for every cause and every Caution. The sentence and the advice are the program's own;
what it means is written here."""

from collections.abc import Iterator

from secretsbackup import words
from secretsbackup.model import causes, faults
from secretsbackup.model.causes import Cause
from secretsbackup.model.event import Caution, Warned
from secretsbackup.model.reason import Reason

INTRO = """\
# Troubleshooting

This page explains every message of Secrets Backup: what it means for your files, and what to do now.

Find your message by its sentence, or by its name: `secretsbackup help no-room` prints one entry. Names such as
`no-room` are what `--json` prints and what the log holds. Words such as “/media/disk” stand for your own.

First steps that help with most problems:

1. Read the whole message. It says what happened, and then what to do.
2. Open **More** and choose **Run diagnostics…**, or type `secretsbackup doctor`. It tests programs, key, access and
   destination within seconds and says what is missing.
3. Look at the log of the run: **Show the log** in the window, or `secretsbackup log`.
4. Try again. What has been sent already is not sent twice.

A failed or skipped backup never harms the backups that you have.
"""

Entries = dict[Cause, str]
"""An example of each cause, and what it means."""

MACHINE: Entries = {
    causes.ToolMissing("rsync"): "Secrets Backup uses rsync, duplicity and GnuPG. One of them, or another program that this command needs, was not found.",
    causes.ToolTooOld("duplicity", "2.1", "3.0", "/usr/bin/duplicity"): "The program is there, but it is too old to be used. Nothing was changed.",
    causes.ToolFailed("rsync 12"): "The program ended with an error that Secrets Backup does not know. Its own last words are in the log.",
    causes.ToolStandsStill("rsync"): "The program waited for something that never came, most often a network drive or a server that does not answer. It was stopped so that the next backup can start.",
    causes.NoRoom("/home/ada/.cache/secretsbackup/documents/stage", 41000000000, 12000000000): "A disk of this computer is full. A backup keeps a working copy of your files, by default in `~/.cache/secretsbackup`; it needs about as much space as the files themselves. You can move it to another disk with the setting [staging](settings-reference.md#profile).",
    causes.NotWritable("/media/disk/backups"): "The folder cannot be written to: it belongs to another user, its disk is read-only, or it does not exist.",
    causes.StageNotOurs("/home/ada/Work/letter.odt"): "The folder for the working copy must hold nothing else, because everything else in it would be deleted. So the backup did not start.",
    causes.NotYours("root", "/home/ada/.cache/secretsbackup"): "A folder of Secrets Backup belongs to another user, most often because it was once started with sudo.",
    causes.AsRoot("ada", "/home/ada/.config/secretsbackup"): "Secrets Backup was started as root in the home folder of another user. Nothing was changed, so that this user's files do not come to belong to root.",
    causes.InTheWay("/home/ada/.config/secretsbackup"): "Where Secrets Backup keeps a file or a folder of its own there is something of another kind, for example a file instead of a folder.",
    causes.FileUnusable("/home/ada/.config/secretsbackup/profiles.toml"): "The file could not be opened, for a reason that the system does not name better.",
    causes.PathTooLong("/home/ada/Documents/a very long name"): "The system does not allow a path or a name of this length.",
    causes.NotUtf8("/media/disk/old caf\\xe9"): "You chose a folder to restore into whose name is not valid UTF-8, for example from an old system. Files with such names are backed up and restored; only the folder that you restore into cannot have one.",
    causes.DiskReadOnly("/home/ada"): "Nothing can be written to this disk. Linux makes a disk read-only when it finds an error on it.",
    causes.DiskFailing("/media/disk"): "The disk reports an error when it is read or written. Make sure that you have another copy of what is on it.",
    causes.SystemLimit("Too many open files"): "The system has run out of something that programs share, such as open files or processes.",
    causes.FileTooLarge("/media/disk/backups"): "A limit of your session (`ulimit -f`) or the kind of the disk keeps files small: a FAT disk, for example, takes none of 4 GB or more.",
    causes.NoProgramsHere("/home/ada/.cache/secretsbackup/documents/temporary"): "duplicity starts GnuPG through a small script in this folder, and the disk is mounted so that nothing on it can be started.",
    causes.NotStarted(): "The profile is set up, but after a restart nothing would start its backups. See [what starts the backups](schedule.md#automatic).",
    causes.Linked("/home/ada/.cache/secretsbackup/documents/stage"): "The folder for the working copy is a link. Everything else in the folder that it leads to could be deleted, so the backup did not start.",
    causes.OpenLink("/home/ada/.cache/secretsbackup"): "The link leads to a folder that other users can enter, and the working copy in it would be readable.",
    causes.OthersLink("/tmp/secretsbackup"): "Another user could send your files to a place of their own with such a link. So it is not followed.",
    causes.FolderIsOurs("/home/ada/.cache/secretsbackup/documents/stage"): "You chose a folder that Secrets Backup itself manages. What you put there would be deleted.",
    causes.Busy(4711): "Only one run of a profile works at a time. Another one is in progress: in the window, by the timer, or in another terminal. If it hangs, stop it: `secretsbackup stop`.",
}  # fmt: skip
WROTE: Entries = {
    causes.ProfileUnknown("documets"): "The command names a profile that does not exist. Look for a typing mistake.",
    causes.ProfileExists("documents"): "Two profiles cannot have the same name.",
    causes.ProfileInvalid(field="exclude", fault=faults.PatternEmpty()): "A setting or a command cannot be used as it is. The sentence itself says what has to change; it is different each time. Nothing was changed.",
    causes.SettingsBroken("/home/ada/.config/secretsbackup/profiles.toml", "Expected ']' at the end of a table declaration"): "The settings file has a mistake. No profile is backed up until it is fixed. The [settings reference](settings-reference.md) shows how it should look.",
    causes.SettingsNewer("/home/ada/.config/secretsbackup/profiles.toml"): "A newer version of Secrets Backup wrote the settings. This version leaves them alone, so that nothing is lost.",
    causes.MemoryNewer("/home/ada/.local/state/secretsbackup/history.sqlite"): "A newer version of Secrets Backup wrote its history. This version leaves it alone.",
    causes.CatalogueLost(): "The list that answers “which file is in which backup” was damaged. It is only a copy: it is built again from the backups themselves. Your backups are not affected.",
    causes.MemoryBusy("/home/ada/.local/state/secretsbackup/history.sqlite"): "Another program has the history file open, for example a database viewer or a second copy of Secrets Backup that hangs.",
    causes.MemoryBroken("/home/ada/.local/state/secretsbackup/history.sqlite"): "The history file was damaged, for example by a power cut. It is put aside and built again. Your backups are not affected.",
    causes.SeedUnreadable("config.sh, line 3"): "The `config.sh` of the old scripts could not be read. It is only read, never run, so it must consist of plain assignments.",
    causes.NotATime("last wednesday"): "A time is written as `2026-11-22`, `\"2026-11-22 18:00\"`, or as a snapshot's name from `secretsbackup snapshots`. A date alone means the end of that day. A span is written as `30m`, `1h` or `2d`.",
}  # fmt: skip
COMMANDS: Entries = {
    causes.NoProfile(): "The command works with a profile, and none is set up on this computer.",
    causes.ProfileNotNamed(("documents", "photos")): "The command is for one profile. Add its name, as in `secretsbackup restore documents`.",
    causes.CommandIncomplete("secretsbackup kit --out FOLDER"): "A part of the command is missing. Words in capitals stand for your own.",
    causes.TooManyArguments(causes.Argument.PATH): "The command takes one path or one profile, and got more.",
    causes.AnswerMissing("aws-access-key-id"): "The command asked for something and got no answer, for example because its input ended.",
    causes.AnswerUnknown("tape"): "The command asked you to choose, and the answer is not among the choices that it printed.",
    causes.KeyPairIncomplete(): "Only one half of the access key was given.",
    causes.Declined(): "You chose not to continue with the backups that are there.",
    causes.FolderExists("/tmp/demo"): "The command makes a folder of its own, and does not touch one that exists.",
    causes.ProfileElsewhere("documents", "s3://ada-backups/documents"): "The bucket that you set up is for another profile.",
    causes.PolicyNotNeeded("file:///media/disk/backups"): "Policies are for buckets only.",
    causes.PassphraseEmpty(): "Anyone who finds a copy of such a key could read your backups.",
    causes.PassphraseMismatch(): "To be sure that you know the passphrase, it is asked for twice.",
    causes.PassphraseUnseen(): "A new passphrase is shown once, so that you can write it down.",
    causes.SecretEmpty(): "The command read an empty line.",
    causes.InputNotText(): "The terminal or the file uses another encoding.",
    causes.NotASpan("soon"): "A span is a number with a letter: days, months or years.",
    causes.TimePast(): "A pause ends at a time that is still to come.",
    causes.RunUnknown("20261122T180000"): "The log that you asked for does not exist.",
    causes.LogDeleted(): "The file of this run's log was removed from your computer. Other logs are not affected.",
    causes.NoRestoreToResume("documents"): "Only a restore that was interrupted can be resumed.",
}  # fmt: skip
SECRETS: Entries = {
    causes.KeyringMissing(): "Your passwords are kept in the keyring of your desktop, and none was found. Secrets Backup never keeps them in a plain file instead. On a server without a keyring, see [administrators](administrators.md#no-keyring).",
    causes.KeyringLocked(): "The keyring is there, but it is locked or does not answer. It usually opens when you log in to the desktop.",
    causes.SecretMissing("aws-access-key-id", "documents"): "The keyring has no such entry for this profile: it was never stored, or was removed.",
    causes.AwsSettingsBroken("backup"): "The profile uses your own `~/.aws` settings, and they cannot be read or give no key: a line in them is wrong, a `credential_process` failed, or a sign-in (`aws sso login`) has run out.",
    causes.AwsProfileMissing("backup"): "The profile uses your own `~/.aws` settings, and they have no profile of this name with a key.",
    causes.KeyMissing("0123456789ABCDEF"): "GnuPG on this computer does not have the key that the profile names. On a new computer, the [recovery kit](recovery-kit.md) brings it back.",
    causes.KeyAmbiguous(("Ada Lovelace",)): "Several keys have this name, and Secrets Backup does not guess which one you mean.",
    causes.KeyExpired("0123456789ABCDEF"): "An expired key cannot encrypt, so no backup is made. Restoring still works. See [extend a key](keys.md#extend).",
    causes.KeyRevoked("0123456789ABCDEF"): "A revoked key cannot be used any more. Choose another key in **Edit backup…**; the next backup is a new full one. Keep the old key for the older backups.",
    causes.KeyCannotEncrypt("0123456789ABCDEF"): "The key can sign but not encrypt, so it cannot protect a backup.",
    causes.KeyUnprotected("0123456789ABCDEF"): "The recovery kit would hold a key that anyone could use who finds it. So no kit is written until the key has a passphrase.",
    causes.SecretKeyMissing("0123456789ABCDEF"): "This computer has only the public half of the key. That is enough to back up, but not to restore.",
    causes.KeyOnCard("0123456789ABCDEF"): "The recovery kit holds a copy of the key, and a smart card never gives one out. Backing up with the card's key works.",
    causes.CardMissing("0123456789ABCDEF"): "Restoring and testing need the key on the card, and GnuPG does not see the card.",
    causes.SecretSubkeyMissing("0123456789ABCDEF"): "A key has parts, and the part that opens backups is not on this computer. Backing up works; restoring does not.",
    causes.PassphraseUnwanted("0123456789ABCDEF"): "A passphrase was given for a key that has none. Perhaps it is the wrong key.",
    causes.PassphraseTooLong(255): "GnuPG has a limit for the length of a passphrase.",
    causes.BackupPassphraseWrong(): "These backups are encrypted with a passphrase alone, without a key, and it was not this one.",
    causes.AgentMissing("gpg-agent: no such file"): "GnuPG keeps secret keys in a helper program, the agent, and it could not be started.",
    causes.AgentSilent(): "GnuPG keeps secret keys in a helper program, the agent. It hangs.",
    causes.AgentRefuses(): "A setting of GnuPG's agent forbids that other programs hand over a passphrase, so nothing can be opened.",
    causes.GpgHome(causes.HomeFault.MISSING, "/home/ada/keys"): "GnuPG keeps its keys in the folder `~/.gnupg`, or in the one that the environment variable GNUPGHOME names. That folder is not there, is not a folder, belongs to another user, or may not be read. Your keys are not lost because of that.",
    causes.GpgLocked("/home/ada/.gnupg/pubring.db.lock"): "GnuPG allows one program at a time to change its files. The lock may be left over from one that was killed.",
    causes.GpgSettings("gpg.conf:3"): "A line in GnuPG's own settings is wrong, so no GnuPG command works.",
    causes.PassphraseMissing("documents"): "Restoring and testing need the passphrase of your key. It is not in the keyring, and this run started automatically, so nobody could type it. Backing up normally works without it.",
    causes.PassphraseWrong(): "The passphrase that was typed, or that is in the keyring, is not the one of this key. There is no way around it; see [forgotten passphrase](keys.md#forgotten).",
    causes.GpgFailed("2"): "GnuPG ended with an error that Secrets Backup does not know. Its own last words are in the log.",
    causes.HookFailed("pg_dump ended with 1"): "The command that you set with `--before` failed, so no backup was made: it might have been incomplete. See [your own commands](hooks-and-notifications.md#commands).",
    causes.NotTold("hc-ping.com: HTTP 404"): "The backup itself is not affected, but the URL could not be called or the mail could not be sent. See [who is told](hooks-and-notifications.md#calls).",
}  # fmt: skip
KIT: Entries = {
    causes.KitBroken("line K3 is mistyped"): "A line of the recovery kit is missing or was read wrongly. Each line has a checksum of its own, so the message names the place.",
    causes.KitOutdated("it leads to s3://old/laptop, not s3://ada-backups/laptop"): "The kit is readable, but the profile has changed since it was made. After a disaster it would lead to the wrong place or hold the wrong key.",
    causes.KitInTheWay("/home/ada/kit/recovery-kit.txt"): "The folder already holds the kit of another profile, which is not overwritten. Each profile needs a folder of its own.",
}  # fmt: skip
SOURCES: Entries = {
    causes.SourceMissing("/media/photos"): "A folder that you back up is not there. Most often its disk is not connected. No backup is made, so that the files are not taken for deleted.",
    causes.SourceEmpty("/media/photos"): "A folder that had files is empty now. Most often its disk is not connected, and only the empty mount point is left.",
    causes.SourceUnreadable("/home/ada/Documents"): "You may not read this folder, so it cannot be backed up.",
}  # fmt: skip
DESTINATION: Entries = {
    causes.DestinationAway("/media/disk/backups"): "The disk with your backups is not connected. The backup waits until it is.",
    causes.DestinationMissing("s3://ada-backups/laptop"): "The bucket or the folder does not exist, or has another name.",
    causes.DestinationUnreachable("s3.example.org"): "The server did not answer: the network is down, the address is wrong, or the server has a problem. Backups start again automatically when it is back.",
    causes.DestinationSilent("s3.example.org"): "You asked what is at the destination, or for files that this computer does not know yet. The server, or the folder's disk, gave no answer within 5 seconds. Nothing is wrong with your backups.",
    causes.DestinationDenied(right="s3:PutObject"): "The destination knows you, but does not let you do what a backup needs. For a bucket, **Run diagnostics…** or `secretsbackup doctor` tries each right and prints the statement that grants a missing one.",
    causes.DestinationFull("/media/disk/backups", 41000000000, 12000000000): "There is no more space where the backups are kept. The backups that are there stay as they are.",
    causes.CredentialRefused(): "The bucket's server does not know this access key, or its secret is wrong. Perhaps the key was deleted or replaced.",
    causes.RegionWrong("eu-west-1"): "The bucket exists, but in another region than the profile says.",
    causes.EndpointWrong("https://console.example.org"): "Something answers at this address, but it is not an S3 server.",
    causes.ClockWrong(7200): "Servers refuse requests that are dated wrongly, and backups would get wrong dates.",
    causes.CertificateBad("s3.example.org"): "The server could not prove who it is. Either its certificate is expired or made by itself, or someone is between you and it.",
    causes.HostKeyUnknown("ada@nas"): "SSH has never connected to this computer, so it cannot know whether it is the right one.",
    causes.BucketTaken("backups"): "Bucket names are unique worldwide, and this one belongs to someone else.",
    causes.BucketNameBad("My Backups"): "S3 does not allow this name for a bucket.",
    causes.BucketNotEmpty("ada-backups"): "You asked to undo a set-up, but the bucket holds something else. It stays.",
    causes.UsersDenied("iam:CreateUser"): "The key that you gave for setting up is not an administrator's: it may not create the user that backups should run as.",
    causes.KeysTooMany("secretsbackup-laptop"): "Amazon allows two access keys for each user, and this user has both.",
    causes.SealedByPassphrase("file:///media/disk/deja-dup"): "Another program made the backups there, and this profile cannot continue with them. You can still restore them.",
    causes.NotSealed("file:///media/disk/plain"): "Another program made the backups there, without encryption. This profile does not add to them. You can still restore them.",
    causes.AnotherMachine(): "The folder holds backups that another computer, or another folder of this one, made. Two that write to the same place would damage each other's backups. After you moved to a new computer they are yours: confirm it once.",
}  # fmt: skip
NOT_NOW: Entries = {
    causes.NotScheduled(): "The profile has the schedule `manual`: it is backed up only when you start it.",
    causes.VerificationOff(): "Tests of a restore are set to 0 days, so they run only when you start them. See [checks and verification](checks-and-verification.md).",
    causes.NotYet(): "All is well: the next backup is not due yet. You can start one at any time.",
    causes.WaitingToRetry(): "The last attempt failed. The next one comes automatically, first after 5 minutes, then after longer and longer waits, up to 6 hours.",
    causes.Paused(): "You paused automatic backups. You can still start one yourself.",
    causes.OnBattery(15): "No backup starts below 20 % battery, and with the setting `only_on_power` none without a power supply. It starts when the computer is plugged in.",
    causes.Metered(): "The connection is marked as metered (for example a phone), so nothing is sent. Allow it with **Also on metered connections** in **Edit backup…**.",
    causes.Offline(): "The computer is offline. The backup starts when the network is back.",
}  # fmt: skip
CONFIRM: Entries = {
    causes.Surge(52000000000, 31000000000, "/home/ada/Videos/holiday.mov"): "More new data than the profile allows at once (`ask_above_new_gb`, 20 GB unless changed). Perhaps a large file is in the wrong folder. Nothing was sent: skip it with an [exclude](excludes.md), or confirm.",
    causes.Upheaval(540, 1, 843): "More files than usual are gone or changed (`ask_above_changed_percent`, 50 % unless changed). Perhaps a drive is missing, or something damaged your files. Your earlier backups are safe, and none is removed while this question is open. If you did it yourself, confirm.",
}  # fmt: skip
BACKUPS: Entries = {
    causes.NoSnapshot(stamp="2020-01-01"): "There is no backup from that time or before it.",
    causes.Unproven("documents"): "Old backups are removed only after a newer one was checked from this computer, and none was.",
    causes.NothingSent(): "duplicity reported success, but the new backup is not at the destination. Secrets Backup looks for itself, and does not believe it.",
    causes.VolumeMissing("duplicity-full.20261122T180000Z.vol1.difftar.gpg"): "A file of the backup is gone or too short at the destination: someone deleted it, or the storage lost it. Some files cannot be restored from this backup. The next backup is a full one, and everything is safe again once it has finished.",
    causes.VolumeCorrupt(): "A file of the backup was changed or damaged at the destination. Older or newer backups may still be fine. The next backup is a full one.",
    causes.OlderDamaged(): "The backup that you chose is damaged, but a newer one does not depend on it.",
    causes.SnapshotUnsafe("../../.ssh/authorized_keys"): "Secrets Backup never saves such a link, so the backup was forged by someone who can write to the destination. See [security](security.md#hostile-destination).",
    causes.Frozen("duplicity-full.20261122T180000Z.vol1.difftar.gpg"): "The bucket has moved this file to a storage class that must be thawed before it can be read. Nothing is lost, but restoring takes hours longer.",
    causes.PlaceShared("photos"): "Two profiles have the same address. Each would take the other's files for deleted ones.",
    causes.CopyInTheWay("duplicity-full.20261122T180000Z.vol1 (copy).difftar.gpg"): "Someone copied a file of the backup within the destination, and duplicity would take both for parts of it.",
    causes.RolledBack(): "The destination has an older state than this computer remembers: someone put back an old copy, or deleted the newest backups. Older backups can be restored.",
    causes.SnapshotForged(causes.Forgery.OTHER): "Secrets Backup never saves such a thing, so someone who can write to the destination forged the backup. See [security](security.md#hostile-destination).",
    causes.PathNotFound("letter.odt"): "The path is not in this backup. In backups, a path begins with the name of the folder that you back up: `Documents/letter.odt`. See [find a file](restoring.md#find).",
    causes.SampleDiffers("Documents/letter.odt"): "A test restore brought back a file that is not the one that was backed up. The next backup compares your files by content and is a full one.",
}  # fmt: skip
OURS: Entries = {
    causes.Bug("KeyError: 'x'"): "Secrets Backup itself has made a mistake. The log holds what we need to find it. To report it without your names and paths, open the log and choose **Save report…**, or type `secretsbackup log --obscured`.",
}  # fmt: skip
GROUPS: tuple[tuple[str, str, Entries], ...] = (
    ("this-computer", "This computer", MACHINE),
    ("settings-and-commands", "Settings and commands", {**WROTE, **COMMANDS}),
    ("keys-and-passwords", "Keys, passwords and your own commands", SECRETS),
    ("the-recovery-kit", "The recovery kit", KIT),
    ("your-folders", "Your folders", SOURCES),
    ("the-destination", "The destination", DESTINATION),
    ("why-not-now", "Why no backup starts now", NOT_NOW),
    ("your-confirmation", "Waiting for your confirmation", CONFIRM),
    ("the-backups", "The backups", BACKUPS),
    ("bugs", "Bugs", OURS),
)

WARNINGS: dict[Caution, tuple[str, str, str]] = {
    Caution.DANGLING_LINK: ("/home/ada/Documents/old", "", "A link points to a file that does not exist, so there is nothing to save. Delete the link, or ignore it. It is in the log only."),
    Caution.LINK_LOOP: ("/home/ada/Documents/up", "", "A link points to a folder that contains it. Following it would never end. The files themselves are backed up where they are."),
    Caution.UNREADABLE: ("/home/ada/Documents/private.db", "Permission denied", "You may not read this file, so it is not backed up. Give yourself permission, or exclude it."),
    Caution.NOT_A_FILE: ("/run/user/1000/pipe", "", "You chose it yourself to be backed up, but there is nothing in it that can be saved. Remove it from the profile."),
    Caution.SPECIAL_FILE: ("/home/ada/.cache/socket", "", "Sockets, pipes and devices hold no data. Nothing is lost. It is in the log only."),
    Caution.COPY_KEPT: ("/home/ada/Documents/photos", "", "A link points to something that is not there, perhaps on a disk that is not connected. The backup keeps the copy that it has. Delete the link to have the copy go, too."),
    Caution.NOT_SENT: ("Documents/letter.odt", "", "The file changed in a way that neither its size nor its time shows, so it was not sent. The next backup sends it."),
    Caution.FROZEN: ("duplicity-full.20261122T180000Z.vol1.difftar.gpg", "", "The bucket moves your backups to a storage class that must be thawed before it can be read. The backup is good. See [frozen](#frozen)."),
    Caution.ROLLED_BACK: ("", "Tuesday 18:00", "The destination has an older state than this computer remembers. See [rolled-back](#rolled-back)."),
    Caution.ANOTHER_MACHINE: ("", "old-laptop", "The backup that you restored is from another computer. If that is what you want, all is well."),
    Caution.VANISHED: ("/home/ada/Documents/.~lock", "", "The file was deleted while the backup ran. Most often it was a temporary file."),
    Caution.NOT_STAGED: ("/home/ada/Documents/film.mov", "No space left on device", "The file could not be copied to the working copy, so it is not in this backup."),
    Caution.NOT_PRESERVED: ("Documents/letter.odt", "", "The content is safe. Its owner, permissions or time will be different after a restore."),
    Caution.NEW_FULL: ("", "20261001T180000Z", "The earlier backups are damaged at the destination. So this one sends everything again and does not depend on them."),
    Caution.OTHER_KEY: ("", "20261001T180000Z", "The profile has a new key. This backup sends everything again, encrypted to it. Keep the old key for as long as you want to restore the older backups."),
    Caution.SUBKEY_ELSEWHERE: ("", "0123456789ABCDEF", "The backup is good, but this computer could not restore it."),
    Caution.SETUID: ("Documents/bin/tool", "", "A setuid program can do what its owner can. One from a stranger's backup would be a way into your computer."),
    Caution.SAVED_AGAIN: ("/home/ada/Documents/restored-2026-11-22_18-00-00", "/home/ada/Documents", "The restore is good. But a copy of your files now lies among the files that you back up, and would be backed up as well."),
    Caution.TOO_LONG: ("/home/ada/Documents/a very long name", "", "The path is longer than the system allows, so it is not in this backup. Use shorter names, or back up a folder further down."),
    Caution.CLOCK_BEHIND: ("", "tomorrow 18:00", "This computer's clock was ahead once, or is behind now. Check its date."),
    Caution.NOT_TIDIED: ("", "AccessDenied", "Old backups use space, but harm nothing. If it stays, type `secretsbackup doctor`: perhaps the right to delete is missing."),
    Caution.NOT_PRUNED: ("", Reason.UNPROVEN.value, "Old backups stay until a newer one is known to be good."),
    Caution.HOOK_FAILED: ("", "notify.sh ended with 1", "The backup is good; the command that you set with `--after` failed. What it said is in the log."),
    Caution.NOT_TOLD: ("", "hc-ping.com: HTTP 404", "The backup is good, but a URL could not be called or a mail could not be sent. See [who is told](hooks-and-notifications.md#calls)."),
    Caution.NOT_RESTORED: ("Documents/letter.odt", "Permission denied", "The restore went on without this file. Restore it alone into another folder."),
    Caution.NOT_COMPARED: ("", "", "The test restore worked, but this computer has no working copy to compare it with, for example on a new computer. After the next backup it has one."),
    Caution.NOT_CATALOGUED: ("", "OSError", "The backup is good. Searching takes longer once, because the list is built again."),
    Caution.TOOL_SAYS: ("", "Warning: a helper program's own words", "A helper program warned of something that Secrets Backup does not know. Its own words are shown."),
}  # fmt: skip


def text() -> str:
    """The whole page."""
    return "\n".join((INTRO, *_reasons(), *_warnings())).rstrip() + "\n"


def _reasons() -> Iterator[str]:
    for anchor, title, entries in GROUPS:
        yield from (f'<a id="{anchor}"></a>', f"## {title}", "")
        for cause, meaning in entries.items():
            message = words.reason(cause)
            yield from _entry(cause.reason, message.title, cause.reason, meaning)
            if message.advice:
                yield from (f"What to do: {_marked(message.advice)}", "")
            for command in message.typed.split(", ") if message.typed else ():
                yield from ("```", command, "```", "")


def _warnings() -> Iterator[str]:
    yield from ('<a id="warnings"></a>', "## Warnings", "")
    yield from (
        "With a warning the backup is good, but something was skipped or was not as it should be.",
        "",
    )
    for caution, (path, detail, meaning) in WARNINGS.items():
        sentence = words.warning(Warned(caution=caution, path=path, detail=detail))
        yield from _entry(f"warning-{caution}", sentence, caution, meaning)


def _entry(anchor: str, sentence: str, name: str, meaning: str) -> Iterator[str]:
    yield from (
        f'<a id="{anchor}"></a>',
        f"### {_marked(sentence).removesuffix('.')}",
        "",
        f"`{name}`. {meaning}",
        "",
    )


def _marked(sentence: str) -> str:
    """A sentence in Markdown, in which a name in capitals or a star is meant as it stands."""
    return sentence.replace("*", "\\*").replace("<", "\\<").replace("_", "\\_")
