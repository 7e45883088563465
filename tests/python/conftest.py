"""What every test may ask for."""

import concurrent.futures
import gc
import linecache
import os
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

import arrowsmith
from benches.plugin_module import plugin_module

ROOT = Path(__file__).parents[2]

Load = Callable[[str], arrowsmith.Session]
RunScript = Callable[..., subprocess.CompletedProcess[str]]

TIER = os.environ.get("ARROWSMITH_TEST_TIER", "auto")
"""Where functions run that say nothing else: `make test` asks for both ways."""


@pytest.fixture
def database() -> Iterator[arrowsmith.Database]:
    with arrowsmith.Database.in_memory(threads=2, tier=TIER) as database:
        yield database


@pytest.fixture
def ran_tier() -> str:
    """Name the tier that a function runs in which can be compiled."""
    return "native" if TIER == "auto" else TIER


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


@pytest.fixture(scope="module")
def example(request: pytest.FixtureRequest) -> Callable[[str], ModuleType]:
    """Import a file of the example that the test module names in `EXAMPLE`, as a plain module."""
    folder = ROOT / "examples" / request.module.EXAMPLE
    return lambda name: plugin_module(folder / f"{name}.py")


@pytest.fixture(scope="module")
def run(example: Callable[[str], ModuleType]) -> ModuleType:
    """Import the example's script."""
    return example("run")


@pytest.fixture(scope="module")
def example_session(run: ModuleType) -> Iterator[arrowsmith.Session]:
    """Prepare a session as the example's script does."""
    with arrowsmith.Database.in_memory() as database, database.session() as session:
        run.prepare(session)
        yield session


@pytest.fixture(scope="session")
def until() -> Callable[[Callable[[], object]], bool]:
    """Wait for at most ten seconds until a condition holds, and give whether it does."""

    def until(condition: Callable[[], object]) -> bool:
        end = time.monotonic() + 10
        while not (holds := bool(condition())) and time.monotonic() < end:
            time.sleep(0.002)
        return holds

    return until


@pytest.fixture
def is_gone(until: Callable[[Callable[[], object]], bool]) -> Callable[..., bool]:
    """Tell whether nothing is left of the modules of a plugin, nor of the texts of its files."""

    def is_gone(session: arrowsmith.Session, stem: str, *files: str) -> bool:
        def nothing_is_left() -> bool:
            gc.collect()
            # What Rust drops goes when a thread next enters Python.
            session.sql("SELECT 1").rows()
            names = [name for name in sys.modules.copy() if "plugin" in name]
            return not any(name.endswith(stem) for name in names) and not any(
                file in linecache.cache for file in files
            )

        return until(nothing_is_left)

    return is_gone


@pytest.fixture
def while_it_runs() -> Callable[..., list[tuple[Any, ...]]]:
    """Do something while a query runs, and give the query's rows.

    Its text is planned before, and calls `wait` on the way.
    """

    def while_it_runs(
        session: arrowsmith.Session, query: str, act: Callable[[], object]
    ) -> list[tuple[Any, ...]]:
        started, acted = threading.Event(), threading.Event()

        @session.add_function
        def wait(x: int) -> int:
            started.set()
            assert acted.wait(30)
            return x

        with concurrent.futures.ThreadPoolExecutor(1) as pool:
            rows = pool.submit(session.sql(query).rows)
            try:
                assert started.wait(30)
                act()
            finally:
                acted.set()
            return rows.result(30)

    return while_it_runs


@pytest.fixture
def newest_module() -> Callable[[str], ModuleType]:
    """Give the module of the plugin of that name that was loaded last.

    Those of earlier tests may still be on their way out.
    """

    def newest(name: str) -> ModuleType:
        return [module for key, module in sys.modules.items() if key.endswith(f"_{name}")][-1]

    return newest
