"""The plugins are texts for the host, not modules for pytest."""

collect_ignore = ["plugins"]
