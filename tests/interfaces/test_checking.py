"""The provider looks at the answers before they are sent: after consent, and never in the way."""

import pytest
from sqlalchemy import select

from portal.applications import service as applications
from portal.applications.checking import panels
from portal.applications.checking import service as checking
from portal.applications.service import ProviderEvent
from portal.audit.models import AuditEntry
from portal.i18n import speaking
from portal.interfaces import service as interfaces
from portal.kernel.db import db
from portal.registry.contract import Document, Field, Form, HookPaths, Step
from portal.registry.hooks import Hooks, Objection
from tests.accounts.factories import make_person, signed_in_client
from tests.applications.factories import OFFICER
from tests.applications.pages import open_page
from tests.files.samples import pdf
from tests.registry import publishing_factories as publishing
from tests.registry.publishing_factories import words

START = "/en/apply/tehsil/mutation"
FORM = Form(
    Step(
        words("The land"),
        Field.text("khasra", words("Number of the field")),
        Document("deed", words("Deed"), required=False),
        slug="land",
    )
)
CLOSED = "This field was sold in 2024."
WRONG = {"objections": [{"field": "khasra", "sentence": CLOSED}]}
WELL = {"objections": []}


def offered(hooks=None):
    service = publishing.a_service(slug="mutation", form=FORM, asks=("check",))
    publishing.published(publishing.a_provider(service, hooks=hooks))


@pytest.fixture
def by_http(tehsil):
    tehsil.answers["/ask/check"] = (200, WELL)
    offered(HookPaths(check="/check"))
    return tehsil


@pytest.fixture
def person(app):
    return make_person(name="Asha Devi")


@pytest.fixture
def client(app, person):
    return signed_in_client(app, person)


def filled_in(client, **files):
    page = open_page(client, START).send()
    return page.send(khasra="12/4", files=files)


def sent():
    db.session.expire_all()
    return db.session.scalars(select(applications.Case)).all()


def test_what_is_wrong_is_said_at_its_question_and_nothing_is_sent(by_http, client):
    by_http.answers["/ask/check"] = (200, WRONG)
    page = filled_in(client).send(agree="yes")
    assert page.status == 422
    assert page.errors == [f"Number of the field: {CLOSED}"]
    assert page.links("/land?review=1#khasra")
    assert sent() == []


def test_what_was_mended_is_sent(by_http, client):
    by_http.answers["/ask/check"] = (200, WRONG)
    filled_in(client).send(agree="yes")
    by_http.answers["/ask/check"] = (200, WELL)
    open_page(client, f"{START}/land?review=1").send(khasra="12/5").send(agree="yes")
    assert [one.answers["khasra"] for one in sent()] == ["12/5"]


@pytest.mark.promise("M8")
def test_nothing_is_told_before_the_person_agrees(by_http, client):
    page = filled_in(client)
    assert page.send().status == 422
    assert by_http.heard == []


@pytest.mark.promise("M8")
def test_the_answers_are_told_without_documents_and_it_is_noted(by_http, client, person):
    filled_in(client, deed=(pdf(), "deed.pdf")).send(agree="yes")
    assert by_http.told("/ask/check") == [
        {"service": "mutation", "answers": {"khasra": "12/4"}, "language": "en"}
    ]
    noted = select(AuditEntry).where(AuditEntry.act == "draft.checked")
    (entry,) = db.session.scalars(noted).all()
    assert (entry.actor, entry.subject_id, entry.why) == (str(person.id), person.id, "tehsil")
    assert len(sent()) == 1


def test_an_objection_to_no_question_of_the_form_is_said_as_well(by_http, client):
    told = {"objections": [{"field": "other", "sentence": "Come to the office first."}]}
    by_http.answers["/ask/check"] = (200, told)
    assert filled_in(client).send(agree="yes").errors == ["Come to the office first."]


@pytest.mark.parametrize(
    "answer",
    [
        (500, b""),
        (200, b"junk"),
        (200, {"objections": "all"}),
        (200, {"objections": [{"field": "khasra", "sentence": ""}]}),
        (200, {"objections": [{"field": "khasra", "sentence": "x" * 301}]}),
        (200, {"objections": [{"field": "<b>", "sentence": "No."}]}),
        (200, {"objections": [], "more": 1}),
        (404, {"error": "unknown"}),
    ],
)
def test_a_check_that_cannot_be_had_holds_nobody_up(by_http, client, answer):
    by_http.answers["/ask/check"] = answer
    filled_in(client).send(agree="yes")
    assert len(sent()) == 1


def test_a_slow_check_holds_nobody_up(by_http, client, monkeypatch):
    monkeypatch.setattr(interfaces, "SECONDS", 0.2)
    by_http.let.clear()
    filled_in(client).send(agree="yes")
    assert len(sent()) == 1


def test_words_of_a_provider_are_text(by_http, client):
    told = {"objections": [{"field": "khasra", "sentence": "<script>alert(1)</script>"}]}
    by_http.answers["/ask/check"] = (200, told)
    page = filled_in(client).send(agree="yes")
    assert "<script>alert" not in page.text
    assert "Number of the field: <script>alert(1)</script>" in page.errors


def test_a_package_checks_as_well(app, client, monkeypatch):
    def check(draft, _ask):
        return [Objection(field="khasra", sentence=f"Not in {draft.language}.")]

    monkeypatch.setattr(interfaces, "hooks_of", lambda _slug: Hooks(check=check))
    offered()
    page = filled_in(client).send(agree="yes")
    assert page.errors == ["Number of the field: Not in en."]


@pytest.mark.parametrize("told", [None, 5, ["no"], [None]])
def test_junk_of_a_package_holds_nobody_up(app, client, monkeypatch, told):
    monkeypatch.setattr(interfaces, "hooks_of", lambda _slug: Hooks(check=lambda *_: told))
    offered()
    filled_in(client).send(agree="yes")
    assert len(sent()) == 1


def test_corrections_are_checked_too(by_http, client):
    filled_in(client).send(agree="yes")
    (application,) = sent()
    asked = ProviderEvent(type="ask", fields=("khasra",), message={"en": "Which number is it now?"})
    applications.receive(frozenset({"tehsil"}), application.reference, asked, OFFICER)
    db.session.commit()
    by_http.answers["/ask/check"] = (200, WRONG)
    url = f"/en/applications/{application.reference}/answer"
    page = open_page(client, url).send(khasra="12/6")
    assert page.status == 422
    assert CLOSED in page.response.text
    assert sent()[0].answers["khasra"] == "12/4"
    by_http.answers["/ask/check"] = (200, WELL)
    open_page(client, url).send(khasra="12/6")
    assert sent()[0].answers["khasra"] == "12/6"


@pytest.mark.parametrize(
    ("answer", "outcome", "said"),
    [((200, WELL), checking.PASSED, "passed"), ((500, {}), checking.SILENT, "not run")],
)
def test_what_it_came_to_is_kept_for_the_officer(by_http, client, answer, outcome, said):
    by_http.answers["/ask/check"] = answer
    filled_in(client).send(agree="yes")
    (case,) = sent()
    assert checking.said(case).outcome == outcome
    with speaking("en"):
        found = {one.title: one.words for one in panels.of(case, {}, [])}
    assert found["The check of your own system, before it was sent"] == said
