"""Where an application stands, for anybody with its slip; and the slip itself."""

from typing import Any
from urllib.parse import urlencode

import segno
from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from markupsafe import Markup

from portal.applications import domain, words
from portal.applications.mine import mine
from portal.applications.service import Case
from portal.applications.tracking import service
from portal.i18n import gettext, lazy_gettext, say
from portal.kernel.settings import current
from portal.registry import service as registry
from portal.web.access import public, signed_in
from portal.web.fields import TextField

pages = Blueprint("tracking", __name__, template_folder="../templates")


class StatusForm(FlaskForm):  # type: ignore[misc]
    reference = TextField(
        lazy_gettext("Reference"), hint=lazy_gettext("Such as PB-7K3M-9QXA"), max_length=20
    )
    code = TextField(
        lazy_gettext("Code on the slip"),
        hint=lazy_gettext("Eight letters and digits, such as 4F7K-2QXM"),
        max_length=20,
    )


@pages.get("/status")
@public
def ask() -> ResponseReturnValue:
    form = StatusForm(formdata=None, data={"reference": request.args.get("reference", "")[:20]})
    return render_template("tracking/ask.html", form=form)


@pages.post("/status")
@public
def show() -> ResponseReturnValue:
    """Without an account, and without anything that tells whose it is."""
    form = StatusForm()
    if not form.validate_on_submit():
        return render_template("tracking/ask.html", form=form), 422
    try:
        found = service.look_up(
            form.reference.answer(), form.code.answer(), request.remote_addr or ""
        )
    except service.NotKnown as refusal:
        form.code.errors = [gettext(refusal.message)]
        return render_template("tracking/ask.html", form=form), refusal.status
    response = make_response(render_template("tracking/status.html", **_standing(found)))
    # Whoever uses this device next shall not find it.
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.get("/applications/<reference>/slip")
@signed_in
def slip(reference: str) -> ResponseReturnValue:
    """To be printed and kept: how to see where it stands without an account."""
    case = mine(reference)
    address = f"{current().kernel.base_url}{url_for('.ask')}"
    link = f"{address}?{urlencode({'reference': case.reference})}"
    # Without a size of its own it fills its frame, and no edge of it is cut off.
    drawn = segno.make_qr(link).svg_inline(light="#fff", border=2, omitsize=True)
    return render_template(
        "tracking/slip.html",
        **_standing(case),
        code=service.code(case),
        address=address,
        # Drawn here from our own address: nothing that anybody typed is in it.
        qr=Markup(drawn),  # noqa: S704
    )


def _standing(case: Case) -> dict[str, Any]:
    """What may be known of it: no name and no answer."""
    offer = registry.version(case.version_id)
    over = domain.is_over(domain.State(case.state)) or case.state == domain.State.APPROVED
    stages = {stage.slug: say(stage.title) for stage in offer.service.stages}
    return {
        "application": case,
        "offer": offer,
        "state": words.state(case.state),
        "stage": stages.get(case.stage or "", ""),
        "clock_left": words.clock_left(case.due_on, case.days_left, over=over),
        "holder": gettext(words.HOLDERS.get(case.state, "-")),
        "forecast": None if over else service.forecast(case),
    }
