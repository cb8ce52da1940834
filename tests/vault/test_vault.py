"""What a person keeps: their own alone, bounded, and carried into forms as a copy."""

from io import BytesIO

import pytest

from portal.applications import applying
from portal.files import service as files
from portal.files.models import File
from portal.forms import service as drafts
from portal.kernel.db import db
from portal.registry.vocabulary import PREFILL
from portal.vault import room, service
from portal.vault.words import KINDS
from tests.accounts.factories import make_person, signed_in_client
from tests.applications.pages import open_page
from tests.files.samples import pdf, picture
from tests.registry import publishing_factories as publishing

LAND = "vault.land_record"
CONTENT = pdf(b"% land")


@pytest.fixture
def person(app):
    return make_person(name="Asha Devi")


@pytest.fixture
def mine(app, person):
    return signed_in_client(app, person)


def kept(person, path=LAND, content=CONTENT, name="land.pdf"):
    service.keep(person.id, path, BytesIO(content), name)
    db.session.commit()
    return service.items(person.id)[0]


def test_every_source_of_documents_is_supplied_and_has_words():
    paths = {path for path, source in PREFILL.items() if source.kind == "document"}
    assert set(room.room.prefill) == paths == set(KINDS)


def test_what_was_put_in_is_listed_taken_home_and_taken_out(mine, person):
    page = open_page(mine, "/en/vault")
    page = page.send(kind=LAND, files={"file": (CONTENT, "land.pdf")})
    assert "land.pdf" in page.words
    (item,) = service.items(person.id)
    assert mine.get(f"/en/vault/{item.id}").data == CONTENT
    page.send(to=f"/en/vault/{item.id}/remove")
    assert service.items(person.id) == []


def test_a_form_without_a_kind_or_a_file_says_what_is_missing(mine):
    page = open_page(mine, "/en/vault").send()
    assert page.status == 422
    assert len(page.errors) == 2
    page = page.send(to="/en/vault", kind=LAND, files={"file": (b"MZ", "land.pdf")})
    assert page.status in (415, 422)


def test_nobody_else_reaches_it(app, person):
    item = kept(person)
    stranger = signed_in_client(app, make_person())
    assert stranger.get(f"/en/vault/{item.id}").status_code == 404
    with pytest.raises(service.NoSuchItem):
        service.remove(make_person().id, item.id)


def test_a_vault_is_bounded(person, monkeypatch):
    monkeypatch.setattr(service, "MOST", 1)
    kept(person)
    with pytest.raises(service.VaultFull):
        kept(person)
    with pytest.raises(service.NoSuchKind):
        service.keep(person.id, "profile.name", BytesIO(CONTENT), "x.pdf")


def test_the_newest_of_a_kind_fills_forms(person):
    kept(person, name="old.pdf")
    newest = kept(person, name="new.pdf", content=pdf(b"% new"))
    assert service.found(person.id, [LAND, "vault.trade_licence"]) == {LAND: newest}
    assert service.found(make_person().id, [LAND]) == {}


# --- In forms -----------------------------------------------------------------------------------


@pytest.fixture
def pension(app):
    """A service that asks for the land record."""
    asked = publishing.Field.text("why", publishing.words("Why"))
    land = publishing.Document("land", publishing.words("Land"), prefill=LAND)
    small = publishing.Document(
        "small", publishing.words("Small"), prefill=LAND, accepts=("jpeg",), required=False
    )
    form = publishing.Form(publishing.Step(publishing.words("You"), asked, land, small, slug="you"))
    offered = publishing.a_service(slug="pension", form=form, fee=None, fee_words=None)
    publishing.published(publishing.a_provider(offered))


def begun(person):
    course = applying.begin(person.id, "tehsil", "pension")
    db.session.commit()
    return course


def test_a_form_begins_with_the_document_and_says_where_it_is_from(pension, person):
    item = kept(person)
    course = begun(person)
    answer = course.answers["land"]
    assert answer["name"] == "land.pdf"
    assert answer["sha256"] == item.file.sha256
    assert course.draft.sources["land"]["en"] == "your documents"
    # Of another kind than the question takes.
    assert "small" not in course.answers


def test_the_form_has_a_file_of_its_own(pension, person):
    item = kept(person)
    course = begun(person)
    assert course.answers["land"]["file"] != str(item.file.id)
    drafts.discard(person.id, course.draft.id)
    db.session.commit()
    assert b"".join(files.open_file(item.file.id)) == CONTENT


def test_a_draft_that_is_gone_on_with_copies_nothing(pension, person):
    kept(person)
    begun(person)
    before = db.session.query(File).count()
    begun(person)
    assert db.session.query(File).count() == before


def test_another_persons_document_is_never_filled_in(pension, person):
    kept(person)
    assert begun(make_person()).answers == {}


def test_a_picture_fits_where_pictures_are_taken(pension, person):
    kept(person, content=picture(), name="land.jpg")
    assert set(begun(person).answers) == {"land", "small"}
