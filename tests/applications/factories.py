"""The revenue department, published; people who apply there, and what they answer."""

from dataclasses import dataclass
from io import BytesIO
from uuid import UUID

from portal.applications import applying, service
from portal.applications.domain import Actor, ProviderEvent
from portal.applications.service import Author
from portal.files import service as files
from portal.forms import service as drafts
from portal.geo import service as geo
from portal.geo import sources
from portal.kernel.db import db
from portal.registry.discovery import discover
from tests.files.samples import pdf
from tests.registry import publishing_factories as publishing

INCOME, LAND = "income-certificate", "land-record-copy"
HERE = frozenset({"revenue"})
OFFICER = Author(Actor.OFFICER, "person:tests")
AADHAAR = "234123412346"
SLIP = pdf(b"% salary slip")


@dataclass(frozen=True)
class Place:
    """A village of the demo district, with what is chosen in the lists that lead to it."""

    code: str
    path: tuple[str, ...]


def published():
    """The revenue department's two services, and the demo district; committed."""
    geo.import_areas(sources.read(sources.DEMO))
    (revenue,) = [one for one in discover() if one.slug == "revenue"]
    publishing.published(revenue)


def village() -> Place:
    code = None
    while below := geo.children(code):
        code = below[0].code
    return Place(code, tuple(level.chosen for level in geo.levels(code)))


def home():
    return {"line": "House 12, Street 4", "area": village().code, "postal_code": "141001"}


def money(amount):
    return {"amount": f"{amount}.00", "currency": "INR"}


def a_file(person_id: UUID, name="paper.pdf", content=SLIP):
    """An answer to a question for a document."""
    kept = files.keep(
        BytesIO(content), name, subject_id=person_id, person_id=person_id, accepts=("pdf",)
    )
    told = {part: getattr(kept, part) for part in ("name", "type", "bytes", "sha256")}
    return {"file": str(kept.id), **told}


def income_answers(person_id: UUID, **changes):
    """A farmer's application for an income certificate, complete."""
    usual = {
        "applicant": "Asha Devi",
        "guardian": "Ram Lal",
        "born": "1990-05-17",
        "gender": "female",
        "phone": "+919876500001",
        "aadhaar": AADHAAR,
        "home": home(),
        "occupation": "farmer",
        "acres": "2.5",
        "farm_income": money(90000),
        "other_income": False,
        "members": 4,
        "family_income": money(120000),
        "needed_for": "scholarship",
        "identity_proof": a_file(person_id, "card.pdf"),
        "residence_proof": a_file(person_id, "bill.pdf", pdf(b"% bill")),
        "true_statement": True,
    }
    return {name: one for name, one in {**usual, **changes}.items() if one is not None}


def land_answers(**changes):
    """A request for the copy of a land record, complete: 20 + 2 * 5 + 25 rupees."""
    usual = {
        "place": home(),
        "number_kind": "khasra",
        "number": "45//12/2",
        "record": "jamabandi",
        "latest": True,
        "certified": "certified",
        "pages": 3,
        "needed_for": "loan",
        "applicant": "Asha Devi",
        "phone": "+919876500001",
        "for_lawful_use": True,
    }
    return {name: one for name, one in {**usual, **changes}.items() if one is not None}


def answers_to(slug, person_id, **changes):
    return land_answers(**changes) if slug == LAND else income_answers(person_id, **changes)


def draft_for(person, slug=INCOME, **changes):
    """A draft with every answer, as one that is about to be reviewed; committed."""
    course = applying.begin(person.id, "revenue", slug)
    answers = answers_to(slug, person.id, **changes)
    drafts.save(course.draft, answers, [one.name for one in course.form.fields])
    db.session.commit()
    return applying.resume(person.id, "revenue", slug)


def sent(person, slug=INCOME, **changes):
    """An application of the person; committed."""
    application = applying.send(draft_for(person, slug, **changes))
    db.session.commit()
    return application


def told(application, kind, **more):
    """Let the department do something with a case; committed."""
    event = ProviderEvent(type=kind, **more)
    moved = service.receive(HERE, application.reference, event, OFFICER)
    db.session.commit()
    return moved


def asked(application, *fields, message="Look again."):
    return told(application, "ask", message={"en": message}, fields=fields)


def issued(application):
    """A case that went all the way."""
    told(application, "accept", case_number="REV/1")
    told(application, "approve")
    return told(application, "issue", document=("certificate.pdf", pdf(b"% certificate")))
