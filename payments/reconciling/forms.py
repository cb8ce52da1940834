"""What finance staff type about differences and files."""

from flask_wtf import FlaskForm

from portal.i18n import lazy_gettext
from portal.web.fields import LongTextField, TextField

LONGEST = 1000


class WhyForm(FlaskForm):  # type: ignore[misc]
    why = LongTextField(
        lazy_gettext("What did you find, and what was done?"),
        hint=lazy_gettext("The auditor reads it. Nothing is booked by it."),
        max_length=LONGEST,
    )


class ColumnsForm(FlaskForm):  # type: ignore[misc]
    """The names of columns, as the first line of the file has them."""

    order = TextField(lazy_gettext("Column with our number of the order"), max_length=60)
    amount = TextField(lazy_gettext("Column with the amount"), max_length=60)
    status = TextField(
        lazy_gettext("Column with the state"),
        hint=lazy_gettext("Empty if the file has only what was paid."),
        required=False,
        max_length=60,
    )
    paid = TextField(lazy_gettext("Its word for paid"), required=False, max_length=60)
    number = TextField(
        lazy_gettext("Column with the company's own number"), required=False, max_length=60
    )
    refunded = TextField(lazy_gettext("Column with what went back"), required=False, max_length=60)
    fee = TextField(lazy_gettext("Column with the company's fee"), required=False, max_length=60)
