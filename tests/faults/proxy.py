"""A proxy before a real S3 server, which does on purpose what networks and servers do by mishap.

A `Trouble` says to which requests it happens; what happens is one of the acts below. Each connection
carries one request, so that every request can be told from the others and counted.
"""

import re
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import urlsplit

_PIECE = 1 << 16
_PATIENCE = 120.0
"""Seconds for a server to answer."""


@dataclass(frozen=True)
class Answer:
    """The server answers this at once, with S3's code for it."""

    status: int
    code: str


@dataclass(frozen=True)
class Reset:
    """The connection is reset after so many bytes of the body have gone through."""

    after: int = 0


@dataclass(frozen=True)
class CutAnswer:
    """The server's answer is cut off after so many bytes."""

    after: int


@dataclass(frozen=True)
class Silence:
    """Nobody answers, and nobody says so."""


@dataclass(frozen=True)
class Slow:
    """The body goes through at so many bytes a second."""

    rate: int


@dataclass(frozen=True)
class Meanwhile:
    """Something is done elsewhere, then the request goes through."""

    do: Callable[[], object]


Act = Answer | Reset | CutAnswer | Silence | Slow | Meanwhile


@dataclass(frozen=True)
class Trouble:
    """What happens to requests of this method and path, from the `first` of them on, so many `times`; and
    only once a request has come that begins as `after` says ("PUT …manifest", as a pattern)."""

    act: Act
    method: str = ""
    path: str = ""
    first: int = 1
    times: float = float("inf")
    after: str = ""

    def concerns(self, method: str, path: str) -> bool:
        """Whether it is about such a request."""
        return method.startswith(self.method) and bool(re.search(self.path, path))


class _Gone(Exception):  # noqa: N818 - nothing is wrong with that
    """One side has hung up."""


class Proxy:
    """Listens on a port of 127.0.0.1 and hands on to a server."""

    def __init__(self, upstream: str) -> None:
        parts = urlsplit(upstream)
        self._upstream = (str(parts.hostname), int(parts.port or 80))
        self._troubles: list[Trouble] = []
        self._met: dict[int, int] = {}
        self._counting = threading.Lock()
        self._calm = threading.Event()
        self._open: set[socket.socket] = set()
        self.requests: list[tuple[str, str]] = []
        self.fetched: list[str] = []
        """What was asked for from its first byte on: duplicity fetches large files in pieces."""
        self._listener = self._listening(0)
        self.port = self._listener.getsockname()[1]
        self.endpoint = f"http://127.0.0.1:{self.port}"

    @contextmanager
    def meeting(self, *troubles: Trouble) -> Iterator[None]:
        """These troubles for as long as the block lasts."""
        self._troubles, self._met, self.requests, self.fetched = list(troubles), {}, [], []
        self._calm.clear()
        try:
            yield
        finally:
            self._troubles = []
            self._calm.set()

    @contextmanager
    def gone(self) -> Iterator[None]:
        """Nobody listens, and what is connected is cut off."""
        self.hang_up()
        try:
            yield
        finally:
            self.come_back()

    def hang_up(self) -> None:
        """From now on nobody listens."""
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # else the thread that accepts would hold it open
        self._listener.close()
        for one in list(self._open):
            _reset(one)

    def come_back(self) -> None:
        """Listen again, at the same port."""
        if self._listener.fileno() < 0:
            self._listener = self._listening(self.port)

    def close(self) -> None:
        """Over."""
        self._calm.set()
        self.hang_up()

    def _listening(self, port: int) -> socket.socket:
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(("127.0.0.1", port))
        listener.listen(64)
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()
        return listener

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                client, _ = listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        self._open.add(client)
        with closing(client), suppress(OSError, _Gone):
            head, body = _head(client)
            if not head:
                return
            method, path, _ = head.split(b"\r\n")[0].decode("latin-1").split(" ", 2)
            self.requests.append((method, path))
            if method == "GET" and (b"\r\nrange: " not in head.lower() or b"bytes=0-" in head.lower()):
                self.fetched.append(path)
            self._exchange(client, head, body, self._act(method, path))
        self._open.discard(client)

    def _act(self, method: str, path: str) -> Act | None:
        with self._counting:
            for number, trouble in enumerate(self._troubles):
                if trouble.concerns(method, path) and self._has_come(trouble.after):
                    met = self._met[number] = self._met.get(number, 0) + 1
                    if trouble.first <= met < trouble.first + trouble.times:
                        return trouble.act
        return None

    def _has_come(self, before: str) -> bool:
        """Whether such a request came before this one."""
        return not before or any(re.match(before, " ".join(one)) for one in self.requests[:-1])

    def _exchange(self, client: socket.socket, head: bytes, body: bytes, act: Act | None) -> None:
        match act:
            case Answer(status=status, code=code):
                self._swallow(client, head, body)
                client.sendall(_answer(status, code))
            case Silence():
                self._calm.wait()
                _reset(client)
            case Reset(after=after) if not after:
                _reset(client)
            case Meanwhile(do=do):
                do()
                self._pass(client, head, body)
            case Reset(after=after):
                self._pass(client, head, body, most=after)
            case Slow(rate=rate):
                self._pass(client, head, body, rate=rate)
            case CutAnswer(after=after):
                self._pass(client, head, body, answered=after)
            case None:
                self._pass(client, head, body)

    def _swallow(self, client: socket.socket, head: bytes, body: bytes) -> None:
        for _ in _body(client, head, body):
            pass

    def _pass(
        self,
        client: socket.socket,
        head: bytes,
        body: bytes,
        *,
        most: float = float("inf"),
        rate: int = 0,
        answered: float = float("inf"),
    ) -> None:
        with closing(socket.create_connection(self._upstream, timeout=_PATIENCE)) as server:
            server.sendall(_closing(head))
            passed = 0
            for piece in _body(client, head, body):
                server.sendall(piece)
                passed += len(piece)
                if passed >= most:
                    _reset(client)
                    return
                self._dawdle(len(piece), rate)
            given = 0
            while piece := server.recv(_PIECE):
                client.sendall(piece[: int(min(len(piece), answered - given))])
                given += len(piece)
                if given >= answered:
                    _reset(client)
                    return
                self._dawdle(len(piece), rate)

    def _dawdle(self, count: int, rate: int) -> None:
        if rate and not self._calm.is_set():
            time.sleep(count / rate)


def _head(client: socket.socket) -> tuple[bytes, bytes]:
    said = b""
    while b"\r\n\r\n" not in said:
        more = client.recv(_PIECE)
        if not more:
            return b"", b""
        said += more
    head, _, body = said.partition(b"\r\n\r\n")
    return head, body


def _body(client: socket.socket, head: bytes, begun: bytes) -> Iterator[bytes]:
    """The body of a request, of which some may have come with its head."""
    length = re.search(rb"\r\ncontent-length: *(\d+)", head, re.IGNORECASE)
    left = int(length[1]) if length else 0
    if re.search(rb"\r\nexpect: *100-continue", head, re.IGNORECASE):
        client.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
    piece = begun
    while left > 0:
        if piece:
            yield piece
            left -= len(piece)
        if left > 0:
            piece = client.recv(_PIECE)
            if not piece:
                raise _Gone


def _closing(head: bytes) -> bytes:
    """The head for a connection that carries one request alone; neither header is ever signed."""
    kept = re.sub(rb"\r\n(?:expect|connection): *[^\r]*", b"", head, flags=re.IGNORECASE)
    return kept + b"\r\nConnection: close\r\n\r\n"


def _answer(status: int, code: str) -> bytes:
    body = f"<?xml version='1.0'?><Error><Code>{code}</Code><Message>{code}</Message></Error>".encode()
    words = [
        f"HTTP/1.1 {status} {code}",
        "Content-Type: application/xml",
        f"Content-Length: {len(body)}",
        "Connection: close",
    ]
    return "\r\n".join(words).encode() + b"\r\n\r\n" + body


def _reset(one: socket.socket) -> None:
    """Close with RST rather than FIN."""
    with suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with suppress(OSError):
        one.shutdown(socket.SHUT_RD)
    one.close()
