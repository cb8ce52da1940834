"""Another provider is asked about a case: what it sees and answers, and what nobody else reads."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError

from portal.accounts.domain import Scope
from portal.applications import domain as cases
from portal.applications import service
from portal.applications.lists.domain import Place, Whose
from portal.applications.referring import domain, panels
from portal.applications.referring import service as referring
from portal.applications.referring.domain import Reply, Standing, Wanted
from portal.audit.models import AuditEntry
from portal.consent import service as consent
from portal.kernel import clock
from portal.kernel.db import db
from portal.registry.discovery import discover
from tests.accounts.factories import make_person, signed_in_client
from tests.accounts.threads import at_once
from tests.applications.factories import HERE, SLIP, sent, told
from tests.applications.pages import open_page
from tests.registry import publishing_factories as publishing

WORDS = "Does the family own the house?"
ANSWER = "It does, since 2011."
THERE = frozenset({"municipal"})


@pytest.fixture
def town(revenue):
    """The municipal corporation has services, too."""
    (municipal,) = [one for one in discover() if one.slug == "municipal"]
    publishing.published(municipal)
    return municipal


@pytest.fixture
def clerk(town):
    return make_person(name="Clerk Rana", role="officer", provider="municipal")


@pytest.fixture
def theirs(revenue, clerk):
    """The browser of an officer of the office that is asked."""
    return signed_in_client(revenue, clerk)


@pytest.fixture
def case(clerk, person):
    return sent(person)


def wanted(to="municipal", said=WORDS, fields=("home",), days=5):
    return Wanted(to, said, tuple(fields), clock.today() + timedelta(days=days))


def asks(case, officer, **more):
    locked = service.find_case(HERE, case.reference, lock=True)
    made = referring.ask(locked, wanted(**more), officer.id, HERE)
    db.session.commit()
    return made


def answers(row, clerk, said=ANSWER, outcome=Standing.ANSWERED, papers=()):
    done = referring.answer(THERE, row.id, Reply(outcome, said, papers), clerk.id)
    db.session.commit()
    return done


def fresh(case):
    db.session.expire_all()
    return service.by_id(case.id)


def acts_of(case):
    return [one.act for one in service.timeline(fresh(case))]


# --- Asking -------------------------------------------------------------------------------------


def test_the_other_office_sees_what_was_ticked_and_nothing_else(case, officer, clerk):
    row = asks(case, officer, fields=("home", "identity_proof"))
    found, there = referring.find(THERE, row.id, clerk.id)
    assert set(referring.parts(found, there)) == {"home", "identity_proof"}
    papers = {one["field"]: one["file"] for one in service.papers(case)}
    assert str(referring.given_paper(found, there, papers["identity_proof"])) == str(
        papers["identity_proof"]
    )
    with pytest.raises(domain.NoSuchReferral):
        referring.given_paper(found, there, papers["residence_proof"])


def test_nothing_is_shown_unless_it_is_ticked(case, officer, clerk):
    row = asks(case, officer, fields=())
    assert referring.parts(*referring.find(THERE, row.id, clerk.id)) == {}
    assert consent.for_application(case.id)[-1].disclosed == ()


def test_what_is_shown_stands_in_the_ledger_under_the_other_office(case, officer):
    asks(case, officer)
    (noted,) = consent.for_application(case.id)[-1].disclosed
    assert (noted.provider, noted.fields, noted.channel) == ("municipal", ("home",), "referral")


@pytest.mark.parametrize(
    ("more", "refusal"),
    [
        ({"to": "revenue"}, domain.NoSuchOffice),
        ({"to": "nobody"}, domain.NoSuchOffice),
        ({"said": "  "}, domain.NoWords),
        ({"said": "a" * 4001}, domain.NoWords),
        ({"fields": ("no_such_question",)}, domain.NotShared),
        ({"days": -1}, domain.UnfitDay),
        ({"days": 400}, domain.UnfitDay),
    ],
)
def test_what_cannot_be_asked_is_said(case, officer, more, refusal):
    with pytest.raises(refusal):
        asks(case, officer, **more)


def test_an_office_where_nobody_decides_is_not_asked(town, person, officer):
    with pytest.raises(domain.NobodyThere):
        asks(sent(person), officer)


def test_an_office_is_asked_once_until_it_answers(app, case, officer, clerk):
    row = asks(case, officer)
    with pytest.raises(domain.AskedAlready):
        asks(case, officer)
    db.session.rollback()
    answers(row, clerk)
    assert asks(case, officer, said="And who lives there?").state == Standing.OPEN


def test_nobody_asks_about_their_own_case_or_one_that_is_decided(case, officer):
    told(case, "approve")
    with pytest.raises(domain.NotNow):
        asks(case, officer)
    mine = sent(officer)
    with pytest.raises(cases.OwnCase):
        asks(mine, officer)


def test_a_case_that_another_officer_holds_is_theirs_to_refer(case, officer):
    other = make_person(name="Officer Gill", role="officer", provider="revenue")
    case.officer_id = other.id
    db.session.commit()
    with pytest.raises(cases.HeldByAnother):
        asks(case, officer)


# --- Answering ----------------------------------------------------------------------------------


def test_an_answer_ends_it_and_with_it_what_may_be_seen(case, officer, clerk):
    row = asks(case, officer)
    answers(row, clerk)
    found, there = referring.find(THERE, row.id, clerk.id)
    assert (found.state, referring.parts(found, there)) == (Standing.ANSWERED, {})
    (line,) = panels.of(case)
    assert (line.reply.who, line.reply.text) == ("Clerk Rana", ANSWER)


def test_of_two_answers_at_once_one_is_kept(app, case, officer, clerk):
    row_id = asks(case, officer).id

    def one():
        try:
            referring.answer(THERE, row_id, Reply(Standing.ANSWERED, ANSWER), clerk.id)
            db.session.commit()
        except domain.Ended:
            return "refused"
        return "kept"

    assert sorted(at_once(app, 2, one)) == ["kept", "refused"]


def test_a_late_answer_to_what_was_withdrawn_is_refused_in_words(case, officer, clerk):
    row = asks(case, officer)
    referring.withdraw(service.find_case(HERE, case.reference, lock=True), row.id, officer.id, HERE)
    db.session.commit()
    with pytest.raises(domain.Ended):
        answers(row, clerk)


def test_a_decision_ends_what_was_not_answered(case, officer, clerk):
    row = asks(case, officer)
    told(case, "approve")
    assert referring.of(fresh(case))[0].state == Standing.OVER
    with pytest.raises(domain.Ended):
        answers(row, clerk)


def test_the_person_who_withdraws_ends_it_too(case, officer, person):
    asks(case, officer)
    service.withdraw(person.id, case.reference)
    db.session.commit()
    assert referring.of(fresh(case))[0].state == Standing.OVER


def test_what_a_colleague_took_is_answered_by_them_alone(case, officer, clerk):
    other = make_person(name="Clerk Gill", role="officer", provider="municipal")
    row = asks(case, officer)
    referring.take(THERE, row.id, other.id)
    db.session.commit()
    with pytest.raises(cases.HeldByAnother):
        answers(row, clerk)
    db.session.rollback()
    referring.take(THERE, row.id, clerk.id)
    assert answers(row, clerk).state == Standing.ANSWERED


def test_the_promise_of_the_case_runs_on(case, officer, clerk):
    before = (fresh(case).due_on, fresh(case).state, fresh(case).days_left)
    answers(asks(case, officer), clerk)
    after = fresh(case)
    assert (after.due_on, after.state, after.days_left) == before


# --- Who finds it -------------------------------------------------------------------------------


def test_the_list_has_the_most_urgent_first_and_goes_on_where_it_ended(person, officer, clerk):
    rows = [asks(sent(person), officer, days=days) for days in (9, 2, 5)]
    found = [row.id for row, _ in referring.queue(THERE, clerk.id)]
    assert found == [rows[1].id, rows[2].id, rows[0].id]
    after = Place(rows[1].due_on, rows[1].id)
    assert [row.id for row, _ in referring.queue(THERE, clerk.id, after=after)] == found[1:]
    referring.take(THERE, rows[2].id, clerk.id)
    mine = referring.queue(THERE, clerk.id, Whose.MINE)
    assert [row.id for row, _ in mine] == [rows[2].id]
    assert len(referring.queue(THERE, clerk.id, Whose.NOBODY)) == 2
    assert referring.waiting(THERE, clerk.id) == 3


@pytest.mark.parametrize(
    "reach",
    [
        HERE,
        frozenset({"power"}),
        frozenset(),
        frozenset({Scope("municipal", category="certificates")}),
        frozenset({Scope("municipal", area="elsewhere")}),
    ],
)
def test_other_desks_find_nothing(case, officer, clerk, reach):
    row = asks(case, officer)
    assert referring.queue(reach, clerk.id) == []
    with pytest.raises(domain.NoSuchReferral):
        referring.find(reach, row.id, clerk.id)


def test_an_officer_finds_nothing_that_is_asked_about_themselves(officer, clerk):
    row = asks(sent(clerk), officer)
    assert referring.waiting(THERE, clerk.id) == 0
    with pytest.raises(domain.NoSuchReferral):
        referring.find(THERE, row.id, clerk.id)


# --- What is kept -------------------------------------------------------------------------------


@pytest.mark.promise("P4")
def test_words_are_sealed_and_an_end_is_never_changed(case, officer, clerk):
    answers(asks(case, officer), clerk)
    kept = db.session.execute(
        text("SELECT question_sealed, text_sealed FROM case_referrals, referral_ends")
    ).one()
    assert WORDS.encode() not in kept[0]
    assert ANSWER.encode() not in kept[1]
    with pytest.raises(ProgrammingError):
        db.session.execute(text("UPDATE referral_ends SET outcome = 'declined'"))


def test_each_act_is_audited_without_words(case, officer, clerk):
    row = asks(case, officer)
    referring.take(THERE, row.id, clerk.id)
    referring.looked(row, clerk.id, "read")
    db.session.commit()
    answers(row, clerk)
    wanted_ = db.select(AuditEntry).order_by(AuditEntry.number)
    told_ = [
        (one.act, one.actor.removeprefix("person:"))
        for one in db.session.scalars(wanted_)
        if one.act.startswith(("application.refer", "referral.", "case.referral"))
    ]
    assert told_ == [
        ("application.refer", str(officer.id)),
        ("referral.claim", str(clerk.id)),
        ("case.referral_looked", str(clerk.id)),
        ("referral.answered", str(clerk.id)),
        ("application.refer_answer", str(clerk.id)),
    ]


# --- On pages -----------------------------------------------------------------------------------


def test_from_the_question_to_the_answer_on_pages(desk, theirs, case, mine):
    after = _asked(desk, case)
    assert "The office is asked." in after.words
    assert "Waits for an answer" in after.words
    waits = open_page(theirs, "/en/desk/referrals")
    assert case.reference in waits.words
    (link,) = [one for one in waits.links("/desk/referrals/") if "whose" not in one]
    shown = open_page(theirs, link)
    assert WORDS in shown.words
    assert "House 12, Street 4" in shown.words
    assert "Asha Devi" not in shown.words
    done = shown.send(
        to=link, outcome="answered", text=ANSWER, files={"paper": (SLIP, "record.pdf")}
    )
    assert "It is sent to the office that asked." in done.words
    assert "House 12, Street 4" not in done.words
    back = open_page(desk, f"/en/desk/{case.reference}")
    assert ANSWER in back.words
    (paper,) = back.links("/referrals/")
    assert desk.get(paper).data == SLIP
    told_ = open_page(mine, f"/en/applications/{case.reference}").words
    assert "Another office was asked" in told_
    assert "which was asked about it" in told_
    assert "The other office answered" not in told_
    assert WORDS not in told_
    assert ANSWER not in told_


def _asked(desk, case, **more):
    day = clock.today() + timedelta(days=3)
    path = f"/en/desk/{case.reference}/refer"
    data = {"to": "municipal", "text": WORDS, "parts": "home", "due": day.isoformat()} | more
    page = open_page(desk, path)
    token = page.controls["csrf_token"]
    return open_page(desk, path, "post", data=data | {"csrf_token": token})


def test_a_question_without_words_is_said_at_its_place(desk, case):
    page = _asked(desk, case, text="")
    assert page.status == 422
    assert page.errors


def test_the_case_warns_before_a_decision_and_the_asker_takes_it_back(desk, case, officer):
    row = asks(case, officer)
    words = open_page(desk, f"/en/desk/{case.reference}").words
    assert "Another office was asked and has not answered yet." in words
    page = open_page(desk, f"/en/desk/{case.reference}")
    done = open_page(
        desk,
        f"/en/desk/{case.reference}/referrals/{row.id}/withdraw",
        "post",
        data={"csrf_token": page.controls["csrf_token"][0]},
    )
    assert "The referral is withdrawn." in done.words
    assert "has not answered yet" not in done.words


def test_strangers_find_nothing(revenue, case, officer, person, desk, mine):
    row = asks(case, officer)
    power = make_person(name="Officer Brar", role="officer", provider="power")
    for client in (desk, signed_in_client(revenue, power)):
        assert client.get(f"/en/desk/referrals/{row.id}").status_code == 404
    assert mine.get(f"/en/desk/referrals/{row.id}").status_code in (403, 404)


def test_the_menu_says_how_many_wait(theirs, case, officer):
    asks(case, officer)
    assert "(1)" in open_page(theirs, "/en/desk/referrals").text
