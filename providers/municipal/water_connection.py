"""A new water connection: a survey first, then a fee by size, use and the road that is cut."""

from portal.registry import (
    Declaration,
    Document,
    Field,
    Form,
    IssuedDocument,
    Notice,
    Service,
    Stage,
    Step,
    Visit,
    _,
)
from providers.municipal.appeals import LEVELS

IDENTITY_PURPOSE = _("So that the connection is made in the right person's name.")

PLACE = Step(
    _("The place"),
    Field.name(
        "applicant",
        _("Your full name"),
        hint=_("The bills will carry this name."),
        prefill="profile.name",
    ),
    Field.name("guardian", _("Name of your father or husband"), prefill="profile.father_name"),
    Field.phone(
        "phone",
        _("Mobile number"),
        hint=_("The surveyor calls this number before coming."),
        prefill="profile.phone",
    ),
    Field.email("email", _("E-mail address"), required=False, prefill="profile.email"),
    Field.address(
        "premises",
        _("Where the water is needed"),
        prefill="profile.home",
    ),
    Field.location(
        "spot",
        _("The spot of the meter"),
        hint=_("Stand at the spot and give the position of your phone, or name a landmark."),
    ),
    Field.audio(
        "directions",
        _("Tell us the way, if it is hard to find"),
        hint=_("Speak in any language, for a minute or two."),
        required=False,
        most_seconds=120,
    ),
    Field.choice(
        "tenure",
        _("Is the place yours?"),
        {"own": _("I own it"), "rented": _("I rent it")},
    ),
    Field.name("owner", _("Name of the owner"), when="tenure == 'rented'"),
    Field.phone("owner_phone", _("Mobile number of the owner"), when="tenure == 'rented'"),
    Field.text(
        "property_number",
        _("Property tax number, if there is one"),
        hint=_("It stands on the property tax receipt."),
        required=False,
        max_length=30,
    ),
    slug="place",
)

CONNECTION = Step(
    _("The connection"),
    Field.choice(
        "use",
        _("What is the water for?"),
        {
            "home": _("A home"),
            "trade": _("A shop, office or hotel"),
            "industry": _("A factory or workshop"),
            "institution": _("A school, hospital or place of worship"),
            "building": _("Building work, for some months"),
        },
        personal="none",
    ),
    Field.integer(
        "homes",
        _("How many families live there?"),
        when="use == 'home'",
        at_least=1,
        at_most=500,
        unit=_("families"),
    ),
    Field.integer(
        "daily_litres",
        _("How much water do you need in a day?"),
        hint=_("A tanker holds about 5000 litres."),
        when="use == 'trade' || use == 'industry'",
        at_least=1,
        at_most=1000000,
        unit=_("litres"),
        personal="none",
    ),
    Field.month(
        "works_end",
        _("In which month does the building work end?"),
        when="use == 'building'",
        not_before="today",
        personal="none",
    ),
    Field.choice(
        "pipe",
        _("Size of the pipe"),
        {
            "mm15": _("15 mm (half an inch)"),
            "mm20": _("20 mm (three quarters of an inch)"),
            "mm25": _("25 mm (one inch)"),
            "mm40": _("40 mm (one and a half inches)"),
        },
        hint=_("15 mm is enough for one or two families."),
        valid=(
            "use != 'home' || pipe in ['mm15', 'mm20'] || homes >= 4",
            _("A home of fewer than four families gets a pipe of 15 or 20 mm."),
        ),
        personal="none",
    ),
    Field.yes_no("sewer", _("Do you also need a sewer connection?"), personal="none"),
    slug="connection",
)

# What the corporation pays for mending the road, for each running metre.
ROAD_CHARGE = (
    "road_cut == false ? money('0.00', 'INR')"
    " : (surface == 'earth' ? money('50.00', 'INR')"
    " : surface == 'brick' ? money('350.00', 'INR')"
    " : surface == 'tar' ? money('700.00', 'INR')"
    " : money('950.00', 'INR')) * road_metres"
)

WORKS = Step(
    _("Plumber and road"),
    Field.yes_no(
        "has_plumber",
        _("Have you found a licensed plumber?"),
        hint=_("If not, we give you the list of licensed plumbers when we have surveyed."),
        personal="none",
    ),
    Field.name("plumber", _("Name of the plumber"), when="has_plumber"),
    Field.text(
        "plumber_licence",
        _("Licence number of the plumber"),
        hint=_("For example PL-0412."),
        when="has_plumber",
        max_length=12,
        pattern=r"PL-[0-9]{4}",
        pattern_message=_("Write PL- and four digits."),
        personal="none",
    ),
    Field.phone("plumber_phone", _("Mobile number of the plumber"), when="has_plumber"),
    Field.yes_no(
        "road_cut",
        _("Does the pipe cross a road or lane?"),
        hint=_("The main usually lies in the middle of the road."),
        personal="none",
    ),
    Field.choice(
        "surface",
        _("What is the road made of?"),
        {
            "earth": _("Earth"),
            "brick": _("Bricks or tiles"),
            "tar": _("Tar"),
            "concrete": _("Concrete"),
        },
        when="road_cut",
        personal="none",
    ),
    Field.decimal(
        "road_metres",
        _("How much of the road must be cut?"),
        hint=_("Measure from the main to your wall. The surveyor measures again."),
        when="road_cut",
        at_least="0.5",
        at_most="60",
        places=1,
        unit=_("metres"),
        personal="none",
    ),
    Field.photo(
        "road_photo",
        _("Photo of the road where it must be cut"),
        when="road_cut",
        personal="none",
    ),
    Field.computed(
        "road_charge",
        _("Charge for mending the road"),
        rule=ROAD_CHARGE,
        gives="money",
        personal="none",
    ),
    slug="works",
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
    Document(
        "rent_deed",
        _("Rent deed"),
        when="tenure == 'rented'",
    ),
    Document(
        "owner_consent",
        _("Letter of the owner that allows the connection"),
        when="tenure == 'rented'",
    ),
    Document(
        "building_plan",
        _("Approved building plan"),
        when="use == 'building' || use == 'industry'",
        personal="none",
    ),
    Notice(
        "no_pump",
        _("A pump on the water main is not allowed. The connection is cut if one is found."),
        tone="warn",
    ),
    Declaration(
        "true_statement",
        _("What I have stated is true and complete, as far as I know."),
    ),
    Declaration(
        "pays_bills",
        _("I pay the water bills on time, and tell the corporation when I move out."),
    ),
    slug="papers",
)

WATER_CONNECTION = Service(
    slug="water-connection",
    title=_("New water connection"),
    summary=_("A pipe from the main to your house, shop or workshop, with a meter."),
    description=_(
        "A surveyor looks at the place and measures the road. When the connection is approved, "
        "you pay, your plumber lays the pipe, and we set the meter and open the water."
    ),
    category="water",
    life_events=("building", "moving", "business"),
    audience=("everyone", "families", "businesses", "landowners"),
    keywords=(
        _("tap"),
        _("water supply"),
        _("water meter"),
        _("sewerage"),
        _("plumber"),
        _("road cutting"),
    ),
    who_may=(
        _("You own a place within the limits of the corporation."),
        _("You rent one, and its owner agrees in writing."),
    ),
    form=Form(PLACE, CONNECTION, WORKS, PAPERS),
    fee=(
        "(pipe == 'mm15' ? money('500.00', 'INR')"
        " : pipe == 'mm20' ? money('1000.00', 'INR')"
        " : pipe == 'mm25' ? money('2000.00', 'INR')"
        " : money('5000.00', 'INR'))"
        " * (use in ['home', 'institution'] ? 1 : use == 'industry' ? 3 : 2)"
        " + (use == 'home' ? money('500.00', 'INR') : money('2000.00', 'INR'))"
        " + (sewer ? money('300.00', 'INR') : money('0.00', 'INR'))"
        " + road_charge"
    ),
    fee_words=_(
        "From ₹500 to ₹5000 by the size of the pipe; twice as much for a shop or building work, "
        "three times for a factory. A deposit of ₹500 for a home and ₹2000 for others. A sewer "
        "costs ₹300 more. Mending the road costs ₹50 to ₹950 for each metre."
    ),
    payment="after",
    promise=15,
    stages=(
        Stage(
            "survey",
            _("The surveyor visits the place"),
            post="inspector",
            visit=Visit(_("The place"), "premises", required=False),
        ),
        Stage("estimate", _("The engineer checks the estimate"), post="officer"),
        Stage("pipe", _("The pipe is laid"), post="inspector"),
        Stage("meter", _("The meter is set"), post="inspector"),
    ),
    appeals=LEVELS,
    # The road is cut by another department: people ask themselves when that takes too long.
    appeal_when_late=False,
    issues=(
        IssuedDocument("connection-letter", _("Connection letter")),
        IssuedDocument("meter-card", _("Meter card")),
    ),
    channels=("online", "counter"),
    shares=_("To survey the place, to work out the charges and to make the connection."),
    keeps=_(
        "The corporation keeps the answers and documents as long as the connection lasts, and "
        "eight years after."
    ),
)
