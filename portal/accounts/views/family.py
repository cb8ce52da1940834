"""The pages of one's family: children, their codes and their guardians."""

from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, session, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import domain
from portal.accounts.children import service as children
from portal.accounts.family import service as family
from portal.accounts.family.domain import (
    RELATIONS,
    GuardianAlready,
    GuardianCodeUnfit,
    NotOfAge,
)
from portal.accounts.forms.family import AnotherGuardian, NewChild
from portal.accounts.forms.signing import Form
from portal.accounts.views import entry
from portal.accounts.visitors import person_id
from portal.i18n import gettext as _
from portal.kernel import clock
from portal.web.access import LATER, SOON, fresh, signed_in

pages = Blueprint("family", __name__)
pages.after_request(entry.never_kept)
# Codes are shown once, so they wait in the session until their page is opened.
SHOWN = "family_code"
FOR_ACCOUNT, FOR_GUARDIAN = "account", "guardian"


@pages.get("/account/family")
@signed_in
def mine() -> ResponseReturnValue:
    me = person_id()
    return render_template(
        "accounts/family.html",
        children=family.dependants_of(me),
        guardians=family.guardians_of(me),
        may_add=family.is_of_age(me),
        relations=RELATIONS,
    )


@pages.route("/account/family/add", methods=["GET", "POST"])
@signed_in
@fresh(LATER)
def add() -> ResponseReturnValue:
    form = NewChild()
    if not form.is_sent():
        return entry.page("family_add", form)
    child_id = children.add(person_id(), form.details(), form.kinship())
    flash(_("Your child is added. You can apply for them now."), "ok")
    return redirect(url_for(".child", child_id=child_id))


@pages.route("/account/family/join", methods=["GET", "POST"])
@signed_in
@fresh(LATER)
def join() -> ResponseReturnValue:
    """Another guardian of the child gave a code."""
    form = AnotherGuardian()
    if not form.is_sent():
        return entry.page("family_join", form)
    try:
        child_id = family.accept(person_id(), form.code.answer(), form.kinship())
    except (GuardianCodeUnfit, GuardianAlready, NotOfAge) as refusal:
        form.code.errors = [_(refusal.message)]
        return entry.page("family_join", form)
    flash(_("You are a guardian of this child now."), "ok")
    return redirect(url_for(".child", child_id=child_id))


@pages.get("/account/family/<uuid:child_id>")
@signed_in
def child(child_id: UUID) -> ResponseReturnValue:
    one = family.dependant(person_id(), child_id)
    years = domain.age(one.birth_date, clock.today())
    return render_template(
        "accounts/family_child.html",
        child=one,
        guardians=family.guardians_of(child_id),
        until=domain.comes_of_age(one.birth_date),
        may_join=not one.has_account and years >= domain.YOUNGEST,
        relations=RELATIONS,
    )


@pages.post("/account/family/<uuid:child_id>/joining-code")
@signed_in
@fresh(SOON)
def new_joining_code(child_id: UUID) -> ResponseReturnValue:
    code = children.joining_code(person_id(), child_id)
    return _show(child_id, FOR_ACCOUNT, code)


@pages.post("/account/family/<uuid:child_id>/guardian-code")
@signed_in
@fresh(SOON)
def new_guardian_code(child_id: UUID) -> ResponseReturnValue:
    return _show(child_id, FOR_GUARDIAN, family.invite(person_id(), child_id))


@pages.get("/account/family/<uuid:child_id>/code")
@signed_in
def code(child_id: UUID) -> ResponseReturnValue:
    one = family.dependant(person_id(), child_id)
    kept, kind, made = session.pop(SHOWN, ("", "", ""))
    if kept != str(child_id):
        return redirect(url_for(".child", child_id=child_id))
    return render_template("accounts/family_code.html", child=one, kind=kind, code=made)


@pages.route("/account/family/<uuid:child_id>/end", methods=["GET", "POST"])
@signed_in
@fresh(SOON)
def end(child_id: UUID) -> ResponseReturnValue:
    one = family.dependant(person_id(), child_id)
    form = Form()
    if not form.is_sent():
        return entry.page("family_end", form, child=one)
    family.end(person_id(), child_id)
    flash(_("You are no longer a guardian of %(name)s here.", name=one.name), "ok")
    return redirect(url_for(".mine"))


def _show(child_id: UUID, kind: str, made: str) -> ResponseReturnValue:
    session[SHOWN] = [str(child_id), kind, made]
    return redirect(url_for(".code", child_id=child_id))
