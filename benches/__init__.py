"""Benches: `python -m benches.<name>` runs one and prints its table."""
