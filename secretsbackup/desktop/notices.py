"""Notices: which ends of runs are worth a notification, and what it says."""

from collections.abc import Callable
from datetime import UTC, datetime

from PySide6.QtCore import QObject

from secretsbackup import words
from secretsbackup.desktop.icons import Shield
from secretsbackup.desktop.profile_states import ProfileStates
from secretsbackup.desktop.session import Session
from secretsbackup.desktop.settings import Settings
from secretsbackup.model.event import Verb
from secretsbackup.model.outcome import Completed, Failed, Outcome
from secretsbackup.model.profile import ProfileName
from secretsbackup.model.status import About, unaccepted
from secretsbackup.words import Message

Notify = Callable[[Message, Shield], object]
"""Raises a notification: what it says, and the state that it is about."""


class Notices(QObject):
    """Remembers for each profile what was said last: what is tried again every hour would say the same
    every hour. Whoever asked for a run hears how it ended."""

    def __init__(
        self,
        session: Session,
        states: ProfileStates,
        settings: Settings,
        notify: Notify,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._states, self._settings, self._notify = states, settings, notify
        self._asked_for: set[ProfileName] = set()
        self._told: dict[tuple[ProfileName, Verb], str] = {}
        session.started.connect(self._started)
        session.refused.connect(lambda message: notify(message, Shield.FAILED))
        session.not_stopped.connect(lambda message: notify(message, Shield.ATTENTION))
        states.ended.connect(self._ended)

    def _started(self, name: ProfileName, by_person: bool) -> None:
        if by_person:
            self._asked_for.add(name)

    def _ended(self, name: ProfileName, verb: Verb, outcome: Outcome, before: Outcome | None) -> None:
        is_new = self._is_new(name, verb, outcome)
        notice = words.notice(outcome, verb, before, known=self._known(name, verb)) if verb else None
        if notice and is_new and self._settings.notifies:
            fine = isinstance(outcome, Completed) and not outcome.warnings
            message = Message(f"{name}: {notice.title}", notice.advice)
            self._notify(message, Shield.SAFE if fine else Shield.ATTENTION)

    def _is_new(self, name: ProfileName, verb: Verb, outcome: Outcome) -> bool:
        """Whether there is something to tell that the run before had not."""
        asked = name in self._asked_for
        self._asked_for.discard(name)
        if not isinstance(outcome, Completed | Failed):
            return False
        told, matter = self._told.get((name, verb)), self._matter(name, outcome)
        self._told[name, verb] = matter
        return asked or not matter or matter != told

    def _matter(self, name: ProfileName, outcome: Completed | Failed) -> str:
        """What there is to tell of: a failure, or what was left out; "" if all is well."""
        if isinstance(outcome, Failed):
            return outcome.reason
        state = self._states.of(name)
        open_ones = unaccepted(state.status, datetime.now(UTC)) if state else ()
        return " ".join(one.key for one in open_ones if one.about is About.LEFT_OUT)

    def _known(self, name: ProfileName, verb: Verb) -> bool:
        """Whether a backup warned of nothing but what is accepted."""
        state = self._states.of(name)
        if state is None or verb is not Verb.BACKUP:
            return False
        return all(one.about is not About.LEFT_OUT for one in unaccepted(state.status, datetime.now(UTC)))
