"""How long a code is good and how often it may be typed."""

from datetime import timedelta

DIGITS = 6
LASTS = timedelta(minutes=10)
TRIES = 5
