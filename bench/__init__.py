"""Benchmarks of the running product, each one command: `python -m bench NAME`."""
