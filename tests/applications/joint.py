"""People who open a shop: the draft of a life event, complete, and what was sent of it."""

from portal.applications import applying
from portal.applications.together import filling, service
from portal.forms import service as drafts
from portal.i18n import speaking
from portal.kernel.db import db
from portal.registry.domain import look
from tests.applications.factories import a_file, home
from tests.files.samples import pdf

SHOP, MOVED = "opening-a-shop", "moving-house"
LICENCE, POWER, WATER, GAS = (
    "municipal/trade-licence",
    "power/new-connection",
    "municipal/water-connection",
    "punjab-gas/gas-connection",
)
OFFICES = ("municipal", "power", "punjab-gas")
# A shop for clothes of 18.5 square metres, for one year; and 2 kW with their deposit.
LICENCE_FEE, POWER_FEE = "600.00", "1850.00"
CHOSEN = {"wants_power": True, "wants_water": False, "wants_gas": False}
SAID = {
    "applicant": "Noor Kaur",
    "guardian": "Harpal Singh",
    "phone": "+919876500001",
    "aadhaar": "234123412346",
    "tenure": "own",
    "request": "new",
    "trade_name": "Noor Cloth House",
    "trade": "shop",
    "goods": "Cloth and shawls",
    "opens_in": "2027-04",
    "food": False,
    "hazardous": False,
    "employees": 2,
    "floor_area": "18.5",
    "constitution": "single",
    "years": 1,
    "use": "shop",
    "load": "2.0",
    "phases": "single",
    "trade_2": "Cloth",
    "board": False,
    "had": False,
    "electrician": "Balbir Singh",
    "electrician_licence": "EL/12345",
    "tested": "2026-01-05",
}


def answers_of(whole, person_id, **more):
    """All that the form asks; what nobody said is answered by its kind."""
    said = {**CHOSEN, **SAID, **more}
    for _round in range(10):
        missing = [place.on_page for place in look(whole.form, said).missing()]
        if not missing:
            break
        said |= {one.name: _of_kind(one, person_id) for one in missing}
    return {name: said[name] for name in said if whole.form.field(name)}


def _of_kind(field, person_id):
    if field.kind in ("document", "photo"):
        kind = pdf(field.name.encode())
        return a_file(person_id, f"{field.name}.pdf", kind)
    spot = {"latitude": "30.90096", "longitude": "75.85727", "accuracy": None}
    made = {
        "address": home,
        "location": lambda: spot | {"area": None, "line": None},
        "declaration": lambda: True,
        "yes_no": lambda: False,
        "choice": lambda: next(iter(getattr(field, "options", {"": ""}))),
    }
    if field.kind not in made:
        raise AssertionError(f"Say {field.name}, which is of kind {field.kind}.")
    return made[field.kind]()


def draft_for(person, slug=SHOP, **changes):
    """A draft with every answer, as one that is about to be reviewed; committed."""
    whole = filling.begin(person.id, slug)
    chosen = {**CHOSEN, **changes}
    known = {one.name for one in whole.event.questions}
    drafts.save(whole.draft, {n: chosen[n] for n in known}, list(known))
    whole = filling.resume(person.id, slug)
    answers = answers_of(whole, person.id, **changes)
    drafts.save(whole.draft, answers, [one.name for one in whole.form.fields])
    db.session.commit()
    whole = filling.resume(person.id, slug)
    assert whole.unfinished() is None, whole.unfinished()
    return whole


def prices(whole):
    return {part.path: applying.price(part) for part in whole.parts}


def sent(person, **changes):
    """The bundle that a person sent; committed."""
    with speaking("en"):
        whole = draft_for(person, **changes)
        bundle = service.send(whole, prices(whole))
    db.session.commit()
    return bundle
