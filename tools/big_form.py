"""A provider whose one service asks 300 questions: what tests and figures of speed look at.

Half of the questions hang on earlier ones; there are groups, and values that are worked out.
"""

from typing import Any

from portal.registry import (
    Appeal,
    Contact,
    Declaration,
    Field,
    Form,
    Officer,
    Provider,
    Service,
    Step,
    Webhook,
    Words,
)
from portal.registry.contract import LANGUAGES
from portal.registry.questions import Question

QUESTIONS = 300
ON_A_PAGE = 10
FIRST_GROUP = 3
EVERY = 10


def said(text: str) -> Words:
    """The same in every language."""
    return Words(texts=dict.fromkeys(LANGUAGES, text))


def provider(*, on_a_page: int = ON_A_PAGE) -> Provider:
    return Provider(
        slug="big-office",
        name=said("Big Office"),
        kind="agency",
        area="IN-PB",
        summary=said("Asks more than anybody else."),
        fulfilment=Webhook(settings="BIG_OFFICE"),
        contacts=(Contact(title=said("Office"), phone="+911725550111"),),
        grievance_officer=Officer(post=said("Secretary")),
        appeals=(Appeal(to=Officer(post=said("Commissioner")), within_days=30),),
        services=(service(on_a_page),),
    )


def service(on_a_page: int = ON_A_PAGE) -> Service:
    return Service(
        slug="survey",
        title=said("A long survey"),
        summary=said("Three hundred questions."),
        description=said("For those who have time."),
        category="welfare",
        promise=30,
        form=form(on_a_page),
        who_may=(said("Everybody."),),
        keywords=(said("survey"),),
        fee="money('1.00', 'INR') * count_0",
        fee_words=said("₹1 for each."),
        shares=said("To count."),
        keeps=said("One year."),
    )


def form(on_a_page: int = ON_A_PAGE) -> Form:
    """Every page begins with a yes or no and a number that its other questions hang on."""
    steps: list[Step] = []
    left = QUESTIONS
    while left:
        number, size = len(steps), min(on_a_page, left)
        steps.append(Step(said(f"Page {number}"), *_page(number, size), slug=f"page-{number}"))
        left -= size
    return Form(*steps)


def _page(number: int, size: int) -> list[Question]:
    """Of `size` questions; those of a group count each."""
    ask = f"ask_{number}"
    begin: list[Question] = [
        Field.yes_no(ask, said("Go on?"), when=f"ask_{number - 1}" if number else None),
        Field.integer(f"count_{number}", said("How many?"), at_least=0, at_most=999),
    ]
    if number % EVERY == FIRST_GROUP:
        begin += [_group(number), _sum(number)]
    elif number % EVERY == 0:
        begin.append(Declaration(f"true_{number}", said("All is true.")))
    counted = sum(1 + len(getattr(one, "fields", ())) for one in begin)
    more = [_question(number, place) for place in range(counted, size)]
    return [*begin[:size], *more]


def _group(number: int) -> Question:
    share = f"share_{number}"
    return Field.group(
        f"rows_{number}",
        said("Partners"),
        Field.name(f"who_{number}", said("Name")),
        Field.integer(share, said("Share"), valid=(f"{share} <= 100", said("At most 100."))),
        Field.date(f"since_{number}", said("Since"), when=f"{share} > 50"),
        item=said("Partner"),
        at_most=5,
    )


def _sum(number: int) -> Question:
    rule = f"sum(rows_{number}.map(p, p.share_{number}))"
    return Field.computed(f"all_{number}", said("All shares"), rule=rule)


def _question(number: int, place: int) -> Question:
    name, when = f"q_{number}_{place}", f"ask_{number} && count_{number} >= {place}"
    if place % 3 == 0:
        return Field.text(name, said("Words"), when=when)
    if place % 3 == 1:
        options = {"one": said("One"), "two": said("Two")}
        return Field.choice(name, said("Choose"), options, required=False)
    wanted = (f"{name} >= 0 || has(ask_{number})", said("More."))
    return Field.decimal(name, said("Number"), when=when, valid=wanted, required=False)


def answers(declared: Form) -> dict[str, Any]:
    """Such that every question is asked."""
    return {one.name: _answer(one) for one in declared.fields if one.kind != "computed"}


def _answer(one: Any) -> Any:
    row = {inner.name: _answer(inner) for inner in getattr(one, "fields", ())}
    given = {"integer": 99, "decimal": "9.5", "choice": "one", "text": "Words", "name": "Asha"}
    return {"date": "2001-02-03", "group": [row, row]}.get(one.kind, given.get(one.kind, True))
