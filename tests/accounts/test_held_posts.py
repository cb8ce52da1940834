"""Held posts: what comes too late is kept for its sender alone, and sent on once."""

import html
import re
from datetime import timedelta
from io import BytesIO

import pytest
import time_machine
from flask import Response, request
from sqlalchemy import func, select, update

from portal.accounts import service
from portal.accounts.held import service as held_posts
from portal.accounts.held.models import HeldPost
from portal.accounts.leaving import service as leaving
from portal.accounts.sessions.models import SessionRow
from portal.app import create_app
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.errors import DomainError
from portal.web.access import SOON, fresh, public, signed_in
from portal.web.edge import takes
from tests.accounts import factories
from tests.accounts.factories import (
    browser,
    code_at,
    csrf_token,
    make_person,
    send,
    signed_in_client,
    step_now,
)
from tests.accounts.threads import at_once

LETTER, LOCKED, FAILING = "/en/test/letter", "/en/test/locked", "/en/test/failing"
FORM = "/en/account/devices"
IDLE = timedelta(minutes=15)
SECOND = timedelta(seconds=1)
HIDDEN = re.compile(r'<input type="hidden" name="([^"]*)" value="([^"]*)">')
WRITTEN = {"subject": 'ਨਾਂ & "more" <b>', "lines": "one\r\n two"}
DELIVERED = []


@signed_in
def letter():
    DELIVERED.append([*request.form.items(multi=True)])
    return Response("delivered", mimetype="text/plain")


@takes(2**20)
@signed_in
@fresh(SOON)
def locked():
    DELIVERED.append([*request.form.items(multi=True)])
    return Response("delivered", mimetype="text/plain")


@signed_in
def failing():
    raise DomainError


@public
def open_to_all():
    return Response("taken", mimetype="text/plain")


@pytest.fixture(scope="module")
def office(settings):
    other = create_app(settings)
    for view in (letter, locked, failing, open_to_all):
        rule = f"/<any('en'):lang>/test/{view.__name__}"
        other.add_url_rule(rule, view_func=view, methods=["GET", "POST"])
    yield other
    with other.app_context():
        db.engine.dispose()


@pytest.fixture(autouse=True)
def _delivered():
    DELIVERED.clear()


@pytest.fixture
def noon():
    """Tomorrow's: whoever was made before the test has a past, at any time of the day."""
    return (clock.now() + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)


def later(noon, passed):
    return time_machine.travel(noon + passed, tick=False)


def opened(office, person, noon):
    """A browser with a form that was opened at noon, and the form's token."""
    with later(noon, timedelta()):
        client = signed_in_client(office, person)
        return client, csrf_token(client.get(FORM).data)


def sends(client, form, path=LETTER, headers=None, **fields):
    return client.post(path, data={"csrf_token": form, **WRITTEN, **fields}, headers=headers)


def signs_in(client, person, path):
    """Both steps at an address that the browser was sent to; gives what comes after."""
    got = send(client, path, contact=person.email, password=person.password)
    return send(client, got.headers["Location"], code=code_at(person.secret, step_now()))


def kept():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(HeldPost))


def sends_on(client, page):
    """Press the button of the page that says what is kept."""
    told = [(name, html.unescape(text)) for name, text in HIDDEN.findall(page.text)]
    form = page.text[page.text.index('enctype="multipart/form-data"') :]
    fields = [
        (name, html.unescape(text)) for name, text in HIDDEN.findall(form[: form.index("</form>")])
    ]
    assert set(fields) <= set(told)
    path = html.unescape(re.findall(r'<form method="post" action="([^"]*)" enctype', page.text)[0])
    data = {}
    for name, text in fields:
        data.setdefault(name, []).append(text)
    return client.post(path, data=data, content_type="multipart/form-data")


@pytest.fixture
def late(office, app, noon):
    """Asha sent her letter 20 minutes after she opened it: person, browser and the answer."""
    person = make_person()
    client, form = opened(office, person, noon)
    with later(noon, timedelta(minutes=20)):
        return person, client, sends(client, form)


@pytest.mark.promise("M20")
def test_what_came_too_late_goes_on_after_the_sign_in(late, noon):
    person, client, got = late
    assert got.status_code == 303
    assert got.headers["Location"].startswith("/en/sign-in?next=/en/account/held/")
    with later(noon, timedelta(minutes=25)):
        after = signs_in(client, person, got.headers["Location"])
        page = client.get(after.headers["Location"])
        assert page.status_code == 200
        assert LETTER in page.text
        assert not DELIVERED
        assert sends_on(client, page).text == "delivered"
    assert [one for one in DELIVERED[0] if one[0] in WRITTEN] == [*WRITTEN.items()]
    assert kept() == 0


def test_it_is_sent_once_however_often_the_button_is_pressed(late, noon):
    person, client, got = late
    with later(noon, timedelta(minutes=25)):
        page = client.get(signs_in(client, person, got.headers["Location"]).headers["Location"])
        told = [sends_on(client, page) for _ in range(3)]
    assert [one.status_code for one in told] == [200, 410, 410]
    assert "sent already" in told[1].text
    assert len(DELIVERED) == 1


def test_of_many_that_use_it_up_at_once_one_does(app, person):
    token = held_posts.keep(person.id, LETTER, "letter", [("a", "b")], had_files=False)
    db.session.commit()
    told = at_once(app, 8, lambda: held_posts.use_up(person.id, token))
    assert sorted(told) == [False] * 7 + [True]


def test_what_was_undone_is_kept_still(office, app, noon):
    person = make_person()
    client, form = opened(office, person, noon)
    with later(noon, timedelta(minutes=20)):
        got = sends(client, form, FAILING)
        page = client.get(signs_in(client, person, got.headers["Location"]).headers["Location"])
        assert sends_on(client, page).status_code == 409
    assert kept() == 1


@pytest.mark.promise("M20")
def test_somebody_else_who_signs_in_never_sees_it(late, noon):
    _, client, got = late
    with later(noon, timedelta(minutes=25)):
        other = make_person()
        after = signs_in(client, other, got.headers["Location"])
        page = client.get(after.headers["Location"], follow_redirects=True)
        assert "Nothing is kept for you here" in page.text
        assert LETTER not in page.text
        token = got.headers["Location"].rpartition("/")[2]
        form = csrf_token(client.get(FORM).data)
        told = sends(client, form, **{"held-post": token})
        assert told.status_code == 410
        drop = client.post(f"/en/account/held/{token}/drop", data={"csrf_token": form})
        assert drop.status_code == 302
    assert not DELIVERED
    assert kept() == 1


def test_the_table_tells_nobody_what_was_sent(late):
    row = db.session.scalars(select(HeldPost)).one()
    for said in (b"subject", b"more", b"letter", late[2].headers["Location"][-43:].encode()):
        assert said not in row.post_sealed
        assert said not in row.token_hash


def test_it_is_kept_for_an_hour(late, noon):
    person, client, got = late
    with later(noon, timedelta(minutes=80)):
        after = signs_in(client, person, got.headers["Location"])
        page = client.get(after.headers["Location"], follow_redirects=True)
        assert "Nothing is kept for you here" in page.text
        service.sweep()
        db.session.commit()
        assert kept() == 0


def test_it_can_be_dropped(late, noon):
    person, client, got = late
    with later(noon, timedelta(minutes=25)):
        path = signs_in(client, person, got.headers["Location"]).headers["Location"]
        form = csrf_token(client.get(path).data)
        client.post(f"{path}/drop", data={"csrf_token": form})
    assert kept() == 0
    assert not DELIVERED


def test_secrets_and_tokens_are_not_kept(office, app, noon):
    person = make_person()
    client, form = opened(office, person, noon)
    secrets = {"password": "s1", "new": "s2", "code": "s3", "old-password": "s4", "assertion": "s5"}
    with later(noon, IDLE):
        token = sends(client, form, **secrets).headers["Location"].rpartition("/")[2]
        fields = held_posts.find(person.id, token).fields
    assert dict(fields) == WRITTEN


def test_files_are_not_kept_and_that_is_said(office, app, noon):
    person = make_person()
    client, form = opened(office, person, noon)
    with later(noon, IDLE):
        got = sends(client, form, photo=(BytesIO(b"picture"), "me.jpg"))
        page = client.get(signs_in(client, person, got.headers["Location"]).headers["Location"])
        assert "Files are not kept" in page.text
        assert "picture" not in page.text
        assert sends_on(client, page).status_code == 200


def test_the_same_name_sent_twice_is_kept_twice_and_in_order(office, app, noon):
    person = make_person()
    client, form = opened(office, person, noon)
    with later(noon, IDLE):
        got = sends(client, form, many=["b", "a", "b"])
        page = client.get(signs_in(client, person, got.headers["Location"]).headers["Location"])
        sends_on(client, page)
    assert [text for name, text in DELIVERED[0] if name == "many"] == ["b", "a", "b"]


@pytest.mark.parametrize("passed", [IDLE - SECOND, IDLE, IDLE + SECOND])
def test_a_post_is_taken_until_the_last_second_and_kept_from_then_on(office, app, noon, passed):
    client, form = opened(office, make_person(), noon)
    with later(noon, passed):
        got = sends(client, form)
    assert got.status_code == (200 if passed < IDLE else 303)
    assert kept() == (0 if passed < IDLE else 1)


@pytest.mark.parametrize(
    ("passed", "is_kept"), [(timedelta(hours=12) - SECOND, 1), (timedelta(hours=12) + SECOND, 0)]
)
def test_after_the_absolute_end_nothing_is_kept(office, app, noon, passed, is_kept):
    client, form = opened(office, make_person(), noon)
    with later(noon, passed):
        assert sends(client, form).status_code == (303 if is_kept else 400)
    assert kept() == is_kept


def test_rows_that_ended_idle_are_swept_at_their_absolute_end(office, app, noon):
    def rows():
        service.sweep()
        db.session.commit()
        return db.session.scalar(select(func.count()).select_from(SessionRow))

    opened(office, make_person(), noon)
    with later(noon, timedelta(hours=12) - SECOND):
        assert rows() == 1
    with later(noon, timedelta(hours=12)):
        assert rows() == 0


@pytest.mark.promise("W8")
@pytest.mark.parametrize("form", ["", "wrong", "a.b.c", "x" * 5000, "é", "\x00"])
def test_a_post_without_the_token_of_its_form_is_not_kept(office, app, noon, form):
    client, _ = opened(office, make_person(), noon)
    with later(noon, IDLE):
        assert sends(client, form).status_code == 400
    assert kept() == 0


def test_a_post_with_the_token_of_somebody_elses_form_is_not_kept(office, app, noon):
    client, _ = opened(office, make_person(), noon)
    _, theirs = opened(office, make_person(), noon)
    with later(noon, IDLE):
        assert sends(client, theirs).status_code == 400
    assert kept() == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"},
    ],
)
def test_what_another_site_or_a_script_sends_is_not_kept(office, app, noon, headers):
    client, form = opened(office, make_person(), noon)
    with later(noon, IDLE):
        assert sends(client, form, headers=headers).status_code == 400
        assert kept() == 0
        # The browser still has its cookie, so that the press of the button is kept afterwards.
        assert sends(client, form).status_code == 303


def test_what_anybody_may_send_is_not_kept(office, app, noon):
    client, form = opened(office, make_person(), noon)
    with later(noon, IDLE):
        assert sends(client, form, "/en/test/open_to_all").status_code == 400
    assert kept() == 0


def test_who_signs_out_after_the_session_ended_is_told_that_it_is_so(office, app, noon):
    client, form = opened(office, make_person(), noon)
    with later(noon, IDLE):
        assert client.post("/en/sign-out").status_code == 400
        got = client.post("/en/sign-out", data={"csrf_token": form})
        assert got.status_code == 303
        assert "You are signed out." in client.get(got.headers["Location"]).text
    assert kept() == 0


def test_a_visitor_who_was_never_signed_in_is_only_told(office, app):
    client = browser(office)
    form = csrf_token(client.get("/en/sign-in").data)
    assert sends(client, form).status_code == 401
    assert kept() == 0


@pytest.mark.parametrize("ended", ["sign_out", "everywhere", "deleted"])
def test_a_session_that_was_ended_on_purpose_keeps_nothing(office, app, noon, ended):
    person = make_person()
    client, form = opened(office, person, noon)
    with later(noon, timedelta(minutes=1)):
        cookie = client.get_cookie("session").value
        if ended == "sign_out":
            client.post("/en/sign-out", data={"csrf_token": form})
        elif ended == "everywhere":
            service.sign_out_everywhere(person.id)
        else:
            leaving.remove(person.id)
        db.session.commit()
    client.set_cookie("session", cookie)
    with later(noon, IDLE):
        assert sends(client, form).status_code == 400
    assert kept() == 0


def test_another_page_that_was_opened_in_between_loses_nothing(office, app, noon):
    """Its form has made a visitor's session of the one that lapsed."""
    person = make_person()
    client, form = opened(office, person, noon)
    with later(noon, timedelta(minutes=20)):
        client.get("/en/services")
        client.get("/en/sign-in")
        got = sends(client, form)
        assert got.status_code == 303
        after = signs_in(client, person, got.headers["Location"])
        assert "/held/" in after.headers["Location"]


def test_a_second_form_goes_on_after_the_sign_in_for_the_first(office, app, noon):
    person = make_person()
    client, form = opened(office, person, noon)
    with later(noon, timedelta(minutes=20)):
        signs_in(client, person, "/en/sign-in")
        got = sends(client, form)
        assert got.headers["Location"].startswith("/en/account/held/")
        assert sends_on(client, client.get(got.headers["Location"])).status_code == 200


def test_a_form_of_the_one_before_is_not_kept_for_the_next_at_a_shared_device(office, app, noon):
    client, form = opened(office, make_person(), noon)
    with later(noon, timedelta(minutes=20)):
        signs_in(client, make_person(), "/en/sign-in")
        assert sends(client, form).status_code == 400
    assert kept() == 0


def test_one_person_has_no_more_than_five_kept(office, app, noon):
    client, form = opened(office, make_person(), noon)
    with later(noon, timedelta(minutes=20)):
        for _ in range(8):
            assert sends(client, form).status_code == 303
    assert kept() == held_posts.AT_MOST


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        (b"a=" + b"x" * 300_000, "application/x-www-form-urlencoded", 413),
        (b"&".join(b"a=1" for _ in range(2000)), "application/x-www-form-urlencoded", 400),
        (b"%%%\xff\xfe=%zz&=&", "application/x-www-form-urlencoded", 400),
        (b"--x\r\nnothing", "multipart/form-data; boundary=x", 400),
        (b"nothing at all", "multipart/form-data", 400),
        (b'{"csrf_token": 1}', "application/json", 415),
        (b"\x00" * 100, "text/plain", 400),
    ],
)
def test_bodies_that_are_malformed_or_too_large_are_refused_and_not_kept(
    office, app, noon, body, kind, status
):
    client, _ = opened(office, make_person(), noon)
    with later(noon, IDLE):
        assert client.post(LETTER, data=body, content_type=kind).status_code == status
    assert kept() == 0


def test_what_would_not_fit_when_it_is_sent_on_is_not_kept(office, app, noon):
    client, form = opened(office, make_person(), noon)
    fields = {f"f{number}": "x" for number in range(held_posts.FIELDS + 1)}
    with later(noon, IDLE):
        assert sends(client, form, **fields).status_code == 400
        many = {f"f{number}": "x" * 300 for number in range(800)}
        assert sends(client, form, **many).status_code == 400
    assert kept() == 0


def test_as_much_as_a_form_may_bring_is_kept_and_sent_on(office, app, noon):
    person = make_person()
    client, form = opened(office, person, noon)
    text = "ਪ" * 80_000
    with later(noon, IDLE):
        parts = {"csrf_token": form, "text": text}
        got = client.post(LOCKED, data=parts, content_type="multipart/form-data")
        page = client.get(signs_in(client, person, got.headers["Location"]).headers["Location"])
        assert sends_on(client, page).status_code == 200
    assert dict(DELIVERED[0])["text"] == text


def aged(person):
    """The factor was shown too long ago for what is locked."""
    db.session.execute(
        update(SessionRow)
        .where(SessionRow.person_id == person.id)
        .values(confirmed=clock.now() - SOON - SECOND)
    )
    db.session.commit()


def test_a_post_that_needs_a_confirmation_goes_on_after_it(office, app, person):
    client = signed_in_client(office, person)
    aged(person)
    form = csrf_token(client.get(FORM).data)
    got = sends(client, form, LOCKED)
    assert got.headers["Location"].startswith("/en/account/confirm?next=/en/account/held/")
    assert not DELIVERED
    shown = send(client, got.headers["Location"], password=person.password)
    page = client.get(shown.headers["Location"])
    assert sends_on(client, page).text == "delivered"
    assert [one for one in DELIVERED[0] if one[0] in WRITTEN] == [*WRITTEN.items()]
    assert kept() == 0


def test_one_that_waits_too_long_again_is_kept_under_the_same_name(office, app, person):
    client = signed_in_client(office, person)
    aged(person)
    got = sends(client, csrf_token(client.get(FORM).data), LOCKED)
    shown = send(client, got.headers["Location"], password=person.password)
    page = client.get(shown.headers["Location"])
    aged(person)
    again = sends_on(client, page)
    assert again.headers["Location"] == got.headers["Location"]
    assert kept() == 1
    shown = send(client, again.headers["Location"], password=person.password)
    assert sends_on(client, client.get(shown.headers["Location"])).status_code == 200
    assert len(DELIVERED) == 1


def test_without_its_token_nothing_is_kept_for_a_confirmation_either(office, app, person):
    client = signed_in_client(office, person)
    aged(person)
    assert sends(client, "wrong", LOCKED).status_code == 400
    assert kept() == 0


def test_the_page_names_the_part_of_the_site(office, app, noon):
    person = make_person()
    client, form = opened(office, person, noon)
    with later(noon, timedelta(minutes=20)):
        got = client.post("/en/account/sign-out-everywhere?x=%22%3E", data={"csrf_token": form})
        page = client.get(signs_in(client, person, got.headers["Location"]).headers["Location"])
        assert "Where you are signed in" in page.text
        assert 'x=">' not in page.text


def test_nothing_kept_is_left_of_somebody_who_is_gone(late):
    leaving.remove(late[0].id)
    db.session.commit()
    assert kept() == 0


def test_the_form_can_be_read_by_who_has_it_only(late, noon):
    _, _, got = late
    with later(noon, timedelta(minutes=25)):
        stranger = factories.browser(late[1].application)
        answer = stranger.get(got.headers["Location"].rpartition("next=")[2])
        assert answer.status_code == 302
        assert "/sign-in" in answer.headers["Location"]
