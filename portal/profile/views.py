"""The pages on which a person reads and changes their profile."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.proving import service as proving
from portal.i18n import gettext as _
from portal.kernel.errors import DomainError
from portal.profile import domain, service
from portal.profile.forms import FORMS, Form
from portal.profile.words import in_words
from portal.web.access import safe_next, signed_in, visitor

# Refusals that are about what was typed, and the field that they belong to.
BELONGS = {"contact": "mobile", "you": "birth_date"}

pages = Blueprint("profile", __name__, url_prefix="/profile", template_folder="templates")


@pages.get("")
@signed_in
def mine() -> ResponseReturnValue:
    known = service.known(visitor().id)
    said = {name: in_words(name, answer) for name, answer in domain.answers(known).items()}
    marks = domain.marks(known)
    return render_template("profile/mine.html", groups=domain.GROUPS, said=said, marks=marks)


@pages.route("/<slug>", methods=["GET", "POST"])
@signed_in
def group(slug: str) -> ResponseReturnValue:
    shown = domain.group(slug)
    form = FORMS[slug](data=domain.answers(service.known(visitor().id)))
    if form.is_sent() and _changed(slug, form):
        flash(_("Your profile is changed."), "ok")
        return redirect(safe_next(request.args.get("next"), _after(slug)))
    page = render_template("profile/group.html", group=shown, form=form, has_errors=form.is_wrong)
    return page, 422 if form.is_wrong else 200


def _after(slug: str) -> str:
    """A new contact is not used before it is proven."""
    if slug == "contact" and proving.provable(visitor().id):
        return url_for("contacts.mine")
    return url_for(".mine")


def _changed(slug: str, form: Form) -> bool:
    """Whether it could be changed; else the form says why not."""
    try:
        service.change(visitor().id, slug, form.answers())
    except DomainError as error:
        if slug not in BELONGS:
            raise
        form[BELONGS[slug]].errors = [_(error.message, **error.params)]
        return False
    return True
