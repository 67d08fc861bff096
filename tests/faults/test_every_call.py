"""Failing calls. Some of each verb here, thousands by hand: see `every_call`."""

import os
import random
import shutil
from collections.abc import Iterator

import pytest

from tests.faults import every_call
from tests.faults.every_call import VERBS, World

SEED = 12
CALLS = 15


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A small world that everything fails in."""
    if not shutil.which("gcc"):
        (pytest.fail if os.environ.get("CI") else pytest.skip)("gcc is not installed")
    with every_call.made(random.Random(SEED), tmp_path_factory.mktemp("calls")) as made:
        yield made


@pytest.mark.parametrize("verb", VERBS)
def test_a_call_that_fails_costs_no_byte_and_tells_no_lie(world: World, verb: str) -> None:
    assert every_call.suffer(world, verb, CALLS, together=8) == []
