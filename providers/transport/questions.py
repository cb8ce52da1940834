"""Questions that both services of the department ask."""

from portal.registry import Document, Field, Notice, Step, _

YOU = Step(
    _("About you"),
    Field.name(
        "applicant",
        _("Your full name"),
        hint=_("As it stands on your identity document."),
        prefill="profile.name",
    ),
    Field.name("guardian", _("Name of your father or husband"), prefill="profile.father_name"),
    Field.date(
        "born",
        _("Date of birth"),
        not_after="today",
        prefill="profile.birth_date",
    ),
    Field.choice(
        "blood_group",
        _("Blood group"),
        {
            "a_plus": _("A+"),
            "a_minus": _("A−"),
            "b_plus": _("B+"),
            "b_minus": _("B−"),
            "ab_plus": _("AB+"),
            "ab_minus": _("AB−"),
            "o_plus": _("O+"),
            "o_minus": _("O−"),
        },
        required=False,
        personal="sensitive",
        purpose=_("It is printed on the licence, for help after an accident."),
    ),
    Field.phone("phone", _("Mobile number"), prefill="profile.phone"),
    Field.email("email", _("E-mail address"), required=False, prefill="profile.email"),
    Field.address(
        "home",
        _("Home address"),
        hint=_("Your licence belongs to the transport office of this place."),
        prefill="profile.home",
    ),
    slug="you",
)

HEALTH_PURPOSE = _("Whoever drives must be able to see the road and to react in time.")

HEALTH = Step(
    _("Your health"),
    Field.yes_no(
        "sees_well",
        _("Can you read a number plate from 25 metres, with glasses if you wear them?"),
        personal="sensitive",
        purpose=HEALTH_PURPOSE,
    ),
    Field.yes_no(
        "fits",
        _("Do you have fits, or do you lose consciousness without warning?"),
        personal="sensitive",
        purpose=HEALTH_PURPOSE,
    ),
    Notice(
        "see_a_doctor",
        _("A doctor decides whether you can drive safely. Attach the medical certificate."),
        tone="warn",
        when="fits || !sees_well",
    ),
    slug="health",
)

IDENTITY_PROOF = Document(
    "identity_proof",
    _("Proof of identity and age"),
    hint=_("Passport, birth certificate, school certificate or voter card."),
)
ADDRESS_PROOF = Document(
    "address_proof",
    _("Proof of address"),
    hint=_("Electricity or water bill, rent deed or ration card."),
)
PORTRAIT = Field.photo(
    "portrait",
    _("Your photograph"),
    hint=_("Your face from the front, without cap or dark glasses. It is printed on the licence."),
)
