"""Where these companies send the browser, mostly by a form, which a page of ours would refuse.

It brings nothing that is believed: the browser is led on to the page that asks the company.
"""

from uuid import UUID

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import NotFound

from portal.i18n.languages import TAGS
from portal.web.access import public

pages = Blueprint("payment_way_back", __name__, url_prefix="/hooks/came-back")


@pages.route("/<spoken>/<uuid:payment_id>", methods=["GET", "POST"])
@public
def come_back(spoken: str, payment_id: UUID) -> ResponseReturnValue:
    known(spoken)
    return redirect(url_for("payments.come_back", lang=spoken, payment_id=payment_id), 303)


@pages.route("/<spoken>/together/<uuid:order_id>", methods=["GET", "POST"])
@public
def come_back_together(spoken: str, order_id: UUID) -> ResponseReturnValue:
    known(spoken)
    return redirect(url_for("payments.come_back_together", lang=spoken, order_id=order_id), 303)


def known(spoken: str) -> None:
    if spoken not in TAGS:
        raise NotFound
