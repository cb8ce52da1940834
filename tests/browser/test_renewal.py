"""A learner's licence by hand: issued for six months, and its holder told in time to go on."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from portal.accounts.domain import Role
from portal.applications import applying
from portal.applications import service as applications
from portal.applications.fees import service as fees
from portal.applications.jobs import announce_renewals
from portal.i18n import day, speaking
from portal.kernel import clock
from portal.kernel.db import db
from portal.post.models import Message
from tests.accounts.factories import make_person
from tests.applications.factories import a_file, home
from tests.browser.visit import DESK, PHONE, decide, draft_of, open_offices, photo_of
from tests.files.samples import pdf
from tests.jobs import run_jobs
from tests.payments import factories as gateway


@pytest.fixture
def holder(app):
    open_offices("transport")
    return make_person(name="Jaspreet Singh", address=home())


@pytest.fixture
def application(holder):
    """Sent and paid: the department has it."""
    test_day = (clock.today() + timedelta(days=10)).isoformat()
    answers = {
        "applicant": holder.name,
        "guardian": "Balbir Singh",
        "born": "2000-05-17",
        "phone": "+919876500001",
        "home": home(),
        "test_day": test_day,
        "test_language": "pa",
        "vehicles": ["car"],
        "sees_well": True,
        "fits": False,
        "portrait": photo_of(holder),
        "identity_proof": a_file(holder.id, "card.pdf"),
        "address_proof": a_file(holder.id, "bill.pdf"),
        "true_statement": True,
    }
    draft_of(holder, "transport", "learners-licence", answers)
    sent = applying.send(applying.resume(holder.id, "transport", "learners-licence"))
    db.session.commit()
    gateway.paid(fees.payment(sent))
    return sent


@pytest.fixture
def issued(application, visit, tmp_path):
    """The officer issued it at the desk today."""
    (tmp_path / "licence.pdf").write_bytes(pdf())
    officer = make_person(name="Simran Gill", role=Role.OFFICER, provider="transport")
    decide(visit(scripts=False).let_in(officer), application.reference, tmp_path / "licence.pdf")
    return application


def dates(application):
    db.session.expire_all()
    found = applications.by_id(application.id)
    told = found.good_until, found.remind_on
    db.session.rollback()
    return told


def mails():
    return [one.title for one in db.session.scalars(select(Message).order_by(Message.id))]


def announce():
    announce_renewals()
    db.session.commit()
    run_jobs()
    found = mails()
    db.session.rollback()
    return found


@pytest.mark.promise("M7")
@pytest.mark.parametrize("way", [DESK, PHONE])
def test_the_holder_reads_when_it_ends_and_is_told_a_month_before(
    issued, holder, visit, time_machine, way
):
    person = visit(**way).let_in(holder)
    good_until, remind_on = dates(issued)
    assert remind_on == good_until - timedelta(days=30)
    person.go(f"/applications/{issued.reference}")
    with speaking(person.language):
        told = day(good_until), day(remind_on)
    assert all(one in person.text() for one in told)
    before = announce()
    time_machine.move_to(clock.now() + (remind_on - clock.today()))
    after = announce()
    assert (after[:-1], after[-1].endswith("it is time to renew")) == (before, True)
    assert issued.reference in after[-1]
    assert announce() == after
    person.let_in(holder).go(f"/applications/{issued.reference}")
    assert told[0] in person.text()
    person.follow("main a[href*='/services/transport/learners-licence']")
    assert person.faults == []
