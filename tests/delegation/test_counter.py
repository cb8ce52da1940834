"""Operators of service centres: sessions that citizens open, and signed slips."""

from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts import service as accounts
from portal.accounts.domain import Role
from portal.applications.models import Application
from portal.delegation import service
from portal.delegation.assisting import service as assisting
from portal.delegation.domain import Kind, NoSuchMandate, SlipKeptAlready
from portal.delegation.models import Mandate
from portal.kernel import clock
from portal.kernel.db import db
from portal.post.models import Message
from tests.accounts.factories import make_person, signed_in_client
from tests.applications import factories
from tests.applications.pages import open_page
from tests.delegation.conftest import CENTRE
from tests.delegation.factories import EVERYTHING, INCOME_PATH, act_for
from tests.files.samples import picture

HELPERS = "/en/account/helpers"


def offered(person, agreed=EVERYTHING):
    made = service.open_session(person.id, agreed)
    db.session.commit()
    return made


def begun(counter, person, agreed=EVERYTHING):
    """The operator has typed the citizen's code."""
    made = offered(person, agreed)
    assert open_page(counter, "/en/assist").send(code=made.code).status == 200
    return made


@pytest.mark.promise("M22")
def test_an_operator_applies_in_a_session_that_the_citizen_opened(counter, ashas, asha, operator):
    begun(counter, asha)
    assert "You act for Asha Devi." in open_page(counter, "/en/applications").text
    factories.draft_for(asha)
    open_page(counter, f"/en/apply/{INCOME_PATH}/review").send(agree="yes")
    sent = db.session.scalars(select(Application)).one()
    assert (sent.person_id, sent.acted_by, sent.acted_as) == (asha.id, operator.id, "operator")
    told = open_page(ashas, f"/en/applications/{sent.reference}").words
    assert f"Done by Gurpreet Kaur ({CENTRE}) for Asha Devi" in told


def test_the_citizen_makes_the_code_on_their_own_page(ashas, counter):
    page = open_page(ashas, f"{HELPERS}/session").send(services=["*"], needs=["fill", "send"])
    assert "It works for 10 minutes" in page.words
    assert db.session.scalars(select(Mandate)).one().kind == Kind.SESSION


@pytest.mark.promise("M22")
def test_a_session_lasts_an_hour_and_its_code_ten_minutes(asha, operator):
    now = clock.now()
    late, good = offered(asha), offered(asha)
    row = service.start_session(good.code, operator.id, CENTRE)
    db.session.commit()
    with time_machine.travel(now + timedelta(minutes=11)):
        assert service.start_session(late.code, operator.id, CENTRE) is None
        assert service.acting(row.id, operator.id) is not None
    with time_machine.travel(now + timedelta(minutes=61)):
        assert service.acting(row.id, operator.id) is None


def test_the_code_works_once_and_not_as_a_helpers(asha, operator, ravi):
    made = offered(asha)
    assert service.accept(made.code, ravi.id) is None
    assert service.start_session(made.code, operator.id, CENTRE) is not None
    assert service.start_session(made.code, operator.id, CENTRE) is None


def test_the_citizen_sees_the_session_and_ends_it(counter, ashas, asha):
    begun(counter, asha)
    page = open_page(ashas, HELPERS)
    assert f"Gurpreet Kaur, operator at the service centre {CENTRE}" in page.words
    row = db.session.scalars(select(Mandate)).one()
    page.send(to=f"{HELPERS}/{row.id}/end")
    assert open_page(counter, "/en/applications").status == 403
    assert "What has ended" in open_page(ashas, HELPERS).words


def test_stopping_ends_the_session(counter, asha, operator):
    begun(counter, asha)
    open_page(counter, "/en/act-for").send(to="/en/act-for/stop")
    row = db.session.scalars(select(Mandate)).one()
    assert row.ended_by == operator.id


def test_an_operator_who_lost_the_role_acts_no_more(counter, asha, operator, revenue):
    begun(counter, asha)
    row = db.session.scalars(select(Mandate)).one()
    accounts.revoke(operator.id, Role.OPERATOR, CENTRE, by="tests")
    db.session.commit()
    client = signed_in_client(revenue, operator)
    assert client.get("/en/assist").status_code == 403
    assert act_for(client, row).status_code == 404


def test_nobody_but_operators_comes_to_the_counter(ravis):
    for path in ("", "/ask", "/new"):
        assert ravis.get(f"/en/assist{path}").status_code == 403


def test_a_wrong_code_is_refused_with_a_sentence(counter):
    page = open_page(counter, "/en/assist").send(code="00000000")
    assert (page.status, "This code does not work" in page.words) == (422, True)


@pytest.mark.promise("M22")
def test_asking_by_contact_answers_the_same_whether_there_is_an_account(counter, asha):
    answers = []
    for contact in (asha.email, "nobody.at.all@example.org"):
        page = open_page(counter, "/en/assist/ask")
        told = page.send(contact=contact, services=["*"], needs=["fill"])
        answers.append((told.status, told.words))
    assert answers[0] == answers[1]
    assert len(db.session.scalars(select(Mandate)).all()) == 1


def test_the_code_that_was_asked_for_goes_to_the_citizen_and_to_this_operator_alone(
    asha, operator, revenue
):
    other = make_person(name="Second Operator", role="operator", provider="sewa-2")
    assisting.ask(asha.email, EVERYTHING, operator.id, CENTRE)
    message = db.session.scalars(select(Message).order_by(Message.id.desc())).first()
    assert message.recipient == asha.email
    code = next(word for word in message.body.split() if len(word) == 9 and word[4] == "-")
    assert service.start_session(code, other.id, "sewa-2") is None
    assert service.start_session(code, operator.id, CENTRE) is not None


# --- Slips --------------------------------------------------------------------------------------


@pytest.mark.promise("M22")
def test_nothing_is_sent_before_the_signed_slip_is_kept(counter, slip, asha, ashas, revenue):
    act_for(counter, slip)
    factories.draft_for(asha)
    review = open_page(counter, f"/en/apply/{INCOME_PATH}/review")
    refused = review.send(agree="yes")
    assert (refused.status, "signed slip" in refused.words) == (403, True)
    page = open_page(counter, f"/en/assist/slips/{slip.id}")
    done = page.send(files={"photo": (picture(), "slip.jpg")})
    assert "The signed slip is kept" in done.words
    open_page(counter, f"/en/apply/{INCOME_PATH}/review").send(agree="yes")
    sent = db.session.scalars(select(Application)).one()
    assert (sent.acted_as, sent.mandate_id) == ("operator", slip.id)


def test_an_officer_of_the_case_looks_at_the_slip(counter, slip, asha, revenue):
    service.keep_slip(slip.id, slip.helper_id, BytesIO(picture()), "slip.jpg")
    db.session.commit()
    act_for(counter, slip)
    factories.draft_for(asha)
    open_page(counter, f"/en/apply/{INCOME_PATH}/review").send(agree="yes")
    sent = db.session.scalars(select(Application)).one()
    officer = make_person(name="Officer Singh", role="officer", provider="revenue")
    desk = signed_in_client(revenue, officer)
    case = open_page(desk, f"/en/desk/{sent.reference}")
    assert "The signed slip" in case.words
    assert desk.get(f"/en/desk/{sent.reference}/slip").mimetype == "image/jpeg"
    other = make_person(name="Officer Gill", role="officer", provider="power")
    elsewhere = signed_in_client(revenue, other)
    assert elsewhere.get(f"/en/desk/{sent.reference}/slip").status_code == 404


def test_a_case_without_a_slip_shows_none(asha, revenue):
    sent = factories.sent(asha)
    officer = make_person(name="Officer Singh", role="officer", provider="revenue")
    desk = signed_in_client(revenue, officer)
    assert desk.get(f"/en/desk/{sent.reference}/slip").status_code == 404


def test_the_slip_is_kept_once_and_by_its_operator_alone(slip, operator, ravi):
    with pytest.raises(NoSuchMandate):
        service.keep_slip(slip.id, ravi.id, BytesIO(picture()), "slip.jpg")
    service.keep_slip(slip.id, operator.id, BytesIO(picture()), "slip.jpg")
    with pytest.raises(SlipKeptAlready):
        service.keep_slip(slip.id, operator.id, BytesIO(picture()), "slip.jpg")


def test_what_is_no_picture_is_refused_at_the_field(counter, slip):
    page = open_page(counter, f"/en/assist/slips/{slip.id}")
    refused = page.send(files={"photo": (b"MZ not a picture", "slip.jpg")})
    assert refused.status == 422
    assert len(refused.errors) == 1


def test_the_paper_says_who_what_and_until(counter, slip, operator):
    page = open_page(counter, f"/en/assist/slips/{slip.id}/paper")
    for words in ("Asha Devi", CENTRE, "Gurpreet Kaur", slip.slip_number, "Income certificate"):
        assert words in page.words


def test_another_operators_slip_is_not_there(slip, revenue):
    other = make_person(name="Second Operator", role="operator", provider="sewa-2")
    client = signed_in_client(revenue, other)
    for part in ("", "/paper"):
        assert client.get(f"/en/assist/slips/{slip.id}{part}").status_code == 404


@pytest.mark.promise("M22")
def test_somebody_without_an_account_is_recorded_and_can_take_it_over_later(counter, operator):
    day = (clock.now() + timedelta(days=20)).date()
    page = open_page(counter, "/en/assist/new").send(
        name="Bibi Kaur",
        birth_date__day="1",
        birth_date__month="2",
        birth_date__year="1950",
        services=[INCOME_PATH],
        needs=["fill", "send"],
        ends__day=str(day.day),
        ends__month=str(day.month),
        ends__year=str(day.year),
        speaks="pa",
    )
    assert "Slip for Bibi Kaur" in page.words
    row = db.session.scalars(select(Mandate)).one()
    told = accounts.details(row.subject_id)
    assert (told.name, told.email, told.language) == ("Bibi Kaur", None, "pa")
    assert (row.kind, row.helper_id, row.centre) == (Kind.SLIP, operator.id, CENTRE)
    assert f"/pa/assist/slips/{row.id}/paper" in page.links("/paper")
    page.send(files={"photo": (picture(), "slip.jpg")})
    code = page.send(to=f"/en/assist/slips/{row.id}/joining")
    assert "Code to take your record over" in code.words


def test_the_record_form_says_what_is_missing(counter):
    page = open_page(counter, "/en/assist/new").send()
    assert (page.status, len(page.errors)) == (422, 6)


def test_a_slip_is_ended_at_any_centre_by_its_number(slip, revenue):
    other = make_person(name="Second Operator", role="operator", provider="sewa-2")
    client = signed_in_client(revenue, other)
    wrong = open_page(client, "/en/assist/end").send(number="SL-0000-0000")
    assert (wrong.status, "Check the number" in wrong.words) == (422, True)
    done = open_page(client, "/en/assist/end").send(number=slip.slip_number.lower())
    assert "It has ended" in done.words
    assert service.acting(slip.id, slip.helper_id) is None
