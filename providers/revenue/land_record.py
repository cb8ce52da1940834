"""The copy of a land record: a fee by pages, paid when the record is found."""

from portal.registry import (
    Appointment,
    Declaration,
    Field,
    Form,
    Hours,
    IssuedDocument,
    Notice,
    Office,
    Service,
    Stage,
    Step,
    _,
)

# A certified copy may be collected; whoever comes at a time of their own waits for nobody.
COUNTER = Appointment(
    offices=(
        Office(
            "tehsil",
            _("Counter at your tehsil office"),
            _("The tehsil office for the place where you live or where the land is."),
        ),
    ),
    hours=tuple(Hours(weekday, "09:00", "13:00") for weekday in range(1, 6)),
    seats=2,
    pauses=False,
    required=False,
)
LAND = Step(
    _("The land"),
    Field.address(
        "place",
        _("Where the land is"),
        hint=_("Choose the district, the tehsil and the village."),
        personal="none",
    ),
    Field.choice(
        "number_kind",
        _("Which number do you know?"),
        {
            "khewat": _("Khewat number (the owner's account)"),
            "khatauni": _("Khatauni number (the tiller's account)"),
            "khasra": _("Khasra number (the field)"),
        },
        hint=_("It stands on any earlier copy, and on the deed of sale."),
        personal="none",
    ),
    Field.text(
        "number",
        _("The number"),
        hint=_("For example 112 or 45//12/2. Divide several numbers by a comma."),
        max_length=120,
        pattern=r"[0-9]+([/,\- ]{1,2}[0-9]+)*",
        pattern_message=_("Write digits. Between numbers may stand / , - or a space."),
        personal="none",
    ),
    Field.name(
        "owner",
        _("Name of an owner, if you know it"),
        hint=_("It helps us to find the right record."),
        required=False,
    ),
    slug="land",
)

COPY = Step(
    _("The copy"),
    Field.choice(
        "record",
        _("Which record?"),
        {
            "jamabandi": _("Jamabandi (record of rights, fard)"),
            "girdawari": _("Girdawari (record of crops)"),
            "mutation": _("Mutation (intkal)"),
        },
        personal="none",
    ),
    Field.yes_no("latest", _("Do you want the latest record?"), personal="none"),
    Field.integer(
        "year",
        _("Which year?"),
        at_least=1900,
        at_most=2100,
        when="latest == false",
        personal="none",
    ),
    Field.choice(
        "certified",
        _("Plain or certified?"),
        {
            "plain": _("Plain copy, to read"),
            "certified": _("Certified copy, for banks, courts and offices"),
        },
        personal="none",
    ),
    Field.integer(
        "pages",
        _("How many pages?"),
        hint=_(
            "One khewat takes one or two pages. If there are more, we tell you before we print."
        ),
        at_least=1,
        at_most=100,
        unit=_("pages"),
        personal="none",
    ),
    Field.choice(
        "needed_for",
        _("What do you need the copy for?"),
        {
            "own": _("For myself"),
            "loan": _("A loan"),
            "sale": _("To sell or buy the land"),
            "court": _("A court"),
            "scheme": _("A government scheme"),
            "other": _("Something else"),
        },
    ),
    Field.text("needed_for_other", _("What is it?"), when="needed_for == 'other'"),
    slug="copy",
)

COLLECT = Step(
    _("Who collects it"),
    Field.name("applicant", _("Your full name"), prefill="profile.name"),
    Field.phone(
        "phone",
        _("Mobile number"),
        hint=_("We tell you here when the copy is ready."),
        prefill="profile.phone",
    ),
    Field.email("email", _("E-mail address"), required=False, prefill="profile.email"),
    Notice(
        "at_the_counter",
        _("You pay when the record is found. Then you collect the copy at the tehsil office."),
    ),
    Declaration(
        "for_lawful_use",
        _("I use the copy only for what I have stated here."),
    ),
    slug="collect",
)

LAND_RECORD = Service(
    slug="land-record-copy",
    title=_("Copy of a land record"),
    summary=_("A copy of the jamabandi, girdawari or mutation of a piece of land."),
    description=_(
        "The record shows who owns a piece of land, who tills it and what grows on it. Anyone may "
        "ask for a copy. You collect it at the tehsil office."
    ),
    category="land",
    life_events=("building", "loss"),
    audience=("everyone", "farmers", "landowners"),
    keywords=(
        _("fard"),
        _("jamabandi"),
        _("girdawari"),
        _("mutation"),
        _("khasra"),
        _("record of rights"),
    ),
    who_may=(_("Anyone may ask for a copy. You need not own the land."),),
    form=Form(LAND, COPY, COLLECT),
    fee=(
        "money('20.00', 'INR') + money('5.00', 'INR') * (pages - 1)"
        " + (certified == 'certified' ? money('25.00', 'INR') : money('0.00', 'INR'))"
    ),
    fee_words=_(
        "₹20 for the first page and ₹5 for each further page. A certified copy costs ₹25 more."
    ),
    payment="after",
    promise=3,
    stages=(
        Stage("search", _("The record is looked up")),
        Stage("ready", _("Ready to collect"), appointment=COUNTER),
    ),
    issues=(
        IssuedDocument("land-record-copy", _("Copy of a land record"), kept_as="vault.land_record"),
    ),
    channels=("online", "counter"),
    shares=_("To find the record, and to tell you when the copy is ready."),
    keeps=_("The department keeps your request for one year."),
)
