"""A bucket that does not do what it should, and the reason that each of its answers is."""

import asyncio
import contextlib
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from secretsbackup import words
from secretsbackup.model import causes
from secretsbackup.model.check import Finding
from secretsbackup.model.destination import Bucket
from secretsbackup.model.outcome import Failure
from secretsbackup.model.reason import Reason
from secretsbackup.model.secret import AwsProfile, KeyPair, Secret
from secretsbackup.operations.watch import doctor
from secretsbackup.tools import destinations, s3
from secretsbackup.tools.s3 import settings

PAIR = KeyPair(Secret("AKIA"), Secret("hidden"))


class Answer(BaseHTTPRequestHandler):
    """Gives every request the same answer."""

    status: ClassVar[int] = 200
    body: ClassVar[bytes] = b""

    headers_too: ClassVar[dict[str, str]] = {}

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(self.status)
        for name, value in self.headers_too.items():
            self.send_header(name, value)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a server that answers as `Answer` says."""
    with serving(Answer) as address:
        yield address


@contextlib.contextmanager
def serving(answer: type[Answer]) -> Iterator[str]:
    """The address of a server."""
    with ThreadingHTTPServer(("127.0.0.1", 0), answer) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


class CutOff(Answer):
    """Breaks off in the middle, as often as is said."""

    body = b"0123456789" * 1000
    often: ClassVar[int] = 0

    def do_GET(self) -> None:
        """Answer, or half of it."""
        CutOff.often -= 1
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body[:5000] if CutOff.often >= 0 else self.body)


def test_what_breaks_off_on_the_way_is_tried_again_twice(tmp_path: Path) -> None:
    with serving(CutOff) as address:
        bucket, to = Bucket("bucket", "prefix", address, "us-east-1"), tmp_path / "volume"
        CutOff.often = 1
        asyncio.run(destinations.bring(bucket, PAIR, "volume", to))
        assert to.read_bytes() == CutOff.body
        CutOff.often = 3
        with pytest.raises(Failure) as failed:
            asyncio.run(destinations.bring(bucket, PAIR, "volume", to))
    assert failed.value.reason is Reason.DESTINATION_UNREACHABLE


def listed(endpoint: str) -> dict[str, int]:
    """What the bucket holds."""
    bucket = Bucket("bucket", "prefix", endpoint, "us-east-1")
    return asyncio.run(destinations.contents(bucket, PAIR))


def error(code: str) -> bytes:
    """An error as S3 says it."""
    return f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>No.</Message></Error>".encode()


@pytest.mark.parametrize(
    ("status", "code", "reason"),
    [
        (403, "AccessDenied", Reason.DESTINATION_DENIED),
        (403, "InvalidAccessKeyId", Reason.CREDENTIAL_REFUSED),
        (403, "SignatureDoesNotMatch", Reason.CREDENTIAL_REFUSED),
        (403, "RequestTimeTooSkewed", Reason.CLOCK_WRONG),
        (403, "SomethingElse", Reason.DESTINATION_DENIED),
        (404, "NoSuchBucket", Reason.DESTINATION_MISSING),
        (301, "PermanentRedirect", Reason.REGION_WRONG),
        (400, "AuthorizationHeaderMalformed", Reason.REGION_WRONG),
        (500, "InternalError", Reason.DESTINATION_UNREACHABLE),
        (503, "SlowDown", Reason.DESTINATION_UNREACHABLE),
    ],
)
def test_each_answer_is_its_reason(
    server: str, monkeypatch: pytest.MonkeyPatch, status: int, code: str, reason: Reason
) -> None:
    monkeypatch.setattr(Answer, "status", status)
    monkeypatch.setattr(Answer, "body", error(code))
    with pytest.raises(Failure) as caught:
        listed(server)
    assert caught.value.reason is reason
    assert "hidden" not in str(caught.value)


@pytest.mark.parametrize("body", [b"<html>Welcome to the hotel's network", b"\xff\xfe garbage"])
def test_an_answer_that_is_no_s3s_is_a_failure_and_no_bug(
    server: str, monkeypatch: pytest.MonkeyPatch, body: bytes
) -> None:
    monkeypatch.setattr(Answer, "body", body)
    with pytest.raises(Failure) as caught:
        listed(server)
    assert caught.value.reason is Reason.DESTINATION_UNREACHABLE


def test_names_and_sizes_are_those_below_the_prefix(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = "".join(
        f"<Contents><Key>prefix/{name}</Key><Size>{size}</Size></Contents>"
        for name, size in (("a", 1), ("b/c", 2))
    )
    body = (
        f"<ListBucketResult><Name>bucket</Name><IsTruncated>false</IsTruncated>{listing}</ListBucketResult>"
    )
    monkeypatch.setattr(Answer, "body", body.encode())
    assert listed(server) == {"a": 1, "b/c": 2}


def test_nobody_there_is_unreachable() -> None:
    with pytest.raises(Failure) as caught:
        listed("http://127.0.0.1:1")
    assert caught.value.cause == causes.DestinationUnreachable("http://127.0.0.1:1")


def test_without_a_credential_nothing_is_asked() -> None:
    asked = ((None, Reason.SECRET_MISSING), (AwsProfile("no-such-profile"), Reason.AWS_PROFILE_MISSING))
    for credential, reason in asked:
        with pytest.raises(Failure) as caught:
            asyncio.run(s3.contents(Bucket("bucket"), credential))
        assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("config", b"[default\nregion"),
        ("credentials", b"\xff\xfe[default]"),
        ("credentials", b"[default]\ncredential_process = /bin/false\n"),
        (
            "config",
            b"[default]\nsso_start_url=https://x\nsso_region=eu-west-1\nsso_account_id=1\nsso_role_name=r\n",
        ),
    ],
)
def test_settings_that_give_no_key_are_no_bucket_that_is_missing(
    server: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, file: str, content: bytes
) -> None:
    for name, where in (("config", "AWS_CONFIG_FILE"), ("credentials", "AWS_SHARED_CREDENTIALS_FILE")):
        (tmp_path / name).touch()
        monkeypatch.setenv(where, str(tmp_path / name))
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / file).write_bytes(content)
    with pytest.raises(Failure) as caught:
        asyncio.run(s3.contents(Bucket("bucket", "p", server, "us-east-1"), AwsProfile("default")))
    assert caught.value.cause == causes.AwsSettingsBroken("default")
    assert asyncio.run(s3.own_profiles()) in {(), ("default",)}


def test_a_proxy_that_does_not_answer_is_named_without_its_password(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://me:hidden@127.0.0.1:1")
    monkeypatch.delenv("no_proxy", raising=False)
    with pytest.raises(Failure) as caught:
        listed("http://192.0.2.1")
    assert caught.value.reason is Reason.DESTINATION_UNREACHABLE
    assert caught.value.cause.about == "http://192.0.2.1 (proxy 127.0.0.1:1)"
    assert "hidden" not in str(caught.value.last_lines)


@pytest.mark.parametrize("status", [302, 303, 307, 308])
def test_a_page_that_leads_to_itself_is_no_s3_server(
    server: str, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    monkeypatch.setattr(Answer, "status", status)
    monkeypatch.setattr(Answer, "headers_too", {"Location": f"{server}/login"})
    with pytest.raises(Failure) as caught:
        listed(server)
    assert caught.value.cause == causes.EndpointWrong(server)
    (found,) = examined(server)
    assert found.cause == causes.EndpointWrong(server)


def test_a_name_that_no_bucket_can_have_is_a_missing_one() -> None:
    with pytest.raises(Failure) as caught:
        asyncio.run(s3.contents(Bucket("no bucket!", region="us-east-1"), PAIR))
    assert caught.value.reason is Reason.DESTINATION_MISSING


@pytest.mark.parametrize("status", [200, 404, 405])
def test_a_web_page_is_no_s3_server(server: str, monkeypatch: pytest.MonkeyPatch, status: int) -> None:
    """Not even one that says yes to all, whose bucket would seem to be empty; the doctor says so too."""
    monkeypatch.setattr(Answer, "status", status)
    monkeypatch.setattr(Answer, "body", b"<html>Not found</html>")
    with pytest.raises(Failure) as caught:
        listed(server)
    assert (caught.value.reason, caught.value.cause.about) == ("endpoint-wrong", server)
    (found,) = examined(server)
    assert found.cause == causes.EndpointWrong(server)


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        ({"x-amz-bucket-region": "eu-central-1"}, error("PermanentRedirect")),
        (
            {},
            b"<Error><Code>AuthorizationHeaderMalformed</Code><Region>eu-central-1</Region></Error>",
        ),
    ],
)
def test_the_right_region_is_named(
    server: str, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str], body: bytes
) -> None:
    monkeypatch.setattr(Answer, "status", 400)
    monkeypatch.setattr(Answer, "headers_too", headers)
    monkeypatch.setattr(Answer, "body", body)
    with pytest.raises(Failure) as caught:
        listed(server)
    assert caught.value.cause == causes.RegionWrong("eu-central-1", "bucket")
    assert "eu-central-1" in words.reason(caught.value.cause).title


def test_a_clock_that_is_off_is_told_by_how_much(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Answer, "status", 403)
    monkeypatch.setattr(Answer, "body", error("RequestTimeTooSkewed"))
    ago = format_datetime(datetime.now(UTC) - timedelta(hours=3), usegmt=True)
    monkeypatch.setattr(Answer, "date_time_string", lambda *_: ago)
    found = examined(server)
    assert [(one.right, one.cause.reason if one.cause else None) for one in found] == [
        ("reach", Reason.CLOCK_WRONG)
    ]
    assert "(3 hr fast)" in words.finding(found[0]).title


def examined(endpoint: str) -> list[Finding]:
    """What the doctor finds."""

    async def all_of_it() -> list[Finding]:
        bucket = Bucket("bucket", "prefix", endpoint, "us-east-1")
        return [one async for one in doctor.examine_destination(bucket, PAIR)]

    return asyncio.run(all_of_it())


def test_a_region_that_is_not_the_profiles_is_told(server: str, monkeypatch: pytest.MonkeyPatch) -> None:
    there = b"<LocationConstraint>eu-central-1</LocationConstraint>"
    monkeypatch.setattr(Answer, "body", there)
    found = asyncio.run(settings.looked_at(Bucket("bucket", "p", server, "us-east-1"), PAIR))
    (region,) = [one for one in found if one.right == "region"]
    assert (region.sign, region.detail) == ("region-other", "eu-central-1")


@pytest.mark.parametrize(
    ("rule", "covered"),
    [
        ({"Status": "Enabled", "Filter": {"Prefix": ""}}, True),
        ({"Status": "Enabled", "Filter": {}}, True),
        ({"Status": "Enabled", "Prefix": "laptop/"}, True),
        ({"Status": "Enabled", "Filter": {"Prefix": "laptop/"}}, True),
        ({"Status": "Enabled", "Filter": {"And": {"Prefix": "lap"}}}, True),
        ({"Status": "Disabled", "Filter": {"Prefix": ""}}, False),
        ({"Status": "Enabled", "Filter": {"Prefix": "laptop/docs/"}}, False),
        ({"Status": "Enabled", "Filter": {"Prefix": "other/"}}, False),
        ({"Status": "Enabled", "Filter": {"Tag": {"Key": "a", "Value": "b"}}}, False),
        ({"Status": "Enabled", "Filter": {"And": {"Prefix": "", "Tags": [{}]}}}, False),
    ],
)
def test_a_lifecycle_rule_counts_if_it_is_about_the_whole_prefix(
    rule: dict[str, object], covered: bool
) -> None:
    assert settings.covers(rule, Bucket("bucket", "laptop")) is covered


@pytest.mark.parametrize(
    ("action", "sign"),
    [
        (b"<Expiration><Days>30</Days></Expiration>", "expiring"),
        (b"<Transition><Days>1</Days><StorageClass>GLACIER</StorageClass></Transition>", "freezing"),
        (b"<Transition><Days>1</Days><StorageClass>GLACIER_IR</StorageClass></Transition>", "not-tidied"),
        (
            b"<Expiration><ExpiredObjectDeleteMarker>true</ExpiredObjectDeleteMarker></Expiration>",
            "not-tidied",
        ),
    ],
)
def test_a_lifecycle_rule_that_eats_backups_is_told(
    server: str, monkeypatch: pytest.MonkeyPatch, action: bytes, sign: str
) -> None:
    rule = b"<Rule><ID>r</ID><Status>Enabled</Status><Filter><Prefix></Prefix></Filter>%s</Rule>" % action
    body = b"<LifecycleConfiguration>%s</LifecycleConfiguration>" % rule
    monkeypatch.setattr(Answer, "body", body)
    found = asyncio.run(settings.looked_at(Bucket("bucket", "p", server, "us-east-1"), PAIR))
    assert [one.sign for one in found if one.right == "lifecycle"] == [sign]
