"""Opening a shop: the licence of the city, and the power, water and gas that it needs."""

from portal.registry import Field, Included, LifeEvent, _

OPENING_A_SHOP = LifeEvent(
    slug="opening-a-shop",
    title=_("Opening a shop"),
    summary=_("The trade licence and the connections of the place, from one set of answers."),
    about="business",
    questions=(
        Field.yes_no(
            "wants_power",
            _("Do you also want a new electricity connection for the place?"),
            hint=_("Not if the place has a meter that you take over."),
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
            hint=_("For a kitchen, an oven or a workshop."),
            personal="none",
        ),
    ),
    services=(
        Included(service="municipal/trade-licence"),
        Included(service="power/new-connection", when="wants_power"),
        Included(service="municipal/water-connection", when="wants_water"),
        Included(service="punjab-gas/gas-connection", when="wants_gas"),
    ),
    same=(
        # The place of the business, which is not where its owner lives.
        (
            "municipal/trade-licence.premises",
            "power/new-connection.premises",
            "municipal/water-connection.premises",
            "punjab-gas/gas-connection.premises",
        ),
        (
            "municipal/trade-licence.tenure",
            "power/new-connection.holding",
            "municipal/water-connection.tenure",
        ),
        (
            "municipal/trade-licence.property_number",
            "municipal/water-connection.property_number",
        ),
        (
            "municipal/trade-licence.identity_proof",
            "power/new-connection.identity_proof",
            "municipal/water-connection.identity_proof",
            "punjab-gas/gas-connection.identity_proof",
        ),
    ),
)
