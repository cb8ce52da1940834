"""What the page of an application shows beside its state: appeals, messages, who looked."""

from typing import Any

from portal.applications import service
from portal.applications.appeals import words as appeals
from portal.applications.correcting import service as correcting
from portal.applications.pausing import service as pausing
from portal.applications.referring import panels as referrals
from portal.applications.service import Case
from portal.applications.threads import service as threads

to_come = appeals.to_come


def parts(application: Case) -> dict[str, Any]:
    return {
        "appeal": appeals.standing(application),
        "appeal_waits": appeals.waiting(application),
        "paused": pausing.now(application),
        "unread": threads.unread_of_person(application),
        "looks": service.looks(application),
        "looks_elsewhere": referrals.looks(application),
        "emergencies": service.looks(application, emergency=True),
        "may_correct": bool(correcting.questions(application)),
    }
