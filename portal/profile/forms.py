"""What people type to change their profile: one form for each group."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import ValidationError

from portal.accounts import service as accounts
from portal.geo import service as geo
from portal.i18n import gettext
from portal.i18n import lazy_gettext as _l
from portal.kernel import clock
from portal.profile.domain import GROUPS
from portal.profile.words import GENDERS
from portal.web.access import visitor
from portal.web.fields import (
    AddressField,
    ChoiceField,
    DateField,
    EmailField,
    NameField,
    NationalIdField,
    PasswordField,
    PhoneField,
)

LABELS = {name: _l(label) for group in GROUPS for name, label in group.fields.items()}
OLDEST = date(1900, 1, 1)


class Form(FlaskForm):  # type: ignore[misc]
    def is_sent(self) -> bool:
        """Sent to be taken, and all of it is right; a button may only ask for the next list."""
        return bool("refresh" not in request.form and self.validate_on_submit())

    def answers(self) -> dict[str, Any]:
        return {field.name: field.answer() for field in self if field.name in LABELS}

    @property
    def is_wrong(self) -> bool:
        return any(field.errors for field in self)


class You(Form):
    name = NameField(LABELS["name"])
    father_name = NameField(LABELS["father_name"], required=False, autocomplete="off")
    birth_date = DateField(LABELS["birth_date"], not_before=OLDEST, autocomplete="bday")
    gender = ChoiceField(LABELS["gender"], options=tuple(GENDERS.items()), required=False)

    def validate_birth_date(self, field: Any) -> None:
        if field.typed and date.fromisoformat(field.typed) > clock.today():
            raise ValidationError(gettext("Enter your own date of birth, like 27 3 1990."))


class Contact(Form):
    mobile = PhoneField(LABELS["mobile"], required=False)
    email = EmailField(LABELS["email"], required=False)
    phone = PhoneField(LABELS["phone"], required=False, autocomplete="home tel")
    password = PasswordField(
        _l("Your password"), hint=_l("So that nobody else can change how you sign in.")
    )

    def validate(self, extra_validators: Mapping[str, Any] | None = None) -> bool:
        """The password last: each try is counted."""
        if not super().validate(extra_validators):
            return False
        if accounts.knows_password(visitor().id, self.password.typed):
            return True
        self.password.errors = [gettext("This is not your password.")]
        return False


class Home(Form):
    address = AddressField(LABELS["address"], levels=geo.levels, required=False)


class Identity(Form):
    national_id = NationalIdField(
        LABELS["national_id"],
        hint=_l("12 digits. Leave it empty to take it out of your profile."),
        required=False,
    )


FORMS: Mapping[str, type[Form]] = {
    "you": You,
    "contact": Contact,
    "home": Home,
    "identity": Identity,
}
