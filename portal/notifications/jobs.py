"""What the clock does to messages: those held back go out, and what falls due is told."""

from portal.kernel.jobs import Again, Periodic, job
from portal.notifications.coming import service as coming
from portal.notifications.telling import service as telling


@job(queue="mail")
def send_waiting() -> None:
    if telling.send_waiting():
        # So long until those of now are through, or they would be found once more.
        raise Again(30)


@job(queue="mail")
def remind() -> None:
    coming.remind()


PERIODIC = (Periodic("*/5 * * * *", send_waiting), Periodic("20 3 * * *", remind))
