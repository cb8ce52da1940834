"""A provider's hooks, those of its package first, else its interface at the declared paths.

Pure but for `ask`, which whoever asks brings: it sees to time, signature and address.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Annotated, Any, TypeVar

import pydantic

from portal.registry.contract import HookPaths, Provider, Service
from portal.registry.domain import every_field
from portal.registry.finding import Finding
from portal.registry.hooks import (
    Ask,
    Bill,
    BillsHook,
    Case,
    CheckHook,
    Draft,
    Hooks,
    LookUpHook,
    NoAnswer,
    NoSuchAccount,
    NotKnown,
    Objection,
    PayloadHook,
    Quoted,
    QuoteHook,
)
from portal.registry.questions import LookUp

MOST_OBJECTIONS = 50
MOST_BILLS = 60
MOST_MEMBERS = 30
MOST_PAYLOAD = 8192
UNKNOWN = "unknown"


class _Told(pydantic.BaseModel):
    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")


class Checked(_Told):
    """No objections: all is well."""

    objections: Annotated[tuple[Objection, ...], pydantic.Field(max_length=MOST_OBJECTIONS)]


class Payload(_Told):
    """At most 8 KiB as JSON: a message has other things to tell."""

    payload: dict[str, pydantic.JsonValue]

    @pydantic.field_validator("payload")
    @classmethod
    def _short(cls, payload: dict[str, Any]) -> dict[str, Any]:
        if len(json.dumps(payload).encode()) > MOST_PAYLOAD:
            raise ValueError(f"The payload has over {MOST_PAYLOAD} bytes.")
        return payload


class BillTold(_Told):
    number: str
    amount: str
    currency: str
    due_on: date | None = None
    period: str = ""
    holder: str = ""
    least: str = ""
    received: str = ""


class BillsTold(_Told):
    bills: Annotated[tuple[BillTold, ...], pydantic.Field(max_length=MOST_BILLS)]


class LookedUp(_Told):
    values: Annotated[dict[str, pydantic.JsonValue], pydantic.Field(max_length=MOST_MEMBERS)]


Model = TypeVar("Model", bound=pydantic.BaseModel)
# What an interface answers at each path: also for the description that departments read.
ANSWERS: Mapping[str, type[pydantic.BaseModel]] = {
    "quote": Quoted,
    "check": Checked,
    "payload": Payload,
    "bills": BillsTold,
    "look_up": LookedUp,
}


def read(model: type[Model], told: Any) -> Model:
    """What this JSON says. Raises NoAnswer, which never repeats what came."""
    try:
        return model.model_validate(told)
    except pydantic.ValidationError as error:
        kinds = dict.fromkeys(fault["type"] for fault in error.errors(include_input=False))
        raise NoAnswer(f"The answer is no {model.__name__}: {', '.join(kinds)}.") from None


def quote(provider: Provider, hooks: Hooks) -> QuoteHook | None:
    """Who says what an application costs; None when nobody does."""
    if hooks.quote is not None or (path := _paths(provider).quote) is None:
        return hooks.quote
    return lambda draft, ask: read(Quoted, ask.send(path, _shown(draft)))


def check(provider: Provider, hooks: Hooks) -> CheckHook | None:
    if hooks.check is not None or (path := _paths(provider).check) is None:
        return hooks.check
    return lambda draft, ask: read(Checked, ask.send(path, _shown(draft))).objections


def payload(provider: Provider, hooks: Hooks) -> PayloadHook | None:
    if hooks.payload is not None or (path := _paths(provider).payload) is None:
        return hooks.payload
    return lambda case, ask: read(Payload, ask.send(path, _shown(case))).payload


def bills(provider: Provider, hooks: Hooks) -> BillsHook | None:
    if hooks.bills is not None or (path := _paths(provider).bills) is None:
        return hooks.bills
    return lambda account, ask: _bills_at(path, account, ask)


def look_up(declared: LookUp, hooks: Hooks) -> LookUpHook | None:
    if declared.path is None:
        return hooks.look_up
    path = declared.path
    return lambda field, value, ask: (
        read(LookedUp, _known(ask.send(path, {"field": field, "value": value}))).values
    )


def unanswered(provider: Provider, hooks: Hooks) -> Iterator[Finding]:
    """What is declared that nobody answers, and what is answered that nobody asks."""
    yield from _about_bills(provider, bills(provider, hooks))
    answered = {
        "quote": quote(provider, hooks) is not None,
        "check": check(provider, hooks) is not None,
        "payload": payload(provider, hooks) is not None,
    }
    for service in provider.services:
        yield from _about_service(service, answered, hooks)
    asked = {name for service in provider.services for name in service.asks or ()}
    for name, is_answered in answered.items():
        # What is inherited may ask as well: that is seen when it is resolved.
        if is_answered and name not in asked and not provider.inherits:
            yield Finding(f"hooks.{name}", f"No service asks for {name}. Add it to its asks.")


def _about_bills(provider: Provider, is_answered: object) -> Iterator[Finding]:
    if provider.billing is not None and not is_answered:
        yield Finding("billing", f"Nothing answers for bills. {_mend('bills')}")
    if provider.billing is None and is_answered:
        sentence = "Something answers for bills, and no billing is declared. Add billing."
        yield Finding("hooks.bills", sentence)


def _about_service(
    service: Service, answered: Mapping[str, bool], hooks: Hooks
) -> Iterator[Finding]:
    place = f"services.{service.slug}"
    for name in service.asks or ():
        if not answered[name]:
            yield Finding(f"{place}.asks", f"Nothing answers {name}. {_mend(name)}")
    for field in every_field(service.form):
        declared = getattr(field, "look_up", None)
        if declared is not None and look_up(declared, hooks) is None:
            where = f"{place}.form.fields.{field.name}.look_up"
            yield Finding(where, "Nothing answers this look-up. Say its path.")


def _mend(name: str) -> str:
    return f"Say its path under hooks, as {name}: /{name}, or give the package the hook {name}."


def _paths(provider: Provider) -> HookPaths:
    return provider.hooks or HookPaths()


def _shown(told: Draft | Case) -> dict[str, Any]:
    return {**vars(told), "answers": dict(told.answers)}


def _bills_at(path: str, account: str, ask: Ask) -> Sequence[Bill]:
    try:
        told = _known(ask(path, {"account": account}))
    except NotKnown as error:
        raise NoSuchAccount from error
    return [Bill(**vars(one)) for one in read(BillsTold, told).bills]


def _known(told: Any) -> Any:
    """Raises NotKnown for {"error": "unknown"}, which comes with the status 404."""
    if isinstance(told, Mapping) and told.get("error") == UNKNOWN:
        raise NotKnown
    return told
