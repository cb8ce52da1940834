"""How many applications a provider got each day. Nothing of any one of them is read."""

from collections.abc import Mapping
from datetime import date, datetime, time

from sqlalchemy import Date, cast, func, select

from portal.applications.domain import State
from portal.applications.models import Application
from portal.i18n.formats import ZONE
from portal.kernel.db import db


def by_day(provider_slug: str, since: date) -> Mapping[date, int]:
    """By the day on which the provider got them; days without any are left out."""
    day = cast(func.timezone(ZONE.key, Application.submitted_at), Date)
    counted = (
        select(day, func.count())
        .where(
            Application.provider_slug == provider_slug,
            # All of them, said so that the index by state is used.
            Application.state.in_(sorted(State)),
            Application.submitted_at >= datetime.combine(since, time.min, ZONE),
        )
        .group_by(day)
    )
    return {row[0]: row[1] for row in db.session.execute(counted)}
