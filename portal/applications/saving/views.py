"""Where a page sends its answers while they are typed."""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue

from portal.applications.applying import Course
from portal.applications.mine import course as course_of
from portal.applications.saving import service
from portal.forms import service as drafts
from portal.forms.engine import Posted
from portal.i18n import gettext
from portal.web.access import signed_in, visitor

pages = Blueprint("saving", __name__)


@pages.app_template_global()
def kept_as(draft: drafts.Saved) -> dict[str, Any]:
    """What a page that saves itself says of its draft."""
    name, key = service.seal(visitor().id, draft.id)
    return {"name": name, "key": key, "said": service.saved(draft)}


@pages.post("/apply/<provider>/<name>/<slug>/save")
@signed_in
def save(provider: str, name: str, slug: str) -> ResponseReturnValue:
    course = course_of(provider, name)
    if course is None:
        raise drafts.NoSuchDraft
    return kept(course, slug)


def kept(course: Course, slug: str) -> Response:
    """Keep what is right of the page; what its browser is told."""
    try:
        service.keep(course, slug, Posted(request.form, request.files))
    except drafts.SavedElsewhere as refusal:
        return _told(course.draft, gettext(refusal.message), refusal.status)
    return _told(course.draft, service.saved(course.draft))


def _told(draft: drafts.Saved, said: str, status: int = 200) -> Response:
    response = jsonify(said=said, version=draft.saves)
    response.status_code = status
    return response
