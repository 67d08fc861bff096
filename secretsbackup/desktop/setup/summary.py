"""What is going to be done, in sentences; then it is done step by step, or taken back."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from PySide6.QtWidgets import QGridLayout, QWidget

from secretsbackup import words
from secretsbackup.desktop import prompts, style, widgets, work
from secretsbackup.desktop.fields import beside
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.setup.automatic import AutomaticOffer, FindStarter
from secretsbackup.desktop.setup.start import StartPage
from secretsbackup.desktop.setup.tasks import Tasks
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model.causes import Cause
from secretsbackup.model.created import PartDone
from secretsbackup.model.outcome import Failure
from secretsbackup.model.plan import SetupLeftovers, StartFrom, TaskTold
from secretsbackup.model.reason import Reason
from secretsbackup.operations.setup import set_up
from secretsbackup.operations.setup.set_up import SetupRequest, SetupResult
from secretsbackup.store.home import Home
from secretsbackup.words import Message
from secretsbackup.words.language import _

_NO_SECOND_TRY = {Reason.PROFILE_EXISTS, Reason.PROFILE_INVALID, Reason.PASSPHRASE_WRONG}
"""Something must be changed first."""

Line = tuple[str, str, Page[Any]]
"""What it is about, the sentence, and the page that changes it."""


class SummaryPage(Page[SetupResult | None]):
    """The plan, and setting it up."""

    def __init__(
        self,
        start: StartPage,
        home: Home,
        request: Callable[[], SetupRequest],
        lines: Callable[[], Iterator[Line]],
        keep: Callable[[], object],
        find_starter: FindStarter,
    ) -> None:
        super().__init__(_("Set up"), _("Is this correct?"))
        self.forward = _("&Set up")
        self._start, self._home, self._wish, self._lines, self._keep = start, home, request, lines, keep
        self.plan, self.tasks = QWidget(), Tasks()
        self._grid = QGridLayout(self.plan)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(2 * style.GRID)
        self._grid.setColumnStretch(1, 1)
        self.automatic = AutomaticOffer(find_starter)
        self._made, self._list = widgets.card(), widgets.sentence()
        self._remove = widgets.button(_("&Remove it"), lambda: work.begin(self.undo()))
        style.mark(self._remove, "danger")
        self._leave = widgets.flat(_("&Keep it"), self.leave)
        self.traces = SetupLeftovers()
        self.remarks: list[Message] = []
        self._done: SetupResult | None = None
        self._lay_out()

    @property
    def answer(self) -> SetupResult | None:
        return self._done

    def wanted(self) -> bool:
        return self._start.answer in (StartFrom.NEW, StartFrom.THERE)

    def entered(self) -> None:
        self.clear_message()  # what stood in the way may be changed by now
        self._ask()
        self.plan.show()
        while item := self._grid.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        for row, (about, sentence, page) in enumerate(self._lines()):
            for column, widget in enumerate(self._row(about, sentence, page)):
                self._grid.addWidget(widget, row, column)
        self._show_traces()
        self.automatic.want(wanted=self._done is None)
        work.begin(self.automatic.look())

    def _ask(self, *, working: bool = False) -> None:
        if working:
            self.ask(_("Setting up and testing"), _("You can stop at any time. Nothing is lost."))
            return
        tried = _("The set-up is tested at once: a small file is backed up, restored, compared and removed.")
        self.ask(_("Is this correct?"), tried)

    def _row(self, about: str, sentence: str, page: Page[Any]) -> tuple[QWidget, ...]:
        title, change = widgets.quiet(about), widgets.flat(_("Change"), lambda: self.go.emit(page))
        title.setWordWrap(False)
        change.setAccessibleName(_("Change: {what}").format(what=about))
        return title, widgets.sentence(sentence), change

    async def check(self) -> Sequence[Problem]:
        if self._done is not None:
            return ()
        request = self._wish()
        self.tasks.expect(set_up.tasks(request))
        self.remarks = []
        self._ask(working=True)
        self.automatic.want(wanted=False)
        self.plan.hide()
        self._made.hide()
        try:
            self._done = await set_up.set_up(request, self._home, self._hear)
        except Failure as failure:
            self.stopped(failure.cause)
            return [Problem("tasks", "")]
        except asyncio.CancelledError:
            again = _("You can set it up again at any time; nothing is created twice.")
            self._stop(Message(_("Stopped."), again), again=True)
            raise
        finally:
            self._ask()
        return ()

    def problems(self) -> Sequence[Problem]:
        """What an earlier try made for another plan would be forgotten: first it goes, or is left."""
        if self._done is not None or not set_up.astray(self.traces, self._wish().draft):
            return ()
        return [
            Problem(
                "traces",
                _("An earlier attempt with other settings created something. Remove it, or keep it."),
            )
        ]

    def leave(self) -> None:
        """Forget what was made; it stays where it is."""
        self.traces = SetupLeftovers()
        self._keep()
        self._show_traces()
        self.refresh()

    async def undo(self) -> None:
        """Take away what was made, once somebody said yes."""
        listed = "\n".join(words.traces(self.traces))
        title = _("Remove what the set-up created?")
        if await prompts.sure(self, title, listed, _("&Remove"), destroys=True):
            await self.during(_("Removing…"), self._undo())

    async def _undo(self) -> None:
        request = self._wish()
        try:
            self.traces = await set_up.undo(
                self.traces, request.credential, self._home, self._hear, iam=request.iam
            )
        except Failure as failure:
            self.tell(work.told(failure))
        if not self.traces.anything:
            self.tasks.clear()
            self.tell(Message(_("Everything that was created has been removed.")))
        self._keep()
        self._show_traces()
        self.refresh()

    def _hear(self, told: TaskTold | PartDone | SetupLeftovers) -> None:
        match told:
            case SetupLeftovers():
                self.traces = told
                self._keep()
            case TaskTold(cause=cause) if cause:
                self.remarks.append(words.reason(cause))
                widgets.into_view(self.tasks.tell(told))
            case _:
                widgets.into_view(self.tasks.tell(told))

    def stopped(self, cause: Cause) -> None:
        """Something stood in the way: say what, and what there is by now."""
        self._stop(
            words.in_set_up(cause), again=cause.reason not in _NO_SECOND_TRY, place=words.is_of_place(cause)
        )

    def _stop(self, message: Message, *, again: bool, place: bool = False) -> None:
        self.tasks.stop()
        change = [(_("Change the &address…"), self._go_to_place)] if place else []
        self.tell(message, *([(_("&Try again"), self.retry.emit)] if again else []), *change)
        self._show_traces()

    def _go_to_place(self) -> None:
        if page := self._page_of_place():
            self.go.emit(page)

    def _page_of_place(self) -> Page[Any] | None:
        """The page on which one says where to."""
        return next((page for about, _sentence, page in self._lines() if about == _("Destination")), None)

    def _show_traces(self) -> None:
        self._list.setText("\n".join(f"•  {phrase}" for phrase in words.traces(self.traces)))
        self._made.setVisible(self.traces.anything and self._done is None)
        self._leave.setVisible(bool(self.problems()))
        if self.tasks.done:
            widgets.into_view(self._made)

    def _lay_out(self) -> None:
        self.body.addWidget(self.plan)
        self.body.addWidget(self.automatic)
        self.body.addWidget(widgets.rule())
        self.add_field("tasks", "", self.tasks)
        inside = self._made.layout()
        assert inside is not None
        for widget in (widgets.heading(_("This was created, and exists now")), self._list):
            inside.addWidget(widget)
        inside.addWidget(beside(self._remove, self._leave))
        self.body.addWidget(self._made)
        self._made.hide()
