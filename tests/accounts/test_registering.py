"""Making an account: what it takes, who may not, and what is stored of it."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
import time_machine
from sqlalchemy import func, select, update

from portal.accounts import domain, service
from portal.accounts.contacts import service as contacts
from portal.accounts.domain import Level
from portal.accounts.joining import service as joining
from portal.accounts.people.models import Person
from portal.accounts.roles.models import Invitation
from portal.kernel import clock, keys
from portal.kernel.db import Base, db
from portal.kernel.events import StoredEvent
from tests.accounts import factories
from tests.accounts.factories import ADDRESS, PASSWORD, some_details
from tests.accounts.threads import at_once


def rows_of_all_tables():
    return {
        name: db.session.scalar(select(func.count()).select_from(table))
        for name, table in Base.metadata.tables.items()
    }


def events(name):
    told = select(StoredEvent.payload).where(StoredEvent.name == name)
    return db.session.scalars(told.order_by(StoredEvent.id)).all()


@pytest.mark.promise("M4")
def test_the_details_come_back_as_they_were_told(app):
    told = some_details()
    person_id = joining.register(told, PASSWORD, address=ADDRESS)
    db.session.commit()
    db.session.expunge_all()
    assert service.details(person_id) == told


@pytest.mark.promise("M4")
@pytest.mark.parametrize("missing", ["email", "mobile"])
def test_an_email_address_or_a_mobile_number_is_enough(app, missing):
    told = some_details(**{missing: None, "phone": None, "address": None, "gender": None})
    assert joining.register(told, PASSWORD, address=ADDRESS)


@pytest.mark.promise("M19")
def test_no_detail_can_be_read_in_the_tables(app):
    told = some_details()
    person_id = joining.register(told, PASSWORD, address=ADDRESS)
    secret = factories.waiting_secret(person_id)
    service.confirm_app(person_id, factories.code_at(secret, factories.step_now()))
    db.session.commit()
    everything = str(
        [
            [bytes(cell) if isinstance(cell, memoryview) else cell for cell in row]
            for table in Base.metadata.tables.values()
            for row in db.session.execute(select(table))
        ]
    )
    plain = [told.name, told.email, told.mobile, told.phone, "House 12", "1990-05-17", "female"]
    for word in [*plain, PASSWORD, secret, "argon2", ADDRESS]:
        assert word not in everything
        assert word.encode().hex() not in everything


@pytest.mark.promise("M19")
def test_a_sealed_detail_does_not_open_in_another_row(app):
    asha = factories.make_unfinished()
    ravi = factories.make_unfinished(name="Ravi Kumar")
    other = select(Person.name_sealed).where(Person.id == asha).scalar_subquery()
    db.session.execute(update(Person).where(Person.id == ravi).values(name_sealed=other))
    db.session.expire_all()
    with pytest.raises(keys.crypto.CannotOpen):
        service.details(ravi)


@pytest.mark.promise("W12")
def test_nothing_is_stored_of_somebody_under_13(app):
    before = rows_of_all_tables()
    child = some_details(birth_date=clock.today() - timedelta(days=365 * 12))
    with pytest.raises(domain.TooYoung, match="from the age of 13"):
        joining.register(child, PASSWORD, address=ADDRESS)
    db.session.commit()
    assert rows_of_all_tables() == before


def test_a_weak_password_is_refused_and_nothing_is_stored(app):
    before = rows_of_all_tables()
    with pytest.raises(domain.UnfitPassword, match="Many people"):
        joining.register(some_details(), "passwordpassword", address=ADDRESS)
    db.session.commit()
    assert rows_of_all_tables() == before


def test_registering_tells_nobody_whether_a_contact_is_used(person):
    """Proving it does not succeed either: see test_proving.py."""
    told = some_details(email=f" {person.email.upper()} ", mobile=person.mobile)
    newcomer = joining.register(told, PASSWORD, address=ADDRESS)
    db.session.commit()
    assert contacts.reachable(newcomer) == ()
    assert service.id_of(person.email) == service.id_of(person.mobile) == person.id


def test_nobody_is_found_by_a_contact_that_is_not_proven(app):
    told = some_details()
    joining.register(told, PASSWORD, address=ADDRESS)
    db.session.commit()
    assert service.begin_sign_in(told.email, PASSWORD, address=ADDRESS) is None
    with pytest.raises(service.NoSuchPerson):
        service.id_of(told.mobile)


def test_of_two_who_are_trusted_with_one_contact_at_once_one_gets_it(app):
    told = some_details(mobile=None)
    newcomers = [joining.register(told, PASSWORD, address=ADDRESS) for _ in range(6)]
    db.session.commit()
    left = iter(newcomers)
    done = at_once(app, 6, lambda: contacts.trust(next(left)))
    assert sum(isinstance(one, service.ContactTaken) for one in done) == 5
    assert done.count(None) == 1
    assert service.id_of(told.email) in newcomers


def test_many_people_can_register_at_one_service_centre(app):
    for _ in range(12):
        assert joining.register(some_details(), PASSWORD, address=ADDRESS)


@pytest.mark.promise("M20")
def test_an_account_is_told_of_when_its_second_factor_is_set(app):
    person_id = factories.make_unfinished()
    assert events("PersonRegistered") == []
    secret = factories.waiting_secret(person_id)
    codes = service.confirm_app(person_id, factories.code_at(secret, factories.step_now()))
    assert len(set(codes)) == 10
    assert {len(code.replace("-", "")) for code in codes} == {16}
    db.session.commit()
    assert events("PersonRegistered") == [{"person_id": str(person_id)}]
    assert events("SignedIn") == [{"person_id": str(person_id)}]
    assert events("FactorSet")[0] == {"person_id": str(person_id), "kind": "app"}


@pytest.mark.promise("M20")
def test_a_wrong_code_does_not_complete_an_account(app):
    person_id = factories.make_unfinished()
    secret = factories.waiting_secret(person_id)
    assert service.confirm_app(person_id, factories.wrong_code(secret)) is None
    assert service.confirm_app(person_id, "") is None
    assert not service.overview(person_id).has_app


@pytest.mark.promise("M20")
def test_somebody_who_left_half_way_can_only_go_on_with_the_second_factor(app):
    told = some_details()
    person_id = joining.register(told, PASSWORD, address=ADDRESS)
    contacts.trust(person_id)
    db.session.commit()
    pending = service.begin_sign_in(told.email, PASSWORD, address=ADDRESS)
    assert pending == service.Pending(person_id, Level.ENROLLING)
    assert service.app_setup(person_id) is not None


def test_what_the_authenticator_app_needs_is_named_after_the_person(app):
    person_id = factories.make_unfinished(email="asha@example.org")
    waiting = service.app_setup(person_id)
    assert waiting.uri.startswith("otpauth://totp/Sanjha:asha%40example.org?secret=")
    assert "".join(waiting.key).replace(" ", "") == factories.waiting_secret(person_id)


def test_an_account_that_is_not_completed_in_a_day_goes(app):
    with time_machine.travel(clock.now() - timedelta(hours=25), tick=False):
        person_id = factories.make_unfinished()
    young = factories.make_unfinished()
    service.sweep()
    db.session.commit()
    with pytest.raises(service.NoSuchPerson):
        service.details(person_id)
    with pytest.raises(keys.Erased):
        keys.subject_key(person_id)
    assert service.details(young)


def test_a_complete_account_stays(app):
    with time_machine.travel(clock.now() - timedelta(days=400), tick=False):
        person = factories.make_person()
    service.sweep()
    assert service.details(person.id)


def test_an_invitation_makes_an_admin_of_whom_it_was_written_for(app):
    token = service.invite("first@example.org")
    told = some_details(email="First@example.org")
    person_id = joining.register(told, PASSWORD, address=ADDRESS, invitation=token)
    assert "people.grant" in service.permissions_of(person_id)
    assert [one.kind for one in contacts.reachable(person_id)] == ["email"]


def test_an_invitation_for_a_contact_that_has_an_account_makes_no_second_one(person):
    token = service.invite(person.email)
    told = some_details(email=person.email)
    with pytest.raises(service.ContactTaken, match="another account"):
        joining.register(told, PASSWORD, address=ADDRESS, invitation=token)


@pytest.mark.parametrize("email", ["other@example.org", None])
def test_an_invitation_is_of_no_use_to_anybody_else(app, email):
    token = service.invite("first@example.org")
    with pytest.raises(service.InvitationEnded):
        joining.register(some_details(email=email), PASSWORD, address=ADDRESS, invitation=token)


def test_an_invitation_is_good_once(app):
    token = service.invite("first@example.org")
    told = some_details(email="first@example.org")
    assert joining.register(told, PASSWORD, address=ADDRESS, invitation=token)
    with pytest.raises(service.InvitationEnded):
        service.check_invitation(token)


def test_an_invitation_ends_after_a_day(app):
    token = service.invite("first@example.org")
    with time_machine.travel(clock.now() + timedelta(hours=23, minutes=59), tick=False):
        service.check_invitation(token)
    with time_machine.travel(clock.now() + timedelta(hours=24, seconds=1), tick=False):
        with pytest.raises(service.InvitationEnded):
            service.check_invitation(token)
        service.sweep()
    assert db.session.scalar(select(func.count()).select_from(Invitation)) == 0


def test_changed_details_are_kept_and_told(person):
    told = service.details(person.id)
    service.change_details(person.id, replace(told, name="Asha Rani", mobile=None))
    db.session.commit()
    db.session.expunge_all()
    assert service.details(person.id).name == "Asha Rani"
    assert events("DetailsChanged") == [{"person_id": str(person.id)}]
    assert service.begin_sign_in(person.mobile, PASSWORD, address=ADDRESS) is None
    assert service.begin_sign_in(person.email, PASSWORD, address=ADDRESS)


def test_nobody_takes_over_anothers_contact(person):
    other = factories.make_person()
    told = service.details(other.id)
    service.change_details(other.id, replace(told, email=person.email))
    db.session.commit()
    assert service.details(other.id).email == other.email
    assert service.id_of(person.email) == person.id
    with pytest.raises(service.ContactTaken):
        contacts.trust(other.id)


def test_the_last_proven_contact_cannot_be_taken_out_of_the_details(app):
    someone = factories.make_person(mobile=None)
    told = replace(service.details(someone.id), email=None)
    with pytest.raises(domain.NoContact):
        service.change_details(someone.id, told)
    with pytest.raises(contacts.LastContact, match="only contact"):
        service.change_details(someone.id, replace(told, mobile="+919876599999"))
    assert service.details(someone.id) == replace(told, email=someone.email)


def test_a_birth_date_cannot_be_changed_to_that_of_a_child(person):
    told = service.details(person.id)
    with pytest.raises(domain.TooYoung):
        service.change_details(person.id, replace(told, birth_date=date(2020, 1, 1)))


def test_names_of_many_people_take_two_queries(app, queries):
    people = [factories.make_person(name=name) for name in ("Asha", "Ravi", "Noor")]
    db.session.remove()
    with queries() as told:
        assert sorted(service.names([one.id for one in people]).values()) == [
            "Asha",
            "Noor",
            "Ravi",
        ]
    assert len(told) == 2
