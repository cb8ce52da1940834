"""Every route, for every role, with things that are one's own and things that are not."""

import pytest

from portal.accounts.sessions import service as sessions
from portal.kernel.db import db
from tests.accounts.factories import browser, make_person, signed_in_client
from tests.contracts import matrix
from tests.contracts.matrix import NAMED, OURS, PUBLIC, SECRETS, THEIRS, belongings, holders
from tests.contracts.routes import CHANGING, NOBODY, address, is_page, plain, rules, token_of
from tests.contracts.test_routes import tables

NOT_THERE = 404


@pytest.fixture
def held(lived_in):
    """Somebody's belongings, in a house where nobody else has any."""
    return belongings(make_person(name="Asha Devi"))


def methods(rule):
    return sorted(set(rule.methods) & {"GET", *CHANGING})


def of_things(house, kind):
    """The rules of this kind of access whose arguments name a thing."""
    return [
        (rule, access)
        for rule, access in rules(house)
        if access.kind == kind and rule.arguments & NAMED
    ]


def asking(house, person):
    """A function that sends a request as this person, with the token of their forms."""
    client = plain(house, signed_in_client(house, person))
    token = token_of(client)

    def ask(rule, method, **values):
        path = address(rule, **values)
        return client.open(path, method=method, data={"csrf_token": token} | values, buffered=True)

    return ask


@pytest.mark.promise("W8")
def test_every_argument_of_a_route_is_a_public_name_a_secret_or_a_thing_with_an_owner(house):
    for rule, access in rules(house):
        if access.kind != "public" and not rule.rule.startswith("/assets"):
            assert rule.arguments <= PUBLIC | SECRETS | NAMED, rule.rule


@pytest.mark.promise("W8")
@pytest.mark.parametrize("holder", holders(), ids=str)
def test_a_role_opens_what_it_holds_a_permission_for_and_nothing_else(house, lived_in, holder):
    ask = asking(house, holder.person())
    for rule, access in rules(house):
        if access.kind != "permission" or access.need == "admin.open":
            continue
        for method in methods(rule):
            got = ask(rule, method, provider=holder.provider or OURS).status_code
            told = (str(holder), rule.rule, method, got)
            if access.need not in holder.permissions:
                assert got == 403, told
            else:
                assert got not in (401, 403), told
                assert got < 500, told


@pytest.mark.promise("W8")
def test_what_is_ones_own_is_there(house, held):
    ask = asking(house, held.citizen)
    seen = 0
    for rule, _ in of_things(house, "signed_in"):
        if "GET" in rule.methods and not matrix.is_after(rule):
            got = ask(rule, "GET", **held.values)
            assert got.status_code in (200, 302, 303), (rule.rule, got.status_code)
            seen += 1
    assert seen


@pytest.mark.promise("W8")
@pytest.mark.parametrize("holder", holders(), ids=str)
def test_what_is_another_persons_is_not_there_whatever_ones_role(house, held, holder):
    ask, before = asking(house, holder.person()), None
    before = tables()
    for rule, _ in of_things(house, "signed_in"):
        for method in methods(rule):
            got = ask(rule, method, **held.values)
            assert got.status_code == NOT_THERE, (rule.rule, method, got.status_code)
    assert tables() == before


@pytest.mark.promise("W8")
@pytest.mark.parametrize("holder", [one for one in holders() if one.provider == THEIRS], ids=str)
def test_what_is_another_providers_is_not_there(house, held, holder):
    ask = asking(house, holder.person())
    before = tables()
    for rule, access in rules(house):
        theirs = rule.arguments & (NAMED | {"provider"})
        if access.kind != "permission" or access.need not in holder.permissions or not theirs:
            continue
        for method in methods(rule):
            got = ask(rule, method, **held.values, provider=OURS)
            assert got.status_code in (403, NOT_THERE), (rule.rule, method, got.status_code)
            if "provider" not in rule.arguments:
                assert got.status_code == NOT_THERE, (rule.rule, method)
    assert tables() == before


@pytest.mark.promise("W8")
def test_what_is_not_is_told_like_what_is_another_persons(house, held):
    ask = asking(house, held.citizen)
    nothing = dict.fromkeys(NAMED, str(NOBODY)) | {"reference": "PB-0000-0000"}
    before = tables()
    for rule, _ in of_things(house, "signed_in"):
        for method in methods(rule):
            got = ask(rule, method, **nothing)
            assert got.status_code == NOT_THERE, (rule.rule, method, got.status_code)
    assert tables() == before


@pytest.mark.promise("W8")
def test_the_token_of_a_session_that_has_ended_changes_nothing(house, held):
    signed_in = signed_in_client(house, held.citizen)
    stale = token_of(plain(house, signed_in))
    sessions.end_all(held.citizen.id)
    db.session.commit()
    later = plain(house, signed_in_client(house, held.citizen))
    before = tables()
    for rule, _ in rules(house):
        if not is_page(rule):
            continue
        for method in set(rule.methods) & set(CHANGING):
            path = address(rule, **held.values)
            got = later.open(path, method=method, data={"csrf_token": stale}, buffered=True)
            assert got.status_code == 400, (rule.rule, method, got.status_code)
    assert tables() == before


def test_a_visitor_is_told_nothing_of_what_is_there(house, held):
    client = plain(house, browser(house))
    for kind in ("signed_in", "permission"):
        for rule, _ in of_things(house, kind):
            if "GET" in rule.methods:
                own, none = (
                    client.get(address(rule, **values)).status_code
                    for values in (held.values, dict.fromkeys(NAMED, str(NOBODY)))
                )
                assert own == none == 302, rule.rule
