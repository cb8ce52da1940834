"""Whose a case is and what may be done with it: posts, officers, records, notes, and the clocks."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from sqlalchemy import select, text

from portal.applications import domain, jobs, service, workflow
from portal.applications.staging import service as staging
from portal.applications.work import service as work
from portal.applications.work.models import Rise
from portal.kernel.db import db
from portal.kernel.jobs import Again
from tests.applications.workflows import act, an_officer, at_the_head, department, reach, sent

IST = ZoneInfo("Asia/Kolkata")
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=IST)


@pytest.fixture
def office(revenue):
    department()


@pytest.fixture
def clerk(office):
    return an_officer("clerk", name="Clerk Kaur")


@pytest.fixture
def surveyor(office):
    return an_officer("surveyor", name="Surveyor Gill")


@pytest.fixture
def head(office):
    return an_officer("head", name="Head Rana")


@pytest.fixture
def case(office, person):
    with time_machine.travel(MONDAY, tick=True):
        return sent(person)


def fresh(case):
    db.session.expire_all()
    return service.by_id(case.id)


def test_a_case_begins_as_the_work_of_the_first_stage_and_its_clock_runs(case):
    assert (case.state, case.stage, case.post) == ("submitted", None, "clerk")
    assert case.stage_due_on == date(2026, 11, 25)
    assert case.rises_on == date(2026, 11, 26)


def test_accepted_it_is_in_the_first_stage_whose_clock_goes_on(case, clerk):
    with time_machine.travel(MONDAY + timedelta(days=1), tick=True):
        moved = act(case, clerk, "accept", "clerk")
    assert (moved.state, moved.stage, moved.post) == ("in_progress", "check", "clerk")
    assert moved.stage_due_on == date(2026, 11, 25)


def test_the_next_stage_is_another_posts_and_nobodys_yet(case, clerk):
    act(case, clerk, "accept", "clerk")
    assert fresh(case).officer_id == clerk.id
    with time_machine.travel(MONDAY, tick=True):
        moved = act(case, clerk, "progress", "clerk", stage="visit")
    assert (moved.stage, moved.post, moved.officer_id) == ("visit", "surveyor", None)
    assert moved.stage_due_on == date(2026, 11, 30)
    assert moved.rises_on is None


@pytest.mark.parametrize(
    ("kind", "more"),
    [("approve", {}), ("progress", {"stage": "decision"}), ("issue", {"document": ("a", b"b")})],
)
def test_what_the_stage_does_not_allow_is_refused(case, clerk, kind, more):
    act(case, clerk, "accept", "clerk")
    with pytest.raises((workflow.NotInThisStage, domain.MoveNotAllowed)):
        act(case, clerk, kind, "clerk", **more)
    db.session.rollback()
    assert fresh(case).stage == "check"


def test_an_officer_of_another_post_reads_and_does_not_act(case, surveyor):
    with pytest.raises(domain.NotYourPost):
        act(case, surveyor, "accept", "surveyor")
    db.session.rollback()
    assert service.find_case(reach("surveyor"), case.reference).id == case.id
    assert act(case, surveyor, "note", "surveyor", message={"en": "We come soon."})


def test_an_officer_without_a_post_works_at_every_stage(case):
    everywhere = an_officer()
    assert act(case, everywhere, "accept").officer_id == everywhere.id


def test_a_case_that_another_officer_holds_is_taken_over_first(case, clerk):
    second = an_officer("clerk")
    act(case, clerk, "accept", "clerk")
    with pytest.raises(domain.HeldByAnother):
        act(case, second, "progress", "clerk", stage="visit")
    db.session.rollback()
    work.claim(fresh(case), second.id, reach("clerk"))
    assert act(case, second, "progress", "clerk", stage="visit").stage == "visit"


def test_a_case_is_handed_over_to_somebody_who_may_work_on_it(case, clerk, surveyor, person):
    second = an_officer("clerk")
    assert set(work.colleagues(case)) == {clerk.id, second.id}
    work.hand_over(case, second.id, clerk.id)
    assert case.officer_id == second.id
    for stranger in (surveyor.id, person.id):
        with pytest.raises(work.NoOfficer):
            work.hand_over(case, stranger, clerk.id)
    with pytest.raises(domain.HeldByAnother):
        work.release(case, clerk.id)
    work.release(case, second.id)
    assert case.officer_id is None


def test_nobody_takes_their_own_case(office, person):
    mine = sent(person)
    with pytest.raises(domain.OwnCase):
        work.claim(mine, person.id, reach("clerk"))


def test_what_a_stage_asks_to_be_recorded_comes_before_the_next_one(case, clerk, surveyor):
    act(case, clerk, "accept", "clerk")
    act(case, clerk, "progress", "clerk", stage="visit")
    with pytest.raises(domain.NotRecorded) as refused:
        act(case, surveyor, "progress", "surveyor", stage="decision")
    db.session.rollback()
    assert refused.value.params == {"names": "The family lives there"}
    assert [one.name for one in work.unrecorded(fresh(case))] == ["lives_there"]
    work.record(fresh(case), {"lives_there": False}, surveyor.id)
    assert act(case, surveyor, "progress", "surveyor", stage="decision").stage == "decision"
    assert work.recorded(case)["visit"].answers == {"lives_there": False}


def test_records_and_notes_are_sealed_and_kept_for_good(case, clerk):
    work.record(case, {"lives_there": True, "what_was_found": "A green door"}, clerk.id)
    work.note(case, "  Ring twice.  ", clerk.id)
    db.session.commit()
    assert [one.text for one in work.notes(case)] == ["Ring twice."]
    for table, column in (("case_notes", "text_sealed"), ("case_records", "answers_sealed")):
        kept = db.session.execute(text(f"SELECT {column} FROM {table}")).scalar_one()
        assert b"Ring" not in kept
        assert b"green" not in kept


@pytest.mark.parametrize("words", ["", "   ", "x" * 4001])
def test_an_empty_or_endless_note_is_refused(case, clerk, words):
    with pytest.raises(work.EmptyNote):
        work.note(case, words, clerk.id)


def test_the_clock_of_the_stage_stands_still_while_the_person_is_asked(case, clerk, person):
    with time_machine.travel(MONDAY + timedelta(days=1), tick=True):
        act(case, clerk, "accept", "clerk")
        asked = act(
            case, clerk, "ask", "clerk", message={"en": "Again."}, fields=("family_income",)
        )
        assert (asked.stage, asked.stage_days_left, asked.rises_on) == ("check", 1, None)
    with time_machine.travel(MONDAY + timedelta(days=14), tick=True):
        back = service.answer(
            person.id, case.reference, {"family_income": {"amount": "1.00", "currency": "INR"}}
        )
        assert (back.state, back.stage, back.stage_days_left) == ("in_progress", "check", None)
        assert back.stage_due_on == date(2026, 12, 8)
        assert back.rises_on == date(2026, 12, 9)


def test_what_the_person_changed_is_kept_as_it_was_before(case, clerk, person):
    act(case, clerk, "accept", "clerk")
    act(case, clerk, "ask", "clerk", message={"en": "Again."}, fields=("family_income",))
    before = fresh(case).answers["family_income"]
    new = {"amount": "1.00", "currency": "INR"}
    service.answer(person.id, case.reference, {"family_income": new})
    db.session.commit()
    assert service.changed(fresh(case)) == {"family_income": before}


def test_remarks_to_single_answers_are_read_by_the_person(case, clerk):
    act(case, clerk, "accept", "clerk")
    act(
        case,
        clerk,
        "ask",
        "clerk",
        message={"en": "Look again."},
        fields=("family_income",),
        remarks={"family_income": {"en": "This is for one month."}},
    )
    said = service.timeline(fresh(case))[-1].words
    assert said["field:family_income"] == {"en": "This is for one month."}


def test_a_decision_on_a_case_that_moved_on_is_refused_and_nothing_is_lost(case, clerk):
    seen = case.entries
    act(case, clerk, "note", "clerk", message={"en": "First."})
    with pytest.raises(domain.SeenBefore):
        act(case, clerk, "accept", "clerk", seen=seen)
    db.session.rollback()
    assert act(case, clerk, "accept", "clerk", seen=fresh(case).entries).state == "in_progress"


def test_a_reason_is_one_of_the_service_and_says_itself(case, clerk):
    act(case, clerk, "accept", "clerk")
    for code in (None, "too-late"):
        with pytest.raises(domain.UnknownReason):
            act(case, clerk, "refuse", "clerk", reason_code=code)
        db.session.rollback()
    act(case, clerk, "refuse", "clerk", reason_code="elsewhere")
    entry = service.timeline(fresh(case))[-1]
    assert entry.fields["reason"] == "elsewhere"
    assert entry.words["reason"]["en"] == "The family lives elsewhere"


def test_what_is_over_is_nobodys_work(case, clerk):
    act(case, clerk, "refuse", "clerk", reason_code="elsewhere")
    over = fresh(case)
    assert (over.post, over.officer_id, over.rises_on, over.stage_due_on) == (None,) * 4


# --- Too long -----------------------------------------------------------------------------------


def on(day):
    return time_machine.travel(datetime(2026, 11, day, 12, 0, tzinfo=IST), tick=True)


def test_a_case_that_stays_too_long_goes_up_once_and_both_posts_may_work_on_it(case, clerk, head):
    act(case, clerk, "accept", "clerk")
    with on(25):
        staging.rise()
        db.session.commit()
        assert fresh(case).post == "clerk"
    with on(26):
        for _ in range(2):
            assert not staging.rise()
            db.session.commit()
    up = fresh(case)
    assert (up.post, up.level, up.officer_id, up.rises_on) == ("head", 1, None, None)
    told = db.session.execute(select(Rise.stage, Rise.level, Rise.post, Rise.risen_on)).all()
    assert [tuple(one) for one in told] == [("check", 1, "head", date(2026, 11, 26))]
    assert work.works_on(up, reach("head"))
    assert work.works_on(up, reach("clerk"))
    assert not work.works_on(up, reach("surveyor"))


def test_a_case_that_waits_for_the_person_does_not_go_up(case, clerk):
    with time_machine.travel(MONDAY, tick=True):
        act(case, clerk, "ask", "clerk", message={"en": "Again."}, fields=("family_income",))
    with on(30):
        staging.rise()
        db.session.commit()
    assert fresh(case).level == 0


def test_many_go_up_by_as_many_statements_as_one(office, person, queries, monkeypatch):
    monkeypatch.setattr(staging, "A_BATCH", 3)
    with time_machine.travel(MONDAY, tick=True):
        made = [sent(person)]
    with on(26), queries() as one:
        staging.rise()
    db.session.commit()
    with time_machine.travel(MONDAY, tick=True):
        made += [sent(person) for _ in range(6)]
    with on(26):
        with queries() as many:
            assert staging.rise()
        assert len(many) <= len(one)
        db.session.commit()
        with pytest.raises(Again):
            jobs.let_rise()
        db.session.commit()
        assert not staging.rise()
    assert {fresh(each).level for each in made} == {1}


def test_the_whole_way_of_a_case(case, clerk, surveyor, head):
    decided = at_the_head(case, clerk, surveyor)
    assert (decided.stage, decided.post) == ("decision", "head")
    with pytest.raises(domain.NeedsTwo):
        act(case, head, "approve", "head")
    db.session.rollback()
    assert act(case, head, "refuse", "head", reason_code="too-much").state == "refused"
