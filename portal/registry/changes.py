"""What differs between two versions of a service: the report that is read before publishing."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from portal.kernel.errors import N_
from portal.registry.contract import Service
from portal.registry.domain import every_field
from portal.registry.questions import AnyField, Computed, Group, LookUp, TextField
from portal.registry.vocabulary import PERSONAL_CLASSES

CLASSES = tuple(PERSONAL_CLASSES)

SENTENCES: Mapping[str, str] = {
    "asked": N_("The question “%(where)s” is new."),
    "not_asked": N_("The question “%(where)s” is gone."),
    "kind": N_("The question “%(where)s” takes another kind of answer: %(after)s, not %(before)s."),
    "required": N_("The question “%(where)s” must now be answered."),
    "optional": N_("The question “%(where)s” may now be left open."),
    "class_raised": N_("The answer to “%(where)s” is now %(after)s; before it was %(before)s."),
    "class_lowered": N_(
        "The answer to “%(where)s” is only %(after)s now; before it was %(before)s."
    ),
    "condition": N_("The question “%(where)s” is asked under another condition."),
    "check": N_("The answer to “%(where)s” is checked differently."),
    "rule": N_("“%(where)s” is worked out differently."),
    "more_rows": N_("“%(where)s” must now be given %(after)s times or more, not %(before)s."),
    "rows": N_("“%(where)s” may be given another number of times: %(after)s, not %(before)s."),
    "look_up": N_(
        "The answer to “%(where)s” may be looked up at the provider, to fill: %(after)s."
    ),
    "no_look_up": N_("The answer to “%(where)s” is not looked up at the provider any more."),
    "fills": N_("What looking “%(where)s” up fills is another: %(after)s, not %(before)s."),
    "asked_at": N_("The answer to “%(where)s” is looked up at another place of the provider's."),
    "question": N_("The question “%(where)s” is worded or limited differently."),
    "moved": N_("The questions stand in another order or on other pages."),
    "fee": N_("The fee is worked out differently."),
    "tariff": N_("The table of fees is another."),
    "quote_by": N_("The provider is told other answers when it is asked for the fee."),
    "asks": N_("The provider itself is asked for other things: its fee, a check, or its message."),
    "payment": N_("The fee is paid at another moment: %(after)s, not %(before)s."),
    "promise": N_("The promise is %(after)s working days; before it was %(before)s."),
    "eligibility": N_("Other people may apply."),
    "shares": N_("The reason for sharing the answers is another."),
    "keeps": N_("What the provider keeps is another."),
    "stages": N_("The stages are others."),
    "workflow": N_("Decisions are confirmed, or given reasons, in another way."),
    "issues": N_("The documents that it gives out are others."),
    "renewal": N_("What it gives out is good for another time."),
    "reminders": N_("People are reminded at another time."),
    "words": N_("The text “%(where)s” is another."),
}

# What a person who has applied before, or is about to, would want to know.
GRAVE = frozenset(
    {
        "asked",
        "kind",
        "required",
        "class_raised",
        "fee",
        "tariff",
        "asks",
        "quote_by",
        "payment",
        "promise",
    }
    | {"eligibility", "shares", "keeps", "rule", "more_rows", "renewal", "look_up", "fills"}
)

# What may end differently for somebody with the same answers.
DECIDES = frozenset(
    {"asked", "kind", "required", "condition", "check", "rule", "more_rows", "rows"}
    | {"fee", "tariff", "asks", "eligibility"}
)

OWN_SENTENCE = (
    *("fee", "tariff", "asks", "quote_by", "payment", "promise", "eligibility"),
    *("shares", "keeps", "stages", "workflow", "issues", "renewal", "reminders"),
)
# What is told of a question by sentences of its own; by kind, what only that kind has.
TOLD_APART = ("required", "personal", "when", "valid")
TOLD_OF_KIND = {
    "computed": ("rule",),
    "group": ("fields", "at_least", "at_most"),
    "text": ("look_up",),
}
TOLD_ELSEWHERE = {*OWN_SENTENCE, "form", "slug"}


@dataclass(frozen=True)
class Change:
    """One difference. `sentence` is a msgid, to be filled in with `params`."""

    code: str
    where: str = ""
    before: Any = None
    after: Any = None

    @property
    def sentence(self) -> str:
        return SENTENCES[self.code]

    @property
    def params(self) -> dict[str, Any]:
        return {"where": self.where, "before": self.before, "after": self.after}

    @property
    def grave(self) -> bool:
        return self.code in GRAVE


def changes(old: Service, new: Service) -> tuple[Change, ...]:
    """From the old to the new version, grave ones first."""
    found = [*_in_questions(old, new), *_in_service(old, new)]
    return tuple(sorted(found, key=lambda change: not change.grave))


def decides_otherwise(old: Service, new: Service) -> bool:
    """Whether the same answers may lead elsewhere: other questions, fees, checks or rules."""
    return any(change.code in DECIDES for change in changes(old, new))


def _in_service(old: Service, new: Service) -> Iterator[Change]:
    for name in OWN_SENTENCE:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            plain = isinstance(after, str | int)
            yield Change(name, name, before if plain else None, after if plain else None)
    for name in Service.model_fields:
        if name not in TOLD_ELSEWHERE and getattr(old, name) != getattr(new, name):
            yield Change("words", name)


def _in_questions(old: Service, new: Service) -> Iterator[Change]:
    before = {field.name: field for field in every_field(old.form)}
    after = {field.name: field for field in every_field(new.form)}
    for name, field in after.items():
        if name not in before:
            yield Change("asked", name, after=field.kind)
        else:
            yield from _in_question(before[name], field)
    for name, field in before.items():
        if name not in after:
            yield Change("not_asked", name, before=field.kind)
    if _order(old, after) != _order(new, before):
        yield Change("moved")


def _in_question(old: AnyField, new: AnyField) -> Iterator[Change]:
    if old.kind != new.kind:
        yield Change("kind", new.name, old.kind, new.kind)
        return
    if old.required != new.required:
        yield Change("required" if new.required else "optional", new.name)
    if old.personal != new.personal:
        raised = CLASSES.index(new.personal) > CLASSES.index(old.personal)
        code = "class_raised" if raised else "class_lowered"
        yield Change(code, new.name, old.personal, new.personal)
    if old.when != new.when:
        yield Change("condition", new.name, old.when, new.when)
    if old.valid != new.valid:
        yield Change("check", new.name)
    yield from _of_kind(old, new)
    told = dict.fromkeys((*TOLD_APART, *TOLD_OF_KIND.get(new.kind, ())))
    if old.model_copy(update=told) != new.model_copy(update=told):
        yield Change("question", new.name)


def _of_kind(old: AnyField, new: AnyField) -> Iterator[Change]:
    if isinstance(old, Computed) and isinstance(new, Computed) and old.rule != new.rule:
        yield Change("rule", new.name, old.rule, new.rule)
    if isinstance(old, TextField) and isinstance(new, TextField):
        yield from _looked_up(new.name, old.look_up, new.look_up)
    if isinstance(old, Group) and isinstance(new, Group):
        if old.at_least < new.at_least:
            yield Change("more_rows", new.name, old.at_least, new.at_least)
        elif (old.at_least, old.at_most) != (new.at_least, new.at_most):
            before, after = (f"{one.at_least} – {one.at_most}" for one in (old, new))
            yield Change("rows", new.name, before, after)


def _looked_up(name: str, old: LookUp | None, new: LookUp | None) -> Iterator[Change]:
    before, after = (", ".join(sorted(one.fills.values())) if one else "" for one in (old, new))
    if old is None and new is not None:
        yield Change("look_up", name, after=after)
    elif old is not None and new is None:
        yield Change("no_look_up", name, before)
    elif before != after:
        yield Change("fills", name, before, after)
    elif old != new:
        yield Change("asked_at", name)


def _order(service: Service, common: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Where the questions stand that both versions have."""
    return [
        (step.slug, group, field.name)
        for step in service.form.steps
        for group, field in _standing(step.fields)
        if field.name in common
    ]


def _standing(fields: Iterable[AnyField]) -> Iterator[tuple[str, AnyField]]:
    """Each question with the group that it stands in."""
    for field in fields:
        yield "", field
        for inner in field.fields if isinstance(field, Group) else ():
            yield field.name, inner
