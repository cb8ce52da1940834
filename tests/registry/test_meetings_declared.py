"""Visits and appointments that make no sense are found, and told in a sentence."""

import pytest

from portal.registry import Appointment, Hours, Office, Stage, Visit
from portal.registry.meeting_conformance import about_meetings
from tests.registry.publishing_factories import words
from tests.webhooks.factories import tehsil

OFFICE = Office("town", words("Sewa kendra"), words("Court road"))
MONDAY = Hours(1, "10:00", "13:00")


def appointment(**changes):
    return Appointment(**{"offices": (OFFICE,), "hours": (MONDAY,), **changes})


def found(**declared):
    stage = Stage("meet", words("You meet"), **declared)
    return {one.place for one in about_meetings("it", tehsil().services[0], stage)}


def test_what_makes_sense_is_let_be():
    assert found(appointment=appointment()) == set()


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"offices": ()}, "offices"),
        ({"hours": ()}, "hours"),
        ({"seats": 0}, "seats"),
        ({"minutes": 1}, "minutes"),
        ({"from_days": 9, "to_days": 3}, "from_days"),
        ({"moves": 99}, "moves"),
        ({"hours": (Hours(8, "10:00", "13:00"),)}, "hours.0"),
        ({"hours": (Hours(1, "13:00", "10:00"),)}, "hours.0"),
        ({"hours": (MONDAY, Hours(1, "12:00", "14:00"))}, "hours.1"),
    ],
)
def test_what_makes_none_is_found(changes, place):
    assert found(appointment=appointment(**changes)) == {f"it.appointment.{place}"}


def test_a_visit_needs_a_place():
    assert found(visit=Visit(words("The house"), "applicant")) == {"it.visit.place"}


def test_a_stage_has_one_of_the_two():
    visit = Visit(words("The house"), "applicant")
    assert "it.visit" in found(visit=visit, appointment=appointment())


def test_a_stage_without_either_says_what_it_said_before():
    told = Stage("meet", words("You meet")).model_dump(mode="json", exclude_none=True)
    assert set(told) == {"slug", "title"}
