"""What was looked into, in words: passed, to be looked at, or not run. None of it decides."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from portal.applications.checking import service
from portal.applications.checking.service import PASSED
from portal.applications.fees import service as fees
from portal.applications.service import Case
from portal.documents import service as documents
from portal.documents.service import Checked
from portal.forms.sources import in_words
from portal.i18n import gettext, moment, money, ngettext, say
from portal.interfaces import service as interfaces
from portal.kernel.errors import N_
from portal.registry import domain as declared
from portal.registry import service as registry
from portal.registry.service import Offer

Answers = Mapping[str, Any]
Papers = Sequence[Mapping[str, Any]]
OK, LOOK, NOT_RUN = "ok", "warn", "off"
STATES: Mapping[str, str] = {
    OK: N_("passed"),
    LOOK: N_("to be looked at"),
    NOT_RUN: N_("not run"),
}
STANDINGS: Mapping[str, str] = {
    "good": N_("issued here, and good"),
    "over": N_("issued here, but its time is over"),
    "revoked": N_("issued here, but revoked"),
    "replaced": N_("issued here, but replaced by another"),
}


@dataclass(frozen=True)
class Check:
    title: str
    state: str
    notes: tuple[str, ...] = ()

    @property
    def words(self) -> str:
        return gettext(STATES[self.state])


def of(application: Case, given: Answers, papers: Papers) -> list[Check]:
    """`given` are the answers and `papers` the files that the provider may see."""
    offer = registry.version(application.version_id)
    return [
        _complete(offer, application),
        *_by_rule(application),
        *_by_provider(offer, application),
        *_paid(application),
        *_vouched(offer, application, given),
        *_files(offer, papers),
    ]


def _complete(offer: Offer, application: Case) -> Check:
    """By the rules of the form today: a case may have moved to another version since."""
    form, answers = offer.service.form, application.answers
    missing = [
        gettext("No answer: %(question)s", question=say(one.label))
        for one in declared.missing_fields(form, answers)
    ]
    unfit = [
        gettext("Does not fit the rule of the form: %(question)s", question=say(one.label))
        for one in declared.failed_checks(form, answers)
    ]
    notes = (*missing, *unfit)
    return Check(gettext("All questions are answered, and fit"), LOOK if notes else OK, notes)


def _by_rule(application: Case) -> Iterator[Check]:
    told = application.judged
    if told is not None:
        state = {"yes": OK, "no": LOOK}.get(told["answer"], NOT_RUN)
        yield Check(gettext("The rule of the service, when it was sent"), state)


def _by_provider(offer: Offer, application: Case) -> Iterator[Check]:
    if not interfaces.asks(offer, "check"):
        return
    found = service.said(application)
    passed = found is not None and found.outcome == PASSED
    notes = (moment(found.checked_at),) if found else ()
    title = gettext("The check of your own system, before it was sent")
    yield Check(title, OK if passed else NOT_RUN, notes)


def _paid(application: Case) -> Iterator[Check]:
    if fee := fees.of(application):
        yield Check(gettext("The fee is paid"), OK if application.paid_at else LOOK, (money(fee),))


def _vouched(offer: Offer, application: Case, given: Answers) -> Iterator[Check]:
    form = offer.service.form
    told = service.vouched(application)
    known = [(form.field(name), source) for name, source in told.items() if name in given]
    notes = [
        gettext("%(question)s: %(source)s", question=say(one.label), source=in_words(source))
        for one, source in known
        if one is not None
    ]
    if notes:
        yield Check(gettext("Answers that another office vouches for"), OK, tuple(notes))


def _files(offer: Offer, papers: Papers) -> Iterator[Check]:
    if not papers:
        return
    looked = ngettext(
        "One file is of the kind that was asked for",
        "%(n)s files are of the kind that was asked for",
        len(papers),
    )
    # Whatever is another kind than it says is refused when it is uploaded.
    yield Check(looked, OK)
    known = documents.check_files({one["sha256"] for one in papers})
    for one in papers:
        if (found := known.get(one["sha256"])) is not None:
            yield _issued_here(offer, one, found)


def _issued_here(offer: Offer, one: Mapping[str, Any], found: Checked) -> Check:
    asked = offer.service.form.field(one["field"].partition(".")[0])
    title = say(asked.label) if asked else one["name"]
    words = gettext(STANDINGS[found.standing])
    return Check(title, OK if found.standing == "good" else LOOK, (words, found.number))
