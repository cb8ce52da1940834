"""What the bank says. No web here, and no tables."""

from dataclasses import dataclass
from uuid import NAMESPACE_URL, UUID, uuid5

from payments.ledger import Kind
from portal.kernel.errors import N_, Conflict
from portal.kernel.money import Money


class NotedAlready(Conflict):
    message = N_("The bank's number of this one was noted before. Nothing was booked.")


class MoreThanThereIs(Conflict):
    message = N_("This is more than what stands on the account. Look at the books first.")


@dataclass(frozen=True)
class Transfer:
    """`number` is the bank's own; `provider` is empty for what came from a gateway."""

    gateway: str
    amount: Money
    number: str
    provider: str = ""

    @property
    def kind(self) -> Kind:
        return Kind.PAID_ON if self.provider else Kind.PAYOUT

    @property
    def source(self) -> UUID:
        """The same for the same, so that it is booked once."""
        return uuid5(NAMESPACE_URL, f"{self.kind} {self.gateway} {self.provider} {self.number}")
