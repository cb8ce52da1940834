"""Parts of an OpenAPI document that are the same everywhere: headers, problems, ways in."""

from collections.abc import Mapping
from typing import Any

PROBLEM = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {
            "type": "string",
            "format": "uri",
            "description": "which problem it is; leads to the section that explains it",
        },
        "title": {"type": "string", "description": "the problem in a few words, always the same"},
        "status": {"type": "integer", "description": "the status code once more"},
        "detail": {"type": "string", "description": "a sentence that says what to do"},
        "instance": {
            "type": "string",
            "description": "the incident; the operator finds it in the log, and you in Calls",
        },
        "errors": {
            "type": "array",
            "description": "each place of the body that is wrong",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {
                    "pointer": {"type": "string", "description": "a JSON pointer into the body"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
LIMITS = ("RateLimit-Policy", "RateLimit")


def _header(description: str, example: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}, "example": example}


HEADERS: Mapping[str, dict[str, Any]] = {
    "RateLimit-Policy": _header("How many calls (q) in so many seconds (w)", '"minute";q=600;w=60'),
    "RateLimit": _header("How many are left (r), until when in seconds (t)", '"minute";r=599;t=42'),
    "Retry-After": _header("Seconds to wait before the next call", "17"),
    "ETag": _header("The state of what is read, for If-None-Match and If-Match", '"5f2c9a01"'),
    "Link": _header(
        "The address of the next page, while there is one (RFC 8288)",
        '</api/v1/provider/applications?after=PB-7K3M-9QXA>; rel="next"',
    ),
    "WWW-Authenticate": _header("How to come: with a bearer token", "Bearer"),
}


def headers(*names: str) -> dict[str, Any]:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def key() -> dict[str, Any]:
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "required": True,
        "description": "one for each change; the same again within 24 hours gets the same answer",
        "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        "example": "5f1d0a52-7d0c-4b6e-9d0b-2f0c8c1c7d11",
    }


def condition(name: str) -> dict[str, Any]:
    said = {
        "If-None-Match": "an ETag that you have: 304 without a body while it is the newest",
        "If-Match": "the ETag that you decided by: 412 if it stands otherwise by now",
    }
    return {
        "name": name,
        "in": "header",
        "required": False,
        "description": said[name],
        "schema": {"type": "string"},
        "example": '"5f2c9a01"',
    }


def schemes(base_url: str, area: str, scopes: Mapping[str, str]) -> dict[str, Any]:
    """A console token or client credentials for a provider; a person's own yes for citizens."""
    ends = {"tokenUrl": f"{base_url}/oauth/token", "scopes": dict(scopes)}
    if area == "citizen":
        asks = {"authorizationUrl": f"{base_url}/oauth/authorize", **ends}
        return {"oauth": {"type": "oauth2", "flows": {"authorizationCode": asks}}}
    token = {"type": "http", "scheme": "bearer", "description": "a token made in the console"}
    oauth = {
        "type": "oauth2",
        "description": "a program that is registered in the console, by client credentials",
        "flows": {"clientCredentials": ends},
    }
    return {"token": token, "oauth": oauth}
