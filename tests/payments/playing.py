"""The portal and Stripe as the simulator plays it, both in this process: no line between them.

What a line does to calls and notices, the simulator's faults do: an answer that is cut off or that
stalls is one that never comes.
"""

import threading
from contextlib import contextmanager, suppress
from types import SimpleNamespace
from urllib.parse import urlsplit

from payments import service
from payments.asking import service as asking
from payments.models import Refund
from payments.simulator import app as simulator
from payments.simulator.faults import Faults
from payments.simulator.store import Store
from payments.simulator.stripe import Stripe
from payments.simulator.world import World, stripe_signature
from portal.app import create_app, read_settings
from portal.kernel.db import db
from portal.kernel.http import Answer, Unreachable
from tests.jobs import run_jobs
from tests.payments.companies import KEY, NOWHERE, SECRET
from tests.payments.factories import heard

BASE = "http://stripe.test"


class InTurn(Faults):
    """Strikes by how many chances there were before, since our references are never the same."""

    def strikes(self, kind, about):
        del about
        self.chances = getattr(self, "chances", 0) + 1
        return super().strikes(kind, f"{self.chances}")


class Line:
    """The way to the company, as `Means` hands it on. It may be called by several threads."""

    def __init__(self, company):
        self.app, self.on_the_way = company, threading.local()

    def cut(self, *_):
        self.on_the_way.is_lost = True

    def called(self, method, url, headers, body=None):
        self.on_the_way.is_lost = False
        parts = urlsplit(url)
        told = self.app.test_client().open(
            f"{parts.path}?{parts.query}",
            method=method,
            headers=dict(headers),
            data=body,
            environ_overrides={"werkzeug.socket": SimpleNamespace(shutdown=self.cut)},
        )
        if self.on_the_way.is_lost:
            raise Unreachable("ReadTimeout: The call took longer than it may.")
        named = {name.lower(): value for name, value in told.headers}
        return Answer(told.status_code, named, told.data)

    def get(self, url, headers, **_):
        return self.called("GET", url, headers)

    def post(self, url, body, headers, **_):
        return self.called("POST", url, headers, body)


class Company:
    """Stripe, its post, and what people do on its pages."""

    def __init__(self, seed, rates):
        self.world = World(Store(), InTurn(str(seed), dict(rates)), base=BASE, slow=90, delay=600)
        self.world.signers["stripe"] = stripe_signature(SECRET)
        self.stripe = Stripe(self.world, NOWHERE)
        self.app = simulator.create_app(self.stripe, KEY)
        self.line = Line(self.app)

    def press(self, attempt, choice):
        """Whether it could be: its page may be over."""
        with self.stripe.store.together():
            try:
                session = self.stripe.of_reference(attempt.reference)
                self.stripe.choose(session["id"], choice)
            except simulator.Refused:
                return False
        return True

    def deliver(self):
        """Time passes in the company, and what is due arrives; what is not taken is tried again."""
        with self.stripe.store.together():
            self.stripe.tick()
        for letter in self.world.store.letters(self.world.now()):
            body, headers = self.world.signed(letter)
            taken = heard("stripe", headers, body)
            db.session.commit()
            self.world.store.posted(letter.number, ended=taken, due=self.world.now() + 60)

    def recover(self):
        """Nothing goes wrong from now on."""
        self.world.faults.rates.clear()

    def holds(self):
        """What it holds for us, in minor units: what it took, less what it gave back."""
        taken = sum(one["amount_received"] for one in self.stripe.store.all("payment_intent"))
        return taken - sum(one["amount"] for one in self.stripe.refunds())

    def taken_for(self, payment):
        """The same for one payment, of whose orders each has its reference."""
        mine = [
            one
            for one in self.stripe.store.all("payment_intent")
            if one["metadata"]["reference"].startswith(f"{payment.reference}-")
        ]
        numbers = {one["id"] for one in mine}
        back = [one for one in self.stripe.refunds() if one["payment_intent"] in numbers]
        taken = sum(one["amount_received"] for one in mine)
        return taken - sum(one["amount"] for one in back)


def jobs():
    """What the clock and the queue do; refunds that wait for their next try have it now."""
    asking.look_after()
    service.inbox.retry_parked()
    db.session.commit()
    run_jobs(2000)
    waiting = db.session.query(Refund.id).filter_by(state="asked").order_by(Refund.id).all()
    for (refund_id,) in waiting:
        with suppress(service.refunds.Again):
            service.refunds.send_back(refund_id=str(refund_id))
        db.session.commit()


@contextmanager
def company_of(seed, rates, monkeypatch):
    """A company that the portal speaks to from now on."""
    company = Company(seed, rates)
    monkeypatch.setattr(service.calling, "http", company.line)
    monkeypatch.setattr(simulator.time, "sleep", company.line.cut)
    yield company
    company.world.store.close()


@contextmanager
def portal_with_stripe(settings, database):
    house = create_app(
        read_settings(
            {
                "PORTAL_ENV": "test",
                "PORTAL_VAR": str(settings.kernel.var),
                "DATABASE_URL": database.app_url,
                "DATABASE_ADMIN_URL": database.owner_url,
                "PORTAL_STRIPE_SECRET_KEY": KEY,
                "PORTAL_STRIPE_WEBHOOK_SECRET": SECRET,
                "STRIPE_API_BASE": BASE,
            }
        )
    )
    with house.app_context():
        yield house
        db.session.remove()
        db.engine.dispose()
