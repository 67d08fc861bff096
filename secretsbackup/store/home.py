"""Where things are: three places, as the platform wants them. Everything below them is owner-only."""

import contextlib
import errno
import os
import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec

from secretsbackup.model import causes
from secretsbackup.model.destination import Folder
from secretsbackup.model.event import RunId
from secretsbackup.model.outcome import Failure
from secretsbackup.model.profile import Profile, ProfileName
from secretsbackup.store import boundary

_LEFT_BEHIND = 3600.0
"""Seconds after which a new file is no longer being written; it takes some thousandths of one."""


class Home(msgspec.Struct, frozen=True):
    """Settings are the user's; state is what we remember; losing the cache costs time and nothing else."""

    config: Path
    state: Path
    cache: Path

    @property
    def profiles(self) -> Path:
        """The user's settings."""
        return self.config / "profiles.toml"

    @property
    def desktop(self) -> Path:
        """What the desktop remembers for itself: its language, and where its windows were."""
        return self.config / "desktop.ini"

    @property
    def database(self) -> Path:
        """What we remember of all profiles."""
        return self.state / "history.sqlite"

    @property
    def draft(self) -> Path:
        """A profile that is being set up; no profile's own folder begins with a dot."""
        return self.state / ".setup.json"

    @property
    def unwatched(self) -> Path:
        """Changed whenever it is told that nothing can be watched."""
        return self.state / ".unwatched"

    @property
    def called(self) -> Path:
        """Changed whenever something other than our own timer starts what is due."""
        return self.state / ".called"

    def lock(self, profile: ProfileName) -> Path:
        """Held by whoever works on a profile."""
        return self.state / profile / "lock"

    def staged(self, profile: ProfileName) -> Path:
        """What is known of the profile's stage."""
        return self.state / profile / "stage.json"

    def origins(self, profile: ProfileName) -> Path:
        """What each file of the profile's stage was made of."""
        return self.state / profile / "origins"

    def outbox(self, profile: ProfileName) -> Path:
        """What the profile collected and has not sent yet."""
        return self.state / profile / "outbox"

    def archived(self, profile: ProfileName) -> Path:
        """What is known of the profile's archive folder."""
        return self.state / profile / "archive.json"

    def pause(self, profile: ProfileName) -> Path:
        """Until when the profile is paused."""
        return self.state / profile / "pause.json"

    def marks(self, profile: ProfileName) -> Path:
        """What the user accepted, and what was tried and told."""
        return self.state / profile / "marks.json"

    def away(self, profile: ProfileName) -> Path:
        """Changed whenever what the profile needs is seen to be away."""
        return self.state / profile / "away"

    def kit(self, profile: ProfileName) -> Path:
        """What is known of the profile's recovery kit."""
        return self.state / profile / "kit.json"

    def unfinished(self, profile: ProfileName) -> Path:
        """The restores of the profile that are not whole yet."""
        return self.state / profile / "unfinished.json"

    def journals(self, profile: ProfileName) -> Path:
        """The folder of a profile's journals."""
        return self.state / profile / "runs"

    def journal(self, profile: ProfileName, run: RunId) -> Path:
        """One run's journal."""
        return self.journals(profile) / f"{run}.jsonl"

    def stage(self, profile: Profile) -> Path:
        """Where the sources are mirrored to."""
        return Path(profile.staging) if profile.staging else self.cache / profile.name / "stage"

    def archive(self, profile: Profile) -> Path:
        """duplicity's manifests and signatures, in the clear."""
        return Path(profile.archive) if profile.archive else self.cache / profile.name / "archive"

    def catalogue(self, profile: Profile) -> Path:
        """What the snapshots at the profile's destination hold; another destination has another one."""
        import hashlib

        to = msgspec.json.encode(profile.destination)
        return self.cache / profile.name / f"catalogue-{hashlib.sha256(to).hexdigest()[:12]}.sqlite"

    def temporary(self, profile: ProfileName) -> Path:
        """Where runs keep what they need only while they go on."""
        return self.cache / profile / "temporary"

    def own(self, profile: Profile) -> tuple[Path, ...]:
        """This program's own folders."""
        return (self.cache, self.state, self.stage(profile), self.archive(profile))

    def spared(self, profile: Profile) -> tuple[Path, ...]:
        """The folders that never go into a backup, wherever the sources lie: those, and the destination."""
        to = profile.destination
        return (*self.own(profile), *([Path(to.path)] if isinstance(to, Folder) else []))


def standard() -> Home:
    """The user's own home for us: XDG on Linux, Library on macOS."""
    import platformdirs

    places = platformdirs.PlatformDirs("secretsbackup", appauthor=False)
    return Home(places.user_config_path, places.user_state_path, places.user_cache_path)


def below(folder: Path) -> Home:
    """A home in one folder, for a demonstration or a test."""
    return Home(folder / "config", folder / "state", folder / "cache")


def owner_only(folder: Path) -> Path:
    """Make a folder that only its owner can enter (0700); Failure(NO_ROOM) or (NOT_WRITABLE).

    What a link leads to is not changed: Failure(OPEN_LINK) if others can enter it. Nor is what belongs to
    another user (see `ours`).
    """
    with _making(folder):
        if ours(folder).stat().st_mode & 0o077:
            if folder.is_symlink():
                raise Failure(causes.OpenLink(str(folder)))
            folder.chmod(0o700)
    return folder


def ours(folder: Path) -> Path:
    """Make a folder, or find it there; its mode stays as it is.

    A link on the way to it is followed if the user made it, or the system: a cache may lie on another disk.
    Failure(OTHERS_LINK) if another user made it; (NOT_YOURS) or (AS_ROOT) if the folder is another user's;
    (IN_THE_WAY) if something else is in its place.
    """
    with _making(folder):
        for missing in reversed([one for one in (folder, *folder.parents) if not one.exists()]):
            missing.mkdir(mode=0o700, exist_ok=True)
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
        us = os.geteuid()
        for one in (folder, *folder.parents):
            if one.is_symlink() and one.lstat().st_uid not in (us, 0):
                raise Failure(causes.OthersLink(str(one)))
        if (owner := folder.stat().st_uid) != us:
            raise boundary.of_another(folder, owner)
    return folder


def no_link(folder: Path) -> None:
    """Failure(LINKED) if there is a link in the place of a folder that is emptied and filled."""
    if folder.is_symlink():
        raise Failure(causes.Linked(str(folder)))


@contextlib.contextmanager
def _making(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unwritable(error, folder) from None


def write(path: Path, content: bytes) -> None:
    """Replace a file as a whole, owner-only: a power cut leaves the old one or the new one."""
    (ours if path.parent.is_symlink() else owner_only)(path.parent)
    replace(path, content)


def replace(path: Path, content: bytes) -> None:
    """Replace a file as a whole, in a folder that is the user's and stays as it is."""
    try:
        _sweep(path)
        descriptor, new = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent)
    except OSError as error:
        raise unwritable(error, path) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(new).replace(path)
        _settle(path.parent)
    except OSError as error:
        with contextlib.suppress(OSError):  # on a disk that became read-only it stays
            Path(new).unlink(missing_ok=True)
        raise unwritable(error, path) from None


def _sweep(path: Path) -> None:
    """Remove what a run that was killed left of a new file."""
    pattern = re.compile(rf"\.{re.escape(path.name)}\.\w+\.new")
    for one in path.parent.glob(".*.new"):
        with contextlib.suppress(OSError):  # another of ours may sweep as well
            if pattern.fullmatch(one.name) and one.lstat().st_mtime < time.time() - _LEFT_BEHIND:
                one.unlink()


def _settle(folder: Path) -> None:
    """Put what a folder calls its files safely on its disk, where its file system can (fsync(2): EINVAL)."""
    opened = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        with contextlib.suppress(OSError):
            os.fsync(opened)
    finally:
        os.close(opened)


def unwritable(error: OSError, path: Path) -> Failure:
    """The Failure for a file or folder of ours that could not be written."""
    found = boundary.failure(error, path, causes.NotWritable)
    return found or Failure(causes.NotWritable(str(path)), (str(error),))
