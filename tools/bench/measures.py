"""What is measured, one after the other, on a running portal."""

import statistics
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import text

from portal.applications import applying
from portal.demo.domain import PROVIDER
from portal.kernel.db import db
from portal.registry import service as registry
from portal.registry.domain import every_field
from portal.registry.publishing import service as publishing
from tools import big_form as big
from tools.bench import processes
from tools.bench.house import APPLY, REVIEW, SERVICE, STEP, Citizen, Cost, House
from tools.bench.load import BROWSERS, Crowd, Figures, Plan, drive, request
from tools.bench.servers import Listener

ROUNDS, SECONDS, WARM_UP = 3, 2.5, 0.5
# So many are sent, first while the worker waits, then while it works beside.
SENT, BESIDE = 320, 240
DELIVERED = 500
OPENED = 21
PATIENCE = 120.0
SERVICE_PAGE = f"/en/services/{PROVIDER}/{SERVICE}"
SENT_ONES = text("SELECT id FROM applications ORDER BY id LIMIT :most")


@dataclass(frozen=True)
class Kind:
    """A kind of request. `share` of bare Flask and `slowest` p99 in milliseconds are aims."""

    name: str
    asked: Callable[[House, Citizen], bytes]
    status: int = 200
    share: float | None = None
    slowest: float | None = None
    most_queries: int | None = None


class NotAllCame(Exception):
    """A rate of what never came would be a lie."""


@dataclass(frozen=True)
class Measured:
    """Of all rounds: medians, and every single answer's time. `share` is of bare Flask."""

    kind: Kind
    rate: float
    share: float
    figures: Figures
    cost: Cost | None


def _get(path: str, *, signed_in: bool = False) -> Callable[[House, Citizen], bytes]:
    def asked(house: House, who: Citizen) -> bytes:
        return request(house.here.port, path, who.cookie if signed_in else "language=en")

    return asked


def _post_step(house: House, who: Citizen) -> bytes:
    return house.step_post(f"{APPLY}/{STEP}", who)


BARE = Kind("Bare Flask", lambda house, _: request(house.here.port, "/"))
KINDS = (
    Kind("Home", _get("/en/"), share=0.6, most_queries=0),
    Kind("All services", _get("/en/services"), share=0.6, most_queries=0),
    Kind("Service", _get(SERVICE_PAGE), share=0.6, most_queries=0),
    Kind("Search", _get("/en/search?q=income")),
    Kind(
        "Service, signed in",
        _get(SERVICE_PAGE, signed_in=True),
        share=0.08,
        slowest=50,
        most_queries=3,
    ),
    Kind("Applications, signed in", _get("/en/applications", signed_in=True)),
    Kind("Step of a form, opened", _get(f"{APPLY}/{STEP}", signed_in=True)),
    Kind("Step of a form, saved", _post_step, status=302),
    Kind("Review, opened", _get(REVIEW, signed_in=True)),
)
SUBMIT = Kind("Application sent", lambda house, who: house.review_post(who), status=302)


def pages(house: House, crowd: Crowd, hello: int) -> list[Measured]:
    """The bare Flask first; its rounds and ours take turns, so that both see the same machine."""
    people = house.citizens(BROWSERS)
    plans = [_plan(hello, [request(hello, "/")] * BROWSERS, BARE)]
    for kind in KINDS:
        asked = [kind.asked(house, who) for who in people]
        plans.append(_plan(house.here.port, asked, kind))
    rounds = [[crowd.ask(plan) for plan in plans] for _ in range(ROUNDS)]
    told = [Measured(BARE, _rate(rounds, 0), 1.0, _all(rounds, 0), None)]
    for at, kind in enumerate(KINDS, start=1):
        share = statistics.median(one[at].rate / one[0].rate for one in rounds)
        cost = house.cost([kind.asked(house, people[0])])
        told.append(Measured(kind, _rate(rounds, at), share, _all(rounds, at), cost))
    return told


def _plan(port: int, asked: Sequence[bytes], kind: Kind) -> Plan:
    return Plan(port, [[one] for one in asked], kind.status, SECONDS, WARM_UP)


def _rate(rounds: list[list[Figures]], at: int) -> float:
    return statistics.median(one[at].rate for one in rounds)


def _all(rounds: list[list[Figures]], at: int) -> Figures:
    spent = [each for one in rounds for each in one[at].spent]
    return Figures(_rate(rounds, at), spent, rounds[0][at].size)


@dataclass(frozen=True)
class BigForm:
    """Seconds to open a page of it, and to record and publish its definition."""

    questions: int
    opening: float
    publishing: float


@dataclass(frozen=True)
class Sending:
    """Applications sent: with the worker waiting, and with it working beside."""

    alone: Figures
    beside: Figures
    cost: Cost


def sending(house: House, crowd: Crowd) -> Sending:
    """Each of these requests makes an application, with all that follows from it."""
    with processes.waiting(house.here.var, "worker"):
        alone = _sent(house, crowd, SENT)
        cost = house.cost([house.review_post(who) for who in house.citizens(12)], times=10)
    idle(house)
    return Sending(alone, _sent(house, crowd, BESIDE), cost)


def _sent(house: House, crowd: Crowd, count: int) -> Figures:
    asked = [house.review_post(who) for who in house.citizens(count)]
    each = [asked[start::BROWSERS] for start in range(BROWSERS)]
    return crowd.ask(Plan(house.here.port, each, SUBMIT.status))


def deliveries(house: House, listener: Listener) -> float:
    """Messages in a second from the worker to a department that takes each one at once."""
    idle(house)
    with house.work():
        ids = list(db.session.scalars(SENT_ONES, {"most": DELIVERED}))
    with processes.waiting(house.here.var, "worker"):
        house.announce(ids)
        listener.moments.clear()
    ends = time.monotonic() + PATIENCE
    while len(listener.moments) < len(ids) and time.monotonic() < ends:
        time.sleep(0.05)
    moments = sorted(listener.moments)
    if len(moments) < len(ids):
        raise NotAllCame(f"{len(moments)} of {len(ids)} messages came in {PATIENCE} s.")
    return (len(moments) - 1) / (moments[-1] - moments[0])


def idle(house: House) -> None:
    """Until the worker has nothing left to do."""
    ends = time.monotonic() + PATIENCE
    while house.jobs_left():
        if time.monotonic() > ends:
            raise NotAllCame(f"The worker was not through after {PATIENCE} s.")
        time.sleep(0.2)


def big_form(house: House) -> BigForm:
    """The form of 300 questions: recorded, proposed, published; then its last page is opened."""
    proposer, publisher, who = house.citizens(3)
    asked = big.provider()
    began = time.perf_counter()
    with house.work():
        (version,) = registry.sync([asked])
        publishing.propose(version.id, proposer.id)
        publishing.publish(version.id, publisher.id)
    published_in = time.perf_counter() - began
    path, form = f"{asked.slug}/{asked.services[0].slug}", asked.services[0].form
    with house.work():
        course = applying.begin(who.id, *path.split("/"))
        slug = course.steps[-1].slug
    opened = request(house.here.port, f"/en/apply/{path}/{slug}", who.cookie)
    told = drive(Plan(house.here.port, [[opened] * OPENED]))
    questions = sum(1 for _ in every_field(form))
    return BigForm(questions, statistics.median(told.spent), published_in)
