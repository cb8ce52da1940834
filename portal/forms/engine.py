"""One step of a declared form as a page: shown, taken, checked. The server's word is the last.

What is right is kept even when something else on the page is wrong. A question that a new answer
brings up is shown before it is asked for.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from wtforms.form import BaseForm

from portal.forms import fields
from portal.i18n import gettext, say
from portal.kernel.errors import DomainError
from portal.registry import domain
from portal.registry.contract import Form, Notice, Step
from portal.registry.questions import AnyField

Answers = Mapping[str, Any]
# Keeps an upload and gives the answer that names it; raises DomainError for a refused file.
Keep = Callable[[Any, Any], Mapping[str, Any]]
SHOWN = "shown"


@dataclass
class Sheet:
    """The questions of one page, each with its field; notices have none."""

    declared: tuple[AnyField, ...]
    form: BaseForm
    answers: dict[str, Any] = field(default_factory=dict)
    # Questions that came up with what was just answered, and were not on the page before.
    revealed: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[tuple[AnyField, Any]]:
        for one in self.declared:
            yield one, None if isinstance(one, Notice) else self.form[one.name]

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.declared if not isinstance(one, Notice)]

    @property
    def errors(self) -> dict[str, list[str]]:
        return {name: self.form[name].errors for name in self.names if self.form[name].errors}

    @property
    def fields(self) -> list[Any]:
        return [self.form[name] for name in self.names]


def show(form: Form, step: Step, answers: Answers, sources: Mapping[str, Any]) -> Sheet:
    """The page with what is known already."""
    asked = _asked(form, step, answers)
    page = _bind(asked, sources)
    page.process(None, data=_known(asked, answers))
    return Sheet(asked, page, dict(answers))


def refresh(form: Form, step: Step, answers: Answers, posted: Any) -> Sheet:
    """The page with what was typed so far, unchecked: for a list that depends on another."""
    page, typed = _typed(step, answers, posted, keep=None)
    for one in page:
        one.errors = []
    return Sheet(_asked(form, step, {**answers, **typed}), page, dict(answers))


def take(form: Form, step: Step, answers: Answers, posted: Any, keep: Keep) -> Sheet:
    """The page as it was sent: typed answers of all that is right, and errors of the rest."""
    page, typed = _typed(step, answers, posted, keep)
    here = {one.name for one in step.fields}
    others = {name: value for name, value in answers.items() if name not in here}
    asked = _asked(form, step, {**others, **typed})
    names = {one.name for one in asked}
    taken = {name: value for name, value in typed.items() if name in names}
    sheet = Sheet(asked, page, taken)
    shown = posted.get(SHOWN, "").split()
    sheet.revealed = tuple(name for name in sheet.names if name not in shown)
    for name in sheet.revealed:
        page[name].errors = []
    _check(form, sheet, {**others, **taken})
    return sheet


def _asked(form: Form, step: Step, answers: Answers) -> tuple[AnyField, ...]:
    steps = domain.visible_steps(form, answers)
    return next((one.fields for one in steps if one.slug == step.slug), ())


def _bind(declared: Sequence[AnyField], sources: Mapping[str, Any]) -> BaseForm:
    made = {
        one.name: fields.make(one, sources.get(one.name))
        for one in declared
        if not isinstance(one, Notice)
    }
    return BaseForm(made)


def _known(declared: Sequence[AnyField], answers: Answers) -> dict[str, Any]:
    return {one.name: answers[one.name] for one in declared if one.name in answers}


def _typed(
    step: Step, answers: Answers, posted: Any, keep: Keep | None
) -> tuple[BaseForm, dict[str, Any]]:
    """Every question of the step bound to what was sent, and the answers that are right."""
    page = _bind(step.fields, {})
    documents = [one for one in step.fields if one.kind == "document"]
    page.process(posted, data=_known(documents, answers))
    typed = {}
    for one in step.fields:
        if isinstance(one, Notice):
            continue
        asked = page[one.name]
        if keep and one.kind == "document" and asked.upload is not None:
            _keep(asked, one, keep)
        elif asked.validate(page):
            _check_pattern(asked, one)
        if not asked.errors and asked.answer() is not None:
            typed[one.name] = asked.answer()
    return page, typed


def _keep(asked: Any, declared: AnyField, keep: Keep) -> None:
    try:
        asked.typed = dict(keep(declared, asked.upload))
    except DomainError as error:
        asked.errors = [gettext(error.message, **error.params)]


def _check_pattern(asked: Any, declared: AnyField) -> None:
    if declared.kind != "text" or asked.answer() is None:
        return
    if not domain.fits_pattern(declared, asked.answer()):
        asked.errors = [say(declared.pattern_message) or gettext("Write it as the hint says.")]


def _check(form: Form, sheet: Sheet, answers: Answers) -> None:
    """The declared rules, with every answer so far at hand."""
    for declared in domain.failed_checks(form, answers):
        if declared.name in sheet.names and declared.valid:
            sheet.form[declared.name].errors = [say(declared.valid.message)]
            sheet.answers.pop(declared.name, None)
