"""What the pages of several applications say: each department's part, its fee, and the sum."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import url_for

from payments import service as payments
from payments.service import Payment
from portal.applications import applying, domain, reviewing, words
from portal.applications.fees import service as fees
from portal.applications.service import Case
from portal.applications.together.filling import Part, Whole
from portal.delegation import visitors
from portal.i18n import gettext, say
from portal.kernel.money import Money
from portal.registry import domain as declared
from portal.registry import service as registry
from portal.registry.hooks import Objection


@dataclass(frozen=True)
class Reviewed:
    """What one department gets: the sections of its answers, and what it costs."""

    part: Part
    sections: Sequence[words.Section]
    shared: int
    fee: Money | None
    unpriced: str
    judged: words.Judged | None
    objections: Sequence[tuple[str, str, str | None]] = ()

    @property
    def offer(self) -> registry.Offer:
        return self.part.offer


@dataclass(frozen=True)
class Followed:
    """One of those that were sent together."""

    case: Case
    offer: registry.Offer
    state: tuple[str, str]
    clock: str
    fee: Money | None
    payment: Payment | None


Objected = Mapping[str, Sequence[Objection]]


def reviewed(whole: Whole, objected: Objected | None = None) -> list[Reviewed]:
    """The running transaction is committed where a provider is asked for its fee."""
    return [_reviewed(whole, part, (objected or {}).get(part.path, ())) for part in whole.parts]


def _reviewed(whole: Whole, part: Part, objected: Sequence[Objection]) -> Reviewed:
    fee, unpriced = reviewing.priced(part)
    service = part.offer.service
    shared = declared.shared_fields(service, part.asked)
    return Reviewed(
        part,
        words.sections(service, part.answers, part.filled_from),
        len(shared),
        fee,
        unpriced,
        _judged(part),
        [_objection(whole, part, one) for one in objected],
    )


def _judged(part: Part) -> words.Judged | None:
    """Whoever acts for another reads which values were looked at, and none of them."""
    found = applying.judged(part)
    if found is not None and visitors.acting() is not None:
        return words.kept_eligibility(part.offer, domain.judgement(found))
    return words.eligibility(part.offer, found)


def _objection(whole: Whole, part: Part, told: Objection) -> tuple[str, str, str | None]:
    field = part.form.field(told.field or "")
    url = change(whole, part.path, told.field) if field and told.field else None
    return told.sentence, say(field.label) if field else "", url


def change(whole: Whole, path: str, name: str) -> str | None:
    """Where an answer of one department's part is changed."""
    at = whole.page_of(path, name)
    if at is None:
        return None
    return url_for("together.step", slug=whole.event.slug, step=at[0], review=1, _anchor=at[1])


def seen(whole: Whole, parts: Sequence[Reviewed]) -> str:
    """Changes with every answer and every fee: what the page showed is what is sent."""
    return " ".join([whole.stamp, *(_priced(one) for one in parts)])


def _priced(one: Reviewed) -> str:
    return f"{one.part.path}={one.fee.amount}{one.fee.currency}" if one.fee else one.part.path


def total(amounts: Sequence[Money | None]) -> Money | None:
    """Of one currency; None when there is nothing to add up."""
    known = [one for one in amounts if one is not None]
    if not known or len({one.currency for one in known}) > 1:
        return None
    return Money(sum(one.minor for one in known), known[0].currency)


def followed(cases: Sequence[Case]) -> list[Followed]:
    offers = registry.versions({one.version_id for one in cases})
    return [_followed(one, offers[one.version_id]) for one in cases]


def _followed(case: Case, offer: registry.Offer) -> Followed:
    state = domain.State(case.state)
    over = domain.is_over(state) or state is domain.State.APPROVED
    clock = words.clock_left(case.due_on, case.days_left, over=over)[0]
    owes = case.paid_at is None and domain.takes_money(state)
    payment = fees.payment(case) if owes else None
    return Followed(case, offer, words.state(case.state), clock, fees.of(case), payment)


def payable(parts: Sequence[Followed]) -> list[Payment]:
    """The fees that are due now, when one order can pay all of them."""
    due = [one.payment for one in parts if one.payment is not None]
    return due if 1 < len(due) <= payments.TOGETHER and payments.ways(*due) else []


def places(whole: Whole, slug: str) -> list[tuple[str, str]]:
    """Each step's title with done, now or todo; the review comes last."""
    slugs = [one.slug for one in whole.steps]
    here = slugs.index(slug) if slug in slugs else len(slugs)
    told = [
        (say(one.title), "done" if at < here else "now" if at == here else "todo")
        for at, one in enumerate(whole.steps)
    ]
    return [*told, (gettext("Check and send"), "now" if here == len(slugs) else "todo")]
