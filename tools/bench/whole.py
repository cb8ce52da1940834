"""A whole application, step by step, and many of them sent at once.

`python -m tools.bench.whole` measures it in a world of its own and says so.
"""

import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any
from uuid import UUID

from portal.applications import applying
from portal.files import service as files
from portal.forms import service as drafts
from portal.registry import (
    Appeal,
    Contact,
    Field,
    Form,
    Officer,
    Provider,
    Service,
    Step,
    Webhook,
    Words,
)
from portal.registry import service as registry
from portal.registry.contract import LANGUAGES
from portal.registry.publishing import service as publishing
from portal.registry.questions import Question
from portal.webhooks import service as webhooks
from tools.bench import processes
from tools.bench.house import PAPER, Citizen, House
from tools.bench.load import Crowd, Figures, Plan, drive, request
from tools.bench.servers import listening
from tools.world import world

PROVIDER = "bench-office"
ON_A_PAGE, PAGES = 10, 3
# Questions that are typed, beside the two documents.
TYPED = 38
PEOPLE = 15
CLIENTS, SENT = 8, 240
SLOWEST_STEP = 0.060
LEAST_SENT, SLOWEST_SENT = 80, 0.200


@dataclass(frozen=True)
class Whole:
    """By name of a step the median, in seconds; and applications sent by eight clients at once."""

    steps: dict[str, float]
    sent: Figures


def words(text: str) -> Words:
    return Words(texts=dict.fromkeys(LANGUAGES, text))


def publish(house: House, url: str) -> None:
    """Offer the two services of the bench's own office, whose messages go to `url`."""
    proposer, publisher = house.citizens(2)
    with house.work():
        for version in registry.sync([_provider()]):
            publishing.propose(version.id, proposer.id)
            publishing.publish(version.id, publisher.id)
        webhooks.set_endpoint(PROVIDER, url, "bench")


def measure(house: House, crowd: Crowd) -> Whole:
    with processes.waiting(house.here.var, "worker"):
        steps = _journey(house)
    return Whole(steps, sent(house, crowd))


def sent(house: House, crowd: Crowd) -> Figures:
    """Forty questions answered, two of them with documents that are there: the last click.

    The worker waits meanwhile.
    """
    people = _people(house, "forty", SENT)
    path = f"/en/apply/{PROVIDER}/forty/review"
    asked = [house.review_post(who, path) for who in people]
    each = [asked[at::CLIENTS] for at in range(CLIENTS)]
    with processes.waiting(house.here.var, "worker"):
        return crowd.ask(Plan(house.here.port, each, 302))


def _journey(house: House) -> dict[str, float]:
    """What each step of one application takes, by one person after the other."""
    people = _people(house, "thirty", PEOPLE)
    base = f"/en/apply/{PROVIDER}/thirty"
    spent = {}
    for number in range(1, PAGES + 1):
        path = f"{base}/page-{number}"
        spent[f"page {number}, opened"] = _each(house, people, _opened(house, path), 200)
        spent[f"page {number}, saved"] = _each(house, people, _saved(house, path), 302)
    review = f"{base}/review"
    spent["review, opened"] = _each(house, people, _opened(house, review), 200)
    spent["sent"] = _each(house, people, lambda who: house.review_post(who, review), 302)
    return spent


def _opened(house: House, path: str) -> Callable[[Citizen], bytes]:
    return lambda who: request(house.here.port, path, who.cookie)


def _saved(house: House, path: str) -> Callable[[Citizen], bytes]:
    return lambda who: house.step_post(path, who)


def _each(
    house: House, people: Sequence[Citizen], asked: Callable[[Citizen], bytes], status: int
) -> float:
    told = drive(Plan(house.here.port, [[asked(who) for who in people]], status))
    return statistics.median(told.spent)


def _people(house: House, service: str, count: int) -> list[Citizen]:
    """With a draft in which everything is answered."""
    people = house.citizens(count)
    with house.work():
        for who in people:
            course = applying.begin(who.id, PROVIDER, service)
            names = [one.name for one in course.form.fields]
            drafts.save(course.draft, _answers(names, who.id), names)
    return people


def _answers(names: Sequence[str], person_id: UUID) -> dict[str, Any]:
    return {
        name: _paper(person_id) if name.startswith("paper") else f"Answer of {name}"
        for name in names
    }


def _paper(person_id: UUID) -> Mapping[str, Any]:
    kept = files.keep(
        BytesIO(PAPER), "card.pdf", subject_id=person_id, person_id=person_id, accepts=("pdf",)
    )
    told = {name: getattr(kept, name) for name in ("name", "type", "bytes", "sha256")}
    return {"file": str(kept.id), **told}


def _provider() -> Provider:
    papers = [Field.document(f"paper_{at}", words("A paper"), accepts=("pdf",)) for at in (1, 2)]
    thirty = _pages([_typed(at) for at in range(ON_A_PAGE * PAGES)], ON_A_PAGE)
    forty = _pages([*(_typed(at) for at in range(TYPED)), *papers], ON_A_PAGE)
    return Provider(
        slug=PROVIDER,
        name=words("Bench Office"),
        kind="agency",
        area="IN-PB",
        summary=words("Asks what an office asks."),
        fulfilment=Webhook(settings="BENCH_OFFICE"),
        contacts=(Contact(title=words("Office"), phone="+911725550112"),),
        grievance_officer=Officer(post=words("Secretary")),
        appeals=(Appeal(to=Officer(post=words("Commissioner")), within_days=30),),
        services=(_service("thirty", thirty), _service("forty", forty)),
    )


def _service(slug: str, form: Form) -> Service:
    return Service(
        slug=slug,
        title=words(f"A form of {slug} questions"),
        summary=words("What an office asks."),
        description=words("For everybody."),
        category="welfare",
        promise=30,
        form=form,
        who_may=(words("Everybody."),),
        shares=words("To decide."),
        keeps=words("One year."),
    )


def _typed(at: int) -> Question:
    return Field.text(f"q_{at}", words(f"Question {at}"))


def _pages(questions: Sequence[Question], size: int) -> Form:
    return Form(
        *(
            Step(words(f"Page {number}"), *questions[first : first + size], slug=f"page-{number}")
            for number, first in enumerate(range(0, len(questions), size), start=1)
        )
    )


if __name__ == "__main__":
    with Crowd() as browsers, world(PORTAL_TRUSTED_PROXIES="1") as here, listening() as listener:
        there = House(here)
        publish(there, listener.url)
        found = measure(there, browsers)
        percents = [found.sent.percentile(each) for each in (50, 95, 99)]
        sys.stdout.write(f"{found.steps}\n{found.sent.rate:.1f}/s {percents}\n")
