"""Copies of a birth certificate: a fee by copies and by the age of the register."""

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

IDENTITY_PURPOSE = _("So that the certificate is given to somebody who may have it.")

YOU = Step(
    _("Who is asking"),
    Field.choice(
        "relation",
        _("Whose birth is it?"),
        {
            "self": _("My own"),
            "child": _("My child's"),
            "grandchild": _("My grandchild's"),
            "ward": _("A child that I am the guardian of"),
            "other": _("Somebody else's, with their permission"),
        },
    ),
    Field.name(
        "applicant",
        _("Your full name"),
        hint=_("As it stands on your identity document."),
        prefill="profile.name",
    ),
    Field.phone(
        "phone",
        _("Mobile number"),
        hint=_("We tell you here when the certificate is ready."),
        prefill="profile.phone",
    ),
    Field.email("email", _("E-mail address"), required=False, prefill="profile.email"),
    Field.national_id(
        "aadhaar",
        _("Aadhaar number"),
        hint=_("12 digits."),
        scheme="aadhaar",
        prefill="profile.national_id",
        purpose=IDENTITY_PURPOSE,
    ),
    slug="you",
)

RECORD = Step(
    _("The record"),
    Field.choice(
        "known",
        _("How shall we find the record?"),
        {
            "number": _("By its registration number"),
            "names": _("By names and the date of birth"),
        },
        hint=_("The number stands on any earlier certificate. It makes the search quicker."),
        personal="none",
    ),
    Field.text(
        "registration_number",
        _("Registration number"),
        hint=_("For example 1427/2016."),
        when="known == 'number'",
        max_length=30,
        pattern=r"[0-9]{1,6}[/-](19|20)[0-9]{2}",
        pattern_message=_("Write the number, a / and the year, such as 1427/2016."),
    ),
    Field.date(
        "registered_on",
        _("Date of registration"),
        when="known == 'number'",
        not_before="1900-01-01",
        not_after="today",
    ),
    Field.name(
        "born_name",
        _("Name of the person who was born"),
        hint=_("Leave it empty if the birth was registered without a name."),
        required=False,
    ),
    Field.yes_no(
        "day_known",
        _("Do you know the day of birth?"),
        when="known == 'names'",
        personal="none",
    ),
    Field.date(
        "born_on",
        _("Date of birth"),
        when="day_known",
        not_before="1900-01-01",
        not_after="today",
    ),
    Field.month(
        "born_in",
        _("Month of birth"),
        hint=_("If you are not sure, give the month that is most likely. We look at three months."),
        when="day_known == false",
        not_before="1900-01",
        not_after="today",
    ),
    Field.choice(
        "sex",
        _("Gender"),
        {"female": _("Female"), "male": _("Male"), "other": _("Other")},
        when="known == 'names'",
    ),
    Field.name("mother", _("Mother's name"), when="known == 'names'"),
    Field.name("father", _("Father's name"), when="known == 'names'", required=False),
    Field.choice(
        "born_at",
        _("Where was the birth?"),
        {
            "hospital": _("In a hospital or clinic"),
            "home": _("At home"),
            "elsewhere": _("Somewhere else in the city"),
        },
        when="known == 'names'",
    ),
    Field.text("hospital", _("Name of the hospital"), when="born_at == 'hospital'"),
    Field.text(
        "born_locality",
        _("Mohalla, street or place"),
        when="born_at == 'home' || born_at == 'elsewhere'",
    ),
    slug="record",
)

# The registers of 2005 and later are in the computer; those before 1970 are in the record room.
RECORD_DAY = "(known == 'number' ? registered_on : (day_known ? born_on : born_in))"
SEARCH_FEE = (
    f"{RECORD_DAY} >= date('2005-01-01') ? money('0.00', 'INR')"
    f" : {RECORD_DAY} >= date('1970-01-01') ? money('50.00', 'INR')"
    " : money('100.00', 'INR')"
)

COPIES = Step(
    _("Copies and delivery"),
    Field.integer(
        "copies",
        _("How many copies?"),
        at_least=1,
        at_most=20,
        unit=_("copies"),
        personal="none",
    ),
    Field.choice(
        "script",
        _("In which language?"),
        {
            "punjabi": _("Punjabi and English"),
            "hindi": _("Hindi and English"),
        },
        personal="none",
    ),
    Field.choice(
        "delivery",
        _("How do you want to get it?"),
        {
            "download": _("As a signed file that I can download"),
            "counter": _("On paper, at the citizens' counter"),
            "post": _("On paper, by post"),
        },
        personal="none",
    ),
    Field.address(
        "post_to",
        _("Where to send it"),
        when="delivery == 'post'",
        prefill="profile.home",
    ),
    Field.choice(
        "needed_for",
        _("What do you need it for?"),
        {
            "school": _("Admission to a school"),
            "passport": _("A passport"),
            "aadhaar": _("An Aadhaar number"),
            "abroad": _("To travel or settle abroad"),
            "other": _("Something else"),
        },
        required=False,
    ),
    Field.computed(
        "search_fee",
        _("Fee for the search"),
        hint=_("Registers before 2005 are searched by hand."),
        rule=SEARCH_FEE,
        gives="money",
        personal="none",
    ),
    slug="copies",
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
        "guardian_proof",
        _("Order of guardianship"),
        when="relation == 'ward'",
        personal="identity",
        purpose=IDENTITY_PURPOSE,
    ),
    Document(
        "permission",
        _("Signed permission of the person, or of a parent"),
        when="relation == 'other' || relation == 'grandchild'",
    ),
    Document(
        "earlier_certificate",
        _("An earlier certificate, if you have one"),
        required=False,
    ),
    Notice(
        "not_found",
        _("If we find no record, you get a certificate that says so. The fee is not given back."),
    ),
    Declaration(
        "true_statement",
        _("What I have stated is true and complete, as far as I know."),
    ),
    slug="papers",
)

BIRTH_CERTIFICATE = Service(
    slug="birth-certificate-copy",
    title=_("Copy of a birth certificate"),
    summary=_("A certified copy for a birth that was registered in the city."),
    description=_(
        "The corporation keeps the register of births in the city since 1900. It looks up the "
        "record and gives you as many certified copies as you ask for. A birth that was never "
        "registered is registered at the citizens' counter first."
    ),
    category="certificates",
    life_events=("child", "study", "moving"),
    audience=("everyone", "families", "students"),
    keywords=(
        _("birth"),
        _("date of birth"),
        _("newborn"),
        _("register of births"),
        _("proof of age"),
    ),
    who_may=(
        _("The person who was born, if 18 or older."),
        _("A parent or guardian."),
        _("Anybody else with a signed permission."),
    ),
    form=Form(YOU, RECORD, COPIES, PAPERS),
    fee=(
        "money('30.00', 'INR') + money('20.00', 'INR') * (copies - 1) + search_fee"
        " + (delivery == 'post' ? money('45.00', 'INR') : money('0.00', 'INR'))"
    ),
    fee_words=_(
        "₹30 for the first copy and ₹20 for each further copy. The search costs ₹50 more for "
        "records before 2005 and ₹100 more for records before 1970. Post costs ₹45."
    ),
    payment="before",
    promise=5,
    stages=(
        Stage("search", _("The record is looked up"), post="clerk"),
        Stage("signature", _("The registrar signs"), post="officer"),
        Stage("ready", _("Ready to collect, or in the post"), post="clerk"),
    ),
    issues=(
        IssuedDocument(
            "birth-certificate", _("Birth certificate"), kept_as="vault.birth_certificate"
        ),
    ),
    channels=("online", "counter", "service_centre"),
    shares=_("To find the record, to see that you may have it, and to send it to you."),
    keeps=_(
        "The corporation keeps the register for good, and your request and documents for three "
        "years."
    ),
)
