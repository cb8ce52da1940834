"""Where gateways send their notices. Their signature is the key, so there is no token."""

from flask import Blueprint, Response, jsonify, request
from werkzeug.exceptions import RequestEntityTooLarge

from payments import service
from payments.domain import NoSuchGateway
from payments.gateway import ForgedNotice, GatewayError
from portal.i18n import gettext
from portal.kernel.errors import N_
from portal.kernel.log import log
from portal.web.access import public
from portal.web.errors import problem

pages = Blueprint("payment_notices", __name__, url_prefix="/hooks/payments")
MOST = 64 * 1024
UNKNOWN = N_("There is no such gateway here.")
FORGED = N_("The signature does not fit what was sent.")
UNREADABLE = N_("The notice is signed, but says nothing that is understood here.")
TOO_LARGE = N_("A notice may have 64 KiB at most.")


@pages.post("/<gateway>")
@public
def receive(gateway: str) -> Response | tuple[Response, int]:
    """200 when it is kept for good, now or before; 202 when it speaks of what is not known here."""
    request.max_content_length = MOST
    try:
        known = service.noticed(gateway, dict(request.headers), request.get_data())
    except RequestEntityTooLarge:
        return problem(413, gettext(TOO_LARGE))
    except NoSuchGateway:
        return problem(404, gettext(UNKNOWN))
    except ForgedNotice:
        log.warning("forged notice", gateway=gateway)
        return problem(400, gettext(FORGED))
    except GatewayError:
        return problem(422, gettext(UNREADABLE))
    if known:
        return jsonify({"status": "taken"})
    return jsonify({"status": "parked"}), 202
