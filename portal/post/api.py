"""Where a company of text messages reports what was delivered. Its signature is the key."""

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from portal.i18n import gettext
from portal.kernel.errors import N_
from portal.kernel.log import log
from portal.post.domain import ReportForged, ReportUnfit
from portal.post.reports import service as reports
from portal.web.access import public
from portal.web.errors import problem

pages = Blueprint("text_reports", __name__, url_prefix="/hooks/texts")
MOST = 64 * 1024
NONE = N_("No reports are taken here. Set PORTAL_SMS_REPORT_SECRET.")
UNKNOWN = N_("There is no such message here. It may be too early: try again.")
TOO_LARGE = N_("A report may have 64 KiB at most.")


@pages.post("")
@public
def receive() -> Response | tuple[Response, int]:
    request.max_content_length = MOST
    if not reports.are_taken():
        return problem(404, gettext(NONE))
    try:
        known = reports.take(dict(request.headers), request.get_data())
    except RequestEntityTooLarge:
        return problem(413, gettext(TOO_LARGE))
    except ReportForged as error:
        log.warning("forged report of a text message")
        return problem(400, gettext(error.message))
    except ReportUnfit as error:
        return problem(error.status, gettext(error.message))
    return jsonify({"status": "taken"}) if known else problem(404, gettext(UNKNOWN))
