"""A new connection: what is asked follows from what the electricity is for."""

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
    _,
)

KILOWATT = _("kW")
# One horse power of a pump is 0.746 kW.
CONNECTED_LOAD = "use == 'farm' ? pump * 0.746 : load"
# What is held back as security for each kW or part of one.
DEPOSIT = (
    "(use == 'home' ? money('400.00', 'INR')"
    " : use == 'shop' ? money('800.00', 'INR')"
    " : use == 'farm' ? money('200.00', 'INR')"
    " : money('1500.00', 'INR')) * round_up(connected_load)"
)
FEE = (
    "(use == 'home' ? money('100.00', 'INR')"
    " : use == 'shop' ? money('250.00', 'INR')"
    " : use == 'farm' ? money('50.00', 'INR')"
    " : money('1000.00', 'INR')) + deposit"
)

NEED = Step(
    _("What you need"),
    Field.choice(
        "use",
        _("What is the electricity for?"),
        {
            "home": _("A home"),
            "shop": _("A shop or an office"),
            "farm": _("A pump for a farm"),
            "industry": _("A factory or workshop"),
        },
        personal="none",
    ),
    Field.decimal(
        "load",
        _("How much power do you need?"),
        hint=_(
            "Add up all that may run at once. A fan takes 0.1 kW, a refrigerator 0.3 kW, an air "
            "conditioner 1.5 kW."
        ),
        at_least="0.5",
        at_most="100",
        places=1,
        unit=KILOWATT,
        when="use != 'farm'",
        personal="none",
    ),
    Field.decimal(
        "pump",
        _("Power of the pump"),
        hint=_("It stands on the plate of the motor."),
        at_least="1",
        at_most="25",
        places=1,
        unit=_("horse power"),
        when="use == 'farm'",
        personal="none",
    ),
    Field.computed(
        "connected_load",
        _("Connected load"),
        hint=_("The supply is laid out for this."),
        rule=CONNECTED_LOAD,
        gives="decimal",
        unit=KILOWATT,
        personal="none",
    ),
    Field.choice(
        "phases",
        _("Which supply?"),
        {
            "single": _("Single phase, 230 volts"),
            "three": _("Three phases, 400 volts"),
        },
        hint=_("Three phases are needed above 7 kW, and for most motors."),
        valid=(
            "phases == 'three' || connected_load <= 7",
            _("Above 7 kW you need three phases. Choose them, or a smaller load."),
        ),
        personal="none",
    ),
    Field.computed(
        "deposit",
        _("Security deposit"),
        hint=_("You get it back when you give the connection up."),
        rule=DEPOSIT,
        gives="money",
        personal="none",
    ),
    slug="need",
)

SHOP = Step(
    _("The shop or office"),
    Field.text("trade", _("What do you sell or do there?"), max_length=120),
    Field.text(
        "licence_number",
        _("Number of the trade licence"),
        max_length=40,
        required=False,
    ),
    Field.yes_no("board", _("Do you want a lit sign outside?"), personal="none"),
    when="use == 'shop'",
    slug="shop",
)

FARM = Step(
    _("The farm"),
    Field.text(
        "field",
        _("Khasra number of the field"),
        hint=_("For example 45//12/2. It stands on the land record."),
        max_length=60,
        pattern=r"[0-9]+(/{1,2}[0-9]+)*",
        pattern_message=_("Write digits, with / or // between them."),
    ),
    Field.choice(
        "water",
        _("Where does the water come from?"),
        {
            "tubewell": _("A tube well"),
            "well": _("An open well"),
            "canal": _("A canal or a pond"),
        },
        personal="none",
    ),
    Field.integer(
        "depth",
        _("How deep is the well?"),
        at_least=1,
        at_most=500,
        unit=_("metres"),
        when="water == 'tubewell' || water == 'well'",
        personal="none",
    ),
    when="use == 'farm'",
    slug="farm",
)

INDUSTRY = Step(
    _("The factory or workshop"),
    Field.text("product", _("What is made there?"), max_length=120),
    Field.integer(
        "shifts",
        _("How many shifts a day?"),
        at_least=1,
        at_most=3,
        personal="none",
    ),
    Field.decimal(
        "largest_motor",
        _("Power of the largest motor"),
        at_least="0",
        at_most="100",
        places=1,
        unit=KILOWATT,
        valid=(
            "largest_motor <= connected_load",
            _("One motor cannot take more than the whole load. Look at both numbers."),
        ),
        personal="none",
    ),
    when="use == 'industry'",
    slug="industry",
)

PLACE = Step(
    _("The place"),
    Field.address("premises", _("Address of the place"), prefill="profile.home"),
    Field.location(
        "spot",
        _("Where the meter will be"),
        hint=_("Best while you stand there. Else choose the area and name something close by."),
    ),
    Field.photo(
        "meter_place",
        _("Photo of the place for the meter"),
        hint=_("A dry wall that our reader can reach from outside."),
    ),
    Field.choice(
        "holding",
        _("Is the place yours?"),
        {"own": _("It is mine, or my family's"), "rented": _("I rent it")},
    ),
    Field.yes_no("had", _("Was there a connection at this place before?")),
    Field.text(
        "earlier_account",
        _("Account number of that connection, if you know it"),
        required=False,
        max_length=10,
        pattern=r"[0-9]{10}",
        pattern_message=_("Write the 10 digits of the account number, without spaces."),
        when="had",
    ),
    slug="place",
)

YOU = Step(
    _("About you"),
    Field.name(
        "applicant",
        _("Your full name"),
        hint=_("The bills come in this name."),
        prefill="profile.name",
    ),
    Field.name("guardian", _("Name of your father or husband"), prefill="profile.father_name"),
    Field.phone(
        "phone",
        _("Mobile number"),
        hint=_("Bills and news of power cuts come to this number."),
        prefill="profile.phone",
    ),
    Field.email("email", _("E-mail address"), required=False, prefill="profile.email"),
    slug="you",
)

WIRING = Step(
    _("The wiring"),
    Notice(
        "licensed",
        _("An electrician with a licence tests the wiring first. Nothing is connected before."),
    ),
    Field.name("electrician", _("Name of the electrician")),
    Field.text(
        "electrician_licence",
        _("Licence number of the electrician"),
        hint=_("For example EL/12345."),
        max_length=20,
        pattern=r"[A-Za-z]{1,4}/?[0-9]{3,8}",
        pattern_message=_("Write it as it stands on the licence, for example EL/12345."),
    ),
    Field.date("tested", _("Day of the test"), not_after="today", personal="none"),
    Document(
        "test_report",
        _("Test report of the electrician"),
        hint=_("Signed and stamped."),
    ),
    slug="wiring",
)

PAPERS = Step(
    _("Documents"),
    Document(
        "identity_proof",
        _("Proof of identity"),
        hint=_("Voter card, driving licence, passport or ration card."),
        personal="identity",
        purpose=_("So that the connection is given to the right person."),
    ),
    Document(
        "place_proof",
        _("Proof that you live or work there"),
        hint=_("Deed of sale, property tax receipt or rent agreement."),
    ),
    Document(
        "owner_consent",
        _("Letter of consent from the owner"),
        when="holding == 'rented'",
    ),
    Document("trade_licence", _("Trade licence"), required=False, when="use == 'shop'"),
    Document("land_record", _("Land record of the field"), when="use == 'farm'"),
    Document(
        "pollution_consent",
        _("Consent of the Pollution Control Board"),
        when="use == 'industry'",
    ),
    Declaration(
        "true_statement",
        _("What I have stated is true and complete, as far as I know."),
    ),
    Declaration(
        "no_dues",
        _("I owe the corporation nothing for any other connection."),
    ),
    slug="papers",
)

NEW_CONNECTION = Service(
    slug="new-connection",
    title=_("New electricity connection"),
    summary=_("For a home, a shop, a farm or a factory, with its meter."),
    description=_(
        "An engineer looks at the place, the line is laid and the meter is fixed. You pay the fee "
        "and the security deposit when you apply; the deposit is yours and earns interest."
    ),
    category="electricity",
    life_events=("building", "moving", "business"),
    audience=("everyone", "families", "farmers", "businesses"),
    keywords=(
        _("electricity"),
        _("meter"),
        _("power connection"),
        _("tube well connection"),
        _("light"),
        _("load"),
    ),
    who_may=(
        _("You own the place, or the owner agrees in writing."),
        _("An electrician with a licence has tested the wiring."),
    ),
    form=Form(NEED, SHOP, FARM, INDUSTRY, PLACE, YOU, WIRING, PAPERS),
    fee=FEE,
    fee_words=_(
        "A fee of ₹50 (farm), ₹100 (home), ₹250 (shop) or ₹1,000 (factory), and a security deposit "
        "for each kW: ₹200, ₹400, ₹800 or ₹1,500."
    ),
    payment="with",
    promise=15,
    stages=(
        Stage("survey", _("An engineer looks at the place")),
        Stage("line", _("The line is laid")),
        Stage("meter", _("The meter is fixed")),
    ),
    issues=(IssuedDocument("connection-letter", _("Connection letter with the account number")),),
    channels=("online", "counter", "service_centre"),
    shares=_("To lay the line, fix the meter and send the bills."),
    keeps=_(
        "The corporation keeps your answers and documents as long as the connection stands, and "
        "five years after that."
    ),
)
