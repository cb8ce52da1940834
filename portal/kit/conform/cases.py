"""What is tried, one case after the other. A department that passes them all loses no message."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from portal.kernel import signatures
from portal.kit.conform import messages
from portal.kit.conform.driving import Endpoint, Wanted
from portal.kit.conform.messages import Application

FAR = timedelta(minutes=10)
SIDE_BY_SIDE = 6


@dataclass(frozen=True)
class Case:
    """`expected` is what is right, `advice` what to look at when it is not what came."""

    name: str
    expected: str
    advice: str
    drive: Callable[[Endpoint], None]


def _good(endpoint: Endpoint) -> None:
    endpoint.take(Application(endpoint.service).submitted(), "an application")


def _test(endpoint: Endpoint) -> None:
    endpoint.take(messages.a_test(endpoint.service), "endpoint.test")


def _unsigned(endpoint: Endpoint) -> None:
    endpoint.unsigned(Application(endpoint.service).submitted(), "no signature at all")


def _wrong(endpoint: Endpoint) -> None:
    message = Application(endpoint.service).submitted()
    strange = (signatures.new_secret(),)
    endpoint.once(message, "signed by another secret", Wanted.REFUSED, keys=strange)
    changed = message.body.replace('"copies":2', '"copies":3')
    endpoint.once(message, "a body changed on its way", Wanted.REFUSED, body=changed)


def _old(endpoint: Endpoint) -> None:
    message = Application(endpoint.service).submitted()
    endpoint.once(message, "signed ten minutes ago", Wanted.REFUSED, off=-FAR)
    endpoint.once(message, "signed in ten minutes", Wanted.REFUSED, off=FAR)


def _duplicate(endpoint: Endpoint) -> None:
    message = Application(endpoint.service).submitted()
    for what in ("the first time", "the same again", "and once more"):
        endpoint.take(message, what)


def _order(endpoint: Endpoint) -> None:
    application = Application(endpoint.service)
    endpoint.take(application.submitted(1), "sequence 1")
    endpoint.take(application.told("application.withdrawn", 3, state="withdrawn"), "sequence 3")
    endpoint.take(application.told("application.answered", 2, answers={}, documents=[]), "then 2")


def _rotation(endpoint: Endpoint) -> None:
    strange = signatures.new_secret()
    both = {"yours second": (strange, endpoint.secret), "yours first": (endpoint.secret, strange)}
    for what, keys in both.items():
        endpoint.take(Application(endpoint.service).submitted(), what, keys)


def _versions(endpoint: Endpoint) -> None:
    message = Application(endpoint.service).submitted()
    endpoint.take(message, "beside one of a later kind", among="v9,bm90IG91cnM= %s")


def _big(endpoint: Endpoint) -> None:
    endpoint.take(Application(endpoint.service).big(), "a body of 20 kB")
    endpoint.take(Application(endpoint.service).by_reference(), "answers to be read elsewhere")


def _kinds(endpoint: Endpoint) -> None:
    application = Application(endpoint.service)
    paid = {"payment": application.reference, "paid_at": "2026-11-22T09:59:41Z"}
    endpoint.take(application.submitted(), "application.submitted")
    endpoint.take(application.told("application.paid", 2, paid=paid), "application.paid")
    answered = application.told("application.answered", 3, answers={}, documents=[])
    endpoint.take(answered, "application.answered")
    withdrawn = application.told("application.withdrawn", 4, state="withdrawn")
    endpoint.take(withdrawn, "application.withdrawn")
    refund = {"payment": application.reference, **messages.FEE}
    endpoint.take(application.told("payment.refunded", 5, refund=refund), "payment.refunded")
    endpoint.take(messages.a_bill(), "bill.paid")


def _unknown(endpoint: Endpoint) -> None:
    endpoint.take(messages.of_another_day(endpoint.service), "a type of another day")
    more = Application(endpoint.service).submitted(1, moon={"phase": "full"})
    endpoint.take(more, "a member of another day")


def _at_once(endpoint: Endpoint) -> None:
    many = [Application(endpoint.service).submitted() for _ in range(SIDE_BY_SIDE)]
    with ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        list(pool.map(lambda message: endpoint.take(message, "beside others"), many))


def _lost_answer(endpoint: Endpoint) -> None:
    message = Application(endpoint.service).submitted()
    endpoint.hang_up(message, half=False)
    endpoint.take(message, "again, after the answer was lost")


def _broken(endpoint: Endpoint) -> None:
    message = Application(endpoint.service).big()
    endpoint.hang_up(message, half=True)
    endpoint.take(message, "whole, after a call that broke off in the middle")


def _signed_by_key(endpoint: Endpoint) -> None:
    key = (endpoint.key or "",)
    endpoint.take(Application(endpoint.service).submitted(), "signed by the key", key)
    strange = (signatures.new_secret("v1a"),)
    message = Application(endpoint.service).submitted()
    endpoint.once(message, "signed by another key", Wanted.REFUSED, keys=strange)


CASES = (
    Case("good", "2xx", "Is this the address, and the secret the one that you verify with?", _good),
    Case("test", "2xx", "A test names no application.", _test),
    Case("unsigned", "401", "Without the three headers nobody knows who speaks.", _unsigned),
    Case("wrong signature", "401", "Verify the raw bytes before anything parses them.", _wrong),
    Case("old timestamp", "401", "Refuse what is five minutes off: it may be a replay.", _old),
    Case(
        "duplicate", "2xx each time", "Keep each webhook-id; 200 to one that you have.", _duplicate
    ),
    Case("out of order", "2xx each time", "Keep it; let no older sequence overwrite.", _order),
    Case("rotation", "2xx", "One right signature among those of the header is enough.", _rotation),
    Case("later kind", "2xx", "Pass over signatures of kinds that you do not know.", _versions),
    Case("big body", "2xx", "A message may have 20,000 bytes, and letters of three each.", _big),
    Case("every type", "2xx each time", "docs/webhooks.md lists the types.", _kinds),
    Case("unknown", "2xx", "Types and members may be added: pass over them.", _unknown),
    Case("in time", "2xx within 15 s", "Store it, answer, and work on it later.", _at_once),
    Case("lost answer", "2xx", "The message came before: 200 to one that you have.", _lost_answer),
    Case("broken off", "2xx", "Half a message is none: nothing of it may be kept.", _broken),
)
BY_KEY = Case("v1a", "2xx; 401 by another key", "Is the public key known to you?", _signed_by_key)
