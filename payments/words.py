"""How a payment stands, in words for whoever pays it."""

from payments.domain import PaymentState, Standing, State, standing
from payments.models import Attempt, Payment
from portal.i18n import gettext
from portal.kernel.errors import N_

SAID = {
    Standing.TO_PAY: N_("Waiting for payment"),
    Standing.BEGUN: N_("You began and did not finish"),
    Standing.UNDER_WAY: N_("Waiting for the bank"),
    Standing.NOT_PAID: N_("The payment did not go through"),
    Standing.PAID: N_("Paid"),
    Standing.CALLED_OFF: N_("Called off"),
    Standing.GIVEN_BACK: N_("The whole amount was given back to you."),
    Standing.DISPUTED: N_("Your bank disputes this payment"),
}


def said(payment: Payment, attempt: Attempt | None) -> str:
    """By its newest order, in the language spoken now."""
    begun = State(attempt.state) if attempt else None
    return gettext(SAID[standing(PaymentState(payment.state), begun)])
