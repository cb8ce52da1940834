"""Who owns a business that asks for a trade licence: one person, partners or a company."""

from portal.registry import Document, Field, Step, _

IDENTITY_PURPOSE = _("So that the licence is given to the right person.")
PARTNER_PURPOSE = _("So that each partner answers for the business with their own name.")

PARTNERS = Field.group(
    "partners",
    _("The partners"),
    Field.name("partner_name", _("Full name of the partner")),
    Field.name("partner_father", _("Father's name")),
    Field.decimal(
        "share",
        _("Share in the business"),
        at_least="0.01",
        at_most="100",
        places=2,
        unit=_("per cent"),
    ),
    Field.yes_no("partner_abroad", _("Does this partner live abroad?")),
    Field.national_id(
        "partner_aadhaar",
        _("Aadhaar number of the partner"),
        hint=_("12 digits."),
        scheme="aadhaar",
        when="partner_abroad == false",
        purpose=PARTNER_PURPOSE,
    ),
    Field.text(
        "partner_passport",
        _("Passport number of the partner"),
        when="partner_abroad",
        max_length=12,
        pattern=r"[A-Z0-9]{6,12}",
        pattern_message=_("Write capital letters and digits, without spaces."),
        personal="identity",
        purpose=PARTNER_PURPOSE,
    ),
    Field.phone("partner_phone", _("Mobile number of the partner")),
    Document(
        "partner_paper",
        _("Proof of identity of the partner"),
        personal="identity",
        purpose=PARTNER_PURPOSE,
    ),
    item=_("Partner"),
    hint=_("Name all partners, yourself too."),
    when="constitution == 'partnership'",
    at_least=1,
    at_most=8,
    valid=(
        "size(partners) >= 2 && sum(partners.map(p, p.share)) == 100",
        _("A partnership has two partners or more, and their shares add up to 100 per cent."),
    ),
)

OWNERS = Step(
    _("The owners"),
    Field.name(
        "applicant",
        _("Your full name"),
        hint=_("As it stands on your identity document."),
        prefill="profile.name",
    ),
    Field.name("guardian", _("Name of your father or husband"), prefill="profile.father_name"),
    Field.phone("phone", _("Mobile number"), prefill="profile.phone"),
    Field.email("email", _("E-mail address"), required=False, prefill="profile.email"),
    Field.national_id(
        "aadhaar",
        _("Aadhaar number"),
        hint=_("12 digits."),
        scheme="aadhaar",
        prefill="profile.national_id",
        purpose=IDENTITY_PURPOSE,
    ),
    Field.choice(
        "constitution",
        _("Who owns the business?"),
        {
            "single": _("I alone"),
            "partnership": _("A partnership"),
            "company": _("A company or co-operative society"),
        },
    ),
    Field.text(
        "company_name",
        _("Name of the company or society"),
        when="constitution == 'company'",
        personal="none",
    ),
    Field.text(
        "company_number",
        _("Registration number of the company or society"),
        when="constitution == 'company'",
        max_length=30,
        personal="none",
    ),
    PARTNERS,
    Field.computed(
        "total_share",
        _("All shares together"),
        hint=_("It must be 100."),
        rule="sum(partners.map(p, p.share))",
        gives="decimal",
        unit=_("per cent"),
        when="constitution == 'partnership'",
    ),
    slug="owners",
)
