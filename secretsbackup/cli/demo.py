"""`secretsbackup demo`: the main job, really done, with files, a key and a keyring made for it."""

import filecmp
import os
import shutil
import sys
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from secretsbackup import words
from secretsbackup.cli import follow
from secretsbackup.cli.arguments import Options
from secretsbackup.model import causes
from secretsbackup.model.destination import Folder
from secretsbackup.model.event import Verb
from secretsbackup.model.outcome import Completed, Failure
from secretsbackup.model.profile import Profile, ProfileName, labelled
from secretsbackup.model.secret import Secret, SecretName
from secretsbackup.operations.backup import backup
from secretsbackup.operations.repository import prerequisites
from secretsbackup.operations.restore import restore
from secretsbackup.operations.run.runner import Recipe
from secretsbackup.operations.setup import registry
from secretsbackup.store import home as homes
from secretsbackup.store import profiles
from secretsbackup.store.home import Home
from secretsbackup.tools import gnupg, keychain, memory_keyring, tree

_PASSPHRASE = Secret("a throw-away passphrase for a throw-away key")


async def demo(options: Options, _: Home) -> int:
    """Do a whole round trip in a folder of its own, and say what it did and what it proved."""
    async with _folder(options.keep) as folder:
        return await _Demo(folder, kept=bool(options.keep), json=options.json).show()


@asynccontextmanager
async def _folder(keep: str | None) -> AsyncIterator[Path]:
    """A new folder with its own GnuPG home; gone afterwards unless it shall be kept."""
    folder = Path(keep).absolute() if keep else Path(tempfile.mkdtemp(prefix="secretsbackup-demo-"))
    if keep and folder.exists():
        raise Failure(causes.FolderExists(str(folder)))
    # A socket's path has 108 bytes at most, so gpg's home may not lie deep below a --keep folder.
    gnupg_home = Path(tempfile.mkdtemp(prefix="sb-gpg-"))
    os.environ["GNUPGHOME"] = str(gnupg_home)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield folder
    finally:
        await gnupg.end_agent(gnupg_home)
        shutil.rmtree(gnupg_home, ignore_errors=True)
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


class _Stopped(Exception):  # noqa: N818 - what follows would show nothing
    """A step failed, and that has been said."""


class _Demo:
    def __init__(self, folder: Path, *, kept: bool, json: bool) -> None:
        self._folder = folder
        self._json = json
        self._home = homes.below(folder / "home")
        self._farewell = (
            f"Everything is in {folder}." if kept else "The folder is removed; use --keep FOLDER to keep it."
        )

    async def show(self) -> int:
        began = time.monotonic()
        memory_keyring.use()
        await prerequisites.programs(self._home)
        try:
            ok = await self._round_trip()
        except _Stopped:
            ok = False
        self._conclude(ok, time.monotonic() - began)
        self._say(f"\n{self._farewell}")
        return 0 if ok else 1

    async def _round_trip(self) -> bool:
        """Whether everything came back; _Stopped at the first step that failed."""
        self._say("A key, some files to back up, and a folder as the destination:")
        files = self._folder / "Important files"
        first = make_files(files)
        profile = await self._profile(files)
        self._say(
            f"  key          {profile.key}\n  files        {files}\n  destination  {self._folder / 'backups'}"
        )

        self._say("\n1. The first backup: everything, encrypted.")
        await self._run(backup.recipe(), Verb.BACKUP, profile)
        then = self._copy(first, "then")

        self._say("\n2. One file changes, one is added, one is deleted; the second backup sends only that.")
        change_files(files)
        time.sleep(1.1)  # noqa: ASYNC251 - duplicity's snapshots are a second apart
        await self._run(backup.recipe(), Verb.BACKUP, profile)
        now = self._copy(files, "now")

        self._say("\n3. Nothing changes, so nothing is sent.")
        await self._run(backup.recipe(), Verb.BACKUP, profile)

        self._say("\n4. Both points in time are restored, each into a new folder.")
        return all([await self._restored(profile, number, saved) for number, saved in enumerate((then, now))])

    async def _profile(self, files: Path) -> Profile:
        key = await gnupg.make_key("Secrets Backup demo", _PASSPHRASE)
        profile = Profile(
            name=ProfileName("demo"),
            sources=labelled([str(files)]),
            destination=Folder(str(self._folder / "backups")),
            key=key,
        )
        await registry.create(profile, {SecretName.GPG_PASSPHRASE: _PASSPHRASE}, self._home)
        assert await keychain.get(profile.name, SecretName.GPG_PASSPHRASE) == _PASSPHRASE
        return profiles.get(self._home, profile.name)

    async def _run(self, recipe: Recipe, verb: Verb, profile: Profile) -> Completed:
        """Do it, and say how it ended; _Stopped, with what to do now, unless it did what it was asked."""
        ended = await follow.run(
            recipe, verb, profile, self._home, json=self._json, told=follow.Verbosity.NO_OUTCOME
        )
        message = words.outcome(ended, verb)
        self._say(message.title)
        if isinstance(ended, Completed):
            return ended
        self._say(f"→ {message.in_terminal}")
        raise _Stopped

    def _copy(self, files: Path, name: str) -> Path:
        """What a snapshot must hold: the files as they are now, links followed."""
        copy = self._folder / f"expected {name}"
        tree.copy(files, copy, leave_out=["dangling link"])
        return copy

    async def _restored(self, profile: Profile, number: int, expected: Path) -> bool:
        from secretsbackup.operations.repository import browse

        shelf = await browse.snapshots(profile, self._home)
        snapshot = [s for chain in shelf.chains for s in chain.snapshots][number]
        parent = self._folder / "restored"
        parent.mkdir(exist_ok=True)
        request = restore.RestoreRequest(to=parent, at=snapshot.time)
        outcome = await self._run(restore.recipe(request), Verb.RESTORE, profile)
        assert outcome.summary.folder
        different = differences(expected, Path(outcome.summary.folder) / profile.sources[0].label)
        self._say(
            f"   Snapshot {snapshot.stamp}: "
            + (
                f"{words.files(outcome.summary.files)} compared byte by byte, all match."
                if not different
                else f"NOT the same: {', '.join(different)}"
            )
        )
        return not different

    def _conclude(self, ok: bool, seconds: float) -> None:
        if ok:
            self._say(
                f"\nVerified in {words.duration(seconds)}: every file was restored as it was at both times,"
                " byte for byte.\nA link was followed and its file backed up; a dangling link was only"
                " reported;\nnames with spaces, quotes and a newline were restored; the backups"
                " are encrypted,\nand duplicity and gpg alone can read them."
            )
        else:
            self._say("\nSomething went wrong; see above.")

    def _say(self, text: str) -> None:
        print(text, file=sys.stderr if self._json else sys.stdout, flush=True)


def make_files(folder: Path) -> Path:
    """Some files with all that is awkward: a link, a dangling one, a name with quotes and a newline."""
    (folder / "letters").mkdir(parents=True)
    (folder / "letters" / 'to "whom" it\nmay concern\'s.txt').write_text("Dear reader,\n")
    (folder / "letters" / "a letter.txt").write_text("This one will be changed.\n")
    (folder / "letters" / "old.txt").write_text("This one will be deleted.\n")
    (folder / "photo.raw").write_bytes(os.urandom(3_000_000))
    (folder / "letters" / "link to photo").symlink_to("../photo.raw")
    (folder / "dangling link").symlink_to("nowhere")
    return folder


def change_files(folder: Path) -> None:
    """Change one, add one, delete one."""
    (folder / "letters" / "a letter.txt").write_text("This one was changed.\n")
    (folder / "new file.txt").write_text("This one is new.\n")
    (folder / "letters" / "old.txt").unlink()


def differences(expected: Path, restored: Path) -> list[str]:
    """The names of what is not the same in two trees, byte by byte."""
    names = {path.relative_to(root) for root in (expected, restored) for path in root.rglob("*")}
    return sorted(str(name) for name in names if not _same(expected / name, restored / name))


def _same(one: Path, other: Path) -> bool:
    if one.is_dir() or other.is_dir():
        return one.is_dir() and other.is_dir()
    return one.is_file() and other.is_file() and filecmp.cmp(one, other, shallow=False)
