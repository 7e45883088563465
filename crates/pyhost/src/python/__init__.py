"""What of the host is Python by nature: declarations, reading of signatures, loading, errors.

The host embeds these files and installs them as private modules, so that a Rust program needs no
Python package beside it. They use the standard library only.
"""
