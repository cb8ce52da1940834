"""The languages of the portal: codes (Babel's), tags (BCP 47, in addresses), names, directions."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

LANGUAGES = ("en", "pa", "pa_Arab", "hi", "ur")
NAMES = {"en": "English", "pa": "ਪੰਜਾਬੀ", "pa_Arab": "پنجابی", "hi": "हिन्दी", "ur": "اردو"}
TAGS = {code.replace("_", "-"): code for code in LANGUAGES}
RIGHT_TO_LEFT = {"pa_Arab", "ur"}

_spoken: ContextVar[str] = ContextVar("language", default="en")


def language() -> str:
    """The code of the language that this request or job speaks."""
    return _spoken.get()


def speak(code: str) -> None:
    """Speak this language from here to the end of the request."""
    _spoken.set(code)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    token = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(token)


def tag(code: str | None = None) -> str:
    return (code or language()).replace("_", "-")


def direction(code: str | None = None) -> str:
    return "rtl" if (code or language()) in RIGHT_TO_LEFT else "ltr"


def language_of_tag(text: str) -> str | None:
    """Our language for any BCP 47 tag.

    Babel's own negotiation turns pa-Arab and pa-PK into Gurmukhi and drops pnb, so we read the
    script and the region ourselves.
    """
    parts = text.strip().replace("_", "-").casefold().split("-")
    if parts[0] == "pnb" or (parts[0] == "pa" and {"arab", "pk"} & set(parts)):
        return "pa_Arab"
    return parts[0] if parts[0] in LANGUAGES else None


def language_wanted(accept: str) -> str:
    """The best of our languages for an Accept-Language header; English when none fits."""
    ranked = sorted(_ranges(accept), key=lambda pair: -pair[1])
    found = (language_of_tag(wanted) for wanted, weight in ranked if weight > 0)
    return next((code for code in found if code), "en")


def _ranges(accept: str) -> Iterator[tuple[str, float]]:
    for part in accept[:500].split(","):
        name, _, weight = part.partition(";q=")
        try:
            yield name, float(weight or 1)
        except ValueError:
            continue
