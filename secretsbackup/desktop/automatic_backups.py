"""Whether backups begin by themselves, also after a restart and without this program; and turning that on."""

import asyncio
from collections.abc import Callable

from secretsbackup.desktop import work
from secretsbackup.desktop.profile_states import ProfileStates
from secretsbackup.model import causes
from secretsbackup.model.automatic_start import Starter, Unstarted
from secretsbackup.model.outcome import Failure
from secretsbackup.store.home import Home


class AutomaticBackups:
    """What starts the backups of all profiles. `in_tray` says whether this program has an icon in a tray."""

    def __init__(self, home: Home, states: ProfileStates, in_tray: Callable[[], bool]) -> None:
        self._home, self._states, self._in_tray = home, states, in_tray

    async def unstarted(self) -> Unstarted | None:
        """Why nothing would begin backups after the next restart; what stands is looked at anew."""
        from secretsbackup.operations.setup import automatic_start

        await work.attempt(automatic_start.look_elsewhere(self._home), lambda _: None)
        return await asyncio.to_thread(automatic_start.unstarted, self._home)

    def best(self) -> Starter:
        """What fits here."""
        from secretsbackup.operations.setup import automatic_start

        return automatic_start.best(tray=self._in_tray())

    async def turn_on(self, starter: Starter | None = None) -> None:
        """Have backups begin by themselves from now on, by what fits best or by this; a Failure where that
        cannot be."""
        from secretsbackup.operations.setup import automatic_start

        lacking = await automatic_start.turn_on(starter or self.best())
        self._states.refresh_all()
        if lacking:
            raise Failure(causes.NotStarted(lacking))

    async def ends_with_us(self) -> bool:
        """Whether scheduled backups end with this process: the system's timer, or cron, does not do them."""
        from secretsbackup.operations.setup import automatic_start

        if not automatic_start.scheduled(one.profile for one in self._states.all.values()):
            return False
        return not await asyncio.to_thread(automatic_start.by_timer, self._home)
