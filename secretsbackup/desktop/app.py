"""The application: what tray, window and wizards share, and what they ask to be done."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication, QWidget

from secretsbackup import words
from secretsbackup.desktop import dark, style, work
from secretsbackup.desktop.follower import Follower
from secretsbackup.desktop.garbage_collection import Rubbish
from secretsbackup.desktop.icons import Shield
from secretsbackup.desktop.profile_states import Standings
from secretsbackup.desktop.quitting import Parting
from secretsbackup.desktop.settings import Settings
from secretsbackup.desktop.tray import Tray
from secretsbackup.model.automatic_start import Starter, Unstarted
from secretsbackup.model.backup_options import Allowed, BackupOptions
from secretsbackup.model.event import RunId, Verb
from secretsbackup.model.outcome import PROGRAM_END, YOU, Completed, Failed, Failure, Outcome, Reason
from secretsbackup.model.profile import Profile, ProfileName
from secretsbackup.model.secret import Credential, Secret
from secretsbackup.model.status import About, unaccepted
from secretsbackup.store import home as homes
from secretsbackup.store import lock
from secretsbackup.store.home import Home
from secretsbackup.tools.threads import Threads
from secretsbackup.words.language import _, speak

if TYPE_CHECKING:
    from secretsbackup.desktop.restore.subject import Subject
    from secretsbackup.desktop.window import Window
    from secretsbackup.operations.run.runner import Ask, Live, Recipe


_HOUR = 3_600_000
"""Milliseconds between two looks for profiles that are overdue."""
_AFTER_A_BUG = 900.0
"""Seconds: as often as the timer looks."""
_GRACE = 5000
"""Milliseconds that a tray may come up later than we do, at login."""


class App(QObject):
    """One for the process."""

    def __init__(self, home: Home, settings: Settings) -> None:
        super().__init__()
        self.home, self.settings = home, settings
        self._rubbish = Rubbish(self, unseen=self._unseen)
        self.follower = Follower(home, self)
        self.standings = Standings(home, self.follower, self)
        self._lives: list[tuple[ProfileName, Live]] = []
        self.window: Window | None = None
        self._wizards: dict[str, QWidget] = {}
        self._asked_for: set[ProfileName] = set()
        self._in_background = False
        self._told: dict[tuple[ProfileName, Verb], str] = {}
        self.tray = Tray(self, self.standings)
        self.standings.ended.connect(self._ended)
        self._hourly = QTimer(self, interval=_HOUR)
        self._hourly.timeout.connect(lambda: work.begin(self._watch()))
        self._closed = QTimer(self, interval=0, singleShot=True)  # while it closes, a window is visible still
        self._closed.timeout.connect(self.window_closed)

    def begin(self, asked: Sequence[str]) -> None:
        """Come up, and do what was asked for. Where there is no tray (yet), the window stands in for it."""
        self.tray.look()
        self.standings.begin()
        qt = QApplication.instance()
        assert isinstance(qt, QApplication)
        qt.lastWindowClosed.connect(self._closed.start)
        self.obey(asked)
        self._hourly.start()
        work.begin(self._keep_to_schedule())
        work.begin(self._repair_starters())
        work.begin(dark.follow())
        if not self.tray.shown:
            QTimer.singleShot(_GRACE if "tray" in asked else 0, self._stand_in)

    def obey(self, asked: Sequence[str]) -> None:
        """Do what the command line asked for: "tray", "open", or "backup" and a profile's name."""
        match list(asked):
            case ["backup", *names]:
                for name in names or list(self.standings.all)[:1]:
                    self.back_up(ProfileName(name))
                self.open()
            case ["open", *_rest]:
                self.open()
            case _:
                pass

    # What is done every day

    def back_up(
        self,
        name: ProfileName,
        *,
        full: bool = False,
        adopt: bool = False,
        even_if_empty: bool = False,
        even_if_unusual: bool = False,
    ) -> None:
        """Back up now."""
        from secretsbackup.operations.backup import backup

        allowed = Allowed(surge=even_if_unusual, upheaval=even_if_unusual)
        options = BackupOptions(full=full, adopt=adopt, even_if_empty=even_if_empty, allowed=allowed)
        if standing := self.standings.of(name):
            self.run(backup.recipe(options), Verb.BACKUP, standing.profile)

    def verify(self, name: ProfileName) -> None:
        """Prove now that it can be restored."""
        from secretsbackup.operations.verify.verify import verify

        if standing := self.standings.of(name):
            self.run(verify, Verb.VERIFY, standing.profile)

    def prove(self, name: ProfileName) -> None:
        """Show how it was proven that it can be restored, and prove it again."""
        from secretsbackup.desktop.verification import Proof

        if self.standings.of(name):
            self.show_wizard(f"prove {name}", lambda: Proof(self, name))

    def stop(self, name: ProfileName) -> None:
        """Stop a run: one of this process, or one that a terminal or a timer does."""
        if not self._stop_here(name):
            work.begin(self._stop_elsewhere(name))

    def stop_what_is_asked(self) -> None:
        """Stop the runs of this process that another one asked to stop."""
        for name in self.standings.all:
            if self.going_on(name) and lock.asked_to_stop(self.home, name):
                self._stop_here(name)

    def _stop_here(self, name: ProfileName) -> bool:
        lives = self.going_on(name)
        for live in lives:
            live.cancel(YOU)
        return bool(lives)

    async def _stop_elsewhere(self, name: ProfileName) -> None:
        from secretsbackup.operations.watch.stop import stop

        await work.attempt(stop(self.home, name), lambda message: self.tray.notify(message, Shield.ATTENTION))

    async def _keep_to_schedule(self) -> None:
        """Do what becomes due for as long as the program runs."""
        await work.persist(
            self._do_what_is_due, lambda bug: self.tray.notify(bug, Shield.FAILED), _AFTER_A_BUG
        )

    async def _do_what_is_due(self) -> None:
        """Back up and prove what becomes due, one after the other."""
        from secretsbackup.operations.watch import schedule

        async for profile, verb in schedule.due_profiles(self.home):
            from secretsbackup.operations.backup import backup
            from secretsbackup.operations.run import runner  # a tray that only waits does without
            from secretsbackup.operations.verify.verify import verify

            recipe = verify if verb is Verb.VERIFY else backup.recipe()
            if live := self.run(recipe, verb, profile, ask=runner.nobody):
                await live.outcome()

    async def _repair_starters(self) -> None:
        """If the program has moved since, the next login finds it where it is now."""
        from secretsbackup.operations.setup import automatic_start
        from secretsbackup.tools import menu

        await automatic_start.repair()
        await asyncio.to_thread(menu.install)
        await self.unstarted()

    async def unstarted(self) -> Unstarted | None:
        """Why nothing would begin backups after the next restart; what stands is looked at anew."""
        from secretsbackup.operations.setup import automatic_start

        await work.attempt(automatic_start.look_elsewhere(self.home), lambda _: None)
        return await asyncio.to_thread(automatic_start.unstarted, self.home)

    async def start_by_itself(self) -> None:
        """Have backups begin by themselves from now on; a Failure where that cannot be."""
        from secretsbackup.operations.setup import automatic_start

        lacking = await automatic_start.turn_on(automatic_start.best(tray=self.tray.shown))
        self.look_again()
        if lacking:
            raise Failure(Reason.NOT_STARTED, lacking)

    def look_again(self) -> None:
        """Look anew at how every profile stands."""
        for name in self.standings.all:
            self.standings.refresh(name)

    async def _watch(self) -> None:
        """Raise the alarm about what is overdue, as the timer does where it is on."""
        from secretsbackup.operations.watch.alarms import watch

        await work.attempt(watch(self.home), lambda _: None)
        await self.unstarted()
        self.look_again()

    def run(
        self,
        recipe: "Recipe",
        verb: Verb,
        profile: Profile,
        *,
        ask: "Ask | None" = None,
        opened_by: Credential = None,
    ) -> "Live | None":
        """Start a run in this process, and follow it; None if not even its journal can be written.

        `ask` is who gives the passphrase where the keyring has none: whoever sits here, unless it is said.
        """
        from secretsbackup.operations.run import runner

        try:
            live = runner.start(recipe, verb, profile, self.home, ask=ask or self.ask, opened_by=opened_by)
        except Failure as failure:
            self.tray.notify(work.told(failure), Shield.FAILED)
            return None
        if ask is not runner.nobody:
            self._asked_for.add(profile.name)
        self._lives = [
            *((name, before) for name, before in self._lives if not before.over),
            (profile.name, live),
        ]
        self.follower.listen(profile.name, live)
        return live

    async def ask(self) -> Secret | None:
        """Ask whoever sits there for the passphrase."""
        from secretsbackup.desktop import prompts

        _dress()
        return await prompts.passphrase(self.window)

    # Windows

    def open(self) -> None:
        """Show the window."""
        self._in_background = False
        self.look_again()
        if self.window is None:
            from secretsbackup.desktop.window import Window

            _dress()
            self.window = Window(self)
        _raise(self.window)

    def show_preferences(self) -> None:
        """Show the preferences."""
        from secretsbackup.desktop.preferences import Preferences

        self.show_wizard("preferences", lambda: Preferences(self))

    def set_up(self) -> None:
        """Add a profile."""
        from secretsbackup.desktop import setup

        self.show_wizard("set up", lambda: setup.wizard(self))

    def recover(self) -> None:
        """Bring files back on a machine that has no profile yet: it begins with one."""
        from secretsbackup.desktop import setup

        self.show_wizard("recover", lambda: setup.wizard(self, setup.Start.KIT))
        if isinstance(shown := self._wizards["recover"], setup.SetUp):
            shown.recover()

    def first_backup(self, profile: Profile, *, adopt: bool) -> None:
        """Back up a profile that was written just now, and show how that goes."""
        from secretsbackup.operations.backup import backup

        self.run(backup.recipe(BackupOptions(adopt=adopt)), Verb.BACKUP, profile)
        self.open()

    def edit(self, name: ProfileName) -> None:
        """Change a profile."""
        from secretsbackup.desktop.editor import Editor

        if standing := self.standings.of(name):
            profile = standing.profile
            self.show_wizard(f"edit {name}", lambda: Editor(self, profile))

    def save_kit(self, name: ProfileName) -> None:
        """Save the recovery kit of a profile, and prove it."""
        from secretsbackup.desktop import kit_wizard

        if standing := self.standings.of(name):
            profile = standing.profile
            self.show_wizard(f"kit {name}", lambda: kit_wizard.wizard(self, profile))

    def examine(self, name: ProfileName) -> None:
        """Try every right and setting that a profile depends on."""
        from secretsbackup.desktop import diagnostics

        if standing := self.standings.of(name):
            profile = standing.profile
            self.show_wizard(f"examine {name}", lambda: diagnostics.wizard(profile))

    def show_log(self, name: ProfileName, run: RunId) -> None:
        """Show the story of a run."""
        from secretsbackup.desktop.log import Log

        self.show_wizard(f"log {run}", lambda: Log(self, name, run))

    def restore_files(self, name: ProfileName | None = None) -> None:
        """Bring files back; one restore of a profile is looked at in one window."""
        from secretsbackup.desktop import restore

        self.show_wizard(f"restore {name or ''}", lambda: restore.wizard(self, name))

    def restore(self, subject: "Subject", recipe: "Recipe", ask: "Ask") -> "Live | None":
        """Start a restore, of a profile or of a place that no profile stands for."""
        return self.run(recipe, Verb.RESTORE, subject.profile, ask=ask, opened_by=subject.opened_by)

    def show_wizard(self, key: str, make: Callable[[], QWidget]) -> None:
        """Show a window of which there is one at most; what was begun in it is there again."""
        if key not in self._wizards:
            _dress()
            made = self._wizards[key] = make()
            made.destroyed.connect(lambda: self._wizards.pop(key, None))
        _raise(self._wizards[key])

    # The end

    def ask_to_quit(self) -> None:
        """Quit; while a run of this process goes on, not without a yes."""
        work.begin(self._ask_to_quit())

    def window_closed(self) -> None:
        """Without a tray there is nothing left to click on: quit, unless backups would end with that. A run
        is let finish all the same."""
        if not self.tray.shown and self._unseen() and not self._in_background:
            work.begin(self._part())

    async def _part(self) -> None:
        """The last window is closed, and there is no tray: go on unseen, or quit."""
        if not await self._ends_backups():
            await self._quit(PROGRAM_END)
            return
        self._in_background = True
        match await self._ask_to_part():
            case Parting.QUIT:
                await self._quit(PROGRAM_END)
            case Parting.TIMER if await self._hand_to_timer():
                await self._quit(PROGRAM_END)
            case _:
                return

    async def _ends_backups(self) -> bool:
        """Whether scheduled backups end with this process: the system's timer, or cron, does not do them."""
        from secretsbackup.operations.setup import automatic_start

        if not automatic_start.scheduled(one.profile for one in self.standings.all.values()):
            return False
        return not await asyncio.to_thread(automatic_start.by_timer, self.home)

    async def _ask_to_part(self) -> Parting:
        from secretsbackup.desktop import quitting
        from secretsbackup.operations.setup import automatic_start

        _dress()
        at_login = await asyncio.to_thread(automatic_start.at_login)
        above = self.window if self.window and self.window.isVisible() else None
        return await quitting.ask(above, at_login=at_login, can_run=automatic_start.has_timer())

    async def _hand_to_timer(self) -> bool:
        """Have the system's timer do the backups; what stood in the way is told, and we stay."""
        from secretsbackup.operations.setup import automatic_start

        lacking = await work.attempt(
            automatic_start.turn_on(Starter.TIMER),
            lambda message: self.tray.notify(message, Shield.ATTENTION),
        )
        self.look_again()
        return lacking is None and not await self._ends_backups()

    def _unseen(self) -> bool:
        """Whether nothing goes on, and no window is there to show it."""
        shown = any(window.isVisible() for window in QApplication.topLevelWidgets())
        return not shown and not self.going_on()

    def going_on(self, of: ProfileName | None = None) -> "list[Live]":
        """The runs of this process that have not ended, of one profile or of all. Of one there are two while
        the second finds out that the first has the lock."""
        return [live for name, live in self._lives if of in (None, name) and not live.over]

    def quit(self) -> None:
        """End the program; runs are stopped first, and resume the next time."""
        work.begin(self._quit(PROGRAM_END))

    async def _ask_to_quit(self) -> None:
        from secretsbackup.desktop import prompts

        _dress()
        if self.going_on() and not await prompts.sure(
            self.window if self.window and self.window.isVisible() else None,
            _("Stop the run and quit?"),
            _("A run is going on. Nothing is lost if you stop it: the next one goes on from there."),
            _("&Stop and quit"),
            destroys=True,
        ):
            return
        if await self._ends_backups():
            match await self._ask_to_part():
                case Parting.STAY:
                    return
                case Parting.TIMER if not await self._hand_to_timer():
                    return
                case _:
                    pass
        await self._quit(YOU)

    async def _quit(self, by: str) -> None:
        lives = self.going_on()
        for live in lives:
            live.cancel(by)
        for live in lives:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(live.outcome(), 20)
        asyncio.get_running_loop().stop()

    # What happens

    def _ended(self, name: str, verb: Verb, outcome: Outcome, before: Outcome | None) -> None:
        is_new = self._is_new(ProfileName(name), verb, outcome)
        notice = words.notice(outcome, verb, before, known=self._known(name, verb)) if verb else None
        if notice and is_new and self.settings.notifies:
            state = (
                Shield.SAFE if isinstance(outcome, Completed) and not outcome.warnings else Shield.ATTENTION
            )
            self.tray.notify(words.Message(f"{name}: {notice.title}", notice.advice), state)
        if self.window is not None:
            self.window_closed()

    def _is_new(self, name: ProfileName, verb: Verb, outcome: Outcome) -> bool:
        """Whether there is something to tell that the run before had not: what is tried again every hour
        would say the same every hour. Whoever asked for a run hears how it ended."""
        asked = name in self._asked_for
        self._asked_for.discard(name)
        if not isinstance(outcome, Completed | Failed):
            return False
        told, matter = self._told.get((name, verb)), self._matter(name, outcome)
        self._told[name, verb] = matter
        return asked or not matter or matter != told

    def _matter(self, name: ProfileName, outcome: Outcome) -> str:
        """What there is to tell of: a failure, or what was left out; "" if all is well."""
        if isinstance(outcome, Failed):
            return outcome.reason
        standing = self.standings.of(name)
        open_ones = unaccepted(standing.status, datetime.now(UTC)) if standing else ()
        return " ".join(one.key for one in open_ones if one.about is About.LEFT_OUT)

    def _known(self, name: str, verb: Verb) -> bool:
        """Whether a backup warned of nothing but what is accepted."""
        standing = self.standings.of(name)
        if standing is None or verb is not Verb.BACKUP:
            return False
        return all(one.about is not About.LEFT_OUT for one in unaccepted(standing.status, datetime.now(UTC)))

    def _stand_in(self) -> None:
        """There is no tray (yet): the window is what one can click on."""
        if not self.tray.shown and self.window is None:
            self.open()
        if self.window and not self.tray.shown and not self.settings.told_no_tray:
            self.settings.told_no_tray = True
            self.window.hint(
                _(
                    "This desktop has no tray. When you close this window, you choose whether "
                    "backups continue."
                )
            )


def _dress() -> None:
    """Before the first window: what a mere tray does without."""
    from secretsbackup.desktop import icons

    qt = QApplication.instance()
    assert isinstance(qt, QApplication)
    style.apply_style(qt, icons.redraw)
    qt.setWindowIcon(icons.icon("secretsbackup"))


def _raise(window: QWidget) -> None:
    window.show()
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.raise_()
    window.activateWindow()


def main(asked: Sequence[str] = ()) -> int:
    """Start the desktop, or have the one that is there do what is asked for."""
    from secretsbackup.desktop import instance

    home = homes.standard()
    held = instance.first(home)
    if held is None:
        return 0 if instance.hand_over(home, asked or ["open"]) else 75
    import qasync

    with held:
        qt = _application()
        settings = Settings(home)
        speak(settings.language or None)
        loop = qasync.QEventLoop(qt)
        loop.set_default_executor(Threads())
        asyncio.set_event_loop(loop)
        app = App(home, settings)
        door = instance.Door(home, app)
        door.asked.connect(app.obey)
        loop.call_soon(app.begin, asked)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            loop.add_signal_handler(number, app.quit)
        loop.add_signal_handler(lock.PLEASE_STOP, app.stop_what_is_asked)
        with loop:
            loop.run_forever()
    return 0


def _application() -> QApplication:
    qt = QApplication([sys.argv[0]])
    qt.setApplicationName("secretsbackup")
    qt.setApplicationDisplayName("Secrets Backup")
    qt.setDesktopFileName("secretsbackup")
    qt.setQuitOnLastWindowClosed(False)
    return qt
