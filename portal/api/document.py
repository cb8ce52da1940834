"""The description of an area's interface (OpenAPI 3.1), made from the routes themselves."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from itertools import groupby
from typing import Any, NamedTuple

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from portal.api import parts, problems
from portal.api.openapi import Operation, Sample, Told, shown
from portal.api.service import SCOPES
from portal.kernel.errors import N_

SCHEMAS = "#/components/schemas/{model}"
AREAS = ("provider", "citizen")
FOR_SITES = {
    "citizen": N_("Read what the person agreed to through the interface"),
    "applications": N_("The person's applications; for a program, those of the provider"),
}
ABOUT = {
    "provider": "What a provider's own programs may call: read its applications and say what"
    " happened to them, upload manifests, read its messages. Times are RFC 3339 in UTC, names are"
    " snake_case, money is an amount as text with its currency. Ignore members that you do not"
    " know: some may be added within this version.",
    "citizen": "What a site or app may call for a person who let it in.",
}
PARAMETERS = {
    "reference": "the reference of the application",
    "document_id": "from `documents`",
    "delivery_id": "from `deliveries`",
}
SIGNED = {
    "webhook-id": "the message's id, the same at every try",
    "webhook-timestamp": "seconds since 1970 of this try",
    "webhook-signature": "v1,… (HMAC-SHA256) or v1a,… (Ed25519) of id.timestamp.body",
}
Mode = tuple[type[BaseModel], JsonSchemaMode]


class Route(NamedTuple):
    """A route of an area that says what it does."""

    rule: Any
    view: Any

    @property
    def operation(self) -> Operation:
        operation: Operation = self.view.operation
        return operation

    @property
    def path(self) -> str:
        return re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", self.rule.rule)


class Drawing(NamedTuple):
    """What every part of one document needs."""

    base_url: str
    sample: Sample
    refs: Mapping[Any, Any]
    schemes: Mapping[str, Any]


def routes(app: Flask, area: str) -> list[Route]:
    prefix = f"/api/v1/{area}/"
    rules = (rule for rule in app.url_map.iter_rules() if rule.rule.startswith(prefix))
    found = [Route(rule, app.view_functions[rule.endpoint]) for rule in rules]
    described = [one for one in found if hasattr(one.view, "operation")]
    return sorted(described, key=lambda one: one.path)


def told_in(app: Flask, area: str) -> list[Told]:
    rooms = app.extensions["rooms"]
    return [one for room in rooms for one in room.told if one.area == area]


def document(
    app: Flask, area: str, base_url: str, sample: Sample | None = None
) -> dict[str, Any] | None:
    """The document of one area, None where there is no interface."""
    if not (found := routes(app, area)):
        return None
    if sample is not None:
        return _drawn(app, area, base_url, sample, found)
    # Drawn once: everybody may ask for it, and it is the same until the next release.
    kept: dict[Any, Any] = app.extensions.setdefault("documents", {})
    if (area, base_url) not in kept:
        kept[area, base_url] = _drawn(app, area, base_url, Sample(), found)
    known: dict[str, Any] = kept[area, base_url]
    return known


def _drawn(
    app: Flask, area: str, base_url: str, sample: Sample, found: list[Route]
) -> dict[str, Any]:
    told = told_in(app, area)
    refs, schemas = _schemas([one.operation for one in found], told)
    scopes = FOR_SITES if area == "citizen" else SCOPES
    drawing = Drawing(base_url, sample, refs, parts.schemes(base_url, area, scopes))
    paths: dict[str, Any] = {}
    for one in found:
        for method in sorted((one.rule.methods or set()) - {"HEAD", "OPTIONS"}):
            paths.setdefault(one.path, {})[method.lower()] = _operation(drawing, one, method)
    whole = {
        "openapi": "3.1.0",
        "info": {"title": f"Sanjha, {area} interface", "version": "1", "description": ABOUT[area]},
        "servers": [{"url": base_url}],
        "externalDocs": {"url": f"{base_url}/api/v1/docs", "description": "The same as a page"},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "headers": dict(parts.HEADERS),
            "securitySchemes": drawing.schemes,
        },
    }
    return whole | {"webhooks": _webhooks(drawing, told)} if told else whole


def _operation(drawing: Drawing, one: Route, method: str) -> dict[str, Any]:
    operation, need = one.operation, one.view.access.need
    told: dict[str, Any] = {
        "operationId": one.rule.endpoint.replace(".", "_"),
        "summary": operation.summary,
        "description": operation.description or f"{operation.summary}.",
        "parameters": [*_parameters(drawing, one), *_conditions(operation, method)],
        "responses": _responses(drawing, operation, method),
        "security": [{name: [need]} for name in drawing.schemes],
    }
    if operation.has_body:
        said = {"description": operation.limit} if operation.limit else {}
        told["requestBody"] = said | {"required": True, "content": _body(drawing, operation)}
    return told


def _body(drawing: Drawing, operation: Operation) -> dict[str, Any]:
    """By media type; examples of what has no model are told by their media type."""
    if operation.takes:
        schema = drawing.refs[operation.takes, "validation"]
        examples = _examples(operation.sends, drawing.sample)
        return {kind: {"schema": schema} | examples for kind in operation.accepts}
    told: dict[str, Any] = {
        kind: {"schema": operation.schemas.get(kind, {})} for kind in operation.accepts
    }
    for kind, example in operation.sends.items():
        told[kind]["example"] = shown(example, drawing.sample)
    return told


def _conditions(operation: Operation, method: str) -> list[dict[str, Any]]:
    found = [parts.key()] if operation.wants_key else []
    if operation.tagged:
        found.append(parts.condition("If-None-Match" if method == "GET" else "If-Match"))
    return found


def _parameters(drawing: Drawing, one: Route) -> list[dict[str, Any]]:
    found = []
    for name in sorted(one.rule.arguments):
        is_id = f"<uuid:{name}>" in one.rule.rule
        example = "0192f3c4-5d1e-7a3b-9c2d-4e5f60718293" if is_id else drawing.sample.reference
        schema = {"type": "string"} | ({"format": "uuid"} if is_id else {})
        told = {"description": PARAMETERS.get(name, name), "schema": schema, "example": example}
        found.append({"name": name, "in": "path", "required": True, **told})
    return found + (_query(one.operation.asks) if one.operation.asks else [])


def _query(asks: type[BaseModel]) -> list[dict[str, Any]]:
    told = asks.model_json_schema()
    wanted = told.get("required", [])
    return [
        {
            "name": name,
            "in": "query",
            "required": name in wanted,
            "description": schema.pop("description", name),
            "schema": {key: value for key, value in schema.items() if key != "title"},
        }
        for name, schema in told["properties"].items()
    ]


def _responses(drawing: Drawing, operation: Operation, method: str) -> dict[str, Any]:
    told = {str(operation.status): _answer(drawing, operation, method)}
    if operation.tagged and method == "GET":
        known = {"description": "You have it already", "headers": parts.headers("ETag")}
        told["304"] = known
    met = problems.possible(operation)
    for status, same in groupby(met, key=lambda one: one.status):
        told[str(status)] = _problem(drawing, status, list(same))
    told["default"] = {"description": "What went wrong", "content": _problem_content({})}
    return told


def _answer(drawing: Drawing, operation: Operation, method: str) -> dict[str, Any]:
    named = [*parts.LIMITS]
    named += ["ETag"] if operation.tagged and method == "GET" else []
    named += ["Link"] if operation.paged else []
    content: dict[str, Any] = {"schema": {}}
    if operation.gives:
        content = {"schema": drawing.refs[operation.gives, "serialization"]}
    if operation.given is not None:
        content["example"] = shown(operation.given, drawing.sample)
    return {
        "description": HTTPStatus(operation.status).phrase,
        "headers": parts.headers(*named),
        "content": {operation.media: content} | _or_media(drawing, operation),
    }


def _or_media(drawing: Drawing, operation: Operation) -> dict[str, Any]:
    told = operation.or_media.items()
    return {kind: {"schema": {}, "example": shown(one, drawing.sample)} for kind, one in told}


def _problem(drawing: Drawing, status: int, found: list[problems.Problem]) -> dict[str, Any]:
    examples: dict[str, Any] = {}
    for one in found:
        name = one.kind if one.kind not in examples else f"{one.kind}-{len(examples) + 1}"
        examples[name] = {"summary": one.detail, "value": one.example(drawing.base_url)}
    more = {401: ("WWW-Authenticate",), 429: ("Retry-After", *parts.LIMITS), 503: ("Retry-After",)}
    return {
        "description": HTTPStatus(status).phrase,
        "headers": parts.headers(*more.get(status, ())),
        "content": _problem_content({"examples": examples}),
    }


def _problem_content(more: dict[str, Any]) -> dict[str, Any]:
    schema = {"$ref": SCHEMAS.format(model="Problem")}
    return {"application/problem+json": {"schema": schema} | more}


def _examples(sends: Mapping[str, Any], sample: Sample) -> dict[str, Any]:
    told = {name: {"value": shown(example, sample)} for name, example in sends.items()}
    return {"examples": told} if told else {}


NO_ANSWER = {"default": {"description": "No answer: the portal goes on without one"}}
NOT_ARRIVED = {
    "410": {"description": "The endpoint is gone: it is switched off"},
    "default": {"description": "It is sent again, by the schedule"},
}


def _webhooks(drawing: Drawing, told: list[Told]) -> dict[str, Any]:
    return {one.name: {"post": _webhook(drawing, one)} for one in told}


def _webhook(drawing: Drawing, one: Told) -> dict[str, Any]:
    content: dict[str, Any] = {"schema": drawing.refs[one.body, "serialization"]}
    content["example"] = shown(one.example, drawing.sample)
    named = SIGNED.items()
    text = {"schema": {"type": "string"}, "in": "header", "required": True}
    arrived: dict[str, Any] = {"description": "It arrived, and is not sent again"}
    if one.is_question:
        arrived["description"] = "The answer: these members and no others"
    if one.answer:
        schema = drawing.refs[one.answer, "validation"]
        arrived["content"] = {"application/json": {"schema": schema}}
    return {
        "operationId": "told_" + re.sub(r"\W", "_", one.name),
        "summary": one.summary,
        "description": one.description or f"{one.summary}.",
        "parameters": [{"name": name, "description": said, **text} for name, said in named],
        "requestBody": {"required": True, "content": {"application/json": content}},
        "responses": {"200": arrived} | NO_ANSWER
        if one.is_question
        else {"2XX": arrived} | NOT_ARRIVED,
        "security": [],
    }


def _schemas(operations: list[Operation], told: list[Told]) -> tuple[Any, dict[str, Any]]:
    wanted: list[Any] = [(one.takes, "validation") for one in operations]
    wanted += [(one.gives, "serialization") for one in operations]
    wanted += [(one.body, "serialization") for one in told]
    wanted += [(one.answer, "validation") for one in told]
    models: list[Mode] = list(dict.fromkeys(one for one in wanted if one[0]))
    ordered = sorted(models, key=lambda one: one[0].__name__)
    refs, found = models_json_schema(ordered, ref_template=SCHEMAS)
    return refs, found.get("$defs", {}) | {"Problem": parts.PROBLEM}
