"""Sessions: opaque, renewed at each step, ended in time, and never half-written."""

import contextvars
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from flask import Response, flash, session
from sqlalchemy import func, select

from portal.accounts import service
from portal.accounts.domain import Level, Role
from portal.accounts.leaving import service as leaving
from portal.accounts.sessions import service as sessions
from portal.accounts.sessions.models import SessionRow
from portal.app import create_app, read_settings
from portal.kernel import clock, crypto
from portal.kernel.db import at_commit, db
from portal.kernel.errors import DomainError
from portal.web.access import public, signed_in, visitor
from tests.accounts import factories
from tests.accounts.factories import browser, send, sign_in, signed_in_client

HOME = "/en/account"
COOKIE = "session"
SECOND = timedelta(seconds=1)


def token(client):
    cookie = client.get_cookie(COOKIE)
    return cookie and cookie.value


def rows():
    db.session.rollback()
    return db.session.scalar(select(func.count()).select_from(SessionRow))


def is_signed_in(client):
    return client.get(HOME).status_code == 200


def holder_of(app, value):
    client = browser(app)
    client.set_cookie(COOKIE, value)
    return client


def cookie_said(response):
    return next(one for one in response.headers.getlist("Set-Cookie") if "session=" in one)


@pytest.fixture
def noon():
    """Tomorrow's: whoever was made before the test has a past, at any time of the day."""
    return (clock.now() + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)


def begin(person_id):
    session["draft"] = "half done"
    sessions.begin(Level.SIGNED_IN, person_id)
    flash("You are signed in.", "ok")


@public
def refused(person_id):
    begin(person_id)
    raise DomainError


@public
def fault(person_id):
    begin(person_id)
    raise RuntimeError


@public
def commit_fails(person_id):
    def fail(*_):
        raise RuntimeError

    begin(person_id)
    at_commit(fail)
    return plain("done")


@public
def keep():
    session["draft"] = "kept"
    return plain("kept")


@public
def drafts():
    return plain(session.get("draft", "nothing"))


@public
def joins(person_id):
    sessions.begin(Level.ENROLLING, person_id)
    return plain("joining")


@public
def arrives(person_id):
    sessions.begin(Level.SIGNED_IN, person_id)
    return plain("here")


@signed_in
def me():
    return plain(visitor().name)


def plain(text):
    return Response(text, mimetype="text/plain")


@pytest.fixture
def faulty(settings, app):
    """The application with views that keep something, and that sign somebody in and then fail."""
    other = create_app(settings)
    other.config["PROPAGATE_EXCEPTIONS"] = False
    for view in (refused, fault, commit_fails, joins, arrives):
        other.add_url_rule(f"/test/{view.__name__}/<uuid:person_id>", view_func=view)
    for view in (keep, drafts, me):
        other.add_url_rule(f"/test/{view.__name__}", view_func=view)
    yield other
    with other.app_context():
        db.engine.dispose()


def test_nothing_is_kept_of_a_visitor_who_only_looks(client):
    response = client.get("/en/nothing-here")
    assert response.status_code == 404
    assert token(client) is None
    assert rows() == 0


def test_a_visitor_without_a_cookie_costs_no_query(client, queries):
    with queries() as told:
        client.get("/healthz")
    assert told == []


def test_a_page_with_a_form_makes_one_session_of_nobody(client):
    client.get("/en/sign-in")
    client.get("/en/sign-in")
    row = db.session.scalars(select(SessionRow)).one()
    assert (row.level, row.person_id) == (Level.VISITOR, None)


def test_the_cookie_is_for_this_site_and_no_script(client):
    said = cookie_said(client.get("/en/sign-in"))
    assert said.startswith("session=")
    assert "HttpOnly" in said
    assert "SameSite=Lax" in said
    assert "Path=/" in said
    assert "Domain" not in said
    assert "Expires" not in said


def test_over_tls_the_cookie_is_bound_to_the_host(settings, app):
    kernel = settings.kernel
    secure = create_app(
        read_settings(
            {
                "PORTAL_ENV": "test",
                "PORTAL_BASE_URL": "https://sanjha.example",
                "PORTAL_VAR": str(kernel.var),
                "DATABASE_URL": kernel.database_url,
            }
        )
    )
    response = browser(secure).get("/en/sign-in", base_url="https://sanjha.example")
    said = cookie_said(response)
    assert said.startswith("__Host-session=")
    assert "Secure" in said
    with secure.app_context():
        db.engine.dispose()


def test_the_table_holds_neither_the_token_nor_what_is_kept(faulty):
    client = browser(faulty)
    client.get("/test/keep")
    row = db.session.scalars(select(SessionRow)).one()
    assert row.token_hash == crypto.token_hash(token(client))
    assert b"kept" not in row.data
    assert token(client).encode() not in row.data
    assert len(token(client)) >= 43


def test_what_pages_keep_comes_back(faulty):
    client = browser(faulty)
    client.get("/test/keep")
    assert client.get("/test/drafts").text == "kept"
    assert browser(faulty).get("/test/drafts").text == "nothing"


@pytest.mark.promise("M20")
def test_the_token_changes_at_each_step_and_the_old_ones_end(person, client, app):
    client.get("/en/sign-in")
    visitor_token = token(client)
    send(client, "/en/sign-in", contact=person.email, password=person.password)
    halfway_token = token(client)
    send(client, "/en/sign-in/code", code=factories.fresh_code(person))
    assert len({visitor_token, halfway_token, token(client)}) == 3
    assert is_signed_in(client)
    assert not is_signed_in(holder_of(app, visitor_token))
    assert not is_signed_in(holder_of(app, halfway_token))
    assert rows() == 1


def test_a_token_that_somebody_planted_is_of_no_use_to_them(person, client, app):
    thief = browser(app)
    thief.get("/en/sign-in")
    client.set_cookie(COOKIE, token(thief))
    sign_in(client, person)
    assert is_signed_in(client)
    assert not is_signed_in(thief)


def test_an_invented_token_is_not_taken_up(client):
    client.set_cookie(COOKIE, "a" * 43)
    client.get("/en/sign-in")
    assert token(client) != "a" * 43


def test_a_dead_token_is_taken_from_the_browser(client):
    client.set_cookie(COOKIE, "a" * 43)
    client.get("/en/nothing-here")
    assert token(client) is None


@pytest.mark.promise("M20")
def test_the_password_alone_opens_nothing(person, client):
    send(client, "/en/sign-in", contact=person.email, password=person.password)
    assert client.get(HOME).status_code == 302


def test_what_a_visitor_began_goes_on_after_the_sign_in(person, faulty):
    client = browser(faulty)
    client.get("/test/keep")
    sign_in(client, person)
    assert client.get("/test/me").text == person.name
    assert client.get("/test/drafts").text == "kept"


def test_what_was_kept_for_one_person_is_not_there_for_the_next(person, faulty):
    client, other = browser(faulty), factories.make_person()
    sent = {"contact": other.email, "password": factories.PASSWORD}
    assert send(client, "/en/sign-in", **sent).status_code == 302
    client.get("/test/keep")
    assert client.get("/test/drafts").text == "kept"
    sign_in(client, person)
    assert client.get("/test/me").text == person.name
    assert client.get("/test/drafts").text == "nothing"


def test_whoever_was_joining_is_a_new_device_to_anybody_else(person, faulty, monkeypatch):
    told, client = [], browser(faulty)
    monkeypatch.setattr(
        "portal.accounts.devices.service.arrive",
        lambda who, *, new_account: told.append((who, new_account)),
    )
    client.get(f"/test/joins/{factories.make_unfinished()}")
    client.get(f"/test/arrives/{person.id}")
    assert told == [(person.id, False)]


@pytest.mark.promise("M20")
@pytest.mark.parametrize(("past", "opens"), [(-SECOND, True), (0 * SECOND, False), (SECOND, False)])
def test_an_idle_session_ends_after_fifteen_minutes(app, noon, past, opens):
    with time_machine.travel(noon, tick=False):
        client = signed_in_client(app, factories.make_person())
    with time_machine.travel(noon + timedelta(minutes=15) + past, tick=False):
        assert is_signed_in(client) is opens


def test_after_fifteen_idle_minutes_one_signs_in_again(app, noon):
    with time_machine.travel(noon, tick=False):
        client = signed_in_client(app, factories.make_person())
    with time_machine.travel(noon + timedelta(minutes=30), tick=False):
        response = client.get(HOME)
        assert response.status_code == 302
        assert response.headers["Location"] == "/en/sign-in?next=/en/account"


@pytest.mark.parametrize(("role", "hours"), [(None, 12), ("officer", 8), ("admin", 8)])
def test_however_busy_a_session_ends(app, noon, role, hours):
    with time_machine.travel(noon, tick=False):
        provider = "revenue" if role == "officer" else None
        client = signed_in_client(app, factories.make_person(role=role, provider=provider))
    minutes = 0
    while (minutes := minutes + 14) < hours * 60:
        with time_machine.travel(noon + timedelta(minutes=minutes), tick=False):
            assert is_signed_in(client)
    with time_machine.travel(noon + timedelta(hours=hours) - SECOND, tick=False):
        assert is_signed_in(client)
    with time_machine.travel(noon + timedelta(hours=hours) + SECOND, tick=False):
        assert not is_signed_in(client)


@pytest.mark.parametrize(("role", "hours"), [(None, 12), ("integrator", 8)])
def test_a_sign_in_through_the_pages_lasts_as_long(client, role, hours):
    person = factories.make_person(role=role, provider="revenue" if role else None)
    sign_in(client, person)
    row = db.session.scalars(select(SessionRow).where(SessionRow.person_id == person.id)).one()
    assert timedelta(hours=hours) - (row.ends - row.created_at) < 60 * SECOND


def test_the_first_step_waits_ten_minutes_for_the_second(person, client, noon):
    with time_machine.travel(noon, tick=False):
        send(client, "/en/sign-in", contact=person.email, password=person.password)
    with time_machine.travel(noon + timedelta(minutes=10) - SECOND, tick=False):
        # A look at the form of a visitor's session, which the token of forms is put into.
        assert client.get("/en/sign-in/code").status_code == 200
    with time_machine.travel(noon + timedelta(minutes=20), tick=False):
        assert client.get("/en/sign-in/code").headers["Location"] == "/en/sign-in"


def test_a_look_is_noted_once_a_minute(person, app, noon):
    def seen():
        db.session.rollback()
        return db.session.scalars(select(SessionRow.seen)).one()

    with time_machine.travel(noon, tick=False):
        client = signed_in_client(app, person)
        client.get("/en/nothing-here")
    with time_machine.travel(noon + 59 * SECOND, tick=False):
        client.get("/en/nothing-here")
        assert seen() == noon
    with time_machine.travel(noon + 60 * SECOND, tick=False):
        client.get("/en/nothing-here")
        assert seen() == noon + 60 * SECOND


def test_signing_out_ends_the_session_and_its_token(person, client, app):
    sign_in(client, person)
    old = token(client)
    response = client.post("/en/sign-out", data={"csrf_token": csrf(client)})
    assert response.status_code == 302
    assert token(client) != old
    assert not is_signed_in(client)
    assert not is_signed_in(holder_of(app, old))


def test_nobody_is_signed_out_by_a_link(person, client):
    sign_in(client, person)
    assert client.get("/en/sign-out").status_code == 405
    assert client.post("/en/sign-out").status_code == 400
    assert is_signed_in(client)


def test_signing_out_everywhere_ends_every_session_of_that_person(person, client, app):
    other = signed_in_client(app, person)
    neighbour = signed_in_client(app, factories.make_person())
    sign_in(client, person)
    client.post("/en/account/sign-out-everywhere", data={"csrf_token": csrf(client)})
    assert not is_signed_in(client)
    assert not is_signed_in(other)
    assert is_signed_in(neighbour)


def test_no_request_brings_back_a_session_that_was_ended_beside_it(person, client, app):
    sign_in(client, person)
    old, form = token(client), csrf(client)

    def ask(number):
        other = holder_of(app, old)
        if number == 5:
            return other.post("/en/sign-out", data={"csrf_token": form}).status_code
        return other.get(HOME).status_code

    with time_machine.travel(clock.now() + timedelta(minutes=2)), ThreadPoolExecutor(6) as pool:
        told = list(pool.map(lambda one: contextvars.Context().run(ask, one), range(12)))
    assert set(told) <= {200, 302}
    assert not is_signed_in(holder_of(app, old))
    assert not db.session.scalar(select(func.count()).where(SessionRow.person_id == person.id))


@pytest.mark.parametrize("way", ["refused", "fault", "commit_fails"])
def test_a_request_that_was_undone_signs_nobody_in(person, faulty, way):
    client = browser(faulty)
    client.get("/test/keep")
    response = client.get(f"/test/{way}/{person.id}")
    assert response.status_code in (409, 500)
    assert "You are signed in" not in response.text
    assert client.get("/test/me").status_code == 302
    assert client.get("/test/drafts").text == "kept"
    assert not db.session.scalar(select(func.count()).where(SessionRow.person_id == person.id))


def test_a_form_can_be_sent_again_after_a_refusal(person, faulty):
    client = browser(faulty)
    token_of_form = csrf(client, "/en/sign-in")
    client.get(f"/test/refused/{person.id}")
    told = {"csrf_token": token_of_form, "contact": person.email, "password": person.password}
    assert client.post("/en/sign-in", data=told).status_code == 302


def test_a_session_that_ended_half_way_does_not_come_back_signed_in(person, client):
    send(client, "/en/sign-in", contact=person.email, password=person.password)
    form = csrf(client, "/en/sign-in/code")
    service.sign_out_everywhere(person.id)
    db.session.commit()
    told = {"csrf_token": form, "code": factories.fresh_code(person)}
    assert client.post("/en/sign-in/code", data=told).status_code == 400
    assert not is_signed_in(client)


def test_ended_sessions_are_swept_and_others_stay(person, app, noon):
    with time_machine.travel(noon, tick=False):
        signed_in_client(app, person)
    with time_machine.travel(noon + timedelta(minutes=10), tick=False):
        signed_in_client(app, person)
        browser(app).get("/en/sign-in")
    with time_machine.travel(noon + timedelta(minutes=16), tick=False):
        assert service.overview(person.id).sessions == 1
        service.sweep()
        db.session.commit()
        # The one that ended idle is kept to its end: see test_held_posts.
        assert rows() == 3
    with time_machine.travel(noon + timedelta(minutes=71), tick=False):
        service.sweep()
        db.session.commit()
        assert rows() == 2
    with time_machine.travel(noon + timedelta(hours=12, minutes=5), tick=False):
        service.sweep()
        db.session.commit()
        assert rows() == 1


def everywhere(app, person, change):
    """Who of three browsers is still signed in after that: two of the person, one of another."""
    mine = [signed_in_client(app, person) for _ in range(2)]
    theirs = signed_in_client(app, factories.make_person())
    change()
    db.session.commit()
    return [is_signed_in(one) for one in (*mine, theirs)]


@pytest.mark.promise("M20")
@pytest.mark.parametrize("what", ["password", "factor", "role given", "role taken", "deletion"])
def test_sessions_end_on_what_changes_who_may_come_in(app, what):
    person = factories.make_person(role="admin")

    def change_factor():
        service.new_app(person.id)
        secret = factories.waiting_secret(person.id)
        service.confirm_app(person.id, factories.code_at(secret, factories.step_now()))

    changes = {
        "password": lambda: service.change_password(person.id, "nine herons on the lake"),
        "factor": change_factor,
        "role given": lambda: service.grant(person.id, Role.OFFICER, "revenue", by="tests"),
        "role taken": lambda: service.revoke(person.id, Role.ADMIN, by="tests"),
        "deletion": lambda: leaving.remove(person.id),
    }
    assert everywhere(app, person, changes[what]) == [False, False, True]


@pytest.mark.promise("M20")
def test_of_a_hundred_requests_during_a_sign_out_none_is_served_after_it(person, client, app):
    sign_in(client, person)
    old, form = token(client), csrf(client)
    ended = threading.Event()
    start = threading.Barrier(101)

    def ask():
        other = holder_of(app, old)
        start.wait(60)
        began_after = ended.is_set()
        return began_after, other.get(HOME).status_code

    def leave():
        other = holder_of(app, old)
        start.wait(60)
        got = other.post("/en/sign-out", data={"csrf_token": form})
        ended.set()
        return got.status_code

    with ThreadPoolExecutor(101) as pool:
        asked = [pool.submit(contextvars.Context().run, ask) for _ in range(100)]
        left = pool.submit(contextvars.Context().run, leave)
    assert left.result() == 302
    told = [one.result() for one in asked]
    assert {status for _, status in told} <= {200, 302}
    assert not [status for after, status in told if after and status == 200]
    assert [holder_of(app, old).get(HOME).status_code for _ in range(20)] == [302] * 20
    assert not db.session.scalar(select(func.count()).where(SessionRow.person_id == person.id))


@pytest.mark.promise("M20")
def test_requests_that_go_on_through_a_sign_out_are_not_served_any_more(person, client, app):
    """Each of a hundred asks again and again: once the sign-out was answered, never with a page."""
    sign_in(client, person)
    old, form = token(client), csrf(client)
    ended = threading.Event()

    def ask():
        other = holder_of(app, old)
        after = []
        while len(after) < 2:
            is_over = ended.is_set()
            status = other.get(HOME).status_code
            other.set_cookie(COOKIE, old)
            after += [status] if is_over else []
        return after

    with ThreadPoolExecutor(16) as pool:
        asked = [pool.submit(contextvars.Context().run, ask) for _ in range(100)]
        holder_of(app, old).post("/en/sign-out", data={"csrf_token": form})
        ended.set()
    assert [one.result() for one in asked] == [[302, 302]] * 100


@pytest.mark.parametrize("planted", ["visitor", "halfway", "other"])
def test_a_session_that_was_planted_becomes_nobodys(person, app, planted):
    """Session fixation: whatever token the browser came with, the sign-in gives another."""
    thief, victim = browser(app), browser(app)
    thief.get("/en/sign-in")
    if planted == "halfway":
        send(thief, "/en/sign-in", contact=person.email, password=person.password)
    if planted == "other":
        thief = signed_in_client(app, factories.make_person())
        thief.post("/en/sign-out", data={"csrf_token": csrf(thief)})
    before = token(thief)
    if before:
        victim.set_cookie(COOKIE, before)
    victim.get("/en/sign-in")
    sign_in(victim, person)
    assert token(victim) != before
    assert not is_signed_in(thief)
    thief.set_cookie(COOKIE, before or "a" * 43)
    assert not is_signed_in(thief)


def test_no_address_and_no_page_holds_the_token(person, client):
    sign_in(client, person)
    for path in (HOME, "/en/account/devices", "/en/account/confirm"):
        page = client.get(path)
        assert token(client) not in page.text
        assert token(client) not in str(page.headers.getlist("Location"))


def csrf(client, path=HOME):
    return factories.csrf_token(client.get(path).data)
