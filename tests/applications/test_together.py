"""Several applications from one draft: all of them or none, and each with a life of its own."""

import shutil
from contextlib import contextmanager
from unittest.mock import patch

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from payments import service as payments
from portal.applications import applying
from portal.applications import service as applications
from portal.applications.coming import service as coming
from portal.applications.fees import service as fees
from portal.applications.models import Application
from portal.applications.together import filling, service
from portal.applications.together.models import Bundle
from portal.audit.models import AuditEntry
from portal.consent.models import Consent
from portal.files import shelves
from portal.files.models import File
from portal.forms import service as drafts
from portal.i18n import speaking
from portal.kernel.db import db
from portal.kernel.events import StoredEvent
from portal.registry import service as registry
from portal.registry.discovery import discover
from portal.registry.together import service as gathering
from tests.accounts.factories import make_person
from tests.accounts.threads import at_once
from tests.applications import joint
from tests.applications.factories import published
from tests.applications.joint import CHOSEN, GAS, LICENCE, POWER, SHOP, WATER
from tests.browser.visit import open_offices
from tests.payments import factories as gateway

TWENTY = 20


@pytest.fixture
def offices(app):
    open_offices(*joint.OFFICES)
    yield app
    shutil.rmtree(shelves.folder(), ignore_errors=True)


@pytest.fixture
def noor(offices):
    return make_person(name="Noor Kaur")


def count(table):
    return db.session.scalar(select(func.count()).select_from(table))


def by_service(bundle):
    return {f"{one.provider_slug}/{one.service_slug}": one for one in service.cases(bundle)}


def test_each_department_gets_an_application_with_what_its_own_form_asks(noor):
    bundle = joint.sent(noor)
    cases = by_service(bundle)
    assert set(cases) == {LICENCE, POWER}
    licence, power = cases[LICENCE], cases[POWER]
    assert licence.reference != power.reference
    for case in (licence, power):
        form = registry.version(case.version_id).service.form
        assert set(case.answers) <= {one.name for one in form.fields}
    assert licence.answers["premises"] == power.answers["premises"]
    assert licence.answers["identity_proof"] == power.answers["identity_proof"]
    # Called alike, and not the same.
    assert (licence.answers["trade"], power.answers["trade"]) == ("shop", "Cloth")
    assert (licence.answers["tenure"], power.answers["holding"]) == ("own", "own")
    assert "aadhaar" in licence.answers
    assert "aadhaar" not in power.answers
    assert not {"wants_power", "wants_water"} & {*licence.answers, *power.answers}


def test_each_has_a_consent_events_audit_and_a_fee_of_its_own(noor):
    cases = by_service(joint.sent(noor))
    consents = db.session.scalars(select(Consent)).all()
    assert {one.application_id for one in consents} == {one.id for one in cases.values()}
    assert fees.of(cases[LICENCE]).amount == joint.LICENCE_FEE
    assert fees.of(cases[POWER]).amount == joint.POWER_FEE
    # The licence waits for its fee; power is with its department, which decides when it is paid.
    assert [one.state for one in (cases[LICENCE], cases[POWER])] == [
        "awaiting_payment",
        "submitted",
    ]
    told = db.session.scalars(select(StoredEvent.name).order_by(StoredEvent.id)).all()
    assert told.count("ApplicationSubmitted") == 1
    acts = db.session.scalars(select(AuditEntry.act)).all()
    assert {"application.owe", "application.submit", "bundle.send"} <= set(acts)


def test_nothing_is_sent_when_the_last_one_fails(noor):
    whole = joint.draft_for(noor)
    prices = joint.prices(whole)
    real, asked = applications.submit, []

    def submit(*args, **more):
        asked.append(args)
        if len(asked) == len(whole.parts):
            raise applications.NothingAsked
        return real(*args, **more)

    with patch.object(applications, "submit", submit), pytest.raises(applications.NothingAsked):
        service.send(whole, prices)
    db.session.rollback()
    assert len(asked) == 2
    assert (count(Application), count(Bundle), count(Consent)) == (0, 0, 0)
    assert filling.resume(noor.id, SHOP).unfinished() is None


@pytest.mark.promise("B7")
@pytest.mark.parametrize(
    "table", ["applications", "consents", "timeline_entries", "payments", "stored_events"]
)
def test_whichever_row_of_the_last_one_is_not_written_none_is(noor, owner, table):
    whole = joint.draft_for(noor)
    prices = joint.prices(whole)
    # Of events the last application alone has one here.
    before = 0 if table == "stored_events" else 1
    with _failing_after(owner, table, count_of(table) + before):
        with pytest.raises(DBAPIError, match="for this test"):
            _sent_for_good(whole, prices)
        db.session.rollback()
    assert (count(Application), count(Bundle), count(Consent)) == (0, 0, 0)
    assert service.send(filling.resume(noor.id, SHOP), prices)


def _sent_for_good(whole, prices):
    service.send(whole, prices)
    db.session.commit()


def count_of(table):
    return db.session.scalar(text(f"SELECT count(*) FROM {table}"))


@contextmanager
def _failing_after(owner, table, rows):
    """Let the database refuse each further row of this table."""
    owner.execute(
        text(
            f"""CREATE FUNCTION failing() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF (SELECT count(*) FROM {table}) >= {rows} THEN RAISE 'for this test'; END IF;
            RETURN NEW; END $$"""
        )
    )
    each = "BEFORE INSERT ON {} FOR EACH ROW EXECUTE FUNCTION failing()"
    owner.execute(text(f"CREATE TRIGGER failing {each.format(table)}"))
    owner.commit()
    try:
        yield
    finally:
        db.session.rollback()
        owner.execute(text("DROP FUNCTION failing() CASCADE"))
        owner.commit()


def test_a_service_that_is_paused_meanwhile_holds_all_of_them_back(noor, offices):
    whole = joint.draft_for(noor)
    prices = joint.prices(whole)
    with patch.object(service.registry, "offered", _paused(POWER)):
        assert [one.service.slug for one in service.paused(whole)] == ["new-connection"]
        with pytest.raises(applying.ServicePaused):
            service.send(whole, prices)
    db.session.rollback()
    assert count(Application) == 0


def _paused(path):
    real = registry.offered

    def offered(provider, name):
        found = real(provider, name)
        if f"{provider}/{name}" != path:
            return found
        return registry.Offer(**vars(found) | {"state": "paused"})

    return offered


def test_twenty_presses_at_once_make_one_bundle(offices, noor):
    whole = joint.draft_for(noor)
    prices = joint.prices(whole)
    draft_id = whole.draft.id

    def press():
        try:
            found = filling.find(noor.id, SHOP, draft_id)
        except drafts.NoSuchDraft:
            return service.of_draft(noor.id, draft_id).id
        return service.send(found, prices).id

    assert len(set(at_once(offices, TWENTY, press))) == 1
    db.session.rollback()
    assert (count(Bundle), count(Application)) == (1, 2)


def test_withdrawing_one_leaves_the_others(noor):
    bundle = joint.sent(noor)
    cases = by_service(bundle)
    applications.withdraw(noor.id, cases[LICENCE].reference)
    db.session.commit()
    states = {path: one.state for path, one in by_service(bundle).items()}
    assert states == {LICENCE: "withdrawn", POWER: "submitted"}
    assert payments.of(fees.PURPOSE, cases[LICENCE].id).state == "cancelled"
    assert payments.of(fees.PURPOSE, cases[POWER].id).state == "due"


def test_a_part_that_is_paid_goes_on_and_its_refund_leaves_the_others(noor):
    bundle = joint.sent(noor)
    cases = by_service(bundle)
    gateway.paid(payments.of(fees.PURPOSE, cases[LICENCE].id))
    db.session.expire_all()
    states = {path: one.state for path, one in by_service(bundle).items()}
    assert states == {LICENCE: "submitted", POWER: "submitted"}
    assert by_service(bundle)[POWER].paid_at is None
    paid = payments.of(fees.PURPOSE, cases[LICENCE].id)
    payments.refund(paid.id, paid.amount, "Paid twice elsewhere.", by="tests")
    db.session.commit()
    other = payments.of(fees.PURPOSE, cases[POWER].id)
    assert (other.state, other.amount.amount) == ("due", joint.POWER_FEE)
    assert by_service(bundle)[POWER].state == "submitted"


def test_a_payment_leads_back_to_all_parts(noor):
    bundle = joint.sent(noor)
    backs = {payments.of(fees.PURPOSE, one.id).back for one in service.cases(bundle)}
    assert backs == {f"/bundles/{bundle.id}"}


def test_a_service_that_is_not_wanted_is_neither_asked_for_nor_sent(noor):
    bundle = joint.sent(noor, wants_power=False)
    assert set(by_service(bundle)) == {LICENCE}


def test_nobody_is_asked_about_a_service_that_is_not_on(app):
    open_offices("municipal")
    whole = filling.begin(make_person(name="Noor Kaur").id, SHOP)
    assert [one.name for one in whole.form.steps[0].fields] == ["wants_water"]


def test_all_of_them_at_once(noor):
    changes = {"wants_water": True, "wants_gas": True}
    whole = filling.begin(noor.id, SHOP)
    drafts.save(whole.draft, CHOSEN | changes, list(CHOSEN))
    whole = filling.resume(noor.id, SHOP)
    assert whole.chosen == (LICENCE, POWER, WATER, GAS)
    once = [one.name for step in whole.form.steps[:4] for one in step.fields]
    assert {"applicant", "phone", "premises", "tenure", "identity_proof"} <= set(once)


def test_a_file_for_what_is_not_wanted_in_the_end_is_let_go(noor):
    whole = joint.draft_for(noor)
    report = whole.answers["test_report"]["file"]
    drafts.save(whole.draft, {"wants_power": False}, ["wants_power"])
    db.session.commit()
    whole = filling.resume(noor.id, SHOP)
    (case,) = service.cases(service.send(whole, joint.prices(whole)))
    db.session.flush()
    states = {str(one.id): one.state for one in db.session.scalars(select(File))}
    assert states[report] == "released"
    assert states[case.answers["identity_proof"]["file"]] == "used"


def test_the_person_is_reminded_of_the_life_event_and_led_back_to_it(noor):
    filling.begin(noor.id, SHOP)
    db.session.commit()
    with speaking("en"):
        (one,) = coming.of_person(noor.id)
    assert (one.title, one.path) == (
        "Finish your draft: Opening a shop",
        f"life-events/{SHOP}/apply",
    )


def test_what_the_profile_knows_is_filled_in_once(noor):
    whole = filling.begin(noor.id, SHOP)
    assert whole.answers["applicant"] == "Noor Kaur"
    assert "applicant" in whole.sources
    # Where somebody lives is not where their shop is.
    assert "premises" not in whole.answers


def test_another_person_has_neither_the_draft_nor_the_bundle(noor):
    whole = joint.draft_for(noor)
    stranger = make_person(name="Ravi Kumar")
    with pytest.raises(drafts.NoSuchDraft):
        filling.find(stranger.id, SHOP, whole.draft.id)
    bundle = service.send(whole, joint.prices(whole))
    with pytest.raises(service.NoSuchBundle):
        service.find(stranger.id, bundle.id)


def test_a_draft_keeps_the_declaration_that_it_was_begun_on(noor):
    whole = filling.begin(noor.id, SHOP)
    with patch.object(gathering.discovery, "life_events", return_value=()):
        again = filling.resume(noor.id, SHOP)
    assert again.event == whole.event
    assert again.form.steps == whole.form.steps


def test_what_is_not_on_is_left_out_and_alone_nothing_is_brought_together(app):
    published()
    assert gathering.offered() == ()
    open_offices("municipal")
    (shop,) = [one for one in gathering.offered() if one.event.slug == SHOP]
    assert set(shop.offers) == {LICENCE, WATER}
    assert [one.slug for one in gathering.of_service("municipal", "trade-licence")] == [SHOP]
    assert [one.slug for one in gathering.about("business")] == [SHOP]
    with pytest.raises(gathering.NoSuchLifeEvent):
        gathering.find("moving-house")
    assert discover()
