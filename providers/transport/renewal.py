"""The renewal of a driving licence: late by more than a year, it needs a new test."""

from portal.registry import (
    Declaration,
    Document,
    Field,
    Form,
    IssuedDocument,
    LateFee,
    Notice,
    Rate,
    Renewal,
    Service,
    Stage,
    Step,
    Tariff,
    _,
)
from providers.transport.questions import ADDRESS_PROOF, HEALTH, PORTRAIT, YOU

LICENCE = Step(
    _("Your licence"),
    Field.text(
        "licence_number",
        _("Number of your driving licence"),
        max_length=20,
        pattern=r"[A-Z]{2}[0-9]{2}[ -]?[0-9]{11}",
        pattern_message=_("Write two letters, then 13 digits, such as PB08 20190001234."),
        personal="identity",
        purpose=_("We look up the licence that you have."),
    ),
    Field.date(
        "issued_on",
        _("Day of issue"),
        not_after="today",
        personal="personal",
    ),
    Field.month(
        "ends",
        _("Month in which it ends or ended"),
        hint=_("It stands on the front of the licence."),
    ),
    Field.choice(
        "lateness",
        _("Has the licence ended?"),
        {
            "not_yet": _("It has not ended yet"),
            "a_month": _("It ended up to a month ago"),
            "a_year": _("It ended between a month and a year ago"),
            "longer": _("It ended more than a year ago"),
        },
        personal="none",
    ),
    Field.integer(
        "years_late",
        _("How many years ago?"),
        hint=_("Count full years."),
        at_least=1,
        at_most=40,
        when="lateness == 'longer'",
        personal="none",
    ),
    Notice(
        "new_test",
        _("The licence ended more than a year ago, so you take the driving test again."),
        tone="warn",
        when="lateness == 'longer'",
    ),
    Field.choices(
        "vehicles",
        _("Kinds of vehicle on the licence"),
        {
            "motorcycle": _("Motor cycle with gear"),
            "car": _("Car or jeep"),
            "tractor": _("Tractor"),
            "transport": _("Truck, bus or taxi"),
        },
        at_least=1,
        personal="none",
    ),
    Field.yes_no(
        "lost",
        _("Is the licence lost or damaged?"),
        personal="none",
    ),
    slug="licence",
)

PAPERS = Step(
    _("Documents"),
    PORTRAIT,
    Document("old_licence", _("The licence, both sides"), when="lost == false"),
    Document(
        "police_report",
        _("Report of the loss"),
        hint=_("From the police, or the number of the online report as a picture."),
        when="lost",
    ),
    Field.yes_no("moved", _("Has your address changed since the licence was issued?")),
    ADDRESS_PROOF.model_copy(update={"when": "moved"}),
    Document(
        "medical_certificate",
        _("Medical certificate"),
        hint=_("Form 1A, signed by a registered doctor in the last 30 days."),
        when="'transport' in vehicles || fits || !sees_well || years_between(born, ends) >= 40",
        personal="sensitive",
        purpose=_("Whoever drives must be able to see the road and to react in time."),
    ),
    Declaration("true_statement", _("What I have stated is true.")),
    slug="papers",
)

LICENCE_RENEWAL = Service(
    slug="driving-licence-renewal",
    title=_("Renewal of a driving licence"),
    summary=_("Drive on with a licence that ends soon or has ended."),
    description=_(
        "You can renew from one year before the licence ends until one year after it, without a"
        " test. The new licence comes by post."
    ),
    category="transport",
    life_events=("ageing", "moving"),
    audience=("everyone", "workers"),
    keywords=(
        _("driving licence"),
        _("DL"),
        _("expired licence"),
        _("smart card"),
    ),
    who_may=(_("You hold a driving licence that was issued in the state."),),
    form=Form(YOU, LICENCE, HEALTH, PAPERS),
    tariff=Tariff(
        rates=(
            Rate("lost", _("Renewal, and a new card"), "money('400.00', 'INR')", when="lost"),
            Rate("renewal", _("Renewal"), "money('200.00', 'INR')"),
        ),
        late_fees=(
            LateFee(
                "late",
                _("It ended over a month ago"),
                "money('300.00', 'INR')",
                "lateness in ['a_year', 'longer']",
            ),
            LateFee(
                "years-late",
                _("For each full year since it ended"),
                "money('1000.00', 'INR') * years_late",
                "lateness == 'longer'",
            ),
        ),
    ),
    fee_words=_(
        "₹200. ₹300 more if the licence ended over a month ago, and ₹1,000 more for each full year."
        " ₹200 more for a lost or damaged licence."
    ),
    payment="before",
    promise=10,
    stages=(
        Stage("scrutiny", _("Your papers are checked")),
        Stage("printing", _("The licence is printed and posted")),
    ),
    issues=(IssuedDocument("driving-licence", _("Driving licence (PDF)")),),
    renewal=Renewal(months=120, remind_days=60),
    shares=_("To find your licence, to check your health statement and to post the new one."),
    keeps=_("The department keeps your application for as long as the licence is good."),
)
