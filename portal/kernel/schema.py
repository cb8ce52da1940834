"""What stands beside the tables: grants of the serving role, and the triggers of append-only ones.

Applied after every migration by the owner, and idempotent, so that no table is forgotten.
"""

from pathlib import Path

import procrastinate.schema
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, inspect, text

from portal.kernel.db import APPEND_ONLY, GUARDS, Base

APP_ROLE = "portal_app"
MIGRATIONS = Path(__file__).parents[2] / "migrations"
REFUSE_CHANGE = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME USING ERRCODE = '42501';
END $$
"""
GUARD = """
CREATE OR REPLACE TRIGGER never_changed BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()
"""


def configuration(owner_url: str) -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("sqlalchemy.url", owner_url.replace("%", "%%"))
    return config


def upgrade(owner_url: str) -> None:
    """Bring the database to the newest migration and secure it."""
    command.upgrade(configuration(owner_url), "head")
    engine = create_engine(owner_url)
    with engine.begin() as connection:
        secure(connection)
    engine.dispose()


def is_current(connection: Connection) -> bool:
    """Whether the newest migration has run."""
    script = ScriptDirectory(str(MIGRATIONS))
    heads = MigrationContext.configure(connection).get_current_heads()
    return set(heads) == set(script.get_heads())


def install_jobs(connection: Connection) -> None:
    """Procrastinate's own tables and functions, once."""
    if not inspect(connection).has_table("procrastinate_jobs"):
        sql = procrastinate.schema.SchemaManager.get_schema()
        connection.exec_driver_sql(sql.replace("%", "%%"))


def secure(connection: Connection) -> None:
    """Grant the serving role what it needs and no more, and guard tables by their own rules."""
    connection.execute(text(REFUSE_CHANGE))
    connection.execute(text(f"GRANT USAGE ON SCHEMA public TO {APP_ROLE}"))
    connection.execute(text(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {APP_ROLE}"))
    connection.execute(text(f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {APP_ROLE}"))
    everything = "SELECT, INSERT, UPDATE, DELETE"
    connection.execute(text(f"GRANT {everything} ON ALL TABLES IN SCHEMA public TO {APP_ROLE}"))
    for name in sorted(APPEND_ONLY & set(Base.metadata.tables)):
        connection.execute(text(f"REVOKE UPDATE, DELETE, TRUNCATE ON {name} FROM {APP_ROLE}"))
        connection.execute(text(GUARD.format(table=name)))
    for name in sorted(GUARDS.keys() & set(Base.metadata.tables)):
        for rule in GUARDS[name]:
            connection.execute(rule)
