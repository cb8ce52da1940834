"""The checks on the page of a case: what really was looked into, in words, and what was not."""

from datetime import timedelta
from uuid import uuid4

import time_machine

from portal.applications import service
from portal.applications.checking import panels
from portal.applications.checking import service as checking
from portal.applications.checking.models import DraftCheck
from portal.applications.jobs import forget_checks
from portal.documents import service as documents
from portal.files import service as files
from portal.i18n import speaking
from portal.kernel import clock
from portal.kernel.db import db
from portal.profile import service as profile
from portal.profile.domain import Source
from tests.applications.factories import LAND, a_file, asked, sent, told
from tests.applications.pages import open_page
from tests.registry.publishing_factories import words

STATE_ID = Source("state-id", words("State ID"))
VOUCHED = "Answers that another office vouches for"


def checks(case):
    """Title -> state and notes."""
    db.session.expire_all()
    case = service.by_id(case.id)
    with speaking("en"):
        found = panels.of(case, service.shared(case), service.papers(case))
    return {one.title: (one.words, one.notes) for one in found}


def test_a_complete_case_is_complete_and_its_files_are_what_they_say(person):
    found = checks(sent(person))
    assert found["All questions are answered, and fit"] == ("passed", ())
    assert found["2 files are of the kind that was asked for"] == ("passed", ())


def test_what_is_missing_by_the_form_of_today_is_named(person):
    case = sent(person)
    case.answers = {name: one for name, one in case.answers.items() if name != "born"}
    db.session.commit()
    state, notes = checks(case)["All questions are answered, and fit"]
    assert (state, notes) == ("to be looked at", ("No answer: Date of birth",))


def test_a_fee_that_is_not_paid_is_to_be_looked_at(person):
    state, notes = checks(sent(person, LAND))["The fee is paid"]
    assert (state, len(notes)) == ("to be looked at", 1)


def test_an_answer_that_another_office_vouches_for_says_who_and_when(person):
    profile.verify(person.id, {"name": "Asha Devi"}, STATE_ID)
    db.session.commit()
    state, (note,) = checks(sent(person))[VOUCHED]
    assert state == "passed"
    assert "Your full name: your profile, verified by State ID" in note


def test_what_the_person_corrected_is_vouched_for_no_more(person):
    profile.verify(person.id, {"name": "Asha Devi"}, STATE_ID)
    db.session.commit()
    case = asked(sent(person), "applicant")
    service.answer(person.id, case.reference, {"applicant": "Asha Rani"})
    db.session.commit()
    assert VOUCHED not in checks(case)


def test_a_paper_of_ours_is_known_again_and_so_is_its_end(person):
    case = sent(person)
    for act in ("accept", "approve", "issue"):
        told(case, act)
    (given,) = service.issued(case)
    content = b"".join(files.open_file(given.file_id))
    enclosed = a_file(person.id, "certificate.pdf", content)
    found = checks(sent(person, residence_proof=enclosed))
    (title,) = [one for one, (_, notes) in found.items() if "issued here, and good" in notes]
    documents.revoke(given.paper_id, {"en": "Wrong name."})
    db.session.commit()
    state, notes = checks(sent(person, residence_proof=a_file(person.id, "c.pdf", content)))[title]
    assert (state, notes[0]) == ("to be looked at", "issued here, but revoked")


def test_the_page_of_a_case_shows_them(desk, person):
    page = open_page(desk, f"/en/desk/{sent(person).reference}").words
    assert "Checks" in page
    assert "All questions are answered, and fit passed" in page
    assert "They help you to look. You decide." in page


def test_what_was_said_of_a_draft_goes_with_it_and_that_of_an_application_stays(person):
    case, left = sent(person), uuid4()
    for draft in (case.submission, left):
        checking.looked_into(draft, checking.PASSED)
    db.session.commit()
    forget_checks()
    assert db.session.get(DraftCheck, left)
    with time_machine.travel(clock.now() + timedelta(days=91), tick=False):
        forget_checks()
    db.session.expire_all()
    assert db.session.get(DraftCheck, left) is None
    assert checking.said(case).outcome == checking.PASSED
