"""What is typed to set a new password by a message."""

from typing import Any

from wtforms import ValidationError

from portal.accounts import passwords
from portal.accounts.domain import Details, UnfitPassword
from portal.accounts.forms.signing import LENGTH, Form
from portal.i18n import lazy_gettext as _l
from portal.kernel import clock
from portal.web.fields import CodeField, PasswordField, TextField


class Forgot(Form):
    contact = TextField(
        _l("E-mail address or mobile number"),
        hint=_l("One that you sign in with."),
        max_length=320,
        autocomplete="username",
    )


class NewOne(Form):
    """`details` are of the person; left out where it is not known yet whose password it is."""

    new = PasswordField(_l("New password"), hint=LENGTH, autocomplete="new-password")

    def __init__(self, details: Details | None = None) -> None:
        super().__init__()
        self.details = details or Details(name="", birth_date=clock.today())

    def validate_new(self, field: Any) -> None:
        if field.typed is None:
            return
        try:
            passwords.check(field.typed, self.details)
        except UnfitPassword as unfit:
            raise ValidationError(str(unfit)) from unfit


class NewByCode(NewOne):
    code = CodeField(_l("Code of 6 digits"), hint=_l("It was sent to your mobile number."))
