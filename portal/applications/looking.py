"""Looking an answer up at the provider while somebody fills in a form, and what that fills.

Nothing waits for it: who cannot be asked now is not, and people type the rest themselves.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from portal.forms import engine, filling
from portal.forms.engine import Page, Posted, Sheet, Wanted
from portal.i18n import gettext, say
from portal.interfaces.domain import NotAnswering
from portal.interfaces.lookups import service as lookups
from portal.interfaces.lookups.domain import Unknown
from portal.kernel.errors import TooMany
from portal.registry.service import Offer
from portal.web.fields.groups import Remark


@dataclass(frozen=True)
class Found:
    """What came of looking up the answer to the question `name`.

    `answers` are right ones to save, that one among them; `filled` those that the provider gave.
    `stale` are answers that an earlier look-up gave, of another number: they go.
    """

    name: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    filled: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    remark: Remark | None = None

    @property
    def changed(self) -> tuple[str, ...]:
        return (*self.answers, *self.stale)

    @property
    def replaced(self) -> tuple[str, ...]:
        """What stands on the page otherwise than it was typed."""
        return (*self.filled, *self.stale)

    def say_on(self, sheet: Sheet) -> None:
        if self.errors:
            sheet.form[self.name].errors = list(self.errors)
        if self.remark is not None:
            sheet.remarks[self.name] = self.remark


def look_up(page: Page, posted: Posted, offer: Offer, by: UUID) -> Found | None:
    """None when no look-up was asked for. The running transaction is committed before asking."""
    wanted = engine.wanted(page, posted)
    if wanted is None:
        return None
    name, provider = wanted.question.name, offer.provider.name
    if wanted.errors:
        return Found(name, errors=tuple(wanted.errors))
    given = _given_before(page, wanted, provider.texts)
    try:
        told = lookups.look_up(by, offer, wanted.question, wanted.answer)
    except Unknown as refusal:
        return Found(name, stale=given, errors=(gettext(refusal.message),))
    except (NotAnswering, TooMany):
        sentence = gettext(
            "%(provider)s cannot look it up now. Type it yourself and go on.",
            provider=say(provider),
        )
        return Found(name, remark=Remark(sentence, tone="warn"))
    filled = _fitting(page, told)
    stale = tuple(one for one in given if one not in filled)
    remark = _remark(say(provider), is_filled=bool(filled))
    return Found(name, {name: wanted.answer, **filled}, tuple(filled), stale, remark=remark)


def _given_before(page: Page, wanted: Wanted, source: Mapping[str, str]) -> tuple[str, ...]:
    """What an earlier look-up filled in, and nobody changed since."""
    declared = wanted.question.look_up
    return tuple(
        one
        for one in (declared.fills.values() if declared else ())
        if page.sources.get(one) == source and wanted.typed.get(one) == page.answers.get(one)
    )


def _fitting(page: Page, told: Mapping[str, Any]) -> dict[str, Any]:
    """Only what the questions of this page accept is filled in."""
    fitting = {
        one.name: filling.fitting(one, told[one.name]) for one in page.questions if one.name in told
    }
    return {name: answer for name, answer in fitting.items() if answer is not None}


def _remark(provider: str, *, is_filled: bool) -> Remark:
    if is_filled:
        sentence = gettext("Filled in from %(provider)s. Check it.", provider=provider)
        return Remark(sentence, tone="ok")
    sentence = gettext(
        "%(provider)s has nothing to fill in for this. Type it yourself and go on.",
        provider=provider,
    )
    return Remark(sentence)
