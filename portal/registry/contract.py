"""The contract: all that a provider of public services declares. No discovery, no checks.

A value is written in Python by a package under `providers/`, or read from JSON of the same shape.
What can be said but makes no sense together is found by `portal.registry.conformance`.
"""

import datetime as dt
import hashlib
import json
from typing import Any, Literal

import pydantic

from portal.registry.meetings import Appointment, Hours, Office, Visit
from portal.registry.questions import (
    AddressField,
    AnyField,
    Audio,
    Check,
    ChoiceField,
    ChoicesField,
    Computed,
    DateField,
    DecimalField,
    Declaration,
    Document,
    EmailField,
    Field,
    Form,
    Frozen,
    Group,
    HookPath,
    IntegerField,
    IsoDay,
    LocationField,
    LongTextField,
    LookUp,
    MoneyField,
    MonthField,
    NameField,
    NationalIdField,
    Notice,
    Personal,
    PhoneField,
    Photo,
    Question,
    Step,
    TextField,
    Whole,
    YesNoField,
    by_position,
)
from portal.registry.stages import (
    AppealLevel,
    Escalation,
    Letter,
    Pause,
    Post,
    Reason,
    Stage,
    Workflow,
)
from portal.registry.tariffs import Exemption, LateFee, Rate, Rebate, Tariff
from portal.registry.words import LANGUAGES, Words, _

ProviderKind = Literal[
    "state_department", "central_department", "local_body", "agency", "utility", "private"
]
PaymentMoment = Literal["before", "with", "after"]
Channel = Literal["online", "counter", "service_centre"]
# What the provider itself is asked of an application: what it costs, whether its answers are right,
# and what stands in its message beside them.
AskedOf = Literal["quote", "check", "payload"]


class Contact(Frozen):
    """A place or a line where people reach the provider."""

    title: Words
    phone: str | None = None
    email: str | None = None
    address: Words | None = None
    hours: Words | None = None


class Officer(Frozen):
    """A post, with the name of its holder if that is public."""

    post: Words
    name: str | None = None
    phone: str | None = None
    email: str | None = None
    address: Words | None = None


class Appeal(Frozen):
    """One level of appeal: to whom, and within how many days after the decision."""

    to: Officer
    within_days: Whole


class Holiday(Frozen):
    date: IsoDay
    name: Words

    @by_position
    def __init__(self, date: dt.date | str, name: Words) -> None:
        pydantic.BaseModel.__init__(self, date=date, name=name)


class Calendar(Frozen):
    """Which days are worked. `weekend` holds ISO weekdays: 6 is Saturday, 7 is Sunday."""

    weekend: tuple[Whole, ...] = (6, 7)
    holidays: tuple[Holiday, ...] = ()
    zone: str = "Asia/Kolkata"

    @pydantic.field_validator("weekend")
    @classmethod
    def _some_day_is_worked(cls, weekend: tuple[int, ...]) -> tuple[int, ...]:
        if not set(weekend) < {1, 2, 3, 4, 5, 6, 7}:
            raise ValueError("weekend holds ISO weekdays 1 to 7, and leaves at least one of them.")
        return weekend


class Webhook(Frozen):
    """Cases go out as signed messages, to the address that the provider sets in its console.

    `settings` is a name for this end in the operators' own configuration, such as WATER_BOARD.
    `deliver` says how: "inline", as when nothing is said, brings the answers and links to the
    documents; "reference" brings only the address where a program with a token reads them.
    """

    kind: Literal["webhook"] = "webhook"
    settings: str | None = None
    deliver: Literal["inline", "reference"] | None = None


class Paper(Frozen):
    """What stands on a document that the portal makes, signs, and proves to anybody.

    `text` says what it certifies. `shows` names questions, and what officers record as
    `stage.question`; `states` are those of them that its QR code states as well, which whoever
    sees the paper can read.
    """

    text: Words
    shows: tuple[str, ...]
    states: tuple[str, ...] = ()


class IssuedDocument(Frozen):
    """A document that the service gives out.

    With a `paper` the portal makes it; otherwise the provider brings a file. `kept_as` is the path
    by which forms find it among the person's documents later, such as `vault.land_record`.
    """

    slug: str
    title: Words
    paper: Paper | None = None
    kept_as: str | None = None

    @by_position
    def __init__(self, slug: str, title: Words, **more: Any) -> None:
        pydantic.BaseModel.__init__(self, slug=slug, title=title, **more)


class Renewal(Frozen):
    """How long what is issued stays good, and when its holder is reminded.

    `service` is the slug of the provider's service that renews it; without one, this one does.
    """

    months: Whole
    remind_days: Whole = 30
    service: str | None = None


class Reminders(Frozen):
    """When people are reminded of what they have left lying.

    So many days after a draft was saved last, or after they were asked for something; and so many
    before an unpaid application lapses.
    """

    draft_days: Whole = 14
    answer_days: Whole = 7
    pay_days: Whole = 3


class HookPaths(Frozen):
    """Where the provider's own interface answers, under the address that its console holds."""

    quote: HookPath | None = None
    check: HookPath | None = None
    payload: HookPath | None = None
    bills: HookPath | None = None


class Billing(Frozen):
    """That people can fetch and pay bills of this provider; its `bills` hook answers for them.

    `account` is what people find on a paper bill, such as the consumer number. `pattern` is an RE2
    expression for the whole of it.
    """

    title: Words
    account: Words
    account_hint: Words | None = None
    pattern: str | None = None
    pattern_message: Words | None = None


class Service(Frozen):
    """One thing that people can apply for.

    `fee` and `eligibility` hold rule text, `tariff` says the fee as a table instead; `promise`
    counts working days; `shares` says why the provider needs the answers, `keeps` what it keeps of
    them and how long. `payment` says when a
    fee is taken: `before` the provider gets the application, `with` it (and before a decision), or
    `after` it is approved. `asks` names what the provider itself answers, by a hook of its package
    or through its interface. With `quote` among it no rule says the fee, and `quote_by` names the
    questions whose answers it is told for that: nothing else, and not who asks. `corrects` names
    the answers that people may correct before anybody works on them; all but those that decide the
    fee if it is not said. `appeals` are the levels at which a refusal is looked at again, the first
    one first; where the promised day passes without a decision the first opens by itself, unless
    `appeal_when_late` is False. `alike_by` names the questions whose answers tell one thing from
    another, such as the number of a meter: officers are shown other cases with the same answer.
    """

    slug: str
    title: Words
    summary: Words
    description: Words
    category: str
    promise: Whole
    form: Form
    shares: Words
    keeps: Words
    who_may: tuple[Words, ...] = ()
    life_events: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    keywords: tuple[Words, ...] = ()
    fee: str | None = None
    fee_words: Words | None = None
    payment: PaymentMoment = "before"
    tariff: Tariff | None = None
    asks: tuple[AskedOf, ...] | None = None
    quote_by: tuple[str, ...] | None = None
    stages: tuple[Stage, ...] = ()
    workflow: Workflow | None = None
    pauses: tuple[Pause, ...] | None = None
    corrects: tuple[str, ...] | None = None
    appeals: tuple[AppealLevel, ...] | None = None
    appeal_when_late: bool | None = None
    alike_by: tuple[str, ...] | None = None
    eligibility: str | None = None
    issues: tuple[IssuedDocument, ...] = ()
    renewal: Renewal | None = None
    reminders: Reminders | None = None
    channels: tuple[Channel, ...] = ("online",)

    @property
    def may_cost(self) -> bool:
        """By a rule of its own, or by the provider's word."""
        by_rule = self.fee is not None or self.tariff is not None
        return by_rule or "quote" in (self.asks or ())

    def stage(self, slug: str | None) -> Stage | None:
        return next((stage for stage in self.stages if stage.slug == slug), None)

    def following(self, stage: Stage) -> tuple[str, ...]:
        """The stages that a case may be moved to from this one."""
        if not stage.may("progress"):
            return ()
        others = (one.slug for one in self.stages if one.slug != stage.slug)
        return tuple(others) if stage.to is None else stage.to

    @property
    def papers(self) -> tuple[IssuedDocument, ...]:
        """What the portal itself makes."""
        return tuple(one for one in self.issues if one.paper is not None)

    @property
    def documents(self) -> tuple[Document, ...]:
        """The documents that the form asks for, conditional ones too."""
        return tuple(field for field in self.form.fields if isinstance(field, Document))


class Inherited(Frozen):
    """A service that another provider defines, given here too; what is said here stands instead.

    `service` is where it is defined, such as `punjab-towns/trade-licence`. It keeps its slug. The
    calendar, the officers, the contacts and the webhook are those of whoever inherits it.
    """

    service: str
    fee: str | None = None
    fee_words: Words | None = None
    tariff: Tariff | None = None
    payment: PaymentMoment | None = None
    promise: Whole | None = None
    who_may: tuple[Words, ...] | None = None
    shares: Words | None = None
    keeps: Words | None = None
    channels: tuple[Channel, ...] | None = None


class Provider(Frozen):
    """Who gives the services. `area` is the code of the area that it serves."""

    slug: str
    name: Words
    kind: ProviderKind
    area: str
    summary: Words
    fulfilment: Webhook
    contacts: tuple[Contact, ...] = ()
    grievance_officer: Officer | None = None
    appeals: tuple[Appeal, ...] = ()
    posts: tuple[Post, ...] | None = None
    calendar: Calendar = Calendar()
    languages: tuple[str, ...] = LANGUAGES
    billing: Billing | None = None
    hooks: HookPaths | None = None
    services: tuple[Service, ...] = ()
    inherits: tuple[Inherited, ...] = ()

    def service(self, slug: str) -> Service | None:
        return next((service for service in self.services if service.slug == slug), None)


class Origin(Frozen):
    """Where an inherited service was defined, by which version, and what is said otherwise here."""

    service: str
    version: Whole
    differs: tuple[str, ...] = ()


class Offering(Frozen):
    """One service with its provider, as a version freezes it. The provider lists no services."""

    contract: Literal[1] = 1
    provider: Provider
    service: Service
    origin: Origin | None = None


def definition(
    provider: Provider, service: Service, origin: Origin | None = None
) -> dict[str, Any]:
    """All that a version freezes, ready for JSON. `Offering.model_validate` reads it back.

    What is not given is left out, so that a contract that grows leaves old definitions equal.
    """
    alone = provider.model_copy(update={"services": (), "inherits": ()})
    whole = Offering(provider=alone, service=service, origin=origin)
    told = whole.model_dump(mode="json", exclude_none=True)
    # What is always empty says nothing, and would make every definition another.
    del told["provider"]["inherits"]
    return told


def digest(definition: dict[str, Any]) -> str:
    """SHA-256 over the canonical JSON text, in hexadecimal: equal definitions, equal digests."""
    text = json.dumps(definition, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


__all__ = [
    "LANGUAGES",
    "AddressField",
    "AnyField",
    "Appeal",
    "AppealLevel",
    "Appointment",
    "Audio",
    "Billing",
    "Calendar",
    "Channel",
    "Check",
    "ChoiceField",
    "ChoicesField",
    "Computed",
    "Contact",
    "DateField",
    "DecimalField",
    "Declaration",
    "Document",
    "EmailField",
    "Escalation",
    "Exemption",
    "Field",
    "Form",
    "Frozen",
    "Group",
    "Holiday",
    "HookPaths",
    "Hours",
    "Inherited",
    "IntegerField",
    "IssuedDocument",
    "LateFee",
    "Letter",
    "LocationField",
    "LongTextField",
    "LookUp",
    "MoneyField",
    "MonthField",
    "NameField",
    "NationalIdField",
    "Notice",
    "Offering",
    "Office",
    "Officer",
    "Origin",
    "Paper",
    "Pause",
    "PaymentMoment",
    "Personal",
    "PhoneField",
    "Photo",
    "Post",
    "Provider",
    "ProviderKind",
    "Question",
    "Rate",
    "Reason",
    "Rebate",
    "Renewal",
    "Service",
    "Stage",
    "Step",
    "Tariff",
    "TextField",
    "Visit",
    "Webhook",
    "Words",
    "Workflow",
    "YesNoField",
    "_",
    "definition",
    "digest",
]
