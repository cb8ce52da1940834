"""Payments: from the button to the gateway's page, notices, and the balance of a long account.

`python -m tools.bench.money` measures them in a world of its own and says so.
"""

import statistics
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from uuid import UUID

from sqlalchemy import text

from payments import service as payments
from payments.books import service as books
from payments.closings import service as closings
from payments.gateways.sandbox.company import service as company
from payments.gateways.sandbox.company.domain import Choice, page_key
from payments.ledger import AccountKind
from payments.service import Due
from portal.kernel import ids
from portal.kernel.db import db
from portal.kernel.money import Money
from tools.bench import processes
from tools.bench.controls import urlencoded
from tools.bench.house import Citizen, House
from tools.bench.load import Crowd, Figures, Plan, drive, request
from tools.world import world

STARTED, NOTICES, OFFICES, CLIENTS = 40, 480, 20, 8
FEW, MANY = 1_000, 100_000
A_BATCH = 1_000
TIMES = 40
SLOWEST_START, LEAST_NOTICES, LONGER = 0.040, 300, 1.5
PROVIDER, FEE = "bench-treasury", Money.of("150.00", "INR")
BOOKED = """
WITH made AS (
  INSERT INTO ledger_transactions (id, created_at, payment_id, kind, source_id, entries)
  SELECT gen_random_uuid(), now(), :payment, 'bench', gen_random_uuid(), 2
  FROM generate_series(1, :count) RETURNING id)
INSERT INTO ledger_entries (id, created_at, transaction_id, account_id, minor, currency)
SELECT gen_random_uuid(), now(), made.id, a.id,
       CASE a.kind WHEN 'provider_payable' THEN -1 ELSE 1 END, a.currency
FROM made, ledger_accounts a
WHERE (a.kind, a.owner) IN (('provider_payable', :provider), ('gateway_receivable', 'sandbox'))
  AND a.currency = 'INR'
"""


@dataclass(frozen=True)
class Paying:
    """Seconds from the button to where the browser is led; notices; a balance, few and many."""

    started: float
    notices: Figures
    balance: tuple[float, float]


def measure(house: House, crowd: Crowd) -> Paying:
    with processes.waiting(house.here.var, "worker"):
        people = house.citizens(STARTED)
        started = _started(house, people)
        noticed = _noticed(house, crowd, people[0])
        return Paying(started, noticed, _balances(house))


def _started(house: House, people: Sequence[Citizen]) -> float:
    """One after the other. Our own time: the sandbox's company is within."""
    asked = []
    for who in people:
        with house.work():
            path = f"/en/pay/{_owed(who.id)}"
        pairs = dict(house.page(path, who).pairs) | {"gateway": "sandbox"}
        body = urlencoded(list(pairs.items()))
        asked.append(request(house.here.port, path, who.cookie, body=body))
    return statistics.median(drive(Plan(house.here.port, [asked], 303)).spent)


def _noticed(house: House, crowd: Crowd, who: Citizen) -> Figures:
    """Each of another payment, that it settles; receipts are counted by office."""
    asked = []
    with house.work(), house.app.test_request_context():
        for at in range(NOTICES):
            payment = payments.by_id(_owed(who.id, f"bench-office-{at % OFFICES}"))
            payments.start(payment, "sandbox")
            attempt = payments.newest(payment)
            if attempt is None:
                raise RuntimeError("The sandbox began nothing.")
            company.choose(page_key(company.secret(), attempt.reference), Choice.PAY)
            asked += [_letter(house, one) for one in company.letters(attempt.reference)]
    each = [asked[at::CLIENTS] for at in range(CLIENTS)]
    return crowd.ask(Plan(house.here.port, each, 200))


def _letter(house: House, notice_id: UUID) -> bytes:
    body, headers = company.letter(notice_id)
    kind = headers["content-type"]
    whole = request(house.here.port, "/hooks/payments/sandbox", body=body, kind=kind)
    head, _, rest = whole.partition(b"\r\n\r\n")
    signed = "".join(f"\r\n{name}: {told}" for name, told in _own(headers).items())
    return head + signed.encode() + b"\r\n\r\n" + rest


def _own(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: told for name, told in headers.items() if name.lower() != "content-type"}


def _balances(house: House) -> tuple[float, float]:
    """Of one account with few postings, then with many, a period having closed over them."""
    with house.work():
        payment_id = _owed(ids.uuid7())
        payments.start(payments.by_id(payment_id), "sandbox")
        attempt = payments.newest(payments.by_id(payment_id))
        if attempt is None:
            raise RuntimeError("The sandbox began nothing.")
        key = page_key(company.secret(), attempt.reference)
        company.choose(key, Choice.PAY)
        payments.came_back(payments.by_id(payment_id))
    found = []
    for count in (FEW, MANY - FEW):
        for _ in range(count // A_BATCH):
            with house.work():
                told = {"payment": payment_id, "count": A_BATCH, "provider": PROVIDER}
                db.session.execute(text(BOOKED), told)
        with house.work():
            closings.close("bench")
        found.append(_balance(house))
    return found[0], found[1]


def _balance(house: House) -> float:
    spent = []
    with house.work():
        for _ in range(TIMES + 1):
            began = perf_counter()
            books.balance(AccountKind.PROVIDER_PAYABLE, PROVIDER, "INR")
            spent.append(perf_counter() - began)
    return statistics.median(spent[1:])


def _owed(person_id: UUID, provider: str = PROVIDER) -> UUID:
    what = Due(
        purpose="bench",
        about=ids.uuid7(),
        person_id=person_id,
        subject_id=person_id,
        provider=provider,
        title={"en": "A fee"},
        amount=FEE,
        back="/",
        payee={"en": "Bench Treasury"},
    )
    return payments.due(what).id


if __name__ == "__main__":
    with Crowd() as browsers, world(PORTAL_TRUSTED_PROXIES="1") as here:
        found = measure(House(here), browsers)
        percents = [found.notices.percentile(each) for each in (50, 95, 99)]
        sys.stdout.write(f"{found.started:.4f} {found.balance}\n")
        sys.stdout.write(f"{found.notices.rate:.1f}/s {percents}\n")
