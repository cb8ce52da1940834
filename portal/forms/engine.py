"""One page of a declared form: shown, taken, checked. The server's word is the last.

What is right is kept even when something else on the page is wrong. A question that a new answer
brings up is shown before it is asked for.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from werkzeug.datastructures import FileStorage, MultiDict
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
# The control that says which questions stood on the page.
SHOWN = "shown"


@dataclass(frozen=True)
class Posted:
    """What a browser sent: texts apart from files, so that neither is taken for the other."""

    texts: MultiDict[str, str]
    files: MultiDict[str, FileStorage]

    def answering(self, questions: Sequence[AnyField]) -> MultiDict[str, Any]:
        told = MultiDict[str, Any](self.texts)
        told.setdefault(SHOWN, "")
        for one in questions:
            if one.kind == "document":
                told.setlist(one.name, self.files.getlist(one.name))
        return told

    def shown(self, questions: Sequence[AnyField]) -> set[str]:
        """The questions that stood on the page; all of them where the page did not say."""
        names = {one.name for one in questions}
        return names & set(self.texts[SHOWN].split()) if SHOWN in self.texts else names


@dataclass(frozen=True)
class Page:
    """The questions that stand together, with all answers so far and where they came from."""

    form: Form
    step: Step
    answers: Answers
    sources: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    @property
    def questions(self) -> tuple[AnyField, ...]:
        """Hidden ones too; notices ask nothing."""
        return tuple(one for one in self.step.fields if not isinstance(one, Notice))

    def asked(self, answers: Answers) -> tuple[AnyField, ...]:
        """What stands on the page, given these answers; notices too."""
        here = {one.name for one in self.step.fields}
        return tuple(one for one in domain.visible_fields(self.form, answers) if one.name in here)


@dataclass
class Sheet:
    """A page in a browser's hands: its questions, each with its field; notices have none.

    `answers` holds what was sent and is right. `revealed` are questions that came up with it, and
    were not on the page before.
    """

    declared: tuple[AnyField, ...]
    form: BaseForm
    answers: dict[str, Any] = field(default_factory=dict)
    revealed: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[tuple[AnyField, Any]]:
        for one in self.declared:
            yield one, None if isinstance(one, Notice) else self.form[one.name]

    @property
    def names(self) -> list[str]:
        return [one.name for one in self.declared if not isinstance(one, Notice)]

    @property
    def answered(self) -> list[str]:
        """The questions that stood on the page: without an answer, they are empty or wrong."""
        return [name for name in self.names if name not in self.revealed]

    @property
    def errors(self) -> dict[str, list[str]]:
        return {name: self.form[name].errors for name in self.names if self.form[name].errors}

    @property
    def fields(self) -> list[Any]:
        return [self.form[name] for name in self.names]


def show(page: Page) -> Sheet:
    """The page with what is known already."""
    asked = page.asked(page.answers)
    form = _bind([one for one in asked if not isinstance(one, Notice)])
    for one in form:
        one.process(None, data=page.answers.get(one.name))
    sheet = Sheet(asked, form)
    _mark(page, sheet, page.answers)
    return sheet


def refresh(page: Page, posted: Posted) -> Sheet:
    """The page with what was typed so far, unchecked: for a list that depends on another."""
    form, typed = _typed(page, posted)
    for one in form:
        one.errors = []
    answers = {**_unasked(page, posted), **typed}
    sheet = Sheet(page.asked(answers), form)
    _mark(page, sheet, answers)
    return sheet


def take(page: Page, posted: Posted, keep: Keep) -> Sheet:
    """The page as it was sent: typed answers of all that is right, and errors of the rest."""
    form, typed = _typed(page, posted)
    unasked, shown = _unasked(page, posted), posted.shown(page.questions)
    _take_files(page, form, typed, unasked, keep)
    asked = page.asked({**unasked, **typed})
    names = [one.name for one in asked]
    sheet = Sheet(asked, form, {name: typed[name] for name in names if name in typed})
    sheet.revealed = tuple(name for name in sheet.names if name not in shown)
    for name in sheet.revealed:
        form[name].errors = []
    answers = {**unasked, **sheet.answers}
    _check(page.form, sheet, answers)
    _mark(page, sheet, answers)
    return sheet


def accepted(declared: AnyField, value: Any) -> Any:
    """A value known from elsewhere as the question takes it; None when it does not."""
    form = _bind([declared])
    asked = form[declared.name]
    asked.process(None, data=value)
    asked.posted = True
    if asked.validate(form):
        _check_pattern(asked, declared)
    return None if asked.errors else asked.answer()


def _bind(questions: Collection[AnyField]) -> BaseForm:
    return BaseForm({one.name: fields.make(one) for one in questions})


def _unasked(page: Page, posted: Posted) -> dict[str, Any]:
    """The answers so far to all that did not stand on the page."""
    shown = posted.shown(page.questions)
    return {name: value for name, value in page.answers.items() if name not in shown}


def _typed(page: Page, posted: Posted) -> tuple[BaseForm, dict[str, Any]]:
    """Every question of the page bound to what was sent, and the answers that are right.

    A file that was sent is not looked at yet: an earlier one stays until it is taken.
    """
    form, typed = _bind(page.questions), {}
    told, shown = posted.answering(page.questions), posted.shown(page.questions)
    for one in page.questions:
        asked, known = form[one.name], page.answers.get(one.name)
        if one.name not in shown:
            asked.process(None, data=known)
            continue
        asked.process(told, data=known if one.kind == "document" else None)
        if asked.validate(form):
            _check_pattern(asked, one)
        if not asked.errors and asked.answer() is not None:
            typed[one.name] = asked.answer()
    return form, typed


def _take_files(
    page: Page, form: BaseForm, typed: dict[str, Any], unasked: Answers, keep: Keep
) -> None:
    """Keep the files that were asked for; rules cannot look at files, so asked stays asked."""
    for one in page.asked({**unasked, **typed}):
        if one.kind != "document" or form[one.name].upload is None:
            continue
        try:
            typed[one.name] = form[one.name].typed = dict(keep(one, form[one.name].upload))
        except DomainError as error:
            form[one.name].errors = [gettext(error.message, **error.params)]


def _check_pattern(asked: Any, declared: AnyField) -> None:
    if declared.kind != "text" or asked.answer() is None:
        return
    if not domain.fits_pattern(declared, asked.answer()):
        asked.errors = [say(declared.pattern_message) or gettext("Write it as the hint says.")]


def _check(form: Form, sheet: Sheet, answers: Answers) -> None:
    """The declared rules, with every answer so far at hand."""
    for declared in domain.failed_checks(form, answers):
        if declared.name in sheet.answered and declared.valid:
            sheet.form[declared.name].errors = [say(declared.valid.message)]
            sheet.answers.pop(declared.name, None)


def _mark(page: Page, sheet: Sheet, answers: Answers) -> None:
    """Say of each value that is still as it was filled in where it came from."""
    for name in sheet.names:
        same = name in answers and answers[name] == page.answers.get(name)
        sheet.form[name].source = (same and say(page.sources.get(name))) or None
