"""What a manifest is, for the description of the interface: schemas, limits, an example."""

from typing import Any

import yaml  # type: ignore[import-untyped]

from portal.api.openapi import Sample
from portal.registry.bundles import MOST_PACKED
from portal.registry.manifest_text import MOST_BYTES
from portal.registry.uploads.domain import MEDIA
from portal.registry.words import LANGUAGES

NAMED = ("slug", "name", "kind", "area", "summary", "fulfilment", "grievance_officer")
WORDS = {
    "type": "object",
    "required": ["en"],
    "propertyNames": {"enum": [*LANGUAGES]},
    "additionalProperties": {"type": "string"},
}
MANIFEST = {
    "type": "object",
    "description": "All that a manifest may hold stands in docs/writing-a-provider.md.",
    "required": [*NAMED],
    "properties": {
        "contract": {"const": 1},
        "version": {
            "type": "integer",
            "minimum": 1,
            "description": "grows where uploads are signed",
        },
        "slug": {"type": "string", "description": "your own provider's"},
        "name": WORDS,
        "summary": WORDS,
        "kind": {"type": "string"},
        "area": {"type": "string"},
        "fulfilment": {"type": "object"},
        "grievance_officer": {"type": "object"},
        "services": {"type": "array", "items": {"type": "object"}},
        "inherits": {"type": "array", "items": {"type": "object"}},
    },
    "additionalProperties": True,
}
SCHEMAS = {
    MEDIA["yaml"]: {
        "type": "string",
        "contentMediaType": MEDIA["yaml"],
        "maxLength": MOST_BYTES,
        "description": "the same members as in JSON, with neither aliases nor tags",
    },
    MEDIA["json"]: MANIFEST,
    MEDIA["bundle"]: {
        "type": "string",
        "contentMediaType": MEDIA["bundle"],
        "maxLength": MOST_PACKED,
        "description": "a zip with provider.yaml or provider.json at its top, and if you like"
        " icon.png, catalogues of translations, README.md and signature",
    },
}
LIMIT = f"A manifest has {MOST_BYTES:,} bytes at most, a bundle {MOST_PACKED:,}."
NAMES = ("Town of Kotli", "ਕੋਟਲੀ ਨਗਰ", "کوٹلی نگر", "कोटली नगर", "قصبہ کوٹلی")
SUMMARIES = (
    "Licences of the town.",
    "ਨਗਰ ਦੇ ਲਾਇਸੈਂਸ।",
    "نگر دے لائسنس۔",
    "नगर के लाइसेंस।",
    "قصبے کے لائسنس۔",
)
OFFICERS = (
    "Executive officer",
    "ਕਾਰਜ ਸਾਧਕ ਅਫ਼ਸਰ",
    "کارج سادھک افسر",
    "कार्यकारी अधिकारी",
    "انتظامی افسر",
)
AS_BUNDLE = "(the bytes of a zip file with provider.yaml in it)"


def as_json(sample: Sample) -> dict[str, Any]:
    """A small town that gives a licence which another provider defines."""
    return {
        "contract": 1,
        "version": 1,
        "slug": sample.provider,
        "name": _in(NAMES),
        "kind": "local_body",
        "area": "IN-PB",
        "summary": _in(SUMMARIES),
        "fulfilment": {"kind": "webhook"},
        "grievance_officer": {"post": _in(OFFICERS)},
        "inherits": [{"service": "municipal/trade-licence", "promise": 10}],
    }


def as_yaml(sample: Sample) -> str:
    text: str = yaml.safe_dump(as_json(sample), allow_unicode=True, sort_keys=False)
    return text


def _in(texts: tuple[str, ...]) -> dict[str, str]:
    return dict(zip(("en", "pa", "pa_Arab", "hi", "ur"), texts, strict=True))
