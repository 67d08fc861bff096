"""The tray's menu: what is done every day, and the way to all the rest."""

from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QMenu

from secretsbackup.desktop import screens
from secretsbackup.desktop.profile_states import ProfileStates
from secretsbackup.desktop.screens import Screen, Show
from secretsbackup.desktop.session import Session
from secretsbackup.model.profile import ProfileName
from secretsbackup.store.pause import UNTIL_RESUMED
from secretsbackup.words.language import _


class TrayMenu(QMenu):
    """Made anew whenever something else can be done; never below the pointer."""

    def __init__(
        self, states: ProfileStates, session: Session, show: Show, leave: Callable[[], object]
    ) -> None:
        super().__init__()
        self._states, self._session, self._show, self._leave = states, session, show, leave
        self._shown: object = None
        states.changed.connect(self.fill)
        states.listed.connect(self.fill)
        self._closed = QTimer(self, interval=0, singleShot=True)
        self._closed.timeout.connect(self.fill)
        self.aboutToHide.connect(self._closed.start)  # what was clicked is done before it is made anew
        self.fill()

    def fill(self) -> None:
        """Offer what can be done now. While it is open nothing moves below the pointer."""
        if self.isVisible():
            return
        now = datetime.now(UTC)
        all_ = self._states.all.values()
        names = [one.profile.name for one in all_ if not one.status.running]
        running = [one.profile.name for one in all_ if one.status.running]
        paused = [one.profile.name for one in all_ if one.is_paused(now)]
        if self._shown == (names, running, paused):
            return
        self._shown = (names, running, paused)
        self.clear()
        if names:
            self._each(_("&Back up now"), names, self._session.back_up)
        if running:
            self._each(_("&Stop"), running, self._session.stop)
        if not names and not running:
            self._opens(_("&Set up a backup…"), screens.SetUp())
        else:
            self._opens(_("&Restore files…"), screens.Restore())
        self.addSeparator()
        self._opens(_("&Open"), screens.Main())
        self._pauses([*names, *running], paused)
        self._opens(_("&Preferences…"), screens.Preferences())
        self.addSeparator()
        self.addAction(_("&Quit"), self._leave)

    def _opens(self, label: str, screen: Screen) -> None:
        self.addAction(label, lambda: self._show(screen))

    def _each(self, label: str, names: list[ProfileName], do: Callable[[ProfileName], object]) -> None:
        """An action; where it is not clear for which profile, a submenu."""
        if len(self._states.all) == 1:
            self.addAction(label, lambda: do(names[0]))
            return
        more = self.addMenu(label)
        for name in names:
            more.addAction(name, partial(do, name))

    def _pauses(self, names: list[ProfileName], paused: list[ProfileName]) -> None:
        if not names:
            return
        if paused:
            self.addAction(_("Res&ume"), lambda: self._resume(paused))
            return
        more = self.addMenu(_("P&ause"))
        for label, until in (
            (_("For 1 &hour"), lambda now: now + timedelta(hours=1)),
            (_("Until &tomorrow"), tomorrow),
            (_("Until I &resume"), lambda _now: UNTIL_RESUMED),
        ):
            more.addAction(label, self._pauser(names, until))

    def _resume(self, names: list[ProfileName]) -> None:
        for name in names:
            self._states.resume(name)

    def _pauser(self, names: list[ProfileName], until: Callable[[datetime], datetime]) -> Callable[[], None]:
        def pause() -> None:
            for name in names:
                self._states.pause(name, until(datetime.now(UTC)))

        return pause


def tomorrow(now: datetime) -> datetime:
    """The next morning, when one is up again."""
    local = now.astimezone()
    return datetime.combine(local.date() + timedelta(days=1), time(6)).astimezone(UTC)
