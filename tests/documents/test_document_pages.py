"""Anybody who was shown a paper can see whether it is good, without an account or a script."""

import json

import pytest

from portal.documents import service
from portal.i18n import LANGUAGES, tag
from portal.kernel import keys
from portal.kernel.db import db
from tests.applications.pages import open_page
from tests.documents.samples import scanned, sheet


@pytest.fixture
def made(app):
    paper, content = service.issue(sheet(), keys.new_subject(), None)
    db.session.commit()
    return paper, content


@pytest.fixture
def paper(made):
    return made[0]


def test_a_number_leads_to_what_is_known_of_it(client, paper):
    page = open_page(client, "/en/verify").send(number=paper.number.lower().replace("-", " "))
    assert "This document is good" in page.words
    assert "Revenue" in page.words
    # Whose it is stands on the paper alone.
    assert "Asha Devi" not in page.words


@pytest.mark.parametrize("typed", ["", "PB-7K3M-9QXA", "D-7K3M-9QXA-4F7K"])
def test_what_is_no_number_is_told_so(client, app, typed):
    page = open_page(client, "/en/verify").send(number=typed)
    assert page.status == 422
    assert page.errors


def test_a_number_that_was_never_issued_is_not_known(client, app):
    page = open_page(client, "/en/verify").send(number="D-7K3M-9QXA-4F7K-2QXM")
    assert page.status == 404
    assert "No document with this number was issued here." in page.words


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_scan_leads_to_the_page_in_the_readers_language(client, made, language):
    path = scanned(made[1]).partition("#")[0].removeprefix("http://localhost:8000")
    response = client.get(path, headers={"Accept-Language": tag(language)})
    assert response.status_code == 302
    assert response.location == f"/{tag(language)}/verify/{made[0].number}"


def test_the_code_states_what_was_signed(client, made):
    paper, content = made
    page = open_page(client, f"/en/verify/{paper.number}")
    to = f"/en/verify/{paper.number}/code"
    assert "Asha Devi" in page.send(to=to, code=scanned(content)).words
    other, _ = service.issue(sheet(), paper.subject_id, None)
    db.session.commit()
    refused = page.send(to=to, code=other.statement)
    assert refused.status == 422
    assert "Do not trust the paper." in refused.words


def test_a_file_is_compared_byte_by_byte(client, made):
    paper, content = made
    page = open_page(client, f"/en/verify/{paper.number}")
    to = f"/en/verify/{paper.number}/file"
    same = page.send(to=to, files={"file": (content, "paper.pdf")})
    assert "exactly what was issued" in same.words
    changed = content.replace(b"%PDF-1.7", b"%PDF-1.6", 1)
    other = page.send(to=to, files={"file": (changed, "paper.pdf")})
    assert other.status == 422
    assert "not what was issued" in other.words
    assert page.send(to=to).status == 422


def test_who_checks_a_document_that_ended_is_warned(client, paper):
    other, _ = service.issue(sheet(), paper.subject_id, None)
    service.replace(paper.id, other.id, {})
    service.revoke(other.id, {"en": "For the person alone."})
    db.session.commit()
    told = open_page(client, f"/en/verify/{paper.number}").words
    assert "was replaced by another" in told
    assert other.number in told
    told = open_page(client, f"/en/verify/{other.number}").words
    assert "This document was revoked" in told
    assert "For the person alone." not in told


def test_the_keys_are_published_for_programs(client, paper):
    told = json.loads(client.get("/.well-known/document-keys").data)
    (key,) = told["keys"]
    assert (key["kid"], key["issuer"], key["kty"]) == (str(paper.key), "revenue", "EC")
    assert told["root"]
    assert "d" not in key
