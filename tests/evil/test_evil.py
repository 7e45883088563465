"""Misbehaving plugins, one file an evil; each says what the host must do."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import arrowsmith
from tests.evil.driver import Evil, play

HERE = Path(__file__).parent
PLUGINS = sorted((HERE / "plugins").glob("*.py"))
EVILS = [Evil.read(path) for path in PLUGINS]


def parametrized(*, alone):
    chosen = [evil for evil in EVILS if evil.needs_process == alone]
    # A process ends itself a little earlier, with a traceback of each thread.
    extra = 20 if alone else 0
    return pytest.mark.parametrize(
        "evil",
        [
            pytest.param(evil, id=evil.name, marks=pytest.mark.timeout(evil.seconds + extra))
            for evil in chosen
        ],
    )


def test_there_are_evils_to_play():
    assert len(EVILS) >= 45
    assert any(evil.needs_process for evil in EVILS)
    assert not all(evil.needs_process for evil in EVILS)


@pytest.fixture(scope="module")
def database():
    """One database for all, so that what an evil leaves behind meets the others."""
    with arrowsmith.Database.in_memory(threads=2) as database:
        yield database


@parametrized(alone=False)
def test_evil(evil, database, capfd):
    play(database, evil)
    assert "panicked" not in capfd.readouterr().err


@pytest.fixture
def silence():
    """A standard input that is open and says nothing."""
    reader, writer = os.pipe()
    yield reader
    os.close(reader)
    os.close(writer)


@parametrized(alone=True)
def test_evil_in_a_process_of_its_own(evil, silence):
    done = subprocess.run(
        [sys.executable, HERE / "driver.py", evil.path],
        stdin=silence,
        capture_output=True,
        timeout=evil.seconds + 10,
        check=False,
    )
    shown = done.stderr.decode("utf-8", "backslashreplace")[-5000:]
    assert done.returncode == 0, f"exit code {done.returncode}\n{shown}"
    assert b"\nplayed\n" in done.stdout, shown
    for word in (b"panicked", b"Fatal Python error", b"InternalError"):
        assert word not in done.stderr, shown
