"""What a bench ran on: figures without it mean nothing."""

import os
import platform
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class Machine:
    """The machine and the versions.

    Attributes:
        processor: The processor's model.
        cores: How many cores this process may use.
        memory_bytes: The machine's memory, None where the system doesn't tell.
        system: Operating system and its version.
        python: Implementation, version, and whether it has a GIL.
        load: How many processes wanted to run during the last minute, None if unknown.
        versions: Version by distribution, "not installed" included.
    """

    processor: str
    cores: int
    memory_bytes: int | None
    system: str
    python: str
    load: float | None
    versions: dict[str, str]

    @classmethod
    def here(cls, packages: Sequence[str] = ()) -> "Machine":
        """Look at the machine that this runs on, and at the versions of `packages`."""
        return cls(
            processor=_processor(),
            cores=_cores(),
            memory_bytes=_memory(),
            system=f"{platform.system()} {platform.release()}",
            python=_python(),
            load=os.getloadavg()[0] if hasattr(os, "getloadavg") else None,
            versions={package: _version(package) for package in packages},
        )

    def __str__(self) -> str:
        """The machine in one line."""
        parts = [f"{self.processor}, {self.cores} cores"]
        if self.memory_bytes is not None:
            parts.append(f"{self.memory_bytes / 2**30:.0f} GiB")
        parts += [self.system, self.python]
        parts += [f"{package} {version}" for package, version in self.versions.items()]
        if self.load is not None:
            parts.append(f"load {self.load:.1f} at the start")
        return "; ".join(parts)


def _processor() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text(encoding="utf-8").splitlines():
            key, _, value = line.partition(":")
            if key.strip() == "model name":
                return value.strip()
    return platform.processor() or platform.machine()


def _cores() -> int:
    # The affinity counts what a container or taskset leaves us, cpu_count() the whole machine.
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _python() -> str:
    has_gil = getattr(sys, "_is_gil_enabled", lambda: True)()
    without = "" if has_gil else " without GIL"
    return f"{platform.python_implementation()} {platform.python_version()}{without}"


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
