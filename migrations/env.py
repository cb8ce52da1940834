"""Runs migrations for portal.kernel.schema: always against a database, as the owner of the tables.

`portal db upgrade` and `make migration` come here; Alembic's own command line is not needed.
"""

from typing import Any

from alembic import context
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from portal.app import rooms
from portal.kernel.db import Base

# One at a time, whoever else starts at this moment.
LOCK = text("SELECT pg_advisory_xact_lock(7305807)")
FOREIGN = "procrastinate_"


def is_ours(name: str | None, kind: str, _parents: Any) -> bool:
    """Procrastinate's tables come from its own schema, see portal.kernel.schema.install_jobs."""
    return kind != "table" or not (name or "").startswith(FOREIGN)


def main() -> None:
    # Importing the rooms makes their tables known.
    rooms()
    engine = create_engine(
        context.config.get_main_option("sqlalchemy.url") or "", poolclass=NullPool
    )
    with engine.begin() as connection:
        connection.execute(LOCK)
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            compare_type=True,
            compare_server_default=True,
            include_name=is_ours,
        )
        context.run_migrations()


main()
