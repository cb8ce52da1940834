"""What people type to let others act for them, and what operators type at a counter."""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import ValidationError

from portal.accounts import domain as people
from portal.accounts.domain import Details
from portal.accounts.forms.signing import GENDERS
from portal.delegation import offers
from portal.delegation.domain import LONGEST, Need, Terms, TooLong
from portal.geo import service as geo
from portal.i18n import gettext, language
from portal.i18n import lazy_gettext as _l
from portal.i18n.formats import ZONE
from portal.kernel import clock
from portal.kernel.errors import Refused
from portal.web.fields import (
    AddressField,
    ChoiceField,
    ChoicesField,
    CodeField,
    DateField,
    NameField,
    PhotoField,
    SelectField,
    TextField,
)

NEEDS = (
    (Need.FILL, _l("Fill in forms, with what my profile holds for them")),
    (Need.SEND, _l("Send applications")),
    (Need.FOLLOW, _l("Follow applications, answer the provider and fetch documents")),
    (Need.WITHDRAW, _l("Withdraw applications")),
    (Need.PAY, _l("Pay fees")),
)


class Form(FlaskForm):  # type: ignore[misc]
    def is_sent(self) -> bool:
        """Sent to be taken, and all of it is right; a button may only ask for the next list."""
        return bool("refresh" not in request.form and self.validate_on_submit())

    @property
    def is_wrong(self) -> bool:
        return any(field.errors for field in self)


class TermsForm(Form):
    """For which services, and what may be done."""

    services = ChoicesField(
        _l("For which services"),
        hint=_l("One provider stands for all of its services."),
        at_least=1,
    )
    needs = ChoicesField(_l("What may be done"), options=NEEDS, at_least=1)

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        offered = offers.offered()
        self.services.options, self.services.groups = offered.choices, offered.providers

    def terms(self) -> Terms:
        chosen = (Need(one) for one in self.needs.answer())
        return Terms(tuple(self.services.answer()), tuple(chosen))


class LastingForm(TermsForm):
    ends = DateField(
        _l("Until the end of which day"), hint=_l("At most one year. You can end it at any time.")
    )

    def validate_ends(self, field: Any) -> None:
        if not field.typed:
            return
        last = date.fromisoformat(field.typed)
        today = clock.today()
        if not today < last < today + LONGEST:
            raise ValidationError(gettext(TooLong.message))

    def until(self) -> datetime:
        """The first moment of the day after."""
        return datetime.combine(
            date.fromisoformat(self.ends.answer()) + timedelta(days=1), time(), ZONE
        )


class HelperForm(LastingForm):
    contact = TextField(
        _l("The helper's e-mail address or mobile number"),
        hint=_l("The one that they sign in with. Only they can use the code."),
        max_length=320,
        autocomplete="off",
    )

    def validate_contact(self, field: Any) -> None:
        typed = field.typed or ""
        if typed and "@" not in typed and people.mobile_number(typed) is None:
            raise ValidationError(gettext("Give a whole e-mail address or mobile number."))


class CodeForm(Form):
    code = CodeField(_l("Code"), digits=False, autocomplete="off")


class AtCentre(Form):
    """What an operator types; one who works at several centres says at which they are."""

    centre = SelectField(_l("Service centre"))

    def __init__(self, centres: Collection[str], **more: Any) -> None:
        super().__init__(**more)
        self.centres = sorted(centres)
        if len(self.centres) > 1:
            self.centre.options = [(one, one) for one in self.centres]
        else:
            del self.centre

    def where(self) -> str:
        """The centre at which it is done. Raises Refused."""
        if not self.centres:
            raise Refused
        return self.centres[0] if len(self.centres) == 1 else str(self.centre.answer())


class CounterCodeForm(AtCentre, CodeForm):
    """The code of a citizen who is at the counter."""


class NumberForm(Form):
    number = TextField(
        _l("Number of the slip"),
        hint=_l("It begins with SL."),
        max_length=40,
        autocomplete="off",
    )


class AskForm(AtCentre, TermsForm):
    """An operator asks for a session; the citizen's code comes by mail."""

    contact = TextField(
        _l("The citizen's e-mail address or mobile number"), max_length=320, autocomplete="off"
    )


class SubjectForm(AtCentre, LastingForm):
    """Somebody without an account, as they say it at the counter."""

    name = NameField(_l("Full name"), hint=_l("As on the identity card"), autocomplete="off")
    birth_date = DateField(_l("Date of birth"))
    gender = ChoiceField(_l("Gender"), options=GENDERS, required=False)
    address = AddressField(_l("Home address"), levels=geo.levels, required=False)
    speaks = SelectField(_l("Language of the slip"))

    def __init__(self, centres: Collection[str], **more: Any) -> None:
        super().__init__(centres, **more)
        self.speaks.options = offers.languages()

    def validate_birth_date(self, field: Any) -> None:
        if not field.typed:
            return
        years = people.age(date.fromisoformat(field.typed), clock.today())
        if years < 0 or years > people.OLDEST:
            raise ValidationError(gettext("Enter the date of birth, like 27 3 1960."))

    def details(self) -> Details:
        gender = self.gender.typed
        return Details(
            name=self.name.answer(),
            birth_date=date.fromisoformat(self.birth_date.answer()),
            address=self.address.answer(),
            gender=people.Gender(gender) if gender else None,
            language=self.speaks.answer() or language(),
        )


class SlipForm(Form):
    photo = PhotoField(
        _l("Photo of the signed slip"),
        hint=_l("JPEG, PNG or PDF, up to 10 MB. The whole slip can be read."),
        accepts=("jpeg", "png", "pdf"),
    )
