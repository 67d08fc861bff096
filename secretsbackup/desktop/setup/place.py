"""Where to: the kind of place. What it is exactly, the next page asks."""

from secretsbackup.desktop.choices import Choices
from secretsbackup.desktop.setup.start import StartPage
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model.plan import PlaceKind, StartFrom
from secretsbackup.words.language import _


class PlacePage(Page[PlaceKind]):
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
        self.choices = Choices[PlaceKind](
            _("Where should the backups be stored?"),
            (
                (
                    PlaceKind.AMAZON,
                    _("&Amazon S3"),
                    _("Your own bucket. It can be created for you if you have an Amazon account."),
                ),
                (
                    PlaceKind.SERVICE,
                    _("Another &S3 service"),
                    _("Backblaze, Wasabi, Hetzner, Scaleway, Cloudflare, DigitalOcean or your own server."),
                ),
                (
                    PlaceKind.FOLDER,
                    _("A &folder or an external disk"),
                    _("Fast, and no account needed. Best on a disk that you store elsewhere."),
                ),
                (
                    PlaceKind.HOST,
                    _("Another computer, by SS&H"),
                    _("A server or NAS that you can log in to."),
                ),
            ),
        )
        self.choices.choose(PlaceKind.AMAZON)
        self.choices.changed.connect(self.refresh)
        self.body.addWidget(self.choices)

    @property
    def answer(self) -> PlaceKind:
        return self.choices.value or PlaceKind.AMAZON

    def wanted(self) -> bool:
        return self._start.answer in (StartFrom.NEW, StartFrom.THERE)
