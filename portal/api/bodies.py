"""Reading JSON strictly: the right media type, no key twice, and each fault at its place."""

import json
from typing import Any, ClassVar, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, ValidationError

from portal.kernel.errors import N_, BadInput

B = TypeVar("B", bound="Body")
Q = TypeVar("Q", bound="Query")


class Body(BaseModel):
    """What a program may send: unknown members are refused, texts are not taken for numbers."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class NotJson(BadInput):
    status: ClassVar[int] = 415
    kind: ClassVar[str | None] = "not-json"
    message = N_("Send JSON with the header Content-Type: application/json.")


class Unreadable(BadInput):
    kind: ClassVar[str | None] = "unreadable"
    message = N_("The body is not valid JSON: %(why)s.")


class Invalid(BadInput):
    """`faults` holds a JSON pointer and a sentence for each place that is wrong."""

    status: ClassVar[int] = 422
    kind: ClassVar[str | None] = "invalid-body"
    message = N_("Some members of the body are not right. See errors.")

    def __init__(self, faults: list[dict[str, str]]) -> None:
        super().__init__()
        self.faults = faults


class InvalidQuery(BadInput):
    """Each fault names a parameter, after a question mark."""

    kind: ClassVar[str | None] = "invalid-query"
    message = N_("Some parameters of the address are not right. See errors.")

    def __init__(self, faults: list[dict[str, str]]) -> None:
        super().__init__()
        self.faults = faults


class Query(BaseModel):
    """What an address may ask for: each parameter once, and none that is not known."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def asked(kind: type[Q]) -> Q:
    """The query of the address as a value of the kind. Raises InvalidQuery."""
    told = request.args.to_dict(flat=False)
    twice = [name for name, values in told.items() if len(values) > 1]
    if twice:
        raise InvalidQuery([{"pointer": f"?{twice[0]}", "detail": "It stands twice"}])
    try:
        return kind.model_validate({name: values[0] for name, values in told.items()})
    except ValidationError as error:
        faults = [(str(one["loc"][0]), str(one["msg"])) for one in error.errors()]
        raise InvalidQuery([{"pointer": f"?{at}", "detail": said} for at, said in faults]) from None


def read(kind: type[B]) -> B:
    """The body as a value of the kind. Raises NotJson, Unreadable, Invalid."""
    if request.mimetype != "application/json":
        raise NotJson
    try:
        told = json.loads(request.get_data(), object_pairs_hook=_unique)
    except (ValueError, RecursionError) as error:
        raise Unreadable(why=str(error)[:200]) from error
    try:
        return kind.model_validate_json(json.dumps(told))
    except ValidationError as error:
        raise Invalid([_fault(one) for one in error.errors()]) from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _fault(error: Any) -> dict[str, str]:
    pointer = "".join(f"/{part}" for part in error["loc"])
    return {"pointer": pointer, "detail": str(error["msg"])}
