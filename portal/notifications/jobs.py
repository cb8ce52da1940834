"""What the clock does to messages: those that were held back go out."""

from portal.kernel.jobs import Again, Periodic, job
from portal.notifications.telling import service as telling


@job(queue="mail")
def send_waiting() -> None:
    if telling.send_waiting():
        raise Again(1)


PERIODIC = (Periodic("*/5 * * * *", send_waiting),)
