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
    "revoked": (
        N_("Your application %(reference)s for %(service)s: a document was revoked"),
        N_("A document that was issued to you is good no more. The reason stands with it."),
    ),
    "replaced": (
        N_("Your application %(reference)s for %(service)s: a document was replaced"),
        N_("A new document stands in place of one that was issued to you. Use the new one."),
    ),
    "message": (
        N_("Your application %(reference)s for %(service)s: a message from the provider"),
        N_("The provider wrote to you. Open your application to read it and to answer."),
    ),
    "appeal_ask": (
        N_("Your application %(reference)s for %(service)s: your appeal is sent"),
        N_("The authority has your appeal. Open your application to see by when it decides."),
    ),
    "appeal_open": (
        N_("Your application %(reference)s for %(service)s: a review was opened"),
        N_("The promised day passed without a decision, so a review was opened for you."),
    ),
    "appeal_pass_on": (
        N_("Your application %(reference)s for %(service)s: the next authority has your appeal"),
        N_("Your appeal was not decided in time. The next authority has it now."),
    ),
    "appeal_upheld": (
        N_("Your application %(reference)s for %(service)s: your appeal is decided"),
        N_("The authority looked at it again, and the decision stands. Read its reasons."),
    ),
    "appeal_goes_on": (
        N_("Your application %(reference)s for %(service)s: your appeal is decided"),
        N_("The delay has good reasons, the authority says, and work goes on. Read its reasons."),
    ),
    "appeal_set_aside": (
        N_("Your application %(reference)s for %(service)s: the provider must decide again"),
        N_("Your appeal is decided: the refusal is set aside, and the provider decides again."),
    ),
    "appeal_hurried": (
        N_("Your application %(reference)s for %(service)s: the provider must decide now"),
        N_("Your appeal is decided: the provider must decide without more delay."),
    ),
    "appeal_in_part": (
        N_("Your application %(reference)s for %(service)s: you are right in part"),
        N_("Your appeal is decided: the provider decides again, as the authority's reasons say."),
    ),
    "appeal_granted": (
        N_("Your application %(reference)s for %(service)s: approved on your appeal"),
        N_("The authority decided for you: your application is approved. Read its reasons."),
    ),
    "appeal_owes": (
        N_("Your application %(reference)s for %(service)s: approved on your appeal, pay the fee"),
        N_("The authority approved your application. Pay the fee, and the document is issued."),
    ),
    "renewal": (
        N_("Your application %(reference)s for %(service)s: it is time to renew"),
        N_("What was issued to you ends soon. Open your application to see when, and to renew it."),
    ),
}


# What decides something, or stands still until the person acts.
NEEDED = frozenset(
    {
        *("needs_information", "approved", "refused", "issued", "awaiting_payment", "lapsed"),
        *("revoked", "replaced", "appeal_upheld", "appeal_goes_on", "appeal_set_aside"),
        *("appeal_hurried", "appeal_in_part", "appeal_granted", "appeal_owes"),
        *("meeting_set", "meeting_moved", "meeting_off", "met_nobody"),
    }
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
