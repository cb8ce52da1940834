"""What finance staff type."""

from flask_wtf import FlaskForm

from portal.i18n import lazy_gettext
from portal.web.fields import LongTextField, MoneyField

LONGEST = 1000


class RefundForm(FlaskForm):  # type: ignore[misc]
    amount = MoneyField(lazy_gettext("How much goes back"))
    reason = LongTextField(
        lazy_gettext("Why"),
        hint=lazy_gettext("The auditor reads it, and whoever is asked to agree."),
        max_length=LONGEST,
    )
