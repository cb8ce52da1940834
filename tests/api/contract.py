"""Holding what is said and sent against the document, by an independent reader of JSON Schema."""

from jsonschema import Draft202012Validator, FormatChecker


def closed(value):
    """The same schemas, with no member more than they name."""
    if isinstance(value, list):
        return [closed(one) for one in value]
    if not isinstance(value, dict):
        return value
    told = {name: closed(one) for name, one in value.items()}
    if "properties" in told and "additionalProperties" not in told and told.get("type") == "object":
        told["additionalProperties"] = False
    return told


def check(document, schema, value):
    """Raises ValidationError when the value does not fit, or has a member that is not named."""
    whole = closed(schema) | {"components": closed(document["components"])}
    Draft202012Validator(whole, format_checker=FormatChecker()).validate(value)


def response_of(document, path, method, status):
    """What the document says of one answer, with its references led home."""
    told = document["paths"][path][method]["responses"][str(status)]
    return told, next(iter(told.get("content", {"": {}}).values()))
