"""One form for several services: what they share is asked once, the rest under each of them.

Rules speak of the questions of one form by their names, so that questions are called otherwise
where two services use one name; each service gets its own answers back under its own names.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from portal.registry.contract import Form, LookUp, Service, Step, TextField
from portal.registry.domain import FILES
from portal.registry.life_events import LifeEvent
from portal.registry.questions import AnyField, Check, Computed, Group
from portal.registry.rule_types import fact, field_types
from portal.registry.sameness import always_asked, differs, merged
from portal.registry.words import Words
from portal.rules import BOOL, Rule, compile_rule, renamed

LONGEST_NAME = 50
CHOOSING, YOU, ALL, PAPERS = "choose", "about-you", "for-all", "papers"
# What the profile knows of a person stands on a page of its own.
OF_A_PERSON = "profile."


@dataclass(frozen=True, order=True)
class At:
    """A question of a service, which is called `provider/service`."""

    path: str
    name: str


def read_at(text: str) -> At:
    path, _, name = text.rpartition(".")
    return At(path, name)


class Together:
    """The services of a life event, in the versions that a draft was begun on."""

    def __init__(self, event: LifeEvent, services: Mapping[str, Service]) -> None:
        """`services` by path, in the order of the declaration."""
        self.event = event
        self.services = dict(services)

    @cached_property
    def _shareable(self) -> dict[At, AnyField]:
        each = ((path, always_asked(one.form)) for path, one in self.services.items())
        return {At(path, name): field for path, own in each for name, field in own.items()}

    @cached_property
    def classes(self) -> tuple[tuple[At, ...], ...]:
        """Which questions are one, each such class in the order of the services."""
        found: list[list[At]] = []
        for tied in self._tied():
            home = next((one for one in found if set(one) & set(tied)), None)
            if home is None:
                found.append(home := [])
            for at in tied:
                if not any(at in one for one in found) and self._fits(home, at):
                    home.append(at)
        order = list(self.services)
        classes = (sorted(one, key=lambda at: order.index(at.path)) for one in found)
        return tuple(tuple(one) for one in classes if len(one) > 1)

    def _tied(self) -> Iterator[list[At]]:
        """By the declaration first, since it may bring together what is filled in differently."""
        for declared in self.event.same:
            yield [at for at in map(read_at, declared) if at in self._shareable]
        apart = {read_at(one) for one in self.event.apart}
        by_source: dict[str, list[At]] = {}
        for at, field in self._shareable.items():
            if field.prefill is not None and at not in apart:
                by_source.setdefault(field.prefill, []).append(at)
        yield from by_source.values()

    def _fits(self, home: Sequence[At], at: At) -> bool:
        if any(one.path == at.path for one in home):
            return False
        return all(differs(self._shareable[one], self._shareable[at]) is None for one in home)

    @cached_property
    def names(self) -> Mapping[At, str]:
        """What each question is called here: its own name, where nobody else uses it."""
        taken = {one.name for one in self.event.questions}
        taken |= {one for service in self.services.values() for one in _in_rows(service.form)}
        named: dict[At, str] = {}
        for several in self.classes:
            named |= dict.fromkeys(several, _free(several[0].name, taken))
        for path, service in self.services.items():
            for field in service.form.fields:
                if (at := At(path, field.name)) not in named:
                    named[at] = _free(field.name, taken)
        return named

    def own(self, path: str, answers: Mapping[str, Any]) -> dict[str, Any]:
        """The answers to the questions of this service, by its own names."""
        fields = self.services[path].form.fields
        calls = {one.name: self.names[At(path, one.name)] for one in fields}
        return {name: answers[called] for name, called in calls.items() if called in answers}

    def called(self, path: str, name: str) -> str | None:
        """What a question of a service is called here."""
        return self.names.get(At(path, name))

    @cached_property
    def _rules(self) -> dict[str, Rule]:
        """Of the services here that do not always belong to it."""
        types = field_types(self.event.questions)
        return {
            one.service: compile_rule(one.when, types, BOOL)
            for one in self.event.services
            if one.when is not None and one.service in self.services
        }

    @cached_property
    def questions(self) -> tuple[AnyField, ...]:
        """Those that choose something here; of what is not on nobody is asked."""
        used = frozenset[str]().union(*(rule.names_used for rule in self._rules.values()))
        return tuple(one for one in self.event.questions if one.name in used)

    def chosen(self, answers: Mapping[str, Any]) -> tuple[str, ...]:
        """The services that the choosing answers include: no rule that is undecided does."""
        known = [one for one in self.questions if one.name in answers]
        facts = {one.name: fact(one, answers[one.name]) for one in known}
        return tuple(
            path
            for path in self.services
            if path not in self._rules or self._rules[path].evaluate(facts).value is True
        )

    def form(self, chosen: Sequence[str], titles: Mapping[str, Words]) -> "Joint":
        """The form of these services; `titles` are those of the pages that stand for all."""
        return _Joining(self, tuple(chosen), titles).joint()


@dataclass(frozen=True)
class Joint:
    """The form, and by the slug of a step the service that it is of; the others are for all."""

    form: Form
    of: Mapping[str, str]


@dataclass(frozen=True)
class _Joining:
    together: Together
    chosen: tuple[str, ...]
    titles: Mapping[str, Words]

    def joint(self) -> Joint:
        steps = [*self._choosing(), *self._for_all()]
        of: dict[str, str] = {}
        slugs = {CHOOSING, YOU, ALL, PAPERS}
        for path in self.chosen:
            for step in self._own(path):
                slug = _free(f"{path.rpartition('/')[2]}-{step.slug}", slugs, "-")
                steps.append(step.model_copy(update={"slug": slug}))
                of[slug] = path
        return Joint(Form(*steps), of)

    def _choosing(self) -> Iterator[Step]:
        if questions := self.together.questions:
            yield Step(self.titles[CHOOSING], *questions, slug=CHOOSING)

    @cached_property
    def _asked_once(self) -> dict[str, tuple[At, ...]]:
        """What stands on the pages for all, by its name here: what two or more of these ask."""
        here = (tuple(a for a in each if a.path in self.chosen) for each in self.together.classes)
        return {self.together.names[one[0]]: one for one in here if len(one) > 1}

    def _for_all(self) -> Iterator[Step]:
        pages: dict[str, list[AnyField]] = {YOU: [], ALL: [], PAPERS: []}
        for several in self._asked_once.values():
            field = self._one(several)
            pages[_page(field)].append(field)
        for slug, fields in pages.items():
            if fields:
                yield Step(self.titles[slug], *fields, slug=slug)

    def _one(self, several: Sequence[At]) -> AnyField:
        services = self.together.services
        titles = [services[at.path].title for at in several]
        fields = [self._called(at.path, services[at.path].form.field(at.name)) for at in several]
        return merged(fields, titles)

    def _own(self, path: str) -> Iterator[Step]:
        once = {at for several in self._asked_once.values() for at in several}
        for step in self.together.services[path].form.steps:
            left = [one for one in step.fields if At(path, one.name) not in once]
            if left:
                fields = tuple(self._called(path, one) for one in left)
                when = self._rule(path, step.when)
                yield step.model_copy(update={"fields": fields, "when": when})

    def _called(self, path: str, field: Any) -> Any:
        """The question under its name here, and so all that its rules speak of."""
        called = self.together.names[At(path, field.name)]
        told: dict[str, Any] = {"name": called, **self._rules(path, field)}
        if isinstance(field, Group):
            told["fields"] = tuple(
                one.model_copy(update=self._rules(path, one)) for one in field.fields
            )
        if isinstance(field, TextField) and field.look_up is not None:
            told["look_up"] = self._look_up(path, field) if called == field.name else None
        return field.model_copy(update=told)

    def _look_up(self, path: str, field: TextField) -> LookUp | None:
        """The provider is asked by its own name of the question: called otherwise, it is typed."""
        if field.look_up is None:
            return None
        fills = field.look_up.fills.items()
        calls = {member: self.together.names[At(path, name)] for member, name in fills}
        return field.look_up.model_copy(update={"fills": calls})

    def _rules(self, path: str, field: AnyField) -> dict[str, Any]:
        told: dict[str, Any] = {"when": self._rule(path, field.when)}
        if field.valid is not None:
            rule = self._rule(path, field.valid.rule)
            told["valid"] = Check(rule or field.valid.rule, field.valid.message)
        if isinstance(field, Computed):
            told["rule"] = self._rule(path, field.rule)
        return told

    def _rule(self, path: str, text: str | None) -> str | None:
        if text is None:
            return None
        fields = self.together.services[path].form.fields
        calls = {one.name: self.together.names[At(path, one.name)] for one in fields}
        return renamed(text, {name: one for name, one in calls.items() if name != one})


def _page(field: AnyField) -> str:
    if field.kind in FILES:
        return PAPERS
    return YOU if (field.prefill or "").startswith(OF_A_PERSON) else ALL


def _in_rows(form: Form) -> Iterable[str]:
    groups = (one for one in form.fields if isinstance(one, Group))
    return (inner.name for group in groups for inner in group.fields)


def _free(name: str, taken: set[str], joint: str = "_") -> str:
    """The name, or with a number behind it the first one that nobody has; taken from now on."""
    free, number = name, 1
    while free in taken:
        number += 1
        free = f"{name[:LONGEST_NAME]}{joint}{number}"
    taken.add(free)
    return free
