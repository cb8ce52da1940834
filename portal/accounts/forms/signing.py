"""What people type to register, to sign in and to keep their account safe."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import ValidationError

from portal.accounts import domain, passwords
from portal.accounts.contacts.domain import CannotBeProven
from portal.accounts.domain import Details, Gender
from portal.geo import service as geo
from portal.i18n import gettext, language
from portal.i18n import lazy_gettext as _l
from portal.kernel import clock
from portal.post import service as post
from portal.web.fields import (
    AddressField,
    ChoiceField,
    CodeField,
    DateField,
    EmailField,
    NameField,
    PasswordField,
    PhoneField,
    TextField,
)

GENDERS = (
    (Gender.FEMALE, _l("Woman")),
    (Gender.MALE, _l("Man")),
    (Gender.OTHER, _l("Other")),
)
LENGTH = _l("At least 12 characters. Four words in a row are easy to remember.")


class Form(FlaskForm):  # type: ignore[misc]
    def is_sent(self) -> bool:
        """Sent to be taken, and all of it is right; a button may only ask for the next list."""
        return bool("refresh" not in request.form and self.validate_on_submit())

    @property
    def is_wrong(self) -> bool:
        return any(field.errors for field in self)


class Registration(Form):
    name = NameField(_l("Full name"), hint=_l("As on your identity card"))
    birth_date = DateField(_l("Date of birth"), autocomplete="bday")
    joining = CodeField(
        _l("Joining code"),
        hint=_l("Twelve letters and digits, from your parent, your guardian or a service centre."),
        digits=False,
        required=False,
        autocomplete="off",
    )
    gender = ChoiceField(_l("Gender"), options=GENDERS, required=False)
    mobile = PhoneField(
        _l("Mobile number"),
        hint=_l("Give a mobile number, an e-mail address or both. You sign in with it."),
        required=False,
        autocomplete="tel",
    )
    email = EmailField(_l("E-mail address"), required=False)
    phone = PhoneField(_l("Another phone number"), required=False, autocomplete="home tel")
    address = AddressField(
        _l("Home address"),
        hint=_l("Forms are filled in with it. You can add it later."),
        levels=geo.levels,
        required=False,
    )
    password = PasswordField(_l("Password"), hint=LENGTH, autocomplete="new-password")

    def validate_birth_date(self, field: Any) -> None:
        if not field.typed:
            return
        years = domain.age(date.fromisoformat(field.typed), clock.today())
        if years < 0 or years > domain.OLDEST:
            raise ValidationError(gettext("Enter your own date of birth, like 27 3 1990."))
        if years < domain.YOUNGEST:
            raise ValidationError(gettext(domain.TooYoung.message))

    def validate_joining(self, field: Any) -> None:
        born = self.birth_date.typed
        if not born or self.birth_date.errors or not field.is_empty():
            return
        if not domain.is_of_age(date.fromisoformat(born), clock.today()):
            raise ValidationError(gettext(domain.GuardianNeeded.message))

    @property
    def asks_for_code(self) -> bool:
        """Whoever needs one sees the field, and whoever says that they have one."""
        return "joining" in request.args or bool(self.joining.errors or self.joining.raw)

    def validate_mobile(self, field: Any) -> None:
        if field.is_empty() and self.email.is_empty():
            raise ValidationError(gettext(domain.NoContact.message))

    def validate_email(self, field: Any) -> None:
        if field.is_empty() and not self.mobile.is_empty() and not post.offers_texts():
            raise ValidationError(gettext(CannotBeProven.message))

    def validate_password(self, field: Any) -> None:
        _check_password(field.typed, self.details)

    def details(self) -> Details:
        """What was told; answers that are not right are left out."""
        told = {
            field.name: None if field.errors else field.answer()
            for field in self
            if field.name in ("email", "mobile", "phone", "address")
        }
        born = self.birth_date.typed
        gender = self.gender.typed
        return Details(
            name=self.name.typed or "",
            birth_date=date.fromisoformat(born) if born else clock.today(),
            gender=Gender(gender) if gender else None,
            language=language(),
            **told,
        )


class SignIn(Form):
    # A device that keeps passkeys offers them here, beside the names that it knows.
    contact = TextField(
        _l("E-mail address or mobile number"), max_length=320, autocomplete="username webauthn"
    )
    password = PasswordField(_l("Password"))


class Code(Form):
    code = CodeField(_l("Code of 6 digits"), hint=_l("Your authenticator app shows it."))


class RecoveryCode(Form):
    code = CodeField(
        _l("Recovery code"),
        hint=_l("One of the ten that you kept. Each works once."),
        digits=False,
        autocomplete="off",
    )


class PasskeyName(Form):
    name = TextField(
        _l("Name of the passkey"),
        hint=_l("So that you know it again, such as: my phone."),
        max_length=60,
        autocomplete="off",
    )


class NewPasskey(PasskeyName):
    """`credential` is what the browser made; it is filled in by the script."""

    name = TextField(
        _l("Name of the passkey"),
        hint=_l("So that you know it again, such as: my phone."),
        max_length=60,
        required=False,
        autocomplete="off",
    )


class NewPassword(Form):
    password = PasswordField(_l("The password of today"))
    new = PasswordField(_l("New password"), hint=LENGTH, autocomplete="new-password")

    def __init__(self, details: Callable[[], Details]) -> None:
        super().__init__()
        self.details = details

    def validate_new(self, field: Any) -> None:
        _check_password(field.typed, self.details)


def _check_password(password: str | None, details: Callable[[], Details]) -> None:
    if password is None:
        return
    if fault := domain.password_fault(password, details(), passwords.common()):
        raise ValidationError(gettext(fault))
