"""What the examples of the documentation speak of: the provider's own service and its fields."""

from collections.abc import Mapping
from typing import Any

from portal.api.openapi import Sample
from portal.registry import service as registry
from portal.registry.questions import (
    AddressField,
    Audio,
    ChoiceField,
    ChoicesField,
    Computed,
    DateField,
    DecimalField,
    Declaration,
    Document,
    EmailField,
    Group,
    IntegerField,
    LocationField,
    MoneyField,
    MonthField,
    NationalIdField,
    Notice,
    PhoneField,
    Photo,
    YesNoField,
)

PAPERS = (Document, Photo, Audio)
UNANSWERED = (*PAPERS, Notice, Group, LocationField)
ANSWERS: Mapping[type, Any] = {
    PhoneField: "+919876500000",
    EmailField: "asha@example.org",
    IntegerField: 3,
    DecimalField: "2.5",
    MoneyField: "84000.00",
    DateField: "1991-04-17",
    MonthField: "2026-04",
    YesNoField: True,
    Declaration: True,
    NationalIdField: "…",
    AddressField: {"line": "12 Mall Road", "postcode": "141001"},
    Computed: "…",
}
# So many fields are enough to see the shape.
MOST = 6


def of(provider: str) -> Sample:
    """Of the first service that the provider has; of the usual example while it has none."""
    mine = [one for one in registry.newest((provider, ""), 1) if one.provider == provider]
    if not mine:
        return Sample(provider=provider)
    offer = registry.version(mine[0].id)
    fields = offer.service.form.fields
    answered = [one for one in fields if not isinstance(one, UNANSWERED)]
    return Sample(
        provider=provider,
        service=offer.service.slug,
        version=offer.number,
        answers={one.name: _answer(one) for one in answered[:MOST]},
        papers=tuple(one.name for one in fields if isinstance(one, PAPERS)),
    )


def _answer(field: Any) -> Any:
    if isinstance(field, ChoicesField):
        return list(field.options)[:1]
    if isinstance(field, ChoiceField):
        return next(iter(field.options), "…")
    return ANSWERS.get(type(field), "Asha Devi")
