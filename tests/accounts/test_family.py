"""Guardians and their children: adding, seeing, a second guardian, ending, coming of age."""

from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import func, select

from portal.accounts import domain, service
from portal.accounts.children import service as children
from portal.accounts.contacts import service as contacts
from portal.accounts.family import service as family
from portal.accounts.family.domain import (
    Dependant,
    GuardianAlready,
    GuardianCodeUnfit,
    LastGuardian,
    NoChild,
    NoSuchChild,
    NotOfAge,
    Relation,
)
from portal.accounts.family.models import GuardianCode, Guardianship
from portal.accounts.joining import service as joining
from portal.accounts.leaving import service as leaving
from portal.accounts.recovery import service as recovery
from portal.audit.models import AuditEntry
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import TooMany
from portal.kernel.events import StoredEvent
from portal.post.models import Message
from tests.accounts import factories
from tests.accounts.factories import PASSWORD, signed_in_client, some_details
from tests.accounts.threads import at_once

BORN = date(2016, 3, 9)
NOW = "2026-06-01T06:00:00+00:00"


@pytest.fixture(autouse=True)
def _today():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def other(app):
    return factories.make_person(name="Ravi Kumar")


def add(guardian, relation=Relation.MOTHER, **changes):
    told = some_details(**{"name": "Simran Kaur", "birth_date": BORN, **changes})
    child = children.add(guardian.id, told, relation)
    db.session.commit()
    return child


def events(name):
    return db.session.scalars(select(StoredEvent.payload).where(StoredEvent.name == name)).all()


def acts_about(child):
    mine = select(AuditEntry.act, AuditEntry.actor).where(AuditEntry.subject_id == child)
    return db.session.execute(mine.order_by(AuditEntry.number)).all()


# --- Adding and seeing --------------------------------------------------------------------------


@pytest.mark.promise("M22")
def test_a_guardian_has_the_child_that_they_added(person):
    child = add(person)
    assert family.dependants_of(person.id) == (
        Dependant(child, "Simran Kaur", BORN, has_account=False, relation=Relation.MOTHER),
    )
    assert family.is_guardian(person.id, child)
    assert [(one.id, one.relation) for one in family.guardians_of(child)] == [
        (person.id, Relation.MOTHER)
    ]


def test_a_link_is_told_of_and_stands_in_the_audit_of_the_child(person):
    child = add(person)
    told = {"guardian_id": str(person.id), "dependant_id": str(child)}
    assert events("GuardianLinked") == [told]
    family.end(person.id, child)
    db.session.commit()
    assert events("GuardianEnded") == [told]
    assert acts_about(child) == [
        ("accounts.kept", str(person.id)),
        ("family.linked", str(person.id)),
        ("family.ended", str(person.id)),
    ]


@pytest.mark.promise("M22")
def test_nobody_else_has_the_child(person, other):
    child = add(person)
    assert family.dependants_of(other.id) == ()
    assert not family.is_guardian(other.id, child)
    assert not family.is_guardian(child, person.id)
    for act in (family.dependant, family.end, family.invite, children.joining_code):
        with pytest.raises(NoSuchChild):
            act(other.id, child)


def test_no_word_about_the_family_can_be_read_in_the_tables(person):
    add(person, Relation.GRANDPARENT)
    kept = db.session.scalars(select(Guardianship)).one()
    assert kept.relation is Relation.GRANDPARENT
    assert b"grandparent" not in bytes(kept.relation_sealed)


def test_many_children_take_as_many_queries_as_one(person, queries):
    def asked():
        db.session.remove()
        with queries() as told:
            found = family.dependants_of(person.id)
        return len(found), len(told)

    add(person)
    one = asked()
    add(person, name="Arjan")
    add(person, name="Meher")
    assert asked() == (3, one[1])


def test_grown_ups_are_not_added_as_children(person):
    with pytest.raises(NoChild):
        add(person, birth_date=date(2008, 6, 1))
    assert add(person, birth_date=date(2008, 6, 2))


def test_only_grown_ups_are_guardians(person):
    teen = add(person, birth_date=date(2010, 1, 1))
    with pytest.raises(NotOfAge):
        children.add(teen, some_details(birth_date=BORN), Relation.FATHER)
    code = family.invite(person.id, teen)
    with pytest.raises(NotOfAge):
        family.accept(teen, code, Relation.FATHER)


def test_nobody_adds_children_without_end(person):
    for number in range(12):
        add(person, name="Child " + "abcdefghijkl"[number])
    with pytest.raises(TooMany):
        add(person)


def test_a_pair_is_linked_once_however_often_it_is_tried_at_once(app, person, other):
    child = add(person)
    done = at_once(app, 5, lambda: family.link(other.id, child, Relation.FATHER))
    assert done.count(None) == 1
    assert sum(isinstance(one, GuardianAlready) for one in done) == 4
    assert len(family.guardians_of(child)) == 2


def test_nobody_is_their_own_guardian(person):
    with pytest.raises(Exception, match="not_oneself"):
        family.link(person.id, person.id, Relation.MOTHER)
    db.session.rollback()


# --- A second guardian --------------------------------------------------------------------------


@pytest.mark.promise("M22")
def test_another_guardian_joins_with_a_code(person, other):
    child = add(person)
    code = family.invite(person.id, child)
    db.session.commit()
    assert family.accept(other.id, code.lower().replace("-", " "), Relation.FATHER) == child
    db.session.commit()
    assert family.is_guardian(other.id, child)
    assert [one.name for one in family.guardians_of(child)] == [person.name, "Ravi Kumar"]


def test_a_child_with_an_account_is_told_of_a_new_guardian(person, other):
    child = add(person, birth_date=date(2011, 1, 1))
    code = children.joining_code(person.id, child)
    db.session.commit()
    told = some_details(name="Simran Kaur", birth_date=date(2011, 1, 1), mobile=None)
    joining.claim(code, told, PASSWORD, factories.ADDRESS)
    contacts.trust(child)
    before = db.session.scalar(select(func.count()).where(Message.subject_id == child))
    family.link(other.id, child, Relation.FATHER)
    db.session.commit()
    after = db.session.scalar(select(func.count()).where(Message.subject_id == child))
    assert after == before + 1


def test_the_code_works_once(app, person):
    child = add(person)
    code = family.invite(person.id, child)
    db.session.commit()
    people_ = iter([factories.make_person().id for _ in range(4)])
    done = at_once(app, 4, lambda: family.accept(next(people_), code, Relation.FATHER))
    assert done.count(child) == 1
    assert sum(isinstance(one, GuardianCodeUnfit) for one in done) == 3


def test_the_code_ends_after_a_week_and_is_swept(person, other):
    child = add(person)
    code = family.invite(person.id, child)
    db.session.commit()
    with time_machine.travel(clock.now() + timedelta(days=7, seconds=1), tick=False):
        with pytest.raises(GuardianCodeUnfit):
            family.accept(other.id, code, Relation.FATHER)
        service.sweep()
        db.session.commit()
    assert db.session.scalar(select(func.count()).select_from(GuardianCode)) == 0


def test_a_new_code_ends_the_one_before(person, other):
    child = add(person)
    first, second = family.invite(person.id, child), family.invite(person.id, child)
    db.session.commit()
    with pytest.raises(GuardianCodeUnfit):
        family.accept(other.id, first, Relation.FATHER)
    db.session.rollback()
    assert family.accept(other.id, second, Relation.FATHER) == child


def test_a_code_of_a_guardian_who_stopped_is_of_no_use(person, other):
    child = add(person)
    code = family.invite(person.id, child)
    family.end(person.id, child)
    db.session.commit()
    with pytest.raises(GuardianCodeUnfit):
        family.accept(other.id, code, Relation.FATHER)


@pytest.mark.parametrize("code", ["", "AAAA-BBBB-CCCC", "x" * 64, "’;--"])
def test_a_malformed_code_is_a_wrong_one_and_counts(person, code):
    for _ in range(10):
        with pytest.raises(GuardianCodeUnfit):
            family.accept(person.id, code, Relation.FATHER)
    with pytest.raises(TooMany):
        family.accept(person.id, code, Relation.FATHER)


# --- Ending -------------------------------------------------------------------------------------


@pytest.mark.promise("M22")
def test_whoever_stopped_is_refused_at_once(person):
    child = add(person)
    family.end(person.id, child)
    db.session.commit()
    assert not family.is_guardian(person.id, child)
    assert family.dependants_of(person.id) == ()
    with pytest.raises(NoSuchChild):
        children.joining_code(person.id, child)
    with pytest.raises(NoSuchChild):
        family.end(person.id, child)


@pytest.mark.promise("W12")
def test_a_child_with_an_account_keeps_one_guardian(app, person, other):
    child = add(person, birth_date=date(2011, 1, 1))
    code = children.joining_code(person.id, child)
    db.session.commit()
    told = some_details(name="Simran Kaur", birth_date=date(2011, 1, 1))
    assert joining.claim(code, told, PASSWORD, factories.ADDRESS) == child
    db.session.commit()
    with pytest.raises(LastGuardian):
        family.end(person.id, child)
    family.link(other.id, child, Relation.FATHER)
    db.session.commit()
    both = iter([person.id, other.id])
    done = at_once(app, 2, lambda: family.end(next(both), child))
    assert done.count(None) == 1
    assert sum(isinstance(one, LastGuardian) for one in done) == 1


def test_a_guardian_can_come_back_with_a_code(person, other):
    child = add(person)
    family.link(other.id, child, Relation.FATHER)
    family.end(person.id, child)
    db.session.commit()
    code = family.invite(other.id, child)
    assert family.accept(person.id, code, Relation.MOTHER) == child


def test_with_a_person_their_links_and_codes_go(person, other):
    child = add(person, birth_date=date(2011, 1, 1))
    children.joining_code(person.id, child)
    family.invite(person.id, child)
    theirs = add(other)
    leaving.remove(child)
    leaving.remove(other.id)
    db.session.commit()
    left = select(func.count()).select_from(Guardianship)
    assert db.session.scalar(left) == 0
    assert db.session.scalar(select(func.count()).select_from(GuardianCode)) == 0
    assert service.details(theirs)


# --- Coming of age ------------------------------------------------------------------------------


@pytest.mark.promise("W12")
@pytest.mark.promise("M22")
@pytest.mark.parametrize(
    ("born", "last", "first"),
    [
        (date(2010, 6, 15), date(2028, 6, 14), date(2028, 6, 15)),
        (date(2012, 2, 29), date(2030, 2, 28), date(2030, 3, 1)),
        (date(2010, 3, 1), date(2028, 2, 29), date(2028, 3, 1)),
        (date(2010, 1, 1), date(2027, 12, 31), date(2028, 1, 1)),
    ],
)
def test_a_guardians_rights_end_by_themselves_at_18(person, born, last, first):
    child = add(person, birth_date=born)
    assert domain.comes_of_age(born) == first
    assert domain.age(born, first) == 18
    assert domain.age(born, last) == 17
    for day, has_rights in ((last, True), (first, False)):
        with time_machine.travel(f"{day}T06:00:00+00:00", tick=False):
            assert family.is_guardian(person.id, child) is has_rights
            assert bool(family.dependants_of(person.id)) is has_rights
            assert bool(family.guardians_of(child)) is has_rights


def test_the_day_is_that_of_the_country(person):
    child = add(person, birth_date=date(2010, 6, 15))
    with time_machine.travel("2028-06-14T18:29:00+00:00", tick=False):
        assert family.is_guardian(person.id, child)
    with time_machine.travel("2028-06-14T18:31:00+00:00", tick=False):
        assert not family.is_guardian(person.id, child)


# --- Pages --------------------------------------------------------------------------------------

FILLED = {"name": "Simran Kaur", "birth_date": BORN.isoformat(), "relation": "mother"}
DECLARED = {"declared": "yes"}


@pytest.mark.promise("M22")
def test_a_guardian_adds_a_child_on_the_page(app, person):
    client = signed_in_client(app, person)
    assert "You added no child yet" in client.get("/en/account/family").text
    sent = factories.send(client, "/en/account/family/add", **FILLED, **DECLARED)
    assert sent.status_code == 302
    child = family.dependants_of(person.id)[0]
    assert sent.location.endswith(f"/en/account/family/{child.id}")
    page = client.get(sent.location).text
    assert "Simran Kaur" in page
    assert "9 March 2034" in page
    assert "Make a joining code" not in page
    assert "Simran Kaur" in client.get("/en/account/family").text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"birth_date": "2090-01-01"}, "Enter the date of birth"),
        ({"birth_date": "1890-01-01"}, "year with four digits"),
        ({"birth_date": "2001-01-01"}, "Here you add children under 18"),
        ({"relation": "uncle"}, "Choose"),
        ({"declared": ""}, "Tick the box"),
        ({"name": ""}, "Enter the name"),
    ],
)
def test_what_is_not_right_comes_back_with_a_reason(app, person, changes, said):
    client = signed_in_client(app, person)
    back = factories.send(client, "/en/account/family/add", **{**FILLED, **DECLARED, **changes})
    assert back.status_code == 422
    assert said in back.text
    assert family.dependants_of(person.id) == ()


@pytest.mark.parametrize("path", ["", "/end", "/code"])
def test_the_child_of_somebody_else_is_not_there(app, person, other, path):
    child = add(person)
    client = signed_in_client(app, other)
    assert client.get(f"/en/account/family/{child}{path}").status_code == 404


@pytest.mark.parametrize("path", ["joining-code", "guardian-code", "end"])
def test_nothing_can_be_done_to_the_child_of_somebody_else(app, person, other, path):
    child = add(person, birth_date=date(2011, 1, 1))
    client = signed_in_client(app, other)
    token = factories.csrf_token(client.get("/en/account/family/add").data)
    sent = client.post(f"/en/account/family/{child}/{path}", data={"csrf_token": token})
    assert sent.status_code == 404
    assert family.is_guardian(person.id, child)


def test_a_joining_code_is_shown_once(app, person):
    child = add(person, birth_date=date(2011, 1, 1))
    client = signed_in_client(app, person)
    here = f"/en/account/family/{child}"
    token = factories.csrf_token(client.get(here).data)
    sent = client.post(f"{here}/joining-code", data={"csrf_token": token})
    assert sent.location.endswith(f"{here}/code")
    assert "It is shown only now" in client.get(f"{here}/code").text
    assert client.get(f"{here}/code").status_code == 302


def test_a_second_guardian_types_the_code_on_the_page(app, person, other):
    child = add(person)
    code = family.invite(person.id, child)
    db.session.commit()
    client = signed_in_client(app, other)
    wrong = factories.send(
        client, "/en/account/family/join", code="AAAA", relation="father", **DECLARED
    )
    assert wrong.status_code == 422
    assert "This code does not work" in wrong.text
    right = factories.send(
        client, "/en/account/family/join", code=code, relation="father", **DECLARED
    )
    assert right.location.endswith(f"/en/account/family/{child}")
    ended = factories.send(client, f"/en/account/family/{child}/end")
    assert ended.location.endswith("/en/account/family")
    assert client.get(f"/en/account/family/{child}").status_code == 404


def test_somebody_under_18_sees_their_guardians_and_adds_nobody(app, person):
    child = add(person, birth_date=date(2011, 1, 1))
    code = children.joining_code(person.id, child)
    db.session.commit()
    told = some_details(name="Simran Kaur", birth_date=date(2011, 1, 1))
    joining.claim(code, told, PASSWORD, factories.ADDRESS)
    secret = factories.waiting_secret(child)
    service.confirm_app(child, factories.code_at(secret, factories.step_now()))
    db.session.commit()
    someone = factories.Someone(child, "Simran Kaur", None, None, PASSWORD, secret, ())
    page = signed_in_client(app, someone).get("/en/account/family").text
    assert "Your guardians" in page
    assert person.name in page
    assert "Add a child" not in page
    assert family.dependants_of(person.id)[0].has_account


def test_a_factor_is_asked_for_again_before_a_code_is_made(app, person):
    child = add(person, birth_date=date(2011, 1, 1))
    client = signed_in_client(app, person)
    token = factories.csrf_token(client.get(f"/en/account/family/{child}").data)
    with time_machine.travel(clock.now() + timedelta(minutes=6), tick=False):
        sent = client.post(f"/en/account/family/{child}/joining-code", data={"csrf_token": token})
    assert "/account/confirm" in sent.location


# --- What a thief did ---------------------------------------------------------------------------


def test_a_code_that_does_not_fit_is_recorded(app, person):
    client = signed_in_client(app, person)
    told = {"code": "ABCDEFGHJKMN", "relation": "father", "declared": "yes"}
    assert factories.send(client, "/en/account/family/join", **told).status_code == 422
    db.session.rollback()
    assert ("family.code_refused", str(person.id)) in acts_about(person.id)


def test_this_was_not_me_takes_codes_and_new_guardians_away(person, other):
    child, later = add(person), add(person, name="Mani Kaur")
    old = family.accept(other.id, family.invite(person.id, child), Relation.FATHER)
    db.session.commit()
    with time_machine.travel("2026-06-03T06:00:00+00:00"):
        since = clock.now()
        family.accept(other.id, family.invite(person.id, later), Relation.FATHER)
        code = family.invite(person.id, child)
        db.session.commit()
        recovery.secure(person.id, since=since, why="new_device")
        db.session.commit()
        assert [one.id for one in family.dependants_of(other.id)] == [old]
        assert len(family.dependants_of(person.id)) == 2
        with pytest.raises(GuardianCodeUnfit):
            family.accept(factories.make_person().id, code, Relation.FATHER)


def test_this_was_not_me_takes_joining_codes_away(person, app):
    child = add(person, birth_date=date(2011, 3, 9))
    code = children.joining_code(person.id, child)
    db.session.commit()
    recovery.secure(person.id, since=None, why="new_device")
    db.session.commit()
    told = some_details(name="Simran Kaur", birth_date=date(2011, 3, 9))
    assert joining.claim(code, told, PASSWORD, factories.ADDRESS) is None
