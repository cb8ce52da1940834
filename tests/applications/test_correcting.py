"""Answers that people correct by themselves, until somebody decides on them."""

import pytest

from portal.applications import domain as cases
from portal.applications import service
from portal.applications.correcting import domain
from portal.applications.correcting import service as correcting
from portal.applications.domain import Actor, Author, ProviderEvent
from portal.applications.records import service as records
from portal.applications.work import service as work
from portal.kernel.db import db
from tests.accounts.threads import at_once
from tests.applications import factories
from tests.applications.factories import HERE, LAND, told
from tests.applications.pages import open_page


def corrects(application, seen=None, **answers):
    whole = {**application.answers, **answers}
    done = correcting.correct(
        application.person_id, application.reference, whole, seen or application.entries
    )
    db.session.commit()
    return done


def names(application):
    return {one.name for one in correcting.questions(application)}


def fresh(application):
    db.session.expire_all()
    return service.by_id(application.id)


def page_of(client, application):
    return open_page(client, f"/en/applications/{application.reference}/correct")


def test_an_answer_is_corrected_and_the_officer_sees_what_it_was(application):
    moved = corrects(application, guardian="Ram Lal Singh")
    assert (moved.state, moved.answers["guardian"]) == ("submitted", "Ram Lal Singh")
    assert records.changed(moved) == {"guardian": "Ram Lal"}
    last = service.timeline(moved)[-1]
    assert (last.act, last.fields["names"]) == ("correct", ["guardian"])


def test_what_is_the_same_changes_nothing(application):
    before = application.entries
    assert corrects(application, guardian="Ram Lal").entries == before


def test_once_an_officer_has_it_nothing_is_corrected(application, officer):
    work.claim(application, officer.id, HERE)
    db.session.commit()
    assert names(application) == set()
    with pytest.raises(domain.NothingToCorrect):
        corrects(application, guardian="Ram Lal Singh")


@pytest.mark.parametrize("act", ["accept", "approve"])
def test_once_it_is_worked_on_nothing_is_corrected(application, act):
    moved = told(application, act)
    assert names(moved) == set()
    with pytest.raises(domain.NothingToCorrect):
        corrects(moved, guardian="Ram Lal Singh")


def test_a_page_that_is_old_is_refused_and_says_so(application):
    seen = application.entries
    told(application, "note", message={"en": "We have begun."})
    with pytest.raises(domain.MovedOn):
        corrects(fresh(application), seen=seen, guardian="Ram Lal Singh")


def test_answers_that_decide_the_fee_are_not_offered_nor_taken(person):
    application = factories.sent(person, LAND)
    assert {"pages", "certified"}.isdisjoint(names(application))
    kept = corrects(application, pages=9)
    assert kept.answers["pages"] == 3


def test_an_officer_who_decides_and_a_person_who_corrects_at_once_do_not_lose_anything(
    app, application, officer
):
    seen, whole = application.entries, {**application.answers, "guardian": "New"}
    turns = iter(["person", "officer"])

    def press():
        mine = next(turns)
        try:
            if mine == "person":
                correcting.correct(application.person_id, application.reference, whole, seen)
            else:
                event = ProviderEvent(type="approve", seen=seen)
                author = Author(Actor.OFFICER, f"person:{officer.id}")
                service.receive(HERE, application.reference, event, author)
            db.session.commit()
        except (domain.MovedOn, cases.SeenBefore):
            db.session.rollback()
            return None
        return mine

    done = [one for one in at_once(app, 2, press) if one]
    assert len(done) == 1
    now = fresh(application)
    assert (now.state, now.answers["guardian"]) == (
        ("submitted", "New") if done == ["person"] else ("approved", "Ram Lal")
    )


# --- The page -----------------------------------------------------------------------------------


def test_the_person_corrects_on_a_page(mine, desk, application):
    shown = open_page(mine, f"/en/applications/{application.reference}")
    assert shown.links("/correct")
    page = page_of(mine, application)
    assert page.controls["guardian"] == ["Ram Lal"]
    after = page.send(guardian="Ram Lal Singh")
    assert "Your correction is sent to the provider." in after.words
    assert "Corrected by you" in after.words
    words = open_page(desk, f"/en/desk/{application.reference}").words
    assert "Corrected by the person" in words
    assert "Ram Lal Singh" in words


def test_a_wrong_answer_is_refused_at_its_question(mine, application):
    page = page_of(mine, application).send(guardian="")
    assert page.status == 422
    assert page.errors
    assert fresh(application).answers["guardian"] == "Ram Lal"


def test_when_the_officer_was_first_the_person_is_told_and_keeps_what_they_typed(mine, application):
    page = page_of(mine, application)
    told(application, "note", message={"en": "We have begun."})
    after = page.send(guardian="Ram Lal Singh")
    assert after.status == 409
    assert "The provider did something after you opened this page." in after.words
    assert page_of(mine, application).controls["guardian"] == ["Ram Lal Singh"]


def test_nobody_else_corrects(theirs, application):
    assert page_of(theirs, application).status == 404


def test_what_somebody_declared_is_not_corrected(application):
    assert "true_statement" not in names(application)
