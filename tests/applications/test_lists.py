"""The desk's queue: filters that combine, orders, pages, counts, and finding one case."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from portal.applications import service
from portal.applications.lists import service as lists
from portal.applications.lists.domain import Due, Place, Sort, Wanted, due_days, read_place
from portal.kernel import clock, ids
from portal.kernel.db import db
from portal.registry import service as registry
from tests.accounts.factories import make_person, signed_in_client
from tests.applications.factories import HERE, INCOME, LAND, asked, sent, told
from tests.applications.pages import open_page

DAY = timedelta(days=1)
DUE_IN = {"late": -1, "today": 0, "week": 7, "later": 8}


def change(application, **values):
    row = service.by_id(application.id)
    for name, value in values.items():
        setattr(row, name, value)
    db.session.commit()
    return row


def due(application, days):
    return change(application, due_on=clock.today() + days * DAY)


def references(page):
    links = [link for link in page.links("/en/desk/PB-") if "?" not in link]
    return [link.rpartition("/")[2] for link in links]


def found(client, query=""):
    """The references on a page of the queue, in their order."""
    page = open_page(client, f"/en/desk{query}")
    assert page.status == 200
    return references(page)


def all_pages(client, query):
    """The references on all pages, each page asked for by the link of the one before."""
    seen, page = [], open_page(client, f"/en/desk{query}")
    while page:
        seen += references(page)
        links = page.root.iter("{http://www.w3.org/1999/xhtml}a")
        more = next((one.get("href") for one in links if one.get("rel") == "next"), None)
        page = open_page(client, more) if more else None
    return seen


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr("portal.applications.back_office.PAGE", 2)


@pytest.fixture
def five(person):
    """Cases of every clock: late, soon, without one, without one, paused in time."""
    cases = [sent(person, LAND) for _ in range(5)]
    for application, days in zip(cases, (3, -2), strict=False):
        due(application, days)
    change(cases[2], due_on=None)
    change(cases[3], due_on=None)
    change(cases[4], days_left=4, due_on=clock.today() - DAY)
    return [one.reference for one in cases]


def test_no_case_is_lost_or_doubled_between_pages_of_the_urgent(desk, five, small_pages):
    soon, late, *without = five
    assert all_pages(desk, "?sort=urgent") == [late, soon, *sorted(without, key=five.index)]


def test_no_case_is_lost_or_doubled_between_pages_of_the_newest(desk, five, small_pages):
    assert all_pages(desk, "?sort=newest") == five[::-1]


def test_cases_of_one_moment_are_paged_by_their_ids(desk, five, small_pages):
    at = clock.now()
    for reference in five:
        change(service.find_case(HERE, reference), submitted_at=at)
    assert sorted(all_pages(desk, "?sort=newest")) == sorted(five)


@pytest.mark.parametrize("after", ["x", "2026-99-99_x", "_", "2026-01-01_7", "2026-01-01T00:00_x"])
@pytest.mark.parametrize("sort", ["urgent", "newest"])
def test_a_place_that_is_none_begins_at_the_first_page(desk, five, after, sort):
    assert found(desk, f"?sort={sort}&after={after}") == found(desk, f"?sort={sort}")


def test_a_place_of_another_order_is_none():
    place = Place(date(2026, 1, 1), ids.uuid7())
    assert read_place(str(place), Sort.URGENT) == place
    assert read_place(str(place), Sort.NEWEST) is None
    assert read_place("2026-01-01T10:00:00", Sort.NEWEST) is None


@pytest.mark.parametrize("wanted", DUE_IN)
def test_the_queue_is_filtered_by_when_it_is_due(desk, person, wanted):
    cases = {code: due(sent(person, LAND), days).reference for code, days in DUE_IN.items()}
    assert found(desk, f"?due={wanted}") == [cases[wanted]]


def test_a_clock_that_stands_still_is_not_late(desk, five):
    assert found(desk, "?due=late") == [five[1]]


def test_days_of_the_filters_leave_no_gap():
    today = date(2026, 11, 22)
    spans = [due_days(one, today) for one in Due]
    for (_, last), (first, _) in pairwise(spans):
        assert first - last == DAY


def test_the_queue_is_filtered_by_service(desk, person):
    income, land = sent(person, INCOME), sent(person, LAND)
    assert found(desk, f"?service=revenue/{INCOME}") == [income.reference]
    assert set(found(desk)) == {income.reference, land.reference}


def test_the_queue_is_filtered_by_stage_once_a_service_is_chosen(desk, person):
    stages = [stage.slug for stage in registry.offered("revenue", INCOME).service.stages]
    there = told(sent(person, INCOME), "accept", stage=stages[0])
    query = f"?service=revenue/{INCOME}&stage={stages[0]}"
    assert found(desk, query) == [there.reference]
    assert "stage" in open_page(desk, f"/en/desk?service=revenue/{INCOME}").names
    assert "stage" not in open_page(desk, "/en/desk").names


def test_the_queue_is_filtered_by_when_it_was_sent(desk, person):
    old, new = sent(person, LAND), sent(person, LAND)
    change(old, submitted_at=clock.now() - 10 * DAY)
    assert found(desk, f"?since={clock.today() - 3 * DAY}") == [new.reference]
    assert len(found(desk, f"?since={clock.today() - 30 * DAY}")) == 2


def test_filters_combine_and_stay_in_the_links(desk, person, small_pages):
    fits = [due(sent(person, LAND), -1).reference for _ in range(3)]
    due(sent(person, LAND), 3)
    due(sent(person, INCOME), -1)
    query = f"?show=open&service=revenue/{LAND}&due=late&since={clock.today()}&sort=newest"
    assert all_pages(desk, query) == fits[::-1]
    page = open_page(desk, f"/en/desk{query}")
    for link in page.links("show=waiting"):
        assert "due=late" in link
        assert f"service=revenue/{LAND}" in link.replace("%2F", "/")
    assert page.controls["due"] == ["late"]
    assert f'name="since" value="{clock.today()}"' in page.text


@pytest.mark.parametrize(
    "query",
    ["?show=odd", "?service=revenue/odd", "?service=odd", "?stage=odd", "?due=odd", "?sort=odd",
     "?since=odd", "?since=0000-00-00", "?since=0001-01-01", "?q=", "?show=%00"],
)  # fmt: skip
def test_filters_that_mean_nothing_leave_all_in(desk, person, query):
    application = sent(person, LAND)
    assert found(desk, query) == [application.reference]


def test_the_tabs_count_under_the_same_filters(desk, person):
    asked(sent(person, INCOME), "born")
    due(sent(person, LAND), -1)
    due(sent(person, LAND), 3)
    today = clock.today()
    assert lists.counts(HERE, Wanted(), today) == {"open": 2, "waiting": 1, "decided": 0, "over": 0}
    assert lists.counts(HERE, Wanted(due=Due.LATE), today)["open"] == 1
    assert lists.counts(HERE, Wanted(service=("revenue", LAND)), today)["waiting"] == 0
    assert lists.counts(frozenset(), Wanted(), today)["open"] == 0
    assert "Open 2" in open_page(desk, "/en/desk").words


def test_counts_end_where_nobody_needs_them(desk, person, monkeypatch):
    monkeypatch.setattr("portal.applications.lists.service.MOST", 1)
    for _ in range(3):
        sent(person, LAND)
    assert lists.counts(HERE, Wanted(), clock.today())["open"] == 2
    assert "Open 1+" in open_page(desk, "/en/desk").words


@pytest.mark.parametrize("typed", ["{0}", " {0} ", "{1}", "{2}"])
def test_a_case_is_found_by_its_reference_however_it_is_typed(desk, person, typed):
    application = told(sent(person, LAND), "refuse", reason={"en": "No."})
    sent(person, LAND)
    one = application.reference
    query = typed.format(one, one.lower().replace("-", " ", 2).replace(" ", "-", 1), one[3:])
    assert found(desk, f"?q={query}") == [one]


def test_a_case_is_found_by_the_providers_own_number(desk, person):
    application = told(sent(person, LAND), "accept", case_number="REV/2026/17")
    sent(person, LAND)
    assert found(desk, "?q=rev/2026/17") == [application.reference]
    assert found(desk, "?q=REV/2026/1") == []
    assert "No case here." in open_page(desk, "/en/desk?q=<script>").words


def test_nothing_of_another_provider_is_found(revenue, person):
    application = told(sent(person, LAND), "accept", case_number="REV/1")
    stranger = signed_in_client(revenue, make_person(role="officer", provider="tehsil"))
    for query in ("", f"?q={application.reference}", "?q=REV/1", f"?service=revenue/{LAND}"):
        assert found(stranger, query) == []


def test_what_is_not_paid_yet_is_not_at_the_desk(desk, person):
    application = sent(person, LAND)
    change(application, submitted_at=None, state="awaiting_payment")
    for query in ("?show=waiting", f"?q={application.reference}"):
        assert found(desk, query) == []


def test_the_queue_asks_as_often_with_all_filters_for_many_as_for_few(desk, person, queries):
    query = f"/en/desk?service=revenue/{LAND}&due=later&since=2026-01-01&sort=newest"

    def count():
        with queries() as asked_:
            desk.get(query)
        return len(asked_)

    sent(person, LAND)
    count()
    few = count()
    for _ in range(5):
        sent(person, LAND)
    assert count() == few
