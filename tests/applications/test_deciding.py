"""Decisions of two officers, and acts on many cases at once."""

import threading

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from portal.applications import domain, service
from portal.applications.deciding import service as deciding
from portal.applications.domain import ProviderEvent
from portal.applications.work import service as work
from portal.applications.work.models import CaseProposal
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from tests.applications.workflows import (
    act,
    an_officer,
    at_the_head,
    department,
    reach,
    sent,
    wants,
)


@pytest.fixture
def office(revenue):
    department()


@pytest.fixture
def first(office):
    return an_officer("head", name="Head Rana")


@pytest.fixture
def second(office):
    return an_officer("head", name="Head Brar")


@pytest.fixture
def case(office, person):
    return at_the_head(sent(person), an_officer("clerk"), an_officer("surveyor"))


def fresh(case):
    db.session.expire_all()
    return service.by_id(case.id)


def settle(case, officer, how, *more):
    done = getattr(deciding, how)(reach("head"), case.reference, officer.id, *more)
    db.session.commit()
    return done


def test_what_two_decide_waits_until_another_one_confirms_it(case, first, second):
    proposed = wants(case, first, "approve", "head", message={"en": "All is right."})
    assert isinstance(proposed, CaseProposal)
    assert fresh(case).state == "in_progress"
    assert settle(case, second, "confirm").state == "approved"
    entry = service.timeline(fresh(case))[-1]
    assert entry.actor_id == f"person:{second.id}"
    assert entry.fields["proposed_by"] == f"person:{first.id}"
    assert entry.words["message"] == {"en": "All is right."}


def test_nobody_confirms_what_they_proposed(case, first):
    wants(case, first, "approve", "head")
    with pytest.raises(deciding.SameOfficer):
        settle(case, first, "confirm")
    db.session.rollback()
    assert fresh(case).state == "in_progress"


def test_not_even_by_the_database(case, first):
    wants(case, first, "approve", "head")
    same = "UPDATE case_proposals SET decided_by = proposed_by, decided_at = now()"
    with pytest.raises(IntegrityError):
        db.session.execute(text(same))


def test_it_is_given_back_with_a_reason_and_can_be_proposed_again(case, first, second):
    wants(case, first, "approve", "head")
    with pytest.raises(work.EmptyNote):
        settle(case, second, "give_back", " ")
    db.session.rollback()
    settle(case, second, "give_back", "The slip is missing.")
    assert [one.answer for one in deciding.given_back(fresh(case))] == ["The slip is missing."]
    assert deciding.waiting(fresh(case)) is None
    wants(case, first, "approve", "head")
    with pytest.raises(deciding.AlreadyProposed):
        wants(case, first, "approve", "head")


def test_while_a_decision_waits_nothing_else_moves_the_case(case, first, second):
    wants(case, first, "approve", "head")
    with pytest.raises(deciding.AlreadyProposed):
        wants(case, second, "refuse", "head", reason_code="too-much")
    db.session.rollback()
    assert wants(case, second, "note", "head", message={"en": "We look at it."})


def test_nobody_accepts_a_case_twice(office, person):
    clerk, case = an_officer("clerk"), sent(person)
    act(case, clerk, "accept", "clerk")
    with pytest.raises(domain.MoveNotAllowed):
        act(case, clerk, "accept", "clerk")


def test_whoever_proposed_it_can_take_it_back(case, first, second):
    wants(case, first, "approve", "head")
    with pytest.raises(deciding.NothingProposed):
        settle(case, second, "take_back")
    db.session.rollback()
    settle(case, first, "take_back")
    with pytest.raises(deciding.NothingProposed):
        settle(case, second, "confirm")


def test_what_happened_since_it_was_proposed_is_looked_at_first(case, first, second):
    wants(case, first, "approve", "head")
    act(case, first, "note", "head", message={"en": "One more thing."})
    with pytest.raises(domain.SeenBefore):
        settle(case, second, "confirm")
    db.session.rollback()
    assert fresh(case).state == "in_progress"


def test_what_would_be_refused_is_said_to_the_one_who_proposes_it(case, second):
    surveyor = an_officer("surveyor")
    with pytest.raises(domain.NotYourPost):
        wants(case, surveyor, "approve", "surveyor")
    db.session.rollback()
    assert deciding.waiting(fresh(case)) is None


def test_what_one_decides_takes_effect_at_once(case, first):
    assert wants(case, first, "refuse", "head", reason_code="too-much").state == "refused"


def test_two_who_decide_in_the_same_moment_make_one_decision(app, case, first, second):
    work.release(case, fresh(case).officer_id)
    db.session.commit()
    told, both = [], threading.Barrier(2)

    def decide(officer):
        with app.app_context():
            both.wait()
            try:
                act(case, officer, "refuse", "head", reason_code="too-much")
                told.append("refused")
            except DomainError:
                db.session.rollback()
                told.append("too late")

    officers = [threading.Thread(target=decide, args=(one,)) for one in (first, second)]
    for one in officers:
        one.start()
    for one in officers:
        one.join()
    assert sorted(told) == ["refused", "too late"]
    assert [one.act for one in service.timeline(fresh(case))].count("refuse") == 1


# --- Many at once -------------------------------------------------------------------------------


@pytest.fixture
def several(office, person):
    return [sent(person) for _ in range(3)]


def outcomes(how, cases, kind, post="clerk", **more):
    officer = an_officer(post)
    made = how(
        reach(post), [one.reference for one in cases], ProviderEvent(kind, **more), officer.id
    )
    db.session.commit()
    return made


def test_a_look_ahead_says_what_would_happen_and_changes_nothing(several):
    work.claim(several[0], an_officer("clerk").id, reach("clerk"))
    db.session.commit()
    told = outcomes(deciding.preview, several, "accept")
    assert [type(one.refusal) for one in told] == [domain.HeldByAnother, type(None), type(None)]
    assert [one.after for one in told] == ["submitted", "in_progress", "in_progress"]
    assert {fresh(one).state for one in several} == {"submitted"}
    assert {fresh(one).entries for one in several} == {1}


def test_each_is_done_alone_and_a_refusal_leaves_the_others(several):
    act(several[1], an_officer("clerk"), "refuse", "clerk", reason_code="elsewhere")
    told = outcomes(deciding.tell_all, several, "refuse", reason_code="too-much")
    assert [one.refusal is None for one in told] == [True, False, True]
    assert {fresh(one).state for one in several} == {"refused"}
    reasons = [service.timeline(fresh(one))[-1].fields["reason"] for one in several]
    assert reasons == ["too-much", "elsewhere", "too-much"]


def test_where_two_decide_many_are_proposed(office, person):
    clerk, surveyor = an_officer("clerk"), an_officer("surveyor")
    cases = [at_the_head(sent(person), clerk, surveyor) for _ in range(2)]
    told = outcomes(deciding.tell_all, cases, "approve", "head")
    assert [one.proposed for one in told] == [True, True]
    assert all(deciding.waiting(fresh(one)) for one in cases)


def test_none_too_many_and_strange_ones_are_said(several):
    with pytest.raises(deciding.TooMany):
        outcomes(deciding.preview, [], "accept")
    (strange,) = deciding.preview(
        reach("clerk"), ["PB-0000-0000"], ProviderEvent("accept"), an_officer("clerk").id
    )
    assert isinstance(strange.refusal, service.NoSuchApplication)
