"""Work of this room that no request waits for."""

from portal.federation import service
from portal.kernel.jobs import job


@job(queue="federation")
def sweep() -> None:
    """Remove what has ended: used states and logout tokens, sessions at identity providers."""
    service.sweep()
