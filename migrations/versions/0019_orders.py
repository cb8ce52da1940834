"""One order at a gateway pays one payment or several: what it asks for each is a part."""

from collections.abc import Sequence

import sqlalchemy as sa
from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: str | Sequence[str] | None = None
depends_on: str | Sequence[str] | None = None

MOVE = """
INSERT INTO payment_attempt_parts (id, created_at, attempt_id, payment_id, number, amount_minor,
  currency, captured_minor, refunded_minor, succeeded)
SELECT gen_random_uuid(), created_at, id, payment_id, number, amount_minor,
  currency, captured_minor, refunded_minor, state = 'succeeded'
FROM payment_attempts
"""
# An order of several cannot be said in one row. Its money is booked, so none may be dropped.
REFUSE = """
DO $$ BEGIN
  IF EXISTS (SELECT FROM payment_attempt_parts GROUP BY attempt_id HAVING count(*) > 1) THEN
    RAISE EXCEPTION 'Some orders pay several payments: the version before this cannot hold them.';
  END IF;
END $$
"""
MOVE_BACK = """
UPDATE payment_attempts a SET payment_id = p.payment_id, number = p.number,
  refunded_minor = p.refunded_minor
FROM payment_attempt_parts p WHERE p.attempt_id = a.id
"""


def upgrade() -> None:
    parts()
    op.execute(MOVE)
    op.drop_index("uq_payment_attempts_one_success", table_name="payment_attempts")
    op.drop_constraint("uq_payment_attempts_payment_id_number", "payment_attempts")
    op.drop_constraint("ck_payment_attempts_no_more_back_than_came", "payment_attempts")
    op.drop_constraint("fk_payment_attempts_payment_id", "payment_attempts")
    for name in ("payment_id", "number", "refunded_minor"):
        op.drop_column("payment_attempts", name)


def downgrade() -> None:
    op.execute(REFUSE)
    op.execute("DROP TRIGGER IF EXISTS sums ON payment_attempts")
    op.add_column("payment_attempts", sa.Column("payment_id", sa.Uuid()))
    op.add_column("payment_attempts", sa.Column("number", sa.Integer()))
    op.add_column("payment_attempts", sa.Column("refunded_minor", sa.BigInteger()))
    op.execute(MOVE_BACK)
    for name in ("payment_id", "number", "refunded_minor"):
        op.alter_column("payment_attempts", name, nullable=False)
    op.drop_table("payment_attempt_parts")
    op.execute("DROP FUNCTION IF EXISTS attempt_is_its_parts()")
    op.create_foreign_key(
        "fk_payment_attempts_payment_id", "payment_attempts", "payments", ["payment_id"], ["id"]
    )
    op.create_unique_constraint(
        "uq_payment_attempts_payment_id_number", "payment_attempts", ["payment_id", "number"]
    )
    op.create_check_constraint(
        op.f("ck_payment_attempts_no_more_back_than_came"),
        "payment_attempts",
        "refunded_minor BETWEEN 0 AND captured_minor",
    )
    op.create_index(
        "uq_payment_attempts_one_success",
        "payment_attempts",
        ["payment_id"],
        unique=True,
        postgresql_where="state = 'succeeded'",
    )


def parts() -> None:
    op.create_table(
        "payment_attempt_parts",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("payment_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("captured_minor", sa.BigInteger(), nullable=False),
        sa.Column("refunded_minor", sa.BigInteger(), nullable=False),
        sa.Column("succeeded", sa.Boolean(), nullable=False),
        sa.CheckConstraint("amount_minor > 0", name=op.f("ck_payment_attempt_parts_something")),
        sa.CheckConstraint(
            "captured_minor IN (0, amount_minor)",
            name=op.f("ck_payment_attempt_parts_all_or_nothing"),
        ),
        sa.CheckConstraint(
            "refunded_minor BETWEEN 0 AND captured_minor",
            name=op.f("ck_payment_attempt_parts_no_more_back_than_came"),
        ),
        sa.CheckConstraint(
            "NOT succeeded OR captured_minor > 0",
            name=op.f("ck_payment_attempt_parts_paid_by_money"),
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["payment_attempts.id"],
            name=op.f("fk_payment_attempt_parts_attempt_id"),
        ),
        sa.ForeignKeyConstraint(
            ["payment_id"], ["payments.id"], name=op.f("fk_payment_attempt_parts_payment_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_attempt_parts")),
        sa.UniqueConstraint(
            "attempt_id", "payment_id", name=op.f("uq_payment_attempt_parts_attempt_id_payment_id")
        ),
        sa.UniqueConstraint(
            "payment_id", "number", name=op.f("uq_payment_attempt_parts_payment_id_number")
        ),
    )
    op.create_index(
        "uq_payment_attempt_parts_one_success",
        "payment_attempt_parts",
        ["payment_id"],
        unique=True,
        postgresql_where="succeeded",
    )
