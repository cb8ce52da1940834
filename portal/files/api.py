"""Where departments' programs fetch the documents of their cases."""

from flask import Blueprint, Response

from portal.audit import service as audit
from portal.files import links, service
from portal.web.access import public

programs = Blueprint("files", __name__, url_prefix=links.PATH)


@programs.get("/<token>")
@public
def fetch(token: str) -> Response:
    """The token is the right to it: signed by us, for one file and a short time."""
    link = links.check_link(token)
    audit.record(
        "file.fetched",
        about=f"file:{link.file_id}",
        actor=f"provider:{link.audience}",
        subject_id=service.subject_of(link.file_id),
    )
    return service.download_response(link.file_id)
