"""Print the variables by which maturin describes the interpreter to pyo3, for plain cargo.

Cargo compiles pyo3 anew whenever one of them differs, and everything above it.
"""

import platform
import sys
from pathlib import Path


def main() -> None:
    """Write the configuration as maturin does, and print where it is."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    target = f"{platform.machine()}-unknown-linux-gnu"
    config = Path(sys.argv[1]) / "maturin" / f"pyo3-config-{target}-3.11-abi3.txt"
    print(f"PYO3_ENVIRONMENT_SIGNATURE=cpython-{version}-64bit PYO3_CONFIG_FILE={config}")


if __name__ == "__main__":
    main()
