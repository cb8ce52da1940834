"""The description of each interface."""

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue

from portal.api.openapi import document
from portal.kernel.errors import NotFound
from portal.kernel.settings import current
from portal.web.access import public

pages = Blueprint("api", __name__, url_prefix="/api/v1")


@pages.get("/<area>/openapi.json")
@public
def openapi(area: str) -> ResponseReturnValue:
    told = document(current_app, area, current().kernel.base_url)
    if not told["paths"]:
        raise NotFound
    return told
