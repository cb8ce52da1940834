"""Putting the house together: the one module that knows every room."""

import importlib
import importlib.util
import os
import pkgutil
from functools import cache

from flask import Flask
from flask_wtf.csrf import CSRFProtect

import portal
from portal.kernel import crypto, log
from portal.kernel.db import db
from portal.kernel.events import Listeners, collect, tell
from portal.kernel.jobs import Job, Periodic
from portal.kernel.room import Room
from portal.kernel.settings import Settings, load
from portal.web import edge, headers, languages, shell
from portal.web.access import declared
from portal.web.errors import handle_errors

# Milliseconds a statement may wait for a lock, and a transaction may stand idle; times come in UTC.
LIMITS = "-c lock_timeout=2000 -c idle_in_transaction_session_timeout=10000 -c timezone=UTC"


@cache
def rooms() -> tuple[Room, ...]:
    """Every room of the house: payments, and each folder under portal/ that has a room.py."""
    folders = [name for _, name, is_package in pkgutil.iter_modules(portal.__path__) if is_package]
    # The kernel's room.py says what a room is.
    inside = (f"portal.{name}.room" for name in folders if name != "kernel")
    found = [name for name in ("payments.room", *inside) if importlib.util.find_spec(name)]
    return tuple(importlib.import_module(name).room for name in found)


def jobs() -> tuple[Job, ...]:
    return (tell, *(job for room in rooms() for job in room.jobs))


def periodic() -> tuple[Periodic, ...]:
    return tuple(each for room in rooms() for each in room.periodic)


def read_settings(environ: dict[str, str] | None = None) -> Settings:
    """Raises SettingsError."""
    sections = [section for room in rooms() for section in room.settings]
    return load(dict(os.environ) if environ is None else environ, sections)


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application; writes nothing to the database. Raises SettingsError."""
    settings = settings or read_settings()
    kernel = settings.kernel
    log.configure(kernel.log_level)
    app = edge.Portal("portal", static_folder=None, template_folder="web/templates")
    ring = crypto.read_keyring(kernel.keyring)
    app.config |= _config(settings, ring)
    app.extensions["keyring"] = ring
    app.extensions["rooms"] = rooms()
    app.extensions["listeners"] = Listeners(
        collect(room.within for room in rooms()), collect(room.after for room in rooms())
    )
    db.init_app(app)
    edge.open_edge(app, settings)
    languages.follow_language(app)
    handle_errors(app)
    _open(app)
    headers.add_headers(app)
    declared(app)
    return app


def _config(settings: Settings, ring: crypto.Keyring) -> dict[str, object]:
    kernel, patience = settings.kernel, settings.kernel.statement_timeout
    return {
        "SETTINGS": settings,
        "SECRET_KEY": ring.part("flask"),
        "SQLALCHEMY_DATABASE_URI": kernel.database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": {
            "pool_size": 8,
            "max_overflow": 8,
            "hide_parameters": True,
            "connect_args": {"options": f"{LIMITS} -c statement_timeout={patience}"},
        },
        "TESTING": kernel.env == "test",
        # Whatever FLASK_DEBUG says: it would show faults, with what people typed.
        "DEBUG": False,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_CHECK_DEFAULT": True,
    }


def _open(app: Flask) -> None:
    """Let every room hang its pages, menus and set-up into the application."""
    csrf = CSRFProtect(app)
    for room in rooms():
        for opening in room.opens:
            opening(app)
        for pages in (*room.pages, *room.back_office):
            languages.mount(app, pages)
        for programs in room.api:
            app.register_blueprint(programs)
            csrf.exempt(programs)
    shell.furnish(app, rooms())
