"""Which backup: one of the profiles, or one that no profile stands for."""

from collections.abc import Callable, Mapping

from secretsbackup.desktop.choices import Choices
from secretsbackup.desktop.short_names import where
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model.profile import Profile, ProfileName
from secretsbackup.words.language import _

ELSEWHERE = ProfileName("")
"""No profile is called so."""


class SourcePage(Page[ProfileName]):
    """Asked only where there is a choice, or where somebody wants another one."""

    def __init__(self, known: Callable[[], Mapping[ProfileName, Profile]], name: ProfileName | None) -> None:
        super().__init__(
            _("Backup"),
            _("Which backup do you want to use?"),
            _(
                "Choose one from this computer. For any other you need its address, its key and "
                "the passphrase."
            ),
        )
        self._known, self._profiles = known, dict[ProfileName, Profile]()
        self.asked = name is None and len(known()) != 1
        self.choices = Choices[ProfileName](_("Which backup do you want to use?"))
        self.choices.changed.connect(self.refresh)
        self.body.addWidget(self.choices)
        self._offer(name)

    @property
    def answer(self) -> ProfileName:
        return self.choices.value or ELSEWHERE

    @property
    def profile(self) -> Profile | None:
        """The profile that is chosen; None for another backup."""
        return self._profiles.get(self.answer)

    def wanted(self) -> bool:
        return self.asked

    def entered(self) -> None:
        self._offer(self.choices.value)

    def choose_elsewhere(self) -> None:
        """Restore from another backup."""
        self.asked = True
        self.choices.choose(ELSEWHERE)

    def _offer(self, chosen: ProfileName | None) -> None:
        known = dict(self._known())
        if known == self._profiles and self.choices.values:
            return
        self._profiles = known
        self.choices.clear()
        for name, profile in known.items():
            self.choices.add(name, name, where(profile.destination))
        self.choices.add(
            ELSEWHERE,
            _("&Another backup…"),
            _(
                "From another computer, or an earlier one. You enter its address. Nothing is "
                "set up or stored."
            ),
        )
        self.choices.choose(chosen if chosen in self.choices.values else self.choices.values[0])
