"""Lists of applications."""
