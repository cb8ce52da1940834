"""Releases: a mobile number goes from whoever gave it up to its next owner."""
