"""Pages on which contacts are proven, changed and removed, and a code by SMS signs somebody in."""

from datetime import datetime
from uuid import UUID

from flask import Blueprint, flash, redirect, render_template, request, session, url_for
from flask.typing import ResponseReturnValue

from portal.accounts import refusals, service
from portal.accounts.contacts import service as contacts
from portal.accounts.contacts.domain import Contact, Kind, Known, masked
from portal.accounts.domain import Level
from portal.accounts.forms.proving import NewEmail, NewMobile, SentCode, WhichContact, shown
from portal.accounts.proving import service as proving
from portal.accounts.releases import service as releases
from portal.accounts.sessions import service as sessions
from portal.accounts.views import entry
from portal.accounts.visitors import halfway, person_id
from portal.i18n import gettext as _
from portal.kernel.errors import NotFound
from portal.post import service as post
from portal.web.access import SOON, fresh, public, signed_in

pages = Blueprint("contacts", __name__)
pages.after_request(entry.never_kept)
# What the asking session keeps: the id of a code, and which contact it was sent to.
CODE, KIND, TEXT = "contact_code", "contact_kind", "text_code"


@pages.route("/register/prove", methods=["GET", "POST"])
@halfway(Level.ENROLLING, unproven=True)
def prove() -> ResponseReturnValue:
    """The first thing that is asked of a newcomer."""
    me = person_id()
    if contacts.reachable(me):
        return redirect(url_for("factors.app"))
    options = proving.provable(me)
    which, form = WhichContact(options, session.get(KIND)), SentCode()
    if _act() == "send" and options:
        kind = _which(which, options)
        if kind:
            _keep(kind, proving.send_code(me, kind, address=entry.address()))
            return redirect(url_for(".prove"))
    elif _act() == "check" and form.is_sent() and _proves(form):
        proving.newcomer_proved(entry.address())
        sessions.begin(Level.ENROLLING, me, how=sessions.standing().how)
        return redirect(url_for("factors.app"))
    more = {"which": which, "options": [shown(one) for one in options], "sent_to": _sent_to(me)}
    return entry.page("prove", form, refused=_refused(form) or which.is_wrong, **more)


@pages.get("/account/contacts")
@signed_in
@fresh(SOON)
def mine() -> ResponseReturnValue:
    known = contacts.known(person_id())
    said = {
        value: shown(Contact(one.kind, value))
        for one in known
        for value in (one.value, one.waits)
        if value
    }
    texts = post.offers_texts()
    back = {one.value: at for one in known if one.value and (at := _since(one))}
    return render_template("accounts/contacts.html", known=known, said=said, texts=texts, back=back)


@pages.post("/account/contacts/try-again")
@signed_in
@fresh(SOON)
def try_again() -> ResponseReturnValue:
    """The mailbox may be there again: the next mail shows it."""
    if email := contacts.email_of(person_id()):
        post.try_again(email)
        flash(_("The next message goes to your e-mail address again."), "ok")
    return redirect(url_for(".mine"))


def _since(known: Known) -> datetime | None:
    """Since when mail to it comes back."""
    is_mail = known.kind is Kind.EMAIL and known.value
    return post.came_back(known.value) if is_mail and known.value else None


@pages.route("/account/contacts/<kind>", methods=["GET", "POST"])
@signed_in
@fresh(SOON)
def change(kind: str) -> ResponseReturnValue:
    which = _kind(kind)
    form = NewEmail() if which is Kind.EMAIL else NewMobile()
    if not form.is_sent():
        return entry.page("contact_new", form, kind=which)
    me = person_id()
    contacts.offer(me, Contact(which, form[which].answer()))
    if which in {one.kind for one in proving.provable(me)}:
        _keep(which, proving.send_code(me, which))
        return redirect(url_for(".prove_mine", kind=which))
    return redirect(url_for(".mine"))


@pages.route("/account/contacts/<kind>/prove", methods=["GET", "POST"])
@signed_in
@fresh(SOON)
def prove_mine(kind: str) -> ResponseReturnValue:
    me, which = person_id(), _kind(kind)
    contact = proving.one_to_prove(me, which)
    form = SentCode()
    if _act() == "send":
        _keep(which, proving.send_code(me, which))
        return redirect(url_for(".prove_mine", kind=which))
    if _act() == "check" and form.is_sent() and _proves(form):
        return _proven()
    sent_to = shown(contact) if session.get(KIND) == which else None
    more = {"kind": which, "contact": shown(contact), "sent_to": sent_to}
    return entry.page("contact_prove", form, refused=_refused(form), **more)


@pages.route("/account/contacts/<kind>/remove", methods=["GET", "POST"])
@signed_in
@fresh(SOON)
def remove(kind: str) -> ResponseReturnValue:
    me, which = person_id(), _kind(kind)
    if request.method == "POST":
        proving.remove(me, which)
        flash(_("It is removed. You no longer sign in with it."), "ok")
        return redirect(url_for(".mine"))
    value = next(one.value for one in contacts.known(me) if one.kind is which)
    if not value:
        return redirect(url_for(".mine"))
    return render_template(
        "accounts/contact_remove.html", kind=which, value=shown(Contact(which, value))
    )


@pages.post("/account/contacts/keep-number")
@signed_in
@fresh(SOON)
def keep_number() -> ResponseReturnValue:
    """The number that somebody else claims is still this person's."""
    releases.keep_mine(person_id())
    flash(_("The number stays with you."), "ok")
    return redirect(url_for(".mine"))


@pages.route("/account/contacts/link/<token>", methods=["GET", "POST"])
@public
def link(token: str) -> ResponseReturnValue:
    """Opened from a mail: it does something only where the code was asked for, and by a button."""
    here = CODE in session and sessions.standing().level in (Level.ENROLLING, Level.SIGNED_IN)
    if request.method == "POST" and here and _proves_by(token):
        if sessions.standing().level is Level.ENROLLING:
            proving.newcomer_proved(entry.address())
            sessions.begin(Level.ENROLLING, person_id(), how=sessions.standing().how)
            return redirect(url_for("factors.app"))
        return _proven()
    refused = request.method == "POST"
    if refused and not here:
        refusals.note("accounts.code_refused", about="link", address=entry.address())
    page = render_template("accounts/prove_link.html", here=here, refused=refused)
    return page, 422 if refused else 200


@pages.route("/sign-in/text", methods=["GET", "POST"])
@halfway(Level.PASSWORD)
def text() -> ResponseReturnValue:
    me = person_id()
    number = contacts.text_number(me)
    if number is None or not contacts.text_factor(me):
        return redirect(url_for("factors.code"))
    form = SentCode()
    if _act() == "send":
        session[TEXT] = str(proving.send_sign_in_code(me))
        return redirect(url_for(".text"))
    if _act() == "check" and form.is_sent() and _signs_in(me, form):
        return entry.signed_in_now("password text")
    more = {"sent": TEXT in session, "number": masked(number)}
    return entry.page("text", form, refused=_refused(form), **more)


def _signs_in(me: UUID, form: SentCode) -> bool:
    if TEXT not in session:
        return False
    right = service.finish_with_text(me, UUID(session[TEXT]), form.code.answer())
    if right:
        session.pop(TEXT)
    return right


def _proves(form: SentCode) -> bool:
    if CODE not in session:
        return False
    kind, code_id = Kind(session[KIND]), UUID(session[CODE])
    return _forget(done=proving.prove(person_id(), kind, code_id, form.code.answer()))


def _proves_by(token: str) -> bool:
    kind, code_id = Kind(session[KIND]), UUID(session[CODE])
    return _forget(done=proving.prove_by_link(person_id(), kind, code_id, token))


def _forget(*, done: bool) -> bool:
    if done:
        session.pop(CODE)
        session.pop(KIND)
    return done


def _proven() -> ResponseReturnValue:
    flash(_("It is proven. You can sign in with it, and messages go to it."), "ok")
    return redirect(url_for(".mine"))


def _keep(kind: Kind, code_id: UUID) -> None:
    session[CODE], session[KIND] = str(code_id), kind.value


def _sent_to(me: UUID) -> str | None:
    """The contact that the code of this session was sent to, if it is to be proven still."""
    found = (one for one in proving.provable(me) if one.kind == session.get(KIND))
    contact = next(found, None)
    return shown(contact) if contact else None


def _which(which: WhichContact, options: tuple[Contact, ...]) -> Kind | None:
    if len(options) == 1:
        return options[0].kind
    return which.chosen() if which.is_sent() else None


def _act() -> str:
    return request.form.get("act", "") if request.method == "POST" else ""


def _refused(form: SentCode) -> bool:
    """A code came, and it was none: else the page would be another."""
    return _act() == "check" and not form.is_wrong


def _kind(name: str) -> Kind:
    """Raises NotFound."""
    try:
        return Kind(name)
    except ValueError:
        raise NotFound from None
