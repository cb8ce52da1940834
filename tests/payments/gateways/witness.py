"""Starts localstripe on loopback, in a process of its own: what it is licensed under stays there.

Its own command listens to everybody, and keeps its books where everybody may write.
"""

import sys

from aiohttp import web
from localstripe.server import app

web.run_app(app, host="127.0.0.1", port=int(sys.argv[1]), print=None)
