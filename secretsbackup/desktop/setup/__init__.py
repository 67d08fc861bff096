"""Setting up: the wizard that adds a profile. A page a file; `operations/setup/set_up.py` does the work.

What was answered so far is kept, never a secret, so that one can go on after a restart.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer

from secretsbackup import words
from secretsbackup.desktop import screens, work
from secretsbackup.desktop.automatic_backups import AutomaticBackups
from secretsbackup.desktop.profile_states import ProfileStates
from secretsbackup.desktop.screens import Show
from secretsbackup.desktop.session import Session
from secretsbackup.desktop.setup.access import AccessPage
from secretsbackup.desktop.setup.bucket import BucketPage
from secretsbackup.desktop.setup.files import FilesPage
from secretsbackup.desktop.setup.folder import FolderPage
from secretsbackup.desktop.setup.from_kit import FromKitPage
from secretsbackup.desktop.setup.host import HostPage
from secretsbackup.desktop.setup.key import KeyPage
from secretsbackup.desktop.setup.kit_folder import KitFolderPage
from secretsbackup.desktop.setup.legacy_config import LegacyConfigPage
from secretsbackup.desktop.setup.phrase import KeyPassphrasePage
from secretsbackup.desktop.setup.place import PlacePage
from secretsbackup.desktop.setup.ready import ReadyPage, SetupOutcome
from secretsbackup.desktop.setup.schedule import SchedulePage
from secretsbackup.desktop.setup.start import StartPage
from secretsbackup.desktop.setup.summary import Line, SummaryPage
from secretsbackup.desktop.short_names import short, where
from secretsbackup.desktop.wizard.wizard import Wizard
from secretsbackup.model.automatic_start import Starter
from secretsbackup.model.destination import Bucket, Destination, Folder, Host
from secretsbackup.model.outcome import Failure
from secretsbackup.model.plan import Access, KitChoice, PlaceKind, SetupPlan, StartFrom
from secretsbackup.model.profile import Profile, ProfileName, labelled
from secretsbackup.model.schedule import Manual
from secretsbackup.operations.setup.set_up import NO_KEY, SetupRequest
from secretsbackup.store import drafts, profiles
from secretsbackup.store.home import Home
from secretsbackup.words.language import _

if TYPE_CHECKING:
    from secretsbackup.desktop.setup.existing_backups import ExistingBackupsPage
    from secretsbackup.desktop.wizard.page import Page

_SOON = 1000
"""Milliseconds after the last change, until it is remembered."""


class SetUpWizard(Wizard):
    """All pages, and the plan that they make."""

    def __init__(
        self,
        home: Home,
        states: ProfileStates,
        session: Session,
        automatic: AutomaticBackups,
        show: Show,
        start: StartFrom | None = None,
    ) -> None:
        """Where one was begun it goes on there, unless `start` says otherwise."""
        self._home, self._states, self._session = home, states, session
        self._automatic, self._show = automatic, show
        self._begun = False
        self.start = StartPage(start or StartFrom.NEW, self._home)
        self.kit = FromKitPage(self.start, self._home, self._starter)
        self.seed = LegacyConfigPage(self.start, self._home, self._starter)
        self.files = FilesPage(self.start, self._home, self._taken)
        self.place = PlacePage(self.start)
        self.bucket = BucketPage(self.place, lambda: self.files.answer)
        self.access = AccessPage(self.start, self.bucket)
        self.folder = FolderPage(self.start, self.place, lambda: self.files.answer)
        self.host = HostPage(self.start, self.place, lambda: self.files.answer)
        self.key = KeyPage(self.start)
        self.phrase = KeyPassphrasePage(self.key)
        self.rhythm = SchedulePage(self.start)
        self.paper = KitFolderPage(self.start, lambda: self.files.answer)
        self.summary = SummaryPage(
            self.start, self._home, self.request, self._lines, self.remember, self._starter_of_plan
        )
        self.ready = ReadyPage(self._outcome, self._restore, self._back_up, self._later)
        named = {name: page for name, page in vars(self).items() if name in _ORDER}
        self._names = {named[name]: name for name in _ORDER}
        for name, topic in _HELP.items():
            named[name].help = topic
        title = _("Restore from a backup") if start is StartFrom.KIT else _("Set up a backup")
        super().__init__(title, [named[name] for name in _ORDER])
        self._soon = QTimer(self, interval=_SOON, singleShot=True)
        self._soon.timeout.connect(self.remember)
        if start is None and (plan := drafts.read(self._home)):
            self.take(plan)
        elif start is StartFrom.KIT:
            self.recover()
        self.moved.connect(lambda _index: self._moved())
        for page in self.pages:
            page.complete.connect(lambda _complete: self._soon.start())
        self.completed.connect(lambda: self._restore() if self.ready.answer.chains else self._back_up())
        self.finished.connect(lambda _result: self._left())

    def recover(self) -> None:
        """Ask for the recovery kit, whatever was begun here before; what else there is, Back shows."""
        if self.start.answer is not StartFrom.KIT or self.page is self.start:
            self.start.choices.choose(StartFrom.KIT)
            self.show_page(self.kit)

    # The plan

    def plan(self) -> SetupPlan:
        """The answers so far."""
        chosen, key = self.bucket.answer, self.key.answer
        return SetupPlan(
            page=self._names[self.page],
            start=self.start.answer,
            config=self.seed.path,
            what=self.files.answer,
            where=self.place.answer,
            service=chosen.service.name,
            account=chosen.account,
            destination=self._destination(),
            access=self.access.answer.access,
            aws_profile=self.access.aws_profile,
            key=key.fingerprint,
            rsa=self.key.rsa.isChecked(),
            keep_passphrase=key.keep,
            rhythm=self.rhythm.answer,
            kit=self.paper.answer,
            automatic=self.summary.automatic.box.isChecked(),
            traces=self.summary.traces,
        )

    def take(self, plan: SetupPlan) -> None:
        """Show these answers. One goes on at the first page that needs a secret, if one had passed it."""
        self.start.choices.choose(plan.start)
        self.seed.field.line.setText(plan.config)
        self.files.take(plan.what)
        self.place.choices.choose(plan.where)
        match plan.destination:
            case Bucket():
                self.bucket.take(plan.service, plan.destination, plan.account)
            case Folder(path=path):
                self.folder.field.line.setText(path)
            case Host():
                self.host.take(plan.destination)
            case None:
                pass
        self.access.take(plan.access, plan.aws_profile)
        self.key.take(plan.traces.key or plan.key, keep=plan.keep_passphrase, rsa=plan.rsa)
        self.rhythm.take(plan.rhythm)
        self.paper.take(plan.kit, later=plan.page in _LAST and not plan.kit.folder)
        self.summary.traces = plan.traces
        self.summary.automatic.box.setChecked(plan.automatic)
        self._resume(plan.page)

    def _resume(self, name: str) -> None:
        until = _ORDER.index(name) if name in _ORDER else 0
        for index, page in enumerate(self.pages):
            if page.wanted() and (index >= until or not page.holds):
                self.go(index)
                return

    def remember(self) -> None:
        """Keep the answers so far; a disk that is full is no reason to stop asking."""
        try:
            if self.page is not self.ready and self.start.answer is not StartFrom.KIT:
                drafts.keep(self._home, self.plan())
        except Failure:
            return

    def request(self) -> SetupRequest:
        """What is to be set up."""
        what, key, rhythm = self.files.answer, self.key.answer, self.rhythm.answer
        opening, in_bucket = self.access.answer, self.bucket.wanted()
        draft = Profile(
            name=ProfileName(what.name),
            sources=labelled([*what.sources]),
            exclude=what.exclude,
            destination=self._destination() or Folder(""),
            key=key.fingerprint,
            schedule=rhythm.schedule,
            full_every=rhythm.full_every,
            keep=rhythm.keep,
            aws_profile=self.access.aws_profile if in_bucket and not self._by_admin() else None,
        )
        return SetupRequest(
            draft=draft,
            phrase=key.phrase or self.phrase.answer,
            keep_phrase=key.keep,
            kind=key.kind,
            credential=opening.credential if in_bucket else None,
            admin=in_bucket and self._by_admin(),
            iam=self.bucket.answer.service.iam,
            adopt=self._adopts(),
            kit=self.paper.answer,
            start=self.summary.automatic.chosen,
            traces=self.summary.traces,
        )

    async def _starter_of_plan(self) -> Starter | None:
        """What is to start the backups; None where something does, or they are made by hand."""
        return None if isinstance(self.rhythm.answer.schedule, Manual) else await self._starter()

    async def _starter(self) -> Starter | None:
        if not await self._automatic.unstarted():
            return None
        return self._automatic.best()

    def _by_admin(self) -> bool:
        return self.access.answer.access is Access.ADMIN

    def _adopts(self) -> bool:
        pages: tuple[ExistingBackupsPage[Any], ...] = (self.folder, self.host, self.access)
        return any(page.adopt for page in pages if page.wanted())

    def _destination(self) -> Destination | None:
        match self.place.answer:
            case PlaceKind.FOLDER:
                return self.folder.answer
            case PlaceKind.HOST:
                return self.host.answer
            case PlaceKind.AMAZON | PlaceKind.SERVICE:
                return self.bucket.answer.bucket

    def _lines(self) -> Iterator[Line]:
        """The plan in sentences, each with the page that changes it."""
        request, what = self.request(), self.files.answer
        total = self.files.appraisal.total(what.exclude)
        amount = f"{words.files(total.files)}, {words.size(total.bytes)}"
        yield _("Name"), what.name, self.files
        yield _("Files"), f"{', '.join(map(short, what.sources))} ({amount})", self.files
        pages: tuple[Page[Any], ...] = (self.folder, self.host, self.bucket)
        page = next(one for one in pages if one.wanted())
        yield _("Destination"), _place(request.draft.destination), page
        if self.bucket.wanted():
            makes_users = self.bucket.answer.service.makes_users
            yield _("Access"), _access(self.access.answer.access, makes_users=makes_users), self.access
        key = request.draft.key
        yield _("Key"), _("A new key, created now") if key == NO_KEY else key[-16:], self.key
        rule = _("{often}. Full backup every {days} days; the last {keep} are kept.")
        often = words.schedule(request.draft.schedule)
        filled = rule.format(often=often, days=request.draft.full_every, keep=request.draft.keep)
        yield _("Schedule"), filled, self.rhythm
        yield _("Recovery kit"), _kit(request.kit), self.paper

    # Before and after

    def _taken(self) -> tuple[str, ...]:
        try:
            return tuple(profiles.load(self._home))
        except Failure:
            return ()

    def _moved(self) -> None:
        if self.page is self.ready:
            self.files.stop()
            self._soon.stop()
            if self.start.answer is not StartFrom.KIT:
                drafts.forget(self._home)
            for page in (self.access, self.key, self.phrase, self.kit):
                page.forget()
        else:
            self.remember()

    def _outcome(self) -> SetupOutcome:
        back, taken, made = self.kit.answer, self.seed.answer, self.summary.answer
        if back and self.start.answer is StartFrom.KIT:
            trouble = (work.told(back.trouble),) if back.trouble else ()
            remarks = (*trouble, *self.kit.remarks)
            return SetupOutcome(profile=back.profile, chains=back.chains, adopt=True, remarks=remarks)
        if taken and self.start.answer is StartFrom.SEED:
            return SetupOutcome(profile=taken, remarks=self.seed.remarks)
        if made is None:
            return SetupOutcome()
        warned = self.access.warnings if self.bucket.wanted() else ()
        warned = self.folder.warnings if self.folder.wanted() else warned
        remarks = (*self.summary.remarks, *(words.finding(one) for one in warned))
        return SetupOutcome(profile=made.profile, kit=made.kit, adopt=self._adopts(), remarks=remarks)

    def _back_up(self) -> None:
        made, self._begun = self.ready.answer, True
        self._left()
        if made.profile is not None:
            self._states.resume(made.profile.name)
            self._session.first_backup(made.profile, adopt=made.adopt)
            self._show(screens.Main())

    def _later(self) -> None:
        """Close it: the first backup waits for its time."""
        self.close()

    def _restore(self) -> None:
        made = self.ready.answer
        self._left()
        if made.profile is not None:
            self._show(screens.Restore(made.profile.name))

    def _left(self) -> None:
        """Whoever comes back goes on where it was left; after the last page nothing is left."""
        self.remember()
        self.files.stop()
        if self.page is self.ready:
            if (made := self.ready.answer).profile and not self._begun:
                self._states.wait(made.profile)
            self.deleteLater()


def _place(destination: Destination) -> str:
    """Where to; of a bucket that is not at Amazon's also at whose server."""
    if isinstance(destination, Bucket) and destination.endpoint:
        return _("{url}, at {endpoint}").format(url=where(destination), endpoint=destination.endpoint)
    return where(destination)


def _kit(kit: KitChoice) -> str:
    if not kit.folder:
        return _("later (you will be reminded)")
    return (_("{folder}, and with the backups") if kit.beside else "{folder}").format(
        folder=short(kit.folder)
    )


def _access(access: Access, *, makes_users: bool) -> str:
    match access:
        case Access.ADMIN if not makes_users:
            return _(
                "Created now with your key. Your key is stored only if the server cannot create another."
            )
        case Access.ADMIN:
            return _("Bucket, user and key are created now. Your administrator key is not stored.")
        case Access.OWN | Access.HAND:
            return _("Your key for this bucket, stored in the keyring")


_ORDER = (
    *("start", "kit", "seed", "files", "place", "bucket", "access", "folder", "host", "key", "phrase"),
    *("rhythm", "paper", "summary", "ready"),
)
_LAST = ("summary", "ready")
_HELP = {
    "kit": "recovery-kit#computer-gone",
    "seed": "administrators#old-scripts",
    "files": "excludes",
    "place": "destinations",
    "bucket": "destinations#s3",
    "access": "destinations#s3",
    "folder": "destinations#disk",
    "host": "destinations#ssh",
    "key": "keys",
    "phrase": "keys#passphrase",
    "rhythm": "schedule",
    "paper": "recovery-kit#save",
}
"""The pages of the handbook that are about a question; the others are about the first backup as a whole."""
__all__ = ["SetUpWizard"]
