"""Drafts that were begun on an older version: what their person reads, and what is kept."""

import pytest
from sqlalchemy import select

from portal.applications import applying
from portal.applications.outdated import service
from portal.audit.models import AuditEntry
from portal.files.models import File
from portal.i18n import speaking
from portal.kernel.db import db
from portal.registry import Field
from portal.registry import service as registry
from tests.applications import factories
from tests.applications.factories import INCOME
from tests.applications.pages import open_page
from tests.applications.versions import newer, renamed, with_more, without, worded
from tests.registry.publishing_factories import words

START = f"/en/apply/revenue/{INCOME}"
SINCE = Field.date("since", words("Since when do you live there?"))
MOTHER = Field.name("mother", words("Your name once more"), prefill="profile.name")


@pytest.fixture
def course(person):
    """A draft with every answer, on the version of today."""
    return factories.draft_for(person)


def told(course):
    offer = registry.offered("revenue", INCOME)
    with speaking("en"):
        return service.report(course, offer)


def again(course):
    db.session.commit()
    db.session.expire_all()
    return applying.resume(course.draft.person_id, "revenue", INCOME)


def test_a_draft_on_the_version_of_today_is_not_outdated(course, mine):
    assert not course.is_outdated
    assert "changed since you began" not in open_page(mine, START).words


def test_a_new_question_and_one_that_is_gone_are_told_of(course):
    newer(lambda form: without(with_more(form, SINCE), "guardian"))
    report = told(again(course))
    assert "The question “Since when do you live there?” is new." in report.changes
    assert any("is gone" in sentence for sentence in report.changes)
    (gone,) = report.gone
    assert gone.words == course.answers["guardian"]
    assert report.anew == ()
    assert report.kept == len(course.answers) - 1


def test_questions_that_the_person_is_not_asked_are_not_told_of(course):
    """Who is salaried is asked for the employer; this person is not."""
    assert "employer" not in [one.name for one in course.asked.fields]
    newer(lambda form: worded(form, "employer", words("Who pays you?")))
    assert told(again(course)).changes == ()


def test_another_promise_is_told_of_and_another_summary_is_not(course):
    newer(promise=3, summary=words("Another summary."))
    (sentence,) = told(again(course)).changes
    assert "3 working days" in sentence


def test_what_fits_is_kept_and_what_does_not_is_let_go(course):
    newer(lambda form: without(renamed(form, "guardian", "parent"), "identity_proof"))
    before = again(course)
    service.take_over(before, registry.offered("revenue", INCOME))
    after = again(course)
    assert not after.is_outdated
    kept = dict(course.answers)
    del kept["guardian"], kept["identity_proof"]
    assert after.answers == kept
    assert after.draft.saves == before.draft.saves
    released = select(File.state).where(File.id == course.answers["identity_proof"]["file"])
    assert db.session.scalar(released) == "released"
    acts = db.session.scalars(select(AuditEntry.act).order_by(AuditEntry.number)).all()
    assert "draft.taken_over" in acts


def test_a_declaration_in_other_words_is_agreed_to_anew(course):
    newer(lambda form: worded(form, "true_statement", words("All of it is true, and I know it.")))
    assert [one.words for one in told(again(course)).anew] == ["Agreed"]
    service.take_over(again(course), registry.offered("revenue", INCOME))
    after = again(course)
    assert "true_statement" not in after.answers
    assert after.unfinished() is not None


def test_new_questions_are_filled_in_from_the_profile_and_old_ones_are_not(course, person):
    newer(lambda form: with_more(form, MOTHER))
    service.take_over(again(course), registry.offered("revenue", INCOME))
    after = again(course)
    assert (after.answers["mother"], "mother" in after.draft.sources) == ("Asha Devi", True)


def test_taking_over_twice_is_taking_over_once(course):
    newer(lambda form: with_more(form, MOTHER))
    first, second = again(course), again(course)
    offer = registry.offered("revenue", INCOME)
    service.take_over(first, offer)
    saves = again(course).draft.saves
    service.take_over(second, offer)
    assert again(course).draft.saves == saves


def test_the_pages_say_what_changed_and_lead_on(course, mine):
    newer(lambda form: without(with_more(form, SINCE), "guardian"))
    step = open_page(mine, f"{START}/you")
    assert "This service changed since you began" in step.words
    start = open_page(mine, START)
    assert "No longer asked" in start.words
    assert course.answers["guardian"] in start.words
    on = start.send()
    assert on.response.request.path == f"{START}/you"
    assert "since-day" in on.names
    assert "guardian" not in on.names
    assert "This service changed" not in on.words


def test_the_form_may_be_finished_as_it_was(course, mine):
    newer(lambda form: with_more(form, SINCE))
    start = open_page(mine, START)
    assert "Go on with the form as it was" in start.words
    review = start.send(take=None)
    assert review.response.request.path == f"{START}/review"
    assert "This service changed since you began" in review.words


def test_nobody_is_taken_to_a_version_that_they_did_not_read_of(course, mine):
    newer(lambda form: with_more(form, SINCE))
    start = open_page(mine, START)
    newer(lambda form: with_more(form, MOTHER))
    shown = start.send()
    assert shown.response.request.path == START
    assert "Your name once more" in shown.words
    assert again(course).is_outdated
