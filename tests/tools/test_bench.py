"""The bench counts what it says it counts, and its page says what falls short."""

import os
from dataclasses import replace
from datetime import UTC, datetime
from threading import Thread

import pytest

from portal.kernel import ports
from tools.bench import measures, page
from tools.bench.controls import controls, multipart
from tools.bench.desk import Desk
from tools.bench.house import Cost, environment
from tools.bench.load import Figures, Plan, UnexpectedAnswer, drive, request
from tools.bench.manifests import Manifests
from tools.bench.measures import BARE, KINDS, BigForm, Measured, Sending
from tools.bench.money import Payments
from tools.bench.papers import Papers
from tools.bench.processes import Memory, memory
from tools.bench.rotation import Rotated
from tools.bench.servers import Listener, listening
from tools.bench.signing import SigningIn
from tools.bench.stalled import Stalled
from tools.bench.whole import Whole

FORM = """
<header><form><input name="csrf_token" value="of the header"></form></header>
<main><form method="post">
<input type="hidden" name="csrf_token" value="a&amp;b">
<input name="name" value="Asha"><input name="file" type="file">
<input type="radio" name="kind" value="one"><input type="radio" name="kind" value="two" checked>
<select name="area"><option value="">-</option><option value="A" selected>A</option></select>
<textarea name="note">
kept</textarea><button name="later" value="1">Later</button>
</form><form><input name="other" value="x"></form></main>
"""
STEADY = Figures(100.0, [number / 1000 for number in range(1, 201)], 2048)
QUICK = replace(STEADY, spent=[spent / 10 for spent in STEADY.spent])
BALANCES = {1_000: 0.0011, 1_000_000: 0.0010}
PAYING = Payments(QUICK, replace(STEADY, rate=310.0), STEADY, 52.0, 55.0, 4.0, BALANCES)


@pytest.fixture
def listener():
    with listening() as one:
        yield one


def post(listener, count=1):
    port = listener.server_address[1]
    return [request(port, "/webhook", body=b"{}") for _ in range(count)]


def test_a_browser_sends_what_stands_in_the_form_of_the_main_part():
    assert controls(FORM).pairs == [
        ("csrf_token", "a&b"),
        ("name", "Asha"),
        ("kind", "two"),
        ("area", "A"),
        ("note", "kept"),
    ]


def test_a_control_for_files_is_sent_empty():
    kind, body = multipart(controls(FORM))
    assert kind.startswith("multipart/form-data; boundary=")
    assert b'name="file"; filename=""' in body
    assert body.count(b"Content-Disposition") == 6


def test_a_request_arrives_at_the_application_as_the_server_would_give_it():
    told = environment(request(8000, "/en/x?a=b", "language=en", body=b"a=1"))
    assert told["REQUEST_METHOD"] == "POST"
    assert (told["PATH_INFO"], told["QUERY_STRING"]) == ("/en/x", "a=b")
    assert told["HTTP_COOKIE"] == "language=en"
    assert (told["CONTENT_LENGTH"], told["wsgi.input"].read()) == ("3", b"a=1")


def test_what_is_planned_once_is_asked_once(listener):
    asked = [post(listener, 3), post(listener, 2)]
    told = drive(Plan(listener.server_address[1], asked, 204))
    assert len(told.spent) == len(listener.moments) == 5


def test_what_is_planned_for_a_while_is_asked_again_and_again(listener):
    told = drive(Plan(listener.server_address[1], [post(listener)], 204, seconds=1))
    assert len(told.spent) > 1
    assert sorted(told.moments) == told.moments


def test_another_answer_than_planned_ends_the_measuring(listener):
    with pytest.raises(UnexpectedAnswer, match="204"):
        drive(Plan(listener.server_address[1], [post(listener)], 200))


def test_the_department_of_the_bench_answers_a_whole_message_at_once():
    with Listener() as listener:
        Thread(target=listener.serve_forever, daemon=True).start()
        assert not ports.is_free(listener.server_address[1])
        listener.shutdown()


def test_the_memory_of_a_process_is_read_from_the_system():
    mine = memory(os.getpid())
    assert 1 < mine.pss <= mine.rss


def kind(name):
    return next(one for one in KINDS if one.name == name)


def found(**changes):
    signed_in = Measured(kind("Service, signed in"), 100.0, 0.09, STEADY, Cost(3, 2.5))
    usual = page.Found(
        day=datetime(2026, 11, 22, tzinfo=UTC),
        load=(0.5, 2.0),
        pages=[Measured(BARE, 1000.0, 1.0, STEADY, None), signed_in],
        signing=SigningIn(replace(STEADY, rate=40.0), 0.051, 0.05),
        sending=Sending(replace(STEADY, rate=61.0), STEADY, Cost(20, 12.0)),
        delivered=210.0,
        form=BigForm(300, 0.09, 1.5),
        memory=(Memory(140, 90), Memory(150, 100)),
        rotated=Rotated(10_000, 4, 0),
        manifests=Manifests(394, 0.128, "yaml: a text", 17.0),
        desk=Desk({"a case": (0.05, 0.06)}, 9.5),
        stalled=Stalled(STEADY, STEADY, 190, 14, 2.1),
        papers=Papers({"en": 0.022, "ur": 0.028}, Memory(120, 90)),
        whole=Whole({"page 1, opened": 0.012}, replace(STEADY, rate=81.0)),
        whole_after=replace(STEADY, rate=80.0),
        grown={"a paper looked up": (0.010, 0.012)},
        paying=PAYING,
    )
    return replace(usual, **changes)


def said(**changes):
    setting = {"cores": 2, "processes": 2, "threads": 3, "browsers": 16, "rounds": 3}
    return page.text(found(**changes), **setting)


def test_what_stalled_providers_do_to_another_page_is_told_with_its_aim():
    slower = replace(STEADY, spent=[spent * 1.5 for spent in STEADY.spent])
    held_up = Stalled(STEADY, slower, 190, 14, 2.6)
    assert "1.00 times that | 1.25 times that |" in said()
    assert "| 14 of 190 presses, the longest 2.1 s | 2.5 s |" in said()
    told = said(stalled=held_up)
    assert f"1.50 times that | 1.25 times that {page.SHORT} |" in told
    assert f"the longest 2.6 s | 2.5 s {page.SHORT} |" in told


def test_the_page_names_load_figures_and_aims():
    told = said()
    assert "0.5 before and 2.0 after" in " ".join(told.split())
    assert "| Bare Flask | 1000 |" in told
    assert "| Messages delivered to a department nearby | 210/s | 200/s |" in told
    # The slowest of a hundred answers took longer than fifty milliseconds.
    assert told.count(page.SHORT) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"delivered": 199.0},
        {"form": BigForm(300, 0.11, 1.5)},
        {"form": BigForm(300, 0.09, 2.1)},
        {"memory": (Memory(201, 90), Memory(150, 100))},
        {"sending": Sending(replace(STEADY, rate=59.0), STEADY, Cost(20, 12.0))},
    ],
)
def test_the_page_marks_what_falls_short(changes):
    assert said(**changes).count(page.SHORT) == 2


def test_every_kind_of_request_of_the_issue_is_measured():
    names = {one.name for one in (*KINDS, measures.SUBMIT)}
    assert {"Home", "Service", "Service, signed in", "Application sent"} <= names
    assert {"Step of a form, opened", "Step of a form, saved"} <= names


def test_the_page_says_when_time_tells_who_has_an_account():
    assert "| Known against unknown | +2.0% | within 5% |" in said()
    telling = SigningIn(STEADY, 0.06, 0.05)
    assert "| Known against unknown | +20.0% | within 5% **short of it** |" in said(signing=telling)


def test_issued_documents_are_told_with_their_aim():
    assert "| In English | 22 ms | 30 ms |" in said()
    slow = Papers({"ur": 0.031}, Memory(120, 90))
    assert "| In Urdu and English | 31 ms | 30 ms **short of it** |" in said(papers=slow)
    assert "| Memory of the press | 120 MB | - |" in said()


def test_a_whole_application_is_told_step_by_step_with_its_aims():
    told = said()
    assert "| Page 1, opened | p50 12 ms | 60 ms |" in told
    assert "| Forty questions, sent | 81/s, p50" in told
    assert "| With more cases | 80/s" in told
    assert "| 80/s, p95 200 ms |" in told
    slow = said(whole=Whole({"sent": 0.07}, STEADY), whole_after=replace(STEADY, rate=70.0))
    assert "| Sent | p50 70 ms | 60 ms **short of it** |" in slow
    assert "| 80/s, p95 200 ms **short of it** |" in slow


def test_what_ten_times_the_rows_cost_is_told_with_its_aim():
    assert "| A paper looked up | 10 ms, then 12 ms, 1.20 times that | 1.5 times |" in said()
    slow = said(grown={"a paper looked up": (0.010, 0.020)})
    assert "2.00 times that | 1.5 times **short of it** |" in slow


def test_the_desk_with_many_cases_is_told_with_its_aims():
    assert "| A case | 50 ms, then 60 ms, 1.20 times that | 150 ms, and 1.5 times |" in said()
    slow = said(desk=Desk({"a case": (0.05, 0.2)}, 12.0))
    assert (
        "| A case | 50 ms, then 200 ms, 4.00 times that | 150 ms, and 1.5 times **short of it**"
        in slow
    )
    assert "| 100,000 cases go up | 12.0 s | 10 s **short of it**" in slow


def test_what_payments_cost_is_told_with_its_aims():
    assert "| A balance of 1,000,000 postings | 1.0 ms | at most 1.5 times the first |" in said()
    assert "| 100,000 payments compared with a list | 55 s, 4 MB more | 60 s |" in said()
    slow = replace(PAYING, notices=STEADY, compared=64.0, balance={1_000: 0.001, 10: 0.002})
    for aim in ("300/s", "60 s", "at most 1.5 times the first"):
        assert f"{aim} **short of it**" in said(paying=slow)
