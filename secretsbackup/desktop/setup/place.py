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
            _("Destination"),
            _("Where should the backups be stored?"),
            _(
                "Away from this computer is best: fire or theft can take a disk next to it, "
                "too. Everything is encrypted before it leaves."
            ),
        )
        self._start = start
        self.choices = Choices[Where](
            _("Where should the backups be stored?"),
            (
                (
                    Where.AMAZON,
                    _("&Amazon S3"),
                    _("Your own bucket. It can be created for you if you have an Amazon account."),
                ),
                (
                    Where.SERVICE,
                    _("Another &S3 service"),
                    _("Backblaze, Wasabi, Hetzner, Scaleway, Cloudflare, DigitalOcean or your own server."),
                ),
                (
                    Where.FOLDER,
                    _("A &folder or an external disk"),
                    _("Fast, and no account needed. Best on a disk that you store elsewhere."),
                ),
                (Where.HOST, _("Another computer, by SS&H"), _("A server or NAS that you can log in to.")),
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
