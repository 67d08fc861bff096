"""Setting up as a newcomer does, in the window and in a terminal, with real programs, keys and servers."""

import asyncio
import tempfile
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import keyring
import msgspec
import pytest
from PySide6.QtWidgets import QAbstractButton, QApplication

from secretsbackup.desktop.prompts import Sure
from secretsbackup.model import policy
from secretsbackup.model.destination import Bucket, Folder
from secretsbackup.model.outcome import Completed
from secretsbackup.model.plan import Access, PlaceKind, StartFrom, Task
from secretsbackup.model.profile import Fingerprint, ProfileName
from secretsbackup.model.schedule import Daily
from secretsbackup.model.secret import Secret
from secretsbackup.operations.keys import keys
from secretsbackup.store import kit as kits
from secretsbackup.store import pause as pauses
from secretsbackup.store import profiles
from secretsbackup.tools import autostart, gnupg
from tests.conftest import PASSPHRASE, StandIn
from tests.desktop.conftest import Parts, Play, parts, play, until
from tests.desktop.setup.conftest import Begin, begin, person
from tests.desktop.setup.wizard_driver import Hand
from tests.end_to_end import servers
from tests.end_to_end.servers import CephServer, S3Server

__all__ = ["begin", "parts", "person", "play"]  # fixtures that are used here

ID, SECRET = "AKIAADMINISTRATORPLANTED", "planted-administrator-secret-0123456789ab"
OTHER = "Another server: MinIO, Ceph, …"


AUTOMATIC = "Back up automatically, even after a restart"


@pytest.fixture
def logs_in(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[], None]:
    """From its call on nothing starts backups on this machine yet, and its desktop would at login."""

    def begin() -> None:
        request.getfixturevalue("untended")
        monkeypatch.setenv("XDG_CURRENT_DESKTOP", "GNOME")
        monkeypatch.setenv("SECRETSBACKUP_SYSTEM_ROOT", str(tmp_path / "no systemd"))

    return begin


@pytest.fixture
def new_gnupg(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A GnuPG home without a key."""
    with tempfile.TemporaryDirectory(prefix="g", dir="/tmp") as folder:
        monkeypatch.setenv("GNUPGHOME", folder)
        Path(folder).chmod(0o700)
        yield Path(folder)
        asyncio.run(gnupg.end_agent(Path(folder)))


async def to_the_place(hand: Hand, where: PlaceKind) -> None:
    """Through the first pages, up to the one that asks for this kind of place."""
    wizard = hand.wizard
    await hand.next(wizard.files)
    await hand.next(wizard.place)
    wizard.place.choices.choose(where)
    await hand.next({PlaceKind.FOLDER: wizard.folder, PlaceKind.HOST: wizard.host}.get(where, wizard.bucket))


async def choose_the_key(hand: Hand, key: Fingerprint) -> None:
    """On the page of the key: this one, with its passphrase."""
    page = hand.wizard.key
    await hand.until(lambda: key in page.choices.values)
    page.choices.choose(key)
    hand.type(page.phrase, PASSPHRASE.reveal())
    await hand.next(hand.wizard.rhythm)


async def to_the_summary(hand: Hand, key: Fingerprint) -> None:
    """From the key to the summary; the kit can wait."""
    await choose_the_key(hand, key)
    await hand.next(hand.wizard.paper)
    hand.button("Later").click()
    await hand.next(hand.wizard.summary)


async def back_up(hand: Hand, parts: Parts, name: str) -> None:
    """Press the last button, and wait for the first backup."""
    hand.finish()
    await until(lambda: parts.session.going_on(ProfileName(name)))
    assert isinstance(await parts.session.going_on(ProfileName(name))[0].outcome(), Completed)


async def own_server(hand: Hand, endpoint: str, bucket: str = "") -> None:
    """On the page of the bucket: a server of one's own."""
    page = hand.wizard.bucket
    page.service.setCurrentIndex(page.service.findText(OTHER))
    hand.type(page.endpoint, endpoint)
    if bucket:
        hand.type(page.bucket, bucket)
    await hand.next(hand.wizard.access)


def test_a_newcomer_with_a_disk_is_safe_in_a_dozen_inputs(
    play: Play,
    begin: Begin,
    parts: Parts,
    person: Path,
    new_gnupg: Path,
    memory: None,
    logs_in: Callable[[], None],
) -> None:
    """A new key, a folder, the kit; the first backup. Then the machine is lost, and all comes back."""

    async def set_up() -> None:
        hand = begin(photographs="setup/folder")
        wizard = hand.wizard
        await to_the_place(hand, PlaceKind.FOLDER)
        disk = person / "disk"
        disk.mkdir()
        hand.type(wizard.folder.field.line, str(disk / "backups"))
        await hand.next(wizard.key)
        await hand.next(wizard.phrase)
        words = " ".join(wizard.phrase.made.words)
        hand.type(wizard.phrase.typed, words)
        await hand.next(wizard.rhythm)
        await hand.next(wizard.paper)
        hand.type(wizard.paper.folder.line, str(person / "kit"))
        hand.button("Also keep a copy with the backups").click()
        await hand.next(wizard.summary)
        assert "and with the backups" in hand.says
        await hand.next(wizard.ready)
        assert wizard.summary.tasks.done == [*map(str, _ALL)]
        profile = profiles.get(parts.home, "Documents")
        assert profile.destination == Folder(str(disk / "backups"))
        assert profile.schedule == Daily("18:00")
        assert profile.exclude == (".cache/",)
        left = [path.name for path in disk.rglob("*") if path.is_file()]
        assert left == ["secretsbackup-recovery-kit.txt"], "the canary is gone without a trace"
        assert pauses.paused_until(parts.home, profile.name), "the schedule does not begin before its owner"
        assert not parts.home.draft.exists()
        kept = kits.read(parts.home, profile.name)
        assert kept
        assert kept.checked
        await back_up(hand, parts, profile.name)
        assert pauses.paused_until(parts.home, profile.name) is None
        assert list((disk / "backups").glob("duplicity-full*"))
        new_gnupg.joinpath("words").write_text(words)

    async def come_back() -> None:
        hand = begin(StartFrom.KIT, photographs="setup/kit")
        wizard = hand.wizard
        assert wizard.page is wizard.kit, "what was asked for comes first"
        hand.type(wizard.kit.file.line, str(person / "kit" / "recovery-kit.txt"))
        await hand.until(lambda: "Backup “Documents”" in hand.says)
        await hand.until(lambda: "Secrets Backup starts when you log in" in hand.says)
        assert hand.button(AUTOMATIC).isChecked(), "a machine that came back is to be safe as well"
        hand.type(wizard.kit.phrase, "not the words")
        await hand.next(wizard.kit)
        assert "does not open your key" in hand.says
        assert not autostart.is_on()
        hand.button("With the backups").click()
        hand.type(wizard.kit.place, str(person / "disk"))
        hand.type(wizard.kit.phrase, new_gnupg.joinpath("words").read_text())
        await hand.next(wizard.kit)
        assert "there is none beside these backups" in hand.says
        hand.type(wizard.kit.place, str(person / "disk" / "backups"))
        await hand.next(wizard.ready)
        assert autostart.is_on()
        assert "1 backup" in hand.says
        assert hand.button("Restore files…").isDefault(), "whoever lost a machine wants the files"
        profile = profiles.get(parts.home, "Documents")
        assert kits.read(parts.home, profile.name), "whoever came by a kit has one"
        wizard.close()
        assert pauses.paused_until(parts.home, profile.name), "no backup begins before the restore does"

    play(set_up())
    profiles.remove(parts.home, profiles.get(parts.home, "Documents").name)
    asyncio.run(gnupg.remove_key(asyncio.run(gnupg.keys())[0].fingerprint))
    keyring.get_keyring().kept.clear()  # type: ignore[attr-defined]
    logs_in()
    play(come_back())


_ALL = (Task.KEY, Task.SAVE, Task.FETCH, Task.CLEAR, Task.WRITE, Task.KIT, Task.KIT_CHECK)


def test_an_administrators_key_makes_all_of_it_and_is_kept_nowhere(
    play: Play, begin: Begin, parts: Parts, moto: S3Server, key: Fingerprint, memory: None
) -> None:
    """Stopped in the middle it says what there is, and goes on with that."""

    async def set_up() -> None:
        hand = begin(photographs="setup/administrator")
        wizard = hand.wizard
        await to_the_place(hand, PlaceKind.SERVICE)
        await own_server(hand, moto.endpoint)
        hand.type(wizard.access.key_id, ID)
        hand.type(wizard.access.secret, SECRET)
        await hand.next(wizard.key)
        await to_the_summary(hand, key)
        wizard.next()
        await hand.until(lambda: wizard.summary.traces.anything)
        hand.press("Stop")
        await hand.until(lambda: not wizard.checking)
        assert wizard.page is wizard.summary
        assert "Stopped." in hand.says
        assert "This was created, and exists now" in hand.says
        hand.photograph("stopped")
        await hand.next(wizard.ready)
        profile = profiles.get(parts.home, "Documents")
        assert isinstance(profile.destination, Bucket)
        place = servers.Bucket(moto, profile.destination.bucket)
        assert place.objects() == [], "the canary is gone"
        secrets = keyring.get_keyring().kept  # type: ignore[attr-defined]
        assert len(secrets) == 3
        assert not {ID, SECRET} & {*secrets.values()}
        assert not wizard.access.key_id.text()

    play(set_up())
    for path in parts.home.config.parent.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes()


def test_what_a_failed_set_up_made_is_listed_and_removed(
    play: Play,
    begin: Begin,
    parts: Parts,
    moto: S3Server,
    key: Fingerprint,
    memory: None,
    stand_in: StandIn,
) -> None:
    """duplicity breaks, after bucket, user and key were made; a restart later it is still known."""

    async def fail() -> None:
        hand = begin(photographs="setup/failed")
        wizard = hand.wizard
        await to_the_place(hand, PlaceKind.SERVICE)
        await own_server(hand, moto.endpoint, "bucket-of-a-failure")
        hand.type(wizard.access.key_id, ID)
        hand.type(wizard.access.secret, SECRET)
        await hand.next(wizard.key)
        await to_the_summary(hand, key)
        stand_in("duplicity_breaks", "duplicity")
        await hand.next(wizard.summary)
        assert "the bucket bucket-of-a-failure" in hand.says
        assert "the user secretsbackup-bucket-of-a-failure-Documents" in hand.says
        assert not profiles.load(parts.home)
        wizard.reject()

    async def remove() -> None:
        hand = begin()
        wizard = hand.wizard
        assert wizard.page is wizard.access, "the administrator's key was kept nowhere"
        hand.type(wizard.access.key_id, ID)
        hand.type(wizard.access.secret, SECRET)
        await hand.next(wizard.key)
        await to_the_summary(hand, key)
        assert "the bucket bucket-of-a-failure" in hand.says
        wizard.bucket.bucket.setText("bucket-of-another-plan")
        wizard.go(wizard.index)
        assert not hand.lit, "what was made for the first plan would be forgotten"
        assert hand.button("Keep it")
        wizard.bucket.bucket.setText("bucket-of-a-failure")
        wizard.go(wizard.index)
        assert hand.lit
        hand.button("Remove it").click()
        await until(lambda: _asked() is not None)
        asked = _asked()
        assert asked
        next(b for b in asked.findChildren(QAbstractButton) if b.text().replace("&", "") == "Remove").click()
        await hand.until(lambda: "Everything that was created has been removed." in hand.says)

    play(fail())
    play(remove())
    with moto.client() as client:
        names = [one["Name"] for one in client.list_buckets()["Buckets"]]
    assert "bucket-of-a-failure" not in names
    assert not keyring.get_keyring().kept  # type: ignore[attr-defined]


def _asked() -> Sure | None:
    windows = QApplication.topLevelWidgets()
    return next((one for one in windows if isinstance(one, Sure) and one.isVisible()), None)


def test_ones_own_key_is_tried_right_by_right(
    play: Play,
    begin: Begin,
    parts: Parts,
    ceph: CephServer,
    key: Fingerprint,
    memory: None,
) -> None:
    """A missing right is named with the statement that grants it; with the exact policy all goes well."""
    bucket = servers.new_bucket(ceph)
    uid = f"limited-{bucket.name}"
    user = ceph.add_user(uid)
    place = Bucket(bucket.name, "Documents", ceph.endpoint, "us-east-1")

    async def set_up() -> None:
        hand = begin(photographs="setup/own-key")
        wizard = hand.wizard
        await to_the_place(hand, PlaceKind.SERVICE)
        await own_server(hand, ceph.endpoint, bucket.name)
        wizard.access.choices.choose(Access.OWN)
        hand.type(wizard.access.key_id, user.access_key)
        hand.type(wizard.access.secret, "not the secret of it")
        await hand.next(wizard.access)
        assert "Access denied. Check that the ID and secret are complete" in hand.says
        hand.type(wizard.access.secret, user.secret_key)
        whole = policy.for_user(place)
        less = [_without(one, policy.Action.DELETE) for one in whole.statement]
        ceph.permit(uid, policy.text(msgspec.structs.replace(whole, statement=tuple(less))))
        await hand.next(wizard.access)
        assert "s3:DeleteObject is denied" in hand.says
        hand.photograph("missing-right")
        buttons = wizard.access.findChildren(QAbstractButton)
        next(one for one in buttons if one.accessibleName() == "Copy s3:DeleteObject").click()
        assert '"s3:DeleteObject"' in QApplication.clipboard().text()
        ceph.permit(uid, policy.text(whole))
        await hand.next(wizard.key)
        await to_the_summary(hand, key)
        await hand.next(wizard.ready)
        assert bucket.objects() == []
        await back_up(hand, parts, "Documents")

    async def take_it_over() -> None:
        """The same place once more: what is there is offered to be gone on with."""
        hand = begin()
        wizard = hand.wizard
        hand.wizard.files.take(msgspec.structs.replace(wizard.files.answer, name="again"))
        await to_the_place(hand, PlaceKind.SERVICE)
        page = wizard.bucket
        page.service.setCurrentIndex(page.service.findText(OTHER))
        hand.type(page.endpoint, ceph.endpoint)
        hand.type(page.bucket, bucket.name)
        hand.type(page.prefix, "Documents")
        await hand.next(wizard.access)
        wizard.access.choices.choose(Access.OWN)
        hand.type(wizard.access.key_id, user.access_key)
        hand.type(wizard.access.secret, user.secret_key)
        await hand.next(wizard.access)
        assert "There is already 1 backup here" in hand.says
        hand.press("Continue with them")
        await hand.until(lambda: wizard.page is wizard.key)
        await to_the_summary(hand, key)
        await hand.next(wizard.ready)
        assert str(Task.READ) in wizard.summary.tasks.done
        await back_up(hand, parts, "again")

    play(set_up())
    profiles.remove(parts.home, ProfileName("Documents"))  # two profiles cannot share a place
    play(take_it_over())
    assert len([one for one in bucket.objects() if "manifest" in one["Key"]]) >= 2


def _without(statement: policy.Statement, action: policy.Action) -> policy.Statement:
    return msgspec.structs.replace(statement, action=tuple(one for one in statement.action if one != action))


class _ElsewhereHandler(BaseHTTPRequestHandler):
    """Says what Amazon says of a bucket of another region."""

    def do_GET(self) -> None:
        """Refuse."""
        said = (
            b"<?xml version='1.0'?><Error><Code>AuthorizationHeaderMalformed</Code><Message>the region "
            b"'us-east-1' is wrong; expecting 'eu-west-3'</Message><Region>eu-west-3</Region></Error>"
        )
        self.send_response(400)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(said)))
        self.send_header("x-amz-bucket-region", "eu-west-3")
        self.end_headers()
        self.wfile.write(said)

    do_HEAD = do_PUT = do_GET  # noqa: N815 - the server's names

    def log_message(self, *_: object) -> None:
        """Nobody listens."""


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """An S3 server that holds the bucket in another region."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _ElsewhereHandler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_wrong_regions_and_addresses_are_told_in_seconds(
    play: Play, begin: Begin, elsewhere: str, memory: None
) -> None:
    async def look() -> None:
        hand = begin()
        wizard = hand.wizard
        await to_the_place(hand, PlaceKind.SERVICE)
        await own_server(hand, f"http://127.0.0.1:{servers.free_port()}")
        wizard.access.choices.choose(Access.OWN)
        hand.type(wizard.access.key_id, "someone")
        hand.type(wizard.access.secret, "something")
        await hand.next(wizard.access)
        assert "cannot be reached" in hand.says
        hand.press("Back")
        await own_server(hand, elsewhere)
        await hand.next(wizard.access)
        assert "eu-west-3" in hand.says
        hand.press("Use eu-west-3")
        await hand.until(lambda: not wizard.checking)
        assert wizard.bucket.answer.bucket.region == "eu-west-3"

    play(look())


def test_an_expired_key_is_named_and_not_offered(
    play: Play, begin: Begin, new_gnupg: Path, memory: None
) -> None:
    async def look() -> None:
        made = await keys.make("Old Key", Secret("abc"))
        key = await gnupg.resolve(made)
        await gnupg.extend(key, "seconds=1", Secret("abc"))
        await asyncio.sleep(1.1)
        hand = begin()
        wizard = hand.wizard
        wizard.place.choices.choose(PlaceKind.FOLDER)
        wizard.go(wizard.pages.index(wizard.key))
        await hand.until(lambda: "Cannot be used: Old Key" in hand.says)
        assert "has expired" in hand.says
        assert made not in wizard.key.choices.values
        hand.photograph("expired-key")

    play(look())


def test_the_old_scripts_settings_are_taken_over(
    play: Play,
    begin: Begin,
    parts: Parts,
    person: Path,
    key: Fingerprint,
    memory: None,
    logs_in: Callable[[], None],
) -> None:
    async def take_over() -> None:
        logs_in()
        (person / "stage").mkdir()
        (person / "backups").mkdir()
        (person / "scripts").mkdir()
        (person / "scripts" / "config.sh").write_text(
            f"NAME=docs\nSOURCE={person}/Documents\nSTAGING_DIR={person}/stage\n"
            f"REMOTE_DESTINATION=file://{person}/backups\nGPG_KEY={key}\n"
            f"export PASSPHRASE='{PASSPHRASE.reveal()}'\nARCHIVE_DIR={person}/archive\n"
        )
        hand = begin(photographs="setup/seed")
        wizard = hand.wizard
        await hand.until(lambda: wizard.start.found)
        wizard.start.choices.choose(StartFrom.SEED)
        await hand.next(wizard.seed)
        await hand.until(lambda: "Backs up" in hand.says)
        await hand.until(lambda: "Secrets Backup starts when you log in" in hand.says)
        offer = hand.button(AUTOMATIC)
        assert offer.isChecked()
        offer.click()
        await hand.next(wizard.ready)
        assert not autostart.is_on(), "it was not wanted"
        profile = profiles.get(parts.home, "docs")
        assert profile.staging == str(person / "stage")
        await back_up(hand, parts, profile.name)

    play(take_over())
