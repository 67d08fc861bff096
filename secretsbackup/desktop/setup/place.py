"""Where to: the kind of place. What it is exactly, the next page asks."""

from secretsbackup.desktop.choices import Choices
from secretsbackup.desktop.setup.start import StartPage
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model.plan import Start, Where
from secretsbackup.words.language import _


class PlacePage(Page[Where]):
    """Amazon, another service, a folder, a host."""

    def __init__(self, start: StartPage) -> None:
        super().__init__(
            _("Place"),
            _("Where shall the backups be kept?"),
            _(
                "Away from this machine is best: fire and thieves take the disk beside it too. "
                "All is encrypted before it leaves."
            ),
        )
        self._start = start
        self.choices = Choices[Where](
            _("Where shall the backups be kept?"),
            (
                (
                    Where.AMAZON,
                    _("&Amazon S3"),
                    _("Your own bucket. Made for you if you have an Amazon account."),
                ),
                (
                    Where.SERVICE,
                    _("Another &S3 service"),
                    _("Backblaze, Wasabi, Hetzner, Scaleway, Cloudflare, DigitalOcean, or your own."),
                ),
                (
                    Where.FOLDER,
                    _("A &folder or an external disk"),
                    _("Quick, and without an account. Best on a disk that you put away."),
                ),
                (Where.HOST, _("Another machine, by SS&H"), _("A server or a NAS that you can log in to.")),
            ),
        )
        self.choices.choose(Where.AMAZON)
        self.choices.changed.connect(self.refresh)
        self.body.addWidget(self.choices)

    @property
    def answer(self) -> Where:
        return self.choices.value or Where.AMAZON

    def wanted(self) -> bool:
        return self._start.answer in (Start.NEW, Start.THERE)
