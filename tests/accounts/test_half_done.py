"""What was begun and not finished, two who want the same, and settings that are too weak."""

from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal.accounts import passwords, service
from portal.accounts.contacts import service as contacts
from portal.accounts.contacts.domain import Contact, Kind
from portal.accounts.people.models import Person
from portal.accounts.settings import AccountsSettings
from portal.kernel import clock
from portal.kernel.db import apart, db
from portal.kernel.settings import KernelSettings, Settings, SettingsError
from tests.accounts.factories import (
    code_at,
    make_person,
    make_unfinished,
    step_now,
    waiting_secret,
)
from tests.accounts.threads import at_once


def test_another_app_that_was_not_confirmed_soon_needs_the_password_again(person):
    service.new_app(person.id)
    db.session.commit()
    secret = waiting_secret(person.id)
    with time_machine.travel(clock.now() + timedelta(minutes=16), tick=False):
        assert service.app_setup(person.id) is None
        assert service.confirm_app(person.id, code_at(secret, step_now())) is None
        assert service.finish_with_app(person.id, code_at(person.secret, step_now()))


def test_the_first_app_may_be_confirmed_as_long_as_the_account_waits(app):
    person_id = make_unfinished()
    with time_machine.travel(clock.now() + timedelta(hours=5), tick=False):
        secret = waiting_secret(person_id)
        assert service.app_setup(person_id)
        assert service.confirm_app(person_id, code_at(secret, step_now()))


def test_an_account_that_is_finished_at_this_moment_is_not_swept_away(app):
    person_id = make_unfinished()
    with (
        time_machine.travel(clock.now() + timedelta(hours=25), tick=False),
        apart() as finishing,
    ):
        finishing.execute(select(Person.id).where(Person.id == person_id).with_for_update())
        service.sweep()
        db.session.commit()
    assert db.session.get(Person, person_id)


def test_production_refuses_passwords_that_are_quick_to_guess(app, monkeypatch):
    told = app.config["SETTINGS"]
    kernel = told.kernel.model_copy(update={"env": "production"})
    others = [
        told.of(one) for one in told.sections() if one not in (KernelSettings, AccountsSettings)
    ]
    weak = Settings([kernel, AccountsSettings(password_memory=1024), *others])
    monkeypatch.setitem(app.config, "SETTINGS", weak)
    with pytest.raises(SettingsError, match="PORTAL_PASSWORD_MEMORY must be at least"):
        passwords.refuse_weak(app)


def test_of_many_who_prove_one_contact_at_once_one_is_refused(app):
    people = [make_person().id for _ in range(4)]
    left = iter(people)

    def take():
        mine = next(left)
        contacts.claim(mine, Contact(Kind.EMAIL, "one@example.org"))
        return mine

    results = at_once(app, len(people), take)
    refused = [one for one in results if isinstance(one, service.ContactTaken)]
    assert len(refused) == len(people) - 1, results
    assert service.id_of("one@example.org") in results
