"""Links by which departments' programs fetch documents: theirs, for a while, only to be saved."""

import base64
from datetime import timedelta

import pytest
import time_machine

from portal.audit import service as audit
from portal.audit.models import AuditEntry
from portal.files import links
from portal.files.domain import LinkExpired, NoSuchFile
from portal.kernel import clock
from portal.kernel.db import db
from portal.kernel.ids import uuid7
from tests.files.samples import pdf, picture


@pytest.fixture
def kept(keep):
    kept = keep(pdf(b"content"), "ਫ਼ਰਦ.pdf")
    db.session.commit()
    return kept


def path(url):
    return url.removeprefix("http://localhost:8000")


def test_a_link_gives_the_file_to_be_saved_and_nothing_else(app, kept):
    response = app.test_client().get(path(links.signed_url(kept.id, "revenue")))
    assert response.status_code == 200
    assert response.data == pdf(b"content")
    assert response.content_length == kept.bytes
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"].startswith("attachment;")
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response.headers["Cache-Control"] == "no-store"


def test_each_fetch_leaves_a_trace_that_the_person_can_read(app, kept, mine):
    app.test_client().get(path(links.signed_url(kept.id, "revenue")))
    entry = db.session.query(AuditEntry).one()
    assert (entry.act, entry.actor) == ("file.fetched", "provider:revenue")
    assert entry.subject_id == mine["subject_id"]
    assert audit.broken_at() is None


def test_a_link_names_its_file_and_its_audience(app):
    file_id = uuid7()
    token = links.signed_url(file_id, "revenue").rpartition("/")[2]
    assert links.check_link(token) == links.Link(file_id, "revenue")


def test_an_old_link_is_gone(app, kept):
    url = path(links.signed_url(kept.id, "revenue", seconds=60))
    with time_machine.travel(clock.now() + timedelta(seconds=61)):
        response = app.test_client().get(url)
    assert response.status_code == 410
    assert response.content_type == "application/problem+json"


@pytest.mark.parametrize(
    "token", ["", "x", "....", "A" * 10, "A" * 400, "ਪੰਜਾਬੀ", "a b", "%00", "=" * 9]
)
def test_a_link_that_is_none_is_not_found(app, token):
    with pytest.raises(NoSuchFile):
        links.check_link(token)
    assert app.test_client().get(f"{links.PATH}/{token}").status_code in (404, 308)


def test_no_part_of_a_link_can_be_changed(app):
    token = links.signed_url(uuid7(), "revenue").rpartition("/")[2]
    whole = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    for place in range(len(whole)):
        changed = bytearray(whole)
        changed[place] ^= 1
        with pytest.raises((NoSuchFile, LinkExpired)) as refused:
            links.check_link(base64.urlsafe_b64encode(changed).decode())
        assert refused.type is NoSuchFile


def test_a_link_to_a_file_that_is_gone_is_not_found(app):
    assert app.test_client().get(path(links.signed_url(uuid7(), "revenue"))).status_code == 404


def test_asking_for_the_head_alone_leaves_no_file_open(app, keep):
    kept = keep(picture("png"))
    db.session.commit()
    response = app.test_client().head(path(links.signed_url(kept.id, "revenue")))
    assert response.status_code == 200
    assert response.data == b""
    response.close()
