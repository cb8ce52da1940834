"""The pages of helpers and of those whom they help: granting, accepting, acting, ending."""

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import service as accounts
from portal.delegation import offers, relatives, service, visitors
from portal.delegation.assisting import service as assisting
from portal.delegation.domain import ActingEnded, Kind, NoSuchMandate, NotYourself
from portal.delegation.forms import CodeForm, HelperForm, TermsForm
from portal.i18n import gettext
from portal.web.access import SOON, fresh, signed_in, visitor

pages = Blueprint("delegation", __name__, template_folder="templates")
CODE = "delegation_code"


@pages.after_request
def never_kept(response: Response) -> Response:
    """Codes and other people's names stay on no shared device."""
    response.headers["Cache-Control"] = "no-store"
    return response


def page(name: str, form: Any, *, refused: bool = False, **more: Any) -> ResponseReturnValue:
    """The page of a form; 422 when what was sent is not right."""
    wrong = refused or form.is_wrong
    html = render_template(
        f"delegation/{name}.html", form=form, refused=refused, has_errors=wrong, **more
    )
    return html, 422 if wrong else 200


# --- The principal ------------------------------------------------------------------------------


@pages.get("/account/helpers")
@signed_in
def index() -> ResponseReturnValue:
    me = visitor().id
    given, held = service.given(me), service.held(me)
    ids = {row.helper_id for row in given if row.helper_id} | {row.subject_id for row in held}
    return render_template(
        "delegation/index.html",
        live=[row for row in given if service.is_live(row)],
        waiting=[row for row in given if service.is_waiting(row)],
        past=[row for row in given if row.helper_id and not service.is_live(row)],
        held=held,
        names=accounts.names(ids),
        say_services=offers.teller(),
        say_needs=offers.say_needs,
    )


@pages.route("/account/helpers/new", methods=["GET", "POST"])
@signed_in
@fresh(SOON)
def new() -> ResponseReturnValue:
    form = HelperForm()
    if not form.is_sent():
        return page("new", form)
    try:
        made = service.grant(visitor().id, form.contact.answer(), form.terms(), form.until())
    except NotYourself as error:
        form.contact.errors = [gettext(error.message)]
        return page("new", form)
    return _show(made.code, "helper")


@pages.route("/account/helpers/session", methods=["GET", "POST"])
@signed_in
@fresh(SOON)
def open_session() -> ResponseReturnValue:
    form = TermsForm()
    if not form.is_sent():
        return page("session", form)
    return _show(service.open_session(visitor().id, form.terms()).code, "session")


def _show(code: str, what: str) -> ResponseReturnValue:
    session[CODE] = {"code": code, "what": what}
    return redirect(url_for(".code"))


@pages.get("/account/helpers/code")
@signed_in
def code() -> ResponseReturnValue:
    """Shown once."""
    made = session.pop(CODE, None)
    if made is None:
        return redirect(url_for(".index"))
    return render_template("delegation/code.html", made=made)


@pages.post("/account/helpers/<uuid:mandate_id>/end")
@signed_in
def end(mandate_id: UUID) -> ResponseReturnValue:
    """Either side ends it. No fresh factor: stopping somebody must be quick."""
    service.end(mandate_id, visitor().id)
    flash(gettext("It has ended. Nothing more can be done under it."), "ok")
    return redirect(url_for(".index"))


# --- The helper ---------------------------------------------------------------------------------


@pages.route("/account/helpers/accept", methods=["GET", "POST"])
@signed_in
def accept() -> ResponseReturnValue:
    form = CodeForm()
    if not form.is_sent():
        return page("accept", form)
    assisting.count_code(visitor().id)
    row = service.accept(form.code.answer(), visitor().id)
    if row is None:
        return page("accept", form, refused=True)
    flash(gettext("You may act for %(name)s now.", name=visitors.name_of(row.subject_id)), "ok")
    return redirect(url_for(".choose"))


@pages.get("/act-for")
@signed_in
def choose() -> ResponseReturnValue:
    me = visitor().id
    held = service.held(me)
    return render_template(
        "delegation/choose.html",
        held=held,
        children=relatives.children_of(me),
        names=accounts.names({row.subject_id for row in held}),
        say_services=offers.teller(),
        say_needs=offers.say_needs,
    )


@pages.post("/act-for")
@signed_in
def act() -> ResponseReturnValue:
    child, mandate = (request.form.get(name, type=UUID) for name in ("child", "mandate"))
    if child is None and mandate is None:
        raise NoSuchMandate
    try:
        if child is not None:
            visitors.begin(Kind.CHILD, child)
        elif mandate is not None:
            visitors.begin(Kind.HELPER, mandate)
    except ActingEnded as error:
        raise NoSuchMandate from error
    return redirect(url_for("applications.index"))


@pages.post("/act-for/stop")
@signed_in
def stop() -> ResponseReturnValue:
    visitors.left()
    return redirect(url_for(".choose"))
