"""The desk with very many open cases: its pages, and letting those rise that are late.

`python -m tools.bench.desk` measures it in a world of its own and says so.
"""

import sys
from collections.abc import Iterable
from dataclasses import dataclass
from time import perf_counter
from typing import cast
from uuid import UUID, uuid4

from sqlalchemy import Table, create_engine, text

from portal.accounts import service as accounts
from portal.accounts.domain import Role
from portal.accounts.sessions import service as sessions
from portal.applications import service
from portal.applications.domain import Sender
from portal.applications.models import Application
from portal.applications.staging import service as staging
from portal.kernel.db import db
from portal.kernel.postgres import Cluster
from portal.registry import service as registry
from tools.bench.house import Citizen, House
from tools.world import world

FEW, MANY = 10_000, 100_000
A_BATCH = 5_000
TIMES = 20
PAGE, GROWTH, SWEEP = 0.150, 1.5, 10.0
PROVIDER, SERVICE = "municipal", "trade-licence"
ANSWERS = {"request": "new", "trade": "shop", "hazardous": False, "floor_area": "18", "years": 1}
PAGES = {
    "the most urgent": "/en/desk",
    "nobody's, of one service, over a week old": (
        f"/en/desk?whose=nobody&age=week&service={PROVIDER}/{SERVICE}"
    ),
    "late, newest first": "/en/desk?due=late&sort=newest",
    "found by its reference": "/en/desk?q={reference}",
    "a case": "/en/desk/{reference}",
}
HANDED_OVER = """
UPDATE applications SET state = 'submitted', submitted_at = now(), due_on = current_date,
    post = 'inspector', stage_since = now(), stage_due_on = current_date - 2 WHERE id = :id
"""
# Copies of one case, sent over three months and due over four, each to be worked on by nobody yet.
OTHERWISE = {
    "id": "gen_random_uuid()",
    "submission": "gen_random_uuid()",
    "reference": "'PB-BN' || lpad(number::text, 6, '0')",
    "submitted_at": "now() - number % 90 * interval '1 day'",
    "due_on": "current_date + number % 120 - 60",
    "rises_on": "current_date - 1",
}
COLUMNS = [column.name for column in cast("Table", Application.__table__).columns]
TAKEN = ", ".join(OTHERWISE.get(name, name) for name in COLUMNS)
COPIES = f"""
INSERT INTO applications ({", ".join(COLUMNS)})
SELECT {TAKEN}
FROM applications, generate_series(CAST(:first AS int), CAST(:last AS int)) AS number
WHERE id = :id
"""  # noqa: S608 - all of it is written here


@dataclass(frozen=True)
class Desk:
    """Seconds for each page with few and with many cases, 95 of 100; and for the sweep of many."""

    pages: dict[str, tuple[float, float]]
    sweep: float


def measure(house: House) -> Desk:
    with house.work():
        case = _case(house)
        reference = service.by_id(case).reference
        officer = an_officer(house)
    before = _filled(house, case, (1, FEW), officer, reference)
    after = _filled(house, case, (FEW + 1, MANY), officer, reference)
    pages = {name: (before[name], after[name]) for name in PAGES}
    return Desk(pages, _swept(house))


def _case(house: House) -> UUID:
    """One case of a service with stages, with the provider."""
    (who,) = house.citizens(1)
    offer = registry.offered(PROVIDER, SERVICE)
    sender = Sender(who.id, who.id, "en")
    made = service.submit(uuid4(), sender, offer, ANSWERS).id
    # The provider has it as soon as its fee is paid; how is measured elsewhere.
    db.session.flush()
    db.session.execute(text(HANDED_OVER), {"id": made})
    return made


def an_officer(house: House) -> Citizen:
    (who,) = house.citizens(1)
    accounts.grant(who.id, Role.OFFICER, PROVIDER, by="bench")
    return Citizen(who.id, f"language=en; session={sessions.open_row(who.id)}")


def _filled(
    house: House, case: UUID, numbers: tuple[int, int], officer: Citizen, reference: str
) -> dict[str, float]:
    for first in range(numbers[0], numbers[1], A_BATCH):
        with house.work():
            told = {"id": case, "first": first, "last": min(first + A_BATCH - 1, numbers[1])}
            db.session.execute(text(COPIES), told)
    analyse(house, ["applications"])
    paths = {name: path.format(reference=reference) for name, path in PAGES.items()}
    return {name: _time(house, officer, path) for name, path in paths.items()}


def analyse(house: House, tables: Iterable[str]) -> None:
    """As the database does by itself a minute after so many rows came."""
    owner = create_engine(Cluster(house.here.var / "postgres").owner_url)
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in tables:
            connection.execute(text(f"VACUUM ANALYZE {table}"))
    owner.dispose()


def _time(house: House, officer: Citizen, path: str) -> float:
    """What 95 of 100 take no longer than; the first one warms up."""
    spent = []
    for _ in range(TIMES + 1):
        began = perf_counter()
        house.page(path, officer)
        spent.append(perf_counter() - began)
    return sorted(spent[1:])[int(TIMES * 0.95) - 1]


def _swept(house: House) -> float:
    began, goes_on = perf_counter(), True
    while goes_on:
        with house.work():
            goes_on = staging.rise()
    return perf_counter() - began


if __name__ == "__main__":
    with world() as here:
        sys.stdout.write(f"{measure(House(here))}\n")
