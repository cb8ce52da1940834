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

    `answers` are right answers to save, that one among them; `filled` those that the provider gave.
    """

    name: str
    answers: Mapping[str, Any] = field(default_factory=dict)
    filled: tuple[str, ...] = ()
    errors: tuple[str, ...] = ()
    remark: Remark | None = None

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
    name = wanted.question.name
    if wanted.errors:
        return Found(name, errors=tuple(wanted.errors))
    try:
        told = lookups.look_up(by, offer, wanted.question, wanted.answer)
    except Unknown as refusal:
        return Found(name, errors=(gettext(refusal.message),))
    except (NotAnswering, TooMany):
        sentence = gettext(
            "%(provider)s cannot look it up now. Type it yourself and go on.",
            provider=say(offer.provider.name),
        )
        return Found(name, remark=Remark(sentence, tone="warn"))
    return _found(page, wanted, told, say(offer.provider.name))


def _found(page: Page, wanted: Wanted, told: Mapping[str, Any], provider: str) -> Found:
    """Only what the questions of this page accept is filled in."""
    fitting = {
        one.name: filling.fitting(one, told[one.name]) for one in page.questions if one.name in told
    }
    filled = {name: answer for name, answer in fitting.items() if answer is not None}
    sentence = (
        gettext("Filled in from %(provider)s. Check it.", provider=provider)
        if filled
        else gettext(
            "%(provider)s has nothing to fill in for this. Type it yourself and go on.",
            provider=provider,
        )
    )
    name = wanted.question.name
    remark = Remark(sentence, tone="ok" if filled else "info")
    return Found(name, {name: wanted.answer, **filled}, tuple(filled), remark=remark)
