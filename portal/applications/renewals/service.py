"""How long what was issued stays good, and whom to remind before it ends."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import select

from portal.applications import domain
from portal.applications.events import RenewalDue
from portal.applications.models import Application
from portal.applications.records import service as records
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.events import publish
from portal.registry import service as registry

A_BATCH = 200


def begin(application: Application) -> None:
    """It is issued today: note until when it is good, and when its holder is reminded."""
    renewal = registry.version(application.version_id).service.renewal
    if renewal is not None:
        issued_on = records.today(application)
        dates = domain.renewal_dates(renewal, issued_on)
        application.good_until, application.remind_on = dates


@dataclass(frozen=True)
class Good:
    """How long what was issued is good, when its holder is reminded, and what renews it."""

    good_until: date
    remind_on: date
    provider: str
    service: str
    today: date

    @property
    def is_near(self) -> bool:
        return self.today >= self.remind_on

    @property
    def is_over(self) -> bool:
        return self.today > self.good_until


def of(application: Application) -> Good | None:
    """None for what is good for ever, and while nothing is issued."""
    renewal = registry.version(application.version_id).service.renewal
    good_until = application.good_until
    if renewal is None or good_until is None:
        return None
    remind_on = good_until - timedelta(days=renewal.remind_days)
    renews = renewal.service or application.service_slug
    today = records.today(application)
    return Good(good_until, remind_on, application.provider_slug, renews, today)


def remind() -> bool:
    """Tell of a batch of those that are to be renewed; whether there may be more.

    Each is told once: its date is taken away in the same transaction.
    """
    due = (
        select(Application)
        .where(Application.remind_on <= clock.today())
        .order_by(Application.remind_on)
        .limit(A_BATCH)
        .with_for_update(skip_locked=True)
    )
    rows = db.session.scalars(due).all()
    for application in rows:
        application.remind_on = None
        publish(RenewalDue(application.id))
    return len(rows) == A_BATCH
