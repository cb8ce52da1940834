"""What may happen to an application, in which order and by whom. No web here, and no tables."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from portal.kernel.errors import N_, BadInput, Conflict


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
    CITIZEN = "citizen"
    PROVIDER = "provider"
    OFFICER = "officer"
    PORTAL = "portal"


OPEN = frozenset({State.SUBMITTED, State.IN_PROGRESS, State.NEEDS_INFORMATION})
DECIDED = frozenset({State.APPROVED, State.REFUSED})
NEXT: Mapping[State, frozenset[State]] = MappingProxyType(
    {
        State.DRAFT: frozenset({State.AWAITING_PAYMENT, State.SUBMITTED}),
        State.AWAITING_PAYMENT: frozenset({State.SUBMITTED, State.WITHDRAWN, State.LAPSED}),
        State.SUBMITTED: frozenset(
            {State.IN_PROGRESS, State.NEEDS_INFORMATION, State.WITHDRAWN} | DECIDED
        ),
        State.IN_PROGRESS: frozenset(
            {State.IN_PROGRESS, State.NEEDS_INFORMATION, State.WITHDRAWN} | DECIDED
        ),
        State.NEEDS_INFORMATION: frozenset(
            {State.IN_PROGRESS, State.WITHDRAWN, State.LAPSED, State.REFUSED}
        ),
        State.APPROVED: frozenset({State.ISSUED}),
        State.REFUSED: frozenset(),
        State.ISSUED: frozenset(),
        State.WITHDRAWN: frozenset(),
        State.LAPSED: frozenset(),
    }
)


@dataclass(frozen=True)
class Act:
    """What one kind of event does: the state it leads to (None: none), and what it must bring."""

    to: State | None
    needs: frozenset[str] = frozenset()
    takes: frozenset[str] = frozenset()


# A provider's events by the type that stands in its message.
ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "accept": Act(State.IN_PROGRESS, takes=frozenset({"case_number", "message", "stage"})),
        "progress": Act(State.IN_PROGRESS, frozenset({"stage"}), frozenset({"message"})),
        "ask": Act(State.NEEDS_INFORMATION, frozenset({"message", "fields"})),
        "approve": Act(State.APPROVED, takes=frozenset({"message", "reason"})),
        "refuse": Act(State.REFUSED, frozenset({"reason"}), frozenset({"message"})),
        "issue": Act(State.ISSUED, frozenset({"document"}), frozenset({"message"})),
        "note": Act(None, frozenset({"message"})),
    }
)


class MoveNotAllowed(Conflict):
    message = N_("An application that is %(state)s cannot become %(to)s.")

    def __init__(self, state: State, to: State) -> None:
        super().__init__(state=state.value.replace("_", " "), to=to.value.replace("_", " "))


class EventIncomplete(BadInput):
    status = 422
    message = N_("An event of type %(type)s needs %(missing)s.")

    def __init__(self, kind: str, missing: str) -> None:
        super().__init__(type=kind, missing=missing)
        self.faults = [{"pointer": f"/{missing}", "detail": str(self)}]


class UnknownFields(BadInput):
    status = 422
    message = N_("The form does not ask %(names)s. Name fields of the form only.")

    def __init__(self, names: list[str]) -> None:
        super().__init__(names=", ".join(names))
        self.faults = [{"pointer": "/fields", "detail": str(self)}]


@dataclass(frozen=True)
class ProviderEvent:
    """What a provider says of a case. `message` and `reason` are texts by language."""

    type: str
    stage: str | None = None
    message: Mapping[str, str] | None = None
    fields: tuple[str, ...] = ()
    reason: Mapping[str, str] | None = None
    case_number: str | None = None
    document: Any = None

    def check(self) -> Act:
        """The act it stands for. Raises EventIncomplete."""
        act = ACTS[self.type]
        for name in sorted(act.needs):
            if not getattr(self, name):
                raise EventIncomplete(self.type, name)
        return act


def check_move(state: State, to: State) -> None:
    """Raise MoveNotAllowed unless `to` may follow `state`."""
    if to not in NEXT[state]:
        raise MoveNotAllowed(state, to)


def may_withdraw(state: State) -> bool:
    return State.WITHDRAWN in NEXT[state]


def is_over(state: State) -> bool:
    return not NEXT[state]
