"""What people read of a claim: what they said, how it stands, and what came of it."""

from payments.claims.domain import Kind, Outcome, State
from payments.claims.forms import KINDS
from payments.claims.service import Claim
from portal.i18n import gettext
from portal.kernel.errors import N_

STANDS = {
    State.LOOKING: (
        N_("We are looking"),
        N_(
            "We asked the gateway, and ask again by ourselves until it is clear. If money was taken"
            " for nothing, it goes back without your doing anything."
        ),
    ),
    State.OFFICE: (
        N_("The department is asked"),
        N_(
            "What you paid for is late. If it is not given by the day that stands here, the money"
            " goes back to you."
        ),
    ),
    State.FINANCE: (
        N_("A finance officer looks at it"),
        N_("A person reads what you wrote and all that is known of the payment, and answers you."),
    ),
}
CAME_OF_IT = {
    Outcome.COUNTED: (
        N_("Your payment counts"),
        N_("The money arrived. The receipt stands with the payment."),
    ),
    Outcome.NOTHING_TAKEN: (
        N_("No money reached us"),
        N_(
            "The gateway says that it took nothing for us. If your account shows a debit all the"
            " same, the bank must put it right within five days by itself; show it the number of"
            " the payment."
        ),
    ),
    Outcome.GIVEN_BACK: (
        N_("The money went back"),
        N_("The gateway has given it back. Until your account shows it, it may take some days."),
    ),
    Outcome.SERVED: (
        N_("The service was given"),
        N_("What you paid for was given. It stands with your application."),
    ),
    Outcome.DECLINED: (N_("The claim is declined"), N_("The reason stands below.")),
}
ACTS: dict[str, str] = {
    "open": N_("You made the claim"),
    State.LOOKING: N_("We look again by ourselves"),
    State.OFFICE: N_("The department was asked"),
    State.FINANCE: N_("It went to a finance officer"),
    "cannot": N_("The department said that it cannot give the service"),
    "contest": N_("You said that the answer is not right"),
    "answer": N_("A finance officer answered"),
    **{outcome: title for outcome, (title, _) in CAME_OF_IT.items()},
}


def said(claim: Claim) -> str:
    """What the person chose."""
    return str(dict(KINDS)[Kind(claim.kind)])


def stands(claim: Claim) -> tuple[str, str]:
    """A title and a sentence, in the language spoken now."""
    if claim.outcome:
        title, sentence = CAME_OF_IT[Outcome(claim.outcome)]
    else:
        title, sentence = STANDS[State(claim.state)]
    return gettext(title), gettext(sentence)


def act(name: str) -> str:
    return gettext(ACTS[name])
