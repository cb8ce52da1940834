"""Applying and following for another: what may be done, whose it is, and who did it."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from portal.applications import service as applications
from portal.applications.domain import Actor, HelpedWithIt, ProviderEvent
from portal.applications.models import Application, TimelineEntry
from portal.applications.service import Author
from portal.audit.models import AuditEntry
from portal.consent.models import Consent
from portal.delegation import service
from portal.forms.models import Draft
from portal.kernel import clock
from portal.kernel.db import db
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.applications import factories
from tests.applications.factories import HERE, INCOME, LAND
from tests.applications.pages import open_page
from tests.delegation.factories import (
    INCOME_PATH,
    LAND_PATH,
    accepted,
    act_for,
    acting,
    stop,
    terms,
)

START, LAND_START = f"/en/apply/{INCOME_PATH}", f"/en/apply/{LAND_PATH}"
NOT_LET = "did not let you do this"
ENDED = "You may not act for this person any more"


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def review(client, person, slug=INCOME):
    """The review page of a draft of this person that is complete."""
    factories.draft_for(person, slug)
    return open_page(client, f"/en/apply/revenue/{slug}/review")


@pytest.mark.promise("M22")
def test_a_helper_applies_and_it_is_the_principals(ravis, ashas, asha, ravi):
    row = acting(ravis, asha, ravi)
    page = review(ravis, asha)
    assert "On behalf of Asha Devi, I agree" in page.words
    page.send(agree="yes")
    sent = db.session.scalars(select(Application)).one()
    assert (sent.person_id, sent.subject_id) == (asha.id, asha.id)
    assert (sent.acted_by, sent.acted_as, sent.mandate_id) == (ravi.id, "helper", row.id)
    assert db.session.scalars(select(Consent)).one().person_id == asha.id
    entry = db.session.scalars(select(TimelineEntry)).one()
    assert (entry.actor, entry.actor_id, entry.mandate_id) == ("helper", str(ravi.id), row.id)
    assert sent.reference in open_page(ashas, "/en/applications").words


@pytest.mark.promise("M22")
def test_each_side_and_the_officer_read_who_did_it(ravis, ashas, asha, ravi, revenue):
    acting(ravis, asha, ravi)
    review(ravis, asha).send(agree="yes")
    sent = db.session.scalars(select(Application)).one()
    address = f"/en/applications/{sent.reference}"
    assert "Done by Ravi Kumar for Asha Devi" in open_page(ashas, address).words
    helpers = open_page(ravis, address).words
    assert "Sent by you" in helpers
    assert "Done by Ravi Kumar for Asha Devi" in helpers
    officer = officers_browser(revenue)
    case = open_page(officer, f"/en/desk/{sent.reference}").words
    assert "Done by a helper (family) for the person" in case
    assert "Ravi" not in case


def officers_browser(app):
    officer = make_person(name="Officer Singh", role="officer", provider="revenue")
    return signed_in_client(app, officer)


def test_the_audit_names_the_helper_as_actor_and_the_principal_as_subject(ravis, asha, ravi):
    acting(ravis, asha, ravi)
    review(ravis, asha).send(agree="yes")
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.act == "application.submit"))
    told = entry.one()
    assert (told.actor, told.subject_id) == (str(ravi.id), asha.id)


def test_forms_are_filled_in_from_the_principal_and_say_so(ravis, asha, ravi):
    acting(ravis, asha, ravi)
    page = open_page(ravis, START).send()
    assert page.controls["applicant"] == ["Asha Devi"]
    assert "the profile of Asha Devi" in page.words
    assert "your profile" not in page.words
    assert db.session.scalars(select(Draft)).one().person_id == asha.id


def test_the_rule_of_eligibility_shows_no_value_of_the_principal(ravis, asha, ravi):
    acting(ravis, asha, ravi)
    page = open_page(ravis, START)
    assert "36" not in page.words


def test_a_line_above_each_page_says_for_whom_until_it_is_stopped(ravis, asha, ravi):
    acting(ravis, asha, ravi)
    for path in ("/en/applications", "/en/", "/en/account/security", "/en/services"):
        assert "You act for Asha Devi." in open_page(ravis, path).text
    stop(ravis)
    assert "You act for" not in open_page(ravis, "/en/applications").text


def test_all_other_pages_stay_the_helpers_own(ravis, asha, ravi):
    acting(ravis, asha, ravi)
    profile = open_page(ravis, "/en/profile").words
    assert "Ravi Kumar" in profile
    assert asha.email not in profile
    assert "Who may act for you now" in open_page(ravis, "/en/account/helpers").words


@pytest.mark.promise("M22")
def test_only_applications_of_the_chosen_services_are_seen(ravis, asha, ravi):
    income, land = factories.sent(asha), factories.sent(asha, LAND)
    factories.draft_for(asha, LAND)
    acting(ravis, asha, ravi, terms(INCOME_PATH))
    listed = open_page(ravis, "/en/applications").words
    assert income.reference in listed
    assert land.reference not in listed
    assert "Copy of a land record" not in listed
    assert open_page(ravis, f"/en/applications/{income.reference}").status == 200
    for part in ("", "/answers", "/withdraw"):
        assert open_page(ravis, f"/en/applications/{land.reference}{part}").status == 404


@pytest.mark.promise("M22")
def test_another_service_is_refused_with_a_sentence_and_nothing_changes(ravis, asha, ravi):
    acting(ravis, asha, ravi, terms(LAND_PATH))
    for path in (START, f"{START}/you", f"{START}/review"):
        page = open_page(ravis, path)
        assert (page.status, NOT_LET in page.words) == (403, True)
    token = csrf_token(ravis.get("/en/act-for").data)
    fields = {"csrf_token": token, "on_behalf_of": str(asha.id)}
    assert ravis.post(START, data=fields).status_code == 403
    assert count(Draft) == 0


@pytest.mark.parametrize(
    ("needs", "part"), [(("fill", "follow"), "withdraw"), (("fill", "withdraw"), "")]
)
def test_what_the_scope_leaves_out_is_refused(ravis, asha, ravi, needs, part):
    application = factories.sent(asha, LAND)
    acting(ravis, asha, ravi, terms(needs=needs))
    path = f"/en/applications/{application.reference}/{part}".rstrip("/")
    assert open_page(ravis, path).status == 403
    token = csrf_token(ravis.get("/en/act-for").data)
    fields = {"csrf_token": token, "on_behalf_of": str(asha.id)}
    posted = ravis.post(f"/en/applications/{application.reference}/withdraw", data=fields)
    moved = db.session.get(Application, application.id, populate_existing=True)
    may = "withdraw" in needs
    assert (posted.status_code, moved.state == "withdrawn") == (302 if may else 403, may)


def test_filling_in_alone_does_not_send(ravis, asha, ravi):
    acting(ravis, asha, ravi, terms(needs=("fill",)))
    page = review(ravis, asha)
    assert page.send(agree="yes").status == 403
    assert count(Application) == 0


@pytest.mark.promise("M22")
def test_an_ended_right_is_refused_at_once_and_nothing_changes(ravis, asha, ravi):
    row = acting(ravis, asha, ravi)
    page = review(ravis, asha)
    service.end(row.id, asha.id)
    db.session.commit()
    refused = page.send(agree="yes")
    assert (refused.status, ENDED in refused.words) == (403, True)
    assert count(Application) == 0
    assert open_page(ravis, "/en/applications").status == 403
    stop(ravis)
    assert open_page(ravis, "/en/applications").status == 200


def test_a_right_ends_by_the_clock(ravis, asha, ravi):
    row = accepted(asha, ravi, days=1)
    assert service.acting(row.id, ravi.id) is not None
    with time_machine.travel(clock.now() + timedelta(days=1, seconds=1)):
        assert service.acting(row.id, ravi.id) is None


def test_somebody_elses_right_cannot_be_chosen(nobodys, asha, ravi, nobody):
    row = accepted(asha, ravi)
    assert act_for(nobodys, row).status_code == 404
    assert "You act for" not in open_page(nobodys, "/en/applications").text


def test_a_form_that_was_opened_for_oneself_is_not_sent_for_another(ravis, asha, ravi):
    mine = review(ravis, ravi, LAND)
    acting(ravis, asha, ravi)
    refused = mine.send(agree="yes")
    assert (refused.status, "opened for another person" in refused.words) == (409, True)
    assert count(Application) == 0


def test_a_form_that_was_opened_for_another_is_not_sent_for_oneself(ravis, asha, ravi):
    acting(ravis, asha, ravi)
    theirs = open_page(ravis, START)
    stop(ravis)
    assert theirs.send().status == 409
    assert count(Draft) == 0


def test_the_choice_of_one_person_is_nothing_to_the_next_in_the_browser(revenue, asha, ravi):
    client = signed_in_client(revenue, ravi)
    acting(client, asha, ravi)
    assert "You act for Asha Devi." in open_page(client, "/en/applications").text
    row = db.session.scalars(select(service.Given)).one()
    assert service.acting(row.id, asha.id) is None


def test_an_officer_decides_on_nothing_that_they_helped_with(ravis, asha, ravi):
    acting(ravis, asha, ravi)
    review(ravis, asha).send(agree="yes")
    sent = db.session.scalars(select(Application)).one()
    as_officer = Author(Actor.OFFICER, f"person:{ravi.id}")
    with pytest.raises(HelpedWithIt):
        applications.receive(HERE, sent.reference, ProviderEvent(type="accept"), as_officer)


def test_a_correction_is_sent_by_the_helper_for_the_principal(ravis, ashas, asha, ravi):
    application = factories.asked(factories.sent(asha), "guardian")
    acting(ravis, asha, ravi)
    path = f"/en/applications/{application.reference}"
    open_page(ravis, f"{path}/answer").send(guardian="Sham Lal")
    told = open_page(ashas, path).words
    assert "Answered" in told
    assert "Done by Ravi Kumar for Asha Devi" in told
    assert "Answered by you" not in told


def test_the_area_is_that_of_the_first_address(asha):
    assert factories.sent(asha).area == factories.village().code


def test_the_department_is_told_by_whom_but_not_who(ravis, asha, ravi):
    acting(ravis, asha, ravi)
    review(ravis, asha).send(agree="yes")
    helped = db.session.scalars(select(Application)).one()
    own = factories.sent(asha, LAND)
    assert applications.disclosure(helped.id).submitted_by == "helper"
    assert applications.disclosure(own.id).submitted_by == "self"


def test_one_helper_is_not_told_who_else_helps(ravis, nobodys, asha, ravi, nobody):
    acting(ravis, asha, ravi)
    review(ravis, asha).send(agree="yes")
    sent = db.session.scalars(select(Application)).one()
    acting(nobodys, asha, nobody)
    told = open_page(nobodys, f"/en/applications/{sent.reference}").words
    assert "Ravi" not in told
    assert "Done by a helper (family) for the person" in told
