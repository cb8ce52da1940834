"""The officer's form: one act, and what it needs."""

from collections.abc import Collection, Iterable
from typing import Any

from flask import request
from flask_wtf import FlaskForm
from wtforms import ValidationError

from portal.applications.domain import ACTS, Act, ProviderEvent
from portal.i18n import gettext, language, lazy_gettext, say
from portal.kernel.errors import DomainError
from portal.registry.contract import Service
from portal.web.fields import (
    ChoiceField,
    ChoicesField,
    DocumentField,
    LongTextField,
    SelectField,
    TextField,
)
from portal.web.fields.base import tidy

WORDS = {
    "accept": lazy_gettext("Accept for checking"),
    "progress": lazy_gettext("Move to another stage"),
    "ask": lazy_gettext("Ask the person"),
    "approve": lazy_gettext("Approve"),
    "refuse": lazy_gettext("Refuse"),
    "issue": lazy_gettext("Issue the document"),
    "note": lazy_gettext("Write a note to the person"),
}

LONGEST_REMARK = 300
# Which needs of an act each field meets.
MEETS = {
    "stage": {"stage"},
    "fields_asked": {"fields"},
    "message": {"message", "reason"},
}


def reasons_in_words(service: Service, acts: Collection[str]) -> list[tuple[str, str]]:
    """The reasons that the service has for what may be decided now."""
    declared = service.workflow.reasons if service.workflow else ()
    return [
        (one.slug, f"{WORDS[one.decision]}: {say(one.title)}")
        for one in declared
        if one.decision in acts
    ]


def chosen_act(form: Any) -> Act | None:
    return ACTS.get(form.act.answer() or "")


def needed(form: Any, asked: Any) -> None:
    """The field is needed for the act that was chosen."""
    act = chosen_act(form)
    # The words of a reason that is chosen from the list are enough.
    if asked.name == "message" and act is not None and _is_reasoned(form):
        return
    if act and act.needs & MEETS[asked.name] and not asked.answer():
        raise ValidationError(gettext("This act needs it."))


def brought(form: Any, asked: Any) -> None:
    """A file is needed to issue one, but where the portal makes it."""
    if form.act.answer() == "issue" and asked.upload is None and not form.makes_it:
        raise ValidationError(gettext("This act needs it."))


def _is_reasoned(form: Any) -> bool:
    return form.act.answer() in ("approve", "refuse") and bool(form.reason_code.answer())


class ActForm(FlaskForm):  # type: ignore[misc]
    makes_it = False
    act = ChoiceField(lazy_gettext("Act"))
    stage = SelectField(lazy_gettext("The next stage"), required=False, validators=[needed])
    fields_asked = ChoicesField(
        lazy_gettext("What the person should correct"),
        hint=lazy_gettext("Only when you ask the person"),
        required=False,
        validators=[needed],
    )
    reason_code = SelectField(lazy_gettext("Reason, from the list of the service"), required=False)
    message = LongTextField(
        lazy_gettext("Message or reason"),
        hint=lazy_gettext("What the person reads. A refusal needs a reason."),
        required=False,
        validators=[needed],
    )
    document = DocumentField(
        lazy_gettext("The document to issue"),
        hint=lazy_gettext("PDF, JPEG or PNG, up to 5 MB"),
        required=False,
        validators=[brought],
    )
    case_number = TextField(
        lazy_gettext("Your own number for this case"), required=False, max_length=100
    )

    def event(self) -> ProviderEvent:
        """What the officer says, as an event of the provider."""
        kind = self.act.answer()
        said = {language(): self.message.answer()} if self.message.answer() else None
        upload = self.document.upload if kind == "issue" else None
        names = tuple(self.fields_asked.answer() or ()) if kind == "ask" else ()
        seen = request.form.get("seen", "")
        return ProviderEvent(
            type=kind,
            stage=self.stage.answer() if kind == "progress" else None,
            message=None if kind == "refuse" else said,
            reason=said if kind == "refuse" else None,
            fields=names,
            remarks={name: {language(): told} for name, told in self.remarks(names).items()},
            reason_code=self.reason_code.answer() if kind in ("approve", "refuse") else None,
            seen=int(seen) if seen.isascii() and seen.isdigit() else None,
            case_number=self.case_number.answer(),
            document=(upload.filename, upload.read()) if upload is not None else None,
        )

    def remarks(self, names: Iterable[str]) -> dict[str, str]:
        """What is wrong with single answers, by question."""
        typed = {name: tidy(request.form.get(f"remark:{name}", ""), lines=False) for name in names}
        return {name: told[:LONGEST_REMARK] for name, told in typed.items() if told}

    def refuse(self, error: DomainError) -> None:
        """Say why the act was not taken, at the field that it is about."""
        asked = self.document if self.act.answer() == "issue" else self.act
        asked.errors = [gettext(error.message, **error.params)]


class NoteForm(FlaskForm):  # type: ignore[misc]
    text = LongTextField(
        lazy_gettext("Note for the officers"),
        hint=lazy_gettext("The person and the provider's programs do not read it."),
        max_length=4000,
    )


class SeveralForm(FlaskForm):  # type: ignore[misc]
    """One act for many cases: those that need nothing of the single case."""

    act = ChoiceField(lazy_gettext("Act"))
    stage = SelectField(lazy_gettext("The next stage"), required=False, validators=[needed])
    reason_code = SelectField(lazy_gettext("Reason, from the list of the service"), required=False)
    message = LongTextField(
        lazy_gettext("Message or reason"),
        hint=lazy_gettext("What each person reads. A refusal needs a reason."),
        required=False,
        validators=[needed],
    )

    def event(self) -> ProviderEvent:
        kind = self.act.answer()
        said = {language(): self.message.answer()} if self.message.answer() else None
        return ProviderEvent(
            type=kind,
            stage=self.stage.answer() if kind == "progress" else None,
            message=None if kind == "refuse" else said,
            reason=said if kind == "refuse" else None,
            reason_code=self.reason_code.answer() if kind in ("approve", "refuse") else None,
        )
