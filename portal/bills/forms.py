"""The account number that a person types."""

from typing import Any

from flask_wtf import FlaskForm
from wtforms import ValidationError

from portal.bills import domain
from portal.i18n import gettext, say
from portal.registry.contract import Billing
from portal.rules.functions import pattern
from portal.web.fields import TextField
from portal.web.fields.base import latin_digits


class AccountField(TextField):
    """An account number as the provider writes it, in its own words."""

    billing: Billing

    def parse(self) -> str:
        typed = latin_digits(super().parse())
        for account in (typed, domain.squeezed(typed)):
            if self._fits(account):
                return account
        raise ValidationError(
            say(self.billing.pattern_message) or gettext("Check the number and enter it again.")
        )

    def _fits(self, account: str) -> bool:
        fits = self.billing.pattern
        return fits is None or pattern(fits).fullmatch(account) is not None


class AccountForm(FlaskForm):  # type: ignore[misc]
    account = AccountField(max_length=domain.LONGEST_ACCOUNT)

    def __init__(self, billing: Billing, **more: Any) -> None:
        super().__init__(**more)
        self.account.billing = billing
        self.account.label.text = say(billing.account)
        self.account.hint = say(billing.account_hint)
