"""Asking a provider: signed questions, and every way in which an answer can go wrong."""

import io
import threading

import pytest
import structlog
from sqlalchemy import text
from standardwebhooks import Webhook

from portal.audit.models import AuditEntry
from portal.bills.domain import NotAnswering, NotConnected, UnknownAccount
from portal.bills.sources import service as sources
from portal.interfaces import service as interfaces
from portal.interfaces.domain import NoSuchInterface
from portal.kernel import http
from portal.kernel.db import db
from portal.registry.hooks import Bill, NoAnswer, NoSuchAccount
from tests.bills.conftest import ACCOUNT, NOVEMBER, OCTOBER, OTHER
from tests.webhooks.conftest import SECRET

GOOD = Bill("B-1", "1.00", "INR")


def ask(account=ACCOUNT, hook=None):
    biller = sources.biller("power")
    return sources.fetch(biller._replace(hook=hook) if hook else biller, account)


def test_the_bills_come_as_the_provider_says(corporation):
    october, november = ask()
    assert (october.number, october.seen) == ("B-2026-10", "1840.00 INR")
    assert (november.period, november.holder) == (NOVEMBER["period"], "B••• K•••")
    assert ask(OTHER) == ()


def test_a_question_is_signed_over_its_method_path_and_query(corporation):
    ask()
    (path, headers), *_ = corporation.heard
    assert path == f"/portal/bills?account={ACCOUNT}"
    Webhook(SECRET).verify(f"GET {path}", headers, json_parse=False)


def test_an_account_is_put_into_the_address_as_it_is(corporation):
    with pytest.raises(UnknownAccount):
        ask("1/2&account=3 ਏ")
    path, headers = corporation.heard[0]
    assert path == "/portal/bills?account=1%2F2%26account%3D3+%E0%A8%8F"
    Webhook(SECRET).verify(f"GET {path}", headers, json_parse=False)


def test_after_a_new_secret_questions_carry_both_signatures(corporation):
    new = interfaces.rotate_secret("power", "tests")
    db.session.commit()
    ask()
    path, headers = corporation.heard[0]
    assert len(headers["webhook-signature"].split()) == 2
    for secret in (SECRET, new):
        Webhook(secret).verify(f"GET {path}", headers, json_parse=False)


def test_a_provider_that_is_not_connected_is_not_asked(app):
    assert sources.connected() == []
    assert interfaces.line("power") is None
    with pytest.raises(NotConnected):
        sources.biller("power")
    with pytest.raises(NoSuchInterface):
        interfaces.rotate_secret("power", "tests")


def test_a_provider_without_bills_has_none(corporation):
    interfaces.save("revenue", corporation.url, "tests")
    with pytest.raises(NotConnected):
        sources.biller("revenue")
    assert [one.provider.slug for one in sources.connected()] == ["power"]


@pytest.mark.parametrize(
    "raw",
    [
        (200, b""),
        (200, b"no json"),
        (200, b'{"account": "3001234567", "bills": [{"number": "B-1"}]}'),
        (200, b"[" * 60_000),
        (200, b"\xff\xfe"),
        (200, b'"' + b"x" * 100_000 + b'"'),
        (404, b"<h1>Not found</h1>"),
        (401, b'{"error": "signature"}'),
        (302, b"{}"),
        (500, b'{"account": "3001234567", "bills": []}'),
    ],
)
def test_an_odd_answer_is_no_answer(corporation, raw):
    corporation.raw = raw
    with pytest.raises(NotAnswering):
        ask()


def test_an_unknown_account_is_told_apart(corporation):
    with pytest.raises(UnknownAccount):
        ask("3000000000")


def test_a_provider_that_is_gone_is_no_answer(app, private_allowed):
    interfaces.save("power", "http://127.0.0.1:9/", "tests")
    with pytest.raises(NotAnswering):
        ask()


def test_a_provider_that_is_too_slow_is_left(corporation, monkeypatch):
    monkeypatch.setattr(interfaces, "SECONDS", 0.2)
    corporation.let.clear()
    with pytest.raises(NotAnswering):
        ask()
    # The call that was left behind is still there, so the next one is refused at once.
    monkeypatch.setattr(interfaces, "SECONDS", 20)
    with pytest.raises(NotAnswering):
        ask()
    assert len(corporation.heard) == 1


def test_no_connection_is_held_while_the_provider_thinks(corporation):
    db.session.execute(text("SELECT 1"))
    pool, seen = db.engine.pool, []

    def hook(_account, _ask):
        seen.append(pool.checkedout())
        return [GOOD]

    assert len(ask(hook=hook)) == 1
    assert seen == [0]


def raising(error):
    def hook(_account, _ask):
        raise error

    return hook


@pytest.mark.parametrize(
    "error", [ValueError("Balwinder Kaur"), NoAnswer("no"), KeyError("x"), SystemExit(1)]
)
def test_whatever_a_hook_raises_is_no_answer(corporation, error):
    with pytest.raises(NotAnswering):
        ask(hook=raising(error))
    assert len(ask()) == 2


def test_a_hook_that_knows_no_such_account_says_so(corporation):
    with pytest.raises(UnknownAccount):
        ask(hook=raising(NoSuchAccount()))


@pytest.mark.parametrize("told", [None, "bills", [OCTOBER], [GOOD, GOOD], [GOOD, None]])
def test_junk_of_a_hook_is_no_answer(corporation, told):
    with pytest.raises(NotAnswering):
        ask(hook=lambda _account, _ask: told)


def test_a_hook_that_reaches_for_our_database_is_stopped(corporation):
    def hook(_account, _ask):
        return db.session.execute(text("SELECT 1")).all()

    with pytest.raises(NotAnswering):
        ask(hook=hook)


@pytest.fixture
def logged(app):
    """What was logged in this test."""
    before, sink = structlog.get_config(), io.StringIO()
    structlog.configure(**{**before, "logger_factory": structlog.PrintLoggerFactory(sink)})
    yield sink.getvalue
    structlog.configure(**before)


def test_what_a_hook_says_in_its_error_is_not_logged(corporation, logged):
    with pytest.raises(NotAnswering):
        ask(hook=raising(ValueError("Balwinder Kaur")))
    assert "ValueError" in logged()
    assert "Balwinder" not in logged()


def test_a_source_is_set_once_and_its_secret_shown_once(listening):
    made = interfaces.save("power", listening.url, "tests")
    db.session.commit()
    assert made.startswith("whsec_")
    assert interfaces.save("power", listening.url + "/other/", "tests") is None
    row = interfaces.of("power")
    assert row.url == f"{listening.url}/other"
    assert interfaces.line("power").secrets == (made,)
    assert made.removeprefix("whsec_").encode() not in row.secret_sealed
    db.session.commit()
    acts = db.session.scalars(db.select(AuditEntry.act).order_by(AuditEntry.number)).all()
    assert acts == ["interface.set", "interface.set"]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("/bills/ਬਿਲ/", "/bills/%E0%A8%AC%E0%A8%BF%E0%A8%B2"),
        ("/a b", None),
        ("/a?key=1#x", "/a"),
        ("", ""),
    ],
)
def test_an_address_is_kept_as_it_is_signed(listening, url, kept):
    host = listening.url.removesuffix("/portal")
    if kept is None:
        with pytest.raises(http.AddressRefused):
            interfaces.save("power", host + url, "tests")
    else:
        interfaces.save("power", host + url, "tests")
        assert interfaces.of("power").url == host + kept


def test_an_inner_address_is_refused_unless_the_operator_allows_it(app):
    with pytest.raises(http.AddressRefused):
        interfaces.save("power", "http://127.0.0.1:8100", "tests")
    assert interfaces.of("power") is None


def test_two_providers_do_not_wait_for_each_other(corporation, house):
    go, inside, results = threading.Event(), threading.Event(), []

    def slow(_account, _ask):
        inside.set()
        go.wait(20)
        return []

    def first():
        with house.app_context():
            results.append(interfaces.answered("gas", lambda ask: slow(ACCOUNT, ask)))

    thread = threading.Thread(target=first)
    thread.start()
    assert inside.wait(20)
    assert len(ask()) == 2
    go.set()
    thread.join()
    assert results == [[]]
