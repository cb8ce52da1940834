"""Eight providers whose look-ups people press: what another page takes while they stall."""

import json
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread

from portal.applications import applying
from portal.interfaces import service as interfaces
from portal.registry import Declaration, Field, Form, LookUp, Provider, Service, Step
from portal.registry import service as registry
from portal.registry.publishing import service as publishing
from tools import big_form as big
from tools.bench.controls import Pairs, urlencoded
from tools.bench.house import House
from tools.bench.load import BROWSERS, Crowd, Figures, Plan, drive, request
from tools.bench.measures import SERVICE_PAGE
from tools.big_form import said

PROVIDERS, PRESSING = 8, 16
SECONDS, WARM_UP, PAUSE = 8.0, 1.0, 0.5
SERVICE, STEP = "transfer", "plot"
TOLD = json.dumps({"values": {"holder": "B••• K•••"}}).encode()


@dataclass(frozen=True)
class Stalled:
    """Of the other page; `asked` are questions that came to providers, of so many presses."""

    answering: Figures
    silent: Figures
    presses: int
    asked: int
    slowest: float


class Interfaces(ThreadingHTTPServer):
    """All eight, each at a path of its own."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.let = Event()
        self.let.set()
        self.asked = 0

    def handle_error(self, *_: object) -> None:
        """Whoever asked has gone: that is what is measured."""


class Answer(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        if isinstance(self.server, Interfaces):
            self.server.asked += 1
            self.server.let.wait(SECONDS * 4)
        self.send_response_only(200)
        self.send_header("content-length", str(len(TOLD)))
        self.end_headers()
        self.wfile.write(TOLD)

    def log_message(self, *_: object) -> None:
        """The bench says enough."""


@dataclass
class Presser:
    """Somebody who looks one number up after the other."""

    path: str
    cookie: str
    pairs: Pairs
    turn: int = 0

    def press(self, port: int) -> float:
        self.turn += 1
        kept = [pair for pair in self.pairs if pair[0] != "plot"]
        told = [*kept, ("plot", f"PB-{self.turn}"), ("refresh", "look_up:plot")]
        asked = request(port, self.path, self.cookie, body=urlencoded(told))
        return drive(Plan(port, [[asked]])).spent[0]


def measure(house: House, crowd: Crowd) -> Stalled:
    """First they all answer, then none does; as many people press in both."""
    with _listening() as server:
        slugs = _offered(house, server.server_port)
        answering, _ = _while_pressed(house, crowd, _people(house, slugs))
        people = _people(house, slugs)
        server.let.clear()
        server.asked = 0
        silent, spent = _while_pressed(house, crowd, people)
        server.let.set()
    return Stalled(answering, silent, len(spent), server.asked, max(spent))


def _while_pressed(
    house: House, crowd: Crowd, people: Sequence[Presser]
) -> tuple[Figures, list[float]]:
    """The other page, and how long each press took."""
    port, spent = house.here.port, list[float]()
    ends = time.monotonic() + SECONDS

    def go_on(one: Presser) -> None:
        while time.monotonic() < ends:
            spent.append(one.press(port))
            time.sleep(PAUSE)

    who = house.citizens(1)[0]
    asked = [[request(port, SERVICE_PAGE, who.cookie)]] * (BROWSERS // 4)
    with ThreadPoolExecutor(len(people)) as pool:
        pressing = [pool.submit(go_on, one) for one in people]
        figures = crowd.ask(Plan(port, asked, seconds=SECONDS - WARM_UP, warm_up=WARM_UP))
        for one in pressing:
            one.result()
    return figures, spent


def _offered(house: House, port: int) -> list[str]:
    """The eight, published, with their interface."""
    offered = [_provider(f"office-{number}") for number in range(PROVIDERS)]
    proposer, publisher = house.citizens(2)
    with house.work():
        for version in registry.sync(offered):
            publishing.propose(version.id, proposer.id)
            publishing.publish(version.id, publisher.id)
        for one in offered:
            interfaces.save(one.slug, f"http://127.0.0.1:{port}/{one.slug}", "bench")
    return [one.slug for one in offered]


def _people(house: House, slugs: Sequence[str]) -> list[Presser]:
    """New ones, whose look-ups were not counted yet, each with a form of one of the eight open."""
    pressers = []
    for number, who in enumerate(house.citizens(PRESSING)):
        slug = slugs[number % PROVIDERS]
        with house.work():
            applying.begin(who.id, slug, SERVICE)
        path = f"/en/apply/{slug}/{SERVICE}/{STEP}"
        pressers.append(Presser(path, who.cookie, house.page(path, who).pairs))
    return pressers


def _provider(slug: str) -> Provider:
    plot = Field.text("plot", said("Plot"), look_up=LookUp(fills={"holder": "holder"}, path="/at"))
    form = Form(
        Step(said("The plot"), plot, Field.name("holder", said("Holder")), slug=STEP),
        Step(said("Send"), Declaration("all_true", said("All is true.")), slug="send"),
    )
    usual: Service = big.service()
    service = usual.model_copy(update={"slug": SERVICE, "form": form, "fee": None})
    return big.provider().model_copy(update={"slug": slug, "services": (service,)})


@contextmanager
def _listening() -> Iterator[Interfaces]:
    with Interfaces() as server:
        Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield server
        finally:
            server.let.set()
            server.shutdown()
