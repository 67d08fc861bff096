"""One bench for all faults, as it was after its first backup each time; and the table of what was seen."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.end_to_end.conftest import ceph, keys, no_secret_service, secret_service
from tests.end_to_end.machine import machine
from tests.end_to_end.servers import CephServer, new_bucket
from tests.faults import table
from tests.faults.bench import Bench, BucketShelf, Fault, FolderShelf, Row, suffer
from tests.faults.proxy import Proxy

__all__ = ["ceph", "keys", "no_secret_service", "secret_service"]

Suffer = Callable[[Bench, Fault], None]


def pytest_addoption(parser: pytest.Parser) -> None:
    """The table is written on request, and held against the handbook otherwise."""
    parser.addoption("--write-table", action="store_true", help="write the table of faults into the handbook")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The table comes last, when all that it tells has been seen."""
    items.sort(key=lambda item: item.path.name == "test_table.py" and "faults" in item.path.parts)


@pytest.fixture(scope="session")
def world(
    tmp_path_factory: pytest.TempPathFactory,
    ceph: CephServer,
    keys: tuple[Path, str],
    secret_service: dict[str, str],
) -> Iterator[Bench]:
    """The bench before a bucket, with its first backup."""
    root, bucket = tmp_path_factory.mktemp("bucket"), new_bucket(ceph)
    proxy = Proxy(ceph.endpoint)
    to = ("--to", f"s3://{bucket.name}/some/prefix", "--endpoint", proxy.endpoint)
    with machine(root / "home", keys[0], secret_service) as user, ceph.client() as client:
        made = Bench(user, root, keys[1], BucketShelf(bucket, client), proxy, to)
        made.begin()
        yield made
        made.unmount()
    proxy.close()


@pytest.fixture
def bench(world: Bench) -> Bench:
    """The bench, with everything as it was after the first backup and a change in the source."""
    world.reset()
    return world


@pytest.fixture(scope="session")
def folder_world(
    tmp_path_factory: pytest.TempPathFactory, keys: tuple[Path, str], secret_service: dict[str, str]
) -> Iterator[Bench]:
    """The bench before a folder, with its first backup."""
    root = tmp_path_factory.mktemp("folder")
    (root / "disk").mkdir()
    to = ("--to", f"file://{root}/disk/backups")
    with machine(root / "home", keys[0], secret_service) as user:
        made = Bench(user, root, keys[1], FolderShelf(root / "disk" / "backups"), None, to)
        made.begin()
        yield made
        made.unmount()


@pytest.fixture
def folder_bench(folder_world: Bench) -> Bench:
    """The same before a folder."""
    folder_world.reset()
    return folder_world


@pytest.fixture(scope="session")
def rows() -> list[Row]:
    """What was seen so far."""
    return []


@pytest.fixture
def suffers(rows: list[Row], request: pytest.FixtureRequest) -> Suffer:
    """Suffers a fault, and remembers it for the table under the first sentence of the module.

    The handbook is held against each row at once, also where only some of the rows are seen.
    """
    family = table.family(request.module)
    writing = request.config.getoption("--write-table", default=False)

    def suffered(bench: Bench, fault: Fault) -> None:
        row = suffer(bench, fault, family)
        rows.append(row)
        assert writing or table.lines_of(row) == [table.line(row)]

    return suffered
