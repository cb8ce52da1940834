"""What a cashier types of money that was taken."""

from collections.abc import Sequence
from datetime import date, timedelta

from flask_wtf import FlaskForm

from payments.gateways.counter.declared import ENGLISH, Counter
from payments.gateways.counter.domain import Taken
from payments.gateways.counter.service import Challan
from portal.i18n import language, lazy_gettext
from portal.kernel import clock
from portal.kernel.money import Money
from portal.web.fields import ChoiceField, DateField, MoneyField, TextField

LONGEST = 40
# Entered later than this, somebody else has to say how it came about: by a file of the bank.
BACK = timedelta(days=31)


class EntryForm(FlaskForm):  # type: ignore[misc]
    counter = ChoiceField(lazy_gettext("Where it was paid"), options=())
    amount = MoneyField(lazy_gettext("Amount that was taken"))
    number = TextField(
        lazy_gettext("Number in the receipt book"),
        hint=lazy_gettext("Each number can be used once at a counter."),
        max_length=LONGEST,
    )
    paid_on = DateField(lazy_gettext("Day on which it was taken"))

    def fit(self, challan: Challan, counters: Sequence[Counter]) -> "EntryForm":
        """Ask for this challan."""
        self.counter.options = [(one.code, _said(one)) for one in counters]
        self.amount.currency = challan.currency
        today = clock.today()
        self.paid_on.not_before, self.paid_on.not_after = today - BACK, today
        return self

    def taken(self) -> Taken:
        told = self.amount.answer() or {}
        return Taken(
            self.counter.answer() or "",
            Money.of(told["amount"], told["currency"]),
            self.number.answer() or "",
            date.fromisoformat(self.paid_on.answer() or ""),
        )


def _said(counter: Counter) -> str:
    return counter.name.get(language(), counter.name[ENGLISH])
