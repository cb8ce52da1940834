"""What may happen to an application, in which order and by whom. No web here, and no tables."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, ClassVar, Literal
from uuid import UUID

from portal.kernel.errors import N_, BadInput, Conflict, NotFound, Refused
from portal.kernel.money import Money
from portal.registry import domain as declared
from portal.registry.contract import Calendar, Form, Notice, PaymentMoment, Renewal


class State(StrEnum):
    """`draft` is the forms room's; it is named here because the outside sees it beside these."""

    DRAFT = "draft"
    AWAITING_PAYMENT = "awaiting_payment"
    SUBMITTED = "submitted"
    IN_PROGRESS = "in_progress"
    NEEDS_INFORMATION = "needs_information"
    APPROVED = "approved"
    REFUSED = "refused"
    ISSUED = "issued"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class Actor(StrEnum):
    """Who does something; the guardian, helper and operator do it for the citizen."""

    CITIZEN = "citizen"
    GUARDIAN = "guardian"
    HELPER = "helper"
    OPERATOR = "operator"
    PROVIDER = "provider"
    OFFICER = "officer"
    PORTAL = "portal"


@dataclass(frozen=True)
class Author:
    """Who moves an application: the person, somebody for them, a provider's program, an officer.

    `under` is the mandate that lets a helper or an operator act.
    """

    kind: Actor
    id: str
    under: UUID | None = None


# What is done on behalf of the person.
FOR_THE_PERSON = frozenset({Actor.GUARDIAN, Actor.HELPER, Actor.OPERATOR})


SubmittedBy = Literal["self", "guardian", "helper", "operator"]


@dataclass(frozen=True)
class Behalf:
    """Somebody who acts for the person, in these services: "*", "provider", "provider/service"."""

    author: Author
    services: tuple[str, ...]


@dataclass(frozen=True)
class Sender:
    """For whom it is sent, the subject under whose key the answers stand, and who sends it."""

    person_id: UUID
    subject_id: UUID
    language: str
    by: Author | None = None
    # What it is sent together with.
    bundle_id: UUID | None = None

    @property
    def author(self) -> Author:
        return self.by or Author(Actor.CITIZEN, str(self.person_id))


@dataclass(frozen=True)
class Disclosure:
    """What goes to the provider with one message: declared and consented fields, nothing else."""

    application_id: UUID
    subject_id: UUID
    reference: str
    sequence: int
    state: str
    provider_slug: str
    service_slug: str
    version: int
    language: str
    due_on: date | None
    fee: Money | None
    paid: dict[str, Any] | None
    answers: dict[str, Any]
    documents: list[dict[str, Any]]
    submitted_by: SubmittedBy = "self"


DECIDED = frozenset({State.APPROVED, State.REFUSED})
NEXT: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.DRAFT: frozenset({State.AWAITING_PAYMENT, State.SUBMITTED}),
        State.AWAITING_PAYMENT: frozenset(
            {State.SUBMITTED, State.APPROVED, State.WITHDRAWN, State.LAPSED}
        ),
        State.SUBMITTED: frozenset(
            {State.IN_PROGRESS, State.NEEDS_INFORMATION, State.WITHDRAWN} | DECIDED
        ),
        State.IN_PROGRESS: frozenset(
            {State.IN_PROGRESS, State.NEEDS_INFORMATION, State.WITHDRAWN} | DECIDED
        ),
        State.NEEDS_INFORMATION: frozenset(
            {State.IN_PROGRESS, State.WITHDRAWN, State.LAPSED, State.REFUSED}
        ),
        State.APPROVED: frozenset({State.AWAITING_PAYMENT, State.ISSUED}),
        State.REFUSED: frozenset(),
        State.ISSUED: frozenset(),
        State.WITHDRAWN: frozenset(),
        State.LAPSED: frozenset(),
    }
)

# What an authority of appeal may do with a decision, and nobody else.
ON_APPEAL: Mapping[State, frozenset[State]] = MappingProxyType(
    {State.REFUSED: frozenset({State.IN_PROGRESS, State.APPROVED})}
)

ENDED = frozenset(state for state, following in NEXT.items() if not following)

# Members of an event that carry something; `type` stands beside them.
ALWAYS = frozenset({"message", "case_number"})
MEMBERS = (
    *("stage", "message", "fields", "remarks", "reason", "reason_code", "case_number", "document"),
)


@dataclass(frozen=True)
class Act:
    """What one kind of event does: the state it leads to (None: none), and what it must bring.

    It may bring what it `takes`, too; and each may bring a message and the provider's own number.
    """

    to: State | None
    needs: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()


# A provider's events by the type that stands in its message.
ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "accept": Act(State.IN_PROGRESS, takes=frozenset({"stage"})),
        "progress": Act(State.IN_PROGRESS, frozenset({"stage"})),
        "ask": Act(
            State.NEEDS_INFORMATION, frozenset({"message", "fields"}), frozenset({"remarks"})
        ),
        "approve": Act(State.APPROVED, takes=frozenset({"reason", "reason_code"})),
        "refuse": Act(State.REFUSED, frozenset({"reason"}), frozenset({"reason_code"})),
        # Without a document only where the portal makes it.
        "issue": Act(State.ISSUED, takes=frozenset({"document"})),
        "note": Act(None, frozenset({"message"})),
    }
)


class NoSuchApplication(NotFound):
    kind: ClassVar[str | None] = "no-such-application"
    message = N_("There is no application with this reference among yours. Check the reference.")


class MoveNotAllowed(Conflict):
    """Programs are told which states they were; people, what to do."""

    kind: ClassVar[str | None] = "move-not-allowed"
    message = N_("This cannot be done any more: the application has moved on. Load it again.")

    def __init__(self, state: State, to: State) -> None:
        super().__init__()
        detail = f"An application that is {state} cannot become {to}."
        self.faults = [{"pointer": "/type", "detail": detail}]


class SeenBefore(Conflict):
    """An officer decides on what they saw; somebody else may have worked on it since."""

    message = N_("Somebody worked on this case after you opened it. Look at it again, then decide.")


class NotYourPost(Refused):
    message = N_("At this stage the case is the work of another post. Hand it over, or let it be.")


class HeldByAnother(Conflict):
    message = N_("Another officer works on this case. Take it over first, if it is yours to do.")


class NotRecorded(BadInput):
    status = 422
    message = N_("Record what this stage asks for first: %(names)s.")

    def __init__(self, names: list[str]) -> None:
        super().__init__(names=", ".join(names))


class NeedsTwo(Refused):
    message = N_("Two officers decide on this together. Another one must confirm it.")


class UnknownReason(BadInput):
    status = 422
    message = N_("Choose one of the reasons that the service has for this: %(known)s.")

    def __init__(self, known: Collection[str]) -> None:
        super().__init__(known=", ".join(known) or "-")
        self.faults = [{"pointer": "/reason_code", "detail": str(self)}]


class OwnCase(Refused):
    message = N_("This is your own application. Another officer must work on it.")


class HelpedWithIt(OwnCase):
    message = N_("You helped with this application. Another officer must work on it.")


class EventIncomplete(BadInput):
    status = 422
    message = N_("An event of type %(type)s needs %(missing)s.")

    def __init__(self, kind: str, missing: str) -> None:
        super().__init__(type=kind, missing=missing)
        self.faults = [{"pointer": f"/{missing}", "detail": str(self)}]


class EventOverfull(BadInput):
    status = 422
    message = N_("An event of type %(type)s takes no %(member)s. Leave it out.")

    def __init__(self, kind: str, member: str) -> None:
        super().__init__(type=kind, member=member)
        self.faults = [{"pointer": f"/{member}", "detail": str(self)}]


class UnknownFields(BadInput):
    status = 422
    message = N_("The person was not asked %(names)s. Name questions that they could answer.")

    def __init__(self, names: list[str]) -> None:
        super().__init__(names=", ".join(names))
        self.faults = [{"pointer": "/fields", "detail": str(self)}]


class UnknownStage(BadInput):
    status = 422
    message = N_("The service has no stage %(stage)s. Its stages are: %(known)s.")

    def __init__(self, stage: str, known: Collection[str]) -> None:
        super().__init__(stage=stage, known=", ".join(known) or "-")
        self.faults = [{"pointer": "/stage", "detail": str(self)}]


@dataclass(frozen=True)
class ProviderEvent:
    """What a provider says of a case. `message` and `reason` are texts by language.

    `remarks` say by field what is wrong with it, `reason_code` is one of the service's reasons.
    `seen` is how many lines the timeline had when an officer looked at the case, and `proposed_by`
    the officer who wants it done, where another one confirms it.
    """

    type: str
    stage: str | None = None
    message: Mapping[str, str] | None = None
    fields: tuple[str, ...] = ()
    remarks: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    reason: Mapping[str, str] | None = None
    reason_code: str | None = None
    case_number: str | None = None
    document: Any = None
    seen: int | None = None
    proposed_by: str | None = None

    def check(self) -> Act:
        """The act it stands for. Raises EventIncomplete, EventOverfull."""
        act = ACTS[self.type]
        brought = {name for name in MEMBERS if getattr(self, name)}
        for name in sorted(act.needs - brought):
            raise EventIncomplete(self.type, name)
        for name in sorted(brought - act.needs - act.takes - ALWAYS):
            raise EventOverfull(self.type, name)
        return act


def check_move(state: State, to: State) -> None:
    """Raise MoveNotAllowed unless `to` may follow `state`."""
    if to not in NEXT[state]:
        raise MoveNotAllowed(state, to)


def check_appealed(state: State, to: State) -> None:
    """The same for an authority of appeal, which may undo a refusal."""
    if to not in ON_APPEAL.get(state, ()):
        check_move(state, to)


def check_act(state: State, act: Act) -> None:
    """Raise MoveNotAllowed unless a provider may do this now: an unpaid case waits for the fee."""
    if act.to is None:
        return
    if state is State.AWAITING_PAYMENT:
        raise MoveNotAllowed(state, act.to)
    check_move(state, act.to)


def takes_money(state: State) -> bool:
    """Whether a fee that comes now moves anything on."""
    return not is_over(state) or state is State.ISSUED


def owes_with(moment: PaymentMoment, fee: Money | None, paid_at: datetime | None) -> bool:
    """Whether a fee that comes before a decision is still missing."""
    return moment != "after" and bool(fee) and paid_at is None


def area_of(form: Form, answers: Mapping[str, Any]) -> str | None:
    """The area of the first address that was asked for and given."""
    addresses = (answers.get(one.name) for one in form.fields if one.kind == "address")
    return next((one["area"] for one in addresses if one and one.get("area")), None)


def judgement(found: declared.Eligibility) -> dict[str, Any]:
    """What the rule of eligibility said, to keep with the application: no values, only names."""
    known = isinstance(found.answer, bool)
    answer = ("yes" if found.answer else "no") if known else "unknown"
    return {"answer": answer, "used": sorted(found.used), "missing": sorted(found.missing)}


def renewal_dates(renewal: Renewal, issued_on: date) -> tuple[date, date]:
    """The last day that it is good, and the day of the reminder."""
    months = issued_on.month - 1 + renewal.months
    first = date(issued_on.year + months // 12, months % 12 + 1, 1)
    following = (first + timedelta(days=31)).replace(day=1)
    same_day = min(first + timedelta(days=issued_on.day - 1), following - timedelta(days=1))
    good_until = same_day - timedelta(days=1)
    return good_until, good_until - timedelta(days=renewal.remind_days)


def may_withdraw(state: State) -> bool:
    return State.WITHDRAWN in NEXT[state]


def is_over(state: State) -> bool:
    return not NEXT[state]


def days_left(calendar: Calendar, today: date, due: date) -> int:
    """How many working days the promise has left on a day; none once it is due."""
    days = 0
    while declared.due_on(calendar, today, days) < due:
        days += 1
    return days


def touched(form: Form, visible: Collection[str], asked: Collection[str]) -> set[str]:
    """The questions asked about, those that may come up with a new answer, and those bound by it.

    Conditions look at questions further up, so that one pass finds all.
    """
    names = set(asked)
    for step in form.steps:
        for one in step.fields:
            conditions = f"{step.when or ''} {one.when or ''}"
            if one.name not in visible and not isinstance(one, Notice):
                names |= {one.name} if _mentions(conditions, names) else set()
    bound = [one for one in form.fields if one.name in visible and one.valid]
    return names | {one.name for one in bound if one.valid and _mentions(one.valid.rule, names)}


def _mentions(rule: str, names: set[str]) -> bool:
    return not names.isdisjoint(re.findall(r"\w+", rule))
