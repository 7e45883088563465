"""What every test may ask for."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import arrowsmith

ROOT = Path(__file__).parents[2]

Load = Callable[[str], arrowsmith.Session]


@pytest.fixture
def database() -> Iterator[arrowsmith.Database]:
    with arrowsmith.Database.in_memory(threads=2) as database:
        yield database


@pytest.fixture
def session(database: arrowsmith.Database) -> Iterator[arrowsmith.Session]:
    with database.session() as session:
        yield session


@pytest.fixture
def load(session: arrowsmith.Session) -> Load:
    """Load a plugin called `p` into the session."""

    def load(source: str) -> arrowsmith.Session:
        session.load_python_plugin(source, "p")
        return session

    return load
