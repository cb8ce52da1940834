"""The description of an area's interface (OpenAPI 3.1), made from the routes themselves."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, ParamSpec, TypeVar, cast

from flask import Flask
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

P = ParamSpec("P")
R = TypeVar("R")
SCHEMAS = "#/components/schemas/{model}"
PROBLEM = {
    "type": "object",
    "description": "RFC 9457",
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "instance": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}


@dataclass(frozen=True)
class Operation:
    """What one route takes and gives; `media` is set where it gives no JSON."""

    summary: str
    takes: type[BaseModel] | None = None
    gives: type[BaseModel] | None = None
    status: int = 200
    media: str = "application/json"


def described(operation: Operation) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Say what a route of an interface does, for its OpenAPI document."""

    def describe(view: Callable[P, R]) -> Callable[P, R]:
        cast("Any", view).operation = operation
        return view

    return describe


def document(app: Flask, area: str, base_url: str) -> dict[str, Any]:
    """The document of one area: catalogue, provider, citizen, statistics or admin."""
    prefix = f"/api/v1/{area}/"
    routes = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith(prefix)]
    views = [(rule, app.view_functions[rule.endpoint]) for rule in routes]
    found = [(rule, view) for rule, view in views if hasattr(view, "operation")]
    operations = [view.operation for _, view in found]
    paths: dict[str, Any] = {}
    for rule, view in found:
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            paths.setdefault(path, {})[method.lower()] = _operation(rule, view.operation, view)
    return {
        "openapi": "3.1.0",
        "info": {"title": f"Sanjha, {area} interface", "version": "1"},
        "servers": [{"url": base_url}],
        "paths": paths,
        "components": {"schemas": _schemas(operations), "securitySchemes": _bearer()},
    }


def _operation(rule: Any, operation: Operation, view: Any) -> dict[str, Any]:
    told: dict[str, Any] = {
        "operationId": rule.endpoint.replace(".", "_"),
        "summary": operation.summary,
        "parameters": [_parameter(rule, name) for name in sorted(rule.arguments)],
        "responses": {
            str(operation.status): _response(operation),
            "default": {
                "description": "What went wrong",
                "content": {"application/problem+json": {"schema": _ref("Problem")}},
            },
        },
    }
    if view.access.kind == "program":
        told["security"] = [{"token": [view.access.need]}]
    if operation.takes:
        told["parameters"].append(_key())
        content = {"application/json": {"schema": _ref(operation.takes.__name__)}}
        told["requestBody"] = {"required": True, "content": content}
    return told


def _response(operation: Operation) -> dict[str, Any]:
    schema: dict[str, str] = _ref(operation.gives.__name__) if operation.gives else {}
    return {
        "description": HTTPStatus(operation.status).phrase,
        "content": {operation.media: {"schema": schema}},
    }


def _schemas(operations: list[Operation]) -> dict[str, Any]:
    models = {model for one in operations for model in (one.takes, one.gives) if model}
    ordered = sorted(models, key=lambda model: model.__name__)
    _, told = models_json_schema([(model, "validation") for model in ordered], ref_template=SCHEMAS)
    defined: dict[str, Any] = told.get("$defs", {})
    return defined | {"Problem": PROBLEM}


def _ref(name: str) -> dict[str, str]:
    return {"$ref": SCHEMAS.format(model=name)}


def _parameter(rule: Any, name: str) -> dict[str, Any]:
    schema = {"type": "string"}
    if f"<uuid:{name}>" in rule.rule:
        schema["format"] = "uuid"
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _key() -> dict[str, Any]:
    schema = {"type": "string", "minLength": 1, "maxLength": 255}
    return {"name": "Idempotency-Key", "in": "header", "required": True, "schema": schema}


def _bearer() -> dict[str, Any]:
    return {"token": {"type": "http", "scheme": "bearer"}}
