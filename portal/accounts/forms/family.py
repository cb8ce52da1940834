"""What a guardian types."""

from datetime import date
from typing import Any

from wtforms import ValidationError

from portal.accounts import domain
from portal.accounts.domain import Details, Gender
from portal.accounts.family.domain import RELATIONS, NoChild, Relation
from portal.accounts.forms.signing import Form
from portal.accounts.joining.domain import ImplausibleBirth
from portal.i18n import gettext, language
from portal.i18n import lazy_gettext as _l
from portal.kernel import clock
from portal.web.fields import ChoiceField, CodeField, DateField, DeclarationField, NameField

CHOICES = tuple((relation, _l(words)) for relation, words in RELATIONS.items())
GENDERS = (
    (Gender.FEMALE, _l("Girl")),
    (Gender.MALE, _l("Boy")),
    (Gender.OTHER, _l("Other")),
)
DECLARED = _l("I declare that I am the parent or guardian of this child and may act for them.")


class NewChild(Form):
    name = NameField(
        _l("Full name of the child"), hint=_l("As on the birth certificate"), autocomplete="off"
    )
    birth_date = DateField(_l("Date of birth"))
    gender = ChoiceField(_l("Gender"), options=GENDERS, required=False)
    relation = ChoiceField(_l("What you are to the child"), options=CHOICES)
    declared = DeclarationField(DECLARED)

    def validate_birth_date(self, field: Any) -> None:
        if not field.typed:
            return
        born, today = date.fromisoformat(field.typed), clock.today()
        if not domain.is_plausible(born, today):
            raise ValidationError(gettext(ImplausibleBirth.message))
        if domain.is_of_age(born, today):
            raise ValidationError(gettext(NoChild.message))

    def details(self) -> Details:
        gender = self.gender.typed
        return Details(
            name=self.name.answer(),
            birth_date=date.fromisoformat(self.birth_date.answer()),
            gender=Gender(gender) if gender else None,
            language=language(),
        )

    def kinship(self) -> Relation:
        return Relation(self.relation.answer())


class AnotherGuardian(Form):
    code = CodeField(
        _l("Code from the other guardian"),
        hint=_l("Twelve letters and digits."),
        digits=False,
        autocomplete="off",
    )
    relation = ChoiceField(_l("What you are to the child"), options=CHOICES)
    declared = DeclarationField(DECLARED)

    def kinship(self) -> Relation:
        return Relation(self.relation.answer())
