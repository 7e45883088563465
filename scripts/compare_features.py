"""Compare dependency features between selections of crates, see docs/decisions/0004."""

import subprocess
import sys

CRATES = ("contract", "native", "engine", "pyhost", "python", "testkit", "sql-tests")


def features(*selection: str) -> set[str]:
    """Return one line per dependency: name, version, features."""
    command = ["cargo", "tree", *selection, "--prefix", "none", "-f", "{p}|{f}"]
    shown = subprocess.run(command, capture_output=True, encoding="utf-8", check=True).stdout
    lines = (line.replace(" (*)", "").replace(" (proc-macro)", "") for line in shown.splitlines())
    return {line for line in lines if line and not line.startswith("arrowsmith")}


def main() -> int:
    """Print what differs and return how many crates would compile dependencies of their own."""
    workspace = features("--workspace", "-e", "normal,build,dev")
    if not workspace:
        print("cargo tree shows no dependency")
        return 1
    wrong = 0
    for crate in CRATES:
        for edges in ("normal,build", "normal,build,dev"):
            own = sorted(features("-p", f"arrowsmith-{crate}", "-e", edges) - workspace)
            for line in own:
                print(f"{crate} ({edges}) has features that the workspace has not: {line}")
            wrong += bool(own)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
