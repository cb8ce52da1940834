"""Running applications go on under the newest version, by an explicit map, and lose nothing."""

import pytest
from sqlalchemy import select

from portal.applications.models import Application
from portal.applications.moving import domain, service
from portal.applications.moving.domain import MapUnfit, MapUnreadable
from portal.audit.models import AuditEntry
from portal.kernel.db import db
from portal.registry import service as registry
from portal.registry.contract import Check
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.applications.factories import INCOME, sent, told
from tests.applications.versions import newer, renamed
from tests.jobs import run_jobs
from tests.registry import publishing_factories as publishing
from tests.registry.publishing_factories import MEERA

PAGE = f"/en/admin/running/revenue/{INCOME}"


@pytest.fixture
def before(person):
    """An application that was sent under the version of today."""
    return now(sent(person).reference)


def moved(old, new, names):
    service.begin(old, new, names, MEERA)
    db.session.commit()
    run_jobs()


def now(reference):
    db.session.rollback()
    return db.session.scalars(select(Application).filter_by(reference=reference)).one()


def test_a_renamed_question_keeps_its_answer(before, person):
    new = newer(lambda form: renamed(form, "guardian", "parent"))
    moved(before.version_id, new, {"guardian": "parent"})
    after = now(before.reference)
    assert after.version_id == new
    answers = dict(before.answers)
    assert after.answers["parent"] == answers.pop("guardian")
    assert {name: after.answers[name] for name in answers} == answers
    assert (after.state, after.due_on) == (before.state, before.due_on)


def test_the_person_reads_that_it_was_moved_and_the_record_who_did_it(before, person, mine):
    new = newer(lambda form: renamed(form, "guardian", "parent"))
    moved(before.version_id, new, {"guardian": "parent"})
    assert "Goes on under a newer version" in mine.get(f"/en/applications/{before.reference}").text
    acts = select(AuditEntry.act, AuditEntry.actor).order_by(AuditEntry.number)
    assert ("applications.move", str(MEERA)) in db.session.execute(acts).all()
    assert ("application.move", f"person:{MEERA}") in db.session.execute(acts).all()


@pytest.mark.parametrize(
    ("names", "reason"),
    [
        ({}, "lost guardian"),
        ({"guardian": None}, "missing parent"),
        ({"guardian": "family_income", "family_income": None}, "kind family_income"),
    ],
)
def test_what_would_lose_or_lack_an_answer_stays_and_says_why(before, names, reason):
    new = newer(lambda form: renamed(form, "guardian", "parent"))
    outcome = service.rehearse(before.version_id, new, names)
    assert (outcome.fit, outcome.stay) == (0, 1)
    assert reason in outcome.reasons
    moved(before.version_id, new, names)
    assert now(before.reference).version_id == before.version_id


def test_an_answer_is_left_out_only_when_the_map_says_so(before):
    new = newer(lambda form: renamed(form, "guardian", "parent", required=False))
    assert service.rehearse(before.version_id, new, {}).fit == 0
    assert service.rehearse(before.version_id, new, {"guardian": None}).fit == 1


def test_an_answer_that_the_new_form_refuses_stays(before):
    check = Check("members > 10", publishing.words("More than ten."))
    new = newer(lambda form: renamed(form, "members", "members", valid=check))
    assert service.rehearse(before.version_id, new, {}).reasons == {"unfit members": 1}


def test_what_has_ended_is_not_moved(before):
    told(before, "refuse", reason={"en": "No."})
    new = newer(lambda form: renamed(form, "guardian", "parent"))
    moved(before.version_id, new, {"guardian": "parent"})
    assert now(before.reference).version_id == before.version_id


def test_more_than_a_batch_is_moved_and_what_stays_holds_nothing_up(revenue, person, monkeypatch):
    monkeypatch.setattr(service, "AT_A_TIME", 2)
    others = [make_person(name=f"Asha {number}") for number in range(4)]
    first = [sent(one) for one in (person, *others)]
    row = now(first[1].reference)
    row.answers = {name: one for name, one in row.answers.items() if name != "guardian"}
    db.session.commit()
    old = first[0].version_id
    new = newer(lambda form: renamed(form, "guardian", "parent"))
    moved(old, new, {"guardian": "parent"})
    assert [one.count for one in service.running("revenue", INCOME)] == [4, 1]


@pytest.mark.parametrize("text", ["guardian", "-> parent", "guardian ->", "a -> b\na -> c", "a b"])
def test_a_line_that_cannot_be_read_is_named(text):
    with pytest.raises(MapUnreadable, match=r"Line \d"):
        domain.read(text)


def test_a_map_names_questions_that_there_are(before):
    new = newer(lambda form: renamed(form, "guardian", "parent"))
    for names in ({"gardian": "parent"}, {"guardian": "parents"}):
        with pytest.raises(MapUnfit):
            service.rehearse(before.version_id, new, names)


def test_a_version_of_another_service_is_none(before):
    (land,) = [one for one in registry.catalogue_rows() if one.service != INCOME]
    for other in (before.version_id, land.version_id):
        with pytest.raises(service.SameService):
            service.rehearse(before.version_id, other, {})


def test_a_clerk_tries_and_then_moves(app, before):
    new = newer(lambda form: renamed(form, "guardian", "parent"))
    clerk = signed_in_client(app, make_person(role="admin"))
    assert f"revenue/{INCOME}" in clerk.get("/en/admin/running").text
    told_ = {"from": str(before.version_id), "names": "guardian -> parent"}
    tried = press(clerk, act="try", **told_)
    assert "<dt>Would be moved</dt><dd>1</dd>" in tried.text
    assert press(clerk, act="try", **told_ | {"names": ""}).text.count("that the map does not name")
    assert press(clerk, act="try", **told_ | {"names": "guardian"}).status_code == 422
    assert press(clerk, act="try", **told_ | {"from": str(new)}).status_code == 422
    assert press(clerk, act="move", **told_).status_code == 302
    run_jobs()
    assert now(before.reference).version_id == new
    assert "All running applications" in clerk.get(PAGE).text


def press(clerk, **fields):
    token = csrf_token(clerk.get(PAGE).data)
    return clerk.post(PAGE, data={"csrf_token": token} | fields)
