"""Applying through the pages, as a person does it without JavaScript."""

import pytest
from sqlalchemy import func, select, text

from portal.applications.models import Application, TimelineEntry
from portal.consent.models import Consent
from portal.files.models import File
from portal.forms.models import Draft
from portal.kernel.db import db
from portal.registry.publishing import service as publishing
from portal.webhooks import service as webhooks
from tests.accounts.factories import csrf_token, signed_in_client
from tests.applications import factories
from tests.applications.factories import INCOME, LAND, SLIP
from tests.applications.pages import open_page
from tests.files.samples import pdf, picture
from tests.registry.publishing_factories import MEERA, words

START = f"/en/apply/revenue/{INCOME}"
LAND_START = f"/en/apply/revenue/{LAND}"


def count(model):
    return db.session.scalar(select(func.count()).select_from(model))


def jobs():
    return db.session.scalar(text("SELECT count(*) FROM procrastinate_jobs"))


def address(name):
    """The controls of an address, down to a village."""
    area = factories.village().path
    return {f"{name}-line": "House 12", f"{name}-area": list(area), f"{name}-postal_code": "141001"}


def begun(client, start=START):
    return open_page(client, start).send()


def path(page):
    return page.response.request.path


def you(page):
    return page.send(guardian="Ram Lal", aadhaar=factories.AADHAAR, **address("home"))


def work(page):
    farmer = page.send(occupation="farmer", other_income="no")
    return farmer.send(acres="2.5", farm_income="90,000")


def family(page):
    return page.send(members="4", family_income="1,20,000", needed_for="scholarship")


def papers(page):
    files = {"identity_proof": (SLIP, "card.pdf"), "residence_proof": (picture(), "bill.jpg")}
    return page.send(files=files, true_statement="yes")


def reviewed(client):
    return papers(family(work(you(begun(client)))))


@pytest.mark.promise("M5")
@pytest.mark.promise("M9")
def test_an_income_certificate_from_the_start_to_the_application(mine, person):
    review = reviewed(mine)
    assert path(review) == f"{START}/review"
    assert "Asha Devi" in review.words
    assert "₹1,20,000" in review.words
    assert "Nothing has been sent yet" in review.words
    done = review.send(agree="yes")
    sent = db.session.scalars(select(Application)).one()
    assert path(done) == f"/en/applications/{sent.reference}"
    assert "Sent." in done.words
    assert sent.answers["farm_income"] == {"amount": "90000.00", "currency": "INR"}
    assert (count(Application), count(Consent), count(TimelineEntry)) == (1, 1, 1)


def test_a_copy_of_a_land_record_shows_its_fee_before_it_is_sent(mine):
    land = begun(mine, LAND_START).send(
        number_kind="khasra", number="45//12/2", owner="", **address("place")
    )
    copy = land.send(
        record="jamabandi", latest="no", certified="certified", pages="3", needed_for="loan"
    )
    assert path(copy) == f"{LAND_START}/copy"
    collect = copy.send(year="1999")
    review = collect.send(for_lawful_use="yes")
    assert "₹55" in review.words
    shown = review.send(agree="yes")
    assert "₹55" in shown.words


def test_a_question_that_a_new_answer_brings_up_is_shown_before_it_is_asked_for(mine):
    page = you(begun(mine))
    assert "monthly_salary" not in page.names
    page = page.send(occupation="salaried", other_income="yes")
    assert page.status == 200
    assert page.errors == []
    assert {"employer", "monthly_salary", "other_income_amount"} <= page.names
    assert page.send(employer="", monthly_salary="").status == 422


@pytest.mark.promise("M5")
def test_a_filled_in_value_says_where_it_is_from_until_it_is_changed(mine):
    page = begun(mine)
    assert page.text.count("your profile") >= 4
    wrong = page.send(guardian="", applicant="Asha Kaur")
    assert wrong.status == 422
    assert wrong.text.count("your profile") == page.text.count("your profile") - 1
    again = open_page(mine, f"{START}/you")
    assert again.controls["applicant"] == ["Asha Kaur"]
    assert 'id="applicant-source"' not in again.text
    assert 'id="phone-source"' in again.text


def test_a_declaration_is_never_filled_in(mine, person):
    page = family(work(you(begun(mine))))
    assert "true_statement" in page.names
    assert "true_statement" not in page.controls


def test_what_is_right_stays_when_something_else_is_wrong(mine):
    page = begun(mine).send(guardian="Ram Lal", phone="12", **address("home"))
    assert page.status == 422
    assert page.title.startswith("Error:")
    assert len(page.errors) == 2
    assert page.controls["guardian"] == ["Ram Lal"]
    assert page.controls["phone"] == ["12"]
    again = open_page(mine, f"{START}/you")
    assert again.controls["guardian"] == ["Ram Lal"]
    assert again.controls["home-line"] == ["House 12"]


def test_the_next_list_of_an_address_is_fetched_without_a_script(mine):
    page = begun(mine)
    *above, last = factories.village().path
    for depth in range(len(above)):
        page = page.send(refresh="home", guardian="Half typ", **{"home-area": above[: depth + 1]})
        assert page.status == 200
        assert page.errors == []
        assert len(page.controls["home-area"]) == depth + 2
    assert page.controls["guardian"] == ["Half typ"]
    assert f'value="{last}"' in page.text
    db.session.expire_all()
    assert "guardian" not in db.session.scalars(select(Draft)).one().answers


def test_a_document_is_kept_although_another_answer_is_wrong(mine):
    page = family(work(you(begun(mine))))
    page = page.send(files={"identity_proof": (SLIP, "card.pdf")})
    assert page.status == 422
    assert "card.pdf" in page.words
    page = page.send(files={"residence_proof": (SLIP, "bill.pdf")}, true_statement="yes")
    assert path(page) == f"{START}/review"
    assert count(File) == 2


def test_a_file_that_lies_about_its_type_is_refused_in_words(mine):
    page = family(work(you(begun(mine))))
    page = page.send(files={"identity_proof": (b"MZ\x90 not a paper", "card.pdf")})
    assert page.status == 422
    assert any("Proof of identity" in error for error in page.errors)
    assert count(File) == 0


def test_a_refused_file_leaves_the_earlier_one(mine):
    page = family(work(you(begun(mine))))
    page = page.send(files={"identity_proof": (SLIP, "card.pdf")})
    page = page.send(files={"identity_proof": (b"nonsense", "card.pdf")})
    assert page.status == 422
    draft = db.session.scalars(select(Draft)).one()
    assert draft.answers["identity_proof"]["name"] == "card.pdf"


def test_a_file_for_a_question_that_is_not_asked_is_not_kept(mine):
    page = family(work(you(begun(mine))))
    page.send(files={"income_proof": (SLIP, "slip.pdf")})
    assert count(File) == 0


def test_a_replaced_file_is_let_go(mine):
    page = family(work(you(begun(mine))))
    page = page.send(files={"identity_proof": (SLIP, "card.pdf")})
    page.send(files={"identity_proof": (pdf(b"% another"), "new.pdf")})
    states = dict(db.session.execute(select(File.state, func.count()).group_by(File.state)).all())
    assert states == {"used": 1, "released": 1}


def test_a_draft_is_finished_later(mine, person):
    page = begun(mine).send(later="1", guardian="Ram Lal")
    assert path(page) == "/en/applications"
    assert "Your answers are saved" in page.words
    page = open_page(mine, START)
    assert "Go on with your draft" in page.words
    page = page.send()
    assert page.controls["guardian"] == ["Ram Lal"]


def test_a_draft_goes_on_in_another_browser_at_the_first_open_page(revenue, mine, person):
    you(begun(mine))
    other = signed_in_client(revenue, person)
    assert path(begun(other)) == f"{START}/income"


def test_a_draft_is_deleted_with_its_files(mine):
    page = family(work(you(begun(mine))))
    page.send(files={"identity_proof": (SLIP, "card.pdf")})
    token = csrf_token(mine.get("/en/applications").data)
    done = open_page(mine, f"{START}/discard", "post", data={"csrf_token": token})
    assert "The draft is deleted" in done.words
    assert count(Draft) == 0
    assert db.session.scalars(select(File.state)).all() == ["released"]


def test_change_leads_to_the_answer_and_back_to_the_review(mine):
    review = reviewed(mine)
    link = next(href for href in review.links("/family") if href.endswith("#members"))
    page = open_page(mine, link.partition("#")[0])
    review = page.send(members="6")
    assert path(review) == f"{START}/review"
    assert "6 people" in review.words


@pytest.mark.promise("M8")
def test_the_review_says_what_is_shared_with_whom_and_why(mine):
    review = reviewed(mine)
    assert "What is shared, with whom and why" in review.words
    assert "Department of Revenue" in review.words
    assert "To check your income and to write your certificate." in review.words
    assert "There is no fee." in review.words


@pytest.mark.promise("M8")
def test_nothing_is_sent_without_agreement(mine):
    page = reviewed(mine).send()
    assert page.status == 422
    assert page.errors == ["Tick the box to agree, then send."]
    assert (count(Application), count(Consent)) == (0, 0)


@pytest.mark.promise("M9")
def test_what_changed_after_the_review_is_reviewed_again(mine):
    review = reviewed(mine)
    open_page(mine, f"{START}/family").send(members="9")
    page = review.send(agree="yes")
    assert page.status == 409
    assert count(Application) == 0
    assert "9 people" in page.words
    assert page.send(agree="yes").status == 200
    assert count(Application) == 1


def test_an_incomplete_draft_is_not_sent(mine):
    page = reviewed(mine)
    open_page(mine, f"{START}/papers").send(true_statement=None)
    after = page.send(agree="yes")
    assert path(after) == f"{START}/papers"
    assert count(Application) == 0


def test_sending_twice_is_one_application(mine):
    review = reviewed(mine)
    one, two = review.send(agree="yes"), review.send(agree="yes")
    assert path(one) == path(two)
    assert count(Application) == 1


def test_the_back_button_after_sending_leads_to_a_fresh_start(mine):
    review = reviewed(mine)
    review.send(agree="yes")
    assert path(open_page(mine, f"{START}/review")) == START
    assert path(open_page(mine, f"{START}/you")) == START
    assert "Begin" in open_page(mine, START).words


def test_a_sent_draft_keeps_no_answers(mine):
    reviewed(mine).send(agree="yes")
    draft = db.session.scalars(select(Draft)).one()
    assert draft.answers == {}
    assert draft.sent_at


def test_a_paused_service_takes_nothing_and_keeps_the_draft(mine):
    from_review = reviewed(mine)
    pause()
    assert "This service is paused now" in open_page(mine, START).words
    page = from_review.send(agree="yes")
    assert page.status == 409
    assert "Your draft is kept" in page.words
    assert (count(Application), count(Draft)) == (0, 1)


def pause():
    publishing.pause("revenue", INCOME, MEERA, words("The office moves."))
    db.session.commit()


STRANGE = [
    "/en/apply/revenue/nothing",
    "/en/apply/nobody/income-certificate",
    "/en/apply/revenue/income-certificate%00",
    "/en/apply/reve%00nue/income-certificate/you",
    "/en/apply/%2e%2e/%2e%2e/you",
    "/en/apply/revenue/%F0%9F%92%A9/you",
    "/en/applications/PB-0000-0000",
    "/en/applications/%00",
    "/en/applications/PB-7K3M-9QXA/answers",
    "/en/applications/none/answer",
    "/en/applications/PB-7K3M-9QXA/withdraw",
    "/en/applications/PB-7K3M-9QXA/papers/00000000-0000-0000-0000-000000000000",
    "/en/applications/PB-7K3M-9QXA/documents/nothing",
]


@pytest.mark.parametrize("strange", STRANGE)
def test_what_is_not_there_is_not_found(mine, strange):
    begun(mine)
    page = open_page(mine, strange)
    assert page.status == 404


@pytest.mark.parametrize("slug", ["nothing", "review2", "discard", "%00", "you%20"])
def test_an_unknown_step_is_not_found(mine, slug):
    page = begun(mine)
    assert open_page(mine, f"{START}/{slug}").status == 404
    assert page.send(to=f"{START}/{slug}x").status == 404


def test_unknown_fields_are_ignored(mine):
    review = reviewed(mine)
    page = open_page(mine, f"{START}/you")
    page.send(state="approved", fee_minor="1", role="admin", monthly_salary="5", shown=None)
    review = open_page(mine, f"{START}/review")
    review.send(agree="yes", state="approved", person_id="1", reference="PB-AAAA-AAAA")
    sent = db.session.scalars(select(Application)).one()
    assert sent.state == "submitted"
    assert {"state", "role", "monthly_salary", "fee_minor"}.isdisjoint(sent.answers)


def test_an_answer_sent_twice_is_taken_once(mine):
    page = begun(mine).send(applicant=["Asha Kaur", "Somebody Else"])
    assert open_page(mine, f"{START}/you").controls["applicant"] == ["Asha Kaur"]
    assert page.status == 422


CANARY = "<b onload=x>{{1237*1239}} %00 \u202e' OR 1=1;--\r\nSet-Cookie: a=b\x00\x1b[31m"


def test_text_stays_text(mine):
    page = work(you(begun(mine)))
    page = page.send(members="4", family_income="120000", needed_for="other")
    page = page.send(needed_for_other=CANARY)
    page = papers(page)
    assert "<b onload" not in page.text
    assert "{{1237*1239}}" in page.words
    assert "1532643" not in page.words.replace("\u200f", "")
    page.send(agree="yes")
    sent = db.session.scalars(select(Application)).one()
    assert not set(sent.answers["needed_for_other"]) & set("\x00\x1b\r\n\u202e")


def test_texts_sent_as_files_are_no_answers(mine):
    page = begun(mine)
    files = dict.fromkeys(("born-day", "shown", "gender", "home-line"), (b"x", "x.txt"))
    assert page.send(files=files).status in (200, 422)
    draft = db.session.scalars(select(Draft)).one()
    assert "FileStorage" not in str(draft.answers)


def test_a_hundred_thousand_fields_are_refused_and_nothing_is_lost(mine):
    page = begun(mine)
    flood = "&".join(f"f{number}=" for number in range(20_000))
    token = page.controls["csrf_token"][0]
    for body in (flood, flood * 5):
        sent = mine.post(
            f"{START}/you",
            data=f"csrf_token={token}&{body}",
            content_type="application/x-www-form-urlencoded",
        )
        assert sent.status_code in (400, 413)
    assert open_page(mine, f"{START}/you").controls["applicant"] == ["Asha Devi"]


def test_many_parts_are_refused(mine):
    page = begun(mine)
    told = {f"f{number}": "x" for number in range(1500)} | {
        "csrf_token": page.controls["csrf_token"]
    }
    sent = mine.post(f"{START}/you", data=told, content_type="multipart/form-data")
    assert sent.status_code == 413


def test_an_oversize_body_is_refused(mine):
    page = begun(mine)
    token = page.controls["csrf_token"][0]
    told = {"csrf_token": token, "guardian": "x" * 300_000}
    assert mine.post(f"{START}/you", data=told).status_code == 413


def test_odd_encodings_are_survived(mine):
    page = begun(mine)
    token = page.controls["csrf_token"][0].encode()
    for body in (b"&guardian=%ff%fe%00", b"&guardian=\xff\xfe", b"&guardian=%ED%A0%80"):
        sent = mine.post(
            f"{START}/you",
            data=b"csrf_token=" + token + body,
            content_type="application/x-www-form-urlencoded; charset=utf-16",
        )
        assert sent.status_code in (400, 422)


def test_a_missing_token_of_the_form_is_refused_and_nothing_is_lost(mine):
    page = begun(mine)
    sent = mine.post(f"{START}/you", data={"applicant": "Mallory"})
    assert sent.status_code == 400
    assert "Load it again" in sent.get_data(as_text=True)
    assert open_page(mine, path(page)).controls["applicant"] == ["Asha Devi"]


def test_a_wrong_method_is_said_on_a_page(mine):
    begun(mine)
    sent = mine.put(f"{START}/you")
    assert sent.status_code == 405
    assert "GET" in sent.headers["Allow"]


def test_applying_asks_to_sign_in_and_leads_back(visitor):
    sent = visitor.get(START)
    assert sent.status_code == 302
    assert "/en/sign-in?next=" in sent.headers["Location"]
    assert INCOME in sent.headers["Location"]


def test_somebody_elses_draft_is_not_found(mine, theirs):
    review = reviewed(mine)
    draft = review.controls["draft"][0]
    other = open_page(theirs, START).send()
    token = other.controls["csrf_token"][0]
    told = {"csrf_token": token, "draft": draft, "agree": "yes", "seen": review.controls["seen"][0]}
    page = open_page(theirs, f"{START}/review", "post", data=told)
    unknown = {**told, "draft": "00000000-0000-0000-0000-000000000000"}
    assert (page.status, count(Application)) == (404, 0)
    same = open_page(theirs, f"{START}/review", "post", data=unknown)
    assert (page.status, page.words) == (same.status, same.words)


def test_a_draft_of_another_service_is_not_sent_here(mine, person):
    course = factories.draft_for(person, LAND)
    page = begun(mine)
    told = {"csrf_token": page.controls["csrf_token"][0], "draft": str(course.draft.id)}
    assert open_page(mine, f"{START}/review", "post", data=told).status == 404


LANGUAGES = ["en", "pa", "pa-Arab", "hi", "ur"]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_page_of_applying_is_sound_in_every_language(mine, person, lang):
    factories.draft_for(person)
    start = f"/{lang}/apply/revenue/{INCOME}"
    pages = [
        start,
        *(f"{start}/{slug}" for slug in ("you", "income", "family", "papers", "review")),
    ]
    assert {mine.get(page).status_code for page in pages} == {200}
    page = open_page(mine, f"{start}/you").send(applicant="", aadhaar="1")
    assert page.status == 422
    assert len(page.errors) == 2


def test_a_sent_application_speaks_the_language_it_was_sent_in(mine, person):
    factories.draft_for(person)
    open_page(mine, f"/pa-Arab/apply/revenue/{INCOME}/review").send(agree="yes")
    assert db.session.scalars(select(Application)).one().language == "pa_Arab"


def test_submitting_takes_no_more_than_twenty_queries(mine, person, queries):
    factories.draft_for(person)
    webhooks.set_endpoint("revenue", "https://93.184.216.34/hook", "tests")
    db.session.commit()
    before = jobs()
    review = open_page(mine, f"{START}/review")
    token, draft, seen = (review.controls[name][0] for name in ("csrf_token", "draft", "seen"))
    told = {"csrf_token": token, "draft": draft, "seen": seen, "agree": "yes"}
    with queries() as asked:
        sent = mine.post(f"{START}/review", data=told)
    assert sent.status_code == 302
    # Jobs are put in past the ear of this test, by one statement each.
    deferred = jobs() - before
    assert deferred == 2
    assert len(asked) + deferred <= 20, "\n".join(asked)


def test_the_list_of_a_person_does_not_ask_more_for_more_rows(mine, person, queries):
    factories.sent(person)
    with queries() as one:
        mine.get("/en/applications")
    for _ in range(4):
        factories.sent(person, LAND)
    factories.draft_for(person)
    with queries() as many:
        mine.get("/en/applications")
    assert len(many) <= len(one)
