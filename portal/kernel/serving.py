"""Serving an application: granian's processes, each with a few threads behind a doorway."""

import json
import logging
from typing import Any

from flask import Flask
from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server import Server

from portal.kernel import clock, heap
from portal.kernel.doorway import Doorway

THREADS = 3
# Seconds until a process that was killed is replaced, and until one that hangs at the end is.
AGAIN, AT_THE_END = 0.5, 15


class JsonLines(logging.Formatter):
    """The server's own words, in the form of ours."""

    def format(self, record: logging.LogRecord) -> str:
        fault = record.exc_info[0] if record.exc_info else None
        told = {
            "event": record.getMessage(),
            "logger": record.name,
            "level": record.levelname.lower(),
            "timestamp": clock.now().isoformat(),
        }
        return json.dumps(told | ({"error": fault.__name__} if fault else {}))


LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"lines": {"()": JsonLines}},
    "handlers": {
        "lines": {
            "class": "logging.StreamHandler",
            "formatter": "lines",
            "stream": "ext://sys.stderr",
        }
    },
    "loggers": {
        "_granian": {"handlers": ["lines"], "level": "WARNING", "propagate": False},
        "granian.access": {"handlers": ["lines"], "level": "WARNING", "propagate": False},
    },
}


def serve(app: Flask, *, host: str, port: int, most: int, processes: int) -> None:
    """Serve until told to stop. `most` is the longest body that any page takes.

    The processes are copies of this one, so nothing may be connected to the database yet.
    """
    door: Any = Doorway(app, threads=THREADS, most=most)
    server = Server(
        "portal",
        address=host,
        port=port,
        interface=Interfaces.RSGI,
        workers=processes,
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig=LOGGING,
        respawn_failed_workers=True,
        respawn_interval=AGAIN,
        workers_kill_timeout=AT_THE_END,
    )
    heap.set_aside()
    server.serve(target_loader=lambda: door, wrap_loader=False)
