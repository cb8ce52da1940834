"""Counting calls by the minute: the row holds for all processes, so no one of them has its own."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, delete, func, literal
from sqlalchemy.dialects.postgresql import insert

from portal.api.limits.domain import WINDOW, Quota
from portal.api.limits.models import ApiMinute
from portal.kernel import clock
from portal.kernel.db import db

# A crash may take a counter back by a moment, and nobody waits for a disk.
AT_ONCE = func.set_config("synchronous_commit", "off", literal(value=True))
KEPT = timedelta(days=1)


def spend(caller_id: UUID, most: int) -> Quota:
    """Count one call, which stands whatever becomes of it.

    Ends the transaction that found out who calls: calls made side by side wait no longer for
    each other, and no second connection is needed.
    """
    now = clock.now()
    began = now.replace(second=0, microsecond=0)
    used = db.session.scalar(_one_more(caller_id, began))
    db.session.commit()
    return Quota(most, used or 1, WINDOW - now.second)


def sweep() -> None:
    db.session.execute(delete(ApiMinute).where(ApiMinute.began < clock.now() - KEPT))


def _one_more(caller_id: UUID, began: datetime) -> Any:
    put = insert(ApiMinute).values(caller_id=caller_id, began=began, count=1)
    return put.on_conflict_do_update(
        index_elements=["caller_id"],
        set_={
            "began": began,
            "count": case((ApiMinute.began == began, ApiMinute.count + 1), else_=1),
        },
    ).returning(ApiMinute.count, AT_ONCE)
