"""Roles are changed by two people, and an emergency opens cases for an hour."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from portal.accounts import domain, service
from portal.accounts.commands import people as commands
from portal.accounts.domain import CHANGE_LASTS, EMERGENCY_LASTS, Grant, Role, Scope
from portal.accounts.roles import service as roles
from portal.accounts.roles.models import RoleChange
from portal.accounts.sessions import service as sessions
from portal.accounts.staff import service as staff
from portal.accounts.staff.domain import ChangeEnded, ReasonNeeded, SamePerson
from portal.audit.models import AuditEntry
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import Refused
from tests.accounts import factories
from tests.accounts.threads import at_once

OFFICER = Grant(Role.OFFICER, "revenue", "PB-LDH", "certificates")


@pytest.fixture
def admins(app):
    return [factories.make_person(role="admin") for _ in range(2)]


def proposed(person, by, grant=OFFICER, *, gives=True):
    assert not staff.change(person.id, grant, gives=gives, by=by.id, reason="new colleague")
    db.session.commit()
    return staff.waiting()[-1].id


def acts(act):
    return db.session.scalar(select(func.count()).where(AuditEntry.act == act))


def run(app, *arguments):
    result = app.test_cli_runner().invoke(commands, arguments)
    return result.exit_code, result.output


def test_a_proposed_role_is_held_by_nobody(person, admins):
    proposed(person, admins[0])
    assert service.grants_of(person.id) == (Grant(Role.CITIZEN),)


def test_another_admin_gives_it_with_its_reach(person, admins):
    sessions.open_row(person.id)
    staff.decide(proposed(person, admins[0]), approve=True, by=admins[1].id)
    db.session.commit()
    held = service.grants_of(person.id)
    assert OFFICER in held
    assert service.visiting(person.id).grants == held
    reach = Scope("revenue", "PB-LDH", "certificates")
    assert domain.scopes(held, "applications.read") == {reach}
    assert sessions.count(person.id) == 0
    assert "Your role was changed" in factories.messages_to(person.email)[-1]


def test_a_role_is_taken_away_by_two(person, admins):
    roles.grant(person.id, Role.OFFICER, "revenue", by="tests")
    change = proposed(person, admins[0], Grant(Role.OFFICER, "revenue"), gives=False)
    assert Role.OFFICER in {one.role for one in service.grants_of(person.id)}
    staff.decide(change, approve=True, by=admins[1].id)
    assert service.grants_of(person.id) == (Grant(Role.CITIZEN),)


def test_nobody_approves_what_they_proposed(person, admins):
    with pytest.raises(SamePerson):
        staff.decide(proposed(person, admins[0]), approve=True, by=admins[0].id)


def test_nobody_approves_what_is_about_themselves(admins):
    with pytest.raises(SamePerson):
        staff.decide(proposed(admins[1], admins[0]), approve=True, by=admins[1].id)


def test_the_database_keeps_the_same_person_out(person, admins):
    proposed(person, admins[0])
    with pytest.raises(IntegrityError):
        db.session.execute(update(RoleChange).values(decided_by=str(admins[0].id)))


def test_what_was_declined_is_not_given(person, admins):
    change = proposed(person, admins[0])
    staff.decide(change, approve=False, by=admins[1].id)
    db.session.commit()
    assert service.grants_of(person.id) == (Grant(Role.CITIZEN),)
    assert acts("accounts.role_declined") == 1
    with pytest.raises(ChangeEnded):
        staff.decide(change, approve=True, by=admins[1].id)


def test_many_who_decide_at_once_decide_once(house, person, admins):
    change = proposed(person, admins[0])
    told = at_once(house, 5, lambda: staff.decide(change, approve=True, by=admins[1].id))
    assert told.count(None) == 1
    assert acts("accounts.role_granted") == 3


@pytest.mark.parametrize(("seconds", "good"), [(-1, True), (0, False), (1, False)])
def test_a_proposal_lasts_seven_days(person, admins, seconds, good):
    now = clock.now()
    with time_machine.travel(now, tick=False):
        change = proposed(person, admins[0])
    with time_machine.travel(now + CHANGE_LASTS + timedelta(seconds=seconds), tick=False):
        if good:
            staff.decide(change, approve=True, by=admins[1].id)
        else:
            with pytest.raises(ChangeEnded):
                staff.decide(change, approve=True, by=admins[1].id)


def test_a_reason_is_needed(person, admins):
    with pytest.raises(ReasonNeeded):
        staff.change(person.id, OFFICER, gives=True, by=admins[0].id, reason="  ")


def test_the_command_stands_for_two_until_there_are_two_admins(app, person):
    first, second, third = person, factories.make_person(), factories.make_person()
    assert "now holds" in run(app, "grant", first.email, "admin")[1]
    assert "now holds" in run(app, "grant", second.email, "admin")[1]
    assert "Proposed" in run(app, "grant", third.email, "admin")[1]
    db.session.rollback()
    assert len(roles.admins()) == 2


def test_the_command_takes_nothing_away_alone(app, person, admins):
    assert "Proposed" in run(app, "revoke", admins[0].email, "admin")[1]
    db.session.rollback()
    assert len(roles.admins()) == 2


def test_somebody_invited_by_an_admin_waits_for_another(app, admins):
    token = roles.invite("new@example.org", OFFICER, by=admins[0].id)
    made = factories.make_person(email="new@example.org")
    roles.redeem(token, made.id, "new@example.org")
    assert service.grants_of(made.id) == (Grant(Role.CITIZEN),)
    staff.decide(staff.waiting()[-1].id, approve=True, by=admins[1].id)
    assert OFFICER in service.grants_of(made.id)


def test_the_command_invites_to_any_role(app):
    status, told = run(
        app, "invite", "new@example.org", "--role", "officer", "--provider", "revenue"
    )
    assert status == 0
    assert "/en/register?invitation=" in told
    assert run(app, "invite", "new@example.org", "--role", "officer")[0] == 1
    assert run(app, "invite", "new@example.org")[0] == 2


def test_the_command_begins_a_recovery(app, person):
    status, told = run(app, "recover", person.email, "--reason", "case 12")
    assert (status, "UTC" in told) == (0, True)


def test_only_an_officer_is_narrowed(app, admins):
    with pytest.raises(domain.RoleHasNoScope):
        roles.grant(admins[0].id, Role.ADMIN, area="PB-LDH", by="tests")


@pytest.mark.parametrize(("seconds", "is_open"), [(-1, True), (0, False), (1, False)])
def test_an_emergency_opens_a_provider_for_an_hour_to_read(admins, seconds, is_open):
    now = clock.now()
    with time_machine.travel(now, tick=False):
        staff.emergency(admins[0].id, "revenue", "flood")
        db.session.commit()
    with time_machine.travel(now + EMERGENCY_LASTS + timedelta(seconds=seconds), tick=False):
        opened = service.providers_of(admins[0].id, "applications.read")
        assert ("revenue" in opened) == is_open
        assert service.visiting(admins[0].id).grants == service.grants_of(admins[0].id)
        assert "revenue" not in service.providers_of(admins[0].id, "applications.decide")


def test_every_admin_is_told_of_it_with_the_reason(admins):
    officer = factories.make_person(role="officer", provider="water-board")
    staff.emergency(officer.id, "revenue", "flood in the office")
    db.session.commit()
    for admin in admins:
        assert "flood in the office" in factories.messages_to(admin.email)[-1]
    assert acts("accounts.break_glass") == 1


def test_it_is_not_for_everybody_and_not_without_a_reason(person, admins):
    with pytest.raises(Refused):
        staff.emergency(person.id, "revenue", "curious")
    with pytest.raises(ReasonNeeded):
        staff.emergency(admins[0].id, "revenue", " ")


def test_through_the_pages(app, person, admins):
    one, other = (factories.signed_in_client(app, admin) for admin in admins)
    told = {"email": person.email, "act": "give", "role": "officer", "provider": "revenue"}
    answer = factories.send(one, "/en/admin/people", reason="new colleague", **told)
    assert answer.status_code == 302, answer.get_data(as_text=True)
    assert b"Another admin decides" in one.get("/en/admin/people").data
    page = other.get("/en/admin/people").data
    assert b"new colleague" in page
    change = staff.waiting()[0].id
    db.session.rollback()
    approve = {"csrf_token": factories.csrf_token(page), "act": "approve"}
    assert other.post(f"/en/admin/people/changes/{change}", data=approve).status_code == 302
    assert Role.OFFICER in {one.role for one in service.grants_of(person.id)}


def test_the_banner_stands_above_every_page(app, admins):
    client = factories.signed_in_client(app, admins[0])
    factories.send(client, "/en/admin/people/emergency", provider="revenue", reason="flood")
    assert b"Emergency access to" in client.get("/en/admin").data


def test_an_invitation_is_mailed(app, admins):
    client = factories.signed_in_client(app, admins[0])
    told = {"email": "new@example.org", "act": "invite", "role": "admin", "reason": "replacement"}
    assert factories.send(client, "/en/admin/people", **told).status_code == 302
    assert "/en/register?invitation=" in factories.messages_to("new@example.org")[0]


def test_an_emergency_ends_with_the_role_that_let_it_be_opened(person):
    roles.grant(person.id, Role.OFFICER, "power", by="tests")
    staff.emergency(person.id, "revenue", "flood in the office")
    assert Grant(Role.EMERGENCY, "revenue") in service.grants_of(person.id)
    roles.revoke(person.id, Role.OFFICER, "power", by="tests")
    assert service.grants_of(person.id) == (Grant(Role.CITIZEN),)
    assert roles.emergencies(person.id) == {}
    roles.grant(person.id, Role.OFFICER, "power", by="tests")
    assert roles.emergencies(person.id) == {}


def test_an_emergency_stays_with_whoever_holds_another_role_that_may(person):
    roles.grant(person.id, Role.OFFICER, "power", by="tests")
    roles.grant(person.id, Role.ADMIN, by="tests")
    staff.emergency(person.id, "revenue", "flood in the office")
    roles.revoke(person.id, Role.OFFICER, "power", by="tests")
    assert Grant(Role.EMERGENCY, "revenue") in service.grants_of(person.id)
