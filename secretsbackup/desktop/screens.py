"""The screens: what can be shown, as frozen values. Whoever wants one asks for it by its value, and knows
nothing of the window that shows it; two that ask for the same get the same window."""

from collections.abc import Callable

import msgspec

from secretsbackup.model.event import RunId
from secretsbackup.model.plan import StartFrom
from secretsbackup.model.profile import ProfileName


class Main(msgspec.Struct, frozen=True):
    """All profiles, and how safe each is."""


class Preferences(msgspec.Struct, frozen=True):
    """How the program behaves on this desktop."""


class SetUp(msgspec.Struct, frozen=True):
    """The wizard that adds a profile: where one was begun it goes on there, unless `start` says otherwise."""

    start: StartFrom | None = None


class Restore(msgspec.Struct, frozen=True):
    """The wizard that restores files: of this profile, or it asks of which."""

    profile: ProfileName | None = None


class Log(msgspec.Struct, frozen=True):
    """What happened in a run."""

    profile: ProfileName
    run: RunId


class Editor(msgspec.Struct, frozen=True):
    """The settings of a profile, as a form."""

    profile: ProfileName


class Verification(msgspec.Struct, frozen=True):
    """Whether a profile can be restored, and how that was tried."""

    profile: ProfileName


class Diagnostics(msgspec.Struct, frozen=True):
    """Every right and setting that a profile depends on is tried."""

    profile: ProfileName


class SaveKit(msgspec.Struct, frozen=True):
    """The recovery kit of a profile is saved, and read back."""

    profile: ProfileName


Screen = Main | Preferences | SetUp | Restore | Log | Editor | Verification | Diagnostics | SaveKit
Show = Callable[[Screen], None]
