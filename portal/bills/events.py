"""What bills tell upward: ids only."""

from dataclasses import dataclass
from uuid import UUID

from portal.kernel.events import Event


@dataclass(frozen=True)
class BillPaid(Event):
    bill_id: UUID
