"""An OpenAPI document as a page shows it: operations, and the members of bodies in rows."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Json = Mapping[str, Any]
DEEPEST = 4
LIMITS = (
    ("minLength", "at least %s characters"),
    ("maxLength", "at most %s characters"),
    ("minItems", "at least %s"),
    ("maxItems", "at most %s"),
    ("minimum", "from %s"),
    ("maximum", "to %s"),
    ("pattern", "like %s"),
    ("default", "%s if left out"),
)


@dataclass(frozen=True)
class Member:
    """One member of a body, by its path; `kind` in words."""

    name: str
    kind: str
    required: bool
    description: str


@dataclass(frozen=True)
class Call:
    """One operation, or one kind of message."""

    anchor: str
    title: str
    told: Json
    takes: tuple[Member, ...]
    gives: tuple[Member, ...]

    @property
    def examples(self) -> list[tuple[str, str]]:
        """Of what is sent, by name; by media type where a body may be of several."""
        kinds = self.told.get("requestBody", {}).get("content", {})
        if len(kinds) > 1:
            return [(kind, _written(content["example"])) for kind, content in kinds.items()]
        content = _content(self.told.get("requestBody", {}))
        single = {"": {"value": content["example"]}} if "example" in content else {}
        told = content.get("examples", single)
        return [(name, _written(one["value"])) for name, one in told.items()]

    @property
    def answer(self) -> tuple[str, str] | None:
        """The status of the answer that is hoped for, and an example of it."""
        for status, response in self.told["responses"].items():
            content = _content(response)
            if status.startswith("2") and "example" in content:
                return status, _written(content["example"])
        return None

    @property
    def refusals(self) -> list[tuple[str, str, str]]:
        """Status, kind of problem and sentence of each answer that is not hoped for."""
        return [
            (status, one["value"]["type"].rpartition("#")[2], one["summary"])
            for status, response in self.told["responses"].items()
            for one in _content(response).get("examples", {}).values()
            if status[0] in "45"
        ]


def pieces(text: str) -> list[tuple[str, bool]]:
    """A sentence in pieces; what stands between backticks is code."""
    return [(piece, bool(at % 2)) for at, piece in enumerate(text.split("`")) if piece]


def calls(document: Json) -> list[Call]:
    return [
        _call(document, f"op-{told['operationId']}", f"{method.upper()} {path}", told)
        for path, methods in document["paths"].items()
        for method, told in methods.items()
    ]


def messages(document: Json) -> list[Call]:
    hooks = document.get("webhooks", {}).items()
    return [
        _call(document, f"hook-{name.replace('.', '-')}", name, one["post"]) for name, one in hooks
    ]


def _call(document: Json, anchor: str, title: str, told: Json) -> Call:
    takes = _content(told.get("requestBody", {})).get("schema", {})
    hoped = next(one for status, one in told["responses"].items() if status.startswith("2"))
    gives = _content(hoped).get("schema", {})
    return Call(anchor, title, told, _members(document, takes), _members(document, gives))


def _content(body: Json) -> Json:
    """Of the first media type."""
    found: Json = next(iter(body.get("content", {}).values()), {})
    return found


def _members(document: Json, schema: Json) -> tuple[Member, ...]:
    return tuple(_walk(document, schema, "", DEEPEST))


def _walk(document: Json, schema: Json, at: str, depth: int) -> Iterator[Member]:
    inner = _inner(document, schema)
    wanted = inner.get("required", [])
    for name, one in inner.get("properties", {}).items():
        said = one.get("description") or _resolved(document, one).get("description", "")
        yield Member(f"{at}{name}", _kind(document, one), name in wanted, said)
        if depth:
            yield from _walk(document, one, f"{at}{name}.", depth - 1)


def _inner(document: Json, schema: Json) -> Json:
    """The object that is inside: of a list its items, of a choice the one that is not null."""
    schema = _resolved(document, schema)
    if "items" in schema:
        return _inner(document, schema["items"])
    choices = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
    return _inner(document, choices[0]) if len(choices) == 1 else schema


def _kind(document: Json, schema: Json) -> str:
    schema = _resolved(document, schema)
    if "anyOf" in schema:
        return " or ".join(_kind(document, one) for one in schema["anyOf"])
    if "enum" in schema:
        return ", ".join(str(one) for one in schema["enum"])
    if "const" in schema:
        return str(schema["const"])
    if schema.get("type") == "array":
        return f"list of {_kind(document, schema.get('items', {}))}"
    limits = [said % schema[name] for name, said in LIMITS if schema.get(name) is not None]
    kind = schema.get("format") or schema.get("type") or "any"
    return ", ".join([kind, *limits])


def _resolved(document: Json, schema: Json) -> Json:
    while "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        schema = found
    return schema


def _written(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)
    return text.rstrip()
