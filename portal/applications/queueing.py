"""What the address of the queue asks for, and what its page offers to choose from."""

from collections.abc import Mapping
from datetime import date, datetime, time
from functools import cached_property
from typing import Any, TypeVar
from uuid import UUID

from flask import request, url_for

from portal.accounts.domain import Scope
from portal.applications.lists import service as lists
from portal.applications.lists.domain import GROUPS, Age, Due, Sort, Wanted, Whose
from portal.applications.reach import service as reach
from portal.applications.reach.service import Reach
from portal.geo import service as geo
from portal.i18n import gettext, language, say
from portal.i18n.formats import ZONE
from portal.kernel.errors import N_
from portal.registry import service as registry

Code = TypeVar("Code", Due, Age, Sort, Whose)
LABELS = {
    "open": N_("Open"),
    "waiting": N_("Waiting for the person"),
    "decided": N_("To issue"),
    "over": N_("Closed"),
}
DUES = {
    Due.LATE: N_("Late"),
    Due.TODAY: N_("Today"),
    Due.WEEK: N_("In the next 7 days"),
    Due.LATER: N_("Later"),
}
AGES = {
    Age.WEEK: N_("Over a week ago"),
    Age.MONTH: N_("Over 30 days ago"),
    Age.QUARTER: N_("Over 90 days ago"),
}
WHOSE = {Whose.MINE: N_("Mine"), Whose.NOBODY: N_("Nobody's yet"), Whose.POST: N_("Of my post")}
SORTS = {Sort.URGENT: N_("Most urgent"), Sort.NEWEST: N_("Newest")}
MOST_AREAS = 100


class Queue:
    """The queue of one officer, as an address asks for it; what is not known asks for nothing."""

    def __init__(self, mine: Reach, officer: UUID) -> None:
        self.reach = mine
        self.scopes = {one if isinstance(one, Scope) else Scope(one) for one in mine}
        self.offered = reach.services(mine)
        self.posts = tuple(sorted({one.post for one in self.scopes if one.post}))
        self.wanted = self._wanted(officer)

    def _wanted(self, officer: UUID) -> Wanted:
        group = request.args.get("show", "open")
        group = group if group in GROUPS else "open"
        urgent = Sort.URGENT if lists.runs(group) else Sort.NEWEST
        provider, _, name = request.args.get("service", "").partition("/")
        service = (provider, name) if (provider, name) in self.offered else None
        stages = {stage.slug for stage in self.offered[service].stages} if service else set()
        stage, area = request.args.get("stage", ""), request.args.get("area", "")
        return Wanted(
            group=group,
            service=service,
            stage=stage if stage in stages else "",
            due=_one_of(Due, "due"),
            since=_since(request.args.get("since", "")),
            age=_one_of(Age, "age"),
            area=area if area in dict(self.areas) else "",
            whose=_one_of(Whose, "whose"),
            officer=officer,
            posts=self.posts,
            sort=_one_of(Sort, "sort") or urgent,
        )

    @property
    def asked(self) -> dict[str, str]:
        """The filters as they stand in the address, without those that leave all in."""
        wanted = self.wanted
        told = {
            "service": "/".join(wanted.service) if wanted.service else "",
            "stage": wanted.stage,
            "area": wanted.area,
            "whose": wanted.whose or "",
            "due": wanted.due or "",
            "since": wanted.since.date().isoformat() if wanted.since else "",
            "age": wanted.age or "",
        }
        return {name: str(value) for name, value in told.items() if value}

    def link(self, **more: Any) -> str:
        told = {"show": self.wanted.group, "sort": self.wanted.sort, **self.asked, **more}
        return url_for("desk.queue", **told)

    def tabs(self, counted: Mapping[str, int]) -> list[tuple[str, str, str, int]]:
        """Code, label, address and count of each group, under the same filters."""
        return [
            (code, gettext(label), self.link(show=code, sort=None), counted[code])
            for code, label in LABELS.items()
        ]

    def choices(self) -> dict[str, list[tuple[str, str]]]:
        """What the lists of the filters offer: pairs of code and words."""
        stages = self.offered[self.wanted.service].stages if self.wanted.service else ()
        services = [("/".join(path), say(one.title)) for path, one in self.offered.items()]
        whose = [(code, label) for code, label in WHOSE.items() if code != "post" or self.posts]
        return {
            "service": sorted(services, key=lambda one: one[1]),
            "stage": [(stage.slug, say(stage.title)) for stage in stages],
            "area": self.areas,
            "whose": [(code, gettext(label)) for code, label in whose],
            "due": [(code, gettext(label)) for code, label in DUES.items()],
            "age": [(code, gettext(label)) for code, label in AGES.items()],
            "sort": [(code, gettext(label)) for code, label in SORTS.items()],
        }

    @cached_property
    def areas(self) -> list[tuple[str, str]]:
        """The areas right below those that the officer's providers, or the officer, serve."""
        offering = {provider for provider, _ in self.offered}
        served = {
            one.area or registry.provider(one.provider).area
            for one in self.scopes
            if one.provider in offering
        }
        below = [area for code in sorted(served) for area in geo.children(code)]
        return [(area.code, area.name(language())) for area in below[:MOST_AREAS]]


def _one_of(kind: type[Code], name: str) -> Code | None:
    code = request.args.get(name)
    return kind(code) if code in set(kind) else None


def _since(text: str) -> datetime | None:
    """The beginning of the day where the officer is."""
    try:
        return datetime.combine(date.fromisoformat(text), time(), ZONE)
    except ValueError:
        return None
