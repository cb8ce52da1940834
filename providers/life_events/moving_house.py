"""Moving house: power, water and gas at the new place, or the meter that is there already."""

from portal.registry import Field, Included, LifeEvent, _

MOVING_HOUSE = LifeEvent(
    slug="moving-house",
    title=_("I moved"),
    summary=_("Power, water and gas at the new place, from one set of answers."),
    about="moving",
    questions=(
        Field.choice(
            "power",
            _("How does electricity come to the new place?"),
            {
                "new": _("I need a new connection"),
                "there": _("A meter is there, and I take it over"),
                "none": _("Nothing is to be done"),
            },
            personal="none",
        ),
        Field.yes_no(
            "wants_water",
            _("Do you also want a new water connection for the place?"),
            personal="none",
        ),
        Field.yes_no(
            "wants_gas",
            _("Do you also want a gas connection for the place?"),
            personal="none",
        ),
    ),
    services=(
        Included(service="power/new-connection", when="power == 'new'"),
        Included(service="power/change-of-name", when="power == 'there'"),
        Included(service="municipal/water-connection", when="wants_water"),
        Included(service="punjab-gas/gas-connection", when="wants_gas"),
    ),
    same=(
        ("power/new-connection.holding", "municipal/water-connection.tenure"),
        (
            "power/new-connection.identity_proof",
            "power/change-of-name.identity_proof",
            "municipal/water-connection.identity_proof",
            "punjab-gas/gas-connection.identity_proof",
        ),
    ),
    # Where letters go is not always the place that is moved to.
    apart=("power/change-of-name.post",),
)
