"""The learner's licence: who is under 18 needs a guardian; the fee goes by the kinds of vehicle."""

from portal.registry import (
    Declaration,
    Document,
    Field,
    Form,
    IssuedDocument,
    Renewal,
    Service,
    Stage,
    Step,
    _,
)
from providers.transport.questions import (
    ADDRESS_PROOF,
    HEALTH,
    IDENTITY_PROOF,
    PORTRAIT,
    YOU,
)

VEHICLES = Step(
    _("What you want to drive"),
    Field.choices(
        "vehicles",
        _("Kinds of vehicle"),
        {
            "moped": _("Motor cycle without gear, up to 50 cc"),
            "motorcycle": _("Motor cycle with gear"),
            "car": _("Car or jeep"),
            "tractor": _("Tractor"),
            "transport": _("Truck, bus or taxi"),
        },
        at_least=1,
        personal="none",
        valid=(
            (
                "years_between(born, test_day) >= 18"
                " || (years_between(born, test_day) >= 16 && vehicles.all(one, one == 'moped'))"
            ),
            _(
                "At 16 you may learn to ride a motor cycle without gear. Everything else is for"
                " those who are 18 on the day of the test."
            ),
        ),
    ),
    Field.text(
        "licence_number",
        _("Number of your driving licence"),
        hint=_("Whoever wants to drive a truck, bus or taxi has driven a car for a year."),
        max_length=20,
        pattern=r"[A-Z]{2}[0-9]{2}[ -]?[0-9]{11}",
        pattern_message=_("Write two letters, then 13 digits, such as PB08 20190001234."),
        when="'transport' in vehicles",
        personal="identity",
        purpose=_("We look up the licence that you have."),
    ),
    slug="vehicles",
)

TEST = Step(
    _("The test"),
    Field.date(
        "test_day",
        _("On which day would you like to take the test?"),
        hint=_("We confirm the day, or offer the nearest one that is free."),
        not_before="today",
        personal="none",
    ),
    Field.choice(
        "test_language",
        _("Language of the test"),
        {
            "pa": _("Punjabi"),
            "hi": _("Hindi"),
            "en": _("English"),
            "ur": _("Urdu"),
        },
        personal="none",
    ),
    slug="test",
)

GUARDIAN = Step(
    _("Your guardian"),
    Field.name("consenting_guardian", _("Name of your mother, father or guardian")),
    Field.phone("guardian_phone", _("Mobile number of your guardian")),
    Document("guardian_consent", _("Consent of your guardian, signed")),
    slug="guardian",
    when="years_between(born, test_day) < 18",
)

PAPERS = Step(
    _("Documents"),
    PORTRAIT,
    IDENTITY_PROOF,
    ADDRESS_PROOF,
    Document(
        "medical_certificate",
        _("Medical certificate"),
        hint=_("Form 1A, signed by a registered doctor in the last 30 days."),
        when="'transport' in vehicles || fits || !sees_well || years_between(born, test_day) >= 40",
        personal="sensitive",
        purpose=_("Whoever drives must be able to see the road and to react in time."),
    ),
    Declaration(
        "true_statement",
        _("What I have stated is true, and I know that I may drive with a teacher beside me only."),
    ),
    slug="papers",
)

LEARNERS_LICENCE = Service(
    slug="learners-licence",
    title=_("Learner's licence"),
    summary=_("Learn to drive on public roads with a teacher beside you."),
    description=_(
        "You take a test of 15 questions on signs and rules at a computer. With nine right answers"
        " you get the learner's licence, good for six months. After 30 days you may take the"
        " driving test."
    ),
    category="transport",
    life_events=("study", "work"),
    audience=("everyone", "students"),
    keywords=(
        _("driving licence"),
        _("learning to drive"),
        _("LL"),
        _("driving test"),
        _("motor cycle"),
    ),
    who_may=(
        _("You are 16 for a motor cycle without gear, 18 for everything else."),
        _("You live in the state."),
    ),
    form=Form(YOU, TEST, VEHICLES, GUARDIAN, HEALTH, PAPERS),
    fee="money('150.00', 'INR') * size(vehicles) + money('50.00', 'INR')",
    fee_words=_("₹150 for each kind of vehicle, and ₹50 for the test."),
    payment="before",
    promise=7,
    stages=(
        Stage("scrutiny", _("Your papers are checked")),
        Stage("test", _("The test")),
    ),
    eligibility="person.age >= 16",
    issues=(IssuedDocument("learners-licence", _("Learner's licence (PDF)")),),
    renewal=Renewal(months=6, remind_days=30),
    shares=_("To check who you are and how old you are, and to call you to the test."),
    keeps=_("The department keeps your application for as long as the licence is good."),
)
