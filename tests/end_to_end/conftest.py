"""Real servers for the tests of the whole program, each started once and only when wanted."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from tests.end_to_end import servers
from tests.end_to_end.machine import Machine, gnupg_home, machine
from tests.end_to_end.servers import Bucket, CephServer, MissingProgramsError, S3Server, SshServer

T = TypeVar("T")


@contextmanager
def _or_skip(server: AbstractContextManager[T]) -> Iterator[T]:
    """Skip the test where a program is missing, but not in CI, which has to have them all."""
    with ExitStack() as stack:
        try:
            value = stack.enter_context(server)
        except MissingProgramsError as missing:
            if os.environ.get("CI"):
                pytest.fail(str(missing), pytrace=False)
            pytest.skip(str(missing))
        yield value


@pytest.fixture(scope="session")
def ceph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CephServer]:
    """Ceph's S3 gateway, as its first user sees it."""
    with _or_skip(servers.ceph(tmp_path_factory.mktemp("ceph"))) as server:
        yield server


@pytest.fixture(scope="session")
def moto(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """Imitated S3."""
    with _or_skip(servers.moto(tmp_path_factory.mktemp("moto"))) as server:
        yield server


@pytest.fixture(scope="session")
def sshd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SshServer]:
    """An SSH server that lets in whoever runs the tests."""
    with _or_skip(servers.sshd(tmp_path_factory.mktemp("sshd"))) as server:
        yield server


@pytest.fixture(scope="session")
def secret_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment variables of a desktop session with an unlocked keyring."""
    with _or_skip(servers.secret_service(tmp_path_factory.mktemp("keyring"))) as session:
        yield session


@pytest.fixture
def locked_secret_service(secret_service: dict[str, str]) -> Iterator[dict[str, str]]:
    """The same while the keyring is locked."""
    servers.lock_keyring(secret_service)
    yield secret_service
    servers.unlock_keyring(secret_service)


@pytest.fixture(scope="session")
def no_secret_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment variables of a desktop session without a keyring."""
    with _or_skip(servers.session_bus(tmp_path_factory.mktemp("bus"))) as session:
        yield session


@pytest.fixture
def bucket_on_ceph(ceph: CephServer) -> Bucket:
    """A fresh bucket on Ceph."""
    return servers.new_bucket(ceph)


@pytest.fixture
def bucket_on_moto(moto: S3Server) -> Bucket:
    """A fresh bucket on imitated S3."""
    return servers.new_bucket(moto)


@pytest.fixture(scope="session")
def keys() -> Iterator[tuple[Path, str]]:
    """A GnuPG home with one key, and the key's fingerprint."""
    with gnupg_home() as made:
        yield made


@pytest.fixture
def user(tmp_path: Path, keys: tuple[Path, str], secret_service: dict[str, str]) -> Iterator[Machine]:
    """A machine with an unlocked keyring."""
    with machine(tmp_path / "home", keys[0], secret_service) as made:
        yield made
