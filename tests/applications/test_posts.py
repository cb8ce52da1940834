"""The directory of posts: whose work is whose, and where it is nobody's."""

import pytest

from portal.accounts import service as accounts
from portal.accounts.domain import Role
from portal.applications.posts import panels
from portal.i18n import speaking
from portal.kernel.db import db
from tests.accounts.factories import make_person, signed_in_client
from tests.applications.appealing import department
from tests.applications.pages import open_page
from tests.applications.workflows import an_officer


@pytest.fixture
def office(revenue):
    department()
    return revenue


@pytest.fixture
def admin(office):
    person = make_person(name="Admin Kaur")
    accounts.grant(person.id, Role.ADMIN, None, by="tests")
    db.session.commit()
    return signed_in_client(office, person)


def tehsil():
    db.session.expire_all()
    with speaking("en"):
        return next(one for one in panels.directory("", 50) if one.slug == "tehsil")


def posts():
    return {one.title: one for one in tehsil().posts}


def test_where_nobody_works_all_is_a_gap(office):
    assert tehsil().is_gap
    assert all(one.is_gap for one in tehsil().posts)


def test_a_post_says_its_work_and_who_holds_it(office):
    an_officer("clerk", name="Clerk Kaur")
    found = posts()["Clerk"]
    assert (found.names, found.is_gap) == (("Clerk Kaur",), False)
    assert posts()["Commissioner"].work == ("Income certificate: Commissioner",)
    assert posts()["Head of the office"].is_gap


def test_officers_without_a_post_do_the_work_of_posts_that_nobody_holds(office):
    make_person(name="Officer Gill", role="officer", provider="tehsil")
    found = posts()["Clerk"]
    assert (found.names, found.is_gap, found.by_others) == ((), False, True)
    assert tehsil().others == ("Officer Gill",)


def test_nobody_stands_in_for_an_authority_of_appeal(office):
    make_person(name="Officer Gill", role="officer", provider="tehsil")
    assert posts()["Commissioner"].is_gap


def test_it_goes_on_after_the_last_one(office):
    first, *others = panels.directory("", 50)
    assert [one.slug for one in panels.directory(first.slug, 50)] == [one.slug for one in others]


def test_it_costs_as_much_for_many_officers_as_for_one(office, queries):
    an_officer("clerk", name="Clerk Kaur")
    panels.directory("", 50)
    with queries() as few:
        panels.directory("", 50)
    for number in range(3):
        an_officer("head", name=f"Head {number}")
    with queries() as many:
        panels.directory("", 50)
    assert len(many) == len(few)


def test_whoever_gives_roles_reads_it_and_officers_do_not(admin, desk):
    words = open_page(admin, "/en/admin/posts").words
    assert "nobody holds it" in words
    assert "Clerk" in words
    assert desk.get("/en/admin/posts").status_code in (403, 404)
