"""Letting somebody help: the code, who may use it, how long, and ending it."""

import re
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.delegation import domain, service
from portal.delegation.models import Mandate
from portal.kernel import clock, crypto, ids
from portal.kernel.db import db
from tests.applications.pages import open_page
from tests.delegation.factories import EVERYTHING, INCOME_PATH, accepted, terms

HELPERS = "/en/account/helpers"


def soon():
    return clock.now() + timedelta(days=30)


def told(page, contact, **more):
    day = (clock.now() + timedelta(days=20)).date()
    usual = {
        "contact": contact,
        "services": [INCOME_PATH],
        "needs": ["fill", "send"],
        "ends__day": str(day.day),
        "ends__month": str(day.month),
        "ends__year": str(day.year),
    }
    return page.send(**usual | more)


def code_on(page):
    return re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page.words)[0]


@pytest.mark.promise("M22")
def test_a_person_makes_a_code_and_the_helper_accepts_it(ashas, ravis, asha, ravi):
    shown = told(open_page(ashas, f"{HELPERS}/new"), ravi.email)
    code = code_on(shown)
    done = open_page(ravis, f"{HELPERS}/accept").send(code=code.lower())
    assert "You may act for Asha Devi now." in done.words
    row = db.session.scalars(select(Mandate)).one()
    assert (row.helper_id, row.subject_id) == (ravi.id, asha.id)
    assert (row.services, row.needs) == ([INCOME_PATH], ["fill", "send"])
    mine = open_page(ashas, HELPERS).words
    assert "Ravi Kumar" in mine
    assert "Income certificate" in mine


def test_the_code_is_shown_once(ashas, ravi):
    shown = told(open_page(ashas, f"{HELPERS}/new"), ravi.email)
    code = code_on(shown)
    assert ashas.get(f"{HELPERS}/code").status_code == 302
    assert code not in open_page(ashas, HELPERS).text
    row = db.session.scalars(select(Mandate)).one()
    assert row.code_hash == crypto.token_hash(ids.read_code(code))


def test_the_person_does_not_learn_whether_the_helper_has_an_account(ashas, ravi):
    known = told(open_page(ashas, f"{HELPERS}/new"), ravi.email)
    unknown = told(open_page(ashas, f"{HELPERS}/new"), "nobody.at.all@example.org")
    both = [page.words.replace(code_on(page), "") for page in (known, unknown)]
    assert both[0] == both[1]
    assert known.status == unknown.status == 200


def test_a_code_works_once(asha, ravi):
    made = service.grant(asha.id, ravi.email, EVERYTHING, soon())
    assert service.accept(made.code, ravi.id) is not None
    assert service.accept(made.code, ravi.id) is None


def test_a_code_works_for_nobody_but_whom_it_was_made_for(nobodys, asha, ravi, nobody):
    made = service.grant(asha.id, ravi.email, EVERYTHING, soon())
    db.session.commit()
    page = open_page(nobodys, f"{HELPERS}/accept").send(code=made.code)
    assert page.status == 422
    assert "This code does not work" in page.words
    assert "Asha" not in page.words
    refused = select(AuditEntry).where(AuditEntry.act == "delegation.code_refused")
    assert db.session.scalars(refused).one().actor == str(nobody.id)


def test_a_code_is_as_good_as_a_wrong_one_after_seven_days(asha, ravi):
    made = service.grant(asha.id, ravi.email, EVERYTHING, soon())
    with time_machine.travel(clock.now() + timedelta(days=7, seconds=1)):
        assert service.accept(made.code, ravi.id) is None
    assert service.accept("0000-0000-0000", ravi.id) is None


def test_a_code_that_was_taken_back_does_not_work(asha, ravi):
    made = service.grant(asha.id, ravi.email, EVERYTHING, soon())
    service.end(made.id, asha.id)
    assert service.accept(made.code, ravi.id) is None


def test_codes_cannot_be_tried_for_ever(nobodys):
    page = open_page(nobodys, f"{HELPERS}/accept")
    tries = [page.send(code=f"0000-0000-{number:04}").status for number in range(11)]
    assert tries == [422] * 10 + [429]


@pytest.mark.parametrize("days", [-1, 0, 366])
def test_a_right_lasts_a_year_at_most(asha, ravi, days):
    with pytest.raises(domain.TooLong):
        service.grant(asha.id, ravi.email, EVERYTHING, clock.now() + timedelta(days=days))


def test_the_form_says_what_is_missing_and_what_is_too_long(ashas):
    page = open_page(ashas, f"{HELPERS}/new").send()
    assert (page.status, len(page.errors)) == (422, 4)
    late = told(page, "ravi@example.org", ends__year=str(clock.now().year + 3))
    assert "at most one year" in late.errors[0]


def test_nobody_helps_themselves(ashas, asha):
    page = told(open_page(ashas, f"{HELPERS}/new"), asha.email.upper())
    assert page.status == 422
    assert db.session.scalar(select(Mandate)) is None


@pytest.mark.promise("M22")
@pytest.mark.parametrize("side", ["asha", "ravi"])
def test_either_side_ends_it_at_once(ashas, ravis, asha, ravi, side):
    row = accepted(asha, ravi)
    client = {"asha": ashas, "ravi": ravis}[side]
    page = open_page(client, HELPERS)
    ended = page.send(to=f"{HELPERS}/{row.id}/end")
    assert "It has ended" in ended.words
    assert service.acting(row.id, ravi.id) is None


def test_nobody_else_ends_it(nobodys, asha, ravi):
    row = accepted(asha, ravi)
    page = open_page(nobodys, f"{HELPERS}/accept")
    assert page.send(to=f"{HELPERS}/{row.id}/end").status == 404
    assert service.acting(row.id, ravi.id) is not None


def test_making_accepting_and_ending_are_in_the_audit_of_the_principal(asha, ravi):
    row = accepted(asha, ravi)
    service.end(row.id, ravi.id)
    db.session.commit()
    about = select(AuditEntry).where(AuditEntry.about == f"mandate:{row.id}")
    entries = db.session.scalars(about.order_by(AuditEntry.number)).all()
    assert [(one.act, one.actor) for one in entries] == [
        ("delegation.granted", str(asha.id)),
        ("delegation.accepted", str(ravi.id)),
        ("delegation.ended", str(ravi.id)),
    ]
    assert {one.subject_id for one in entries} == {asha.id}


def test_services_are_one_a_provider_or_all():
    assert domain.covers(("*",), "revenue", "x")
    assert domain.covers(("revenue",), "revenue", "x")
    assert domain.covers(("revenue/x",), "revenue", "x")
    assert not domain.covers(("revenue/x",), "revenue", "y")
    assert not domain.covers(("revenue/x",), "power", "x")
    assert not domain.covers((), "revenue", "x")
    assert terms("revenue").services == ("revenue",)


def test_codes_that_nobody_used_are_forgotten_and_rights_are_kept(asha, ravi):
    accepted(asha, ravi)
    service.grant(asha.id, "nobody@example.org", EVERYTHING, soon())
    with time_machine.travel(clock.now() + timedelta(days=38)):
        service.sweep()
    assert [row.helper_id for row in db.session.scalars(select(Mandate))] == [ravi.id]
