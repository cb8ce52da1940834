"""The trade licence: a fee by kind of business, area and years, and a reminder to renew it.

Its questions about the owners are in `trade_owners`.
"""

from portal.registry import (
    Declaration,
    Document,
    Escalation,
    Field,
    Form,
    IssuedDocument,
    Letter,
    Notice,
    Pause,
    Reason,
    Reminders,
    Renewal,
    Service,
    Stage,
    Step,
    Workflow,
    _,
)
from providers.municipal.appeals import LEVELS
from providers.municipal.trade_owners import IDENTITY_PURPOSE, OWNERS

BUSINESS = Step(
    _("The business"),
    Field.choice(
        "request",
        _("What do you want to do?"),
        {
            "new": _("Get a licence for a new business"),
            "renewal": _("Renew a licence"),
        },
        personal="none",
    ),
    Field.text(
        "old_licence",
        _("Number of your licence"),
        hint=_("For example TL/2025/01234."),
        when="request == 'renewal'",
        max_length=20,
        pattern=r"TL/20[0-9]{2}/[0-9]{5}",
        pattern_message=_("Write TL, the year and five digits, such as TL/2025/01234."),
    ),
    Field.yes_no(
        "paid_ahead",
        _("Did you pay for the coming year already?"),
        hint=_("Your last receipt says for how many years you paid."),
        when="request == 'renewal'",
        personal="none",
    ),
    Field.text("trade_name", _("Name of the business"), hint=_("As on the signboard.")),
    Field.choice(
        "trade",
        _("What kind of business is it?"),
        {
            "shop": _("Shop"),
            "eatery": _("Restaurant, dhaba or sweet shop"),
            "workshop": _("Workshop or small factory"),
            "storage": _("Godown or cold store"),
            "services": _("Office, salon, clinic or other service"),
        },
        personal="none",
    ),
    Field.long_text(
        "goods",
        _("What do you sell, make or do?"),
        max_length=500,
        personal="none",
    ),
    Field.month(
        "opens_in",
        _("In which month does the business open?"),
        when="request == 'new'",
        personal="none",
    ),
    Field.yes_no(
        "food",
        _("Do you sell, make or store food?"),
        when="trade == 'shop' || trade == 'storage'",
        personal="none",
    ),
    Field.text(
        "food_licence",
        _("Number of your food licence (FSSAI)"),
        hint=_("14 digits."),
        when="trade == 'eatery' || food",
        max_length=14,
        pattern=r"[0-9]{14}",
        pattern_message=_("Write the 14 digits of the food licence."),
        personal="none",
    ),
    Field.yes_no(
        "hazardous",
        _("Do you keep anything that burns, explodes or poisons?"),
        hint=_("For example gas cylinders, diesel, paint, acid or fireworks."),
        when="trade == 'shop' || trade == 'workshop' || trade == 'storage'",
        personal="none",
    ),
    Field.choices(
        "hazards",
        _("Which of these?"),
        {
            "gas": _("Gas cylinders"),
            "fuel": _("Petrol, diesel or kerosene"),
            "chemicals": _("Paint, acid or other chemicals"),
            "pesticides": _("Pesticides"),
            "fireworks": _("Fireworks"),
        },
        when="hazardous",
        at_least=1,
        personal="none",
    ),
    Field.integer(
        "employees",
        _("How many people work there?"),
        hint=_("Count yourself too."),
        at_least=1,
        at_most=5000,
        unit=_("people"),
        personal="none",
    ),
    Field.text(
        "labour_number",
        _("Registration number with the Labour Department"),
        when="employees >= 10",
        max_length=30,
        personal="none",
    ),
    slug="business",
)

PREMISES = Step(
    _("The place of business"),
    Field.address(
        "premises",
        _("Where the business is"),
        hint=_("Number, street and market."),
        personal="none",
    ),
    Field.location(
        "spot",
        _("The place on the map"),
        hint=_("Stand at the door and give the position of your phone, or name a landmark."),
        personal="none",
    ),
    Field.decimal(
        "floor_area",
        _("Floor area"),
        hint=_("Count the store room and the upper floors too. 100 square feet are 9.3."),
        at_least="1",
        at_most="100000",
        places=1,
        unit=_("square metres"),
        personal="none",
    ),
    Field.photo(
        "shop_front",
        _("Photo of the front"),
        hint=_("The signboard and the whole front must be seen."),
        personal="none",
    ),
    Field.choice(
        "tenure",
        _("Is the place yours?"),
        {"own": _("I own it"), "rented": _("I rent it")},
    ),
    Field.name("landlord", _("Name of the owner"), when="tenure == 'rented'"),
    Field.phone("landlord_phone", _("Mobile number of the owner"), when="tenure == 'rented'"),
    Field.date("rent_until", _("The rent deed ends on"), when="tenure == 'rented'"),
    Field.text(
        "property_number",
        _("Property tax number, if there is one"),
        hint=_("It stands on the property tax receipt."),
        required=False,
        max_length=30,
        personal="none",
    ),
    slug="premises",
)

PAPERS = Step(
    _("Documents"),
    Document(
        "identity_proof",
        _("Proof of identity"),
        hint=_("Voter card, driving licence, passport or ration card."),
        personal="identity",
        purpose=IDENTITY_PURPOSE,
    ),
    Document(
        "ownership_proof",
        _("Proof that the place is yours"),
        hint=_("Deed of sale, allotment letter or property tax receipt."),
        when="tenure == 'own'",
    ),
    Document("rent_deed", _("Rent deed"), when="tenure == 'rented'"),
    Document(
        "partnership_deed",
        _("Partnership deed"),
        when="constitution == 'partnership'",
    ),
    Document(
        "incorporation",
        _("Certificate of incorporation"),
        when="constitution == 'company'",
        personal="none",
    ),
    Document(
        "food_paper",
        _("Food licence (FSSAI)"),
        when="trade == 'eatery' || food",
        personal="none",
    ),
    Document(
        "fire_certificate",
        _("Fire safety certificate"),
        hint=_("The fire station gives it after a visit."),
        when="hazardous || trade == 'eatery' && floor_area > 50 || floor_area > 250",
        personal="none",
    ),
    Document(
        "explosives_licence",
        _("Explosives licence"),
        when="hazardous && ('gas' in hazards || 'fuel' in hazards || 'fireworks' in hazards)",
        personal="none",
    ),
    Document(
        "pollution_consent",
        _("Consent of the Pollution Control Board"),
        when="trade == 'workshop' || hazardous && 'chemicals' in hazards",
        personal="none",
    ),
    Document(
        "old_licence_copy",
        _("Copy of the licence that runs out"),
        when="request == 'renewal'",
    ),
    slug="papers",
)

# A medium place pays twice, a large one four times as much; what is hazardous adds one half.
YEARLY_FEE = (
    "(trade == 'services' ? money('400.00', 'INR')"
    " : trade == 'shop' ? money('500.00', 'INR')"
    " : trade == 'storage' ? money('700.00', 'INR')"
    " : trade == 'eatery' ? money('800.00', 'INR')"
    " : money('1000.00', 'INR'))"
    " * (floor_area <= 20 ? 1 : floor_area <= 100 ? 2 : 4)"
    " * (trade in ['shop', 'workshop', 'storage'] && hazardous ? 1.5 : 1)"
)
FEE = (
    "money('100.00', 'INR')"
    " + (request == 'renewal' && paid_ahead ? money('0.00', 'INR') : yearly_fee * years)"
)

YEARS = Step(
    _("Years and fee"),
    Field.computed(
        "yearly_fee",
        _("Fee for one year"),
        rule=YEARLY_FEE,
        gives="money",
        personal="none",
    ),
    Field.integer(
        "years",
        _("For how many years do you pay?"),
        hint=_("The licence is renewed each year; for years that are paid you then pay only ₹100."),
        when="request == 'new' || paid_ahead == false",
        at_least=1,
        at_most=3,
        unit=_("years"),
        personal="none",
    ),
    Notice(
        "no_start",
        _("Do not open the business before you have the licence. There is a fine of ₹5000."),
        tone="warn",
        when="request == 'new'",
    ),
    Declaration(
        "public_way",
        _("I keep the footpath and the drain in front of the place free."),
    ),
    Declaration(
        "true_statement",
        _("What I have stated is true and complete, as far as I know."),
    ),
    slug="years",
)

INSPECTION = (
    Field.yes_no("place_as_told", _("The place is as the applicant describes it")),
    Field.long_text("inspector_saw", _("What you saw there"), max_length=1000),
    Field.photo("photo_of_place", _("A photo of the place"), required=False),
)
WORKFLOW = Workflow(
    two_people=("refuse",),
    reasons=(
        Reason("not-there", _("There is no such business at the place")),
        Reason("unsafe", _("The place is not safe for this trade")),
        Reason("not-allowed", _("This trade is not allowed in the area")),
    ),
    letters=(
        Letter(
            "unreadable",
            _("A paper cannot be read"),
            _("We cannot read one of your papers. Take a new picture in good light and send it."),
        ),
        Letter(
            "visit",
            _("The inspector comes"),
            _("The inspector visits your place in the next five working days, by day."),
            "note",
        ),
    ),
)
TRADE_LICENCE = Service(
    slug="trade-licence",
    title=_("Trade licence"),
    summary=_("Lets you run a shop, workshop, eatery, store or office in the city."),
    description=_(
        "Every business in the city needs a trade licence. An inspector visits the place, and the "
        "licence is good for one year. We remind you before it runs out."
    ),
    category="business",
    life_events=("business", "work"),
    audience=("businesses", "workers"),
    keywords=(
        _("shop licence"),
        _("business licence"),
        _("dhaba"),
        _("factory"),
        _("signboard"),
        _("partnership"),
        _("renew a licence"),
    ),
    who_may=(
        _("You are 18 or older."),
        _("The business is within the limits of the corporation."),
        _("For a partnership or company, one of the partners or directors applies."),
    ),
    eligibility="person.age >= 18",
    form=Form(BUSINESS, PREMISES, OWNERS, PAPERS, YEARS),
    fee=FEE,
    fee_words=_(
        "₹400 to ₹1000 a year by the kind of business; twice as much above 20 square metres, four "
        "times above 100. What is hazardous costs half as much again. ₹100 for each application."
    ),
    payment="before",
    promise=12,
    stages=(
        Stage(
            "inspection",
            _("The inspector visits the place"),
            post="inspector",
            days=5,
            record=INSPECTION,
            escalates=(Escalation("officer"),),
        ),
        Stage("clearance", _("Fire and health branches look at it"), post="clerk", days=4),
        Stage("decision", _("The licensing officer decides"), post="officer", days=2),
    ),
    workflow=WORKFLOW,
    issues=(IssuedDocument("trade-licence", _("Trade licence"), kept_as="vault.trade_licence"),),
    pauses=(Pause("court", _("A court must decide something first")),),
    appeals=LEVELS,
    renewal=Renewal(months=12, remind_days=30),
    # The inspector comes when the papers are there: two weeks would be too late for many.
    reminders=Reminders(draft_days=10, answer_days=5),
    channels=("online", "counter"),
    shares=_("To inspect the place, to decide, and to write the licence."),
    keeps=_(
        "The corporation keeps the register of licences for good, and the answers and documents "
        "for five years after the licence has ended."
    ),
)
