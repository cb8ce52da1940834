"""For programs that check papers without asking: the keys; and the way in from a QR code."""

import base64

from flask import Blueprint, Response, jsonify, redirect, url_for
from flask.typing import ResponseReturnValue

from portal.documents.issuers import service as issuers
from portal.i18n import tag
from portal.web.access import public
from portal.web.languages import wanted

programs = Blueprint("documents_programs", __name__)
KEYS_KEPT = 3600


@programs.get("/.well-known/document-keys")
@public
def keys() -> Response:
    """Every key that signed a paper, as a JWK set, and the certificate above them as DER."""
    root = issuers.root_certificate()
    told = base64.b64encode(root).decode() if root else None
    response = jsonify(keys=issuers.published(), root=told)
    response.cache_control.public, response.cache_control.max_age = True, KEYS_KEPT
    return response


@programs.get("/verify")
@public
def ask() -> ResponseReturnValue:
    """As it is printed: papers name no language."""
    return _in_language(url_for("documents.ask", lang=tag(wanted())))


@programs.get("/verify/<paper>")
@public
def show(paper: str) -> ResponseReturnValue:
    """What stands behind the sign # goes along: browsers keep it."""
    return _in_language(url_for("documents.show", lang=tag(wanted()), paper=paper))


def _in_language(url: str) -> ResponseReturnValue:
    response = redirect(url)
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response
