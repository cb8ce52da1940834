"""What is said of each change of an application: two sentences, and never an answer of anybody."""

from collections.abc import Mapping

from portal.i18n import gettext
from portal.kernel.errors import N_
from portal.notifications.domain import Words

# What happened -> how the subject ends, and the sentence of the message.
SAID: Mapping[str, tuple[str, str]] = {
    "submitted": (
        N_("Your application %(reference)s for %(service)s: sent"),
        N_("We have your application and sent it to the provider."),
    ),
    "answered": (
        N_("Your application %(reference)s for %(service)s: your answer is sent"),
        N_("We have your answer and sent it to the provider. Work on your application goes on."),
    ),
    "in_progress": (
        N_("Your application %(reference)s for %(service)s: being worked on"),
        N_("The provider is working on your application."),
    ),
    "needs_information": (
        N_("Your application %(reference)s for %(service)s: waiting for you"),
        N_("The provider asks you for something. Open your application and answer."),
    ),
    "approved": (
        N_("Your application %(reference)s for %(service)s: approved"),
        N_("The provider approved your application."),
    ),
    "refused": (
        N_("Your application %(reference)s for %(service)s: refused"),
        N_("The provider refused your application. The reason stands with it."),
    ),
    "issued": (
        N_("Your application %(reference)s for %(service)s: document issued"),
        N_("Your document is ready. Open your application to download it."),
    ),
    "withdrawn": (
        N_("Your application %(reference)s for %(service)s: withdrawn"),
        N_("You withdrew your application. Nothing more is done on it."),
    ),
    "awaiting_payment": (
        N_("Your application %(reference)s for %(service)s: approved, the fee is to be paid"),
        N_("The provider approved your application. Pay the fee, and the document is issued."),
    ),
    "paid": (
        N_("Your application %(reference)s for %(service)s: the fee is paid"),
        N_("We have your payment. The receipt stands with your application."),
    ),
    "meeting_set": (
        N_("Your application %(reference)s for %(service)s: the day and time are set"),
        N_("The day, the time and the place stand with your application."),
    ),
    "meeting_moved": (
        N_("Your application %(reference)s for %(service)s: the day and time were changed"),
        N_("The day, the time and the place stand with your application."),
    ),
    "meeting_off": (
        N_("Your application %(reference)s for %(service)s: the appointment is called off"),
        N_("Open your application to choose another time."),
    ),
    "met_nobody": (
        N_("Your application %(reference)s for %(service)s: nobody was there"),
        N_("Nobody was there at the time that was set. A new time is needed."),
    ),
    "lapsed": (
        N_("Your application %(reference)s for %(service)s: lapsed"),
        N_("Your application ended: what was needed from you did not come in time. Apply again."),
    ),
    "renewal": (
        N_("Your application %(reference)s for %(service)s: it is time to renew"),
        N_("What was issued to you ends soon. Open your application to see when, and to renew it."),
    ),
}


# What decides something, or stands still until the person acts.
NEEDED = frozenset(
    {"needs_information", "approved", "refused", "issued", "awaiting_payment", "lapsed"}
    | {"meeting_set", "meeting_moved", "meeting_off", "met_nobody"}
)


def said(happened: str, reference: str, service: str, path: str) -> Words:
    title, body = SAID[happened]
    return Words(
        title=gettext(title, reference=reference, service=service),
        body=gettext(body),
        short=gettext("There is news of your application %(reference)s.", reference=reference),
        path=path,
    )


def kind_of(happened: str) -> str:
    if happened == "renewal":
        return "reminders"
    return "decisions" if happened in NEEDED else "progress"


def subject(happened: str, reference: str, service: str) -> str:
    return gettext(SAID[happened][0], reference=reference, service=service)
