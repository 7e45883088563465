"""What every test may ask for."""

import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import arrowsmith

ROOT = Path(__file__).parents[2]

Load = Callable[[str], arrowsmith.Session]
RunScript = Callable[..., subprocess.CompletedProcess[str]]


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


@pytest.fixture
def run_script() -> RunScript:
    """Run a Python text in a process of its own, with arguments, and give what it said."""

    def run(
        source: str, *arguments: str, timeout: float = 60, **options: Any
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-X", "faulthandler", "-c", textwrap.dedent(source), *arguments],
            capture_output=True,
            encoding="utf-8",
            timeout=timeout,
            check=False,
            **options,
        )

    return run


@pytest.fixture
def compiler(database: arrowsmith.Database) -> None:
    """Skip what needs machine code while nothing is compiled at all."""
    probe = database.session()
    probe.load_python_plugin("@db.scalar_fn\ndef same(x: float) -> float:\n    return x\n", "probe")
    if "not built yet" in (probe.function("probe.same").tier_reason or ""):
        pytest.skip("the compiler is not built yet")


@pytest.fixture
def newest_module() -> Callable[[str], ModuleType]:
    """Give the module of the plugin of that name that was loaded last.

    Those of earlier tests may still be on their way out.
    """

    def newest(name: str) -> ModuleType:
        return [module for key, module in sys.modules.items() if key.endswith(f"_{name}")][-1]

    return newest
