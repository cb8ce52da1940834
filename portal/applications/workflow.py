"""What may be done with a case now, and where it leads: one table for each service. No tables."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from portal.applications.domain import ACTS, NEXT, State
from portal.kernel.errors import N_, Conflict
from portal.registry import domain as declared
from portal.registry.contract import Calendar, Service, Stage
from portal.registry.stages import ACTS as ALL

# States in which a case is with a provider, and its stages count.
WORKED = (State.SUBMITTED, State.IN_PROGRESS, State.NEEDS_INFORMATION)
DECISIONS = ("approve", "refuse")
# What a stage may forbid; where progress leads is said by the service.
LIMITED = frozenset(ALL) - {"progress"}
# Acts that leave a stage for good: what is recorded in it must be there.
LEAVING = ("progress", "approve")


class NotInThisStage(Conflict):
    """`faults` tell programs what may be done instead."""

    kind: ClassVar[str | None] = "move-not-allowed"
    message = N_("The service does not allow this at the stage where the case is now.")

    def __init__(self, act: str, stage: str | None, allowed: list[str]) -> None:
        super().__init__()
        detail = f"At stage {stage or '-'} there is no {act}. Allowed: {', '.join(allowed) or '-'}."
        self.faults = [{"pointer": "/type", "detail": detail}]


@dataclass(frozen=True)
class Move:
    """One line of a service's table: who may do what in a state and stage, and where it leads.

    `post` is whose work it is, None: any officer's. `to` is None where the state stays.
    """

    state: State
    stage: str | None
    act: str
    to: State | None
    to_stage: str | None
    post: str | None


def moves(service: Service) -> tuple[Move, ...]:
    """All that may ever be done with cases of the service."""
    stages: tuple[Stage | None, ...] = service.stages or (None,)
    begun = [(State.SUBMITTED, stages[0]), *_in_work(stages), (State.APPROVED, None)]
    return tuple(move for state, stage in begun for move in _moves(service, state, stage))


def _in_work(stages: tuple[Stage | None, ...]) -> Iterator[tuple[State, Stage | None]]:
    for state in (State.IN_PROGRESS, State.NEEDS_INFORMATION):
        yield from ((state, stage) for stage in stages)


def _moves(service: Service, state: State, stage: Stage | None) -> Iterator[Move]:
    post, slug = (stage.post, stage.slug) if stage else (None, None)
    for act, does in ACTS.items():
        if does.to is not None and does.to not in NEXT[state]:
            continue
        if stage is not None and act in LIMITED and not stage.may(act):
            continue
        for to_stage in _leads_to(service, state, stage, act):
            yield Move(state, slug, act, does.to, to_stage, post)


def _leads_to(
    service: Service, state: State, stage: Stage | None, act: str
) -> tuple[str | None, ...]:
    """The stages that this act may lead to, None for none; nothing when it cannot be done here."""
    here = stage.slug if stage else None
    if act == "progress":
        return _progress(service, state, stage)
    if act == "accept":
        return (here,) if limited(service) else (here, *(one.slug for one in service.stages))
    return (None,) if act in (*DECISIONS, "issue") else (here,)


def _progress(service: Service, state: State, stage: Stage | None) -> tuple[str | None, ...]:
    """Before it was accepted a case goes to the first stage; after a question it may go back."""
    if stage is None:
        return ()
    if not limited(service):
        return tuple(one.slug for one in service.stages)
    if state is State.SUBMITTED:
        return (stage.slug,)
    back = (stage.slug,) if state is State.NEEDS_INFORMATION else ()
    return (*back, *service.following(stage))


def limited(service: Service) -> bool:
    """Whether the stages say more than words for people."""
    return any(stage.to is not None or stage.acts is not None for stage in service.stages)


def here(service: Service, state: State, stage: str | None) -> tuple[Move, ...]:
    """What may be done with a case that stands so."""
    if state in WORKED:
        return tuple(_moves(service, state, stage_of(service, stage)))
    return tuple(_moves(service, state, None))


def stage_of(service: Service, stage: str | None) -> Stage | None:
    """The stage where a case is; one that has not come to any is before the first."""
    return service.stage(stage) or (service.stages[0] if service.stages else None)


def choose(
    service: Service, state: State, stage: str | None, act: str, to_stage: str | None
) -> Move:
    """The line for this act. Raises NotInThisStage."""
    offered = here(service, state, stage)
    fits = [one for one in offered if one.act == act and to_stage in (None, one.to_stage)]
    if not fits:
        known = [f"{one.act} {one.to_stage}" if one.act == act else one.act for one in offered]
        raise NotInThisStage(act, stage, list(dict.fromkeys(known)))
    return fits[0]


def limit(calendar: Calendar, stage: Stage | None, today: date) -> date | None:
    """The last working day of a stage that begins today."""
    if stage is None or stage.days is None:
        return None
    return declared.due_on(calendar, today, stage.days)


def rises(calendar: Calendar, stage: Stage | None, due: date | None, level: int) -> date | None:
    """The day on which a case goes up from this level; None when it stays."""
    levels = (stage.escalates or ()) if stage else ()
    if due is None or level >= len(levels):
        return None
    return declared.due_on(calendar, due, levels[level].after + 1)


def unrecorded(stage: Stage | None, recorded: dict[str, Any]) -> tuple[str, ...]:
    """The questions of the stage that must be answered and were not."""
    asked = (stage.record or ()) if stage else ()
    missing = (one for one in asked if one.kind != "notice" and one.required)
    return tuple(one.name for one in missing if one.name not in recorded)


def appeals_on(service: Service, due: date | None) -> date | None:
    """The day on which the first appeal opens by itself when nobody has decided until then."""
    opens = bool(service.appeals) and service.appeal_when_late is not False
    return due + timedelta(days=1) if opens and due is not None else None
