"""What an operator declares of a company: its addresses, the names of its fields, how it signs.

Companies of this kind have a page that a signed form leads to, send a signed notice when something
happened, and answer a question about an order. They differ in names, and names are no program.
"""

from collections.abc import Iterator, Mapping
from string import Formatter
from typing import Any, Literal, Self
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from payments.gateway import DisputeStatus, Method, RefundStatus, Status

# What a field of ours may be filled with.
OF_AN_ORDER = frozenset(
    (
        *("merchant", "reference", "amount", "minor", "currency", "title", "language"),
        *("return_url", "notice_url", "expires"),
    )
)
OF_A_REFUND = OF_AN_ORDER | {"refund"}
STATUSES = frozenset(status.value for status in Status if status is not Status.DISPUTED)
REFUNDS = frozenset(status.value for status in RefundStatus)


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Signing(Part):
    """A keyed hash over values: those that a message lists, else all, by name, that say something.

    `pairs` writes name=value instead of the value alone; `key_first` puts the key before them.
    """

    hash: Literal["hmac-sha256", "hmac-sha512"]
    field: str = Field(min_length=1)
    separator: str = "|"
    write: Literal["values", "pairs"] = "values"
    letters: Literal["lower", "upper", "base64"] = "lower"
    key_first: bool = False


class Message(Part):
    """What we send: where to, which fields, and which of them are signed, in which order."""

    url: str
    fields: Mapping[str, str]
    over: tuple[str, ...] | None = None

    @field_validator("url")
    @classmethod
    def _is_an_address(cls, value: str) -> str:
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.query:
            raise ValueError("it must be an address such as https://pay.example.org/start")
        return value

    def holding(self, name: str) -> Iterator[str]:
        """The fields that are filled with this."""
        return (field for field, text in self.fields.items() if name in places(text))


class Answer(Part):
    """How it speaks of an order: its names for what we ask, and its words for how that stands."""

    order: str
    status: str
    number: str
    amount: str
    currency: str | None = None
    code: str | None = None
    counts_in: Literal["units", "minor"] = "units"
    words: Mapping[str, str]
    disputes: Mapping[str, DisputeStatus] = {}

    @field_validator("words")
    @classmethod
    def _are_states(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        if strange := sorted(set(value.values()) - STATUSES):
            raise ValueError(f"{strange[0]} is none of {', '.join(sorted(STATUSES))}")
        if Status.SUCCEEDED not in value.values():
            raise ValueError("it must say which word means succeeded")
        return value


class NoticeForm(Part):
    """What it sends us. `time` names the field that says when; `format`: unix, or as strptime."""

    over: tuple[str, ...] | None = None
    time: str | None = None
    format: str = "unix"


class Return(Part):
    """How money is asked back, and what is said of that."""

    ask: Message
    number: str
    status: str
    words: Mapping[str, str]
    code: str | None = None

    @field_validator("words")
    @classmethod
    def _are_states(cls, value: Mapping[str, str]) -> Mapping[str, str]:
        if strange := sorted(set(value.values()) - REFUNDS):
            raise ValueError(f"{strange[0]} is none of {', '.join(sorted(REFUNDS))}")
        return value


class Company(Part):
    """All of it. `test` says that no real money moves; it must fit where the portal runs.

    `capture` is how a company that only holds the money at first is asked to take it.
    """

    merchant: str = Field(min_length=1)
    key: str = Field(min_length=16)
    currencies: tuple[str, ...] = Field(min_length=1)
    sends: Literal["form", "json"] = "form"
    zone: str = "UTC"
    test: bool = False
    sign: Signing
    start: Message
    query: Message
    answer: Answer
    notice: NoticeForm = NoticeForm()
    methods: tuple[Method, ...] = Field(default=(Method.CARD,), min_length=1)
    capture: Message | None = None
    refund: Return | None = None

    @field_validator("zone")
    @classmethod
    def _is_a_zone(cls, value: str) -> str:
        try:
            ZoneInfo(value)
        except (KeyError, OSError, ValueError) as error:
            raise ValueError("it must be a time zone such as Asia/Kolkata") from error
        return value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for sentence in self._faults():
            raise ValueError(sentence)
        return self

    def messages(self) -> Mapping[str, Message]:
        asked = {"start": self.start, "query": self.query}
        if self.capture:
            asked["capture"] = self.capture
        return asked | ({"refund": self.refund.ask} if self.refund else {})

    def _faults(self) -> Iterator[str]:
        if self.answer.currency is None and len(self.currencies) > 1:
            yield "answer.currency is needed where more than one currency is taken"
        for name, message in self.messages().items():
            yield from self._faults_of(name, message)
        for word in ("amount", "minor"):
            if any(self.start.holding(word)):
                break
        else:
            yield "start has no field with {amount} or {minor}"
        if both := sorted(set(self.answer.words) & set(self.answer.disputes)):
            yield f"answer.words and answer.disputes both have {both[0]}"
        if Status.AUTHORISED in self.answer.words.values() and self.capture is None:
            yield "a word means authorised, so capture must say how the money is asked for"
        signed = self.notice.over
        needed = {self.answer.order, self.answer.status}
        if signed is not None and not needed <= set(signed):
            yield "notice.over must name the fields of the order and of its status"

    def _faults_of(self, name: str, message: Message) -> Iterator[str]:
        known = OF_A_REFUND if name == "refund" else OF_AN_ORDER
        for field, text in message.fields.items():
            if strange := sorted(places(text) - known):
                yield f"{name}.{field} asks for {{{strange[0]}}}, which nobody fills in"
        if not any(message.holding("reference")):
            yield f"{name} has no field with {{reference}}"
        if name == "refund" and not any(message.holding("refund")):
            yield "refund has no field with {refund}, so that it could be given back twice"
        yield from self._unsigned_of(name, message)

    def _unsigned_of(self, name: str, message: Message) -> Iterator[str]:
        if message.over is None:
            return
        if missing := set(message.over) - set(message.fields):
            yield f"{name}.over names {min(missing)}, which is none of its fields"
        for word in ("reference", "amount", "minor", "refund"):
            for field in message.holding(word):
                if field not in message.over:
                    yield f"{name}.over leaves {field} out, so that anybody could change it"


def places(text: str) -> set[str]:
    """The names in braces. Raises ValueError for braces that do not close."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def field_of(told: Mapping[str, Any], name: str) -> str:
    """A member by its name, or by its way through members: `data.order.id`. Raises KeyError."""
    found: Any = told
    for part in name.split("."):
        found = found[part]
    if isinstance(found, bool) or not isinstance(found, str | int):
        raise KeyError(name)
    return str(found)
