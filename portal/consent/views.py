"""The page on which a person reads what they agreed to share, and what was sent."""

from uuid import UUID

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from portal.consent import service
from portal.web.access import signed_in, visitor

PAGE = 20
pages = Blueprint("consent", __name__, url_prefix="/privacy", template_folder="templates")


@pages.get("/consents")
@signed_in
def mine() -> ResponseReturnValue:
    after = request.args.get("after", type=UUID)
    found = service.of_person(visitor().id, after=after, limit=PAGE + 1)
    more = found[PAGE - 1].id if len(found) > PAGE else None
    return render_template(
        "consent/mine.html", consents=found[:PAGE], more=more, is_first=after is None
    )
