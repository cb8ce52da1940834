"""What holds for every route, also for the one that is written next."""

import re

import pytest
from sqlalchemy import text

from portal.kernel.db import Base, db
from portal.web.access import Access, declared
from portal.web.headers import HEADERS
from tests.contracts.routes import CHANGING, address, is_page, plain, rules, token_of

KINDS = {"public", "signed_in", "permission", "program", "signing_in"}
# What reading a page may write: who came, how often somebody tried, and who looked at what.
WRITTEN_BY_READING = {
    "sessions",
    "attempts",
    "audit_entries",
    "disclosures",
    # The counters of caches and of the worker are no rows of anybody.
}
LANGUAGES = {"en": "ltr", "pa": "ltr", "pa-Arab": "rtl", "hi": "ltr", "ur": "rtl"}


def changing(app):
    return [
        (rule, access, method)
        for rule, access in rules(app)
        for method in CHANGING
        if method in rule.methods
    ]


def reading(app):
    return [(rule, access) for rule, access in rules(app) if "GET" in rule.methods]


def tables():
    """The rows of every table, as one number each."""
    kept = [name for name in Base.metadata.tables if name not in WRITTEN_BY_READING]
    summed = "SELECT count(*), coalesce(sum(hashtext(t::text)), 0) FROM {} t"
    found = {name: tuple(db.session.execute(text(summed.format(name))).one()) for name in kept}
    jobs = db.session.execute(text(summed.format("procrastinate_jobs"))).one()
    db.session.rollback()
    return found | {"procrastinate_jobs": tuple(jobs)}


@pytest.mark.promise("W8")
def test_every_route_says_who_may_open_it(house):
    for endpoint, access in declared(house).items():
        assert access.kind in KINDS, endpoint
        assert bool(access.need) is (access.kind in ("permission", "program")), endpoint


def test_every_permission_that_a_route_needs_is_declared_by_a_room(house):
    known = {name for room in house.extensions["rooms"] for name in room.permissions}
    needed = {one.need for one in declared(house).values() if one.kind == "permission"}
    assert needed <= known


def test_back_office_pages_need_a_permission(house):
    for rule, access in rules(house):
        # The overview shows each its own parts, and refuses those who have none: see below.
        if rule.endpoint == "admin.overview":
            continue
        if re.search(r":lang>/(desk|console|admin)(/|$)", rule.rule):
            assert access.kind == "permission", rule.rule


def test_programs_paths_need_a_token_or_are_named_here(house):
    public = {
        "api.openapi",
        "api.docs",
        "file_links.download",
        "files.download",
        "files.linked",
        "files.fetch",
    }
    for rule, access in rules(house):
        if rule.rule.startswith("/api/") and access != Access("program", access.need):
            assert rule.endpoint in public or "catalogue" in rule.rule, rule.endpoint


@pytest.mark.promise("W8")
def test_every_change_needs_the_token_of_the_form(house, lived_in, application, as_everybody):
    client, before = plain(house, as_everybody), None
    client.get("/en/applications")
    before = tables()
    for rule, _, method in changing(house):
        if not is_page(rule):
            continue
        path = address(rule, reference=application.reference)
        for sent in ({}, {"csrf_token": "wrong"}, {"csrf_token": ""}):
            got = client.open(path, method=method, data=sent)
            assert got.status_code == 400, (path, got.status_code)
        got = client.open(path, method=method, json={"csrf_token": "wrong"})
        assert got.status_code in (400, 415), path
    assert tables() == before


def test_a_token_of_another_session_changes_nothing(house, application, as_everybody, as_visitor):
    client, theirs = plain(house, as_everybody), token_of(plain(house, as_visitor))
    client.get("/en/applications")
    before = tables()
    for rule, _, method in changing(house):
        if is_page(rule):
            path = address(rule, reference=application.reference)
            got = client.open(path, method=method, data={"csrf_token": theirs})
            assert got.status_code == 400, path
    assert tables() == before


@pytest.mark.parametrize("who", ["as_citizen", "as_everybody", "as_visitor"])
def test_reading_changes_nothing(house, application, who, request):
    client = plain(house, request.getfixturevalue(who))
    client.get("/en/applications")
    before = tables()
    for rule, _ in reading(house):
        path = address(rule, reference=application.reference)
        for method in ("GET", "HEAD"):
            got = client.open(path, method=method)
            # The migrations did not run in this database, and /readyz says so.
            assert got.status_code < 500 or path == "/readyz", (path, got.status_code)
    after = tables()
    assert {name for name in after if after[name] != before[name]} == set()


def test_a_visitor_is_sent_to_the_sign_in(house, application, as_visitor):
    client = plain(house, as_visitor)
    for rule, access in reading(house):
        if access.kind not in ("signed_in", "permission"):
            continue
        got = client.get(address(rule, reference=application.reference))
        assert got.status_code == 302, rule.rule
        assert "/sign-in?next=" in got.headers["Location"], rule.rule


def test_a_visitor_changes_nothing(house, application, as_visitor):
    client = plain(house, as_visitor)
    token = token_of(client)
    before = tables()
    for rule, access, method in changing(house):
        if access.kind not in ("signed_in", "permission"):
            continue
        path = address(rule, reference=application.reference)
        got = client.open(path, method=method, data={"csrf_token": token})
        assert got.status_code == 401, (path, got.status_code)
    assert tables() == before


@pytest.mark.promise("W8")
def test_a_citizen_opens_nothing_that_needs_a_permission(house, application, as_citizen):
    client = plain(house, as_citizen)
    token = token_of(client)
    before = tables()
    for rule, access in rules(house):
        if access.kind != "permission":
            continue
        for method in set(rule.methods) & {"GET", *CHANGING}:
            path = address(rule, reference=application.reference)
            got = client.open(path, method=method, data={"csrf_token": token})
            assert got.status_code == 403, (path, method, got.status_code)
    assert client.get("/en/admin").status_code == 403
    assert tables() == before


def test_a_program_without_a_token_is_told_how_to_come(house, application, as_visitor):
    client = plain(house, as_visitor)
    for rule, access in rules(house):
        for method in set(rule.methods) & {"GET", *CHANGING} if access.kind == "program" else ():
            got = client.open(address(rule, reference=application.reference), method=method)
            assert got.status_code == 401, rule.rule
            assert got.mimetype == "application/problem+json"
            assert got.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("who", ["as_visitor", "as_everybody"])
def test_every_answer_has_the_safety_headers(house, application, who, request):
    client = plain(house, request.getfixturevalue(who))
    paths = [address(rule, reference=application.reference) for rule, _ in rules(house)]
    asked = [("GET", path) for path in paths]
    asked += [("DELETE", path) for path in paths[:20]]
    asked += [("GET", "/en/nothing"), ("GET", "/nothing"), ("GET", "/api/v1/nothing")]
    for method, path in asked:
        got = client.open(path, method=method)
        # A file has a stricter policy of its own.
        for name in HEADERS:
            assert got.headers.get(name), (path, name)
        policy = got.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy, path
        assert "unsafe" not in policy, path
        assert "Server" not in got.headers
        assert "X-Powered-By" not in got.headers


def test_signed_in_pages_are_not_kept_by_caches(house, application, as_everybody):
    client = plain(house, as_everybody)
    for rule, _ in reading(house):
        if is_page(rule):
            got = client.get(address(rule, reference=application.reference))
            assert got.headers["Cache-Control"] == "no-store", rule.rule


def test_a_page_that_looks_like_an_asset_is_none(as_citizen):
    assert as_citizen.get("/en/applications/look.css").status_code == 404
    assert as_citizen.get("/en/account/x.css").status_code == 404


def alone(house):
    """Pages that need no argument but the language."""
    return [
        (rule, access)
        for rule, access in reading(house)
        if rule.arguments == {"lang"} and access.kind != "signing_in"
    ]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_says_its_language_and_direction(house, application, as_everybody, lang):
    client = plain(house, as_everybody)
    for rule, _ in alone(house):
        got = client.get(address(rule, lang=lang), follow_redirects=True)
        # 400, 410: what this page is about has to be begun elsewhere, and it says so.
        assert got.status_code in (200, 400, 410), rule.rule
        # What a script of a page asks for, and what a calendar or a spreadsheet reads.
        if got.mimetype in ("application/json", "text/calendar", "text/csv"):
            continue
        told = re.search(r'<html lang="([^"]+)" dir="([^"]+)">', got.get_data(as_text=True))
        assert told, rule.rule
        assert told.groups() == (lang, LANGUAGES[lang]), rule.rule


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_is_whole_in_its_language(house, application, as_everybody, lang):
    """The client checks each page: valid, labelled, nothing inline, nothing left in English."""
    for rule, _ in alone(house):
        as_everybody.get(address(rule, lang=lang), follow_redirects=True)


def test_an_unknown_language_is_not_found(as_visitor):
    assert as_visitor.get("/fr/services").status_code == 404
    assert as_visitor.get("/pa_Arab/services").status_code == 404
