"""What can be wrong with a declared life event: each fault with its place and a sentence.

A service that no provider declares is a warning: it may be published from elsewhere, or later.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations

from portal.registry.contract import Form, Provider, Service, Step
from portal.registry.finding import SLUG, Finding, nearest, of_table, slug, twice
from portal.registry.form_conformance import about_form
from portal.registry.life_events import LifeEvent
from portal.registry.merging import CHOOSING, At, read_at
from portal.registry.rule_types import field_types
from portal.registry.sameness import NEVER, always_asked, differs
from portal.registry.vocabulary import LIFE_EVENTS
from portal.rules import BOOL, RuleError, compile_rule

# Kinds of question that choose something, and tell nothing that a form has to seal.
CHOOSES = frozenset({"yes_no", "choice", "choices", "integer"})
FEWEST = 2


def life_findings(event: LifeEvent, providers: Sequence[Provider]) -> tuple[Finding, ...]:
    """Everything that is wrong, in the order of the declaration; empty when all is well."""
    services = {f"{one.slug}/{each.slug}": each for one in providers for each in one.services}
    return (
        *slug("slug", event.slug),
        *_about_slug(event),
        *of_table("about", event.about, LIFE_EVENTS, "life event"),
        *_about_questions(event),
        *_about_services(event, services),
        *_about_same(event, services),
        *_about_apart(event, services),
    )


def _about_slug(event: LifeEvent) -> Iterator[Finding]:
    if event.slug in LIFE_EVENTS:
        sentence = f"{event.slug} is a life event of the catalogue already. Choose another slug."
        yield Finding("slug", sentence)


def _about_questions(event: LifeEvent) -> Iterator[Finding]:
    if not event.questions:
        return
    yield from about_form("questions", Form(Step(event.title, *event.questions, slug=CHOOSING)))
    for one in event.questions:
        if one.kind not in CHOOSES or one.prefill is not None or one.when is not None:
            sentence = "A question that chooses is a plain yes or no, a choice or a number"
            yield Finding(f"questions.{one.name}", f"{sentence}. Let a service ask it.")


def _about_services(event: LifeEvent, services: Mapping[str, Service]) -> Iterator[Finding]:
    paths = [one.service for one in event.services]
    if len(paths) < FEWEST:
        yield Finding("services", "A life event brings two services or more together. Name them.")
    yield from twice("services", paths, "services")
    types = field_types(event.questions)
    for one in event.services:
        place = f"services.{one.service}"
        if [bool(SLUG.match(part)) for part in one.service.split("/")] != [True, True]:
            yield Finding(place, "Write a service as provider/service.")
        elif one.service not in services:
            near = nearest(one.service, services)
            yield Finding(place, f"No provider here declares {one.service}.{near}", "warning")
        try:
            compile_rule(one.when or "true", types, BOOL)
        except RuleError as error:
            yield Finding(f"{place}.when", error.sentence)


def _about_same(event: LifeEvent, services: Mapping[str, Service]) -> Iterator[Finding]:
    for number, declared in enumerate(event.same, 1):
        place, ats = f"same.{number}", [read_at(one) for one in declared]
        if len(ats) < FEWEST:
            yield Finding(place, "Name two questions or more that mean the same.")
        yield from twice(place, (at.path for at in ats), "of these questions")
        for at in ats:
            yield from _about_place(place, at, event, services)
        yield from _about_pairs(place, ats, services)
    named = [one for declared in event.same for one in declared]
    yield from twice("same", named, "entries")


def _about_apart(event: LifeEvent, services: Mapping[str, Service]) -> Iterator[Finding]:
    for one in event.apart:
        yield from _about_place("apart", read_at(one), event, services)


def _about_place(
    place: str, at: At, event: LifeEvent, services: Mapping[str, Service]
) -> Iterator[Finding]:
    """That the question is there, and asked in every case."""
    known = {one.service for one in event.services}
    called = f"{at.path}.{at.name}"
    if at.path not in known:
        near = nearest(at.path, known)
        yield Finding(place, f"{called} is of no service of this life event.{near}")
        return
    if (service := services.get(at.path)) is None:
        return
    field = service.form.field(at.name)
    if field is None:
        near = nearest(at.name, [one.name for one in service.form.fields])
        yield Finding(place, f"{at.path} asks nothing called {at.name}.{near}")
    elif field.kind in NEVER:
        yield Finding(place, f"{called} is of kind {field.kind}, which each service keeps.")
    elif at.name not in always_asked(service.form):
        sentence = "is asked in some cases only, or filled by a look-up. Leave it out."
        yield Finding(place, f"{called} {sentence}")


def _about_pairs(
    place: str, ats: Sequence[At], services: Mapping[str, Service]
) -> Iterator[Finding]:
    asked = {path: always_asked(one.form) for path, one in services.items()}
    there = [at for at in ats if at.name in asked.get(at.path, {})]
    for one, other in combinations(there, 2):
        why = differs(asked[one.path][one.name], asked[other.path][other.name])
        if why is not None:
            yield Finding(place, f"{other.path}.{other.name} {why}. Leave one of them out.")
