"""A small provider that is well in every way, to be spoilt in one way by each test."""

from portal.registry import (
    Appeal,
    Contact,
    Declaration,
    Document,
    Field,
    Form,
    Notice,
    Officer,
    Provider,
    Service,
    Step,
    Webhook,
    Words,
)


def said(text):
    """The same text in every language: nothing is missing."""
    return Words(texts=dict.fromkeys(("en", "pa", "pa_Arab", "hi", "ur"), text))


USE = Field.choice("use", said("Use"), {"home": said("Home"), "trade": said("Trade")})
TAPS = Field.integer("taps", said("Taps"), at_least=1, valid=("taps <= 40", said("At most 40.")))
SHOP = Field.text("shop", said("Shop"), when="use == 'trade'")
LICENCE = Document("licence", said("Licence"), when="use == 'trade'")


def form_of(*fields):
    return Form(Step(said("Questions"), *fields, slug="questions"))


FORM = Form(
    Step(said("The place"), Field.address("place", said("Place")), USE, TAPS, slug="place"),
    Step(said("Trade"), SHOP, LICENCE, slug="trade", when="use == 'trade'"),
    Step(
        said("Send"),
        Notice("visit", said("Somebody visits you.")),
        Declaration("honest", said("All is true.")),
        slug="send",
    ),
)


def service(**changed):
    given = {
        "slug": "connection",
        "title": said("New connection"),
        "summary": said("Water for a house or a shop."),
        "description": said("We survey the place and connect it."),
        "category": "water",
        "promise": 15,
        "form": FORM,
        "who_may": (said("You own or rent the place."),),
        "keywords": (said("tap"),),
        "fee": "use == 'trade' ? money('300.00', 'INR') : money('150.00', 'INR') * taps",
        "fee_words": said("₹150 for each tap."),
        "shares": said("To find the place."),
        "keeps": said("One year."),
    }
    return Service(**(given | changed))


def provider(*services, **changed):
    given = {
        "slug": "water-board",
        "name": said("Water Board"),
        "kind": "utility",
        "area": "IN-PB",
        "summary": said("Water and sewerage."),
        "fulfilment": Webhook(settings="WATER_BOARD"),
        "contacts": (Contact(title=said("Office"), phone="+911725550111"),),
        "grievance_officer": Officer(post=said("Secretary")),
        "appeals": (Appeal(to=Officer(post=said("Commissioner")), within_days=30),),
        "services": services or (service(),),
    }
    return Provider(**(given | changed))
