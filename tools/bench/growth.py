"""What pages and clocks cost while papers, vaults, threads and appeals grow tenfold.

It copies rows for the cases that the desk has made, so `tools.bench.desk` is measured before it.
`python -m tools.bench.growth` measures both in a world of its own and says so.
"""

import statistics
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from io import BytesIO
from time import perf_counter
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Table, select, text

from portal.applications import applying
from portal.applications.appeals import service as appeals
from portal.applications.appeals.models import Appeal
from portal.applications.domain import Actor, Author
from portal.applications.threads import service as threads
from portal.applications.threads.models import CaseMessage
from portal.demo.domain import PROVIDER
from portal.documents import service as documents
from portal.documents.models import Document
from portal.kernel.db import db
from portal.vault import service as vault
from portal.vault.models import VaultItem
from tools.bench import desk
from tools.bench.house import PAPER, SERVICE, Citizen, House
from tools.bench.papers import sheet
from tools.world import world

FEW, MANY = desk.FEW, desk.MANY
A_BATCH = 10_000
TIMES = 20
KEPT, WRITTEN = 20, 3
GROWTH = 1.5
# For each table, what differs from the row that is copied; `cases.number` counts.
TABLES: Mapping[Any, Mapping[str, str]] = {
    Document: {
        "id": "gen_random_uuid()",
        "number": "'D-BENCH-' || cases.number",
        "sha256": "'bench' || cases.number",
    },
    VaultItem: {
        "id": "gen_random_uuid()",
        "person_id": "gen_random_uuid()",
        "file_id": "gen_random_uuid()",
        "document_id": "NULL",
    },
    CaseMessage: {"id": "gen_random_uuid()", "application_id": "cases.about", "number": "1"},
    Appeal: {"id": "gen_random_uuid()", "application_id": "cases.about"},
}
LATE = """
UPDATE applications SET appeal_on = current_date, due_on = current_date - 2
WHERE reference = 'PB-BN100000'
"""


@dataclass(frozen=True)
class Ground:
    """What is looked at, and the rows that are copied."""

    who: Citizen
    officer: Citizen
    pages: Mapping[str, tuple[str, Citizen]]
    copied: Mapping[Any, UUID]


def measure(house: House) -> dict[str, tuple[float, float]]:
    """Medians in seconds, with few rows and with many."""
    ground = _ground(house)
    before = _grown(house, ground, 1, FEW)
    after = _grown(house, ground, FEW + 1, MANY - 1)
    return {name: (before[name], after[name]) for name in before}


def _ground(house: House) -> Ground:
    (who,) = house.citizens(1)
    with house.work():
        officer = desk.an_officer(house)
        case = applying.send(applying.begin(who.id, PROVIDER, SERVICE))
        reference = case.reference
        author = Author(Actor.CITIZEN, str(who.id))
        messages = [threads.write(case, author, "When?") for _ in range(WRITTEN)]
        for _ in range(KEPT):
            vault.keep(who.id, vault.PATHS[0], BytesIO(PAPER), "card.pdf")
        item = _newest(VaultItem)
        paper, _ = documents.issue(sheet("en", 0), who.id, None)
        number, paper_id = paper.number, paper.id
        db.session.execute(text(LATE))
        appeals.open_late()
        appeal = _newest(Appeal)
    pages = {
        f"{KEPT} documents in a vault": ("/en/vault", who),
        f"a thread of {WRITTEN} messages": (f"/en/applications/{reference}/messages", who),
        "a paper looked up": (f"/en/verify/{number}", who),
        "appeals that wait": ("/en/desk/appeals", officer),
    }
    copied = {Document: paper_id, VaultItem: item, CaseMessage: messages[0].id, Appeal: appeal}
    return Ground(who, officer, pages, copied)


def _newest(model: Any) -> UUID:
    newest = db.session.scalars(select(model.id).order_by(model.id.desc()).limit(1))
    return cast("UUID", newest.one())


def _grown(house: House, ground: Ground, first: int, last: int) -> dict[str, float]:
    for begin in range(first, last + 1, A_BATCH):
        with house.work():
            for model, row_id in ground.copied.items():
                told = {"id": row_id, "first": begin, "last": min(begin + A_BATCH - 1, last)}
                db.session.execute(text(_copies(model)), told)
    desk.analyse(house, [model.__tablename__ for model in ground.copied])
    found = {
        name: _median(partial(house.page, path, who)) for name, (path, who) in ground.pages.items()
    }
    found["a paper made"] = _median(lambda: _paper(house, ground.who.id))
    found["the clocks of appeals, with nothing due"] = _median(lambda: _clocks(house))
    return found


def _copies(model: Any) -> str:
    """Copies of a row; `about` is another case for each."""
    columns = [column.name for column in cast("Table", model.__table__).columns]
    other = TABLES[model]
    taken = ", ".join(other.get(name, f"own.{name}") for name in columns)
    return f"""
    INSERT INTO {model.__tablename__} ({", ".join(columns)})
    SELECT {taken}
    FROM {model.__tablename__} AS own,
         (SELECT applications.id AS about, number
          FROM generate_series(CAST(:first AS int), CAST(:last AS int)) AS number
          JOIN applications ON reference = 'PB-BN' || lpad(number::text, 6, '0')) AS cases
    WHERE own.id = :id
    """  # noqa: S608 - all of it is written here


def _median(work: Callable[[], object]) -> float:
    spent = []
    for _ in range(TIMES + 1):
        began = perf_counter()
        work()
        spent.append(perf_counter() - began)
    return statistics.median(spent[1:])


def _paper(house: House, subject_id: UUID) -> None:
    with house.work():
        documents.issue(sheet("en", 0), subject_id, None)


def _clocks(house: House) -> None:
    with house.work():
        appeals.open_late()
        appeals.pass_on()


if __name__ == "__main__":
    with world() as here:
        there = House(here)
        desk.measure(there)
        sys.stdout.write(f"{measure(there)}\n")
