"""A child is born: copies of the entry in the register, and a first passport."""

from portal.registry import Field, Included, LifeEvent, _

CHILD_IS_BORN = LifeEvent(
    slug="a-child-is-born",
    title=_("A child is born"),
    summary=_("The birth certificate, and a passport for the child, from one set of answers."),
    about="child",
    questions=(
        Field.yes_no(
            "wants_certificate",
            _("Do you want a copy of the birth certificate?"),
            hint=_("A birth is entered in the register at the hospital or the citizens' counter."),
            personal="none",
        ),
        Field.yes_no(
            "wants_passport",
            _("Do you want a passport for the child?"),
            personal="none",
        ),
    ),
    services=(
        Included(service="municipal/birth-certificate-copy", when="wants_certificate"),
        Included(service="passport/passport-appointment", when="wants_passport"),
    ),
    # One is about who asks, the other about the child.
    apart=(
        "municipal/birth-certificate-copy.applicant",
        "municipal/birth-certificate-copy.aadhaar",
    ),
)
