"""Cases that may be about the same thing: who is shown which, and that nothing is decided by it."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select, text

from portal.accounts.domain import Scope
from portal.accounts.events import PersonRemoved
from portal.applications import domain as cases
from portal.applications import service
from portal.applications.alike import domain
from portal.applications.alike import service as alike
from portal.applications.alike.models import CaseMark
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.events import publish
from tests.accounts.factories import make_person
from tests.applications.factories import AADHAAR, HERE, LAND, asked, sent, told
from tests.applications.pages import open_page
from tests.registry import publishing_factories as publishing

OTHER = "499118665246"


def found(case, reach=HERE):
    db.session.expire_all()
    rows = alike.of(service.by_id(case.id), reach)
    return [(one.row.id, one.questions, one.is_persons) for one in rows]


def test_the_same_number_of_identity_is_found_whoever_sent_it(person, stranger):
    first, second = sent(person), sent(stranger)
    assert found(second) == [(first.id, ("aadhaar",), False)]
    assert found(first) == [(second.id, ("aadhaar",), False)]


def test_cases_of_the_same_person_are_found_without_any_number(person):
    first = sent(person, aadhaar=OTHER)
    assert found(sent(person)) == [(first.id, (), True)]


def test_another_number_of_another_person_is_not_alike(person, stranger):
    sent(person)
    assert found(sent(stranger, aadhaar=OTHER)) == []


def test_cases_of_other_services_are_not_alike(person):
    sent(person, LAND)
    assert found(sent(person)) == []


def test_what_was_decided_long_ago_is_not_shown_any_more(person):
    with time_machine.travel(clock.now() - domain.LATELY - timedelta(days=2), tick=True):
        told(sent(person), "refuse", reason={"en": "Too much income."})
    lately = told(sent(person), "refuse", reason={"en": "Too much income."})
    assert [one[0] for one in found(sent(person))] == [lately.id]


def test_what_is_still_open_is_shown_however_old(person):
    with time_machine.travel(clock.now() - domain.LATELY - timedelta(days=2), tick=True):
        old = sent(person)
    assert [one[0] for one in found(sent(person))] == [old.id]


def test_a_correction_changes_what_a_case_is_like(person, stranger):
    first, second = sent(person), sent(stranger, aadhaar=OTHER)
    asked(second, "aadhaar")
    service.answer(stranger.id, second.reference, {"aadhaar": AADHAAR})
    db.session.commit()
    assert found(first) == [(second.id, ("aadhaar",), False)]


@pytest.mark.parametrize(
    "reach", [frozenset({"municipal"}), frozenset({Scope("revenue", area="elsewhere")})]
)
def test_officers_who_do_not_reach_a_case_are_not_shown_it(person, reach):
    sent(person)
    assert found(sent(person), reach) == []


def test_hashes_tell_nothing_and_lead_to_no_other_service(person, stranger):
    sent(person), sent(stranger)
    kept = db.session.scalars(select(CaseMark.hash)).all()
    assert len(kept) == 2
    assert len(set(kept)) == 1
    assert AADHAAR.encode() not in kept[0]


def test_who_leaves_leaves_no_mark(person, stranger):
    first, second = sent(person), sent(stranger)
    publish(PersonRemoved(person.id))
    db.session.commit()
    assert db.session.scalars(select(CaseMark.application_id)).all() == [second.id]
    assert found(second) == []
    assert first.id != second.id


def test_declared_questions_take_the_place_of_numbers_of_identity():
    declared = publishing.a_service(alike_by=("applicant",))
    assert domain.names(declared) == ("applicant",)
    assert list(domain.marks(declared, {"applicant": " Asha   Devi "})) == [
        ("applicant", "Asha Devi")
    ]
    assert list(domain.marks(declared, {"applicant": ""})) == []
    assert domain.names(publishing.a_service(alike_by=())) == ()


def test_it_costs_as_much_with_many_cases_as_with_few(person, stranger, queries):
    case = sent(person)
    sent(stranger)
    with queries() as few:
        assert len(alike.of(case, HERE)) == 1
    for number in range(4):
        sent(make_person(name=f"Person {number}"))
    with queries() as many:
        assert len(alike.of(case, HERE)) == 5
    assert len(many) == len(few)
    db.session.execute(text("SET LOCAL enable_seqscan = off"))
    plan = (
        db.session.execute(
            text(
                "EXPLAIN SELECT application_id FROM case_marks WHERE hash = '\\x00'"
                " ORDER BY application_id DESC LIMIT 50"
            )
        )
        .scalars()
        .all()
    )
    assert any("ix_case_marks_hash" in line for line in plan)


@pytest.mark.promise("P8")
def test_the_officer_reads_what_is_alike_and_decides_all_the_same(desk, person, stranger):
    first, second = sent(person), sent(stranger)
    page = open_page(desk, f"/en/desk/{second.reference}")
    assert "Cases that may be the same" in page.words
    assert page.links(f"/desk/{first.reference}")
    assert "Look before you decide." in page.words
    assert told(second, "approve").state == cases.State.APPROVED


def test_a_case_like_no_other_shows_no_list(desk, person):
    words = open_page(desk, f"/en/desk/{sent(person).reference}").words
    assert "Cases that may be the same" not in words
