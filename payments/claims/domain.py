"""What becomes of a claim, by what is known of its payment. No web here, and no tables."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from payments.domain import Delivered, Delivery
from portal.kernel.errors import N_, Conflict, NotFound

# Money that was taken for nothing is back within five days: Reserve Bank of India, circular
# DPSS.CO.PD No.629/02.01.014/2019-20, on the turn-around time of failed transactions.
MONEY_WITHIN = timedelta(days=5)
# So long has a department that is late, from the day on which it is asked: then money goes back.
OFFICE_WITHIN = timedelta(days=7)
# So long a person may say that an answer is not right.
CONTEST_WITHIN = timedelta(days=30)


class Kind(StrEnum):
    """What the person says."""

    NOT_COUNTED = "not_counted"
    NOT_SERVED = "not_served"
    TWICE = "twice"
    OTHER = "other"


class State(StrEnum):
    """Who has to do something: the clock, the department, the finance desk, or nobody."""

    LOOKING = "looking"
    OFFICE = "office"
    FINANCE = "finance"
    SETTLED = "settled"


class Outcome(StrEnum):
    COUNTED = "counted"
    NOTHING_TAKEN = "nothing_taken"
    GIVEN_BACK = "given_back"
    SERVED = "served"
    DECLINED = "declined"


@dataclass(frozen=True)
class Facts:
    """What is known of the payment today.

    `differs`: another amount came. `may_come`: money may still come of an order. `going`, `gone`,
    `failed`: refunds on their way, done, and refused by a company or by a second person.
    `cannot`: the department said that it cannot give the service.
    """

    is_paid: bool = False
    is_refunded: bool = False
    differs: bool = False
    may_come: bool = False
    going: bool = False
    gone: bool = False
    failed: bool = False
    cannot: bool = False
    delivery: Delivery | None = None


@dataclass(frozen=True)
class Verdict:
    """`refund`: give back what is left of the payment now."""

    state: State
    outcome: Outcome | None = None
    due_on: date | None = None
    refund: bool = False


LOOKING, FINANCE = Verdict(State.LOOKING), Verdict(State.FINANCE)


class NoSuchClaim(NotFound):
    message = N_("There is no such claim among yours.")


class NothingBegun(Conflict):
    message = N_("This payment was never begun, so no money can have left your account for it.")


class OpenAlready(Conflict):
    message = N_("A claim about this payment is open already. Wait for its answer.")


class NotToContest(Conflict):
    message = N_("This answer cannot be contested any more. Open a new claim if something changed.")


class NotWithYou(Conflict):
    message = N_("This claim is not waiting for you any more.")


class AnotherPerson(Conflict):
    message = N_("You answered this claim before. Somebody else answers it now.")


def judge(kind: Kind, facts: Facts, today: date, answer_by: date | None) -> Verdict:
    """What follows from the facts. `answer_by` is the department's last day, once it was asked."""
    if kind is Kind.OTHER or facts.differs or facts.failed:
        return FINANCE
    if facts.going:
        return LOOKING
    if kind is Kind.NOT_SERVED and facts.is_paid:
        return _service(facts, today, answer_by)
    return _money(kind, facts)


def _money(kind: Kind, facts: Facts) -> Verdict:
    if facts.is_refunded:
        return Verdict(State.SETTLED, Outcome.GIVEN_BACK)
    if kind is not Kind.TWICE and facts.is_paid:
        return Verdict(State.SETTLED, Outcome.COUNTED)
    if facts.gone:
        return Verdict(State.SETTLED, Outcome.GIVEN_BACK)
    if facts.may_come:
        return LOOKING
    return Verdict(State.SETTLED, Outcome.NOTHING_TAKEN)


def _service(facts: Facts, today: date, answer_by: date | None) -> Verdict:
    if facts.is_refunded:
        return Verdict(State.SETTLED, Outcome.GIVEN_BACK)
    if facts.delivery is None or facts.delivery.stands is Delivered.ENDED:
        return FINANCE
    if facts.delivery.stands is Delivered.GIVEN:
        return Verdict(State.SETTLED, Outcome.SERVED)
    if facts.cannot:
        return Verdict(State.LOOKING, refund=True)
    if facts.delivery.stands is Delivered.IN_TIME:
        return Verdict(State.LOOKING, due_on=facts.delivery.until)
    by = answer_by or today + OFFICE_WITHIN
    return Verdict(State.LOOKING, refund=True) if today > by else Verdict(State.OFFICE, due_on=by)
