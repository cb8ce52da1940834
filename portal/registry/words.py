"""Text in the languages of the portal, and where it stands in a value. No catalogue is read."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pydantic
from pydantic_core import PydanticCustomError

LANGUAGES = ("en", "pa", "pa_Arab", "hi", "ur")
# The context of values that people wrote: they name languages, and nothing of ours.
AS_WRITTEN = "as written"
BARE = 'Words cannot be translated as a bare string: write _("{text}").'


class Words(pydantic.BaseModel):
    """One text in every language.

    `_("Land")` gives words that wait for the provider's catalogue: they know English only.
    `{"en": "Land", "pa": "ਜ਼ਮੀਨ", …}` gives words that are complete as they stand.
    """

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")

    texts: dict[str, str]
    msgid: str | None = pydantic.Field(default=None, exclude=True, repr=False)

    @pydantic.model_validator(mode="before")
    @classmethod
    def _from_languages(cls, given: Any, info: pydantic.ValidationInfo) -> Any:
        if isinstance(given, str):
            raise PydanticCustomError("bare_words", BARE, {"text": given})
        written = info.context == AS_WRITTEN
        if isinstance(given, Mapping) and (written or "texts" not in given):
            return {"texts": given}
        return given

    @pydantic.field_validator("texts")
    @classmethod
    def _known_languages(cls, texts: dict[str, str]) -> dict[str, str]:
        strange = sorted(set(texts) - set(LANGUAGES))
        if strange:
            raise ValueError(f"{strange[0]} is not a language here: use {', '.join(LANGUAGES)}.")
        kept = {code: texts[code].strip() for code in LANGUAGES if texts.get(code, "").strip()}
        if "en" not in kept:
            raise ValueError("Words need an English text; the other languages fall back to it.")
        return kept

    @pydantic.model_serializer
    def _as_languages(self) -> dict[str, str]:
        return self.texts

    def __hash__(self) -> int:
        return hash(tuple(self.texts.items()))

    def say(self, code: str) -> str:
        """The text in a language; in English if that language has none."""
        return self.texts.get(code) or self.texts["en"]

    def missing(self) -> tuple[str, ...]:
        return tuple(code for code in LANGUAGES if code not in self.texts)


def _(msgid: str) -> Words:
    """Mark an English text for translation; the provider's own catalogues give the rest."""
    return Words(texts={"en": msgid}, msgid=msgid)


def words_in(value: Any, place: str = "") -> Iterator[tuple[str, Words]]:
    """Every text that stands in a value, with its place: `form.steps.you.fields.born.label`."""
    if isinstance(value, Words):
        yield place, value
        return
    for name, part in _parts(value):
        yield from words_in(part, f"{place}.{name}" if place else name)


def replace_words(value: Any, say: Callable[[Words], Words]) -> Any:
    """The same value with every text replaced."""
    if isinstance(value, Words):
        return say(value)
    if isinstance(value, pydantic.BaseModel):
        parts = {name: replace_words(part, say) for name, part in value}
        return value.model_copy(update=parts)
    if isinstance(value, tuple):
        parts_of = [replace_words(part, say) for part in value]
        return type(value)(*parts_of) if hasattr(value, "_fields") else tuple(parts_of)
    if isinstance(value, dict):
        return {name: replace_words(part, say) for name, part in value.items()}
    return value


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, pydantic.BaseModel):
        yield from value
    elif isinstance(value, Mapping):
        yield from value.items()
    elif hasattr(value, "_fields"):
        yield from zip(value._fields, value, strict=True)
    elif isinstance(value, tuple):
        yield from ((_called(part, number), part) for number, part in enumerate(value, 1))


def _called(part: Any, number: int) -> str:
    """What people call an item of a list: its slug or name, else its number."""
    for key in ("slug", "name"):
        called = getattr(part, key, None)
        if isinstance(called, str):
            return called
    return str(number)
