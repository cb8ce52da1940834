"""Files of treasuries and banks: one person brings them, another lets them count."""

import io
import re

import pytest
from sqlalchemy.exc import IntegrityError

from payments import service
from payments.domain import PaymentState
from payments.gateways.counter import service as counter
from payments.gateways.counter.declared import Scroll
from payments.models import Refund
from payments.reconciling.domain import NotReadable
from payments.scrolls import reading
from payments.scrolls import service as scrolls
from payments.scrolls.domain import FileState, LineState, Why
from payments.scrolls.models import CounterFile
from portal.kernel.db import db
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.jobs import run_jobs
from tests.payments.companies import COLLEAGUE, counter_settings, taken_at_counter
from tests.payments.factories import booked, owed

HEAD = "CHALLAN,AMT,SCROLL,DATE"
PAGE = "/en/admin/payments/counter"


@pytest.fixture
def there(app, monkeypatch):
    monkeypatch.setitem(app.config, "SETTINGS", counter_settings())


@pytest.fixture
def finance(app, there):
    return signed_in_client(app, make_person(name="Balbir Singh", role="finance"))


@pytest.fixture
def treasury(app, there):
    return signed_in_client(app, make_person(name="Zainab Akhtar", role="finance"))


def challan_of(payment):
    service.start(payment, "counter")
    db.session.commit()
    return counter.look_up(service.newest(payment).reference)


def line(challan, amount="150.00", number="S-1", day="24-11-2026"):
    return f"{getattr(challan, 'number', challan)},{amount},{number},{day}"


def post(client, path, **sent):
    token = {"csrf_token": csrf_token(client.get(PAGE).data)}
    return client.post(path, data=token | sent, follow_redirects=True)


def bring(client, *lines, currency="INR"):
    file = (io.BytesIO("\r\n".join([HEAD, *lines]).encode()), "scroll.csv")
    got = post(client, PAGE, file=file, currency=currency)
    db.session.rollback()
    return got


def release(client):
    file = scrolls.files()[0]
    got = post(client, f"{PAGE}/files/{file.id}", choice="release")
    run_jobs()
    db.session.rollback()
    return got


def states():
    file = scrolls.files()[0]
    return [(one.state, one.why) for one, _ in scrolls.first_lines(file)]


def words(got):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", got.get_data(as_text=True)))


def now(payment):
    db.session.rollback()
    return service.by_id(payment.id)


@pytest.mark.promise("M16")
def test_a_file_pays_its_challans_when_a_second_person_lets_it(there, payment, finance, treasury):
    other = owed()
    got = bring(finance, line(challan_of(payment)), line(challan_of(other), number="S-2"))
    assert "counts when a second person lets it" in words(got)
    assert "another person lets it count" in words(release(finance))
    assert now(payment).state == PaymentState.DUE
    release(treasury)
    assert states() == [(LineState.PAID, None)] * 2
    assert now(payment).state == now(other).state == PaymentState.PAID
    assert booked(payment) == ["capture"]


def test_the_database_lets_nobody_release_their_own_file(there):
    row = CounterFile(
        digest=b"1", lines=0, state="released", brought_by=COLLEAGUE, decided_by=COLLEAGUE
    )
    db.session.add(row)
    with pytest.raises(IntegrityError, match="four_eyes"):
        db.session.flush()
    db.session.rollback()


@pytest.mark.promise("M16")
def test_the_same_file_again_changes_nothing(there, payment, finance, treasury):
    told = line(challan_of(payment))
    bring(finance, told)
    release(treasury)
    assert "very file was read before" in words(bring(finance, told))
    assert len(scrolls.files()) == 1


@pytest.mark.promise("M16")
def test_a_longer_file_of_the_same_day_pays_what_is_new(there, payment, finance, treasury):
    first, other = line(challan_of(payment)), owed()
    bring(finance, first)
    release(treasury)
    bring(finance, first, line(challan_of(other), number="S-2"))
    release(treasury)
    assert states() == [(LineState.KNOWN, None), (LineState.PAID, None)]
    assert booked(now(payment)) == ["capture"]
    assert scrolls.waiting() == 0


def test_what_fits_nothing_is_parked_and_named(there, payment, finance, treasury):
    challan = challan_of(payment)
    bring(finance, line("CH-0000-0000"), line(challan, "15", "S-3"), line(challan, number="S-4"),
          line(challan, number="S-5"))  # fmt: skip
    release(treasury)
    parked = [LineState.PARKED] * 3
    assert [one for one, _ in states()] == [*parked[:2], LineState.PAID, parked[2]]
    assert [why for _, why in states()] == [Why.UNKNOWN, Why.AMOUNT, None, Why.TWICE]
    page = words(finance.get(PAGE))
    for said in ("No challan has this number", "Another amount than", "paid already, by another"):
        assert said in page
    assert "CH-0000-0000" in page
    [first, *_] = scrolls.parked()
    assert "It is closed" in words(post(finance, f"{PAGE}/lines/{first.id}"))
    assert first.id not in {one.id for one in scrolls.parked()}
    assert now(payment).state == PaymentState.PAID


def test_what_two_cashiers_said_before_is_known(there, payment, finance, treasury):
    challan = challan_of(payment)
    entry = taken_at_counter(challan.reference)
    number = entry.number
    counter.confirm(entry.id, COLLEAGUE)
    db.session.commit()
    bring(finance, line(challan, number=number))
    release(treasury)
    assert states() == [(LineState.KNOWN, None)]


def test_an_entry_that_nobody_confirmed_is_of_the_same_money(there, payment, finance, treasury):
    challan = challan_of(payment)
    taken_at_counter(challan.reference)
    db.session.commit()
    bring(finance, line(challan))
    release(treasury)
    assert now(payment).state == PaymentState.PAID
    assert counter.entry_of(counter.by_id(challan.id)) is None


@pytest.mark.promise("M16")
def test_money_for_what_nobody_owes_any_more_goes_back(there, payment, finance, treasury):
    challan = challan_of(payment)
    service.cancel(payment.purpose, payment.about)
    db.session.commit()
    bring(finance, line(challan))
    release(treasury)
    assert booked(now(payment)) == ["late"]
    assert db.session.query(Refund).count() == 1


def test_a_file_that_was_wrong_counts_for_nothing(there, payment, finance, treasury):
    bring(finance, line(challan_of(payment)))
    file = scrolls.files()[0]
    post(finance, f"{PAGE}/files/{file.id}", choice="drop")
    release(treasury)
    assert scrolls.by_id(file.id).state == FileState.DROPPED
    assert now(payment).state == PaymentState.DUE


@pytest.mark.parametrize(
    ("rows", "place"),
    [
        (["challan,AMT,SCROLL,DATE"], 1),
        ([HEAD, "CH-1,150"], 2),
        ([HEAD, "CH-1,150,S-1,24-11-2026", "CH-2,-5,S-2,24-11-2026"], 3),
        ([HEAD, "CH-1,one,S-1,24-11-2026"], 2),
        ([HEAD, "CH-1,0,S-1,24-11-2026"], 2),
        ([HEAD, "CH-1,150,,24-11-2026"], 2),
        ([HEAD, "CH-1,150,S-1,2026-11-24"], 2),
        ([HEAD, f"CH-1,150,{'S' * 201},24-11-2026"], 2),
        ([HEAD, f"CH-1,{'9' * 30},S-1,24-11-2026"], 2),
    ],
)
def test_a_file_with_a_line_that_cannot_be_read_is_refused_as_a_whole(rows, place):
    columns = Scroll(challan="CHALLAN", amount="AMT", number="SCROLL", paid_on="DATE",
                     day="%d-%m-%Y")  # fmt: skip
    with pytest.raises(NotReadable, match=f"Line {place} "):
        list(reading.read(rows, columns, "INR"))


def test_amounts_and_numbers_are_read_as_banks_write_them():
    columns = Scroll(separator=";")
    rows = ["challan;amount;number;paid_on", "ch-7k3m 9qxa;1,50,000.00;S-1;2026-11-24", ";;;"]
    [told] = reading.read(rows, columns, "INR")
    assert (told.amount.minor, told.on.isoformat(), told.place) == (15_000_000, "2026-11-24", 2)


def test_a_file_that_is_no_text_is_refused(there, finance):
    file = (io.BytesIO(b"\xff\xfe\x00"), "scroll.csv")
    assert "cannot be read" in words(post(finance, PAGE, file=file, currency="INR"))
    assert post(finance, PAGE, currency="INR").status_code == 400
    assert scrolls.files() == []
