"""The application inside the bench, on the database of the world that is measured.

It makes the people and drafts that are asked for, and counts what a page costs: statements sent to
the database, and the time of the processor, which does not depend on who else uses the machine.
"""

import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from io import BytesIO
from typing import Any
from uuid import UUID

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, text
from werkzeug.test import EnvironBuilder, run_wsgi_app

from portal.accounts.contacts import service as contacts
from portal.accounts.domain import Details, Gender
from portal.accounts.joining import service as joining
from portal.accounts.sessions import service as sessions
from portal.app import create_app, read_settings
from portal.applications import applying
from portal.demo.domain import PROVIDER
from portal.files import service as files
from portal.forms import service as drafts
from portal.geo import service as geo
from portal.kernel.db import db
from portal.kernel.postgres import Cluster
from portal.webhooks import service as webhooks
from tools.bench.controls import Controls, controls, multipart, urlencoded
from tools.bench.load import request
from tools.world import World

SERVICE = "income-certificate"
STEP = "you"
APPLY = f"/en/apply/{PROVIDER}/{SERVICE}"
REVIEW = f"{APPLY}/review"
PAPER = (
    b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
    b"trailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n"
)
TIMES = 30
JOBS_LEFT = text("SELECT count(*) FROM procrastinate_jobs WHERE status IN ('todo', 'doing')")


@dataclass(frozen=True)
class Cost:
    """Of one request: statements sent, and milliseconds of the processor."""

    queries: int
    cpu: float


@dataclass(frozen=True)
class Citizen:
    """Somebody with a session and a draft that is ready to be sent."""

    id: UUID
    cookie: str


class House:
    def __init__(self, here: World) -> None:
        self.here = here
        settings = {
            "PORTAL_ENV": "development",
            "PORTAL_VAR": str(here.var),
            "PORTAL_LOG_LEVEL": "warning",
            "PORTAL_ALLOW_PRIVATE_WEBHOOKS": "true",
            # Nobody signs in with these passwords, so a weak hash does.
            "PORTAL_PASSWORD_MEMORY": "8",
            "PORTAL_BASE_URL": here.url,
            "DATABASE_URL": Cluster(here.var / "postgres").app_url,
        }
        self.app: Flask = create_app(read_settings(settings))
        self.count = 0

    @contextmanager
    def work(self) -> Iterator[None]:
        """One transaction."""
        with self.app.app_context():
            yield
            db.session.commit()

    @cached_property
    def village(self) -> str:
        code: str | None = None
        while below := geo.children(code):
            code = below[0].code
        return code or ""

    def citizens(self, count: int) -> list[Citizen]:
        """New people, each with a draft that has every answer."""
        with self.work():
            return [self._citizen() for _ in range(count)]

    def _citizen(self) -> Citizen:
        self.count += 1
        told = Details(
            name="Asha Devi",
            birth_date=date(1990, 5, 17),
            email=f"bench{self.count}@demo.example",
            gender=Gender.FEMALE,
            language="en",
        )
        address = f"10.{self.count >> 16}.{self.count >> 8 & 255}.{self.count & 255}"
        person_id = joining.register(told, "a bench that counts all night", address=address)
        contacts.trust(person_id)
        token = sessions.open_row(person_id)
        db.session.flush()
        self._fill(person_id)
        return Citizen(person_id, f"language=en; session={token}")

    def _fill(self, person_id: UUID) -> None:
        course = applying.begin(person_id, PROVIDER, SERVICE)
        names = [one.name for one in course.form.fields]
        drafts.save(course.draft, answers(self.village, _paper(person_id)), names)

    def page(self, path: str, who: Citizen) -> Controls:
        """The controls of a page that this person opens."""
        told = self._client(who).get(path)
        if told.status_code != 200:
            raise RuntimeError(f"{path} answered {told.status_code}.")
        return controls(told.get_data(as_text=True))

    def _client(self, who: Citizen | None) -> FlaskClient:
        client = self.app.test_client()
        for pair in (who.cookie if who else "language=en").split("; "):
            name, _, value = pair.partition("=")
            client.set_cookie(name, value)
        return client

    def visitor(self, path: str) -> tuple[str, Controls]:
        """The cookies of somebody new, and the controls of the page that they opened."""
        client = self._client(None)
        found = controls(client.get(path).get_data(as_text=True))
        session = client.get_cookie("session")
        return f"language=en; session={session.value if session else ''}", found

    def step_post(self, path: str, who: Citizen) -> bytes:
        """A page of the form, sent back as it is."""
        kind, body = multipart(self.page(path, who))
        return request(self.here.port, path, who.cookie, body=body, kind=kind)

    def review_post(self, who: Citizen, path: str = REVIEW) -> bytes:
        """The last click of an application."""
        pairs = [*self.page(path, who).pairs, ("agree", "yes")]
        return request(self.here.port, path, who.cookie, body=urlencoded(pairs))

    def cost(self, asked: Sequence[bytes], times: int = TIMES) -> Cost:
        """Of asking these in turn; the first two teach caches.

        The least time: others on the machine can only add to it.
        """
        sent: list[int] = []
        spent: list[float] = []
        for turn in range(times + 2):
            environ = environment(asked[turn % len(asked)])
            with self.statements() as heard:
                began = time.process_time()
                run_wsgi_app(self.app.wsgi_app, environ, buffered=True)
                spent.append((time.process_time() - began) * 1000)
            sent.append(len(heard))
        return Cost(statistics.mode(sent[2:]), min(spent[2:]))

    @contextmanager
    def statements(self) -> Iterator[list[str]]:
        heard: list[str] = []

        def hear(*told: Any) -> None:
            heard.append(told[2])

        with self.app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", hear)
        try:
            yield heard
        finally:
            event.remove(engine, "before_cursor_execute", hear)

    def listen(self, url: str) -> None:
        """Let messages to the department go here."""
        with self.work():
            webhooks.set_endpoint(PROVIDER, url, "bench")

    def announce(self, application_ids: Sequence[UUID]) -> None:
        """A message about each, all at once."""
        with self.work():
            for application_id in application_ids:
                webhooks.announce(application_id, "application.submitted")

    def jobs_left(self) -> int:
        with self.work():
            return db.session.scalar(JOBS_LEFT) or 0


def environment(asked: bytes) -> dict[str, Any]:
    """What the server would make of a request."""
    head, _, body = asked.partition(b"\r\n\r\n")
    first, *lines = head.decode().split("\r\n")
    method, path, _ = first.split(" ")
    headers = [(name, value) for name, _, value in (line.partition(": ") for line in lines)]
    builder = EnvironBuilder(path, method=method, headers=headers, input_stream=BytesIO(body))
    return dict(builder.get_environ())


def answers(village: str, paper: Mapping[str, Any]) -> dict[str, Any]:
    """A farmer's application for an income certificate, complete."""
    return {
        "applicant": "Asha Devi",
        "guardian": "Ram Lal",
        "born": "1990-05-17",
        "gender": "female",
        "phone": "+919876500001",
        "aadhaar": "234123412346",
        "home": {
            "line": "House 12, Street 4",
            "area": village,
            "postal_code": "141001",
        },
        "occupation": "farmer",
        "acres": "2.5",
        "farm_income": {"amount": "90000.00", "currency": "INR"},
        "other_income": False,
        "members": 4,
        "family_income": {"amount": "120000.00", "currency": "INR"},
        "needed_for": "scholarship",
        "identity_proof": paper,
        "residence_proof": paper,
        "true_statement": True,
    }


def _paper(person_id: UUID) -> dict[str, Any]:
    kept = files.keep(
        BytesIO(PAPER),
        "card.pdf",
        subject_id=person_id,
        person_id=person_id,
        accepts=("pdf",),
    )
    told = {name: getattr(kept, name) for name in ("name", "type", "bytes", "sha256")}
    return {"file": str(kept.id), **told}
