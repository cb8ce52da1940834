"""Whatever is answered: each department's own form asks what the common form asked, and agrees."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from portal.registry.discovery import life_events
from portal.registry.domain import look
from portal.registry.merging import At, Together
from portal.registry.questions import Computed, Group, Notice
from tests.registry.test_merging import OFFERED, TITLES, event_of

EVERYTHING = event_of(*OFFERED)
NUMBERS = some.integers(0, 30).map(str)
BY_KIND = {
    "yes_no": some.booleans(),
    "declaration": some.sampled_from([True]),
    "integer": some.integers(0, 30),
    "decimal": NUMBERS,
    "money": NUMBERS.map(lambda one: {"amount": f"{one}.00", "currency": "INR"}),
    "date": some.sampled_from(["1950-03-01", "2009-02-28", "2026-01-05"]),
    "month": some.sampled_from(["2025-01", "2027-04"]),
    "document": some.just({"file": "one"}),
    "photo": some.just({"file": "two"}),
    "audio": some.just({"file": "three"}),
    "address": some.just({"line": "House 12", "area": "IN-PB", "postal_code": None}),
    "location": some.just({"latitude": "30.9", "longitude": "75.8", "area": None, "line": None}),
}


def answer_to(field):
    """An answer of the field's kind, or none."""
    if isinstance(field, Group):
        inner = [one for one in field.fields if not isinstance(one, Notice | Computed)]
        row = some.fixed_dictionaries({}, optional={one.name: answer_to(one) for one in inner})
        return some.lists(row, max_size=3)
    if field.kind == "choice":
        return some.sampled_from(list(field.options))
    if field.kind == "choices":
        return some.lists(some.sampled_from(list(field.options)), unique=True)
    return BY_KIND.get(field.kind, some.sampled_from(["text", "PB/2026/1"]))


def joined(event):
    paths = [one.service for one in event.services]
    return Together(event, {path: OFFERED[path] for path in paths})


@pytest.fixture(scope="module", params=(*life_events(), EVERYTHING), ids=lambda event: event.slug)
def together(request):
    made = joined(request.param)
    return made, made.form(tuple(made.services), TITLES).form


def names(places, called):
    return {called[place.on_page.name] for place in places}


@settings(max_examples=30)
@given(data=some.data())
def test_the_common_form_asks_what_each_form_asks(together, data):
    made, form = together
    fields = [one for one in form.fields if not isinstance(one, Notice | Computed)]
    given_ = some.fixed_dictionaries({}, optional={one.name: answer_to(one) for one in fields})
    asked = look(form, data.draw(given_))
    wrong = {place.on_page.name for place in (*asked.missing(), *asked.failed())}
    for path, service in made.services.items():
        called = {one.name: made.names[At(path, one.name)] for one in service.form.fields}
        own = look(service.form, made.own(path, asked.answers))
        here = {one.name for one in asked.fields} & set(called.values())
        assert {called[one.name] for one in own.fields} == here
        # What it works out is the same, and what it finds wrong the common form found too.
        assert {called[name]: one for name, one in own.answers.items()} == {
            name: one for name, one in asked.answers.items() if name in here
        }
        assert names((*own.missing(), *own.failed()), called) <= wrong
