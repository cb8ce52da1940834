"""Filling in several services at once: one draft, one merged form, and a course for each service.

The draft keeps the declaration and the versions that it was begun on, so that neither a new
version nor another declaration moves an answer to a question that it was not given to.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any
from uuid import UUID, uuid5

from portal.applications import applying, carrying, looking
from portal.applications.applying import TOGETHER, Course
from portal.applications.domain import Behalf
from portal.delegation.domain import covers
from portal.forms import engine, prefilling
from portal.forms import service as drafts
from portal.forms.engine import Posted, Sheet
from portal.forms.sending import stamp
from portal.forms.service import Saved
from portal.i18n import LANGUAGES, gettext, speaking
from portal.kernel.errors import N_
from portal.kernel.room import Filled
from portal.registry import service as registry
from portal.registry.contract import Form
from portal.registry.kept import Kept
from portal.registry.life_events import LifeEvent
from portal.registry.merging import ALL, CHOOSING, PAPERS, YOU, Joint, Together
from portal.registry.together import service as gathering
from portal.registry.words import Words

# Among the answers of the draft; no question has such a name.
PINNED = "@pinned"
TITLES = {
    CHOOSING: N_("What you need"),
    YOU: N_("About you"),
    ALL: N_("What all of them ask"),
    PAPERS: N_("Documents for all of them"),
}
Paths = Sequence[str]
# Made once for a declaration, its versions and a choice: rules are compiled for each form.
_joined: Kept[str, Together] = Kept(64)
_joints: Kept[tuple[str, tuple[str, ...]], Joint] = Kept(128)


@dataclass(frozen=True)
class Whole(Course):
    """The draft of a life event. `offer` is that of the first service, `offers` are all of it."""

    event: LifeEvent = field(kw_only=True)
    offers: Mapping[str, registry.Offer] = field(kw_only=True)
    pin: str = field(kw_only=True)

    @cached_property
    def together(self) -> Together:
        return _together(self.pin, self.event, self.offers)

    @cached_property
    def chosen(self) -> tuple[str, ...]:
        return self.together.chosen(self.answers)

    @cached_property
    def joint(self) -> Joint:
        return _joint(self.pin, self.together, self.chosen)

    @property
    def form(self) -> Form:
        return self.joint.form

    @property
    def parts(self) -> tuple["Part", ...]:
        """Each of the chosen services as a course of its own: its answers, and no others."""
        return tuple(self._part(path) for path in self.chosen)

    def _part(self, path: str) -> "Part":
        offer, sources = self.offers[path], self.sources
        answers = self.together.own(path, self.asked.answers)
        theirs = self.together.own(path, sources)
        return Part(
            _draft_of(self.draft, path), offer, answers, self.owner, path=path, filled_from=theirs
        )

    def page_of(self, path: str, name: str) -> tuple[str, str] | None:
        """The step on which a question of a service is asked here, and its name there."""
        called = self.together.called(path, name)
        step = next((one for one in self.form.steps if called in _names(one)), None)
        return None if step is None or called is None else (step.slug, called)


@dataclass(frozen=True)
class Part(Course):
    """One service of several, by its own names."""

    path: str = ""
    filled_from: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def origins(self) -> Mapping[str, Mapping[str, str]]:
        return self.filled_from


def purpose(slug: str) -> str:
    return f"{TOGETHER}{slug}"


def begin(person_id: UUID, slug: str, paths: Paths | None = None) -> Whole:
    """The person's open draft, else a new one with what the profile knows.

    `paths` are the services that whoever fills it in may touch; None for all. Raises
    NoSuchLifeEvent.
    """
    if (open_one := resume(person_id, slug)) is not None:
        return open_one
    gathered = gathering.find(slug)
    offers = {
        path: offer for path, offer in gathered.offers.items() if paths is None or path in paths
    }
    if not offers:
        raise gathering.NoSuchLifeEvent
    pinned = _pinned(gathered.event, offers)
    pin, subject_id = _pin(pinned), applying.subject_of(person_id)
    form = _joint(pin, _together(pin, gathered.event, offers), tuple(offers)).form
    known = prefilling.known(person_id, form) | carrying.papers(person_id, subject_id, form)
    first = next(iter(offers.values()))
    begun = {**known, PINNED: Filled(pinned, {})}
    return _whole(drafts.begin(person_id, subject_id, purpose(slug), first.version_id, begun))


def resume(person_id: UUID, slug: str) -> Whole | None:
    draft = drafts.open_draft(person_id, purpose(slug))
    return None if draft is None else _whole(draft)


def find(person_id: UUID, slug: str, draft_id: UUID) -> Whole:
    """A draft of this life event that is not sent. Raises NoSuchDraft."""
    draft = drafts.find(person_id, draft_id)
    if draft.purpose != purpose(slug) or draft.sent_at is not None:
        raise drafts.NoSuchDraft
    return _whole(draft)


def refill(person_id: UUID) -> None:
    """What is known otherwise now reaches these drafts too, under the names that they ask it by."""
    held = drafts.held_of_person(person_id)
    for draft in (one for one in held if one.purpose.startswith(TOGETHER)):
        whole = _whole(draft)
        form = _joint(whole.pin, whole.together, tuple(whole.offers)).form
        applying.refill_draft(draft, form)


def saved(person_id: UUID, by: Behalf | None = None) -> list[Whole]:
    """The person's open drafts of life events of which every service may be filled in."""
    mine = (one for one in drafts.of_person(person_id) if one.purpose.startswith(TOGETHER))
    found = [_whole(one) for one in mine]
    return [one for one in found if by is None or all(_covered(path, by) for path in one.offers)]


def _covered(path: str, by: Behalf) -> bool:
    return covers(by.services, *path.split("/"))


def taken(whole: Whole, slug: str, posted: Posted) -> tuple[Whole, Sheet]:
    """Check a page and keep what is right of it. Raises NoSuchStep, NoSuchDraft."""
    sheet = engine.take(whole.page(slug), posted, _keep(whole))
    drafts.save(whole.draft, sheet.answers, sheet.answered, by=stamp(posted.texts).by)
    return replace(_whole(whole.draft), owner=whole.owner), sheet


def refreshed(whole: Whole, slug: str, posted: Posted, by: UUID) -> tuple[Whole, Sheet]:
    """The page with what was typed, and what was looked up; files that came along are kept.

    Raises NoSuchStep, NoSuchDraft.
    """
    page, path = whole.page(slug), whole.joint.of.get(slug)
    found = looking.look_up(page, posted, whole.offers[path], by) if path else None
    if path and found and found.changed:
        applying.keep_found(whole.draft, whole.offers[path], found, stamp(posted.texts).by)
        whole = replace(_whole(whole.draft), owner=whole.owner)
        page, posted = whole.page(slug), posted.without(found.replaced, page.questions)
    sheet = engine.refresh(page, posted, _keep(whole))
    if sheet.kept:
        drafts.save(whole.draft, sheet.kept, list(sheet.kept), by=stamp(posted.texts).by)
    if found:
        found.say_on(sheet)
    return whole, sheet


@cache
def titles() -> Mapping[str, Words]:
    """Of the pages that stand for all services, in every language."""
    said: dict[str, dict[str, str]] = {slug: {} for slug in TITLES}
    for code in LANGUAGES:
        with speaking(code):
            for slug, title in TITLES.items():
                said[slug][code] = gettext(title)
    return {slug: Words(texts=texts) for slug, texts in said.items()}


def _keep(whole: Whole) -> engine.Keep:
    return applying.keeper(whole.draft.person_id, whole.draft.subject_id)


def _pinned(event: LifeEvent, offers: Mapping[str, registry.Offer]) -> dict[str, Any]:
    versions = {path: str(offer.version_id) for path, offer in offers.items()}
    return {"event": event.model_dump(mode="json", exclude_none=True), "versions": versions}


def _whole(draft: Saved) -> Whole:
    answers = dict(draft.answers)
    pinned = answers.pop(PINNED)
    event = LifeEvent.model_validate(pinned["event"])
    ids = {path: UUID(version) for path, version in pinned["versions"].items()}
    found = registry.versions(ids.values())
    offers = {path: found[version_id] for path, version_id in ids.items()}
    pin = _pin(pinned)
    first = next(iter(offers.values()))
    return Whole(draft, first, answers, event=event, offers=offers, pin=pin)


def _pin(pinned: Mapping[str, Any]) -> str:
    return json.dumps(pinned, sort_keys=True)


def _together(pin: str, event: LifeEvent, offers: Mapping[str, registry.Offer]) -> Together:
    if (known := _joined.get(pin)) is None:
        known = Together(event, {path: offer.service for path, offer in offers.items()})
        _joined.put(pin, known)
    return known


def _joint(pin: str, together: Together, chosen: tuple[str, ...]) -> Joint:
    if (known := _joints.get((pin, chosen))) is None:
        known = together.form(chosen, titles())
        _joints.put((pin, chosen), known)
    return known


def _draft_of(draft: Saved, path: str) -> Saved:
    """What stands for the draft where a service of it is looked at alone; it is never stored."""
    return Saved(
        id=uuid5(draft.id, path),
        subject_id=draft.subject_id,
        created_at=draft.created_at,
        person_id=draft.person_id,
        purpose=path,
        version_id=draft.version_id,
        saved_at=draft.saved_at,
    )


def _names(step: Any) -> set[str]:
    return {one.name for one in step.fields}
