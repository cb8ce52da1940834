"""Payments: starting one, notices of a gateway, comparing with its list, and reading the books.

`python -m tools.bench.money` measures it in a world of its own and says so.
"""

import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import perf_counter
from uuid import UUID, uuid4

from sqlalchemy import Connection, create_engine, select, text

from payments import service as payments
from payments.books import service as books
from payments.closings import service as closings
from payments.gateways.sandbox.company import domain as company
from payments.gateways.sandbox.company import service as sandbox
from payments.inbox import service as inbox
from payments.ledger import AccountKind
from payments.models import ReceivedNotice
from payments.reconciling import service as reconciling
from payments.reconciling.domain import Span
from payments.service import Due
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.money import Money
from portal.kernel.postgres import Cluster
from tools.bench import processes
from tools.bench.controls import urlencoded
from tools.bench.house import Citizen, House
from tools.bench.load import BROWSERS, Crowd, Figures, Plan, drive, request
from tools.world import world

SLOWEST_START, LEAST_NOTICES, LONGEST_COMPARED, MOST_SLOWER = 0.040, 300, 60, 1.5
STARTED, NOTICES, LISTED, MISSED = 100, 2400, 100_000, 100
POSTINGS = (1_000, 100_000, 1_000_000)
TIMES, A_BATCH = 200, 5_000
PROVIDERS = 8
FEE = Money.of("150.00", "INR")
# Copies of a payment that was paid at the sandbox, and of what the company knows of it.
COPIES = (
    """
INSERT INTO payments (id, created_at, subject_id, reference, purpose, about, person_id, provider,
  payee, title, amount_minor, currency, back, state, paid_at, receipt_number)
SELECT md5('payment ' || n)::uuid, :at, subject_id, 'BENCH-' || n, purpose, gen_random_uuid(),
  person_id, provider, payee, title, amount_minor, currency, back, state, :at, 'bench ' || n
FROM payments,
  generate_series(CAST(:first AS int), CAST(:last AS int)) AS n WHERE id = :payment
""",
    """
INSERT INTO payment_attempts (id, created_at, reference, gateway, gateway_reference, language,
  amount_minor, currency, state, expires_at, settled_at, asked, ask_at, captured_minor)
SELECT md5('order ' || n)::uuid, :at, 'BENCH-' || n || '-1', gateway, 'BENCH-' || n, language,
  amount_minor, currency, state, :at, :at, 0, :at, captured_minor
FROM payment_attempts,
  generate_series(CAST(:first AS int), CAST(:last AS int)) AS n WHERE id = :attempt
""",
    """
INSERT INTO payment_attempt_parts (id, created_at, attempt_id, payment_id, number, amount_minor,
  currency, captured_minor, refunded_minor, succeeded)
SELECT gen_random_uuid(), :at, md5('order ' || n)::uuid, md5('payment ' || n)::uuid, 1,
  amount_minor, currency, captured_minor, 0, true
FROM payment_attempt_parts,
  generate_series(CAST(:first AS int), CAST(:last AS int)) AS n WHERE attempt_id = :attempt
""",
    """
INSERT INTO sandbox_orders (id, created_at, reference, number, page_hash, title, amount_minor,
  currency, returned_minor, return_url, notice_url, expires_at, state)
SELECT gen_random_uuid(), :at, 'BENCH-' || n || '-1', 'BENCH-' || n, sha256(n::text::bytea),
  title, amount_minor, currency, 0, return_url, notice_url, :at, 'paid'
FROM sandbox_orders,
  generate_series(CAST(:first AS int), CAST(:last AS int)) AS n WHERE reference = :reference
""",
)
BOOKED = (
    """
INSERT INTO ledger_transactions (id, created_at, payment_id, kind, source_id, entries)
SELECT md5('booked ' || n)::uuid, :at, NULL, 'bench', gen_random_uuid(), 2
FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS n
""",
    """
INSERT INTO ledger_entries (id, created_at, transaction_id, account_id, minor, currency)
SELECT gen_random_uuid(), :at, md5('booked ' || n)::uuid, account.id, account.side, 'INR'
FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS n, (
  SELECT id, CASE WHEN kind = 'bank' THEN 100 ELSE -100 END AS side
  FROM ledger_accounts WHERE owner = 'bench' AND currency = 'INR'
) AS account
""",
)
ACCOUNTS = """
INSERT INTO ledger_accounts (id, created_at, kind, owner, currency)
SELECT gen_random_uuid(), now(), kind, 'bench', 'INR'
FROM (VALUES ('bank'), ('provider_payable')) AS two (kind)
"""


@dataclass(frozen=True)
class Payments:
    """`settled` counts notices that a worker takes in in a second.

    `compared` are the seconds of a run, and MB that it added; `balance` seconds by postings.
    """

    starting: Figures
    notices: Figures
    again: Figures
    settled: float
    compared: float
    grown: float
    balance: dict[int, float]


def measure(house: House, crowd: Crowd) -> Payments:
    people = house.citizens(BROWSERS)
    starting = _starting(house, people[0])
    with processes.waiting(house.here.var, "worker"):
        asked = _letters(house, people)
        notices = crowd.ask(Plan(house.here.port, asked))
        again = crowd.ask(Plan(house.here.port, asked))
        settled = _settled(house)
        compared, grown = _compared(house, people[0])
        balance = _balances(house)
    return Payments(starting, notices, again, settled, compared, grown, balance)


def _starting(house: House, who: Citizen) -> Figures:
    """One after the other: from the press of *Pay now* to where the company's page is."""
    ids = _owed(house, [who], STARTED)
    asked = []
    for one in ids:
        found = house.page(f"/en/pay/{one}", who)
        pairs = [*found.pairs, ("gateway", "sandbox")]
        asked.append(request(house.here.port, f"/en/pay/{one}", who.cookie, body=urlencoded(pairs)))
    told = drive(Plan(house.here.port, [asked], 303))
    return Figures(len(told.spent) / sum(told.spent), told.spent, told.size)


def _owed(house: House, people: Sequence[Citizen], count: int) -> list[UUID]:
    ids = []
    with house.work():
        for number in range(count):
            who = people[number % len(people)]
            due = Due(
                purpose="bench",
                about=uuid4(),
                person_id=who.id,
                subject_id=who.id,
                provider=f"bench-{number % PROVIDERS}",
                title={"en": "Trade licence"},
                amount=FEE,
                back="/payments",
            )
            ids.append(payments.due(due).id)
    return ids


def _letters(house: House, people: Sequence[Citizen]) -> list[list[bytes]]:
    """Signed notices of as many payments, which wait to be told."""
    asked = []
    for payment_id in _owed(house, people, NOTICES):
        with house.work():
            order = _begun(payment_id)
            for letter in sandbox.letters(order):
                body, headers = sandbox.letter(letter)
                asked.append(_posted(house.here.port, body, headers))
    return [asked[start::BROWSERS] for start in range(BROWSERS)]


def _posted(port: int, body: bytes, headers: dict[str, str]) -> bytes:
    lines = [
        "POST /hooks/payments/sandbox HTTP/1.1",
        f"host: 127.0.0.1:{port}",
        f"content-length: {len(body)}",
        *(f"{name}: {value}" for name, value in headers.items()),
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


def _begun(payment_id: UUID) -> str:
    """The order of a payment that somebody just paid at the company."""
    payment = payments.by_id(payment_id)
    payments.start(payment, "sandbox")
    attempt = payments.newest(payment)
    if attempt is None:
        raise RuntimeError("Nothing was begun.")
    key = company.page_key(sandbox.secret(), attempt.reference)
    sandbox.choose(key, company.Choice.PAY)
    return attempt.reference


def _settled(house: House) -> float:
    """What was kept is taken in one after the other, as a worker does it."""
    with house.work():
        waiting = select(ReceivedNotice.id).where(ReceivedNotice.applied_at.is_(None))
        found = db.session.scalars(waiting.order_by(ReceivedNotice.id)).all()
    began = perf_counter()
    for notice_id in found:
        with house.work():
            inbox.take_in(notice_id=str(notice_id))
    return len(found) / (perf_counter() - began)


def _compared(house: House, who: Citizen) -> tuple[float, float]:
    """A run over many payments that agree, and some that nobody had told of."""
    (payment_id,) = _owed(house, [who], 1)
    with house.work():
        reference = _begun(payment_id)
    with house.work():
        payments.came_back(payments.by_id(payment_id))
    at = clock.now() - timedelta(hours=2)
    with house.work():
        attempt = payments.newest(payments.by_id(payment_id))
        told = {
            "payment": payment_id,
            "attempt": attempt.id if attempt else None,
            "reference": reference,
            "at": at,
        }
    for first in range(1, LISTED + 1, A_BATCH):
        with house.work():
            for statement in COPIES:
                span = {"first": first, "last": min(first + A_BATCH - 1, LISTED)}
                db.session.execute(text(statement), told | span)
    for missed in _owed(house, [who], MISSED):
        with house.work():
            _begun(missed)
    before = processes.memory(_own()).pss
    with house.app.test_request_context():
        began = perf_counter()
        reconciling.run(Span("sandbox", at - timedelta(hours=1), clock.now()))
        spent = perf_counter() - began
        db.session.remove()
    return spent, processes.memory(_own()).pss - before


def _own() -> int:
    """The number of the process that measures."""
    return int(processes.PROC.joinpath("self").readlink().name)


def _balances(house: House) -> dict[int, float]:
    """The median of reading one account, however much was posted into it."""
    owner = create_engine(Cluster(house.here.var / "postgres").owner_url)
    found, posted = {}, 0
    try:
        for postings in POSTINGS:
            with owner.begin() as line:
                if not posted:
                    line.execute(text(ACCOUNTS))
                _post(line, posted + 1, postings)
            posted = postings
            with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as line:
                line.execute(text("VACUUM ANALYZE ledger_entries"))
            with house.work():
                closings.close(clock.now())
            with house.app.app_context():
                found[postings] = statistics.median(_read() for _ in range(TIMES))
                db.session.remove()
    finally:
        owner.dispose()
    return found


def _post(line: Connection, first: int, last: int) -> None:
    """As the owner, who may switch the checks off: what is measured is reading."""
    for table in ("ledger_transactions", "ledger_entries"):
        line.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
    told = {"first": first, "last": last, "at": clock.now() - timedelta(seconds=1)}
    for statement in BOOKED:
        line.execute(text(statement), told)
    for table in ("ledger_transactions", "ledger_entries"):
        line.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


def _read() -> float:
    began = perf_counter()
    books.balance(AccountKind.BANK, "bench", "INR")
    return perf_counter() - began


if __name__ == "__main__":
    with Crowd() as clients, world(PORTAL_TRUSTED_PROXIES="1") as here:
        found = measure(House(here), clients)
        for name in ("starting", "notices", "again"):
            told = getattr(found, name)
            times = [f"{told.percentile(each) * 1000:.1f} ms" for each in (50, 95, 99)]
            sys.stdout.write(f"{name}: {told.rate:.0f}/s {times}\n")
        sys.stdout.write(f"settled: {found.settled:.0f}/s\n")
        sys.stdout.write(f"compared: {found.compared:.1f} s, {found.grown:.1f} MB more\n")
        sys.stdout.write(f"balance: {found.balance}\n")
