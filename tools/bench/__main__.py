"""`python -m tools.bench`: measure everything and write the page."""

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

from portal.kernel import clock
from portal.kernel.serving import THREADS, serve
from tools.bench import (
    desk,
    growth,
    manifests,
    measures,
    money,
    page,
    papers,
    processes,
    rotation,
    servers,
    signing,
    stalled,
    whole,
)
from tools.bench.house import House
from tools.bench.load import BROWSERS, Crowd
from tools.world import world

T = TypeVar("T")
ROOT = Path(__file__).parents[2]
PROCESSES = 2
PAGE = ROOT / "docs" / "performance.md"


def measure() -> page.Found:
    """Start a world, ask it everything, and let it go."""
    before = os.getloadavg()[0]
    with ExitStack() as opened:
        # First of all: what is forked later would keep the sockets of the others open.
        crowd = opened.enter_context(Crowd())
        # Signing in is limited per address, so the clients come as if through a proxy.
        here = opened.enter_context(world(PORTAL_TRUSTED_PROXIES="1"))
        hello = opened.enter_context(servers.bare())
        listener = opened.enter_context(servers.listening())
        house = House(here)
        house.listen(listener.url)
        whole.publish(house, listener.url)
        pages = _said("pages", measures.pages(house, crowd, hello))
        memory = processes.largest(here.var, "web")
        signed = _said("signing in", signing.measure(house, crowd))
        sending = _said("applications", measures.sending(house, crowd))
        delivered = _said("deliveries", measures.deliveries(house, listener))
        rotated = _said("changing secrets", rotation.measure(house))
        one = _said("whole applications", whole.measure(house, crowd))
        full = _said("the desk", desk.measure(house))
        return page.Found(
            day=clock.now(),
            load=(before, os.getloadavg()[0]),
            pages=pages,
            signing=signed,
            sending=sending,
            delivered=delivered,
            rotated=rotated,
            desk=full,
            whole=one,
            whole_after=_said("whole applications again", whole.sent(house, crowd)),
            stalled=_said("providers that stall", stalled.measure(house, crowd)),
            papers=_said("issued documents", papers.measure(house)),
            paying=_said("payments", money.measure(house, crowd)),
            grown=_said("ten times the rows", growth.measure(house)),
            form=_said("the long form", measures.big_form(house)),
            manifests=_said("manifests", manifests.measure()),
            memory=(memory, processes.largest(here.var, "worker")),
        )


def _said(name: str, found: T) -> T:
    sys.stdout.write(f"Measured {name}.\n")
    sys.stdout.flush()
    return found


def main(arguments: Sequence[str]) -> None:
    if arguments[:1] == ["hello"]:
        serve(
            servers.hello(),
            host="127.0.0.1",
            port=int(arguments[1]),
            most=1024,
            processes=PROCESSES,
        )
        return
    told = page.text(
        measure(),
        cores=os.cpu_count() or 1,
        processes=PROCESSES,
        threads=THREADS,
        browsers=BROWSERS,
        rounds=measures.ROUNDS,
    )
    PAGE.write_text(told)
    sys.stdout.write(f"{told}\nWrote {PAGE.relative_to(ROOT)}.\n")


if __name__ == "__main__":
    main(sys.argv[1:])
