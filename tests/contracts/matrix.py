"""Who holds what, and who may not have it: the things that routes name, with an owner each.

A route whose arguments are neither public names nor things of this page fails the build, so that
nobody adds a page of somebody's belongings without saying whose they are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

from sqlalchemy import select

from payments import service as pay
from payments.claims import service as claims
from payments.claims.domain import Kind as ClaimKind
from payments.gateways.counter import service as counter
from payments.gateways.counter.domain import Taken
from payments.lists.models import PaymentListLine, PaymentListRow, PayoutAccount
from payments.proposals import service as proposals
from payments.reconciling import service as reconciling
from payments.scrolls import service as scrolls
from payments.scrolls.domain import Told as ScrollLine
from portal.accounts import service as accounts
from portal.accounts.children import service as children
from portal.accounts.domain import FOR_A_PROVIDER, PERMISSIONS, Grant, Role
from portal.accounts.family.domain import Relation
from portal.accounts.roles import service as roles
from portal.accounts.sessions import service as sessions
from portal.accounts.sessions.models import SessionRow
from portal.api import service as api
from portal.applications import service as applications
from portal.applications.appeals.models import Appeal
from portal.applications.domain import Actor, Author
from portal.applications.referring.models import CaseReferral
from portal.applications.threads import service as threads
from portal.applications.together.models import Bundle
from portal.applications.work import service as work
from portal.bills.domain import Fetched
from portal.bills.models import BillLookup
from portal.bills.watching import service as watching
from portal.delegation import service as delegation
from portal.federation import service as federation
from portal.federation.domain import Identity
from portal.i18n import LANGUAGES
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.money import Money
from portal.notifications.domain import Words
from portal.notifications.inbox import service as inbox
from portal.notifications.letters import service as letters
from portal.oauth.clients import service as clients
from portal.oauth.models import OauthConsent
from portal.registry.models import ServiceVersion
from portal.registry.uploads.models import ManifestCheck, Upload
from portal.vault import service as vault
from portal.webhooks import service as webhooks
from tests.accounts.authenticator import kept_passkey
from tests.accounts.factories import make_person, some_details
from tests.applications import factories
from tests.delegation.factories import EVERYTHING
from tests.files.samples import pdf
from tests.payments import factories as payments

A_MONTH = timedelta(days=30)
OURS, THEIRS = "revenue", "municipal"
# More than one person gives back alone.
BIG = Money.of("5000.00", "INR")
# What names no belonging: words of the catalogue, kinds, and the language.
PUBLIC = {
    "lang",
    "provider",
    "name",
    "service",
    "slug",
    "step",
    "area",
    "gateway",
    "act",
    "kind",
    "identity_provider",
}
# Secrets: who knows one may use it, and each page that takes one has tests of its own.
# Nobody comes upon the number of a paper by trying, and its page names nobody.
SECRETS = {"token", "key", "code", "paper"}


@dataclass(frozen=True)
class Belongings:
    """Something of everything: of one citizen, and of one provider."""

    citizen: object
    values: dict[str, str]


def belongings(citizen) -> Belongings:
    """A citizen to whom a certificate was issued, and what came with it; committed."""
    application = factories.issued(factories.sent(citizen))
    values = {"reference": application.reference}
    values |= {name: str(make(citizen, application)) for name, make in THINGS.items()}
    db.session.commit()
    return Belongings(citizen, values)


def _appeal(_, application):
    """Of a level that nobody has: what it came with is the paper of the application."""
    row = Appeal(
        subject_id=application.subject_id,
        application_id=application.id,
        provider_slug=OURS,
        since=0,
        ground="refused",
        level=0,
        post="commissioner",
        state="open",
        asked_as="citizen",
        asked_by=str(application.person_id),
        due_on=clock.today(),
    )
    row.text, row.papers = (
        "Look again.",
        [{"file": str(_paper(_, application)), "name": "paper.pdf", "bytes": 1}],
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _message(citizen, application):
    """The paper of the application, sent with a message, too."""
    author = Author(Actor.CITIZEN, str(citizen.id))
    enclosed = [{"file": str(_paper(citizen, application)), "name": "paper.pdf", "bytes": 1}]
    return threads.write(application, author, "What is missing?", enclosed).id


def _referral(citizen, application):
    """Asked of the provider itself, so that the officer of ours has it on the list."""
    row = CaseReferral(
        subject_id=citizen.id,
        application_id=application.id,
        provider_slug=OURS,
        asked_by=citizen.id,
        fields=["identity_proof"],
        due_on=clock.today(),
        state="open",
    )
    row.question = "Does the family live there?"
    db.session.add(row)
    db.session.flush()
    return row.id


def _document(_, application):
    return applications.issued(application)[0].id


def _paper(_, application):
    return applications.papers(application)[0]["file"]


def _payment(citizen, _):
    return payments.owed(person_id=citizen.id, subject_id=citizen.id, provider=OURS).id


def _order(citizen, _):
    owed = payments.owed(person_id=citizen.id, subject_id=citizen.id, provider=OURS)
    return payments.begun(owed).id


def _lookup(citizen, _):
    told = Fetched(account="3001234567", bills=())
    lookup = BillLookup(
        subject_id=citizen.id, person_id=citizen.id, provider_slug="power", told=told
    )
    db.session.add(lookup)
    db.session.flush()
    return lookup.id


def _watch(citizen, application):
    lookup = db.session.get_one(BillLookup, _lookup(citizen, application))
    watching.keep(lookup)
    db.session.flush()
    return watching.watched(lookup)


def _delivery(citizen, _):
    webhooks.set_endpoint(OURS, "https://93.184.216.34/", "matrix")
    return webhooks.send_test(OURS, citizen.id).id


def _token(citizen, _):
    api.issue_token(OURS, api.SCOPES, "matrix", citizen.id)
    return api.tokens(frozenset({OURS}))[0].id


def _view(citizen, _):
    work.keep_view(citizen.id, "Late ones", "due=late")
    return work.views(citizen.id)[0].id


def _item(citizen, _):
    vault.keep(citizen.id, "vault.land_record", BytesIO(pdf(b"% land")), "land.pdf")
    return vault.items(citizen.id)[0].id


def _child(citizen, _):
    born = clock.today() - timedelta(days=5000)
    told = some_details(name="Simran Kaur", birth_date=born)
    return children.add(citizen.id, told, Relation.MOTHER)


def _passkey(citizen, _):
    return kept_passkey(citizen.id)


def _session(citizen, _):
    sessions.open_row(citizen.id)
    mine = select(SessionRow.id).where(SessionRow.person_id == citizen.id)
    return db.session.scalars(mine.order_by(SessionRow.created_at.desc())).first()


def _identity(citizen, _):
    federation.link(citizen.id, Identity("state-id", "https://id.example.org", "matrix"))
    return federation.linked(citizen.id)[0].id


def _mandate(citizen, _):
    made = delegation.grant(citizen.id, "helper@example.org", EVERYTHING, clock.now() + A_MONTH)
    return made.id


def _client(citizen, _):
    told = clients.Told(
        provider=OURS,
        name="Land records",
        kind=clients.Kind.SITE,
        website="https://land.example.org",
        purpose="To fill in your forms.",
        redirect_uris=("https://land.example.org/back",),
        scopes=("openid", "email"),
    )
    return clients.register(told, citizen.id).id


def _consent(citizen, _):
    agreed = OauthConsent(
        person_id=citizen.id,
        client_id=_client(citizen, _),
        scopes=["openid"],
        asked=[],
        claims=[],
    )
    db.session.add(agreed)
    db.session.flush()
    return agreed.id


def _change(citizen, _):
    wanted = Grant(Role.OFFICER, OURS)
    return roles.propose(citizen.id, wanted, gives=True, by=citizen.id, reason="New officer")


def _version(*_):
    return db.session.query(ServiceVersion.id).first()[0]


def _upload(citizen, _):
    row = Upload(
        provider_slug=OURS,
        by=str(citizen.id),
        kind="yaml",
        digest="0" * 64,
        content=b"slug: revenue",
        versions=[],
        signed=False,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _check(citizen, _):
    row = ManifestCheck(
        provider_slug=OURS,
        person_id=citizen.id,
        kind="yaml",
        content=b"slug: revenue",
        until=clock.now() + A_MONTH,
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _notice(citizen, _):
    words = Words("Title", "Body.", "Short.", "inbox")
    return inbox.keep(citizen.id, "progress", f"matrix:{citizen.id}", words, listed=True).id


def _bundle(citizen, application):
    row = Bundle(
        draft_id=application.submission,
        person_id=citizen.id,
        life_event="matrix",
        title=dict.fromkeys(LANGUAGES, "Matrix"),
    )
    db.session.add(row)
    db.session.flush()
    return row.id


def _letter(citizen, _):
    said = dict.fromkeys(LANGUAGES, "Matrix")
    return letters.write("newsletter", said, said, citizen.id).id


def _claim(citizen, _):
    """Of a payment of its own: the other one has never been begun."""
    owed = payments.owed(person_id=citizen.id, subject_id=citizen.id, provider=OURS)
    payments.begun(owed)
    return claims.make(owed, ClaimKind.OTHER, "Something is wrong.", citizen.id).id


def _paid(citizen):
    owed = payments.owed(BIG, person_id=citizen.id, subject_id=citizen.id, provider=OURS)
    return payments.paid(owed)


def _proposal(citizen, _):
    return proposals.give_back(_paid(citizen).id, BIG, "A mistake", None).id


def _refund(citizen, _):
    payment = _paid(citizen)
    return pay.refund(payment.id, payment.amount, "A mistake", "tests")


def _difference(citizen, _):
    """Of a payment that does not go on."""
    reconciling.note_stays([("sandbox", _paid(citizen))])
    return reconciling.differences()[-1].id


def _challan(*_):
    number = f"PBP-{uuid4().hex[:8]}-1"
    counter.take_order(number, BIG, (OURS,), clock.now() + A_MONTH)
    return counter.find(number).id


def _entry(citizen, application):
    taken = Taken("treasury", BIG, uuid4().hex[:8], clock.today())
    return counter.enter(_challan(citizen, application), taken, citizen.id).id


def _counter_file(citizen, _):
    told = ScrollLine(2, uuid4().hex[:8], BIG, "S-1", clock.today())
    return scrolls.bring(uuid4().bytes, [told], citizen.id)


def _line(citizen, application):
    """A line of a file that names a challan which is not there."""
    scrolls.release(_counter_file(citizen, application), uuid4())
    scrolls.apply(file_id=str(scrolls.files()[0].id))
    return scrolls.parked()[-1].id


def _list(citizen, _):
    account = PayoutAccount(subject_id=citizen.id, about=uuid4(), is_over=True)
    account.number = "30012345678"
    told = {"currency": BIG.currency, "state": "prepared"}
    row = PaymentListRow(
        **told,
        number=f"PL-{uuid4().hex[:8]}",
        disburser="iso20022",
        send_on=clock.today(),
        lines=1,
        total_minor=BIG.minor,
        prepared_by=citizen.id,
    )
    # Paying commits, and a list without its lines would not stand.
    refund = _refund(citizen, _)
    db.session.add_all([account, row])
    db.session.flush()
    line = PaymentListLine(
        list_id=row.id,
        place=1,
        number=f"{row.number}-1",
        about=refund,
        account_id=account.id,
        amount_minor=BIG.minor,
        currency=BIG.currency,
        state="waiting",
    )
    db.session.add(line)
    db.session.flush()
    return row.id


THINGS: dict[str, Callable] = {
    "list_id": _list,
    "counter_file_id": _counter_file,
    "line_id": _line,
    "challan_id": _challan,
    "entry_id": _entry,
    "difference_id": _difference,
    "claim_id": _claim,
    "proposal_id": _proposal,
    "refund_id": _refund,
    "appeal_id": _appeal,
    "message_id": _message,
    "referral_id": _referral,
    "document_id": _document,
    "file_id": _paper,
    "payment_id": _payment,
    "order_id": _order,
    "lookup": _lookup,
    "watch_id": _watch,
    "delivery_id": _delivery,
    "token_id": _token,
    "child_id": _child,
    "version_id": _version,
    "passkey_id": _passkey,
    "session_id": _session,
    "link_id": _identity,
    "mandate_id": _mandate,
    "client_id": _client,
    "consent_id": _consent,
    "change_id": _change,
    "upload_id": _upload,
    "check_id": _check,
    "view_id": _view,
    "item_id": _item,
    "notice_id": _notice,
    "letter_id": _letter,
    "bundle_id": _bundle,
}
NAMED = {"reference", *THINGS}


@dataclass(frozen=True)
class Holder:
    """A role at a provider, or for the whole portal; `role` is None for a plain citizen."""

    role: Role | None
    provider: str | None = None

    def __str__(self):
        return " of ".join(part for part in (self.role or "citizen", self.provider) if part)

    @property
    def permissions(self):
        return PERMISSIONS[self.role] if self.role else frozenset()

    def person(self):
        person = make_person(name="Somebody Else")
        if self.role:
            accounts.grant(person.id, self.role, self.provider, by="tests")
            db.session.commit()
        return person


def holders():
    """Every role there is: those of a provider at ours and at another."""
    found = [Holder(None)]
    for role in Role:
        if role in FOR_A_PROVIDER:
            found += [Holder(role, OURS), Holder(role, THEIRS)]
        elif role not in (Role.CITIZEN, Role.EMERGENCY):
            found.append(Holder(role))
    return found


def is_after(rule):
    """Pages of a thing in another state than the one here: asked about, paid, to be paid."""
    return rule.endpoint in {
        "applications.correct",
        "applications.ask_withdraw",
        "appeals.ask",
        "correcting.show",
        "payments.receipt",
        "payments.paper",
        "payments.come_back",
        "payments.come_back_together",
        "challans.paper",
        "bills.show",
    }
