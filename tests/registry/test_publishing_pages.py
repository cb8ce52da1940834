"""The clerks' pages: read what changes, propose, let another publish, pause with a reason."""

import pytest

from portal.i18n import LANGUAGES, speaking, tag
from portal.kernel.db import db
from portal.kernel.ids import uuid7
from portal.registry import service
from tests.accounts.factories import browser, csrf_token, make_person, signed_in_client
from tests.registry.publishing_factories import (
    APPLICANT,
    TITLE,
    Field,
    Form,
    Step,
    a_provider,
    a_service,
    published,
    recorded,
    words,
)

HOME = "/en/admin/catalogue"
HERE = f"{HOME}/tehsil/income-certificate"


@pytest.fixture
def clerks(app):
    """Two admins, each in a browser of their own."""
    return [signed_in_client(app, make_person(role="admin")) for _ in range(2)]


@pytest.fixture
def draft(app):
    version = recorded()
    db.session.commit()
    return version


def press(client, page, path, **fields):
    """Send a form of the page, with the page's own token."""
    token = csrf_token(client.get(page).data)
    return client.post(path, data={"csrf_token": token} | fields)


def act(client, version, what):
    here = f"{HOME}/versions/{version.id}"
    return press(client, here, f"{here}/{what}")


def test_two_clerks_publish_through_the_pages(clerks, draft):
    first, second = clerks
    here = f"{HOME}/versions/{draft.id}"
    assert "takes two people" in first.get(here).text
    assert act(first, draft, "propose").status_code == 302
    own = first.get(here).text
    assert "You proposed this version" in own
    assert f'action="{here}/publish"' not in own
    assert f'action="{here}/publish"' in second.get(here).text
    assert act(second, draft, "publish").status_code == 302
    db.session.rollback()
    assert service.find(draft.id).state == "published"
    assert (
        "/apply/tehsil/income-certificate"
        in first.get("/en/services/tehsil/income-certificate").text
    )


def test_the_first_clerk_cannot_publish_alone(clerks, draft):
    first = clerks[0]
    act(first, draft, "propose")
    token = csrf_token(first.get(f"{HOME}/versions/{draft.id}").data)
    refused = first.post(f"{HOME}/versions/{draft.id}/publish", data={"csrf_token": token})
    assert refused.status_code == 403
    assert "Another person must publish it." in refused.text
    db.session.rollback()
    assert service.find(draft.id).state == "proposed"


def test_pressing_twice_is_said_in_a_sentence(clerks, draft):
    token = csrf_token(clerks[0].get(f"{HOME}/versions/{draft.id}").data)
    for status in (302, 409):
        answer = clerks[0].post(f"{HOME}/versions/{draft.id}/propose", data={"csrf_token": token})
        assert answer.status_code == status


def test_a_form_without_its_token_does_nothing(clerks, draft):
    answer = clerks[0].post(f"{HOME}/versions/{draft.id}/propose")
    assert answer.status_code == 400
    db.session.rollback()
    assert service.find(draft.id).state == "draft"


def test_the_report_says_codes_in_the_words_of_whoever_reads_it(app, clerks):
    published(a_provider(a_service(fee="money('5.00', 'INR')", fee_words=words("₹5"))))
    asked = APPLICANT.model_copy(update={"personal": "sensitive", "purpose": words("So.")})
    form = Form(Step(words("About you"), asked, slug="you"))
    fee = {"fee": "money('5.00', 'INR')", "fee_words": words("Five")}
    new = recorded(a_provider(a_service(form=form, payment="after", **fee)))
    db.session.commit()
    said = clerks[0].get(f"/ur/admin/catalogue/versions/{new.id}").text
    assert "Your full name (ur)" in said
    assert "حساس" in said
    assert ">applicant</bdi>" in said
    assert "sensitive" not in said
    page = clerks[0].get(f"{HOME}/versions/{new.id}").text
    assert "after the approval, not before the provider gets the application." in page
    assert "The text “The words for the fee” is another." in page


def test_the_report_says_what_changes(app, clerks):
    published()
    asked = Field.yes_no("married", words("Are you married?"))
    changed = a_service(
        promise=10, form=Form(Step(words("About you"), APPLICANT, asked, slug="you"))
    )
    new = recorded(a_provider(changed, area="IN-PB-LDH"))
    db.session.commit()
    page = clerks[0].get(f"{HOME}/versions/{new.id}").text
    for said in (
        "Against version 1",
        "The promise is 10 working days; before it was 15.",
        "The question “Are you married?” is new.",
        "The question “Income of your family” is gone.",
        "What is said about the provider itself is another.",
    ):
        assert said in page, said


def test_the_list_tells_what_waits(app, clerks):
    published(a_provider(a_service(), a_service(slug="residence", title=words("Residence"))))
    recorded(a_provider(a_service(promise=3)))
    db.session.commit()
    everything, waiting = clerks[0].get(HOME).text, clerks[0].get(f"{HOME}?waiting=1").text
    assert "Residence" in everything
    assert "Residence" not in waiting
    assert "Income certificate" in waiting
    assert "Version 2" in waiting


def test_a_pause_is_told_to_everybody_and_ends(app, clerks):
    published()
    reason = {"reason-en": "The scanner is broken.", "reason-ur": "سکینر خراب ہے۔"}
    assert press(clerks[0], HERE, f"{HERE}/pause", **reason).status_code == 302
    told = browser(app).get("/ur/services/tehsil/income-certificate").text
    assert "سکینر خراب ہے۔" in told
    assert "The scanner is broken." in clerks[1].get(HERE).text
    assert press(clerks[1], HERE, f"{HERE}/resume").status_code == 302
    assert "/apply/" in browser(app).get("/ur/services/tehsil/income-certificate").text


def test_a_pause_without_a_reason_is_asked_for_one(app, clerks):
    published()
    answer = press(clerks[0], HERE, f"{HERE}/pause", **{"reason-pa": "ਸਕੈਨਰ ਖਰਾਬ ਹੈ।"})
    assert answer.status_code == 422
    assert "Say why the service is paused." in answer.text
    assert "ਸਕੈਨਰ ਖਰਾਬ ਹੈ।" in answer.text
    db.session.rollback()
    assert service.offered("tehsil", "income-certificate").state == "published"


@pytest.mark.parametrize("code", LANGUAGES)
def test_clerks_read_their_own_language(app, clerks, code):
    version = published()[0]
    home = HOME.replace("/en", f"/{tag(code)}")
    for path in ("", f"/versions/{version.id}", "/tehsil/income-certificate"):
        assert TITLE.say(code) in clerks[0].get(home + path).text
    with speaking(code):
        assert clerks[0].get(f"/{tag(code)}/admin").status_code == 200


def test_what_is_not_there_is_not_found(app, clerks):
    published()
    for path in (
        "/tehsil/nothing",
        "/nobody/nothing",
        "/%00/%00",
        f"/versions/{uuid7()}",
        "/versions/x/y",
        "?after=%00/x",
    ):
        assert clerks[0].get(HOME + path).status_code == 404, path
    answer = press(clerks[0], HERE, f"{HOME}/tehsil/nothing/pause", **{"reason-en": "No."})
    assert answer.status_code == 404


def test_the_list_costs_the_same_however_long_it_is(app, clerks, queries):
    asked = []
    for count in (2, 30):
        slugs = [f"paper-{number:02}" for number in range(count)]
        published(a_provider(*(a_service(slug=slug, promise=count) for slug in slugs)))
        clerks[0].get(HOME)
        with queries() as told:
            clerks[0].get(HOME)
        asked.append(len(told))
    assert asked[0] == asked[1]


@pytest.mark.parametrize("role", [None, "officer", "integrator"])
def test_others_may_not(app, draft, role):
    person = make_person(role=role, provider="tehsil" if role else None)
    client = signed_in_client(app, person)
    for path in (HOME, f"{HOME}/versions/{draft.id}", HERE, "/en/admin"):
        assert client.get(path).status_code == 403, path


def test_visitors_are_asked_to_sign_in(app, draft):
    for path in (HOME, f"{HOME}/versions/{draft.id}", "/en/admin"):
        answer = browser(app).get(path)
        assert answer.status_code == 302
        assert "/sign-in" in answer.headers["Location"]


def test_a_reason_is_kept_without_what_no_page_can_show(app, clerks):
    published()
    reason = {"reason-en": "The \x00scanner\u202e is broken."}
    assert press(clerks[0], HERE, f"{HERE}/pause", **reason).status_code == 302
    found = service.offered("tehsil", "income-certificate")
    assert found.pause_reason.say("en") == "The scanner is broken."
