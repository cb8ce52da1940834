"""Where a person wants money to go."""

from typing import Any

from flask_wtf import FlaskForm

from payments.disbursement import Account
from payments.lists import domain
from payments.lists.domain import INDIA
from portal.i18n import gettext, lazy_gettext
from portal.kernel.errors import DomainError
from portal.web.fields import NameField, TextField

HOLDER = lazy_gettext("Name of the account's holder, as the bank has it")


class IndianForm(FlaskForm):  # type: ignore[misc]
    holder = NameField(HOLDER)
    number = TextField(lazy_gettext("Account number"), max_length=30, autocomplete="off")
    branch = TextField(
        lazy_gettext("IFSC of the branch"),
        hint=lazy_gettext("Eleven characters, such as SBIN0001234. It stands in the passbook."),
        max_length=20,
        autocomplete="off",
    )


class IbanForm(FlaskForm):  # type: ignore[misc]
    holder = NameField(HOLDER)
    number = TextField(
        lazy_gettext("IBAN"),
        hint=lazy_gettext("It begins with PK and has 24 characters."),
        max_length=45,
        autocomplete="off",
    )


def form_of(currency: str, **more: Any) -> IndianForm | IbanForm:
    return IndianForm(**more) if currency == INDIA else IbanForm(**more)


def checked(form: IndianForm | IbanForm, currency: str) -> Account | None:
    """The account that was typed; None when it is wrong, which the form says then."""
    if not form.validate_on_submit():
        return None
    branch = form.branch.answer() if isinstance(form, IndianForm) else ""
    try:
        return domain.account(currency, form.holder.answer(), form.number.answer(), branch)
    except domain.WrongBranch as wrong:
        form.branch.errors = [gettext(wrong.message)]
    except DomainError as wrong:
        form.number.errors = [gettext(wrong.message)]
    return None
