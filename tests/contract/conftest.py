"""Who the promises are put to."""

import os
from collections.abc import Iterator

import pytest

import arrowsmith
from tests.contract.driver import BlockingDriver, Driver

TIER = os.environ.get("ARROWSMITH_TEST_TIER", "auto")


@pytest.fixture(params=[1, 2], ids=["one thread", "two threads"])
def host(request: pytest.FixtureRequest) -> Iterator[Driver]:
    with arrowsmith.Database.in_memory(threads=request.param, tier=TIER) as database:
        yield BlockingDriver(database)
