"""Icons, for the pages that show them."""

from flask import Blueprint, Response

from portal.registry.icons import service
from portal.web.access import public

pages = Blueprint("icons", __name__, url_prefix="/icons")


@pages.get("/<digest>.png")
@public
def show(digest: str) -> Response:
    """Its address says what it holds, so it is kept for a year."""
    response = Response(service.content(digest), content_type="image/png")
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable"
    return response
