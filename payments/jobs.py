"""What the clock does to payments: open attempts are asked about, claims looked at, days closed."""

from payments.asking import service as asking
from payments.claims import service as claims
from payments.closings import service as closings
from payments.disputes import service as disputes
from payments.inbox import service as inbox
from payments.refunds import service as refunds
from portal.kernel.jobs import Periodic, job


@job(queue="payments")
def sort_inbox() -> None:
    inbox.retry_parked()


JOBS = (
    *(asking.look_after, asking.ask_later, refunds.send_back, sort_inbox),
    *(claims.look_after, claims.look, disputes.read, closings.close_day),
)
PERIODIC = (
    Periodic("* * * * *", asking.look_after),
    Periodic("*/10 * * * *", sort_inbox),
    Periodic("7 * * * *", claims.look_after),
    # At half past midnight where people are.
    Periodic("0 19 * * *", closings.close_day),
)
