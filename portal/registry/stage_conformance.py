"""What can be wrong with the work on a case: stages nobody reaches, or leaves, or may work in."""

from collections.abc import Collection, Iterator, Mapping

from portal.registry.contract import Form, Provider, Service, Stage, Step
from portal.registry.finding import Finding, nearest, slugs, twice
from portal.registry.form_conformance import about_form
from portal.registry.meeting_conformance import about_meetings
from portal.registry.words import Words

MOST_STAGES = 30
MOST_RECORDED = 30
MOST_DAYS = 366
MOST_LEVELS = 5
# What an officer can write down without having begun anything else.
RECORDED = frozenset(
    {"text", "long_text", "integer", "decimal", "money", "date", "yes_no", "choice", "choices"}
    | {"location", "document", "photo", "notice"}
)
NO_MARK = frozenset(
    {"document", "photo", "audio", "declaration", "notice", "computed", "group", "yes_no"}
)
DECISIONS = ("approve", "refuse")


def about_work(provider: Provider, service: Service) -> Iterator[Finding]:
    place = f"services.{service.slug}"
    yield from slugs(f"{place}.stages", service.stages, "stages")
    if len(service.stages) > MOST_STAGES:
        yield Finding(f"{place}.stages", f"{MOST_STAGES} stages are the most. Put some together.")
    posts = [post.slug for post in provider.posts or ()]
    for stage in service.stages:
        here = f"{place}.stages.{stage.slug}"
        yield from _about_posts(here, stage, posts)
        yield from _about_time(here, stage)
        yield from _about_moves(here, service, stage)
        yield from _about_record(here, stage)
        yield from about_meetings(here, service, stage)
    yield from _about_ways(f"{place}.stages", service)
    yield from slugs(f"{place}.pauses", service.pauses or (), "pauses")
    names = [one.name for one in service.form.fields]
    yield from _about_alike(place, service)
    for name in service.corrects or ():
        if name not in names:
            sentence = f"There is no question {name}.{nearest(name, names)}"
            yield Finding(f"{place}.corrects.{name}", sentence)
    yield from _about_appeals(place, service, posts)
    if service.workflow is not None:
        yield from slugs(f"{place}.workflow.reasons", service.workflow.reasons, "reasons")
        yield from slugs(f"{place}.workflow.letters", service.workflow.letters, "letters")


def _about_posts(place: str, stage: Stage, posts: Collection[str]) -> Iterator[Finding]:
    if stage.post is None and posts:
        yield Finding(f"{place}.post", f"Say whose work it is: {', '.join(posts)}.")
    named = [("post", stage.post)] if stage.post is not None else []
    named += [("escalates", one.to) for one in stage.escalates or ()]
    for member, post in named:
        if post not in posts:
            sentence = f"There is no post {post} among posts.{nearest(post, posts)}"
            yield Finding(f"{place}.{member}.{post}", sentence)


def _about_appeals(place: str, service: Service, posts: Collection[str]) -> Iterator[Finding]:
    levels = service.appeals or ()
    if service.appeal_when_late is not None and not levels:
        yield Finding(f"{place}.appeal_when_late", "There is no level of appeal that could open.")
    if len(levels) > MOST_LEVELS:
        yield Finding(f"{place}.appeals", f"{MOST_LEVELS} levels of appeal are the most.")
    for number, level in enumerate(levels, start=1):
        here = f"{place}.appeals.{number}"
        if level.post not in posts:
            sentence = f"There is no post {level.post} among posts.{nearest(level.post, posts)}"
            yield Finding(f"{here}.post", sentence)
        if not 0 < level.ask_days <= MOST_DAYS:
            yield Finding(f"{here}.ask_days", f"People may ask within 1 to {MOST_DAYS} days.")
        if not 0 < level.days <= MOST_DAYS:
            yield Finding(f"{here}.days", f"An appeal takes 1 to {MOST_DAYS} working days.")


def _about_time(place: str, stage: Stage) -> Iterator[Finding]:
    if stage.days is not None and not 0 < stage.days <= MOST_DAYS:
        yield Finding(f"{place}.days", f"A stage takes 1 to {MOST_DAYS} working days.")
    after = [one.after for one in stage.escalates or ()]
    if after and stage.days is None:
        yield Finding(f"{place}.days", "Say after how many working days it is late.")
    if after != sorted(set(after)) or any(not 0 <= days <= MOST_DAYS for days in after):
        sentence = "Each level comes later than the one before, and within a year."
        yield Finding(f"{place}.escalates", sentence)


def _about_moves(place: str, service: Service, stage: Stage) -> Iterator[Finding]:
    known = [one.slug for one in service.stages]
    if stage.to is not None and not stage.may("progress"):
        yield Finding(f"{place}.to", "It leads somewhere, but progress is not among its acts.")
    for slug in stage.to or ():
        if slug == stage.slug:
            yield Finding(f"{place}.to.{slug}", "A stage does not lead to itself.")
        elif slug not in known:
            sentence = f"There is no stage {slug}.{nearest(slug, known)}"
            yield Finding(f"{place}.to.{slug}", sentence)


def _about_record(place: str, stage: Stage) -> Iterator[Finding]:
    if not stage.record:
        return
    if len(stage.record) > MOST_RECORDED:
        sentence = f"An officer answers at most {MOST_RECORDED} questions in a stage."
        yield Finding(f"{place}.record", sentence)
    for field in stage.record:
        here = f"{place}.record.{field.name}"
        if field.kind not in RECORDED:
            yield Finding(here, f"Officers do not answer questions of kind {field.kind} here.")
        for member in ("when", "valid", "prefill", "look_up"):
            if getattr(field, member, None) is not None:
                yield Finding(f"{here}.{member}", "It has no meaning here. Leave it out.")
    step = Step(Words(texts={"en": stage.slug}), *stage.record, slug="record")
    for one in about_form(f"{place}.record", Form(step)):
        # The step is ours, so that its words and slug are not the writer's to mend.
        yield one._replace(place=one.place.replace(".steps.record", ""))


def _about_ways(place: str, service: Service) -> Iterator[Finding]:
    """From the first stage to each, and from each to a decision of either kind."""
    if not service.stages:
        return
    ways = {stage.slug: set(service.following(stage)) for stage in service.stages}
    first = service.stages[0].slug
    for slug in sorted(set(ways) - _reached({first}, ways)):
        yield Finding(
            f"{place}.{slug}", f"No case ever comes here: nothing leads to it from {first}."
        )
    for decision in DECISIONS:
        deciding = {one.slug for one in service.stages if one.may(decision)}
        for stage in service.stages:
            if deciding.isdisjoint(_reached({stage.slug}, ways)):
                sentence = f"A case that is here can never be decided: nothing leads to {decision}."
                yield Finding(f"{place}.{stage.slug}", sentence)


def _reached(begun: set[str], ways: Mapping[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    while fresh := begun - reached:
        reached |= fresh
        begun = {slug for one in fresh for slug in ways.get(one, ())}
    return reached


def _about_alike(place: str, service: Service) -> Iterator[Finding]:
    """Two cases are alike by what one types or chooses once, and never by a file."""
    yield from twice(f"{place}.alike_by", service.alike_by or (), "questions")
    for name in service.alike_by or ():
        field = service.form.field(name)
        if field is None:
            known = [one.name for one in service.form.fields]
            sentence = f"There is no question {name}.{nearest(name, known)}"
            yield Finding(f"{place}.alike_by.{name}", sentence)
        elif field.kind in NO_MARK:
            sentence = f"{name} is a {field.kind}, which tells no two cases apart. Leave it out."
            yield Finding(f"{place}.alike_by.{name}", sentence)
