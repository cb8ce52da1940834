"""Uploading a manifest in the console: looked at first, recorded by a second press."""

import json
from datetime import timedelta
from io import BytesIO
from zipfile import ZipFile

import pytest
import yaml
from sqlalchemy import select

from portal.audit.models import AuditEntry
from portal.kernel import clock
from portal.kernel.db import db
from portal.registry import service
from portal.registry.uploads import service as uploads
from portal.registry.uploads.models import ManifestCheck, Upload
from tests.accounts.factories import csrf_token, make_person, signed_in_client
from tests.registry.publishing_factories import TITLE, a_provider, a_service, published, words
from tests.registry.uploading import (
    KEY,
    PUBLIC,
    Ed25519PrivateKey,
    as_json,
    catalogue,
    signed,
    told,
    zipped,
)

HOME = "/en/console/services"
FORM = f"{HOME}/upload"


@pytest.fixture
def person(app):
    return make_person(role="integrator", provider="tehsil")


@pytest.fixture
def integrator(app, person):
    return signed_in_client(app, person)


def look(client, content="", name="", text=""):
    """Send a file, or pasted text, to be looked at."""
    data = {"csrf_token": csrf_token(client.get(FORM).data), "text": text}
    if name:
        raw = content.encode() if isinstance(content, str) else content
        data["file"] = (BytesIO(raw), name)
    return client.post(FORM, data=data, content_type="multipart/form-data")


def checks():
    db.session.expire_all()
    return db.session.scalars(select(ManifestCheck).order_by(ManifestCheck.id)).all()


def record(client):
    """Press the button below what was looked at last."""
    token = csrf_token(client.get(FORM).data)
    path = f"{HOME}/checks/{checks()[-1].id}"
    return client.post(path, data={"csrf_token": token}, follow_redirects=True)


def recorded():
    db.session.expire_all()
    return db.session.scalars(select(Upload).order_by(Upload.id)).all()


def versions():
    db.session.expire_all()
    return [(one.number, one.state) for one in service.history("tehsil", "income-certificate")]


def test_a_pasted_manifest_is_looked_at_and_then_recorded_as_a_draft(integrator, person):
    answer = look(integrator, text=as_json())
    assert answer.status_code == 200
    assert "Nothing is wrong with it" in answer.text
    assert "This service was never published." in answer.text
    assert recorded() == []
    done = record(integrator)
    assert "The drafts are recorded." in done.text
    (upload,) = recorded()
    assert (upload.by, upload.kind, upload.signed) == (str(person.id), "json", False)
    assert upload.versions[0]["service"] == "income-certificate"
    assert versions() == [(1, "draft")]
    assert "Income certificate" in integrator.get(HOME).text
    acts = db.session.scalars(select(AuditEntry.act)).all()
    assert "manifest.uploaded" in acts


def test_a_file_of_yaml_is_taken_too(integrator):
    text = yaml.safe_dump(told(), allow_unicode=True)
    assert look(integrator, text, "provider.yaml").status_code == 200
    record(integrator)
    assert recorded()[0].kind == "yaml"
    assert recorded()[0].content.decode() == text


def test_every_fault_is_told_with_line_and_place_and_the_text_stays(integrator):
    text = as_json(kind="village", area="IN-XX-YY", colour="green")
    answer = look(integrator, text=text)
    assert answer.status_code == 422
    for said in ("2 things are to be put right", "line ", "kind", "colour", "“village”"):
        assert said in answer.text, said
    assert "&#34;green&#34;" in answer.text
    assert checks() == []


def test_a_fault_of_conformance_is_told_where_it_stands(integrator):
    text = as_json(a_service(promise=0, category="certificate"))
    line = text[: text.index('"promise": 0')].count("\n") + 1
    answer = look(integrator, text=text)
    assert answer.status_code == 422
    assert f"line {line} · " in answer.text
    assert "Did you mean certificates?" in answer.text


def test_warnings_are_told_and_do_not_hold_it_up(integrator):
    answer = look(integrator, text=as_json(a_service(who_may=())))
    assert answer.status_code == 200
    assert "Say who may apply." in answer.text


def test_the_report_says_what_changes_against_what_is_published(integrator):
    published()
    answer = look(integrator, text=as_json(a_service(promise=10)))
    assert "Against version 1" in answer.text
    assert "The promise is 10 working days; before it was 15." in answer.text
    record(integrator)
    assert versions() == [(2, "draft"), (1, "published")]


def test_what_is_the_same_is_said_and_records_nothing_new(integrator):
    published()
    assert "It says what version 1 says" in look(integrator, text=as_json()).text
    assert "Nothing in it is new." in record(integrator).text
    assert versions() == [(1, "published")]


def test_what_is_not_declared_any_more_stays_on_and_that_is_said(integrator):
    published(a_provider(a_service(), a_service(slug="residence", title=words("Residence"))))
    answer = look(integrator, text=as_json())
    assert "Not declared any more" in answer.text
    record(integrator)
    assert service.offered("tehsil", "residence")


def test_what_is_inherited_is_told_with_what_is_said_otherwise(integrator):
    inherits = [{"service": "municipal/trade-licence", "promise": 9}]
    page = look(integrator, text=json.dumps(told(services=[], inherits=inherits))).text
    assert "municipal/trade-licence" in page
    assert "The promised time" in page


def test_a_draft_of_what_is_published_takes_nothing_from_the_overview(integrator):
    published(a_provider(a_service()))
    service.sync([a_provider(a_service(promise=3))])
    db.session.commit()
    assert "Services: 1. Published: 1." in integrator.get("/en/console").text


def test_another_providers_manifest_is_refused(integrator):
    answer = look(integrator, text=as_json(slug="water-board"))
    assert answer.status_code == 403
    assert "which you do not act for" in answer.text
    assert checks() == []


def test_a_provider_that_is_installed_as_a_package_is_not_uploaded(app):
    client = signed_in_client(app, make_person(role="integrator", provider="revenue"))
    answer = look(client, text=as_json(slug="revenue"))
    assert answer.status_code == 409
    assert "is installed with this portal" in answer.text


def test_neither_file_nor_text_is_said_in_a_sentence(integrator):
    answer = look(integrator)
    assert answer.status_code == 422
    assert "Choose a file, or paste the text of a manifest." in answer.text


def test_a_press_counts_once(integrator):
    look(integrator, text=as_json())
    path = f"{HOME}/checks/{checks()[-1].id}"
    token = csrf_token(integrator.get(FORM).data)
    assert integrator.post(path, data={"csrf_token": token}).status_code == 302
    assert integrator.post(path, data={"csrf_token": token}).status_code == 404
    assert len(recorded()) == 1


def test_nobody_else_records_what_somebody_looked_at(app, integrator):
    look(integrator, text=as_json())
    colleague = signed_in_client(app, make_person(role="integrator", provider="tehsil"))
    assert record(colleague).status_code == 404
    assert recorded() == []


def test_what_nobody_confirms_within_a_day_goes(integrator, time_machine):
    look(integrator, text=as_json())
    time_machine.move_to(clock.now() + timedelta(days=1, minutes=1), tick=False)
    uploads.forget_checks()
    db.session.commit()
    assert checks() == []


def test_a_bundle_brings_its_own_words(integrator):
    short = told(summary={"en": "Certificates of the tehsil"})
    files = {"provider.json": json.dumps(short), "README.md": "# Tehsil"}
    for code in ("pa", "pa_Arab", "hi", "ur"):
        path = f"translations/{code}/LC_MESSAGES/messages.po"
        files[path] = catalogue(Certificates_of_the_tehsil=f"तहसील {code}")
    assert look(integrator, zipped(files), "bundle.zip").status_code == 200
    record(integrator)
    drafted = service.version(service.history("tehsil", "income-certificate")[0].id)
    assert drafted.provider.summary.say("hi") == "तहसील hi"
    assert recorded()[0].kind == "bundle"
    page = integrator.get(f"{HOME}/uploads/{recorded()[0].id}")
    assert "Certificates of the tehsil" in page.text


def test_with_a_key_only_signed_bundles_of_a_higher_version_are_taken(integrator):
    token = csrf_token(integrator.get(f"{HOME}/tehsil/key").data)
    data = {"csrf_token": token, "public_key": PUBLIC}
    assert integrator.post(f"{HOME}/tehsil/key", data=data).status_code == 302

    def sent(version, pack=signed, **more):
        return look(integrator, pack({"provider.json": as_json(version=version, **more)}), "b.zip")

    assert "Uploads of this provider are signed." in look(integrator, text=as_json()).text
    assert sent(1, zipped).status_code == 422
    other = Ed25519PrivateKey.generate()
    assert sent(1, lambda files: signed(files, other)).status_code == 422
    assert sent(1, signed).status_code == 200
    record(integrator)
    assert recorded()[0].signed
    again = sent(1)
    assert again.status_code == 422
    assert "Say a version above 1" in again.text
    assert sent(2).status_code == 200
    changed = zipped(
        {
            "provider.json": as_json(version=3, area="IN-PB-LDH"),
            "signature": _signature_of(as_json(version=3)),
        }
    )
    assert look(integrator, changed, "b.zip").status_code == 422


def _signature_of(text):
    with ZipFile(BytesIO(signed({"provider.json": text}, KEY))) as archive:
        return archive.read("signature")


@pytest.mark.parametrize("text", ["", "no key", "AAAA", "-----BEGIN PUBLIC KEY-----\nAA==\n"])
def test_what_is_no_key_is_refused_and_stays_in_the_page(integrator, text):
    token = csrf_token(integrator.get(f"{HOME}/tehsil/key").data)
    data = {"csrf_token": token, "public_key": text}
    answer = integrator.post(f"{HOME}/tehsil/key", data=data)
    assert answer.status_code == 422
    assert "This is no Ed25519 public key." in answer.text
    assert uploads.key_of("tehsil") is None


def test_the_key_needs_a_fresh_proof(integrator, time_machine):
    token = csrf_token(integrator.get(f"{HOME}/tehsil/key").data)
    time_machine.move_to(clock.now() + timedelta(minutes=6), tick=False)
    data = {"csrf_token": token, "public_key": PUBLIC}
    integrator.post(f"{HOME}/tehsil/key", data=data)
    assert uploads.key_of("tehsil") is None


def test_a_key_is_taken_away_and_that_stays_in_the_record(integrator, person):
    uploads.set_key("tehsil", PUBLIC, person.id)
    db.session.commit()
    token = csrf_token(integrator.get(f"{HOME}/tehsil/key").data)
    integrator.post(f"{HOME}/tehsil/key/drop", data={"csrf_token": token})
    db.session.rollback()
    assert uploads.key_of("tehsil") is None
    assert look(integrator, text=as_json()).status_code == 200


def test_the_uploads_are_listed_newest_first(integrator):
    for promise in (10, 12):
        look(integrator, text=as_json(a_service(promise=promise)))
        record(integrator)
    page = integrator.get(f"{HOME}/tehsil/uploads").text
    newest, older = reversed(recorded())
    assert page.index(str(newest.id)) < page.index(str(older.id))
    assert "You" in page
    assert "Version 2" in integrator.get(f"{HOME}/tehsil/of/income-certificate").text


def test_pages_of_another_provider_are_not_there(app, integrator):
    look(integrator, text=as_json())
    record(integrator)
    stranger = signed_in_client(app, make_person(role="integrator", provider="municipal"))
    for path in ("tehsil/uploads", "tehsil/key", "tehsil/of/income-certificate"):
        assert stranger.get(f"{HOME}/{path}").status_code == 404
    assert stranger.get(f"{HOME}/uploads/{recorded()[0].id}").status_code == 404


def test_a_long_text_in_five_languages_fits_into_the_form(integrator):
    text = as_json(a_service(description=TITLE)) + "\n" * 200_000
    assert look(integrator, text=text).status_code == 200


def test_the_text_of_the_last_upload_can_be_changed(integrator):
    look(integrator, text=as_json())
    record(integrator)
    page = integrator.get(f"{HOME}/tehsil/uploads").text
    assert f"{FORM}?from=tehsil" in page
    assert "Certificates of the tehsil." in integrator.get(f"{FORM}?from=tehsil").text
    assert "Certificates of the tehsil." not in integrator.get(f"{FORM}?from=municipal").text
