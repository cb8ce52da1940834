"""The order of messages under the real worker, many at once and some of them tried again."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from portal.app import jobs
from portal.applications import service as applications
from portal.kernel import worker
from portal.kernel.db import db
from tests.webhooks.conftest import deliveries

WAITING = text("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")


def work(app):
    """Run what is due, and what waits for its next try, until nothing is left."""
    # In a thread of its own: a browser of another test keeps a loop running in this one.
    with ThreadPoolExecutor(1) as apart:
        while db.session.execute(WAITING).rowcount:
            db.session.commit()
            apart.submit(run, app).result()
    db.session.commit()


def run(app):
    worker.build(app, jobs(), ()).run_worker(
        wait=False, concurrency=6, install_signal_handlers=False, listen_notify=False
    )


@pytest.mark.promise("B7")
def test_order_is_kept_while_many_are_sent_and_some_fail(app, department, send, person):
    department.answers[:] = [(500, b"", {}) if n % 3 == 0 else (200, b"", {}) for n in range(12)]
    sent = [send() for _ in range(5)]
    for application in sent:
        applications.withdraw(person.id, application.reference)
    db.session.commit()
    work(app)
    assert {one.state for one in deliveries()} == {"delivered"}
    heard = [heard.message["data"] for heard in department.heard]
    for application in sent:
        mine = [one["sequence"] for one in heard if one["application"] == application.reference]
        assert mine == sorted(mine)
        assert set(mine) == {1, 2}
    assert len(heard) == 14
