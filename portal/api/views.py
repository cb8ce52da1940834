"""The interfaces described: for programs as OpenAPI, for people as a page."""

from flask import Blueprint, Response, current_app, jsonify, request

from portal.api.document import document
from portal.api.pages import reference
from portal.kernel.errors import NotFound
from portal.kernel.settings import current
from portal.web.access import public

pages = Blueprint("api", __name__, url_prefix="/api/v1", template_folder="templates")
KEPT = 300


@pages.get("/<area>/openapi.json")
@public
def openapi(area: str) -> Response:
    """The same for everybody until the next release."""
    told = document(current_app, area, current().kernel.base_url)
    if told is None:
        raise NotFound
    response = jsonify(told)
    response.cache_control.public, response.cache_control.max_age = True, KEPT
    response.add_etag()
    response.make_conditional(request)
    return response


@pages.get("/docs")
@public
def docs() -> str:
    """In English, as the interfaces are."""
    return reference("api/docs.html")
