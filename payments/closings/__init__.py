"""Closing the books: each hour by the clock, each month by finance staff."""
