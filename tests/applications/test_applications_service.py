"""What is done to an application, on the real database."""

from contextlib import contextmanager
from datetime import UTC, date, datetime

import pytest
import time_machine
from sqlalchemy import func, select, text

from portal.applications import applying, domain, service
from portal.applications.domain import Actor, OwnCase, ProviderEvent, State
from portal.applications.models import Application, IssuedDocument, TimelineEntry
from portal.audit.models import AuditEntry
from portal.consent import service as consent
from portal.consent.models import Consent
from portal.forms import service as drafts
from portal.forms.models import Draft
from portal.kernel import ids
from portal.kernel.db import db
from portal.kernel.events import StoredEvent
from portal.webhooks import service as webhooks
from portal.webhooks.models import Delivery
from tests.accounts.threads import at_once
from tests.applications import factories
from tests.applications.factories import HERE, INCOME, LAND, asked, issued, money, sent, told

JOBS = text("SELECT count(*) FROM procrastinate_jobs")
# A Monday, and nine in the morning where the office is.
MONDAY = datetime(2026, 11, 23, 3, 30, tzinfo=UTC)


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def counts(*models):
    return tuple(count(model) for model in models)


@pytest.fixture
def endpoint(revenue, monkeypatch):
    """The department has an endpoint; nothing is sent, since no job is run."""
    monkeypatch.setattr("portal.kernel.http.check", lambda _, **__: None)
    webhooks.set_endpoint(
        "revenue", "https://revenue.example/hook", "tests", "whsec_" + "YWJj" * 11
    )
    db.session.commit()


@pytest.mark.promise("M8")
def test_submitting_makes_one_of_each(person, endpoint):
    application = sent(person)
    assert counts(Application, Consent, TimelineEntry, Delivery) == (1, 1, 1, 1)
    assert application.state == State.SUBMITTED
    assert ids.read_reference(application.reference) == application.reference
    names = db.session.scalars(select(StoredEvent.name)).all()
    assert names.count("ApplicationSubmitted") == 1


@pytest.mark.promise("B7")
def test_pressing_submit_fifty_times_makes_one_application(app, person, endpoint):
    course = factories.draft_for(person)
    before = count(StoredEvent)

    def press():
        return applying.send(applying.find(person.id, "revenue", INCOME, course.draft.id)).reference

    answers = at_once(app, 50, press)
    assert len(set(answers)) == 1, {str(one)[:200] for one in answers}
    db.session.rollback()
    assert counts(Application, Consent, TimelineEntry, Delivery) == (1, 1, 1, 1)
    names = db.session.scalars(select(StoredEvent.name)).all()
    assert names.count("ApplicationSubmitted") == 1
    assert len(names) == before + 2


@pytest.mark.promise("B7")
def test_a_twin_waits_for_a_slow_first_one_and_gets_its_answer(app, person):
    course = factories.draft_for(person)
    first = applying.send(course)
    limit = db.session.scalar(text("SHOW lock_timeout"))
    assert limit == "20s"

    def press():
        return service.find_submission(person.id, course.draft.id)

    (twin,) = at_once(app, 1, press)
    assert twin is None
    db.session.commit()
    assert applying.sent(applying.find(person.id, "revenue", INCOME, course.draft.id)) == first


def test_what_was_changed_in_another_window_is_not_sent_unseen(app, person):
    course = factories.draft_for(person)

    def save():
        other = drafts.find(person.id, course.draft.id)
        drafts.save(other, {**course.answers, "guardian": "Another Name"}, ["guardian"])
        db.session.commit()

    at_once(app, 1, save)
    with pytest.raises(drafts.ChangedMeanwhile):
        applying.send(course)
    db.session.rollback()
    assert applying.resume(person.id, "revenue", INCOME).answers["guardian"] == "Another Name"


def test_an_officer_does_not_decide_their_own_application(officer):
    application = factories.sent(officer)
    with pytest.raises(OwnCase):
        service.receive(
            factories.HERE,
            application.reference,
            ProviderEvent(type="accept"),
            service.Author(Actor.OFFICER, f"person:{officer.id}"),
        )


def test_a_reference_that_is_taken_is_drawn_again(person, monkeypatch):
    taken = sent(person).reference
    drawn = iter([taken, taken, "PB-0000-0000"])
    monkeypatch.setattr(ids, "reference", lambda _: next(drawn))
    assert sent(person, LAND).reference == "PB-0000-0000"


def test_references_do_not_repeat(person):
    assert len({ids.reference("PB") for _ in range(2000)}) == 2000


def test_a_rollback_leaves_nothing(person, endpoint):
    course = factories.draft_for(person)
    tables = (Application, Consent, TimelineEntry, Delivery, AuditEntry, StoredEvent)
    before, jobs = counts(*tables), db.session.scalar(JOBS)
    applying.send(course)
    assert counts(*tables) != before
    db.session.rollback()
    assert counts(*tables) == before
    assert db.session.scalar(JOBS) == jobs
    assert db.session.get(Draft, course.draft.id).sent_at is None


def test_a_fault_in_any_statement_of_submitting_undoes_all(person, endpoint, owner):
    """Each table in turn refuses its row; nothing is left, and a retry succeeds."""
    course = factories.draft_for(person)
    tables = (Application, Consent, TimelineEntry, Delivery, AuditEntry, StoredEvent)
    before = counts(*tables)
    db.session.rollback()
    for model in tables:
        with faulty(owner, model.__tablename__), pytest.raises(Exception, match="never changed"):
            submit(person, course)
        db.session.rollback()
        assert counts(*tables) == before, model
        db.session.rollback()
    submit(person, course)
    assert count(Application) == 1


@contextmanager
def faulty(owner, table):
    """The table takes no row for now."""
    trigger = f"TRIGGER fault BEFORE INSERT ON {table} EXECUTE FUNCTION refuse_change()"
    owner.execute(text(f"CREATE {trigger}"))
    owner.commit()
    try:
        yield
    finally:
        db.session.rollback()
        owner.execute(text(f"DROP TRIGGER fault ON {table}"))
        owner.commit()


def submit(person, course):
    applying.send(applying.find(person.id, "revenue", INCOME, course.draft.id))
    db.session.commit()


@pytest.mark.promise("M19")
def test_the_tables_hold_no_answer_in_the_clear(person):
    application = sent(person)
    asked(application, "farm_income", message="Farida asks")
    rows = []
    for model in (Application, TimelineEntry, Draft, Consent):
        rows += db.session.scalars(text(f"SELECT t::text FROM {model.__tablename__} t")).all()
    whole = " ".join(rows)
    for secret in ("Asha", "Ram Lal", factories.AADHAAR, "90000", "Farida"):
        assert secret not in whole
        assert secret.encode().hex() not in whole


def test_answers_to_hidden_questions_are_not_sent(person):
    application = sent(person, monthly_salary=money(5000), employer="Mill", business="Shop")
    assert {"monthly_salary", "employer", "business"}.isdisjoint(application.answers)
    assert {"monthly_salary", "employer"}.isdisjoint(service.shared(application))


@pytest.mark.promise("M8")
def test_the_consent_names_what_is_shared_and_nothing_else(person):
    application = sent(person)
    (given,) = consent.for_application(application.id)
    assert set(given.fields) == set(application.answers)
    assert service.shared(application) == application.answers
    assert given.provider_slug == "revenue"


def test_a_disclosure_counts_its_messages(person):
    application = sent(person)
    assert [service.disclosure(application.id).sequence for _ in range(3)] == [1, 2, 3]


def test_plain_answers_and_papers_part_what_is_shared(person):
    application = sent(person)
    papers = {paper["field"] for paper in service.papers(application)}
    assert papers == {"identity_proof", "residence_proof"}
    assert papers.isdisjoint(service.plain_answers(application))
    assert papers | set(service.plain_answers(application)) == set(application.answers)


def test_somebody_elses_application_is_as_unknown_as_none(person, stranger):
    application = sent(person)
    for reference in (application.reference, "PB-0000-0000", "nonsense", "\0"):
        with pytest.raises(service.NoSuchApplication):
            service.find(stranger.id, reference)
    with pytest.raises(service.NoSuchApplication):
        service.find_case(frozenset({"water"}), application.reference)
    with pytest.raises(service.NoSuchApplication):
        service.find_case(frozenset(), application.reference)


def test_a_reference_is_found_however_it_is_typed(person):
    application = sent(person)
    prefix, one, two = application.reference.split("-")
    for typed in (f" {prefix.lower()}-{one.lower()}{two.lower()} ", f"{prefix}-{one} {two}"):
        assert service.find(person.id, typed).id == application.id


def test_the_way_to_a_document(person):
    application = issued(sent(person))
    assert application.state == State.ISSUED
    assert application.case_number == "REV/1"
    (document,) = service.issued(application)
    assert document.name == "certificate.pdf"
    acts = [entry.act for entry in service.timeline(application)]
    assert acts == ["submit", "accept", "approve", "issue"]


def test_a_case_is_not_moved_by_what_was_read_before(app, person):
    """Two officers open the case; the second decides on what the first has made of it."""
    application = sent(person)
    stale = service.find_case(HERE, application.reference)

    def refuse():
        return told(service.find_case(HERE, stale.reference), "refuse", reason={"en": "No."}).state

    assert at_once(app, 1, refuse) == [State.REFUSED]
    with pytest.raises(domain.MoveNotAllowed):
        told(stale, "approve")


def test_of_two_decisions_at_once_one_wins(app, person):
    reference = sent(person).reference
    kinds = iter([("approve", {}), ("refuse", {"reason": {"en": "No."}})] * 4)

    def decide():
        kind, more = next(kinds)
        return told(service.find_case(HERE, reference), kind, **more).state

    results = at_once(app, 8, decide)
    assert sum(isinstance(one, str) for one in results) == 1
    assert sum(isinstance(one, domain.MoveNotAllowed) for one in results) == 7


def test_asking_names_questions_that_the_person_was_asked(person):
    application = sent(person)
    for field in ("nothing", "employer", "false_statement"):
        with pytest.raises(domain.UnknownFields):
            asked(application, "born", field)
        db.session.rollback()
    assert asked(application, "born").asked == ["born"]


def test_a_stage_is_one_of_the_service(person):
    application = sent(person)
    with pytest.raises(domain.UnknownStage):
        told(application, "progress", stage="nowhere")
    db.session.rollback()
    assert told(application, "progress", stage="field-report").stage == "field-report"


def test_a_note_changes_nothing_but_the_timeline(person):
    application = sent(person)
    told(application, "progress", stage="field-report")
    noted = told(application, "note", message={"pa": "ਨੋਟ"})
    assert (noted.state, noted.stage) == (State.IN_PROGRESS, "field-report")
    assert service.timeline(noted)[-1].words == {"message": {"pa": "ਨੋਟ"}}


def test_a_refused_file_moves_nothing(person):
    application = sent(person)
    told(application, "approve")
    with pytest.raises(Exception, match="Send a"):
        told(application, "issue", document=("x.pdf", b"MZ not a paper"))
    db.session.rollback()
    assert db.session.get(Application, application.id).state == State.APPROVED
    assert count(IssuedDocument) == 0


def test_the_due_day_counts_working_days_of_the_calendar(person):
    with time_machine.travel(MONDAY, tick=False):
        application = sent(person, LAND)
    # The 24th is a holiday, so the third working day after Monday is Friday.
    assert application.due_on == date(2026, 11, 27)


def test_the_clock_stands_still_while_the_person_is_asked(person):
    with time_machine.travel(MONDAY, tick=False):
        application = sent(person, LAND)
    with time_machine.travel(MONDAY.replace(day=25), tick=False):
        asked(application, "number")
        assert application.days_left == 2
    with time_machine.travel(MONDAY.replace(month=12, day=4), tick=False):
        service.answer(person.id, application.reference, {"number": "12"})
    # A Friday; two working days later is Tuesday.
    assert (application.due_on, application.days_left) == (date(2026, 12, 8), None)
    assert application.answers["number"] == "12"


def test_the_clock_goes_on_when_the_provider_takes_the_case_back(person):
    application = sent(person, LAND)
    asked(application, "number")
    told(application, "accept")
    assert (application.days_left, application.asked) == (None, None)


def test_what_is_late_stays_late(person):
    with time_machine.travel(MONDAY, tick=False):
        application = sent(person, LAND)
    with time_machine.travel(MONDAY.replace(month=12, day=7), tick=False):
        asked(application, "number")
        service.answer(person.id, application.reference, {"number": "12"})
    assert application.due_on == date(2026, 11, 27)


def test_a_correction_changes_what_was_asked_and_nothing_else(person):
    application = sent(person)
    asked(application, "farm_income")
    service.answer(
        person.id,
        application.reference,
        {"farm_income": money(80000), "applicant": "Mallory", "state": "approved"},
    )
    assert application.answers["farm_income"] == money(80000)
    assert application.answers["applicant"] == "Asha Devi"
    assert (application.state, application.asked) == (State.IN_PROGRESS, None)


@pytest.mark.promise("M8")
def test_new_questions_of_a_correction_are_consented_to(person):
    application = sent(person)
    asked(application, "occupation")
    changed = {"occupation": "labour", "daily_wage": money(500), "family_income": money(120000)}
    service.answer(person.id, application.reference, changed)
    assert "daily_wage" in service.shared(application)
    assert "farm_income" not in application.answers
    first, second = consent.for_application(application.id)
    assert set(second.fields) - set(first.fields) == {"daily_wage"}


def test_nothing_is_answered_that_was_not_asked(person, stranger):
    application = sent(person)
    with pytest.raises(service.NothingAsked):
        service.answer(person.id, application.reference, {"born": "1991-01-01"})
    with pytest.raises(service.NoSuchApplication):
        service.answer(stranger.id, application.reference, {})


def test_a_withdrawn_application_stays_withdrawn(person):
    application = sent(person)
    service.withdraw(person.id, application.reference)
    db.session.commit()
    for kind, more in (("approve", {}), ("accept", {}), ("refuse", {"reason": {"en": "No."}})):
        with pytest.raises(domain.MoveNotAllowed):
            told(application, kind, **more)
        db.session.rollback()
    with pytest.raises(domain.MoveNotAllowed):
        service.withdraw(person.id, application.reference)


def test_a_document_of_another_application_is_not_found(person, stranger):
    one, other = issued(sent(person)), issued(sent(stranger))
    (theirs,) = service.issued(other)
    with pytest.raises(service.NoSuchApplication):
        service.issued_document(one, theirs.id)
    with pytest.raises(service.NoSuchApplication):
        service.paper(one, theirs.file_id)
