"""Where filled-in answers are from: source, day, mark and the way to correct them."""

import dataclasses
from datetime import timedelta

import pytest
import time_machine

from portal.accounts import service as accounts
from portal.applications import applying
from portal.forms import prefilling, sources
from portal.i18n import day, speaking
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.room import Filled, Room
from portal.profile import service as profile
from portal.profile.domain import Source
from portal.registry import Declaration, Field, Form, Step
from portal.registry.discovery import discover
from tests.accounts.factories import send
from tests.applications.factories import INCOME
from tests.applications.pages import open_page
from tests.registry.publishing_factories import words

START = f"/en/apply/revenue/{INCOME}"
STATE_ID = Source("state-id", words("State ID"))
PAPER = "vault.trade_licence"


@pytest.fixture
def draft(person):
    made = applying.begin(person.id, "revenue", INCOME).draft
    db.session.commit()
    return made


def now(draft):
    db.session.expire_all()
    return applying.resume(draft.person_id, "revenue", INCOME).draft


def origin(draft, name):
    with speaking("en"):
        return sources.read(now(draft).sources.get(name))


@pytest.mark.promise("M5")
def test_a_filled_in_answer_says_its_source_its_day_and_where_it_is_corrected(mine, draft):
    page = open_page(mine, f"{START}/you")
    with speaking("en"):
        today = day(clock.today())
    assert f"Filled in from: your profile, {today}" in page.words
    assert f"/en/profile/you?next={START}/you" in page.links("profile/you")
    assert "Not right?" in page.words


def test_what_somebody_vouched_for_is_marked_with_the_day_of_that(person):
    later = clock.now() + timedelta(days=3)
    with time_machine.travel(later):
        profile.verify(person.id, {"name": "Asha Rani"}, STATE_ID)
        db.session.commit()
        draft = applying.begin(person.id, "revenue", INCOME).draft
        db.session.commit()
    found = origin(draft, "applicant")
    with speaking("en"):
        assert found.words == f"your profile, verified by State ID, {day(clock.day(later))}"
    assert found.verified
    assert not origin(draft, "born").verified


def test_a_mark_stands_on_the_page_beside_what_it_is_of(mine, person):
    profile.verify(person.id, {"name": "Asha Rani"}, STATE_ID)
    db.session.commit()
    page = open_page(mine, START).send()
    assert page.text.count("src sure") == 1


def test_each_change_of_the_profile_has_its_day(person, draft):
    later = clock.now() + timedelta(days=10)
    with time_machine.travel(later):
        told = {**profile_answers(person), "name": "Asha Kaur"}
        profile.change(person.id, "you", told)
        db.session.commit()
    changed, other = origin(draft, "applicant"), origin(draft, "born")
    with speaking("en"):
        assert day(clock.day(later)) in changed.words
        assert day(clock.today()) in other.words


def profile_answers(person):
    details = accounts.details(person.id)
    return {"birth_date": details.birth_date.isoformat(), "gender": details.gender.value}


def test_a_correction_in_the_profile_is_in_the_form_that_one_comes_back_to(mine, person, draft):
    page = open_page(mine, f"{START}/you")
    (correct,) = set(page.links("profile/you"))
    back = send(mine, correct, follow=True, **correction("Asha Kaur"))
    assert back.request.path == f"{START}/you"
    assert now(draft).answers["applicant"] == "Asha Kaur"
    assert "applicant" in now(draft).sources


def correction(name):
    return {
        "name": name,
        "father_name": "",
        "gender": "female",
        "birth_date-day": "17",
        "birth_date-month": "5",
        "birth_date-year": "1990",
    }


def test_what_the_person_typed_is_theirs_whatever_the_profile_says_later(mine, person, draft):
    open_page(mine, f"{START}/you").send(later="1", applicant="Asha D.")
    profile.change(person.id, "you", {**profile_answers(person), "name": "Asha Kaur"})
    db.session.commit()
    assert now(draft).answers["applicant"] == "Asha D."
    assert "applicant" not in now(draft).sources


def test_a_correction_reaches_nobody_elses_draft(person, stranger, draft):
    theirs = applying.begin(stranger.id, "revenue", INCOME).draft
    db.session.commit()
    before = dict(theirs.answers)
    profile.change(person.id, "you", {**profile_answers(person), "name": "Asha Kaur"})
    db.session.commit()
    assert now(theirs).answers == before


@pytest.mark.promise("M5")
@pytest.mark.parametrize("provider", discover(), ids=lambda one: one.slug)
def test_no_declaration_of_any_provider_is_filled_in(app, person, provider):
    """Also if one could name a source: nobody agrees for a person."""
    for service in provider.services:
        told = prefilling.known(person.id, service.form)
        for one in service.form.fields:
            assert not (isinstance(one, Declaration) and one.name in told), one.name


def test_a_declaration_that_names_a_source_is_not_filled_in(person):
    sneaky = Declaration("agreed", words("I agree.")).model_copy(update={"prefill": "profile.name"})
    form = Form(Step(words("Page"), sneaky, Field.name("q", words("Q"), prefill="profile.name")))
    assert set(prefilling.known(person.id, form)) == {"q"}


def test_a_room_that_joins_is_asked_once_for_all_that_it_has(person):
    asked = []

    def vault(person_id, paths):
        asked.append((person_id, set(paths)))
        return {
            PAPER: Filled(
                "TL-1", {"en": "your licence"}, clock.today(), verified=True, path="vault/1"
            )
        }

    rooms = [Room("one", prefill=dict.fromkeys((PAPER, "vault.other"), vault))]
    found = prefilling.ask(rooms, person.id, {PAPER, "vault.other", "profile.name"})
    assert asked == [(person.id, {PAPER, "vault.other"})]
    assert found[PAPER].verified
    assert prefilling.ask(rooms, person.id, {"profile.name"}) == {}
    assert len(asked) == 1


def test_what_is_kept_of_a_source_is_told_again():
    filled = Filled(
        "x", {"en": "your licence", "ur": "لائسنس"}, clock.today(), verified=True, path="vault/1"
    )
    with speaking("ur"):
        told = sources.read(sources.written(filled))
        assert told.words.startswith("لائسنس")
    assert (told.verified, told.path) == (True, "vault/1")
    assert sources.read({}) is None
    assert sources.in_words(None) == ""


def test_whoever_acts_for_another_is_not_led_to_a_profile(draft):
    course = applying.resume(draft.person_id, "revenue", INCOME)
    theirs = dataclasses.replace(course, owner="Asha Devi")
    with speaking("en"):
        assert all(not sources.read(told).path for told in theirs.sources.values())
