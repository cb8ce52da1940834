"""Newsletters and offers: one person writes, another approves, and who asked for them gets them."""
