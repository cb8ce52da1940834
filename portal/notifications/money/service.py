"""Writing to whoever paid, and to whoever made a claim: once for each thing that happened."""

from uuid import UUID

from payments import service as payments
from payments.claims import service as claims
from portal.i18n import money
from portal.notifications.domain import Words
from portal.notifications.money import words
from portal.notifications.telling import service as telling

RECEIPTS, CLAIMS, REFUNDS = "receipts", "claims", "refunds"


def tell_of_receipt(payment_id: UUID) -> None:
    payment = payments.by_id(payment_id)

    def say() -> Words:
        number, path = payment.receipt_number or "", f"pay/{payment.id}/receipt"
        return words.of_receipt(number, money(payment.amount), path)

    key = f"receipt:{payment.id}:{payment.person_id}"
    telling.tell(payment.person_id, RECEIPTS, key, say, about=payment.about)


def tell_of_account(payment_id: UUID, asked: UUID) -> None:
    """That money cannot go back before its person names an account; once for each asking."""
    payment = payments.by_id(payment_id)

    def say() -> Words:
        return words.of_account(payment.reference, f"pay/{payment.id}/account")

    key = f"account:{asked}:{payment.person_id}"
    telling.tell(payment.person_id, REFUNDS, key, say, about=payment.about)


def tell_of_claim(claim_id: UUID, state: str) -> None:
    """Of what nobody has to wait for or know, such as another look, nothing is said."""
    claim = claims.by_id(claim_id)
    if state not in words.CLAIMS:
        return

    def say() -> Words:
        return words.of_claim(state, claim.reference, f"pay/claims/{claim.id}")

    times = sum(1 for step in claims.steps(claim) if step.act == "contest")
    key = f"claim:{claim.id}:{state}:{times}:{claim.person_id}"
    telling.tell(claim.person_id, CLAIMS, key, say, about=claim.payment_id)
