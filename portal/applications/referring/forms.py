"""What an officer asks another provider, and what is answered."""

from flask_wtf import FlaskForm

from portal.applications.enclosing import BYTES, KINDS
from portal.applications.referring import domain
from portal.i18n import lazy_gettext
from portal.web.fields import (
    ChoiceField,
    ChoicesField,
    DateField,
    DocumentField,
    LongTextField,
    SelectField,
)


class AskForm(FlaskForm):  # type: ignore[misc]
    to = SelectField(lazy_gettext("The office that is asked"))
    text = LongTextField(
        lazy_gettext("What you ask, and why"),
        hint=lazy_gettext("The person does not read it. Leave out what the office need not know."),
        max_length=domain.LONGEST,
    )
    parts = ChoicesField(
        lazy_gettext("What the office may see of the case"),
        hint=lazy_gettext("Nothing but what you tick, and only until it has answered."),
        required=False,
    )
    due = DateField(lazy_gettext("Answer wanted by"))


class AnswerForm(FlaskForm):  # type: ignore[misc]
    outcome = ChoiceField(
        lazy_gettext("What you do"),
        options=[
            (domain.Standing.ANSWERED, lazy_gettext("Answer")),
            (domain.Standing.DECLINED, lazy_gettext("Decline, with a reason")),
        ],
    )
    text = LongTextField(
        lazy_gettext("Your answer, or why you decline"),
        hint=lazy_gettext("The office that asked reads it. The person does not."),
        max_length=domain.LONGEST,
    )
    paper = DocumentField(
        lazy_gettext("A document with the answer"),
        hint=lazy_gettext("PDF, JPEG or PNG, up to 5 MB"),
        accepts=KINDS,
        most_bytes=BYTES,
        required=False,
    )
