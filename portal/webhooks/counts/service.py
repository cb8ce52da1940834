"""How many messages of a provider stand how."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import func, select

from portal.kernel import ids
from portal.kernel.db import db
from portal.webhooks.domain import shown
from portal.webhooks.models import Delivery


def by_state(provider_slug: str, since: datetime) -> Mapping[str, int]:
    """Of those made since then, by what lists call it."""
    mine = (Delivery.provider_slug == provider_slug, Delivery.id >= ids.first_at(since))
    counted = select(Delivery.state, func.count()).where(*mine).group_by(Delivery.state)
    found: Counter[str] = Counter()
    for state, count in db.session.execute(counted):
        found[shown(state, failed=False)] += count
    return found
