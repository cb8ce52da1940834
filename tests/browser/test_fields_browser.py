"""Questions that ask the device something: its place, its microphone; and rows that come and go."""

import math
import struct
import wave

import pytest

from portal.files.models import File
from portal.kernel.db import db
from tests.files.samples import picture

HERE = {"latitude": 30.9009612, "longitude": 75.8572701, "accuracy": 24.3}
SPOT = "[data-position='location_empty']"
RECORDER = "[data-recorder='audio_empty']"
GROUP = "#group_empty"


@pytest.fixture
def gallery(visit):
    """The gallery in a browser; `allowed` are the permissions that the person gives."""

    def gallery(language="en", width=1280, *, allowed=(), scripts=True):
        person = visit(language, width, scripts=scripts)
        person.page.context.grant_permissions(list(allowed))
        person.page.context.set_geolocation(HERE)
        person.page.goto(f"/{language}/design")
        return person

    return gallery


def value(person, control):
    return person.page.locator(f"#{control}").input_value()


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("ur", 320)])
def test_every_part_is_accessible_and_fits(gallery, language, width):
    person = gallery(language, width)
    person.check()
    assert person.faults == []


def test_the_position_is_asked_for_on_a_press_and_can_be_cleared(gallery):
    person = gallery(allowed=["geolocation"])
    spot = person.page.locator(SPOT)
    assert value(person, "location_empty-latitude") == ""
    spot.locator("[data-locate]").click()
    spot.locator("[role=status]", has_text="Position: 30.900961, 75.85727").wait_for()
    assert value(person, "location_empty-latitude") == "30.900961"
    assert value(person, "location_empty-accuracy") == "25"
    spot.locator("[data-unlocate]").click()
    assert value(person, "location_empty-latitude") == ""
    assert value(person, "location_empty-accuracy") == ""
    assert person.faults == []


def test_a_position_typed_by_hand_has_no_accuracy_of_the_device(gallery):
    person = gallery()
    person.page.locator("[data-position='location_filled'] summary").click()
    person.page.locator("#location_filled-latitude").fill("31")
    assert value(person, "location_filled-accuracy") == ""


def test_who_does_not_give_the_position_can_type_it(gallery):
    person = gallery()
    spot = person.page.locator(SPOT)
    person.page.context.clear_permissions()
    spot.locator("[data-locate]").click()
    spot.locator("[role=status]", has_text="does not give its position").wait_for()
    assert person.page.locator("#location_empty-latitude").is_visible()


def test_without_a_script_the_position_is_typed_and_a_file_is_chosen(gallery):
    person = gallery(scripts=False)
    page = person.page
    assert not page.locator(f"{SPOT} [data-locate]").is_visible()
    assert not page.locator(RECORDER).is_visible()
    assert page.locator("#audio_empty").is_visible()
    page.locator(f"{SPOT} summary").click()
    page.locator("#location_empty-latitude").fill("30.9")
    with page.expect_navigation():
        page.locator(f"{GROUP} button[value$=':add']").click()
    assert page.locator("#group_empty-1-partner_empty").is_visible()
    assert value(person, "location_empty-latitude") == "30.9"


def test_speech_is_recorded_heard_and_sent(gallery):
    person = gallery(allowed=["microphone"])
    box = person.page.locator(RECORDER)
    box.locator("[data-record]").click()
    box.locator("[data-time]", has_text="0:01").wait_for()
    box.locator("[data-stop]").click()
    box.locator("[data-listen]").wait_for()
    name = "document.getElementById('audio_empty').files[0].name"
    assert person.page.evaluate(name).startswith("recording.")
    assert person.page.evaluate("document.getElementById('audio_empty').files[0].size") > 500
    box.locator("[data-listen]").click()
    person.press("main form button.btn:text-is('Check')")
    assert "recording." in person.text()
    assert db.session.query(File).count() == 0


def test_a_recording_can_be_deleted(gallery):
    person = gallery(allowed=["microphone"])
    box = person.page.locator(RECORDER)
    box.locator("[data-record]").click()
    box.locator("[data-stop]").click()
    box.locator("[data-forget]").click()
    assert person.page.evaluate("document.getElementById('audio_empty').files.length") == 0
    assert box.locator("[data-record]").is_visible()


def test_a_photo_is_shown_small_and_one_that_is_too_large_is_said(gallery, tmp_path):
    person = gallery()
    (tmp_path / "gate.jpg").write_bytes(picture(size=(800, 400)))
    (tmp_path / "large.jpg").write_bytes(picture() + bytes(10_000_001))
    control = person.page.locator("#photo_empty")
    control.set_input_files(tmp_path / "gate.jpg")
    canvas = person.page.locator("canvas.seen:not([hidden])")
    canvas.wait_for()
    assert canvas.evaluate("one => [one.width, one.height]") == [240, 120]
    control.set_input_files(tmp_path / "large.jpg")
    person.page.locator("#photo_empty-large", has_text="larger than 10 MB").wait_for()
    assert control.evaluate("one => one.files.length") == 0
    assert person.faults == []


def test_rows_come_and_go_without_a_new_page_and_the_focus_goes_along(gallery, tmp_path):
    person = gallery()
    page = person.page
    page.evaluate("window.same = true")
    page.locator("#document_empty").set_input_files(_sound(tmp_path))
    page.locator("#group_empty-0-partner_empty").fill("Asha Devi")
    page.locator(f"{GROUP} button[value$=':add']").click()
    page.locator("#group_empty-1-partner_empty:focus").wait_for()
    page.locator("#group_empty-1-partner_empty").fill("Gurpreet Kaur")
    page.locator(f"{GROUP} button[value='group_empty:up:1']").click()
    page.locator(f"{GROUP} [data-row='1'] ~ [data-row='0']").wait_for()
    page.locator(f"{GROUP} [data-row='1'] button:focus").wait_for()
    page.locator(f"{GROUP} button[value='group_empty:remove:0']").click()
    page.locator(f"{GROUP} button[value$=':add']:focus").wait_for()
    assert value(person, "group_empty-1-partner_empty") == "Gurpreet Kaur"
    assert page.locator("#document_empty").evaluate("one => one.files.length") == 1
    assert page.evaluate("window.same")
    person.check()
    assert person.faults == []


def _sound(folder):
    """Half a second of a tone."""
    with wave.open(str(folder / "tone.wav"), "wb") as file:
        file.setparams((1, 2, 8000, 4000, "NONE", ""))
        heights = (int(8000 * math.sin(at / 5)) for at in range(4000))
        file.writeframes(struct.pack("<4000h", *heights))
    return folder / "tone.wav"
