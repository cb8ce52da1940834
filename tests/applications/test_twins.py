"""A second press of the button, while the first one takes longer than a lock may be waited for."""

from threading import Event

from sqlalchemy import func, select

from portal.applications import applying
from portal.applications.models import Application
from portal.kernel.db import db
from tests.accounts.threads import at_once
from tests.applications import factories
from tests.applications.factories import INCOME

# Longer than lock_timeout and statement_timeout, which are two seconds and two and a half.
SLOW = 3.2


def test_a_twin_waits_longer_than_a_lock_may_be_waited_for(app, person):
    course = factories.draft_for(person)
    order = iter(["first", "second"])
    begun = Event()

    def press():
        mine = next(order)
        if mine == "second":
            begun.wait(60)
        found = applying.find(person.id, "revenue", INCOME, course.draft.id)
        reference = applying.send(found).reference
        if mine == "first":
            begun.set()
            Event().wait(SLOW)
        return reference

    one, two = at_once(app, 2, press)
    assert one == two
    db.session.rollback()
    assert db.session.scalar(select(func.count()).select_from(Application)) == 1
