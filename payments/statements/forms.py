"""What finance staff note from the bank."""

from flask_wtf import FlaskForm

from portal.i18n import lazy_gettext
from portal.web.fields import MoneyField, TextField


class TransferForm(FlaskForm):  # type: ignore[misc]
    amount = MoneyField(lazy_gettext("How much"))
    number = TextField(lazy_gettext("The bank's number of it"), max_length=100)
