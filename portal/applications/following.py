"""What the page of an application shows beside its state: appeals, messages, what may be done."""

from typing import Any

from portal.applications.appeals import words as appeals
from portal.applications.correcting import service as correcting
from portal.applications.pausing import service as pausing
from portal.applications.service import Case
from portal.applications.threads import service as threads

to_come = appeals.to_come


def parts(application: Case) -> dict[str, Any]:
    return {
        "appeal": appeals.standing(application),
        "appeal_waits": appeals.waiting(application),
        "paused": pausing.now(application),
        "unread": threads.unread_of_person(application),
        "may_correct": bool(correcting.questions(application)),
    }
