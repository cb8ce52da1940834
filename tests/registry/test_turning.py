"""A version's time: approved for later, called off, gone back from, tried before it decides."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.kernel.db import db
from portal.registry import service
from portal.registry.models import PlannedPublication, VersionTurn
from portal.registry.publishing import service as publishing
from portal.registry.publishing.service import (
    AlreadyApproved,
    NotApproved,
    NothingBefore,
    NotTriedYet,
    ReasonNeeded,
    TooFarAhead,
    Trial,
)
from tests.accounts.threads import at_once
from tests.registry.publishing_factories import (
    KARAM,
    MEERA,
    a_provider,
    a_service,
    published,
    recorded,
    words,
)

HERE = ("tehsil", "income-certificate")
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOMORROW = NOON + timedelta(days=1)


def approved(at=TOMORROW, **more):
    """The next version of a service that is on, approved for a time."""
    published()
    version = recorded(a_provider(a_service(**{"promise": 10} | more)))
    publishing.propose(version.id, MEERA)
    publishing.publish(version.id, KARAM, at)
    db.session.commit()
    return version


def promised():
    db.session.rollback()
    return service.offered(*HERE).service.promise


def acts():
    return db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.number)).all()


@pytest.fixture
def noon():
    with time_machine.travel(NOON, tick=False) as moment:
        yield moment


def test_what_is_approved_for_later_is_offered_from_then_on(app, noon):
    version = approved()
    assert service.find(version.id).state == "approved"
    publishing.publish_due()
    db.session.commit()
    assert promised() == 15
    noon.move_to(TOMORROW)
    publishing.publish_due()
    db.session.commit()
    assert promised() == 10
    assert service.find(version.id).state == "published"
    assert db.session.query(PlannedPublication).count() == 0


def test_two_that_fall_due_at_once_go_on_in_the_order_of_their_times(app, noon):
    later = approved(at=TOMORROW + timedelta(hours=1))
    earlier = recorded(a_provider(a_service(promise=12)))
    publishing.propose(earlier.id, MEERA)
    publishing.publish(earlier.id, KARAM, TOMORROW)
    db.session.commit()
    noon.move_to(TOMORROW + timedelta(days=1))
    publishing.publish_due()
    db.session.commit()
    assert promised() == 10
    assert service.find(later.id).state == "published"
    assert service.find(earlier.id).state == "retired"


def test_two_workers_turn_it_on_once(app, noon):
    approved()
    noon.move_to(TOMORROW)

    def work():
        publishing.publish_due()
        db.session.commit()

    at_once(app, 2, work)
    db.session.rollback()
    assert db.session.query(VersionTurn).count() == 2
    assert promised() == 10


def test_a_time_that_has_come_is_now(app, noon):
    version = approved(at=NOON - timedelta(minutes=5))
    assert service.find(version.id).state == "published"


def test_a_time_more_than_a_year_ahead_is_a_slip_of_the_pen(app, noon):
    with pytest.raises(TooFarAhead):
        approved(at=NOON + timedelta(days=367))


def test_an_approval_is_called_off_before_its_time(app, noon):
    version = approved()
    with pytest.raises(AlreadyApproved):
        publishing.propose(version.id, MEERA)
    publishing.call_off(version.id, MEERA)
    db.session.commit()
    noon.move_to(TOMORROW)
    publishing.publish_due()
    db.session.commit()
    assert promised() == 15
    assert service.find(version.id).state == "draft"
    assert acts()[-1] == "service.call_off"


def test_what_was_called_off_is_proposed_and_approved_anew(app, noon):
    version = approved()
    publishing.call_off(version.id, MEERA)
    publishing.propose(version.id, KARAM)
    assert service.find(version.id).state == "proposed"
    publishing.publish(version.id, MEERA)
    assert service.find(version.id).state == "published"


def test_only_what_waits_is_called_off(app, noon):
    (version,) = published()
    with pytest.raises(NotApproved):
        publishing.call_off(version.id, MEERA)


def test_one_step_leads_back_and_one_forth_again(app):
    (first,) = published()
    (second,) = published(a_provider(a_service(promise=10)))
    assert publishing.before(*HERE).id == first.id
    assert publishing.roll_back(*HERE, MEERA, "The new form asks too much.").id == first.id
    db.session.commit()
    assert promised() == 15
    assert service.find(second.id).state == "retired"
    assert publishing.before(*HERE).id == second.id
    publishing.roll_back(*HERE, KARAM, "It was the office's scanner.")
    db.session.commit()
    assert promised() == 10


def test_going_back_is_recorded_with_its_reason(app):
    published()
    published(a_provider(a_service(promise=10)))
    publishing.roll_back(*HERE, MEERA, "The new form asks too much.")
    db.session.commit()
    wanted = select(AuditEntry).where(AuditEntry.act == "service.roll_back")
    entry = db.session.scalars(wanted).one()
    assert (entry.actor, entry.why) == (str(MEERA), "The new form asks too much.")


def test_going_back_needs_a_reason_and_something_to_go_back_to(app):
    published()
    with pytest.raises(NothingBefore):
        publishing.roll_back(*HERE, MEERA, "Why not.")
    published(a_provider(a_service(promise=10)))
    with pytest.raises(ReasonNeeded):
        publishing.roll_back(*HERE, MEERA, "")


def test_new_rules_wait_for_their_trial(app):
    published()
    version = recorded(a_provider(a_service(fee="money('10.00', 'INR')", fee_words=words("₹10"))))
    publishing.propose(version.id, MEERA)
    with pytest.raises(NotTriedYet):
        publishing.publish(version.id, KARAM)
    publishing.note_trial(version.id, Trial(tried=3, fee=3))
    publishing.publish(version.id, KARAM)
    assert service.find(version.id).state == "published"


def test_a_trial_from_before_the_proposal_does_not_count(app, noon):
    published()
    version = recorded(a_provider(a_service(fee="money('10.00', 'INR')", fee_words=words("₹10"))))
    publishing.note_trial(version.id, Trial(tried=3))
    noon.shift(timedelta(minutes=1))
    publishing.propose(version.id, MEERA)
    with pytest.raises(NotTriedYet):
        publishing.publish(version.id, KARAM)


def test_other_words_need_no_trial(app):
    published()
    version = recorded(a_provider(a_service(promise=10)))
    assert not publishing.needs_trial(service.find(version.id))
