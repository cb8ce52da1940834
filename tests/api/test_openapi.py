"""The description of the interfaces, held against OpenAPI 3.1 and against the routes."""

import json
import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from portal.api.document import document as document_of
from portal.api.openapi import Sample
from portal.interfaces.described import QUESTIONS
from portal.registry.bundles import MOST_PACKED
from portal.registry.uploads.domain import look
from portal.webhooks.domain import KINDS
from tests.api.contract import check

METHODS = {"get", "put", "post", "delete", "options", "head", "patch", "trace"}
JSON = {"application/json", "application/problem+json"}
PATH = "/api/v1/provider/openapi.json"


@pytest.fixture
def document(client):
    return client.get(PATH).get_json()


def contents(part):
    return part.get("content", {}).items()


def hoped(operation):
    """The answer that a call hopes for."""
    return next(told for status, told in operation["responses"].items() if status < "3")


def operations(document):
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield path, method, operation


def walk(value):
    yield value
    children = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    )
    for child in children:
        yield from walk(child)


def test_it_says_what_it_is(document):
    assert re.fullmatch(r"3\.1\.\d+", document["openapi"])
    assert {"title", "version"} <= document["info"].keys()
    assert document["servers"][0]["url"].startswith("http")
    assert set(document) <= {
        "openapi",
        "info",
        "servers",
        "paths",
        "components",
        "webhooks",
        "externalDocs",
    }


@pytest.mark.parametrize("area", ["provider", "citizen"])
def test_an_independent_validator_finds_no_fault(client, area):
    """openapi-spec-validator holds it against OpenAPI 3.1, and JSON Schema 2020-12."""
    told = client.get(f"/api/v1/{area}/openapi.json").get_json()
    assert [error.message for error in OpenAPIV31SpecValidator(told).iter_errors()] == []


@pytest.mark.parametrize("area", ["provider", "citizen"])
def test_every_operation_is_whole(client, area):
    told = client.get(f"/api/v1/{area}/openapi.json").get_json()
    for path, method, operation in operations(told):
        where = f"{method} {path}"
        assert len(operation["description"]) > 20, where
        assert all(one["description"] for one in operation["parameters"]), where
        for kind, content in contents(operation.get("requestBody", {})):
            assert {"example", "examples"} & content.keys(), (where, kind)
        for status, response in operation["responses"].items():
            for kind, content in contents(response):
                given = {"example", "examples"} & content.keys()
                assert given or status == "default" or kind not in JSON, (where, status)
        needed = {"401", "403", "429", "500", "503"}
        assert needed <= operation["responses"].keys(), where
        assert {"RateLimit", "RateLimit-Policy"} <= hoped(operation)["headers"].keys()


@pytest.mark.parametrize("area", ["provider", "citizen"])
def test_every_example_fits_its_schema(client, area):
    told = client.get(f"/api/v1/{area}/openapi.json").get_json()
    checked = 0
    for one in walk(told):
        if isinstance(one, dict) and "schema" in one and {"example", "examples"} & one.keys():
            examples = [value["value"] for value in one.get("examples", {}).values()]
            for example in examples + ([one["example"]] if "example" in one else []):
                check(told, one["schema"], example)
                checked += 1
    assert checked > 10


def test_the_console_puts_in_the_readers_own_service(app):
    own = Sample("power", "new-connection", 7, {"load": 3}, ("proof",))
    told = document_of(app, "provider", "https://example.org", own)
    for hook in told["webhooks"].values():
        content = hook["post"]["requestBody"]["content"]["application/json"]
        check(told, content["schema"], content["example"])
    assert "income" not in json.dumps(told["webhooks"])
    assert '"service": "power/new-connection"' in json.dumps(told["webhooks"])


def test_a_manifest_is_described_in_each_kind_with_its_limit(document):
    sent = document["paths"]["/api/v1/provider/manifest"]["put"]["requestBody"]
    kinds = {"application/yaml", "application/json", "application/zip"}
    assert sent["content"].keys() == kinds
    assert "262,144 bytes" in sent["description"]
    assert "1,000,000" in sent["description"]
    assert sent["content"]["application/zip"]["schema"]["maxLength"] == MOST_PACKED
    read = document["paths"]["/api/v1/provider/manifest"]["get"]["responses"]["200"]
    assert read["content"].keys() == kinds


@pytest.mark.parametrize("kind", ["yaml", "json"])
def test_the_example_of_a_manifest_is_one(document, kind):
    sent = document["paths"]["/api/v1/provider/manifest"]["put"]["requestBody"]["content"]
    example = sent[f"application/{kind}"]["example"]
    text = example if kind == "yaml" else json.dumps(example)
    assert look(text.encode(), kind).provider.slug == "revenue"


def test_every_type_of_message_is_described(document):
    told = set(document["webhooks"])
    assert {name for name in told if not name.startswith("interface.")} == set(KINDS)


def test_every_question_to_an_interface_is_described_with_its_answer(document):
    asked = {
        name: one["post"] for name, one in document["webhooks"].items() if "interface." in name
    }
    assert asked.keys() == {f"interface.{name}" for name in QUESTIONS}
    for one in asked.values():
        assert one["responses"].keys() == {"200", "default"}
        assert one["responses"]["200"]["content"]


def test_every_route_that_takes_a_token_is_described(app, document):
    routes = {
        (re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule), method.lower())
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/provider/")
        and app.view_functions[rule.endpoint].access.kind == "program"
        for method in rule.methods - {"HEAD", "OPTIONS"}
    }
    assert {(path, method) for path, method, _ in operations(document)} == routes


def test_paths_and_methods_are_well_formed(document):
    for path, method, _ in operations(document):
        assert path.startswith("/")
        assert method in METHODS


def test_path_parameters_are_those_of_the_path(document):
    for path, _, operation in operations(document):
        told = {one["name"] for one in operation["parameters"] if one["in"] == "path"}
        assert told == set(re.findall(r"{(\w+)}", path))
        assert all(one["required"] for one in operation["parameters"] if one["in"] == "path")
        names = [(one["in"], one["name"]) for one in operation["parameters"]]
        assert len(names) == len(set(names))


def test_every_operation_has_its_own_id_and_its_answers(document):
    ids = [operation["operationId"] for _, _, operation in operations(document)]
    assert len(ids) == len(set(ids))
    for _, _, operation in operations(document):
        assert operation["summary"]
        assert any(code.startswith("2") for code in operation["responses"])
        assert "application/problem+json" in operation["responses"]["default"]["content"]
        assert all(response["description"] for response in operation["responses"].values())


def test_every_reference_leads_somewhere(document):
    references = {one["$ref"] for one in walk(document) if isinstance(one, dict) and "$ref" in one}
    assert references
    for reference in references:
        found = document
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]
        assert isinstance(found, dict)


def test_what_needs_a_token_says_so(document):
    schemes = document["components"]["securitySchemes"]
    for _, _, operation in operations(document):
        assert operation["security"]
        assert all(set(one) <= set(schemes) for one in operation["security"])


def test_changes_ask_for_a_key_and_a_body(document):
    for _, method, operation in operations(document):
        keys = [one for one in operation["parameters"] if one["name"] == "Idempotency-Key"]
        assert bool(keys) is (method in ("post", "put"))
        assert "requestBody" not in operation or method in ("post", "put")


def test_schemas_are_of_known_kinds(document):
    kinds = {"object", "array", "string", "integer", "number", "boolean", "null"}
    for one in walk(document["components"]["schemas"]):
        if isinstance(one, dict) and isinstance(one.get("type"), str):
            assert one["type"] in kinds


@pytest.mark.parametrize("area", ["nothing", "statistics", "%00"])
def test_an_area_without_an_interface_is_not_found(client, area):
    assert client.get(f"/api/v1/{area}/openapi.json").status_code == 404
