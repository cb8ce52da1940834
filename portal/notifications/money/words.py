"""What is said of a receipt, and of each turn of a claim; never what was paid for."""

from collections.abc import Mapping

from portal.i18n import gettext
from portal.kernel.errors import N_
from portal.notifications.domain import Words

# Where a claim is now -> how the subject ends, and the sentence of the message.
CLAIMS: Mapping[str, tuple[str, str]] = {
    "office": (
        N_("Your claim %(reference)s: the department is asked"),
        N_("What you paid for is late. If it is not given in time, the money goes back to you."),
    ),
    "finance": (
        N_("Your claim %(reference)s: a finance officer looks at it"),
        N_("A person looks at what you wrote. Open your claim to see by when you hear from us."),
    ),
    "settled": (
        N_("Your claim %(reference)s: the answer"),
        N_("Your claim has an answer. Open it to read it, or to say that it is not right."),
    ),
}


def of_claim(state: str, reference: str, path: str) -> Words:
    title, body = CLAIMS[state]
    return Words(
        title=gettext(title, reference=reference),
        body=gettext(body),
        short=gettext("There is news of your claim %(reference)s.", reference=reference),
        path=path,
    )


def of_receipt(number: str, amount: str, path: str) -> Words:
    return Words(
        title=gettext("Receipt %(number)s: %(amount)s", number=number, amount=amount),
        body=gettext("Your payment has arrived. The signed receipt can be downloaded and kept."),
        short=gettext("Your receipt %(number)s is ready.", number=number),
        path=path,
    )


def of_account(reference: str, path: str) -> Words:
    return Words(
        title=gettext("Payment %(reference)s: money goes back to you", reference=reference),
        body=gettext(
            "You paid at a counter, so we send the money to an account of yours. Open the payment"
            " and say to which one; if you did already, your bank refused it."
        ),
        short=gettext(
            "Say to which account your money goes back: %(reference)s.", reference=reference
        ),
        path=path,
    )
