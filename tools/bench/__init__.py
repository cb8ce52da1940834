"""Measures what we keep and writes docs/performance.md: `python -m tools.bench`."""
