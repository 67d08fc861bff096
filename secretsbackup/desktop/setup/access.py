"""What opens the bucket: made for you with an administrator's key, or a key that you have, or by hand."""

import re
from collections.abc import Sequence

import msgspec
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from secretsbackup import words
from secretsbackup.desktop import widgets, work
from secretsbackup.desktop.choices import Choices
from secretsbackup.desktop.fields import SecretField, beside, code, copy_button
from secretsbackup.desktop.form import Problem
from secretsbackup.desktop.setup.bucket import BucketPage
from secretsbackup.desktop.setup.existing_backups import ExistingBackupsPage
from secretsbackup.desktop.setup.findings import Findings
from secretsbackup.desktop.setup.start import StartPage
from secretsbackup.model import causes, services
from secretsbackup.model.check import Finding, Verdict
from secretsbackup.model.created import ManualStep
from secretsbackup.model.destination import Bucket
from secretsbackup.model.outcome import Failure
from secretsbackup.model.plan import Access, StartFrom
from secretsbackup.model.secret import AwsProfile, Credential, KeyPair, Secret
from secretsbackup.model.services import Service
from secretsbackup.operations.repository import discover
from secretsbackup.operations.setup import create_bucket
from secretsbackup.operations.watch import doctor
from secretsbackup.words.language import _

_AMAZONS_ID = re.compile(r"(AKIA|ASIA)[A-Z0-9]{12,124}")
"""Long-lived and passing ones (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html)."""
_AMAZONS_SECRET = 40
_PASTED = {ManualStep.LIFECYCLE, ManualStep.POLICY}


class Opening(msgspec.Struct, frozen=True):
    """Whose credential it is, and the credential, which is kept nowhere but on this page."""

    access: Access
    credential: Credential


class AccessPage(ExistingBackupsPage[Opening]):
    """The credential, tried at once."""

    def __init__(self, start: StartPage, bucket: BucketPage) -> None:
        super().__init__(
            _("Access"),
            _("How should the program access the bucket?"),
            _(
                "A backup gets its own key. The key can write and read files in its folder and "
                "nothing else. It is stored in your keyring."
            ),
        )
        self.start, self._bucket = start, bucket
        self.choices = Choices[Access](_("How should the program access the bucket?"))
        self.choices.add(Access.ADMIN, _("&Create everything for me"), " ")
        self.choices.add(Access.OWN, _("I &have a key for this bucket"), _("Each permission is checked now."))
        self._hand = widgets.column(gap=2)
        steps = QWidget()
        steps.setLayout(self._hand)
        self.choices.add(
            Access.HAND,
            _("I’ll create them &myself"),
            _("Use the service’s console. The text to paste is shown here."),
            steps,
        )
        self.profile, self.key_id, self.secret, self.token = (
            QComboBox(),
            QLineEdit(),
            SecretField(),
            SecretField(),
        )
        self.profile.addItem(_("Enter it below"), "")
        self._findings = Findings()
        self._lay_out()
        self.warnings: tuple[Finding, ...] = ()
        self.choices.choose(Access.ADMIN)
        self._follow()

    @property
    def answer(self) -> Opening:
        return Opening(self.choices.value or Access.OWN, self._credential())

    @property
    def aws_profile(self) -> str | None:
        """The profile of one's own ~/.aws that is used."""
        return self.profile.currentData() or None

    @property
    def _field(self) -> str:
        """Beside which field it is said that the credential is no good."""
        return "profile" if self.aws_profile else "secret"

    def take(self, access: Access, aws_profile: str | None) -> None:
        """Show this choice; secrets are typed again."""
        self.choices.choose(access)
        if aws_profile:
            self._add_profiles((aws_profile,))
            self.profile.setCurrentIndex(self.profile.findData(aws_profile))

    def wanted(self) -> bool:
        return self._bucket.wanted()

    def entered(self) -> None:
        """What this service can do for us, and the steps by hand for this bucket."""
        service = self._bucket.answer.service
        going_on = self.start.answer is StartFrom.THERE
        self.choices.describe(Access.ADMIN, _admins(service))
        self.choices.offer(Access.ADMIN, offered=not going_on)
        if going_on and self.choices.value is Access.ADMIN:
            self.choices.choose(Access.OWN)
        self._groups["hint"].setVisible(bool(service.keys))
        self._service_says.setText(service.keys)
        self._show_steps()
        work.begin(self._offer_profiles())

    def problems(self) -> Sequence[Problem]:
        if self.aws_profile:
            return ()
        key_id, secret = self.key_id.text().strip(), self.secret.text().strip()
        amazon = self._bucket.answer.service.name == services.AMAZON
        found = []
        if not key_id:
            found.append(Problem("key_id", _("Enter the access key ID.")))
        elif amazon and not _AMAZONS_ID.fullmatch(key_id):
            found.append(
                Problem(
                    "key_id",
                    _("Amazon’s key IDs start with AKIA or ASIA, followed by capital letters and digits."),
                )
            )
        if not secret:
            found.append(Problem("secret", _("Enter the secret access key.")))
        elif amazon and len(secret) != _AMAZONS_SECRET:
            have = _("Amazon’s secret keys have 40 characters; this one has {count}.")
            found.append(Problem("secret", have.format(count=len(secret))))
        if key_id.startswith("ASIA") and not self.token.text().strip():
            found.append(Problem("token", _("A key that starts with ASIA needs a session token.")))
        if key_id.startswith("ASIA") and self.choices.value is not Access.ADMIN:
            found.append(
                Problem("key_id", _("This key expires within hours. A backup needs a permanent one."))
            )
        return found

    async def check(self) -> Sequence[Problem]:
        self._findings.tell(())
        try:
            if self.answer.access is Access.ADMIN:
                return await self._try_admin()
            return await self._examine()
        except Failure as failure:
            return self._tell_failure(failure)

    async def _try_admin(self) -> Sequence[Problem]:
        """Nothing is made yet: is the key good, is the name free or ours?"""
        bucket, credential = self._bucket.answer.bucket, self.answer.credential
        finding = discover.find_bucket(bucket, credential)
        there = await self.during(_("Looking for the bucket…"), finding)
        return await self.meet(bucket, credential, self._field) if there else ()

    async def _examine(self) -> Sequence[Problem]:
        """Each right is tried; what is lacking is named, what is too much is told on the last page."""
        bucket, credential = self._bucket.answer.bucket, self.answer.credential
        found: list[Finding] = []
        for finding in await self.during(
            _("Checking each permission…"), self._findings_of(bucket, credential)
        ):
            if finding.cause and finding.verdict is Verdict.LACKING:
                raise Failure(finding.cause)
            found.append(finding)
        self.warnings = tuple(one for one in found if one.verdict is Verdict.WARNING)
        if any(one.verdict is Verdict.LACKING for one in found):
            self._findings.tell([one for one in found if one.verdict is Verdict.LACKING])
            widgets.into_view(self._findings)
            return [Problem(self._field, _("This key lacks permissions that a backup needs. See below."))]
        return await self.meet(bucket, credential, self._field)

    async def _findings_of(self, bucket: Bucket, credential: Credential) -> list[Finding]:
        return [one async for one in doctor.examine_destination(bucket, credential)]

    def _tell_failure(self, failure: Failure) -> Sequence[Problem]:
        """What is wrong, with the button that helps where one does."""
        message = work.told(failure)
        match failure.cause:
            case causes.CredentialRefused():
                return [
                    Problem(
                        "secret",
                        _(
                            "Access denied. Check that the ID and secret are complete and belong to this "
                            "service."
                        ),
                    )
                ]
            case causes.RegionWrong(region=region) if region:
                use = _("&Use {region}").format(region=region)
                self.tell(message, (use, lambda: self._use_region(region)))
            case (
                causes.BucketTaken() | causes.BucketNameBad() | causes.EndpointWrong() | causes.RegionWrong()
            ):
                self.tell(message, (_("&Change it"), self._back))
            case causes.DestinationMissing() if self.answer.access is not Access.ADMIN:
                missing = _("There is no bucket with this name yet.")
                advice = _("Create it yourself as described above, or let Secrets Backup create it.")
                made = _("&Create everything for me"), lambda: self.choices.choose(Access.ADMIN)
                self.tell(words.Message(missing, advice), made, (_("&Another bucket"), self._back))
            case _:
                self.tell(message)
        return [Problem(self._field, "")]

    def _use_region(self, region: str) -> None:
        self._bucket.use_region(region)
        self.retry.emit()

    def _back(self) -> None:
        self.go.emit(self._bucket)

    def _credential(self) -> Credential:
        if self.aws_profile:
            return AwsProfile(self.aws_profile)
        token = self.token.secret if self.token.text().strip() else None
        return KeyPair(Secret(self.key_id.text().strip()), self.secret.secret, token)

    async def _offer_profiles(self) -> None:
        self._add_profiles(await discover.aws_profiles())

    def _add_profiles(self, names: Sequence[str]) -> None:
        for name in names:
            if self.profile.findData(name) < 0:
                self.profile.addItem(_("{name}, from my ~/.aws").format(name=name), name)
        self._groups["profile"].setVisible(self.profile.count() > 1)

    def _show_steps(self) -> None:
        while item := self._hand.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        amazon = self._bucket.answer.service.makes_users
        for step in create_bucket.steps(self._bucket.answer.bucket):
            if not amazon and step.hand in (ManualStep.LIFECYCLE, ManualStep.POLICY, ManualStep.USER):
                continue
            self._hand.addWidget(widgets.sentence(f"{self._hand.count() + 1}. {words.hand(step)}"))
            if step.hand in _PASTED:
                self._hand.addWidget(_pasted(step.copy))

    def _follow(self) -> None:
        typed = not self.aws_profile
        for name in ("key_id", "secret"):
            self._groups[name].setVisible(typed)
        self._groups["token"].setVisible(typed and self.key_id.text().strip().startswith("ASIA"))
        self.refresh()

    def _lay_out(self) -> None:
        self.body.addWidget(self.choices)
        self.body.addWidget(widgets.rule())
        self._service_says = widgets.quiet()
        self._groups = {
            "hint": self._service_says,
            "profile": self.add_field("profile", _("&Key"), self.profile),
            "key_id": self.add_field("key_id", _("Access key &ID"), self.key_id),
            "secret": self.add_field("secret", _("&Secret access key"), self.secret),
            "token": self.add_field("token", _("Session &token"), self.token),
        }
        self.body.addWidget(self._service_says)
        self.body.addWidget(self._findings)
        self._groups["profile"].hide()
        self.choices.changed.connect(self._follow)
        self.profile.currentIndexChanged.connect(lambda _index: self._follow())
        self.key_id.textChanged.connect(lambda _text: self._typed("key_id"))
        self.secret.textChanged.connect(lambda _text: self._typed("secret"))
        self.token.textChanged.connect(lambda _text: self._typed("token"))

    def _typed(self, field: str) -> None:
        self._follow()
        self.touch(field)

    def forget(self) -> None:
        """Nothing typed here is needed any more."""
        for line in (self.key_id, self.secret, self.token):
            line.clear()


def _admins(service: Service) -> str:
    if service.asks_endpoint:
        return _(
            "Your key is used to create and protect the bucket. If the server can create "
            "users (IAM), the backup gets its own user, and your key is not stored. "
            "Otherwise your key is stored in your keyring."
        )
    if service.makes_users:
        return _(
            "You need an administrator’s key. It is used once and is not stored. It creates "
            "and protects the bucket, and creates a user whose key can only back up here."
        )
    return _(
        "Your key is used to create and protect the bucket. This service cannot create "
        "users, so your key is stored in your keyring."
    )


def _pasted(text: str) -> QWidget:
    made = QWidget()
    box = widgets.column(made)
    box.addWidget(code(text, _("What to paste")))
    box.addWidget(beside(copy_button(lambda: text, _("this text"))))
    return made
