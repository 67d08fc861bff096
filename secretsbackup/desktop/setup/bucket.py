"""Which bucket: a service, a region, a name; Amazon's own words are left out where they can be."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import msgspec
from PySide6.QtWidgets import QComboBox, QLineEdit

from secretsbackup.desktop import widgets
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.setup.place import PlacePage
from secretsbackup.desktop.wizard.page import Page
from secretsbackup.model import services
from secretsbackup.model.destination import Bucket, parse, url
from secretsbackup.model.plan import PlaceKind, Protected
from secretsbackup.model.services import AMAZON, SERVICES, Service
from secretsbackup.operations.setup import registry
from secretsbackup.words.language import _

_PREFIX = re.compile(r"[\w.+=@ ()!'-]+(/[\w.+=@ ()!'-]+)*")
_ACCOUNT = re.compile(r"[0-9a-f]{32}")


class Chosen(msgspec.Struct, frozen=True):
    """A bucket, the service that it is at, and the account where that is part of the address."""

    service: Service
    bucket: Bucket
    account: str = ""


class BucketPage(Page[Chosen]):
    """Service, region, bucket and prefix; an endpoint only where nobody can know it."""

    def __init__(self, place: PlacePage, what: Callable[[], Protected]) -> None:
        super().__init__(
            _("Bucket"),
            _("Which bucket?"),
            _(
                "A service stores your files in a bucket. Enter a new name, or the name of a "
                "bucket you have. Only the folder named below is used."
            ),
        )
        self._place, self._what = place, what
        self.service, self.region = QComboBox(), QComboBox()
        self.account, self.endpoint = QLineEdit(), QLineEdit()
        self.bucket, self.prefix = QLineEdit(), QLineEdit()
        for one in SERVICES[1:]:
            self.service.addItem(one.title, one.name)
        self.region.setEditable(True)
        self.endpoint.setPlaceholderText("https://s3.example.org")
        self._says = widgets.quiet()
        self._suggested = ""
        self._groups = {
            "service": self.add_field("service", _("&Service"), self.service),
            "region": self.add_field(
                "region",
                _("Re&gion"),
                self.region,
                _("The nearest region is the fastest. Your own server may use any name."),
            ),
            "account": self.add_field(
                "account", _("&Account ID"), self.account, _("Shown on R2’s overview page.")
            ),
            "endpoint": self.add_field("endpoint", _("S3 &address of the server"), self.endpoint),
            "bucket": self.add_field("bucket", _("B&ucket"), self.bucket),
            "prefix": self.add_field("prefix", _("&Folder in the bucket"), self.prefix),
        }
        self.body.addWidget(self._says)
        self.service.currentIndexChanged.connect(lambda _index: self._chosen())
        self.region.editTextChanged.connect(lambda _text: self.touch("region"))
        for name in ("account", "endpoint", "bucket", "prefix"):
            getattr(self, name).textChanged.connect(lambda _text, name=name: self.touch(name))
        self._chosen()

    @property
    def answer(self) -> Chosen:
        service, region = self._service(), self._region()
        account = self.account.text().strip()
        endpoint = self._endpoint() if service.asks_endpoint else service.endpoint_in(region, account)
        name, prefix = self._bucket(), self.prefix.text().strip().strip("/")
        return Chosen(service, Bucket(name, prefix, endpoint, region or None), account)

    def take(self, service: str, bucket: Bucket, account: str) -> None:
        """Show this bucket."""
        self.service.setCurrentIndex(max(0, self.service.findData(service)))
        self.account.setText(account)
        self.endpoint.setText(bucket.endpoint or "")
        self._choose_region(bucket.region or "")
        self.bucket.setText(bucket.bucket)
        self.prefix.setText(bucket.prefix)

    def use_region(self, region: str) -> None:
        """Take this region; a server says that it is the right one."""
        self._choose_region(region)

    def wanted(self) -> bool:
        return self._place.wanted() and self._place.answer in (PlaceKind.AMAZON, PlaceKind.SERVICE)

    def entered(self) -> None:
        """Names that nobody has to think of; what somebody typed stays."""
        self._chosen()
        name = self._what().name
        if self.prefix.text() in ("", self._suggested):
            self._suggested = name
            self.prefix.setText(name)
        if not self.bucket.text():
            self.bucket.setText(registry.bucket_name(name))

    def problems(self) -> Sequence[Problem]:
        return [Problem(field, sentence) for field, sentence in self._wrong()]

    def _wrong(self) -> list[tuple[str, str]]:
        service, found = self._service(), []
        if not re.fullmatch(r"[a-z0-9-]+", self._region()):
            found.append(
                ("region", _("A region has only lowercase letters, digits and “-”, such as eu-central-1."))
            )
        if service.asks_account and not _ACCOUNT.fullmatch(self.account.text().strip()):
            found.append(("account", _("The account ID has 32 characters: digits and letters from a to f.")))
        if service.asks_endpoint and not re.fullmatch(r"https?://[^\s/]+(/\S*)?", self._endpoint()):
            found.append(("endpoint", _("Start with https:// (or http:// in your own network).")))
        if not registry.is_bucket_name(self._bucket()):
            found.append(
                (
                    "bucket",
                    _("Use 3 to 63 lowercase letters, digits and “-”, with a letter or digit at both ends."),
                )
            )
        if not _PREFIX.fullmatch(self.prefix.text().strip().strip("/")):
            found.append(("prefix", _("Enter a folder name. Use letters, digits, “-”, “_” and “/”.")))
        return found

    def _service(self) -> Service:
        amazon = self._place.answer is PlaceKind.AMAZON
        return services.service(AMAZON if amazon else self.service.currentData())

    def _region(self) -> str:
        """The name of a region, chosen in words or typed."""
        text = self.region.currentText().strip()
        known = {str(one): one.name for one in self._service().regions}
        return known.get(text, text)

    def _bucket(self) -> str:
        """The bucket's name; one who pastes s3://name/folder means the same."""
        text = self.bucket.text().strip()
        try:
            return parse(text).bucket if text.startswith("s3:") else text  # type: ignore[union-attr]
        except ValueError:
            return text

    def _endpoint(self) -> str:
        return self.endpoint.text().strip().rstrip("/")

    def _choose_region(self, name: str) -> None:
        titles = {one.name: str(one) for one in self._service().regions}
        self.region.setEditText(titles.get(name, name))

    def _chosen(self) -> None:
        """What this service asks; its regions, the nearest first."""
        service = self._service()
        regions = [str(one) for one in service.regions]
        if [self.region.itemText(row) for row in range(self.region.count())] != regions:
            self.region.blockSignals(True)
            self.region.clear()
            self.region.addItems(regions)
            near = services.near(datetime.now().astimezone().utcoffset() or timedelta())
            self._choose_region(near.name if service.name == AMAZON else service.regions[0].name)
            self.region.blockSignals(False)
        self._groups["service"].setVisible(self._place.answer is PlaceKind.SERVICE)
        self._groups["region"].setVisible(len(regions) > 1 or service.asks_endpoint)
        self._groups["account"].setVisible(service.asks_account)
        self._groups["endpoint"].setVisible(service.asks_endpoint)
        self.refresh()

    def refresh(self) -> None:
        bucket = self.answer.bucket
        at = _(" at {endpoint}").format(endpoint=bucket.endpoint) if bucket.endpoint else ""
        self._says.setText(_("Your backups will be stored in {url}{at}").format(url=url(bucket), at=at))
        super().refresh()
