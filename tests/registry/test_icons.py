"""The icon of a bundle: drawn anew, and shown when two people agreed to what it came with."""

import io

import pytest
from PIL import Image

from portal.kernel.db import db
from portal.registry import service
from portal.registry.icons import service as icons
from portal.registry.manifests import ManifestDoesNotRead
from portal.registry.publishing import service as publishing
from portal.registry.uploads import domain
from portal.registry.uploads import service as uploads
from tests.accounts.factories import browser, make_person, signed_in_client
from tests.files.samples import PLACE, picture, told_photo
from tests.registry.publishing_factories import KARAM, MEERA, a_service
from tests.registry.uploading import as_json, zipped

ROUND = picture("png", (64, 64))
OTHER = picture("png", (96, 96))


def bundle(icon, **said):
    files = {"provider.json": as_json(a_service(**said))}
    return zipped(files | ({"icon.png": icon} if icon else {}))


def uploaded(icon=ROUND, **said):
    """Sent by a program of the tehsil; committed."""
    uploader = uploads.Uploader("token:tests", {"tehsil"})
    upload, _ = uploads.record(bundle(icon, **said), "bundle", uploader)
    db.session.commit()
    return upload


def agreed(upload):
    """Two people publish what came with it."""
    for one in upload.versions:
        version = service.history("tehsil", one["service"])[0]
        publishing.propose(version.id, MEERA)
        publishing.publish(version.id, KARAM)
    db.session.commit()


def photo_of(side):
    with Image.open(io.BytesIO(told_photo("png"))) as image:
        out = io.BytesIO()
        image.resize((side, side)).save(out, "PNG", **{k: image.info[k] for k in ("exif",)})
    return out.getvalue()


def test_only_its_pixels_are_kept(app):
    sent = photo_of(128)
    assert PLACE in sent
    kept = icons.content(uploaded(sent).icon)
    assert PLACE not in kept
    with Image.open(io.BytesIO(kept)) as image:
        assert (image.format, image.size, image.info.get("exif")) == ("PNG", (128, 128), None)


@pytest.mark.parametrize(
    ("icon", "sentence"),
    [
        (picture("png", (64, 65)), "as wide as it is high"),
        (picture("png", (63, 63)), "64 to 512 points"),
        (picture("png", (513, 513)), "This has 513 × 513"),
        (ROUND[:20], "no picture of the kind PNG"),
        (picture("jpeg", (64, 64)), "no picture of the kind PNG"),
    ],
)
def test_what_no_page_could_show_is_refused_by_its_head(icon, sentence):
    with pytest.raises(ManifestDoesNotRead) as refused:
        domain.look(bundle(icon), "bundle")
    (fault,) = refused.value.found
    assert fault.place == "icon.png"
    assert sentence in fault.sentence


def test_a_picture_that_only_begins_well_is_refused(app):
    with pytest.raises(ManifestDoesNotRead) as refused:
        uploaded(ROUND[:40] + bytes(400))
    (fault,) = refused.value.found
    assert (fault.place, bool(fault.sentence)) == ("icon.png", True)


def test_one_that_grows_when_it_is_drawn_anew_is_refused(app, monkeypatch):
    monkeypatch.setattr(icons, "MOST_BYTES", 10)
    with pytest.raises(ManifestDoesNotRead, match="Use fewer colours"):
        uploaded()


def test_people_see_it_once_two_people_agreed_to_what_it_came_with(app):
    visitor = browser(app)
    upload = uploaded()
    assert uploads.icon_of("tehsil") is None
    agreed(upload)
    address = f"/icons/{upload.icon}.png"
    page = visitor.get("/en/services/tehsil").text
    assert f'<img src="{address}" alt="" width="64" height="64">' in page
    picture_ = visitor.get(address)
    assert picture_.content_type == "image/png"
    assert picture_.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert picture_.headers["X-Content-Type-Options"] == "nosniff"
    assert picture_.data == icons.content(upload.icon)


def test_another_one_waits_for_its_own_two_people(app):
    first = uploaded()
    agreed(first)
    second = uploaded(OTHER, promise=9)
    assert uploads.icon_of("tehsil") == first.icon
    assert uploads.newest_icon("tehsil") == second.icon
    agreed(second)
    assert uploads.icon_of("tehsil") == second.icon


def test_a_bundle_without_one_takes_none_away_from_the_record(app):
    first = uploaded()
    agreed(first)
    plain = uploaded(None, promise=9)
    assert plain.icon is None
    agreed(plain)
    assert uploads.icon_of("tehsil") is None
    assert uploads.newest_icon("tehsil") == first.icon


def test_integrators_and_admins_see_what_was_sent(app):
    upload = uploaded()
    integrator = signed_in_client(app, make_person(role="integrator", provider="tehsil"))
    admin = signed_in_client(app, make_person(role="admin"))
    version = upload.versions[0]["id"]
    for client, path in (
        (integrator, "/en/console/services"),
        (integrator, f"/en/console/services/uploads/{upload.id}"),
        (admin, f"/en/admin/catalogue/versions/{version}"),
    ):
        assert f"/icons/{upload.icon}.png" in client.get(path).text, path


def test_there_is_no_other_picture(app):
    assert browser(app).get(f"/icons/{'0' * 64}.png").status_code == 404
    assert browser(app).get("/icons/%00.png").status_code == 404
