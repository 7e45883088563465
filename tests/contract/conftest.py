"""Who the promises are put to."""

from collections.abc import Iterator

import pytest

import arrowsmith
from tests.contract.driver import BlockingDriver, Driver


@pytest.fixture(params=[1, 2], ids=["one thread", "two threads"])
def host(request: pytest.FixtureRequest) -> Iterator[Driver]:
    with arrowsmith.Database.in_memory(threads=request.param) as database:
        yield BlockingDriver(database)
