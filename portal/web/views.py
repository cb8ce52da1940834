"""The way in without a language, and the probes of operators."""

import json
from hashlib import sha256
from mimetypes import guess_type

from flask import (
    Blueprint,
    Response,
    redirect,
    render_template,
    request,
    send_from_directory,
    url_for,
)
from flask.typing import ResponseReturnValue

from portal.i18n import TAGS, tag
from portal.kernel import schema
from portal.kernel.db import db, is_on_time
from portal.kernel.errors import NotFound
from portal.web.access import public
from portal.web.assets import DIST, asset, is_asset
from portal.web.languages import wanted

pages = Blueprint("web", __name__)
# What stands under each language.
shown = Blueprint("shown", __name__)
# What a browser keeps for when the connection is lost: enough to draw a page, without fonts.
OUTFIT = ("look.css", "portal.js", "draft.js", "sprite.svg", "mark.svg", "phulkari.svg")


@pages.get("/")
@public
def way_in() -> ResponseReturnValue:
    response = redirect(url_for("discovery.home", lang=tag(wanted())))
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response


@pages.get("/assets/<path:name>")
@public
def assets(name: str) -> Response:
    """A built file; its name holds a hash of its content, so it is kept for a year."""
    if not is_asset(name):
        raise NotFound
    for encoding, ending in (("br", ".br"), ("gzip", ".gz")):
        if request.accept_encodings[encoding] and (DIST / (name + ending)).is_file():
            response = send_from_directory(DIST, name + ending, mimetype=kind_of(name))
            response.headers["Content-Encoding"] = encoding
            break
    else:
        response = send_from_directory(DIST, name, mimetype=kind_of(name))
    response.headers["Vary"] = "Accept-Encoding"
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response


@pages.get("/worker.js")
@public
def worker() -> Response:
    """The script that stands between pages and the network; here, because it serves all pages."""
    files = [asset(name) for name in OUTFIT]
    offline = [url_for("shown.offline", lang=name) for name in TAGS]
    built = asset("worker.js")
    shell = {"name": _name(built, *files), "files": files, "pages": offline}
    script = (DIST / built.removeprefix("/assets/")).read_text()
    told = f"self.SHELL={json.dumps(shell)};\n{script}"
    response = Response(told, content_type="text/javascript; charset=utf-8")
    # Browsers ask for it with nearly every page; a day is the most that they would wait.
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response


def _name(*files: str) -> str:
    """Another one with every build."""
    return sha256(" ".join(files).encode()).hexdigest()[:16]


@shown.get("/offline")
@public
def offline() -> ResponseReturnValue:
    return render_template("offline.html")


def kind_of(name: str) -> str:
    # A bare system does not know fonts.
    known = "font/woff2" if name.endswith(".woff2") else guess_type(name)[0]
    return known or "application/octet-stream"


@pages.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """Say that the process answers."""
    return {"status": "ok"}


@pages.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """Say that it can serve: the database answers, its migrations have run, and the time is right.

    With a wrong clock codes of authenticator apps fit nobody, or too long.
    """
    connection = db.session.connection()
    if not schema.is_current(connection):
        return {"status": "migrations are missing: run portal db upgrade"}, 503
    if not is_on_time():
        return {"status": "this clock and the database's differ: set both by a time server"}, 503
    return {"status": "ok"}
