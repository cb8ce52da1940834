"""The company behind each gateway, as far as tests need it: somebody pays, and notices are sent.

One entry for each gateway that is found: a context that gives a `Company`.
"""

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

from payments.calling import service as calling
from payments.gateway import Means
from payments.gateways import gateways
from payments.gateways.counter import service as counter
from payments.gateways.counter.domain import Taken
from payments.gateways.counter.settings import CounterSettings
from payments.gateways.redirect.settings import RedirectSettings
from payments.gateways.stripe.settings import StripeSettings
from payments.simulator.app import create_app
from payments.simulator.faults import Faults
from payments.simulator.redirect import Company as Declared
from payments.simulator.serving import listening, serving
from payments.simulator.store import Store
from payments.simulator.stripe import Stripe
from payments.simulator.world import World, stripe_signature
from portal.kernel import clock, http
from portal.kernel.settings import Settings, current
from tests.payments.factories import letters, press
from tests.ports import free_port

KEY, SECRET = "sk_test_simulator", "whsec_simulator"
NOWHERE = "http://127.0.0.1:9/hooks"


@dataclass
class Company:
    """`press` lets somebody pay or be declined; `tell` gives bodies and headers of its notices.

    `stranger` is what somebody would hold who has another key. `lead` is what the browser does.
    `dispute` is what the bank of whoever paid does, `repay` what lets money go back that waits.
    """

    means: Means
    press: Callable[..., None]
    tell: Callable[[Any], list[tuple[bytes, dict[str, str]]]]
    stranger: Means
    lead: Callable[[Any], None] = lambda _: None
    dispute: Callable[..., None] | None = None
    repay: Callable[[Any], None] = lambda _: None


@contextmanager
def sandbox():
    means = calling.means(gateways()["sandbox"])
    yield Company(means, press, letters, replace(means, secret=bytes(32)))


@contextmanager
def simulated(**faults):
    """Stripe as the simulator plays it, with a clock that goes with ours, and without its post."""
    world = World(Store(), Faults(rates=faults), slow=20, stall=0.01)
    world.signers["stripe"] = stripe_signature(SECRET)
    played = Stripe(world, NOWHERE)
    server = listening(create_app(played, KEY), 0)
    world.base = f"http://127.0.0.1:{server.port}"
    with serving(server):
        yield played
    world.store.close()


def stripe_means(base, secret=SECRET):
    here = StripeSettings.model_validate(
        {
            "stripe_secret_key": KEY,
            "stripe_webhook_secret": secret,
            "STRIPE_API_BASE": base,
        }
    )
    settings = Settings([current().kernel, here])
    return Means(settings, bytes(32), http.post, http.get, clock.now)


def stripe_press(played):
    """Who is declined for good pays from an account: with a card the page lets them try again."""

    def pressed(order, choice="pay"):
        session = played.of_reference(order.reference)
        with played.store.together():
            played.choose(session["id"], {"decline": "fail"}.get(choice, choice))
            if choice == "decline":
                played.world.ahead += played.world.slow
                played.tick()
                played.world.ahead = 0

    return pressed


def stripe_letters(played):
    """Also of disputes, which name what was taken and not the order."""

    def told(order):
        taken = played.of_reference(order.reference)["payment_intent"] or order.reference
        return [
            played.world.signed(one)
            for one in played.store.letters()
            if order.reference in one.body or taken in one.body
        ]

    return told


def disputes_of(played):
    def disputed(order, act):
        with played.store.together():
            played.let_dispute(order.reference, act)

    return disputed


@contextmanager
def stripe():
    with simulated() as played:
        base = played.world.base
        yield Company(
            stripe_means(base),
            stripe_press(played),
            stripe_letters(played),
            stripe_means(base, "whsec_another"),
            dispute=disputes_of(played),
        )


KEY_OF_HASHES = "a key of at least 16 letters"


def declaration(base, **changes):
    """A company with a page, as an operator declares one."""
    names = {"pp_merchant": "{merchant}", "pp_order": "{reference}"}
    usual = {
        "merchant": "M-17",
        "key": KEY_OF_HASHES,
        "currencies": ["INR", "PKR"],
        "test": True,
        "sign": {"hash": "hmac-sha256", "field": "pp_hash", "separator": "&", "write": "pairs"},
        "start": {
            "url": f"{base}/start",
            "fields": names
            | {
                "pp_amount": "{amount}",
                "pp_currency": "{currency}",
                "pp_text": "{title}",
                "pp_return": "{return_url}",
                "pp_notice": "{notice_url}",
                "pp_until": "{expires:%Y%m%d%H%M%S}",
            },
        },
        "query": {"url": f"{base}/status", "fields": names},
        "answer": {
            "order": "pp_order",
            "status": "pp_status",
            "number": "pp_txn",
            "amount": "pp_amount",
            "currency": "pp_currency",
            "code": "pp_reason",
            "disputes": {"CHARGEBACK": "open", "CB_WON": "won", "CB_LOST": "lost"},
            "words": {
                "NEW": "open",
                "HELD": "authorised",
                "WAIT": "pending",
                "SUCCESS": "succeeded",
                "FAILURE": "failed",
                "LAPSED": "expired",
                "NOTFOUND": "unknown",
            },
        },
        "notice": {"time": "pp_at"},
        "methods": ["card", "upi"],
        "capture": {"url": f"{base}/capture", "fields": names},
        "refund": {
            "ask": {
                "url": f"{base}/refund",
                "fields": names | {"pp_refund": "{refund}", "pp_amount": "{amount}"},
            },
            "number": "pp_txn",
            "status": "pp_status",
            "code": "pp_reason",
            "words": {"DONE": "succeeded", "QUEUED": "pending", "NO": "failed"},
        },
    }
    return usual | changes


@contextmanager
def declared_company(write=declaration, **changes):
    """The declared company as the simulator plays it; gives it and its declaration.

    `write` makes the declaration for an address.
    """
    world = World(Store(), Faults(), slow=20, stall=0.01)
    port = free_port()
    world.base = f"http://127.0.0.1:{port}"
    told = write(world.base, **changes)
    played = Declared(world, told)
    app = create_app(Stripe(world, NOWHERE), KEY, played)
    with serving(listening(app, port)):
        yield played, told
    world.store.close()


def redirect_means(told):
    settings = Settings([current().kernel, RedirectSettings(redirect_gateway=told)])
    return Means(settings, bytes(32), http.post, http.get, clock.now)


def posted(leads):
    """What the browser does with a form."""
    body = urlencode(leads.fields).encode()
    sent = {"content-type": "application/x-www-form-urlencoded"}
    assert http.post(leads.url, body, sent, allow_private=True).status == 303


@contextmanager
def redirect():
    with declared_company() as (played, told):

        def pressed(order, choice="pay"):
            with played.store.together():
                played.choose(order.reference, choice)

        def letters_of(order):
            waiting = [one for one in played.store.letters() if order.reference in one.body]
            return [played.world.signed(one) for one in waiting]

        other = redirect_means(told | {"key": "another key of 16 letters"})
        means = redirect_means(told)
        yield Company(means, pressed, letters_of, other, posted, disputes_of(played))


COUNTERS = {
    "currencies": ["INR", "PKR"],
    "days": 15,
    "test": True,
    "counters": [
        {
            "code": "town-hall",
            "name": {"en": "Town hall", "pa": "ਟਾਊਨ ਹਾਲ", "ur": "ٹاؤن ہال"},
            "place": {"en": "Room 4, 10 to 15"},
            "run_by": "municipal",
            "takes": ["municipal", "revenue"],
            "head": "0029-00-101",
        },
        {
            "code": "treasury",
            "name": {"en": "Treasury"},
            "place": {"en": "Canal Road"},
            "run_by": "treasury",
        },
    ],
    "scroll": {"challan": "CHALLAN", "amount": "AMT", "number": "SCROLL", "paid_on": "DATE",
               "day": "%d-%m-%Y"},
}  # fmt: skip
CASHIER, COLLEAGUE = uuid4(), uuid4()


def counter_settings(**changes):
    """Ours, with these counters declared."""
    known = current()
    told = CounterSettings(counters=COUNTERS | changes)
    kept = [known.of(one) for one in known.sections() if one is not CounterSettings]
    return Settings([*kept, told])


def taken_at_counter(reference, amount=None):
    """A cashier's entry, which waits for a colleague."""
    challan = counter.look_up(reference)
    taken = Taken("treasury", amount or challan.amount, uuid4().hex[:12], clock.today())
    return counter.enter(challan.id, taken, CASHIER)


@contextmanager
def counters():
    """Two people of an office, and a bank that sends back what it is told to."""

    def pressed(order, choice="pay"):
        entry = taken_at_counter(order.reference)
        act = {"pay": counter.confirm, "decline": counter.refuse}[choice]
        act(entry.id, COLLEAGUE)

    def sent(wanted):
        counter.returned(wanted.id, f"PL-{wanted.id.hex[:8]}")

    means = replace(calling.means(gateways()["counter"]), settings=counter_settings())
    yield Company(means, pressed, lambda _: [], means, repay=sent)


COMPANIES = {"counter": counters, "redirect": redirect, "sandbox": sandbox, "stripe": stripe}
