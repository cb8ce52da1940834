"""What the clock does to payments: open attempts are asked about, claims looked at, days closed."""

from payments.asking import service as asking
from payments.claims import service as claims
from payments.closings import service as closings
from payments.disputes import service as disputes
from payments.inbox import service as inbox
from payments.reconciling import service as reconciling
from payments.refunds import service as refunds
from payments.scrolls import service as scrolls
from payments.staying import service as staying
from portal.kernel.jobs import Periodic, job


@job(queue="payments")
def sort_inbox() -> None:
    inbox.retry_parked()


JOBS = (
    *(asking.look_after, asking.ask_later, refunds.send_back, inbox.take_in, sort_inbox),
    *(claims.look_after, claims.look, disputes.read),
    closings.close_hour,
    *(reconciling.look_lately, reconciling.look_back, reconciling.look, reconciling.compare_file),
    *(staying.let_go_on, scrolls.apply),
)
PERIODIC = (
    Periodic("* * * * *", asking.look_after),
    Periodic("*/10 * * * *", sort_inbox),
    Periodic("7 * * * *", claims.look_after),
    Periodic("*/10 * * * *", closings.close_hour),
    Periodic("*/30 * * * *", reconciling.look_lately),
    Periodic("15,45 * * * *", staying.let_go_on),
    Periodic("40 21 * * *", reconciling.look_back),
)
