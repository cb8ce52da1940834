"""PUT and GET of a provider's manifest by its own programs."""

from uuid import uuid4

import pytest
import yaml
from sqlalchemy import select

from portal.api import service as api
from portal.kernel.db import db
from portal.registry import service
from portal.registry.uploads import service as uploads
from portal.registry.uploads.models import Upload
from tests.accounts.factories import browser
from tests.accounts.threads import at_once
from tests.registry.publishing_factories import a_service
from tests.registry.uploading import PUBLIC, as_json, signed, told, zipped

HERE = "/api/v1/provider/manifest"


class Program:
    def __init__(self, app, scopes=("provider",)):
        self.client = browser(app)
        self.token = api.issue_token("tehsil", scopes, "tests", uuid4())
        db.session.commit()

    def put(self, body, media="application/json", key=None, **more):
        headers = {
            "Authorization": f"Bearer {self.token}",
            "Idempotency-Key": key or str(uuid4()),
            **more,
        }
        return self.client.put(HERE, data=body, content_type=media, headers=headers)

    def get(self, **more):
        headers = {"Authorization": f"Bearer {self.token}", **more}
        return self.client.get(HERE, headers=headers)


@pytest.fixture
def program(app):
    return Program(app)


def recorded():
    db.session.expire_all()
    return db.session.scalars(select(Upload).order_by(Upload.id)).all()


def problem(answer, status):
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    return answer.get_json()


def test_a_manifest_is_recorded_and_the_answer_says_which_drafts(program):
    answer = program.put(as_json(a_service(who_may=())))
    assert answer.status_code == 200
    said = answer.get_json()
    assert [(one["service"], one["number"]) for one in said["recorded"]] == [
        ("income-certificate", 1)
    ]
    assert said["warnings"][0]["detail"] == "Say who may apply."
    assert answer.get_etag() == (said["digest"], False)
    assert service.history("tehsil", "income-certificate")[0].state == "draft"
    assert recorded()[0].by.startswith("token:")


@pytest.mark.parametrize(
    ("media", "written"),
    [
        ("application/json", as_json),
        ("application/yaml", lambda: yaml.safe_dump(told(), allow_unicode=True)),
        ("application/zip", lambda: zipped({"provider.json": as_json()})),
    ],
)
def test_what_was_sent_is_given_back_byte_for_byte(program, media, written):
    body = written()
    sent = program.put(body, media)
    got = program.get()
    assert got.mimetype == media
    assert got.data == (body.encode() if isinstance(body, str) else body)
    assert got.get_etag() == sent.get_etag()
    assert program.get(**{"If-None-Match": got.headers["ETag"]}).status_code == 304


def test_before_the_first_there_is_none(program):
    assert "no manifest yet" in problem(program.get(), 404)["detail"]


def test_each_fault_has_a_pointer_and_a_detail(program):
    body = as_json(a_service(promise=0, category="certificate"), kind="village")
    (error,) = problem(program.put(body), 422)["errors"]
    assert error["pointer"] == "/kind"
    assert "provider.json, line " in error["detail"]
    body = as_json(a_service(promise=0, category="certificate"))
    errors = problem(program.put(body), 422)["errors"]
    pointers = {one["pointer"] for one in errors}
    assert pointers == {"/services/0/promise", "/services/0/category"}
    assert recorded() == []


def test_another_media_type_is_refused(program):
    assert "application/zip" in problem(program.put("x", "text/plain"), 415)["detail"]


def test_a_zip_that_is_none_is_refused_with_a_pointer(program):
    (error,) = problem(program.put(b"PK\x03\x04 no zip", "application/zip"), 422)["errors"]
    assert "bundle.zip" in error["detail"]


def test_the_scope_is_needed_and_the_slug_must_be_ones_own(app, program):
    problem(Program(app, ("applications",)).put(as_json()), 403)
    assert "water-board" in problem(program.put(as_json(slug="water-board")), 403)["detail"]


def test_a_key_counts_once(program):
    first = program.put(as_json(), key="one")
    again = program.put(as_json(), key="one")
    assert first.get_json() == again.get_json()
    assert first.headers["ETag"] == again.headers["ETag"]
    assert len(recorded()) == 1
    problem(program.put(as_json(area="IN-PB-LDH"), key="one"), 422)


def test_without_a_key_nothing_is_done(program):
    headers = {"Authorization": f"Bearer {program.token}"}
    answer = program.client.put(HERE, json=told(), headers=headers)
    assert "Idempotency-Key" in problem(answer, 400)["detail"]
    assert recorded() == []


def test_an_update_that_somebody_came_before_is_refused(program):
    seen = program.put(as_json()).headers["ETag"]
    changed = as_json(a_service(promise=10))
    assert program.put(changed, **{"If-Match": seen}).status_code == 200
    late = program.put(as_json(a_service(promise=12)), **{"If-Match": seen})
    assert "in the meantime" in problem(late, 412)["detail"]
    assert len(recorded()) == 2


def test_a_first_upload_may_ask_to_be_the_first(program):
    first = {"If-None-Match": "*"}
    assert program.put(as_json(), **first).status_code == 200
    problem(program.put(as_json(a_service(promise=10)), **first), 412)


def test_two_that_come_at_once_do_not_both_take_the_place_of_one(app, program):
    seen = program.put(as_json()).headers["ETag"]
    waiting = [(Program(app), 10), (Program(app), 12)]

    def send():
        one, promise = waiting.pop()
        return one.put(as_json(a_service(promise=promise)), **{"If-Match": seen}).status_code

    assert sorted(at_once(app, 2, send)) == [200, 412]


def test_where_there_is_a_key_programs_sign_too(program):
    uploads.set_key("tehsil", PUBLIC, uuid4())
    db.session.commit()
    problem(program.put(as_json(version=1)), 422)
    bundle = signed({"provider.json": as_json(version=1)})
    assert program.put(bundle, "application/zip").status_code == 200
    (error,) = problem(program.put(bundle, "application/zip"), 422)["errors"]
    assert error["pointer"] == "/version"
