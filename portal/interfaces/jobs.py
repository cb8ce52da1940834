"""What the clock does here: who looked something up is forgotten after a day."""

from portal.interfaces.lookups import service as lookups
from portal.kernel.jobs import Periodic, job


@job(queue="upkeep")
def forget_look_ups() -> None:
    lookups.sweep()


PERIODIC = (Periodic("35 * * * *", forget_look_ups),)
