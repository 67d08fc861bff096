"""A bucket that does not do what it should, and the reason that each of its answers is."""

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

import pytest

from secretsbackup.model.destination import Bucket
from secretsbackup.model.outcome import Failure, Reason
from secretsbackup.model.secret import AwsProfile, KeyPair, Secret
from secretsbackup.tools import place, s3

PAIR = KeyPair(Secret("AKIA"), Secret("hidden"))


class Answer(BaseHTTPRequestHandler):
    """Gives every request the same answer."""

    status: ClassVar[int] = 200
    body: ClassVar[bytes] = b""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(self.status)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a server that answers as `Answer` says."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Answer) as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def listed(endpoint: str) -> dict[str, int]:
    """What the bucket holds."""
    bucket = Bucket("bucket", "prefix", endpoint, "us-east-1")
    return asyncio.run(place.contents(bucket, PAIR))


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
    body = f"<ListBucketResult><IsTruncated>false</IsTruncated>{listing}</ListBucketResult>"
    monkeypatch.setattr(Answer, "body", body.encode())
    assert listed(server) == {"a": 1, "b/c": 2}


def test_nobody_there_is_unreachable() -> None:
    with pytest.raises(Failure) as caught:
        listed("http://127.0.0.1:1")
    assert (caught.value.reason, caught.value.detail) == (
        Reason.DESTINATION_UNREACHABLE,
        "http://127.0.0.1:1",
    )


def test_without_a_credential_nothing_is_asked() -> None:
    asked = ((None, Reason.SECRET_MISSING), (AwsProfile("no-such-profile"), Reason.AWS_PROFILE_MISSING))
    for credential, reason in asked:
        with pytest.raises(Failure) as caught:
            asyncio.run(s3.contents(Bucket("bucket"), credential))
        assert caught.value.reason is reason


def test_a_name_that_no_bucket_can_have_is_a_missing_one() -> None:
    with pytest.raises(Failure) as caught:
        asyncio.run(s3.contents(Bucket("no bucket!", region="us-east-1"), PAIR))
    assert caught.value.reason is Reason.DESTINATION_MISSING
