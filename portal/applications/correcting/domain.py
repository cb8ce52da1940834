"""Which answers may be corrected, and when. No web here, and no tables."""

import re

from portal.applications.domain import State
from portal.kernel.errors import N_, Conflict
from portal.registry.contract import Service, Stage


class NothingToCorrect(Conflict):
    message = N_("Your answers cannot be changed any more: the provider works on them.")


class MovedOn(Conflict):
    """What was typed stays in the draft of the correction."""

    message = N_(
        "The provider did something after you opened this page. Read it, then send your"
        " correction again; what you typed is kept."
    )


class FeeDecided(Conflict):
    message = N_(
        "These answers change the fee. Leave them as they were, or withdraw and apply again."
    )


def is_open(state: State, stage: Stage | None, *, is_held: bool) -> bool:
    """Until an officer has begun; later where the stage says so."""
    if state is State.IN_PROGRESS:
        return stage is not None and stage.corrects is True
    return state is State.SUBMITTED and not is_held


def is_free(service: Service, name: str) -> bool:
    """Whether the service lets this question be corrected, and it does not decide the fee."""
    if service.corrects is not None and name not in service.corrects:
        return False
    decides = set(re.findall(r"\w+", service.fee or "")) | set(service.quote_by or ())
    return name not in decides
