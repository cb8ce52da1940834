"""Numbers and addresses that somebody issued: phone, e-mail, identity card."""

import re
from typing import Any

import phonenumbers
from email_validator import EmailNotValidError, validate_email
from stdnum.exceptions import ValidationError as NumberInvalid
from stdnum.in_ import aadhaar
from wtforms import ValidationError

from portal.i18n import gettext
from portal.web.fields.base import Question, latin_digits

REGION = "IN"


class PhoneField(Question):
    """Any valid number; the answer is E.164."""

    macro = "phone"
    inputmode = "tel"

    def __init__(self, label: Any = None, **more: Any) -> None:
        more.setdefault("autocomplete", "tel")
        super().__init__(label, **more)

    def missing(self) -> str:
        return gettext("Enter a phone number.")

    def set_answer(self, value: Any) -> None:
        self.typed = value
        try:
            self.raw = say_phone(value) if value else ""
        except phonenumbers.NumberParseException:
            self.raw = str(value)

    def parse(self) -> str:
        try:
            read = phonenumbers.parse(latin_digits(self.raw), REGION)
        except phonenumbers.NumberParseException:
            read = None
        if read is None or not phonenumbers.is_valid_number(read):
            raise ValidationError(gettext("Enter a phone number with 10 digits, like 98765 43210."))
        return phonenumbers.format_number(read, phonenumbers.PhoneNumberFormat.E164)


def say_phone(number_: str) -> str:
    """As people of the region write it; the international form for others."""
    read = phonenumbers.parse(number_, REGION)
    ours = read.country_code == phonenumbers.country_code_for_region(REGION)
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(read, form.NATIONAL if ours else form.INTERNATIONAL)


class EmailField(Question):
    macro = "email"
    inputmode = "email"

    def __init__(self, label: Any = None, **more: Any) -> None:
        more.setdefault("autocomplete", "email")
        super().__init__(label, **more)

    def missing(self) -> str:
        return gettext("Enter an e-mail address.")

    def parse(self) -> str:
        try:
            read = validate_email(self.raw[:320], check_deliverability=False)
        except EmailNotValidError:
            raise ValidationError(
                gettext("Enter an e-mail address, like name@example.com.")
            ) from None
        return read.normalized


class NationalIdField(Question):
    """A number whose issuer gave it a form: `scheme` is aadhaar or cnic."""

    macro = "text"
    inputmode = "numeric"

    def __init__(self, label: Any = None, *, scheme: str = "aadhaar", **more: Any) -> None:
        super().__init__(label, **more)
        self.scheme = scheme

    def missing(self) -> str:
        return gettext("Enter the number of the identity card.")

    def set_answer(self, value: Any) -> None:
        self.typed = value
        self.raw = value or ""

    def parse(self) -> str:
        digits = re.sub(r"[\s-]", "", latin_digits(self.raw))
        if self.scheme == "cnic":
            if not re.fullmatch(r"[1-7]\d{12}", digits):
                raise ValidationError(gettext("Enter the 13 digits of the CNIC."))
            return digits
        try:
            return str(aadhaar.validate(digits))
        except NumberInvalid:
            raise ValidationError(
                gettext("Enter the 12 digits of the Aadhaar number as they stand on the card.")
            ) from None
