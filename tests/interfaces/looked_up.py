"""A tehsil whose form looks plots up at the tehsil's own interface."""

from portal.registry import service as registry
from portal.registry.contract import Declaration, Document, Field, Form, LookUp, Step
from tests.registry.publishing_factories import a_provider, a_service, published, words

PATH = "/plots"
# With the path of the interface's own address before it.
AT = f"/ask{PATH}"
FILLS = {"name": "holder", "since": "since", "tax": "tax", "use": "use", "where": "place"}
PLOT = "PB-1042"
KNOWN = {
    "name": "B••• K•••",
    "since": "2011-03-27",
    "tax": {"amount": "1200.00", "currency": "INR"},
    "use": "farm",
}
ANSWER = (200, {"values": KNOWN})
UNKNOWN = (404, {"error": "unknown"})
START = "/en/apply/tehsil/income-certificate"
STEP = f"{START}/plot"

ACCOUNT = Field.text(
    "plot",
    words("Number of the plot"),
    pattern="[A-Z]{2}-[0-9]{4}",
    pattern_message=words("Write it like PB-1042."),
    look_up=LookUp(fills=FILLS, path=PATH),
)
REST = (
    Field.name("holder", words("Name of the holder")),
    Field.date("since", words("Since when"), required=False),
    Field.money("tax", words("Tax of last year"), required=False),
    Field.choice("use", words("Use"), {"farm": words("Farm"), "shop": words("Shop")}),
    Field.text("crop", words("What grows there"), when="use == 'farm'", required=False),
    Field.address("place", words("Where it is"), required=False),
    Field.text("note", words("What else we should know"), required=False),
    Document("map", words("Map"), required=False),
)


def form(account=ACCOUNT):
    return Form(
        Step(words("The plot"), account, *REST, slug="plot"),
        Step(words("Send"), Declaration("all_true", words("All of this is true.")), slug="send"),
    )


def tehsil(slug="tehsil", account=ACCOUNT):
    return a_provider(a_service(form=form(account)), slug=slug)


def offer(slug="tehsil", account=ACCOUNT):
    """The tehsil's service, published."""
    published(tehsil(slug, account))
    return registry.offered(slug, "income-certificate")
