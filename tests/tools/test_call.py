"""Calls: who is named in the address is told to its host, and to no other."""

import asyncio
import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from secretsbackup.model.outcome import Failure
from secretsbackup.tools.call import call

Asked = list[tuple[str, str | None]]


@pytest.fixture
def server() -> Iterator[tuple[int, Asked]]:
    """A web server's port, and what was asked of it by whom; /elsewhere points to its other name."""
    asked: Asked = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["Authorization"]))
            self.send_response(302 if self.path == "/elsewhere" else 200)
            self.send_header("Location", f"http://localhost:{http.server_port}/there")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    with HTTPServer(("127.0.0.1", 0), Handler) as http:
        threading.Thread(target=http.serve_forever, daemon=True).start()
        yield http.server_port, asked
        http.shutdown()


def test_a_name_and_a_password_are_told_to_its_host_alone(server: tuple[int, Asked]) -> None:
    port, asked = server
    asyncio.run(call(f"http://127.0.0.1:{port}/plain"))
    asyncio.run(call(f"http://ada:s%40crét@127.0.0.1:{port}/elsewhere"))
    known = "Basic " + b64encode("ada:s@crét".encode()).decode()
    assert asked == [("/plain", None), ("/elsewhere", known), ("/there", None)]


def test_what_fails_names_the_host_alone() -> None:
    with pytest.raises(Failure) as caught:
        asyncio.run(call("http://ada:planted@127.0.0.1:1/canary"))
    assert caught.value.cause.about == "127.0.0.1: URLError"
