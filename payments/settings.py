"""What may be set about payments as a whole."""

from decimal import Decimal

from pydantic import Field

from portal.kernel.settings import Section


class PaymentsSettings(Section):
    refund_alone: Decimal = Field(
        default=Decimal(1000),
        ge=0,
        description="how much of a payment one person may give back alone, in whole units",
    )
