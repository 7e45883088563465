"""The loops written by hand in Rust, `benches/rust_loops`, built and loaded."""

import json
import subprocess
import sys
from importlib.machinery import ExtensionFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parent.parent
NAME = "rust_loops"


def loops() -> ModuleType:
    """Build the module with cargo, in the profile of everything else, and load it."""
    command = ["cargo", "build", "--package", "arrowsmith-rust-loops", "--message-format", "json"]
    built = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE)
    path = _library(built.stdout.decode())
    spec = spec_from_file_location(NAME, path, loader=ExtensionFileLoader(NAME, path))
    if spec is None or spec.loader is None:
        message = f"{path} is no extension module"
        raise ImportError(message)
    module = module_from_spec(spec)
    sys.modules[NAME] = module
    spec.loader.exec_module(module)
    return module


def _library(messages: str) -> str:
    """Return the path of the library in what cargo said, a JSON object a line."""
    for line in messages.splitlines():
        message = json.loads(line)
        if message["reason"] == "compiler-artifact" and message["target"]["name"] == NAME:
            return str(message["filenames"][0])
    message = "cargo named no library"
    raise ImportError(message)
