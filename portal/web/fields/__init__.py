"""Questions as WTForms fields: what each kind takes, and how it says that an answer is not right.

Every field gives a typed, JSON-able `answer()` and takes one back by `set_answer()`. Texts come
out clean: NFC, no control characters, no direction overrides. Messages are ours, never WTForms'.
"""

from portal.web.fields.base import Question
from portal.web.fields.choices import (
    ChoiceField,
    ChoicesField,
    DeclarationField,
    SelectField,
    YesNoField,
)
from portal.web.fields.computed import ComputedField
from portal.web.fields.contacts import EmailField, NationalIdField, PhoneField, say_phone
from portal.web.fields.figures import DateField, DecimalField, MoneyField, WholeNumberField
from portal.web.fields.months import MonthField, say_month
from portal.web.fields.papers import AudioField, DocumentField, PhotoField
from portal.web.fields.places import AddressField, Level, Levels, LocationField
from portal.web.fields.secrets import CodeField, PasswordField
from portal.web.fields.texts import LongTextField, NameField, TextField

__all__ = [
    "AddressField",
    "AudioField",
    "ChoiceField",
    "ChoicesField",
    "CodeField",
    "ComputedField",
    "DateField",
    "DecimalField",
    "DeclarationField",
    "DocumentField",
    "EmailField",
    "Level",
    "Levels",
    "LocationField",
    "LongTextField",
    "MoneyField",
    "MonthField",
    "NameField",
    "NationalIdField",
    "PasswordField",
    "PhoneField",
    "PhotoField",
    "Question",
    "SelectField",
    "TextField",
    "WholeNumberField",
    "YesNoField",
    "say_month",
    "say_phone",
]
