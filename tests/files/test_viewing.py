"""Files that are looked at in a page, and files that take none of a person's room."""

import io

import pytest

from portal.files import domain, service
from portal.files.domain import NoRoomLeft
from portal.files.models import File
from portal.kernel.db import db
from tests.files.recordings import recording
from tests.files.samples import pdf, picture


@pytest.fixture
def view(app):
    def view(file_id, **headers):
        with app.test_request_context("/en/desk", headers=headers):
            response = service.view_response(file_id)
            # A copy for the test: what a browser would have got.
            body = b"".join(response.response)
            response.close()
            return response, body

    return view


@pytest.fixture
def sound(mine):
    return service.keep_audio(io.BytesIO(recording()), "speech.ogg", **mine)


@pytest.mark.parametrize(
    ("content", "kind"), [(picture("jpeg"), "image/jpeg"), (picture("png"), "image/png")]
)
def test_a_picture_is_shown_and_can_do_nothing(keep, view, content, kind):
    response, body = view(keep(content, "photo").id)
    assert response.content_type == kind
    assert response.headers["Content-Disposition"].startswith("inline; ")
    policy = response.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox; default-src 'none'")
    assert "script" not in policy
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "no-store"
    assert len(body) == response.content_length


def test_a_pdf_opens_in_its_reader_and_in_no_frame(keep, view):
    response, body = view(keep(pdf(), "slip").id)
    policy = response.headers["Content-Security-Policy"]
    assert response.content_type == "application/pdf"
    assert "sandbox" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert body == pdf()


def test_a_player_gets_the_part_that_it_asks_for(sound, view, read):
    whole = read(sound.id)
    response, body = view(sound.id)
    assert (response.status_code, body) == (200, whole)
    assert response.headers["Accept-Ranges"] == "bytes"
    response, body = view(sound.id, Range="bytes=100-299")
    assert (response.status_code, body) == (206, whole[100:300])
    assert response.headers["Content-Range"] == f"bytes 100-299/{len(whole)}"
    response, body = view(sound.id, Range=f"bytes={len(whole) - 10}-")
    assert (response.status_code, body) == (206, whole[-10:])


def test_a_file_to_be_saved_is_never_shown(keep, app):
    with app.test_request_context("/en/desk"):
        response = service.download_response(keep(picture(), "photo").id)
    response.close()
    assert response.headers["Content-Disposition"].startswith("attachment; ")


def _fill(mine):
    """A file that takes all the room but one byte."""
    row = File(**mine, type="image/png", size=domain.QUOTA - 1)
    row.name, row.sha256 = "large.png", "0"
    db.session.add(row)
    db.session.flush()


def test_what_a_provider_gives_takes_no_room_of_the_person(keep, mine):
    _fill(mine)
    given = keep(pdf(), counted=False)
    with pytest.raises(NoRoomLeft):
        keep(pdf())
    service.use([given.id])
    assert db.session.get(File, given.id, populate_existing=True).state == "given"


def test_what_a_provider_gave_and_took_back_is_swept_like_any_file(keep):
    given = keep(pdf(), counted=False)
    service.release([given.id])
    assert db.session.get(File, given.id, populate_existing=True).state == "released"
