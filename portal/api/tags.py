"""Entity tags: what a program has is not sent again, and what it has not seen it cannot change."""

from typing import ClassVar

from flask import Response, jsonify, request
from pydantic import BaseModel

from portal.kernel.crypto import token_hash
from portal.kernel.errors import N_, Conflict, DomainError


class NotAcceptable(DomainError):
    status: ClassVar[int] = 406
    message = N_("This address gives JSON. Send Accept: application/json, or leave it out.")


class ChangedMeanwhile(Conflict):
    status: ClassVar[int] = 412
    message = N_("It stands no longer as the If-Match says. Read it again, then decide.")


def tag(told: BaseModel) -> str:
    """Strong: two answers of one tag are the same, byte for byte."""
    return token_hash(told.model_dump_json())[:16].hex()


def is_known(told: BaseModel) -> bool:
    """Whether the program says that it has this answer."""
    return tag(told) in request.if_none_match


def answer(told: BaseModel, headers: dict[str, str] | None = None) -> Response:
    """The answer with its tag, or 304 when the program has it."""
    response = jsonify(told.model_dump(mode="json"))
    response.headers.update(headers or {})
    response.set_etag(tag(told))
    response.make_conditional(request)
    return response


def check_match(told: BaseModel) -> None:
    """Raises ChangedMeanwhile when an If-Match names another state than this."""
    wanted = request.if_match
    if "If-Match" in request.headers and not wanted.star_tag and not wanted.is_strong(tag(told)):
        raise ChangedMeanwhile
