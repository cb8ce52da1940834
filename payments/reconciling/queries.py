"""What is asked of PostgreSQL about the lines of a run and our orders."""

from typing import Any

from sqlalchemy import TextClause, text

from payments.gateway import Outcome, Status
from payments.reconciling.domain import Kind, Source
from portal.kernel.money import Money

MISSED = text(
    """
SELECT line.number, line.at, line.amount_minor, line.currency, line.gateway_reference,
       order_.id AS attempt_id
FROM reconciliation_lines AS line
JOIN payment_attempts AS order_
  ON order_.reference = line.order_reference AND order_.gateway = CAST(:gateway AS varchar)
WHERE line.run_id = :run AND line.number > :after AND line.status = 'succeeded'
  AND line.amount_minor IS NOT NULL
  AND order_.captured_minor = 0 AND order_.code IS DISTINCT FROM :differs
ORDER BY line.number LIMIT :most
"""
)
# What the company kept of orders that nobody had told us of before.
FEES = text(
    """
SELECT DISTINCT ON (order_.id) order_.id AS attempt_id, line.fee_minor
FROM reconciliation_lines AS line
JOIN payment_attempts AS order_
  ON order_.reference = line.order_reference AND order_.gateway = CAST(:gateway AS varchar)
WHERE line.run_id = :run AND line.currency = order_.currency AND order_.fee_minor IS NULL
  AND order_.captured_minor > 0 AND line.fee_minor BETWEEN 0 AND order_.captured_minor
ORDER BY order_.id, line.number DESC LIMIT :most
"""
)
# What the company gave back at its own desk, of orders for one payment: nobody here asked for it.
GIVEN_BACK = text(
    """
SELECT DISTINCT ON (order_.id) order_.id AS attempt_id, line.refunded_minor
FROM reconciliation_lines AS line
JOIN payment_attempts AS order_
  ON order_.reference = line.order_reference AND order_.gateway = CAST(:gateway AS varchar)
JOIN LATERAL (
  SELECT count(*) AS parts, sum(refunded_minor) AS known
  FROM payment_attempt_parts WHERE attempt_id = order_.id
) AS part ON part.parts = 1
WHERE line.run_id = :run AND line.currency = order_.currency
  AND line.amount_minor = order_.captured_minor
  AND line.refunded_minor > part.known AND line.refunded_minor <= order_.captured_minor
  AND order_.id > CAST(:after AS uuid)
ORDER BY order_.id, line.number DESC LIMIT :most
"""
)
COLUMNS = """
INSERT INTO reconciliation_differences
  (id, created_at, gateway, kind, order_reference, run_id, at, seen_at, ours_minor, theirs_minor,
   currency, state, settled_at)
"""
# Nothing here comes from anybody but us: what companies say is in rows, and bound.
# ruff: noqa: S608
# Found again it is the same one; what a person has closed stays closed while its amounts do.
AGAIN = """
ON CONFLICT (gateway, kind, order_reference) DO UPDATE SET
  run_id = excluded.run_id, seen_at = excluded.seen_at,
  ours_minor = excluded.ours_minor, theirs_minor = excluded.theirs_minor,
  state = CASE WHEN {stays} THEN reconciliation_differences.state ELSE excluded.state END,
  settled_at =
    CASE WHEN {stays} THEN reconciliation_differences.settled_at ELSE excluded.settled_at END
""".format(
    stays="""reconciliation_differences.state = 'closed'
      AND reconciliation_differences.ours_minor IS NOT DISTINCT FROM excluded.ours_minor
      AND reconciliation_differences.theirs_minor IS NOT DISTINCT FROM excluded.theirs_minor"""
)
NOTED = text(
    COLUMNS
    + """
VALUES (gen_random_uuid(), :now, CAST(:gateway AS varchar), CAST(:kind AS varchar), :order,
        :run, :at, :now, :ours, :theirs, :currency, :state, :settled_at)
"""
    + AGAIN
)


def _found(kind: str, ours: str, theirs: str, source: str) -> TextClause:
    """Each row of a source as an open difference."""
    return text(
        f"""{COLUMNS}
SELECT gen_random_uuid(), :now, CAST(:gateway AS varchar), {kind}, line.order_reference,
       :run, line.at, :now, {ours}, {theirs}, line.currency, 'open', NULL
{source}
{AGAIN}"""
    )


ORDERS = """
FROM (
  SELECT DISTINCT ON (order_reference) * FROM reconciliation_lines
  WHERE run_id = :run ORDER BY order_reference, number DESC
) AS line
JOIN payment_attempts AS order_
  ON order_.reference = line.order_reference AND order_.gateway = CAST(:gateway AS varchar)
"""
THEIRS_ONLY = _found(
    f"'{Kind.THEIRS_ONLY}'",
    "NULL",
    "line.amount_minor",
    """
FROM (
  SELECT DISTINCT ON (order_reference) * FROM reconciliation_lines
  WHERE run_id = :run AND status = 'succeeded' ORDER BY order_reference, number DESC
) AS line
WHERE NOT EXISTS (
  SELECT FROM payment_attempts
  WHERE reference = line.order_reference AND gateway = CAST(:gateway AS varchar)
)
""",
)
AMOUNTS = _found(
    f"'{Kind.AMOUNT}'",
    "order_.captured_minor",
    "coalesce(line.amount_minor, 0)",
    ORDERS
    + """
WHERE order_.captured_minor > 0 AND (
  line.status IN ('failed', 'cancelled', 'expired')
  OR line.status = 'succeeded' AND (line.amount_minor, line.currency)
     IS DISTINCT FROM (order_.captured_minor, order_.currency)
)
""",
)
# What was only asked for may have been done there already.
REFUNDS = _found(
    f"'{Kind.REFUND}'",
    "back.done",
    "line.refunded_minor",
    ORDERS
    + """
JOIN LATERAL (
  SELECT coalesce(sum(amount_minor) FILTER (WHERE state = 'succeeded'), 0) AS done,
         coalesce(sum(amount_minor), 0) AS asked
  FROM payment_refunds WHERE attempt_id = order_.id
) AS back ON true
WHERE order_.captured_minor > 0 AND line.refunded_minor IS NOT NULL
  AND line.refunded_minor NOT BETWEEN back.done AND back.asked
""",
)
UNPAID = _found(
    "CAST(:unpaid AS varchar)",
    "0",
    "line.amount_minor",
    ORDERS
    + """
WHERE line.status = 'succeeded' AND order_.captured_minor = 0
  AND order_.code IS DISTINCT FROM :differs
""",
)
FEE = _found(
    f"'{Kind.FEE}'",
    "order_.fee_minor",
    "line.fee_minor",
    ORDERS
    + """
WHERE order_.captured_minor > 0 AND line.fee_minor IS NOT NULL
  AND (line.fee_minor, line.currency) IS DISTINCT FROM (order_.fee_minor, order_.currency)
""",
)
OF_OURS = """
FROM (
  SELECT reference AS order_reference, created_at AS at, currency, captured_minor, amount_minor
  FROM payment_attempts AS order_
  WHERE gateway = CAST(:gateway AS varchar) AND created_at >= :since AND {which}
) AS line
"""
OURS_ONLY = _found(
    f"'{Kind.OURS_ONLY}'",
    "line.captured_minor",
    "NULL",
    OF_OURS.format(
        which="""captured_minor > 0 AND settled_at < :until AND NOT EXISTS (
    SELECT FROM reconciliation_lines
    WHERE run_id = :run AND order_reference = order_.reference)"""
    ),
)
SUSPENSE = _found(
    f"'{Kind.SUSPENSE}'",
    "line.amount_minor",
    "NULL",
    OF_OURS.format(which="code = :differs"),
)
# What this run would have found, had it still been there.
GONE = text(
    f"""
UPDATE reconciliation_differences SET state = 'mended', settled_at = :now
WHERE gateway = CAST(:gateway AS varchar) AND state = 'open' AND run_id <> :run
  AND at >= :since AND at < :until
  AND kind IN ('{Kind.THEIRS_ONLY}', '{Kind.OURS_ONLY}', '{Kind.AMOUNT}', '{Kind.REFUND}',
               '{Kind.MISSED}', '{Kind.UNPAID}', '{Kind.FEE}')
"""
)
COMPARED = {
    Source.LISTING: (THEIRS_ONLY, AMOUNTS, REFUNDS, FEE, UNPAID, OURS_ONLY, SUSPENSE, GONE),
    Source.FILE: (THEIRS_ONLY, AMOUNTS, REFUNDS, FEE, UNPAID),
}


def outcome(line: Any) -> Outcome:
    """What a line of a company's own list says of an order that it took money for."""
    taken = Money(line.amount_minor, line.currency)
    return Outcome(Status.SUCCEEDED, taken, line.gateway_reference)
