"""What an integrator sets and sees: signatures, limits, how the endpoint fares, and days."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import text

from portal.kernel import clock
from portal.kernel.db import db
from portal.webhooks.endpoints import service as endpoints
from portal.webhooks.sending import service as sending
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.jobs import run_jobs
from tests.webhooks.conftest import deliver, deliver_until_dead, deliveries
from tests.webhooks.test_back_office import SECRET_SHOWN, TEHSIL, listed
from tests.webhooks.test_delivery import FAILURE, fail_for_ever

LIST = f"{TEHSIL}/messages"
PUBLIC_SHOWN = re.compile(r"whpk_[A-Za-z0-9+/=]{44}")


@pytest.fixture
def integrator(app):
    return signed_in_client(app, make_person(role="integrator", provider="tehsil"))


def post(client, path, page=TEHSIL, *, follow=True, **told):
    told["csrf_token"] = csrf_token(client.get(page).data)
    return client.post(path, data=told, follow_redirects=follow)


def endpoint():
    db.session.expire_all()
    return endpoints.of("tehsil")


def test_a_pair_of_keys_shows_its_public_half_always_and_its_private_half_never(
    integrator, department
):
    answer = post(integrator, f"{TEHSIL}/secret", kind="v1a")
    (shown,) = PUBLIC_SHOWN.findall(answer.text)
    assert endpoints.public_keys("tehsil") == (shown,)
    assert "whsk_" not in answer.text
    assert PUBLIC_SHOWN.findall(integrator.get(TEHSIL).text) == [shown]
    assert not SECRET_SHOWN.search(answer.text)


def test_a_new_key_stands_beside_the_old_one(integrator, department):
    post(integrator, f"{TEHSIL}/secret", kind="v1a")
    answer = post(integrator, f"{TEHSIL}/secret", kind="")
    assert len(PUBLIC_SHOWN.findall(answer.text)) == 2


def test_one_may_go_back_to_a_shared_secret(integrator, department):
    post(integrator, f"{TEHSIL}/secret", kind="v1a")
    answer = post(integrator, f"{TEHSIL}/secret", kind="v1")
    assert SECRET_SHOWN.search(answer.text)
    assert not SECRET_SHOWN.search(integrator.get(TEHSIL).text)


@pytest.mark.parametrize("kind", ["v2", "none", "v1a\x00"])
def test_a_kind_that_is_none_leaves_it_as_it_is(integrator, department, kind):
    post(integrator, f"{TEHSIL}/secret", kind=kind)
    assert endpoints.kind_of(endpoint()) == "v1"


def test_limits_are_set_and_taken_back(integrator, department):
    answer = post(integrator, f"{TEHSIL}/limits", in_flight="2", per_second="10")
    assert "The limits are saved." in answer.text
    assert (endpoint().in_flight, endpoint().per_second) == (2, 10)
    assert 'value="10"' in integrator.get(TEHSIL).text
    post(integrator, f"{TEHSIL}/limits", in_flight="", per_second="")
    assert (endpoint().in_flight, endpoint().per_second) == (None, None)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"in_flight": "0"}, "Enter 1 or more."),
        ({"in_flight": "51"}, "Enter 50 or less."),
        ({"per_second": "-1"}, "Enter 1 or more."),
        ({"per_second": "1001"}, "Enter 1,000 or less."),
        ({"per_second": "many"}, "Enter a whole number, like 12."),
    ],
)
def test_limits_out_of_bounds_are_refused(integrator, department, told, sentence):
    answer = post(integrator, f"{TEHSIL}/limits", **told)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert (endpoint().in_flight, endpoint().per_second) == (None, None)


def test_limits_of_what_is_not_there_are_not_found(integrator):
    assert post(integrator, f"{TEHSIL}/limits", in_flight="2").status_code == 404


@pytest.mark.parametrize("path", ["secret", "limits", "messages/replay"])
def test_a_stranger_changes_nothing(app, department, path):
    stranger = signed_in_client(app, make_person(role="integrator", provider="water-board"))
    home = "/en/console/webhooks/water-board"
    assert post(stranger, f"{TEHSIL}/{path}", home, kind="v1a").status_code == 404
    assert endpoints.kind_of(endpoint()) == "v1"


def test_a_resting_endpoint_says_so_and_so_do_its_messages(integrator, department, send):
    fail_for_ever(department)
    for each in [send() for _ in range(5)]:
        deliver(deliveries(each)[0])
    waiting = deliveries(send())[0]
    assert "This endpoint rests" in integrator.get(TEHSIL).text
    assert ">resting<" in integrator.get("/en/console/webhooks/").text
    assert "Your endpoint rests" in integrator.get(f"{LIST}/{waiting.id}").text


def test_one_that_fails_says_since_when(integrator, department, application):
    department.answers[:] = [FAILURE] * 3
    for _ in range(3):
        deliver(deliveries(application)[0])
    assert "It has failed since" in integrator.get(TEHSIL).text


def test_one_that_was_switched_off_says_why(integrator, department, send):
    fail_for_ever(department)
    with time_machine.travel(clock.now() - timedelta(hours=121)):
        deliver(deliveries(send())[0])
    deliver(deliveries(send())[0])
    assert "It did nothing but fail for days." in integrator.get(TEHSIL).text
    assert "Your endpoint is switched off." in integrator.get(f"{LIST}/{deliveries()[1].id}").text


def test_a_message_that_waits_for_its_turn_says_so(integrator, department, application):
    for _ in range(4):
        sending.gate.enter("tehsil", 4)
    deliver(deliveries(application)[0])
    text_ = integrator.get(f"{LIST}/{deliveries()[0].id}").text
    assert "as many messages in hand as it takes" in text_


@pytest.fixture
def three_days(department, send):
    """A message of each of three days, by the day; all were given up."""
    made = {}
    for day in (1, 2, 3):
        # Half past one in the morning where the integrator is: the day before in UTC.
        with time_machine.travel(datetime(2026, 11, day, 20, tzinfo=UTC), tick=False):
            fail_for_ever(department)
            made[day + 1] = send()
            deliver_until_dead(deliveries(made[day + 1])[0])
    db.session.execute(text("DELETE FROM procrastinate_jobs"))
    db.session.commit()
    department.answers.clear()
    department.heard.clear()
    return made


@pytest.mark.parametrize(
    ("asked", "days"),
    [
        ("since=2026-11-03", {3, 4}),
        ("until=2026-11-03", {2, 3}),
        ("since=2026-11-03&until=2026-11-03", {3}),
        ("since=2026-11-05", set()),
        ("since=odd&until=", {2, 3, 4}),
    ],
)
def test_the_list_is_filtered_by_days(integrator, three_days, asked, days):
    text_ = integrator.get(f"{LIST}?{asked}").text
    assert {day for day, one in three_days.items() if one.reference in text_} == days


def test_paging_keeps_the_days(integrator, three_days, monkeypatch):
    monkeypatch.setattr("portal.webhooks.back_office.PAGE", 1)
    first = integrator.get(f"{LIST}?since=2026-11-03&until=2026-11-04").text
    link = re.search(r'href="([^"]+)" rel="next"', first)[1].replace("&amp;", "&")
    second = integrator.get(link).text
    assert "since=2026-11-03" in link
    assert [len(listed(one)) for one in (first, second)] == [1, 1]
    assert three_days[4].reference in first
    assert three_days[3].reference in second


def test_what_was_given_up_in_some_days_is_sent_again_by_a_button(
    integrator, three_days, department
):
    page = f"{LIST}?shown=dead"
    assert "Send all of these days again" in integrator.get(page).text
    told = {"since": "2026-11-03", "until": "2026-11-03"}
    answer = post(integrator, f"{LIST}/replay", page, **told)
    assert "One message is sent again" in answer.text
    run_jobs()
    assert [one.message["data"]["application"] for one in department.heard] == [
        three_days[3].reference
    ]
    assert post(integrator, f"{LIST}/replay", page, **told).status_code == 409
    answer = post(integrator, f"{LIST}/replay", page)
    assert "2 messages are sent again" in answer.text
    run_jobs()
    assert {one.state for one in deliveries()} == {"delivered"}


def test_what_is_sent_again_to_a_resting_endpoint_waits_for_it(integrator, three_days, department):
    row = endpoint()
    row.state, row.rests_until = "resting", clock.now() + timedelta(hours=1)
    db.session.commit()
    post(integrator, f"{LIST}/replay", f"{LIST}?shown=dead")
    run_jobs()
    assert department.heard == []
    endpoints.of("tehsil").rests_until = clock.now()
    db.session.commit()
    sending.wake()
    db.session.commit()
    run_jobs()
    assert {one.state for one in deliveries()} == {"delivered"}
    assert endpoint().state == "active"
