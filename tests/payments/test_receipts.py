"""Receipts on paper: one for each payment that is made, which anybody can check."""

import pytest
from sqlalchemy import select

from payments import service
from payments.receipts import service as receipts
from payments.receipts.models import PaymentReceipt
from portal.documents import service as documents
from portal.documents.domain import NotMade, Standing
from portal.documents.models import Document
from portal.documents.press import running
from portal.files import service as files
from portal.i18n import speaking
from portal.kernel.db import db
from portal.kernel.money import Money
from tests.accounts.factories import make_person, signed_in_client
from tests.documents.samples import checked_signature, scanned, text
from tests.jobs import run_jobs
from tests.payments.factories import FEE, begun, owed, paid, press


def papers():
    return db.session.scalars(select(Document).order_by(Document.id)).all()


def file_of(payment):
    return b"".join(files.open_file(receipts.file_of(payment)))


def printed(payment):
    """The payment, paid, with its receipt on paper."""
    payment = paid(payment)
    run_jobs()
    return service.by_id(payment.id)


def test_a_payment_that_is_made_has_a_receipt_that_is_signed_by_whoever_got_the_money(payment):
    done = printed(payment)
    content = file_of(done)
    said = text(content)
    for told in ("Receipt", done.receipt_number, "150", "Trade licence", done.reference):
        assert told in said
    assert "no real money moves" in said
    assert "SBX-" in said
    found = checked_signature(content)
    assert (found.intact, found.valid, found.trusted) == (True, True, True)
    assert found.signing_cert.subject.native["common_name"] == "Municipal Corporation"


def test_anybody_sees_by_its_code_how_much_was_paid_and_when_and_no_more(payment):
    done = printed(payment)
    (paper,) = papers()
    statement = scanned(file_of(done)).partition("#")[2]
    stated = documents.stated(paper.number, statement)
    assert stated["Number of the receipt"] == done.receipt_number
    assert "150" in stated["Amount"]
    assert set(stated) == {"Number of the receipt", "Amount", "Paid"}
    assert documents.check(paper.number).standing is Standing.GOOD


def test_it_is_made_in_the_language_in_which_it_was_paid(payment):
    with speaking("ur"):
        done = printed(payment)
    said = text(file_of(done))
    assert "Receipt" in said
    (paper,) = papers()
    assert paper.names["title"]["ur"] != "Receipt"
    assert paper.names["issuer"]["ur"] == "Municipal Corporation"


def test_however_often_it_is_told_there_is_one(payment):
    done = printed(payment)
    receipts.make(done.id)
    db.session.commit()
    assert len(papers()) == 1
    assert db.session.query(PaymentReceipt).count() == 1


def test_what_is_not_paid_has_none(payment):
    receipts.make(payment.id)
    receipts.end(payment.id)
    assert papers() == []


def test_a_press_that_fails_keeps_nothing_and_is_asked_again(payment, monkeypatch):
    monkeypatch.setattr(running.press, "make", refuse)
    done = paid(payment)
    with pytest.raises(NotMade):
        run_jobs()
    db.session.rollback()
    assert papers() == []
    monkeypatch.undo()
    receipts.make(done.id)
    assert len(papers()) == 1


def refuse(_):
    raise running.PressFailed("It hangs.")


def test_a_receipt_ends_when_all_the_money_went_back_and_not_before(payment):
    done = printed(payment)
    (paper,) = papers()
    service.refund(done.id, Money.of("50.00", "INR"), "Too much.", by="tests")
    db.session.commit()
    run_jobs()
    assert documents.check(paper.number).standing is Standing.GOOD
    service.refund(done.id, Money.of("100.00", "INR"), "The rest.", by="tests")
    db.session.commit()
    run_jobs()
    assert documents.check(paper.number).standing is Standing.REVOKED


def test_its_person_downloads_it_and_nobody_else_does(app, mine, payment):
    address = f"/en/pay/{payment.id}/receipt"
    done = paid(payment)
    assert "will stand here in a minute" in mine.get(address).get_data(as_text=True)
    assert mine.get(f"{address}.pdf").status_code == 404
    run_jobs()
    assert f"{address}.pdf" in mine.get(address).get_data(as_text=True)
    got = mine.get(f"{address}.pdf")
    assert got.mimetype == "application/pdf"
    assert got.data == file_of(service.by_id(done.id))
    other = signed_in_client(app, make_person(name="Ravi Kumar"))
    assert other.get(f"{address}.pdf").status_code == 404


def test_a_person_finds_all_that_they_paid_and_owe_in_one_list(app, mine, person, payment):
    done = paid(payment)
    more = owed(Money.of("75.00", "INR"), person_id=person.id, subject_id=person.id)
    off = owed(FEE, person_id=person.id, subject_id=person.id)
    service.cancel(off.purpose, off.about)
    theirs = owed()
    press(begun(theirs))
    said = mine.get("/en/pay").get_data(as_text=True)
    assert f"/en/pay/{done.id}/receipt" in said
    assert f'/en/pay/{more.id}"' in said
    assert off.reference not in said
    assert theirs.reference not in said
    nobody = signed_in_client(app, make_person(name="Ravi Kumar"))
    assert "owe nothing" in nobody.get("/en/pay").get_data(as_text=True)
