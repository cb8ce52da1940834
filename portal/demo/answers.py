"""What a simulated department says when it is asked: a sample for each declared path."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from portal.registry.contract import HookPaths, Provider
from portal.registry.domain import every_field
from portal.registry.questions import AnyField, Form, TextField

FEE = {"amount": "100.00", "currency": "INR"}
ANSWERS: Mapping[str, Any] = MappingProxyType(
    {
        "quote": FEE,
        "check": {"objections": []},
        "payload": {"payload": {"tried": True}},
        "bills": {"bills": [{"number": "TRY-1", **FEE}]},
    }
)
# What fits a question of a kind; others stay as they are.
LOOKED_UP: Mapping[str, Any] = MappingProxyType(
    {
        "text": "As the department has it",
        "long_text": "As the department has it",
        "name": "Asha Devi",
        "phone": "+919876500001",
        "email": "asha@example.org",
        "integer": 1,
        "decimal": "1",
        "date": "2026-04-01",
        "month": "2026-04",
        "yes_no": True,
    }
)


def of(provider: Provider) -> dict[str, Any]:
    """Path -> JSON."""
    paths = provider.hooks or HookPaths()
    told = {path: ANSWERS[name] for name, path in paths if path is not None}
    for service in provider.services:
        told |= dict(_looked_up(service.form))
    return told


def is_asked(provider: Provider) -> bool:
    """Whether the portal asks its interface for anything, by a path or by a hook."""
    asks = any(service.asks for service in provider.services)
    looks = any(_look_up(one) for service in provider.services for one in every_field(service.form))
    return provider.billing is not None or asks or looks


def _looked_up(form: Form) -> Iterator[tuple[str, Any]]:
    kinds = {field.name: field.kind for field in every_field(form)}
    for field in every_field(form):
        look_up = _look_up(field)
        if look_up is not None and look_up.path is not None:
            fits = {name: LOOKED_UP.get(kinds[at]) for name, at in look_up.fills.items()}
            yield look_up.path, {"values": {name: one for name, one in fits.items() if one}}


def _look_up(field: AnyField) -> Any:
    return field.look_up if isinstance(field, TextField) else None
