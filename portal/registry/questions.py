"""The form that a service declares: steps, and the kinds of question. No web and no answers."""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, NamedTuple, Protocol, TypeVar

import pydantic
from pydantic_core import PydanticCustomError

from portal.registry.words import Words


def _iso_day(given: Any) -> Any:
    """Numbers are no days, although pydantic counts seconds; nor are days with an hour."""
    if isinstance(given, str) and ISO_DAY.match(given):
        return given
    if type(given) is not date:
        raise ValueError("Write a day such as 2026-01-26.")
    return given


ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
IsoDay = Annotated[date, pydantic.BeforeValidator(_iso_day)]
# A count is a number as it stands: neither true nor "15".
Whole = Annotated[int, pydantic.Strict()]
# Written out, no number may fill a page: "1e999999999" is short only in this form.
Number = Annotated[Decimal, pydantic.Field(max_digits=24)]
Personal = Literal["none", "personal", "sensitive", "identity"]
Day = Literal["today"] | IsoDay
# "2026-04", or the month that it is today.
Month = Literal["today"] | Annotated[str, pydantic.Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
Init = TypeVar("Init", bound=Callable[..., None])
Kind = TypeVar("Kind")
Kind_co = TypeVar("Kind_co", covariant=True)


def by_position(init: Init) -> Init:
    """Mark an `__init__` that only lets fields be given by position.

    Values that are read from JSON then go straight to the fields, and errors keep their place.
    """
    vars(init)["__pydantic_base_init__"] = True
    return init


class Frozen(pydantic.BaseModel):
    """A declared value: never changes, and refuses what it does not know."""

    model_config = pydantic.ConfigDict(frozen=True, extra="forbid")


class Check(NamedTuple):
    """A rule that an answer must meet, and what to say when it does not."""

    rule: str
    message: Words


class Question(Frozen):
    """What all kinds have in common. `when` and `valid` hold rule text; `prefill` is a path."""

    name: str
    label: Words
    hint: Words | None = None
    required: bool = True
    when: str | None = None
    valid: Check | None = None
    prefill: str | None = None
    never_prefill: bool = False
    personal: Personal = "personal"
    purpose: Words | None = None


def _hook_path(given: str) -> str:
    if not HOOK_PATH.fullmatch(given) or len(given) > LONGEST_PATH:
        raise ValueError("Write a path such as /fees, without an address before it.")
    return given


HOOK_PATH, LONGEST_PATH = re.compile(r"(/[A-Za-z0-9_-]+)+"), 100
# A place under the address of a provider's own interface.
HookPath = Annotated[str, pydantic.AfterValidator(_hook_path)]


class LookUp(Frozen):
    """What the provider knows of an answer; a button fetches it while the form is filled in.

    `fills` says which question of the same step each member of its answer fills, such as
    `{"holder": "owner_name"}`. `path` is where the provider's interface is asked; a package may
    answer by its `look_up` hook instead.
    """

    fills: dict[str, str]
    path: HookPath | None = None


class TextField(Question):
    """`pattern` is an RE2 expression for the whole answer; `pattern_message` says what it asks."""

    kind: Literal["text"] = "text"
    min_length: Whole = 0
    max_length: Whole = 200
    pattern: str | None = None
    pattern_message: Words | None = None
    look_up: LookUp | None = None


class LongTextField(Question):
    kind: Literal["long_text"] = "long_text"
    min_length: Whole = 0
    max_length: Whole = 2000


class NameField(Question):
    kind: Literal["name"] = "name"


class PhoneField(Question):
    kind: Literal["phone"] = "phone"


class EmailField(Question):
    kind: Literal["email"] = "email"


class IntegerField(Question):
    kind: Literal["integer"] = "integer"
    at_least: Whole | None = None
    at_most: Whole | None = None
    unit: Words | None = None


class DecimalField(Question):
    kind: Literal["decimal"] = "decimal"
    at_least: Number | None = None
    at_most: Number | None = None
    places: Whole = 2
    unit: Words | None = None


class MoneyField(Question):
    kind: Literal["money"] = "money"
    currency: str = "INR"
    at_least: Number | None = None
    at_most: Number | None = None


class DateField(Question):
    kind: Literal["date"] = "date"
    not_before: Day | None = None
    not_after: Day | None = None


class MonthField(Question):
    kind: Literal["month"] = "month"
    not_before: Month | None = None
    not_after: Month | None = None


class YesNoField(Question):
    kind: Literal["yes_no"] = "yes_no"


def _of_pairs(given: Iterable[Any]) -> dict[str, Any]:
    options: dict[str, Any] = {}
    for number, pair in enumerate(given, 1):
        if not isinstance(pair, Mapping) or set(pair) != {"code", "label"}:
            raise _option_fault(number, "An option has a code and a label, and nothing else.")
        code = pair["code"]
        if not isinstance(code, str):
            raise _option_fault(number, "A code is text. Put it in quotes.")
        if code in options:
            raise _option_fault(number, f"Two options have the code {code}. Rename one.")
        options[code] = pair["label"]
    return options


def _option_fault(number: int, sentence: str) -> PydanticCustomError:
    """`number` counts from 1; readers of manifests look for the line of that option."""
    return PydanticCustomError("option", "{sentence}", {"number": number, "sentence": sentence})


class _Options(Question):
    """Codes and their words, in the order of the page; kept as a list of pairs in JSON."""

    options: dict[str, Words]

    @pydantic.field_validator("options", mode="before")
    @classmethod
    def _from_pairs(cls, given: Any) -> Any:
        return _of_pairs(given) if isinstance(given, list | tuple) else given

    @pydantic.field_serializer("options")
    def _as_pairs(self, options: Mapping[str, Words]) -> list[dict[str, Any]]:
        return [{"code": code, "label": words.texts} for code, words in options.items()]


class ChoiceField(_Options):
    kind: Literal["choice"] = "choice"


class ChoicesField(_Options):
    """`at_least` and `at_most` count the options that are chosen."""

    kind: Literal["choices"] = "choices"
    at_least: Whole = 0
    at_most: Whole | None = None


class NationalIdField(Question):
    kind: Literal["national_id"] = "national_id"
    scheme: Literal["aadhaar", "cnic"] = "aadhaar"
    personal: Personal = "identity"


class AddressField(Question):
    kind: Literal["address"] = "address"


class LocationField(Question):
    """A place: the position of the device, asked for on a press, or an area, and words for it."""

    kind: Literal["location"] = "location"


class Document(Question):
    """A file that the person uploads; `most_bytes` counts the file as it is sent."""

    kind: Literal["document"] = "document"
    accepts: tuple[str, ...] = ("pdf", "jpeg", "png")
    most_bytes: Whole = 10_000_000

    @by_position
    def __init__(self, name: str, label: Words, **more: Any) -> None:
        pydantic.BaseModel.__init__(self, name=name, label=label, **more)


class Photo(Question):
    """A picture, taken with the camera or chosen; `most_bytes` counts it as it is sent."""

    kind: Literal["photo"] = "photo"
    accepts: tuple[str, ...] = ("jpeg", "png")
    most_bytes: Whole = 10_000_000


class Audio(Question):
    """Speech, recorded on the page or chosen as a file; it is kept as MP3."""

    kind: Literal["audio"] = "audio"
    most_seconds: Whole = 180
    most_bytes: Whole = 20_000_000


class Declaration(Question):
    """A statement that the person makes by ticking it: nobody ticks it for them."""

    kind: Literal["declaration"] = "declaration"
    never_prefill: bool = True
    personal: Personal = "none"

    @by_position
    def __init__(self, name: str, label: Words, **more: Any) -> None:
        pydantic.BaseModel.__init__(self, name=name, label=label, **more)


class Notice(Question):
    """Words to read, with nothing to answer."""

    kind: Literal["notice"] = "notice"
    tone: Literal["info", "warn"] = "info"
    required: bool = False
    personal: Personal = "none"

    @by_position
    def __init__(self, name: str, label: Words, **more: Any) -> None:
        pydantic.BaseModel.__init__(self, name=name, label=label, **more)


class Computed(Question):
    """What `rule` works out from the answers above it; `gives` is the kind of its answer."""

    kind: Literal["computed"] = "computed"
    rule: str
    gives: Literal["integer", "decimal", "money", "date", "text", "yes_no"] = "decimal"
    unit: Words | None = None
    required: bool = False


GroupedField = Annotated[
    TextField
    | LongTextField
    | IntegerField
    | DecimalField
    | MoneyField
    | DateField
    | MonthField
    | YesNoField
    | ChoiceField
    | ChoicesField
    | PhoneField
    | EmailField
    | NameField
    | NationalIdField
    | AddressField
    | LocationField
    | Document
    | Photo
    | Audio
    | Declaration
    | Computed
    | Notice,
    pydantic.Field(discriminator="kind"),
]


class Group(Question):
    """The same questions for each of several things, such as partners.

    `item` is the word for one of them. There are `at_least` to `at_most` of them; names of
    questions are not used again elsewhere in the form. A rule reads them as a list of records.
    """

    kind: Literal["group"] = "group"
    item: Words
    fields: tuple[GroupedField, ...]
    at_least: Whole = 1
    at_most: Whole = 10

    @by_position
    def __init__(self, name: str, label: Words, *fields: Question, **more: Any) -> None:
        more = {"fields": fields, **more}
        pydantic.BaseModel.__init__(self, name=name, label=label, **more)


AnyField = Annotated[GroupedField | Group, pydantic.Field(discriminator="kind")]


class Ask(Protocol[Kind_co]):
    """How a provider writes a question. `more` holds what only this kind knows."""

    def __call__(  # noqa: PLR0913 - one for each thing that a question may say
        self,
        name: str,
        label: Words,
        *,
        hint: Words | None = None,
        required: bool = True,
        when: str | None = None,
        valid: tuple[str, Words] | None = None,
        prefill: str | None = None,
        purpose: Words | None = None,
        **more: Any,
    ) -> Kind_co: ...


class AskChoice(Protocol[Kind_co]):
    """The same with its options: codes and their words."""

    def __call__(
        self, name: str, label: Words, options: Mapping[str, Words], **more: Any
    ) -> Kind_co: ...


class AskGroup(Protocol[Kind_co]):
    """The questions of one row follow the words."""

    def __call__(
        self, name: str, label: Words, *fields: Question, item: Words, **more: Any
    ) -> Kind_co: ...


def _ask(kind: Callable[..., Kind]) -> Ask[Kind]:
    def ask(name: str, label: Words, **more: Any) -> Kind:
        return kind(name=name, label=label, **more)

    return ask


def _ask_choice(kind: Callable[..., Kind]) -> AskChoice[Kind]:
    def ask(name: str, label: Words, options: Mapping[str, Words], **more: Any) -> Kind:
        return kind(name=name, label=label, options=options, **more)

    return ask


def _ask_group(name: str, label: Words, *fields: Question, item: Words, **more: Any) -> Group:
    return Group(name, label, *fields, item=item, **more)


class Field:
    """The kinds of question by the names that providers write: `Field.name("who", _("…"))`."""

    text = _ask(TextField)
    long_text = _ask(LongTextField)
    integer = _ask(IntegerField)
    decimal = _ask(DecimalField)
    money = _ask(MoneyField)
    date = _ask(DateField)
    month = _ask(MonthField)
    yes_no = _ask(YesNoField)
    choice = _ask_choice(ChoiceField)
    choices = _ask_choice(ChoicesField)
    phone = _ask(PhoneField)
    email = _ask(EmailField)
    name = _ask(NameField)
    national_id = _ask(NationalIdField)
    address = _ask(AddressField)
    location = _ask(LocationField)
    photo = _ask(Photo)
    audio = _ask(Audio)
    group: AskGroup[Group] = staticmethod(_ask_group)
    computed = _ask(Computed)
    document = _ask(Document)
    declaration = _ask(Declaration)
    notice = _ask(Notice)


class Step(Frozen):
    """One page of questions: `Step(_("The place"), Field.address(…), …, slug="place")`.

    Without a slug, the English title makes one.
    """

    slug: str
    title: Words
    hint: Words | None = None
    when: str | None = None
    fields: tuple[AnyField, ...] = ()

    @by_position
    def __init__(self, title: Words, *fields: Question, **more: Any) -> None:
        pydantic.BaseModel.__init__(self, **{"fields": fields, **more}, title=title)

    @pydantic.model_validator(mode="before")
    @classmethod
    def _slug_from_title(cls, given: Any) -> Any:
        if not isinstance(given, Mapping) or given.get("slug"):
            return given
        title = given.get("title")
        texts = title.texts if isinstance(title, Words) else title
        english = texts.get("en") if isinstance(texts, Mapping) else None
        slug = re.sub(r"[^a-z0-9]+", "-", str(english or "").lower()).strip("-")
        return {**given, "slug": slug or "step"}


class Form(Frozen):
    """All that a service asks: `Form(Step(…), Step(…))`."""

    steps: tuple[Step, ...] = ()

    @by_position
    def __init__(self, *steps: Step, **more: Any) -> None:
        pydantic.BaseModel.__init__(self, **{"steps": steps, **more})

    @property
    def fields(self) -> tuple[AnyField, ...]:
        return tuple(field for step in self.steps for field in step.fields)

    def field(self, name: str) -> AnyField | None:
        return next((field for field in self.fields if field.name == name), None)

    def step(self, slug: str) -> Step | None:
        return next((step for step in self.steps if step.slug == slug), None)
