"""Running jobs inside a test: by the real queue in PostgreSQL, without a worker process."""

from sqlalchemy import text

from portal.app import jobs
from portal.kernel.db import db
from portal.kernel.jobs import Again

DUE = text(
    "SELECT id, task_name, args FROM procrastinate_jobs WHERE status = 'todo'"
    " AND (scheduled_at IS NULL OR scheduled_at <= now()) ORDER BY id LIMIT 1"
)
DONE = text("UPDATE procrastinate_jobs SET status = :status WHERE id = :id")


def run_jobs(most=200):
    """Run due jobs in order until none is left; a job that says Again is left as failed."""
    known = {job.name: job for job in jobs()}
    ran = []
    for _ in range(most):
        row = db.session.execute(DUE).first()
        if row is None:
            return ran
        status = "succeeded"
        try:
            known[row.task_name](**row.args)
        except Again:
            status = "failed"
        db.session.execute(DONE, {"status": status, "id": row.id})
        db.session.commit()
        ran.append(row.task_name)
    raise AssertionError(f"jobs do not end: {ran[-5:]}")
