"""Reading JSON strictly: the right media type, no key twice, and each fault at its place."""

import json
from typing import Any, ClassVar, TypeVar

from flask import request
from pydantic import BaseModel, ConfigDict, ValidationError

from portal.kernel.errors import N_, BadInput

B = TypeVar("B", bound="Body")


class Body(BaseModel):
    """What a program may send: unknown members are refused, texts are not taken for numbers."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class NotJson(BadInput):
    status: ClassVar[int] = 415
    message = N_("Send JSON with the header Content-Type: application/json.")


class Unreadable(BadInput):
    message = N_("The body is not valid JSON: %(why)s.")


class Invalid(BadInput):
    """`faults` holds a JSON pointer and a sentence for each place that is wrong."""

    status: ClassVar[int] = 422
    message = N_("Some members of the body are not right. See errors.")

    def __init__(self, faults: list[dict[str, str]]) -> None:
        super().__init__()
        self.faults = faults


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
