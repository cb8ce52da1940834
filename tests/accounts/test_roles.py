"""Roles: given and taken by name, and recorded."""

import pytest
from sqlalchemy import func, select

from portal.accounts import service
from portal.accounts.commands import people
from portal.accounts.domain import Grant, Role
from portal.accounts.roles.models import RoleGrant
from portal.accounts.sessions import service as sessions
from portal.audit.models import AuditEntry
from portal.kernel.db import db
from tests.accounts import factories
from tests.accounts.threads import at_once


def run(app, *arguments):
    result = app.test_cli_runner().invoke(people, arguments)
    return result.exit_code, result.output


def test_everybody_is_a_citizen(person):
    assert service.grants_of(person.id) == (Grant(Role.CITIZEN),)
    assert service.permissions_of(person.id) == frozenset()


def test_a_role_brings_its_permissions_for_its_provider(person):
    service.grant(person.id, Role.OFFICER, "revenue", by=person.id)
    assert "applications.decide" in service.permissions_of(person.id)
    assert service.providers_of(person.id, "applications.decide") == {"revenue"}
    assert service.providers_of(person.id, "api.tokens") == frozenset()


def test_a_granted_role_is_recorded_with_who_gave_it(person):
    service.grant(person.id, Role.OFFICER, "revenue", by="command")
    db.session.commit()
    entry = db.session.scalars(select(AuditEntry).order_by(AuditEntry.number.desc())).first()
    assert (entry.act, entry.actor, entry.subject_id, entry.why) == (
        "accounts.role_granted",
        "command",
        person.id,
        "officer revenue",
    )


def test_a_role_is_held_once_however_often_it_is_given(person, app):
    results = at_once(app, 5, lambda: service.grant(person.id, Role.ADMIN, by="command"))
    assert results == [None] * 5
    assert db.session.scalar(select(func.count()).select_from(RoleGrant)) == 1


def test_a_change_of_roles_ends_all_sessions(person):
    for change in (service.grant, service.revoke):
        sessions.open_row(person.id)
        assert sessions.count(person.id) == 1
        change(person.id, Role.OFFICER, "revenue", by="command")
        assert sessions.count(person.id) == 0


def test_a_revoked_role_allows_nothing_and_others_stay(person):
    service.grant(person.id, Role.OFFICER, "revenue", by="command")
    service.grant(person.id, Role.OFFICER, "water-board", by="command")
    service.revoke(person.id, Role.OFFICER, "revenue", by="command")
    assert service.providers_of(person.id) == {"water-board"}


def test_the_commands_give_and_take_a_role(person, app):
    assert run(app, "grant", person.email, "officer", "--provider", "revenue")[0] == 0
    assert service.providers_of(person.id) == {"revenue"}
    assert run(app, "revoke", person.email, "officer", "--provider", "revenue")[0] == 0
    assert service.providers_of(person.id) == frozenset()


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["grant", "nobody@example.org", "admin"], "no such person"),
        (["grant", "PERSON", "officer"], "Name it"),
        (["grant", "PERSON", "admin", "--provider", "revenue"], "Leave the provider out"),
    ],
)
def test_the_commands_say_what_is_wrong(person, app, arguments, sentence):
    told = [person.email if word == "PERSON" else word for word in arguments]
    status, output = run(app, *told)
    assert status == 1
    assert sentence in output


def test_an_invitation_is_printed_as_a_link(app):
    status, output = run(app, "invite", "--admin", "first@example.org")
    assert status == 0
    link, _, token = output.strip().partition("?invitation=")
    assert link == "http://localhost:8000/en/register"
    service.check_invitation(token)


def test_all_permissions_are_declared_by_a_room(app):
    declared = {name for room in app.extensions["rooms"] for name in room.permissions}
    assert "people.grant" in declared


def test_a_person_made_for_tests_may_hold_a_role(app):
    officer = factories.make_person(role="officer", provider="revenue")
    assert service.providers_of(officer.id) == {"revenue"}


def test_a_role_that_is_taken_away_without_its_reach_is_gone(person):
    service.grant(person.id, Role.OFFICER, "revenue", area="PB-LDH", by="tests")
    service.grant(person.id, Role.OFFICER, "revenue", category="certificates", by="tests")
    service.grant(person.id, Role.OFFICER, "power", area="PB-LDH", by="tests")
    service.revoke(person.id, Role.OFFICER, "revenue", by="tests")
    assert service.providers_of(person.id, "applications.read") == {"power"}


def test_a_role_that_was_narrowed_stays_when_the_wide_one_is_taken_away(person):
    service.grant(person.id, Role.OFFICER, "revenue", by="tests")
    service.grant(person.id, Role.OFFICER, "revenue", area="PB-LDH", by="tests")
    service.revoke(person.id, Role.OFFICER, "revenue", by="tests")
    assert Grant(Role.OFFICER, "revenue", "PB-LDH") in service.grants_of(person.id)
